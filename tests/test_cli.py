"""Every command as a user types it: what is printed where, and the exit code."""

from __future__ import annotations

import argparse
import csv
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

from bantar_lib import __version__
from bantar_lib.cli import main
from bantar_lib.study import list_studies, load_study

COMMANDS = (
    "list", "check", "run", "audit", "report", "site", "export", "code", "new", "lab",
)  # fmt: skip


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch) -> Path:
    """Start in an empty folder."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


class Said:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def bantar(capsys):
    """Run the command in this process."""

    def run(*arguments: str | Path) -> Said:
        try:
            code = main([str(a) for a in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Said(code, said.out, said.err)

    return run


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# help


@pytest.mark.parametrize("lang", ["id", "en"])
def test_help(bantar, monkeypatch, lang):
    monkeypatch.setenv("LC_ALL", {"id": "id_ID.UTF-8", "en": "C.UTF-8"}[lang])
    said = bantar("--help")
    assert said.code == 0
    for command in COMMANDS:
        assert re.search(rf"^ +{command} ", said.out, re.MULTILINE)
    assert ("penggunaan: bantar" in said.out) is (lang == "id")
    assert ("usage: bantar" in said.out) is (lang == "en")


@pytest.mark.parametrize("command", COMMANDS)
def test_no_english_is_left_in_an_indonesian_help(bantar, command):
    said = bantar(command, "--lang", "id", "--help")
    assert said.code == 0
    english = r"\b(the|of|and|show|usage|options|positional|exit|name|with|from the|study)\b"
    text = re.sub(r"--[\w-]+|RECAP\.xlsx|\{[\w,]+\}", "", said.out)
    assert not re.search(english, text), text


def test_every_option_has_a_help_text():
    from bantar_lib.cli import _parser

    (commands,) = [a for a in _parser()._actions if isinstance(a, argparse._SubParsersAction)]
    assert set(commands.choices) == set(COMMANDS)
    for name, parser in commands.choices.items():
        for action in parser._actions:
            assert action.help or action.choices, f"{name}: {action.dest}"


def test_version(bantar):
    assert bantar("--version").out == f"bantar {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "id_", "en"),
    [
        ([], "argumen berikut wajib diisi: PERINTAH", "arguments are required: COMMAND"),
        (["run"], "argumen berikut wajib diisi: STUDI", "arguments are required: STUDY"),
        (["rum"], "pilihan 'rum' tidak dikenal (pilih dari", "invalid choice: 'rum' (choose from"),
        (["check", "x", "--all"], "argumen tidak dikenal: --all", "unrecognized arguments: --all"),
        (["run", "x", "--district"], "memerlukan sedikitnya satu nilai", "at least one argument"),
        (["report", "x", "--district"], "memerlukan satu nilai", "expected one argument"),
        (["run", "x", "--workers", "0"], "0 bukan bilangan bulat", "0 is no whole number"),
        (["run", "x", "--workers", "two"], "two bukan bilangan bulat", "two is no whole number"),
        (
            ["new", "x", "--template", "--from", "y"],
            "tidak boleh bersama argumen",
            "not allowed with argument",
        ),
        (["list", "--lang", "it"], "pilihan 'it' tidak dikenal", "invalid choice: 'it'"),
    ],
)
def test_a_wrong_command_line(bantar, monkeypatch, arguments, id_, en):
    for setting, text, word in (
        ("C.UTF-8", en, "usage: bantar"),
        ("id_ID.UTF-8", id_, "penggunaan: bantar"),
    ):
        monkeypatch.setenv("LC_ALL", setting)
        said = bantar(*arguments)
        assert said.code == 2
        assert said.out == ""
        assert text in said.err
        assert word in said.err


def test_argparse_is_left_as_it_was(bantar):
    own = argparse._, argparse.ngettext
    bantar("run", "--lang", "id")
    assert (argparse._, argparse.ngettext) == own


# list and check


def test_list(bantar, write_small, monkeypatch):
    folder = write_small()
    monkeypatch.setenv("BANTAR_DATA", str(folder.parent))
    said = bantar("list")
    assert said.code == 0
    found = {row["name"]: row for row in rows(said.out)}
    assert set(found) == set(list_studies()["name"]) >= {"kampung_bantar", "small"}
    assert found["small"]["synthetic"] == "True"


def test_check_of_a_sound_study(bantar, write_small):
    said = bantar("check", write_small())
    assert said.code == 0
    assert said.out == ""
    assert said.err == "0 errors, 0 warnings.\n"


@pytest.mark.parametrize("lang", ["id", "en"])
def test_check_names_each_fault_in_one_line(bantar, write_small, lang):
    folder = write_small(
        [("01", "Melati", "forty"), ("02", "Kenanga", 50)],
        [("01", 2020, "proposed", "-3"), ("09", 2020, "proposed", 4), ("01", 2020, "finished", 4)],
    )
    said = bantar("check", folder, "--lang", lang)
    assert said.code == 1
    places = [line.split(": ")[0] for line in said.out.splitlines()]
    assert {"counts.csv:2:count", "counts.csv:3:district_id", "counts.csv:4:stage",
            "districts.csv:2:units"} <= set(places)  # fmt: skip
    assert all(" — " in line for line in said.out.splitlines())
    counted = {"id": r"4 kesalahan, \d peringatan\.\n", "en": r"4 errors, \d warnings?\.\n"}
    assert re.fullmatch(counted[lang], said.err)


@pytest.mark.parametrize(
    ("lang", "said_of_one", "said_of_two"),
    [
        ("en", "1 error, 1 warning.\n", "2 errors, 0 warnings.\n"),
        ("id", "1 kesalahan, 1 peringatan.\n", "2 kesalahan, 0 peringatan.\n"),
    ],
)
def test_check_counts_in_words_that_agree(bantar, write_small, lang, said_of_one, said_of_two):
    places = [("01", "Melati", 40), ("02", "Kenanga", 50)]
    one = write_small(places, [("01", 2020, "proposed", "-3")])  # and Kenanga has no counts
    assert bantar("check", one, "--lang", lang).err == said_of_one
    counts = [("01", 2020, "proposed", "-3"), ("02", 2020, "proposed", "x")]
    assert bantar("check", write_small(places, counts, name="two"), "--lang", lang).err == (
        said_of_two
    )


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "“Melati”: wells has no districts yet. Fill in the table districts."),
     ("id", "“Melati”: wells belum mempunyai wilayah. Isi tabel districts.")],
)  # fmt: skip
def test_check_of_a_study_to_fill_in_names_what_run_refuses(bantar, elsewhere, lang, words):
    bantar("new", "wells", "--template")
    said = bantar("check", "wells", "--lang", lang)
    assert said.code == 0
    assert "study.xlsx[districts]: " in said.out and "`bantar run`" in said.out
    assert bantar("run", "wells", "--lang", lang).code == 1
    said = bantar("run", "wells", "--district", "Melati", "--lang", lang)
    assert (said.code, words in said.err) == (1, True)


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "Nothing is to be run"), ("id", "Tidak ada yang perlu dijalankan")]
)
def test_a_dry_run_with_nothing_to_do_says_so(bantar, write_small, monkeypatch, lang, words):
    from bantar_lib import batch

    study = write_small()
    found = batch.list_due(study)
    monkeypatch.setattr(batch, "list_due", lambda *_args, **_more: found)
    assert words not in bantar("run", study, "--dry-run", "--lang", lang).err
    found = found.iloc[:0]
    said = bantar("run", study, "--dry-run", "--lang", lang)
    assert (said.code, len(said.out.splitlines())) == (0, 1)
    assert words in said.err


def test_check_of_no_study(bantar, elsewhere):
    said = bantar("check", "nowhere")
    assert said.code == 1
    assert said.out == ""
    assert "There is no study “nowhere”" in said.err
    assert len(said.err.splitlines()) == 1


def test_a_study_with_faults_is_not_run(bantar, write_small, elsewhere):
    folder = write_small(counts=[("01", 2020, "proposed", "-3")])
    said = bantar("run", folder)
    assert said.code == 1
    assert "counts.csv:2:count" in said.err
    assert not (elsewhere / "outputs").exists()


# run, audit, report


def test_run_of_an_unknown_district(bantar, elsewhere):
    said = bantar("run", "kampung_bantar", "--district", "Kota Batu", "--lang", "en")
    assert (said.code, said.out) == (1, "")
    assert "Did you mean Kota Baru" in said.err
    assert not (elsewhere / "outputs").exists()
    assert "Apakah maksudnya Kota Baru" in bantar(
        "run", "kampung_bantar", "--district", "Kota Batu", "--lang", "id"
    ).err  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "said"),
    [("weeks", "--set weeks: write it as NAME=VALUE."), ("=3", "--set =3"), ("x=1", "parameter x")],
)
def test_run_with_a_wrong_parameter(bantar, elsewhere, setting, said):
    done = bantar("run", "kampung_bantar", "--set", setting, "--lang", "en")
    assert done.code == 1
    assert said in done.err
    assert not (elsewhere / "outputs").exists()


def test_audit(bantar):
    said = bantar("audit", "kampung_bantar")
    assert said.code == 0
    found = rows(said.out)
    assert found
    assert "agrees" not in {row["verdict"] for row in found}
    every = rows(bantar("audit", "kampung_bantar", "--all").out)
    assert {row["verdict"] for row in every} >= {"agrees", "differs"}
    assert len(every) > len(found)


def test_audit_of_the_statements(bantar):
    found = rows(bantar("audit", "kampung_bantar", "--claims").out)
    assert found
    assert {"claim_id", "verdict", "slip"} <= set(found[0])


def test_data_into_a_pipe_have_plain_line_ends(bantar):
    assert "\r" not in bantar("audit", "kampung_bantar").out


def test_a_table_on_a_terminal_is_aligned(bantar, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    english, indonesian = (bantar("list", "--lang", x).out.splitlines() for x in ("en", "id"))
    assert english[0].split()[-2:] == ["made", "up"]
    assert "title_id" not in english[0]
    assert "rekaan" in indonesian[0]
    assert len({len(line) for line in english}) == 1, "the columns are aligned"


def test_report_without_a_run(bantar, elsewhere):
    said = bantar("report", "kampung_bantar", "--district", "Kota Baru", "--lang", "en")
    assert (said.code, said.out) == (1, "")
    assert 'Run first: bantar run kampung_bantar --district "Kota Baru" --lang en' in said.err
    assert len(said.err.splitlines()) == 1
    assert not any(elsewhere.iterdir())


# new


def test_new(bantar, elsewhere):
    said = bantar("new", "wells", "--title", "Wells")
    assert said.code == 0
    folder = elsewhere / said.out.strip()
    assert (folder / "study.yml").is_file()
    assert "still to be filled in" in said.err
    checked = bantar("check", "wells")
    assert (checked.code, checked.err.splitlines()[-1][:8]) == (0, "0 errors")


def test_new_says_the_next_step_so_that_it_works(bantar, elsewhere):
    said = bantar("new", elsewhere / "deep" / "wells")
    next_step = re.search(r"bantar check (\S+)", said.err)
    assert next_step
    assert bantar("check", next_step[1]).code == 0


def test_new_as_a_workbook(bantar, elsewhere):
    said = bantar("new", "wells", "--template")
    folder = elsewhere / said.out.strip()
    assert (folder / "study.xlsx").is_file()
    assert not list(folder.glob("*.csv"))
    assert bantar("check", "wells").code == 0


def test_new_overwrites_nothing(bantar, elsewhere):
    folder = elsewhere / bantar("new", "wells").out.strip()
    (folder / "counts.csv").write_text("mine", "utf-8")
    said = bantar("new", "wells")
    assert (said.code, said.out) == (1, "")
    assert len(said.err.splitlines()) == 1
    for lang, words in {"en": "go on filling it in", "id": "lanjutkan mengisinya"}.items():
        said = bantar("new", "wells", "--lang", lang)
        assert words in said.err and f"`bantar check {Path('data') / 'wells'}`" in said.err
    assert (folder / "counts.csv").read_text("utf-8") == "mine"


@pytest.mark.parametrize("framework", ["edwards", "nonesuch"])
def test_new_with_a_framework(bantar, elsewhere, framework):
    said = bantar("new", "wells", "--framework", framework)
    if framework == "nonesuch":
        assert (said.code, said.out) == (1, "")
        assert "nonesuch" in said.err
        assert not any(elsewhere.rglob("study.yml"))
    else:
        assert load_study("wells").framework.id == framework


RECAP = [
    ["No.", "Kecamatan", "Jumlah RT", "Diusulkan 2020", "Terlaksana 2020"],
    [1, "Melati", 40, 12, 9],
    [2, "Kenanga", 50, 20, 11],
    ["Jumlah", None, 90, 32, 20],
]


def recap(path: Path, table: list[list[object]]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in table:
        sheet.append(row)
    book.save(path)
    return path


def test_new_from_a_recap(bantar, elsewhere):
    path = recap(elsewhere / "rekap.xlsx", RECAP)
    said = bantar("new", "sumur", "--from", path, "--lang", "id", "--answer", "citation=Dinas",
                  "--answer", "place=Kota Uji", "--title", "Sumur", "--synthetic")  # fmt: skip
    assert said.code == 0, said.err
    assert "Diusulkan 2020" in said.err  # what each column is taken as
    study = load_study(elsewhere / said.out.strip())
    assert study.districts["name"].tolist() == ["Melati", "Kenanga"]
    assert study.counts["count"].sum() == 12 + 9 + 20 + 11
    assert study.synthetic
    assert study.text("title", "id") == "Sumur"
    assert bantar("check", study.path).code == 0


def test_a_recap_with_an_open_question_is_not_guessed(bantar, elsewhere):
    """A column that says neither year nor stage: nothing is made until it is answered."""
    path = recap(elsewhere / "rekap.xlsx", [
        ["Kecamatan", "Jumlah RT", "Ikut"], ["Melati", 40, 12], ["Kenanga", 50, 20],
    ])  # fmt: skip
    said = bantar("new", "sumur", "--from", path, "--lang", "en", "--yes")
    assert (said.code, said.out) == (1, "")
    assert "--answer" in said.err
    assert not any(elsewhere.rglob("study.yml"))


def test_questions_are_asked_on_a_terminal(bantar, elsewhere, monkeypatch):
    path = recap(elsewhere / "rekap.xlsx", [
        ["Kecamatan", "Jumlah RT", "Diusulkan"], ["Melati", 40, 12], ["Kenanga", 50, 20],
    ])  # fmt: skip
    asked = iter(["", "2020", "Kota Uji", *[""] * 9])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda: next(asked))
    said = bantar("new", "sumur", "--from", path, "--lang", "en", "--title", "Wells")
    assert said.code == 0, said.err
    assert "title: " not in said.err, "what was given is not asked"
    assert set(load_study("sumur").counts["year"]) == {2020}


def test_a_recap_that_is_not_there(bantar, elsewhere):
    said = bantar("new", "sumur", "--from", "rekap.xlsx")
    assert (said.code, said.out) == (1, "")
    assert "rekap.xlsx" in said.err
    assert not any(elsewhere.iterdir())


# what stops a command


@pytest.mark.parametrize("lang", ["id", "en"])
def test_stopping_is_no_crash(bantar, monkeypatch, lang):
    def stop(*_given, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("bantar_lib.batch.run_batch", stop)
    said = bantar("run", "kampung_bantar", "--lang", lang)
    assert said.code == 130
    assert said.err == {
        "id": "Dihentikan. Yang sudah selesai tetap tersimpan; perintah yang sama akan "
              "melanjutkannya.\n",
        "en": "Stopped. What had finished is kept; the same command goes on from there.\n",
    }[lang]  # fmt: skip


def test_the_end_of_input_stops_the_questions(bantar, elsewhere, monkeypatch):
    path = recap(elsewhere / "rekap.xlsx", [["Kecamatan", "Diusulkan"], ["Melati", 12]])

    def end():
        raise EOFError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", end)
    assert bantar("new", "sumur", "--from", path).code == 130


def test_a_folder_that_cannot_be_written(bantar, elsewhere):
    (elsewhere / "outputs").write_text("a file, no folder", "utf-8")
    said = bantar("run", "kampung_bantar", "--district", "Kota Baru", "--workers", "1")
    assert said.code == 1
    assert "outputs" in said.err


@pytest.mark.skipif(os.name == "nt", reason="a pipe ends otherwise on Windows")
def test_a_reader_that_has_had_enough(elsewhere):
    """`bantar list | head -0` ends quietly."""
    code = "import sys; from bantar_lib.cli import main; sys.exit(main(['list']))"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)  # fmt: skip
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0
    assert err == ""


@pytest.mark.parametrize("arguments", [["--lang", "id"], ["--lang=id"]])
def test_the_language_asked_for_goes_before_the_systems(bantar, arguments):
    assert "kesalahan" in bantar("check", "kampung_bantar", *arguments).err
