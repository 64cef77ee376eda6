"""The Word document: real headings, tables, captions, alternative texts, page and language."""

from __future__ import annotations

import re
import zipfile
from xml.etree import ElementTree

import pytest
from reports import ALT, HOSTILE, TABLE, put

from bantar_lib.publish import write_report

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"


@pytest.fixture(scope="module")
def report(write_small_at, tmp_path_factory) -> zipfile.ZipFile:
    from bantar_lib import load_study

    folder = tmp_path_factory.mktemp("word")
    evidence = [("01", "talk", "content.site", "supports")]
    study = load_study(write_small_at(folder / "small", evidence=evidence))
    (study.path / "report.yml").write_text("paper: F4\n", "utf-8")
    put(study, folder / "outputs")
    return zipfile.ZipFile(write_report(study, "Melati", outputs=folder / "outputs"))


def body(report: zipfile.ZipFile) -> ElementTree.Element:
    return ElementTree.fromstring(report.read("word/document.xml"))


def text(element: ElementTree.Element) -> str:
    return "".join(node.text or "" for node in element.iter(f"{WORD}t"))


def styled(report: zipfile.ZipFile, style: str) -> list[str]:
    return [
        text(paragraph)
        for paragraph in body(report).iter(f"{WORD}p")
        if [s.get(f"{WORD}val") for s in paragraph.iter(f"{WORD}pStyle")] == [style]
    ]


def test_chapters_are_headings_in_an_office_s_order(report):
    assert styled(report, "Heading1") == [
        "Ringkasan Eksekutif", "I. Pendahuluan", "II. Gambaran Umum Program dan Wilayah",
        "III. Hasil", "IV. Kesimpulan, Rekomendasi, dan Rencana Tindak Lanjut", "Lampiran",
    ]  # fmt: skip
    assert styled(report, "Title") == ["Laporan Evaluasi Pelaksanaan Program"]
    assert styled(report, "Heading3") == ["Pelaksana"]


def test_a_table_is_a_table_with_a_heading_row(report):
    tables = list(body(report).iter(f"{WORD}tbl"))
    rows = {
        text(t): [[text(c) for c in r.iter(f"{WORD}tc")] for r in t.iter(f"{WORD}tr")]
        for t in tables
    }
    (shown,) = [r for r in rows.values() if r[0] == list(TABLE.frame.columns)]
    assert shown[2][:2] == ["a | b", "54"]
    assert shown[3] == [HOSTILE, "–", "`x`"]
    assert all(next(t.iter(f"{WORD}tblHeader"), None) is not None for t in tables)
    captions = styled(report, "TableCaption")
    assert [c.split(".")[0] for c in captions] == [f"Tabel {n}" for n in range(1, len(tables) + 1)]
    assert captions[-1].endswith(TABLE.caption)


def test_who_and_when_stay_blank(report):
    plan = [t for t in body(report).iter(f"{WORD}tbl") if "Penanggung jawab" in text(t)]
    rows = [[text(c) for c in r.iter(f"{WORD}tc")] for r in plan[0].iter(f"{WORD}tr")]
    assert rows[0] == ["No.", "Tindak lanjut", "Penanggung jawab", "Waktu"]
    assert all(row[1:] == ["", "", ""] for row in rows[1:]) and len(rows) > 1


def test_no_row_of_a_table_is_without_text(report):
    for table in body(report).iter(f"{WORD}tbl"):
        assert all(text(row) for row in table.iter(f"{WORD}tr"))


def test_rows_stay_on_a_page_and_those_to_fill_in_have_room(report):
    for table in body(report).iter(f"{WORD}tbl"):
        fill = [s.get(f"{WORD}val") for s in table.iter(f"{WORD}tblStyle")] == ["ToFill"]
        head, *rows = table.iter(f"{WORD}tr")
        for row in (head, *rows):
            assert row.find(f"{WORD}trPr/{WORD}cantSplit") is not None
        heights = [row.find(f"{WORD}trPr/{WORD}trHeight") is not None for row in (head, *rows)]
        assert heights == [False, *[fill] * len(rows)]
        assert head.find(f"{WORD}trPr/{WORD}tblHeader") is not None


def test_the_signature_keeps_the_lines_above_it(report):
    assert [t for t in styled(report, "Closing") if "kolomnya dikosongkan" in t]
    root = ElementTree.fromstring(report.read("word/styles.xml"))
    for name in ("KeepNext", "Closing", "Signature", "SignatureRoom"):
        style = next(s for s in root if s.get(f"{WORD}styleId") == name)
        assert next(style.iter(f"{WORD}keepNext"), None) is not None, name


def test_figures_carry_alternative_text_and_caption(report):
    described = [node.get("descr") for node in body(report).iter(f"{DRAWING}docPr")]
    assert described == ["Tanpa keterangan.", ALT]
    assert styled(report, "ImageCaption") == [
        "Gambar 1. Tanpa keterangan.", "Gambar 2. Entri [di] A_b. Catatan.",
    ]  # fmt: skip


def test_no_code_no_exercise_no_markup(report):
    said = text(body(report))
    for unwanted in ("rahasia", "Latihan", "Hitung.", "3 baris hasil", "**", "](h", "\\<",
                     "Seberapa luas?"):  # fmt: skip
        assert unwanted not in said, unwanted
    assert "Melati mempunyai 40 RT." in said
    assert f"Program: {HOSTILE}." in said


def test_the_page_is_f4_with_the_mark_and_a_number(report):
    size = next(body(report).iter(f"{WORD}pgSz"))
    assert (size.get(f"{WORD}w"), size.get(f"{WORD}h")) == ("12189", "18709")
    parts = "".join(
        report.read(n).decode() for n in report.namelist()
        if re.search(r"word/(footer|header)\d*\.xml", n))  # fmt: skip
    assert " PAGE " in parts and "KONSEP" in parts


def test_the_language_and_the_title_of_the_file(report):
    assert re.search(r'<w:lang [^>]*w:val="id', report.read("word/styles.xml").decode("utf-8"))
    core = report.read("docProps/core.xml").decode("utf-8")
    assert (
        "<dc:title>Laporan Evaluasi Pelaksanaan Program · Kecamatan Melati, Kota Uji</dc:title>"
        in core
    )
    assert "2026-03-01T08:00:00Z" in core


@pytest.mark.parametrize("style", ["Title", "Heading1", "Heading2", "Heading3"])
def test_headings_are_black_for_any_printer(report, style):
    root = ElementTree.fromstring(report.read("word/styles.xml"))
    found = next(s for s in root if s.get(f"{WORD}styleId") == style)
    assert [c.get(f"{WORD}val") for c in found.iter(f"{WORD}color")] == ["000000"]
