"""Each kind of fault is found at its place, and said in both languages."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from bantar_lib.study import Problem, check_study
from bantar_lib.words import language

from .conftest import (
    TABLES,
    Spoil,
    add,
    append,
    as_xlsx,
    cells_of,
    change,
    half,
    remove,
    swap,
    write,
    write_xlsx,
)


def codes_as_numbers(i: int, j: int, text: str) -> object:
    return float(text) if j == 0 and i > 1 else text


@dataclass(frozen=True)
class Fault:
    name: str
    spoil: Spoil
    severity: str
    file: str
    row: int | None
    column: str
    says: str = ""  # must stand in message or remedy, in every language


HEAD = "district_id,year,stage,count,source_id,known,note"
FAULTS = [
    # cells
    Fault("not a number", swap("counts.csv", "proposed,12", "proposed,dua"),
          "error", "counts.csv", 4, "count", "dua"),
    Fault("a dash", swap("counts.csv", "proposed,12", "proposed,-"),
          "error", "counts.csv", 4, "count", "0"),
    Fault("NA is no number", swap("counts.csv", "proposed,12", "proposed,NA"),
          "error", "counts.csv", 4, "count", "NA"),
    Fault("a fraction", swap("counts.csv", "proposed,12", "proposed,12.5"),
          "error", "counts.csv", 4, "count", "12.5"),
    Fault("a lost thousands point", swap("counts.csv", "proposed,12", "proposed,1.25"),
          "error", "counts.csv", 4, "count", "1250"),
    Fault("a thousands point above the units", swap("counts.csv", "proposed,12", "proposed,1.250"),
          "error", "counts.csv", 4, "count", "1250"),
    Fault("thousands point", swap("districts.csv", ",40,", ",1.040,"),
          "warning", "districts.csv", 4, "units", "1040"),
    Fault("below zero", swap("counts.csv", "proposed,12", "proposed,-12"),
          "error", "counts.csv", 4, "count", "-12"),
    Fault("year out of range", swap("counts.csv", "15.71,2015,proposed", "15.71,215,proposed"),
          "error", "counts.csv", 4, "year", "215"),
    Fault("date", swap("judgements.csv", "2024-05-01", "05/04/2024"),
          "error", "judgements.csv", 2, "on", "05/04/2024"),
    Fault("choice", swap("sources.csv", "statistic", "statistics"),
          "error", "sources.csv", 2, "kind", "statistic"),
    Fault("yes or no", swap("coders.csv", "yes", "perhaps"),
          "error", "coders.csv", 2, "blind", "perhaps"),
    Fault("blank cell", swap("counts.csv", "15.71,2015,proposed", "15.71,,proposed"),
          "error", "counts.csv", 4, "year"),
    Fault("ambiguous decimal",
          add("budget.csv", "year,allotted,spent,source_id\n2015,1.500,2.500,report\n"),
          "error", "budget.csv", 2, "allotted", "1500"),
    # rows, columns, files
    Fault("column missing", swap("counts.csv", HEAD, HEAD.replace("year", "when")),
          "error", "counts.csv", 1, "year"),
    Fault("unknown heading", swap("counts.csv", HEAD, HEAD.replace("known", "knowm")),
          "warning", "counts.csv", 1, "knowm", "known"),
    Fault("doubled heading", swap("counts.csv", HEAD, HEAD.replace("note", "jumlah")),
          "error", "counts.csv", 1, "count", "jumlah"),
    Fault("no heading", swap("counts.csv", HEAD, "15.70,2015,proposed,1,report,,"),
          "error", "counts.csv", None, ""),
    Fault("title above the headings", swap("counts.csv", HEAD, f"Rekap 2015,,,,,,\n{HEAD}"),
          "warning", "counts.csv", 2, ""),
    Fault("too many cells", swap("counts.csv", "proposed,12,report,,", "proposed,12,report,,a,b"),
          "error", "counts.csv", 4, "", "8"),
    Fault("too few cells", swap("counts.csv", "proposed,12,report,,", "proposed,12,report"),
          "warning", "counts.csv", 4, "", "5"),
    Fault("open quotation mark", swap("counts.csv", "proposed,12,report,,",
                                      'proposed,12,report,,"oh'),
          "error", "counts.csv", 4, ""),
    Fault("repeated row", append("counts.csv", "15.71,2015,proposed,13,report,,\n"),
          "error", "counts.csv", 8, "district_id", "12, 13"),
    Fault("repeated row without a year",
          append("counts.csv", "15.71,,proposed,13,report,,\n15.71,,proposed,14,report,,\n"),
          "error", "counts.csv", 9, "district_id", "8: 15.71, proposed, report"),
    Fault("empty file", add("counts.csv", ""), "error", "counts.csv", None, "", "district_id"),
    Fault("table missing", remove("counts.csv"), "error", "counts.csv", None, "", "district_id"),
    Fault("two files", lambda f: write_xlsx(f / "counts.xlsx", counts=cells_of(TABLES["counts"])),
          "error", "counts.csv", None, "", "counts.xlsx"),
    Fault("file and sheet",
          lambda f: write_xlsx(f / "study.xlsx", counts=cells_of(TABLES["counts"])),
          "error", "counts.csv", None, "", "study.xlsx[counts]"),
    Fault("misspelt file", lambda f: (f / "actors.csv").rename(f / "actor.csv"),
          "warning", "actor.csv", None, "", "actors.csv"),
    Fault("old workbook", add("targets.xls", "x"), "warning", "targets.xls", None, "", ".xlsx"),
    Fault("other encoding",
          lambda f: (f / "sources.csv").write_bytes(
              TABLES["sources"].replace("Laporan", "Café").encode("cp1252")),
          "note", "sources.csv", None, "", "Windows-1252"),
    Fault("other separator",
          lambda f: write(f / "actors.csv", TABLES["actors"].replace(",", ";")),
          "note", "actors.csv", None, ""),
    # workbooks
    Fault("no workbook", lambda f: ((f / "counts.csv").unlink(), write(f / "counts.xlsx", "x"))[0],
          "error", "counts.xlsx", None, "", ".xlsx"),
    Fault("half a workbook", half("counts"), "error", "counts.xlsx", None, "", "Excel"),
    Fault("open in a spreadsheet program",
          lambda f: (as_xlsx("counts", lambda i, j, c: c)(f),
                     write(f / "~$counts.xlsx", "lock"))[0],
          "warning", "counts.xlsx", None, ""),
    Fault("damaged study.xlsx", add("study.xlsx", "x"), "error", "study.xlsx", None, "", ".xlsx"),
    Fault("other sheets",
          lambda f: (remove("actors.csv")(f), write_xlsx(
              f / "actors.xlsx", actors=cells_of(TABLES["actors"]), lama=[["x"]]))[0],
          "warning", "actors.xlsx", None, "", "lama"),
    Fault("misspelt sheet", lambda f: write_xlsx(f / "study.xlsx", target=[["x"]]),
          "warning", "study.xlsx[target]", None, "", "targets"),
    Fault("code stored as a number", as_xlsx("counts", codes_as_numbers),
          "warning", "counts.xlsx", 2, "district_id", "15.70"),
    Fault("code as number does not resolve", as_xlsx("counts", codes_as_numbers),
          "error", "counts.xlsx", 2, "district_id", "15.70"),
    Fault("error cell", as_xlsx("counts", lambda i, j, c: "#REF!" if (i, j) == (4, 3) else c),
          "error", "counts.xlsx", 4, "count", "#REF!"),
    Fault("formula without value",
          as_xlsx("counts", lambda i, j, c: "=6*2" if (i, j) == (4, 3) else c),
          "error", "counts.xlsx", 4, "count"),
    # references
    Fault("unknown district", swap("counts.csv", "15.71,2015,proposed", "15.79,2015,proposed"),
          "error", "counts.csv", 4, "district_id", "15.79"),
    Fault("district's name", swap("counts.csv", "15.71,2015,proposed", "Kota baru,2015,proposed"),
          "error", "counts.csv", 4, "district_id", "15.71"),
    Fault("district's alias", swap("counts.csv", "15.71,2015,proposed", "KOBAR,2015,proposed"),
          "error", "counts.csv", 4, "district_id", "15.71"),
    Fault("district misspelt", swap("counts.csv", "15.71,2015,proposed", "Kenangga,2015,proposed"),
          "error", "counts.csv", 4, "district_id", "Kenanga"),
    Fault("trailing zero", swap("counts.csv", "15.70,2015,proposed", "15.7,2015,proposed"),
          "error", "counts.csv", 2, "district_id", "15.70"),
    Fault("source", swap("counts.csv", "proposed,12,report", "proposed,12,repport"),
          "error", "counts.csv", 4, "source_id", "report"),
    Fault("stage", swap("counts.csv", "15.71,2015,proposed", "15.71,2015,propose"),
          "error", "counts.csv", 4, "stage", "proposed"),
    Fault("a label of two stages",
          lambda f: (change(f / "study.yml", "{id: ikut, en: took part}", "{id: Ikut, en: done}"),
                     change(f / "study.yml", "{id: terlaksana, en: implemented}",
                            "{id: ikut, en: implemented}"),
                     change(f / "counts.csv", "15.71,2015,proposed", "15.71,2015,ikut"))[0],
          "error", "counts.csv", 4, "stage", "implemented, took_part"),
    Fault("stage's label in a register",
          add("register.csv", "unit_id,district_id,year,stage\nu1,15.71,2015,Diusulkan\n"),
          "error", "register.csv", 2, "stage", "proposed"),
    Fault("indicator's alias", swap("judgements.csv", "content.resources", "Sumberdaya"),
          "error", "judgements.csv", 2, "indicator", "content.resources"),
    Fault("one of several ids", swap("actors.csv", "S1|S2", "S1|S9"),
          "error", "actors.csv", 2, "segment_ids", "S9"),
    # districts and counts
    Fault("no districts yet", add("districts.csv", "district_id,name,units\n"),
          "warning", "districts.csv", None, "", "bantar run"),
    Fault("no counts yet", add("counts.csv", HEAD + "\n"), "warning", "counts.csv", None, ""),
    Fault("two sources disagree", append("counts.csv", "15.70,2015,proposed,17,talk,,\n"),
          "warning", "counts.csv", 2, "count", "17 (talk): 10"),
    Fault("two sources disagree, as is known",
          append("counts.csv", "15.70,2015,proposed,17,talk,counted twice,\n"),
          "note", "counts.csv", 2, "count", "counted twice"),
    Fault("lost zero in the list",
          lambda f: (change(f / "districts.csv", "15.70,", "15.7,"),
                     change(f / "study.yml", '"15.70"', '"15.71"'))[0],
          "warning", "districts.csv", 2, "district_id", "15.70"),
    Fault("total among the districts", append("districts.csv", "15.73,JUMLAH,,,90,report\n"),
          "warning", "districts.csv", 5, "name", "published.csv"),
    Fault("total as a code", append("districts.csv", "Jumlah,,,,90,report\n"),
          "warning", "districts.csv", 5, "district_id", "published.csv"),
    Fault("total among the counts", append("counts.csv", "Jumlah,2015,proposed,31,report,,\n"),
          "error", "counts.csv", 8, "district_id", "published.csv"),
    Fault("other than printed",
          lambda f: write(f / "published.csv", "source_id,table,row,district_id,column,year,stage,"
                          "printed\nreport,1,Melati,15.70,proposed 2015,2015,proposed,11\n"),
          "warning", "counts.csv", 2, "count", "11"),
    Fault("one name twice", swap("districts.csv", "Kenanga,,Kota Uji", "kota baru,,Kota Uji"),
          "warning", "districts.csv", 4, "name", "3"),
    Fault("no counts", append("districts.csv", "15.73,Mawar,,Kota Uji,9,report\n"),
          "warning", "districts.csv", 5, "district_id", "Mawar"),
    Fault("more than its units", swap("counts.csv", "15.71,2015,proposed,12",
                                      "15.71,2015,proposed,31"),
          "warning", "counts.csv", 4, "count", "30"),
    Fault("later stage above earlier", swap("counts.csv", "implemented,4", "implemented,14"),
          "warning", "counts.csv", 3, "count", "2"),
    Fault("known in the other row",
          lambda f: (change(f / "counts.csv", "implemented,4", "implemented,14"),
                     change(f / "counts.csv", "10,report,", "10,report,printed so"))[0],
          "note", "counts.csv", 3, "count", "printed so"),
    # privacy
    Fault("text of a closed source",
          swap("segments.csv", "d3,,,talk.txt", "d3,Kata orang,Words,talk.txt"),
          "error", "segments.csv", 4, "text_id", "talk"),
    Fault("document of a closed source", add("documents/talk.txt", "words"),
          "error", "segments.csv", 4, "document", "talk.txt"),
    # coding logs
    Fault("log line", swap("codings/ani.jsonl", '{"id": "e2"', '"id": "e2"'),
          "error", "codings/ani.jsonl", 2, ""),
    Fault("half a last line", append("codings/ani.jsonl", '{"id": "e4", "eve'),
          "warning", "codings/ani.jsonl", 4, ""),
    Fault("log event", swap("codings/ani.jsonl", '"memo", "of"', '"memmo", "of"'),
          "error", "codings/ani.jsonl", 3, "event", "memo"),
    Fault("log segment", swap("codings/ani.jsonl", '"S2"', '"S22"'),
          "error", "codings/ani.jsonl", 2, "segment", "S22"),
    Fault("log code", swap("codings/ani.jsonl", 'resources", "valence": "inhibits"',
                           'resource", "valence": "inhibits"'),
          "error", "codings/ani.jsonl", 2, "code", "content.resources"),
    Fault("log valence", swap("codings/ani.jsonl", '"inhibits"', '"inhibit"'),
          "error", "codings/ani.jsonl", 2, "valence", "inhibits"),
    Fault("log refers to nothing", swap("codings/ani.jsonl", '"of": "e2"', '"of": "e9"'),
          "error", "codings/ani.jsonl", 3, "of", "e9"),
    Fault("log id twice", swap("codings/ani.jsonl", '{"id": "e2"', '{"id": "e1"'),
          "error", "codings/ani.jsonl", 2, "id", "e1"),
    Fault("another's line", append("codings/ani.jsonl",
                                   '{"id": "e4", "event": "undo", "of": "e2", "coder": "budi"}\n'),
          "error", "codings/ani.jsonl", 4, "coder", "budi"),
    Fault("unknown coder", swap("coders.csv", "ani,Ani", "budi,Ani"),
          "error", "codings/ani.jsonl", None, "coder", "ani"),
    # study.yml
    Fault("no settings", remove("study.yml"), "error", "study.yml", None, "", "bantar new"),
    Fault("YAML", swap("study.yml", "title: {id: Studi kecil", "title: {id: Studi: kecil: x"),
          "error", "study.yml", 4, ""),
    Fault("key missing", swap("study.yml", "synthetic: true\n", ""),
          "error", "study.yml", None, "synthetic", "synthetic: false"),
    Fault("key misspelt", swap("study.yml", "counts_are: flow", "counts_are: flow\nlicense: x"),
          "warning", "study.yml", 17, "license", "licence"),
    Fault("key twice", swap("study.yml", "counts_are: flow", "counts_are: flow\nid: other"),
          "error", "study.yml", 17, "id"),
    Fault("one language", swap("study.yml", "{id: Kota Uji, en: Test City}", "{id: Kota Uji}"),
          "error", "study.yml", 6, "place.en", "en"),
    Fault("no language", swap("study.yml", "{id: Kota Uji, en: Test City}", "Kota Uji"),
          "error", "study.yml", 6, "place", "id"),
    Fault("a word that YAML takes for false", swap("study.yml", "en: took part", "en: no"),
          "error", "study.yml", 15, "unstaged.0.label.en", '"no"'),
    Fault("code that YAML takes for a number", swap("study.yml", '"15.70"', "15.70"),
          "error", "study.yml", 10, "focus_district", '"15.70"'),
    Fault("focus district", swap("study.yml", '"15.70"', '"15.7"'),
          "error", "study.yml", 10, "focus_district", "15.70"),
    Fault("flow or stock", swap("study.yml", "flow", "flows"),
          "error", "study.yml", 16, "counts_are", "stock"),
    Fault("synthetic", swap("study.yml", "synthetic: true", "synthetic: perhaps"),
          "error", "study.yml", 3, "synthetic", "false"),
    Fault("format", swap("study.yml", "format: 1", "format: 9"),
          "error", "study.yml", 1, "format", "9"),
    Fault("stage twice", swap("study.yml", "id: took_part", "id: proposed"),
          "error", "study.yml", 15, "unstaged.0.id", "proposed"),
    Fault("stage without label", swap("study.yml", ", label: {id: ikut, en: took part}", ""),
          "error", "study.yml", 15, "unstaged.0", "label"),
    Fault("execution", swap("study.yml", "flow", "flow\nexecution: {to: implementd}"),
          "error", "study.yml", 17, "execution.to", "implemented"),
    Fault("execution backwards",
          swap("study.yml", "flow", "flow\nexecution: {from: implemented, to: proposed}"),
          "error", "study.yml", 17, "execution"),
    Fault("framework", swap("study.yml", "framework: tiny", "framework: grindel"),
          "error", "study.yml", 9, "framework", "grindle"),
    Fault("framework's form", swap("tiny.yml", "dimensions:", "dimension:"),
          "error", "tiny.yml", 1, "", "dimensions"),
    Fault("framework's YAML", swap("tiny.yml", 'version: "1"', "version: 1: 2"),
          "error", "tiny.yml", 2, ""),
]  # fmt: skip


def found_at(problems: list[Problem], fault: Fault) -> list[Problem]:
    place = (fault.severity, fault.file, fault.row, fault.column)
    return [p for p in problems if (p.severity, p.file, p.row, p.column) == place]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name)
def test_fault_is_found_and_said_in_both_languages(study_folder, fault):
    fault.spoil(study_folder)
    said = {}
    for lang in ("id", "en"):
        with language(lang):
            problems = check_study(study_folder)
        matching = [p for p in found_at(problems, fault) if fault.says in p.message + p.remedy]
        assert matching, "\n".join(f"{p.severity} {p}" for p in problems)
        said[lang] = matching[0]
    assert said["id"].message != said["en"].message
    silent = {"other separator", "known in the other row", "two sources disagree, as is known"}
    # nothing is to be done about these
    if fault.name not in silent:
        assert said["id"].remedy and said["en"].remedy
        assert said["id"].remedy != said["en"].remedy


def test_a_valid_study_has_no_faults(study_folder):
    assert check_study(study_folder) == []


def test_all_faults_are_reported_at_once_in_order(study_folder):
    spoiled = ("not a number", "choice", "one of several ids", "log valence")
    for fault in FAULTS:
        if fault.name in spoiled:
            fault.spoil(study_folder)
    problems = check_study(study_folder)
    assert [p.file for p in problems] == [
        "actors.csv", "codings/ani.jsonl", "counts.csv", "sources.csv",
    ]  # fmt: skip


def test_one_fault_in_many_rows_is_one_problem(study_folder):
    text = TABLES["counts"].replace("report", "rapport")
    write(study_folder / "counts.csv", text)
    (problem,) = check_study(study_folder)
    assert (problem.row, problem.column) == (2, "source_id")
    assert "3, 4, 5, 6 and 1 more" in problem.message


def test_rows_are_those_a_spreadsheet_shows(study_folder):
    # A blank line is a row of its own; a line break inside a cell is not.
    text = TABLES["counts"].replace(
        "15.70,2015,proposed,10,report,,\n", '15.70,2015,proposed,10,report,,"two\nlines"\n\n'
    ).replace("proposed,9", "proposed,nine")  # fmt: skip
    write(study_folder / "counts.csv", text)
    (problem,) = check_study(study_folder)
    assert problem.row == 7


def test_lock_files_and_private_notes_are_left_alone(study_folder):
    write(study_folder / "~$counts.xlsx", "lock")
    write(study_folder / "notes.xls", "mine")
    assert check_study(study_folder) == []


def test_a_locked_workbook_says_that_it_is_open(study_folder, monkeypatch):
    change_to_xlsx = as_xlsx("counts", lambda i, j, c: c)
    change_to_xlsx(study_folder)
    opened = Path.open

    def refuse(self, *args, **kwargs):
        if self.name == "counts.xlsx":
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refuse)
    (problem,) = check_study(study_folder)
    assert "is open in another program" in problem.message
    assert "Excel" in problem.remedy


def test_a_folder_that_is_not_there(tmp_path):
    (problem,) = check_study(tmp_path / "nowhere")
    assert problem.severity == "error"


def test_a_problem_is_one_line():
    problem = Problem("error", "counts.csv", 14, "count", "message", "remedy")
    assert str(problem) == "counts.csv:14:count: message — remedy"
    assert str(Problem("note", "a.csv", None, "", "read", "")) == "a.csv: read"


@pytest.mark.parametrize("seed", range(8))
def test_no_spoilt_bytes_make_the_check_fall_over(study_folder, seed):
    """Whatever bytes a file holds, what comes out is problems."""
    draw = random.Random(seed)
    for name in ("study.yml", "tiny.yml", "counts.csv", "districts.csv", "codings/ani.jsonl"):
        path = study_folder / name
        data = bytearray(path.read_bytes())
        for _n in range(draw.randrange(1, 12)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        path.write_bytes(bytes(data[: draw.randrange(len(data) // 2, len(data))]))
    assert all(str(p) for p in check_study(study_folder))


@pytest.mark.parametrize("old", ["", "15."], ids=["valid", "every district unknown"])
def test_a_large_table_is_checked_in_seconds(study_folder, old):
    """40,000 rows take about half a second; the bound only catches what grows with their square."""
    rows = [f"15.{70 + n % 3},{1900 + n // 3 % 200},took_part,1,s{n // 600}" for n in range(40_000)]
    head = "district_id,year,stage,count,source_id"
    text = "\n".join([head, *(r.replace(old, f"x{n}.") if old else r for n, r in enumerate(rows))])
    write(study_folder / "counts.csv", text)
    write(study_folder / "sources.csv", TABLES["sources"] + "".join(
        f"s{n},statistic,a,b,quote\n" for n in range(67)))  # fmt: skip
    started = time.perf_counter()
    problems = check_study(study_folder)
    assert time.perf_counter() - started < 15
    assert len([p for p in problems if p.severity == "error"]) == (40_000 if old else 0)
