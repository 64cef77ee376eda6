"""Into a study: what is certain goes in once, everything else is told, and nothing by halves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bantar_lib import load_study
from bantar_lib.coding.log import codings, read_log
from bantar_lib.errors import UserError
from bantar_lib.exchange import (
    FoundProject,
    import_codings,
    propose_code_map,
    read_refi,
    read_taguette,
    read_workbook,
    write_refi,
    write_workbook,
)
from bantar_lib.exchange.found import CODES, CODINGS, SOURCES, UNPLACED, tidy
from bantar_lib.study import check_study

TALK = "Kas RT terisi 🧹.\nPetugas tidak datang.\n"
TAGUETTE = Path(__file__).parent / "data/taguette"


def found(*rows: dict, text: str = TALK, document: str = "talk.txt") -> FoundProject:
    names = dict.fromkeys(r["code"] for r in rows)
    return FoundProject(
        "Test 1",
        tidy(({"code": c, "name": c, "codable": True} for c in names), CODES),
        tidy([{"document": document, "text": text}] if text else [], SOURCES),
        tidy(({"document": document, "sure": "verified", **r} for r in rows), CODINGS),
        tidy([], UNPLACED),
    )


def row(start: int, end: int, code: str = "Tipe manfaat » mendukung", **more: object) -> dict:
    return {"start": start, "end": end, "quote": TALK[start:end], "code": code, **more}


def run(folder: Path, project: FoundProject, coder: str = "ani", **options):
    code_map = propose_code_map(project, load_study(folder).framework)
    return import_codings(folder, project, code_map, coder=coder, **options)


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes()
            for p in sorted(folder.rglob("*")) if p.is_file()}  # fmt: skip


@pytest.fixture
def folder(make_study, made):
    return make_study(
        [made.source("talk"), made.source("report", "paraphrase"), made.source("secret", "none")],
        [made.segment("S1", "report")],
    )


def test_a_dry_run_writes_nothing_and_says_all(folder):
    before = files(folder)
    report = run(folder, found(row(0, 6), row(17, 24, "Cuaca")), dry_run=True)
    assert files(folder) == before
    assert not report.written
    assert report.table()["count"].tolist() == [1, 1, 0, 1, 0]
    assert report.unmapped["code"].tolist() == ["Cuaca"]


def test_codings_and_document_of_a_source_that_may_be_quoted(folder):
    report = run(folder, found(row(0, 6, memo="ingat", at="2026-01-02T03:04:05Z")))
    assert report.written
    assert (folder / "documents/talk.txt").read_text(encoding="utf-8") == TALK
    (event,) = read_log(folder / "codings/ani.jsonl")
    assert event["span"]["quote"] == "Kas RT"
    assert event["span"]["suffix"] == " terisi 🧹.\nPetugas tidak datang."[:32]
    assert event["source"] == "talk"
    assert (event["code"], event["valence"], event["memo"], event["at"]) == (
        "content.benefits", "supports", "ingat", "2026-01-02T03:04:05.000Z")  # fmt: skip
    assert event["from"]["program"] == "Test 1"
    table = codings(load_study(folder))
    assert table[["document", "start", "end"]].to_numpy().tolist() == [["talk.txt", 0, 6]]
    faults = [p for p in check_study(folder) if "codings" in p.file]
    assert [p.column for p in faults] == ["coder"], "only the coder is not described yet"
    assert "Describe the coder “ani” in the table coders." in report.notes


@pytest.mark.parametrize("source", [None, "report", "secret"])
def test_texts_of_any_other_source_stay_private(folder, source):
    report = run(folder, found(row(0, 6), document="unknown.docx"), source=source)
    new = set(files(folder)) - {"study.yml"}
    assert {n for n in new if n.endswith((".jsonl", ".txt"))} == {
        "private/documents/unknown.txt", "private/codings/ani.jsonl",
    }  # fmt: skip
    assert "stay in private/" in " ".join(report.notes)


def test_importing_again_adds_nothing(folder):
    project = found(row(0, 6), row(17, 24, "Cuaca"))
    run(folder, project, keep_unmapped=True)
    before = files(folder)
    again = run(folder, project, keep_unmapped=True)
    assert files(folder) == before
    assert (again.codings, again.already) == (0, 2)


def test_what_a_coder_took_back_does_not_come_back(folder, made):
    run(folder, found(row(0, 6)))
    log = folder / "codings/ani.jsonl"
    (event,) = read_log(log)
    made.write_log(log, [event, {"id": "u", "event": "uncode", "of": event["id"]}])
    assert run(folder, found(row(0, 6))).codings == 0


def test_unmapped_codes_refuse_all_unless_they_are_kept(folder):
    before = files(folder)
    with pytest.raises(UserError, match=r"Nothing was imported: .* “Cuaca buruk”"):
        run(folder, found(row(0, 6), row(17, 24, "Cuaca buruk")))
    assert files(folder) == before
    run(folder, found(row(0, 6), row(17, 24, "Cuaca buruk")), keep_unmapped=True)
    events = read_log(folder / "codings/ani.jsonl")
    assert [e["event"] for e in events] == ["code", "make", "code"]
    assert (events[1]["code"], events[1]["label"]) == ("new.cuaca_buruk", "Cuaca buruk")
    assert "kept as it was found" in events[1]["memo"]
    assert events[2]["code"] == "new.cuaca_buruk"
    assert not [p for p in check_study(folder) if "codings" in p.file and p.column == "code"]


def test_codes_whose_names_look_alike_stay_apart(folder):
    run(folder, found(row(0, 3, "Cuaca!"), row(4, 6, "cuaca?"), row(7, 13, "ꦏꦱ꧀")),
        keep_unmapped=True)  # fmt: skip
    made = [e["code"] for e in read_log(folder / "codings/ani.jsonl") if e["event"] == "make"]
    assert len(set(made)) == 3


def test_codings_without_a_valence_are_told(folder):
    report = run(folder, found(row(0, 6, "Tipe manfaat")))
    assert report.notes[0].startswith("1 coding has no valence")
    assert read_log(folder / "codings/ani.jsonl")[0]["valence"] == ""


def test_our_own_segments_are_found_again(make_study, made, tmp_path):
    folder = make_study(
        [made.source("report", "paraphrase")],
        [made.segment("S1", "report"), made.segment("S2", "report")],
        logs={"codings/ani": [made.code("c1", "S1"),
                              made.code("c2", "S2", valence="mixed")]},
    )  # fmt: skip
    write_refi(load_study(folder), tmp_path / "p.qdpx")
    project = read_refi(tmp_path / "p.qdpx")
    assert run(folder, project).already == 2
    run(folder, project, coder="budi", only="ani")
    rows = codings(load_study(folder), "budi")[["segment_id", "code", "valence"]]
    assert rows.to_numpy().tolist() == [
        ["S1", "content.resources", "supports"], ["S2", "content.resources", "mixed"],
    ]  # fmt: skip
    assert not (folder / "private").exists()


def test_a_selection_across_two_segments_is_listed(make_study, made, tmp_path):
    folder = make_study(
        [made.source("report", "paraphrase")],
        [made.segment("S1", "report"), made.segment("S2", "report")],
    )
    write_refi(load_study(folder), tmp_path / "p.qdpx")
    project = read_refi(tmp_path / "p.qdpx")
    (text,) = project.sources["text"]
    start = text.index("Text of segment S1")
    rows = [row(start + 2, start + 8), row(start + 2, len(text) - 2)]
    both = found(*rows, text=text, document=project.sources["document"][0])
    report = run(folder, both)
    assert report.events["codings"][0]["segment"] == "S1"
    assert report.unplaced["why"].tolist() == [
        "its paragraph is no segment of the study, or of several"
    ]


def test_a_workbook_goes_back_into_the_log(folder, tmp_path, made):
    made.write_log(folder / "codings/budi.jsonl", [made.code("c1", "S1")])
    write_workbook(load_study(folder), tmp_path / "w.xlsx")
    run(folder, read_workbook(tmp_path / "w.xlsx"), coder="cici", only="budi")
    rows = codings(load_study(folder), "cici")[["segment_id", "code", "valence"]]
    assert rows.to_numpy().tolist() == [["S1", "content.resources", "supports"]]


def test_segments_of_closed_sources_go_to_the_private_log(make_study, made):
    folder = make_study([made.source("secret", "none")], [made.segment("S1", "secret")])
    run(folder, found({"segment": "S1", "code": "Tipe manfaat » mendukung"}, text=""))
    assert not (folder / "codings").exists()
    assert len(read_log(folder / "private/codings/ani.jsonl")) == 1
    report = run(folder, found({"segment": "S9", "code": "Tipe manfaat"}, text=""))
    assert report.unplaced["why"].tolist() == ["the study has no segment “S9”"]


def test_texts_without_a_place_are_sought_in_the_study(make_study, made):
    folder = make_study([made.source("rekaan_a")], files={
        "documents/rekaan_a.txt": read_taguette(TAGUETTE / "project.sqlite3").sources["text"][0],
    })  # fmt: skip
    project = read_taguette(TAGUETTE / "highlights.csv")
    report = run(folder, project, keep_unmapped=True)
    assert report.codings == 7
    assert set(report.unplaced["document"]) == {"rekaan_b.txt"}
    whole = read_taguette(TAGUETTE / "project.sqlite3")
    places = [(e["span"]["start"], e["span"]["end"])
              for e in read_log(folder / "codings/ani.jsonl") if e["event"] == "code"]  # fmt: skip
    first = whole.codings[whole.codings["document"] == "rekaan_a.txt"]
    assert sorted(places) == sorted(zip(first["start"], first["end"], strict=True))


def test_places_of_a_workbook_are_held_to_their_text(folder, tmp_path, made):
    run(folder, found(row(17, 37), row(0, 6)), coder="budi")
    write_workbook(load_study(folder), tmp_path / "w.xlsx")
    edited = "Baru: " + TALK.replace("Kas RT", "Dana")
    (folder / "documents/talk.txt").write_text(edited, encoding="utf-8")
    report = run(folder, read_workbook(tmp_path / "w.xlsx"), coder="cici", only="budi")
    (event,) = report.events["codings"]
    assert event["span"]["quote"] == TALK[17:37]
    assert event["span"]["start"] == edited.index(TALK[17:37])
    assert report.unplaced["why"].tolist() == ["its text stands 0 times in the document"]


def test_a_text_that_stands_twice_is_not_guessed(folder):
    quoted = {"quote": "satu", "code": "Tipe manfaat » netral"}
    report = run(folder, found(quoted, text="satu dua satu"))
    assert report.codings == 0
    assert report.documents == {}, "a text is kept for its codings only"
    assert report.unplaced["why"].tolist() == ["its text stands 2 times in the document"]


def test_a_document_of_the_same_name_but_another_text_keeps_its_own(folder):
    run(folder, found(row(0, 6)))
    other = TALK.replace("datang", "hadir")
    report = run(folder, found(row(0, 6), text=other), source="talk")
    assert list(report.documents) == ["documents/talk_2.txt"]
    assert (folder / "documents/talk.txt").read_text(encoding="utf-8") == TALK
    assert run(folder, found(row(0, 6), text=other), source="talk").already == 1


@pytest.mark.parametrize(
    "name", ["../../evil.txt", "..\\evil.txt", "/etc/evil.txt", "C:\\evil.txt", "a/b/evil.txt"]
)
def test_no_document_leaves_the_study(folder, name):
    report = run(folder, found(row(0, 6), document=name))
    assert list(report.documents) == ["private/documents/evil.txt"]
    assert not list(folder.parent.glob("*evil*"))


@pytest.mark.parametrize("coder", ["", "../x", "a b", "a/b", ".x"])
def test_a_coder_must_be_able_to_name_a_file(folder, coder):
    with pytest.raises(UserError, match="cannot name a coder"):
        run(folder, found(row(0, 6)), coder=coder)


def test_several_coders_must_be_told_apart(folder):
    both = found(row(0, 6, coder="Ani S."), row(17, 24, coder="Budi"))
    with pytest.raises(UserError, match=r"several coders: Ani S\., Budi"):
        run(folder, both)
    assert run(folder, both, only="Budi", dry_run=True).codings == 1
    with pytest.raises(UserError, match="no coder “Cici”"):
        run(folder, both, only="Cici")


def test_an_unknown_source(folder):
    with pytest.raises(UserError, match="no source “nothing”"):
        run(folder, found(row(0, 6)), source="nothing")


def test_a_log_that_was_cut_off_is_continued_below(folder):
    log = folder / "codings/ani.jsonl"
    log.parent.mkdir()
    log.write_bytes(b'{"id": "1", "eve')
    with pytest.warns(UserWarning, match="cut off"):
        run(folder, found(row(0, 6)))
    lines = log.read_bytes().splitlines()
    assert lines[0] == b'{"id": "1", "eve'
    assert [json.loads(line)["event"] for line in lines[1:]] == ["repair", "code"]


@pytest.mark.parametrize("text", ["a\0b and more", "\ufeffbegins with a mark"])
def test_a_text_that_a_file_cannot_keep_is_listed(folder, text):
    report = run(folder, found({"start": 2, "end": 6, "quote": text[2:6], "code": "Tipe manfaat"},
                               text=text))  # fmt: skip
    assert report.documents == {}
    assert report.unplaced["why"].tolist() == ["its text holds signs that a text file cannot keep"]
