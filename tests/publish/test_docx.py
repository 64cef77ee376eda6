"""Word reports of notebooks put together by hand: no kernel runs here."""

from __future__ import annotations

import base64
import html
import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest
from nbformat import v4

from bantar_lib import load_study
from bantar_lib.batch.plan import plan
from bantar_lib.errors import UserError
from bantar_lib.present.display import Table, escape_markdown, markdown_table, png
from bantar_lib.publish import write_report
from bantar_lib.study import Study
from bantar_lib.words import language

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
ALT = 'Naik dari 1 ke 3; "perbedaan" tidak terbukti \\ {x}.'


def shown(data: dict[str, str], role: str) -> nbformat.NotebookNode:
    return v4.new_output("display_data", data, metadata={"bantar": role})


def picture() -> str:
    drawing, axes = plt.subplots(figsize=(2, 1))
    axes.plot([1, 3])
    data = base64.b64encode(png(drawing)).decode("ascii")
    plt.close(drawing)
    return data


TABLE = Table(
    pd.DataFrame({
        "Skenario": ["batas bawah", "a | b", "*c* <d>"],
        "bagian dari seluruh RT": ["11", "54", "–"],
        "Keterangan": ["kalimat yang panjang " * 8, "", "`x`"],
    }),
    "Cakupan [di] *Melati*",
    ("bagian dari seluruh RT",),
)  # fmt: skip


def notebook() -> nbformat.NotebookNode:
    """Return a notebook as a run in Indonesian leaves it."""
    frame = TABLE.frame.astype("str")
    outputs = [
        [shown({"text/markdown": "**Yang diketahui.** Melati mempunyai 40 RT."}, "lead")],
        [
            shown({"image/png": picture(), "text/plain": ALT}, "figure"),
            shown({"text/markdown": f"*{escape_markdown('Entri [di] A_b.')}* Catatan."}, "caption"),
        ],
        [shown({"image/png": picture(), "text/plain": "Tanpa keterangan."}, "figure")],
        [shown({"text/html": "<table></table>",
                "text/markdown": markdown_table(frame, TABLE.caption, TABLE.numeric)}, "table")],
        [shown({"application/vnd.bantar.result+json": {"results": []},
                "text/plain": "3 baris hasil"}, "result")],
        [],
    ]  # fmt: skip
    cells = [
        v4.new_markdown_cell("# Seberapa jauh program dilaksanakan?"),
        v4.new_code_cell("rahasia = 1"),
        *(v4.new_code_cell("show()", outputs=out) for out in outputs),
        v4.new_markdown_cell("## Batas halaman ini\n\n- Satu.\n- Dua."),
        v4.new_markdown_cell("## Latihan\n\n1. Hitung.", metadata={"tags": ["exercise"]}),
    ]
    book = v4.new_notebook(cells=cells)
    book.metadata["papermill"] = {"start_time": "2026-03-01T08:00:00.123456+00:00"}
    return book


@pytest.fixture
def study(write_small) -> Study:
    return load_study(write_small())


def put(study: Study, outputs: Path, district: str | None = "Melati", lang: str = "id") -> Path:
    """Put the notebook where a run would have left it, with its page."""
    jobs = plan(study, None if district is None else [district], lang=lang, outputs=outputs)
    stem = "01_city" if district is None else "02_district"
    path = next(job.output for job in jobs if job.notebook.stem == stem)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook(), path)
    path.with_suffix(".html").write_text("<html></html>", "utf-8")
    return path


@pytest.fixture
def report(study, tmp_path) -> zipfile.ZipFile:
    put(study, tmp_path)
    return zipfile.ZipFile(write_report(study, "Melati", outputs=tmp_path))


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


def test_it_is_called_after_its_district(study, tmp_path):
    path = put(study, tmp_path)
    assert write_report(study, "melati", outputs=tmp_path) == path.with_name(
        "laporan_01_Melati.docx"
    )
    put(study, tmp_path, lang="en")
    made = write_report(study, "01", lang="en", outputs=tmp_path)
    assert made.name == "report_01_Melati.docx"
    put(study, tmp_path, None)
    assert write_report(study, outputs=tmp_path).name == "laporan_small.docx"


def test_title_and_headings(report):
    assert styled(report, "Title") == ["Seberapa jauh program dilaksanakan?"]
    assert styled(report, "Subtitle") == ["Melati, Kota Uji · Studi kecil"]
    assert styled(report, "Heading1") == ["Batas halaman ini"]


def test_a_table_is_a_table(report):
    (table,) = body(report).iter(f"{WORD}tbl")
    rows = [[text(cell) for cell in row.iter(f"{WORD}tc")] for row in table.iter(f"{WORD}tr")]
    assert rows[0] == list(TABLE.frame.columns)
    assert rows[2][:2] == ["a | b", "54"]
    assert rows[3] == ["*c* <d>", "–", "`x`"]
    assert next(table.iter(f"{WORD}tblHeader")) is not None  # repeated on every page
    assert styled(report, "TableCaption") == [TABLE.caption]
    right = [s.get(f"{WORD}val") for s in table.iter(f"{WORD}jc")]
    assert right.count("right") >= 3


def test_a_wide_table_gives_long_text_more_room(report):
    (table,) = body(report).iter(f"{WORD}tbl")
    widths = [int(column.get(f"{WORD}w", "0")) for column in table.iter(f"{WORD}gridCol")]
    assert widths[2] > 1.5 * widths[0]
    assert min(widths) > 800  # twentieths of a point: no column is crushed


def test_figures_carry_alternative_text_and_caption(report):
    described = [node.get("descr") for node in body(report).iter(f"{DRAWING}docPr")]
    assert described == [ALT.replace('"', "”").replace("\\", "/"), "Tanpa keterangan."]
    assert styled(report, "ImageCaption") == ["Entri [di] A_b. Catatan.", "Tanpa keterangan."]
    assert len([n for n in report.namelist() if n.startswith("word/media/")]) >= 1


def test_no_code_no_exercise_no_markup(report):
    said = text(body(report))
    for unwanted in ("rahasia", "show()", "Latihan", "Hitung.", "3 baris hasil", "**", "| --",
                     ":--", "@CAPTION", "](", "\\"):  # fmt: skip
        assert unwanted not in said, unwanted
    assert "Melati mempunyai 40 RT." in said


def test_made_up_data_are_called_so(report, write_small, tmp_path):
    assert "Data rekaan, hanya untuk latihan dan pengujian." in text(body(report))
    real = load_study(write_small(name="real", synthetic=False, id="real"))
    put(real, tmp_path)
    with zipfile.ZipFile(write_report(real, "Melati", outputs=tmp_path)) as other:
        assert "rekaan" not in text(body(other))


def test_the_page_is_a4_with_a_page_number(report):
    size = next(body(report).iter(f"{WORD}pgSz"))
    assert (size.get(f"{WORD}w"), size.get(f"{WORD}h")) == ("11906", "16838")
    footers = [
        report.read(n).decode() for n in report.namelist() if "footer" in n and "rels" not in n
    ]
    assert any(" PAGE " in footer for footer in footers)


def test_the_language_of_the_document(report):
    styles = report.read("word/styles.xml").decode("utf-8")
    assert re.search(r'<w:lang [^>]*w:val="id', styles)


@pytest.mark.parametrize("style", ["Title", "Heading1", "Heading2"])
def test_headings_are_black_for_any_printer(report, style):
    root = ElementTree.fromstring(report.read("word/styles.xml"))
    found = next(s for s in root if s.get(f"{WORD}styleId") == style)
    assert [c.get(f"{WORD}val") for c in found.iter(f"{WORD}color")] == ["000000"]


def test_the_same_run_gives_the_same_bytes(study, tmp_path):
    put(study, tmp_path)
    first = write_report(study, "Melati", outputs=tmp_path).read_bytes()
    assert write_report(study, "Melati", outputs=tmp_path).read_bytes() == first
    core = zipfile.ZipFile(io.BytesIO(first)).read("docProps/core.xml").decode("utf-8")
    assert "2026-03-01T08:00:00Z" in html.unescape(core)


@pytest.mark.parametrize("lang", ["id", "en"])
def test_without_a_run_it_is_told_what_to_run(study, tmp_path, lang):
    with pytest.raises(UserError) as refused:
        write_report(study, "Melati", lang=lang, outputs=tmp_path)
    said = str(refused.value)
    assert f'bantar run small --district "Melati" --lang {lang}' in said
    assert "\n" not in said
    with pytest.raises(UserError, match=f"bantar run small --lang {lang}"):
        write_report(study, lang=lang, outputs=tmp_path)


def test_a_failed_run_is_no_run(study, tmp_path):
    path = put(study, tmp_path)
    path.with_suffix(".html").unlink()
    with pytest.raises(UserError, match="bantar run small"):
        write_report(study, "Melati", outputs=tmp_path)


def test_an_unknown_district_is_told_the_nearest(study, tmp_path):
    with language("en"), pytest.raises(UserError, match="Did you mean Melati"):
        write_report(study, "Melatti", lang="en", outputs=tmp_path)


def test_a_report_open_in_word_is_kept(study, tmp_path, monkeypatch):
    put(study, tmp_path)
    made = write_report(study, "Melati", outputs=tmp_path)
    before = made.read_bytes()

    def refuse(*_given):
        raise PermissionError

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(UserError, match="Word"):
        write_report(study, "Melati", outputs=tmp_path)
    assert made.read_bytes() == before
    assert [p.name for p in made.parent.iterdir() if "part" in p.name] == []
