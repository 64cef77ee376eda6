"""A workbook for coding in Excel: nothing in it acts, and what is filled in comes back."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bantar_lib import load_study
from bantar_lib.errors import UserError
from bantar_lib.exchange import read_workbook, write_workbook
from bantar_lib.exchange.sheets import as_written, cell_text, harmless, put, read_sheets
from bantar_lib.words import language

TALK = "Kas RT terisi.\nPetugas tidak datang.\n"
EVIL = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "_x000B_", "a\x0bb", "1. x", " sp "]


@pytest.fixture
def study(make_study, made):
    segments = [made.segment(f"S{n}", "report", text_en=text) for n, text in enumerate(EVIL)]
    return make_study(
        [made.source("report", "paraphrase"), made.source("talk")],
        segments,
        files={"documents/talk.txt": TALK},
        logs={"codings/ani": [
            *(made.code(f"c{n}", f"S{n}", memo=text) for n, text in enumerate(EVIL)),
            made.code("d1", "S0", code="context.power", valence="mixed"),
            made.code("d2", made.span(TALK, "Petugas tidak", "talk.txt"), valence="inhibits"),
        ]},
    )  # fmt: skip


def test_everything_comes_back(study, tmp_path):
    report = write_workbook(load_study(study), tmp_path / "w.xlsx")
    assert report.written == {"segments": len(EVIL), "codings": len(EVIL) + 2, "coders": 1}
    found = read_workbook(tmp_path / "w.xlsx")
    rows = found.codings.to_dict("records")
    by_segment = [r for r in rows if r["segment"] and r["code"] == "content.resources"]
    assert [r["memo"] for r in by_segment] == EVIL
    assert {r["valence"] for r in by_segment} == {"supports"}
    second = next(r for r in rows if r["code"] == "context.power")
    assert (second["segment"], second["valence"], second["coder"]) == ("S0", "mixed", "ani")
    (place,) = [r for r in rows if r["document"]]
    assert (place["document"], place["start"], place["end"], place["quote"]) == (
        "talk.txt", 15, 28, "Petugas tidak")  # fmt: skip


def test_no_cell_is_a_formula(study, tmp_path):
    write_workbook(load_study(study), tmp_path / "w.xlsx")
    with zipfile.ZipFile(tmp_path / "w.xlsx") as parts:
        sheets = [parts.read(n) for n in parts.namelist() if n.startswith("xl/worksheets/")]
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")["codings"]
    cells = [c for row in sheet.iter_rows(min_row=2) for c in row if isinstance(c.value, str)]
    starting = [c for c in cells if c.value.startswith(("=", "+", "-", "@", "\t"))]
    assert len(starting) >= 5
    assert all(c.data_type == "s" and c.quotePrefix for c in starting)


def test_a_new_coder_fills_it_in(study, tmp_path):
    with language("id"):
        write_workbook(load_study(study), tmp_path / "w.xlsx")
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    sheet = book["codings"]
    heads = {c.value: c.column for c in sheet[1]}
    for what in ("kode", "arah bukti", "memo"):
        sheet.cell(1, heads[f"?: {what}"]).value = f"cici: {what}"
    sheet.cell(3, heads["?: kode"]).value = "Sumber daya yang dikerahkan"
    sheet.cell(3, heads["?: kode"]).value = book["codes"].cell(7, 1).value
    sheet.cell(3, heads["?: arah bukti"]).value = "menghambat"
    sheet.cell(4, heads["?: kode"]).value = "kode saya"
    sheet.cell(5, heads["?: memo"]).value = "tanpa kode"
    drops = {str(d.sqref): d.formula1 for d in sheet.data_validations.dataValidation}
    assert '"mendukung,menghambat,campuran,netral"' in drops.values()
    book.save(tmp_path / "w.xlsx")
    found = read_workbook(tmp_path / "w.xlsx")
    mine = found.codings[found.codings["coder"] == "cici"]
    assert mine[["code", "valence"]].to_numpy().tolist() == [
        [book["codes"].cell(7, 2).value, "inhibits"], ["kode saya", ""],
    ]  # fmt: skip
    assert found.unplaced["why"].tolist() == ["row 5: no code is given"]


def change(path: Path, cell: str, value: str) -> Path:
    book = openpyxl.load_workbook(path)
    book["codings"][cell].value = value
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("cell", "value", "match"),
    [
        ("I3", "x", "row 3 is coded without a coder's name"),
        ("A1", "other", "must begin with the columns"),
        ("F1", "someone: code", "needs the three columns"),
        ("G2", "very good", "row 2 has the valence “very good”"),
        ("A2", "", "row 2 names neither a segment nor a place"),
    ],
)
def test_faults_are_named_by_row(study, tmp_path, cell, value, match):
    write_workbook(load_study(study), tmp_path / "w.xlsx")
    with pytest.raises(UserError, match=match):
        read_workbook(change(tmp_path / "w.xlsx", cell, value))


def test_a_workbook_of_something_else(tmp_path):
    openpyxl.Workbook().save(tmp_path / "w.xlsx")
    with pytest.raises(UserError, match="must begin with the columns"):
        read_workbook(tmp_path / "w.xlsx")
    with pytest.raises(UserError, match="must end in"):
        write_workbook(load_study("kampung_bantar"), tmp_path / "w.xls")


@settings(derandomize=True)
@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_csv_cells_come_back_and_none_acts(text):
    kept = harmless(text)
    assert as_written(kept) == text
    assert not kept.startswith(("=", "+", "-", "@", "\t", "\r"))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=12), max_size=8))
def test_cells_of_a_workbook_come_back(tmp_path_factory, texts):
    book = openpyxl.Workbook()
    for n, text in enumerate(texts, 1):
        put(book.active.cell(n, 1), text)
    path = tmp_path_factory.getbasetemp() / "cells.xlsx"
    book.save(path)
    rows = next(iter(read_sheets(path).values()))
    assert [row[0] for row in rows][: len(texts)] == texts


def test_cell_values():
    assert [cell_text(v) for v in (None, 3.0, 2.5, "x", True)] == ["", "3", "2.5", "x", "True"]
