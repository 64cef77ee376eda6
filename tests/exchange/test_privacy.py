"""A marker in every confidential place of a study, and no export that holds one."""

from __future__ import annotations

import zipfile
from pathlib import Path
from shutil import make_archive

import pytest

from bantar_lib import load_study
from bantar_lib.exchange import (
    quote_table,
    source_table,
    write_quote_tables,
    write_refi,
    write_workbook,
)
from bantar_lib.exchange.release import released
from bantar_lib.exchange.released_study import write_released_study
from bantar_lib.words import language

MARK = "RAHASIA"
SAFE = "TERBUKA"
TALK = f"Kas RT {SAFE}.\nKalimat lain.\n"


def secret(place: str) -> str:
    return f"{MARK}-{place}"


@pytest.fixture
def folder(make_study, made):
    closed = {"text_id": secret("segmen"), "text_en": secret("segment"),
              "note_en": secret("note"), "datum": secret("datum")}  # fmt: skip
    hidden = f"Isi {secret('document')} lengkap.\n"
    person = {"kind": "interview", "role": secret("role"), "citation": secret("citation"),
              "locator": secret("locator"), "note_en": secret("source_note"),
              "title_en": secret("title"), "title_id": secret("judul")}  # fmt: skip
    theme = {"event": "make", "at": "", "memo": secret("theme_memo"), "label": secret("theme")}
    folder = make_study(
        [
            made.source("talk", **person),
            made.source("closed", "none", **person),
            made.source("part", "quote", part_of="closed", title_en=secret("part")),
            made.source("retold", "paraphrase"),
        ],
        [
            made.segment("S1", "closed", **closed),
            made.segment("S2", "part", **closed),
            made.segment("S3", "retold", text_en=f"{SAFE} S3", text_id=f"{SAFE} S3",
                         document="retold.txt", start="0", end="9"),
            made.segment("S4", "nobody", **closed),
        ],
        files={
            "documents/talk.txt": TALK,
            "documents/closed.txt": hidden,
            "documents/part.txt": hidden,
            "documents/retold.txt": hidden,
            "documents/orphan.txt": hidden,
            "documents/twin.txt": hidden,
            "private/twin.txt": hidden,
            "private/own.txt": hidden,
            "private/documents/deep.txt": hidden,
        },
        logs={
            "codings/ani": [
                {"id": "m1", "code": "new.hidden", **theme},
                {"id": "m2", "code": "new.unused", **theme},
                made.code("a1", "S1", memo=secret("memo_closed")),
                made.code("a2", "S2", memo=secret("memo_part")),
                made.code("a3", "S3", memo=SAFE),
                made.code("a4", "S4", memo=secret("memo_unknown")),
                made.code("a5", made.span(TALK, f"Kas RT {SAFE}.", "talk.txt")),
                *(made.code(f"d{n}", made.span(hidden, "lengkap", name), source=source,
                            memo=secret("memo_span"), code="new.hidden")
                  for n, (name, source) in enumerate([
                      ("closed.txt", "closed"), ("part.txt", "part"), ("retold.txt", "retold"),
                      ("orphan.txt", ""), ("twin.txt", "talk"), ("own.txt", "talk"),
                      ("deep.txt", "talk"), ("../private/own.txt", "talk"),
                  ])),
                made.code("e1", {**made.span(TALK, "Kalimat lain.", "talk.txt"), "start": 0,
                                 "end": 3, "quote": secret("old_quote")}),
                {"id": "g1", "event": "undo", "of": "x", "memo": secret("undone")},
            ],
            "private/codings/ani": [
                made.code("p1", "S3", memo=secret("private_log")),
                {"id": "p2", "event": "memo", "of": "a3", "memo": secret("private_memo")},
            ],
            "private/codings/dina": [made.code("p1", "S3", memo=secret("private_coder"))],
        },
        tables={"judgements": [{"district_id": "01", "indicator": "content.site",
                                "rating": "contested", "reason_id": secret("alasan"),
                                "reason_en": secret("reason"), "by": secret("by"),
                                "on": "2026-01-01"}]},
    )  # fmt: skip
    link = folder / "documents/link.txt"
    link.symlink_to(folder / "private/own.txt")
    return folder


def everything(path: Path) -> str:
    """Return all that a file holds, the parts of a ZIP unpacked, with their names."""
    if not zipfile.is_zipfile(path):
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as parts:
        return "\n".join(n + parts.read(n).decode("utf-8", "replace") for n in parts.namelist())


def packed(study, path: Path) -> None:
    write_released_study(study, path.with_suffix(""))
    # A rating is published with its reason and the person who answers for it, as on the pages.
    (path.with_suffix("") / "judgements.csv").unlink()
    make_archive(str(path.with_suffix("")), "zip", path.with_suffix(""))


EXPORTS = {
    "p.qdpx": lambda study, path: write_refi(study, path),
    "one.qdpx": lambda study, path: write_refi(study, path, coder="ani"),
    "c.qdc": lambda study, path: write_refi(study, path),
    "w.xlsx": lambda study, path: write_workbook(study, path),
    "q.xlsx": lambda study, path: write_quote_tables(study, path),
    "q.docx": lambda study, path: write_quote_tables(study, path),
    "d.docx": lambda study, path: write_quote_tables(study, path, district="01"),
    "q.csv": lambda study, path: quote_table(study).to_csv(path),
    "s.csv": lambda study, path: source_table(study).to_csv(path),
    "study.zip": lambda study, path: packed(study, path),
}


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("name", EXPORTS)
def test_no_export_holds_a_secret(folder, tmp_path, name, lang):
    with language(lang):
        EXPORTS[name](load_study(folder), tmp_path / name)
    held = everything(tmp_path / name)
    assert MARK not in held, held[max(0, held.find(MARK) - 200) : held.find(MARK) + 60]
    if name not in ("c.qdc", "s.csv"):
        assert SAFE in held, "the export holds nothing, so it shows nothing"


def test_reports_of_what_was_kept_back_name_no_one(folder, tmp_path):
    table = write_refi(load_study(folder), tmp_path / "p.qdpx").table()
    assert MARK not in table.to_string()
    kept = table[table["kept_back"]].set_index("what")["count"]
    assert kept.to_dict() == {
        "segments of sources that may not be released": 3,
        "documents of which only a paraphrase, or nothing, may leave": 4,
        "documents of which the study does not say whose they are": 2,
        "codings in private logs": 2,
        "codings of segments that may not leave or do not exist": 3,
        "codings of documents that may not leave": 8,
        "codings whose place in the edited document nobody confirmed": 1,
    }


def test_the_markers_are_where_they_should_be(folder):
    """The planted places are real: opened, the same evidence shows them."""
    sources = (folder / "sources.csv").read_text(encoding="utf-8")
    (folder / "sources.csv").write_text(sources.replace(",none,", ",quote,"), encoding="utf-8")
    leaves = released(load_study(folder))
    said = [*leaves.documents.values(), *(c.memo + c.text for c in leaves.codings)]
    for place in ("document", "segment", "memo_closed", "memo_part", "memo_span"):
        assert any(secret(place) in text for text in said), place


def test_what_was_taken_back_in_the_private_log_does_not_leave(make_study, made, tmp_path):
    folder = make_study(
        [made.source("report")], [made.segment("S1", "report")],
        logs={"codings/ani": [made.code("c1", "S1")],
              "private/codings/ani": [{"id": "x", "event": "uncode", "of": "c1"}]},
    )  # fmt: skip
    assert released(load_study(folder)).codings == []
