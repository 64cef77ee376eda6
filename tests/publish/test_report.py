"""What every form of a report keeps to: its place, its messages, its bytes."""

from __future__ import annotations

import html
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat import v4
from pypdf import PdfReader
from reports import put

from bantar_lib import load_study, words
from bantar_lib.errors import UserError
from bantar_lib.publish import FORMATS, write_report
from bantar_lib.publish.tables import Shown, as_number
from bantar_lib.words import language


def text_of(path: Path) -> str:
    """Return what a file says, its metadata included."""
    if path.suffix == ".pdf":
        reader = PdfReader(path)
        pages = "\n".join(page.extract_text() for page in reader.pages)
        return f"{pages}\n{reader.metadata}"
    if path.suffix == ".html":
        return html.unescape(path.read_text(encoding="utf-8"))
    with zipfile.ZipFile(path) as file:
        return html.unescape("\n".join(file.read(n).decode("utf-8") for n in file.namelist()
                                       if n.endswith(".xml")))  # fmt: skip


def test_it_is_called_after_its_district(study, outputs):
    path = put(study, outputs)
    made = write_report(study, "melati", outputs=outputs, format="xlsx")
    assert made == path.with_name("tabel_01_Melati.xlsx")
    put(study, outputs, lang="en")
    made = write_report(study, "01", lang="en", outputs=outputs, format="html")
    assert made.name == "report_01_Melati.html"
    put(study, outputs, None)
    assert write_report(study, outputs=outputs).name == "laporan_small.docx"


def test_the_same_run_gives_the_same_bytes(study, outputs):
    put(study, outputs)
    made = [write_report(study, "Melati", outputs=outputs, format=f) for f in FORMATS]
    first = [path.read_bytes() for path in made]
    # A process of its own: neither the order of a set nor the clock may show.
    code = (
        "import sys; from pathlib import Path; from bantar_lib import load_study;"
        "from bantar_lib.publish import FORMATS, write_report; study = load_study(sys.argv[1]);"
        "[write_report(study, 'Melati', outputs=Path(sys.argv[2]), format=f) for f in FORMATS]"
    )
    command = [sys.executable, "-c", code, study.path, outputs]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [path.read_bytes() == was for path, was in zip(made, first, strict=True)] == [True] * 4


@pytest.mark.parametrize("format", FORMATS)
def test_drafts_and_made_up_data_are_called_so(study, outputs, format):
    put(study, outputs)
    said = text_of(write_report(study, "Melati", outputs=outputs, format=format))
    assert "KONSEP – belum disahkan" in said
    assert "Data rekaan, hanya untuk latihan dan pengujian." in said


@pytest.mark.parametrize("format", FORMATS)
def test_a_released_report_of_real_data_is_no_draft(write_small, outputs, format):
    real = load_study(write_small(name="real", synthetic=False, id="real"))
    (real.path / "report.yml").write_text(
        'released: true\nnumber: "700/12"\ndate: 2026-03-31\nplace: Kota Uji\n'
        'letterhead: [PEMERINTAH "UJI" <x>]\nsignatory: {name: Ani, title: Kepala, '
        'nip: "198001012005012001"}\ncopies: [Arsip]\npurpose: Bahan rapat.\n',
        "utf-8",
    )  # fmt: skip
    put(real, outputs)
    said = text_of(write_report(real, "Melati", outputs=outputs, format=format))
    assert "KONSEP" not in said and "rekaan" not in said
    if format != "xlsx":
        for word in ("700/12", "31 Maret 2026", "Kepala", "198001012005012001", "Arsip",
                     "Bahan rapat."):  # fmt: skip
            assert word in said, word


@pytest.mark.parametrize("format", FORMATS)
def test_what_may_not_leave_is_in_no_form(write_small, outputs, format):
    """Plant a marker in a closed source's segment and response, and in `private/`."""
    folder = write_small(name="closed", evidence=[("01", "talk", "context.power", "inhibits")])
    sources = folder / "sources.csv"
    sources.write_text(sources.read_text("utf-8").replace(
        "talk,interview,Sumber talk,Source talk,ketua RT,quote",
        "talk,interview,Sumber talk,Source talk,ketua RT,none"), "utf-8")  # fmt: skip
    segments = folder / "segments.csv"
    segments.write_text(segments.read_text("utf-8").replace("Keterangan 1.", "").replace(
        "Statement 1.", ""), "utf-8")  # fmt: skip
    (folder / "responses.csv").write_text("response_id,factor,effort,recommendation\nR1,S1,,\n",
                                          "utf-8")  # fmt: skip
    (folder / "private").mkdir()
    (folder / "private" / "note.txt").write_text("RAHASIA77", "utf-8")
    closed = load_study(folder)
    tables = closed.table("segments")
    tables.loc[:, ["text_id", "text_en", "note_id", "note_en"]] = "RAHASIA77"
    closed._tables["segments"] = tables
    put(closed, outputs)
    said = text_of(write_report(closed, "Melati", outputs=outputs, format=format))
    assert "S1" in said  # the segment is named, without what it says
    assert "RAHASIA77" not in said
    assert str(folder.parent) not in said


@pytest.mark.parametrize("lang", ["id", "en"])
def test_without_a_run_it_is_told_what_to_run(study, outputs, lang):
    with pytest.raises(UserError) as refused:
        write_report(study, "Melati", lang=lang, outputs=outputs)
    said = str(refused.value)
    assert f'bantar run small --district "Melati" --lang {lang}' in said
    assert "\n" not in said
    with pytest.raises(UserError, match=f"bantar run small --lang {lang}"):
        write_report(study, lang=lang, outputs=outputs)


def test_a_failed_run_is_no_run(study, outputs):
    path = put(study, outputs)
    book = nbformat.read(path, as_version=4)
    book.cells[1].outputs.append(v4.new_output("error", ename="E", evalue="", traceback=[]))
    nbformat.write(book, path)
    with language("id"), pytest.raises(UserError, match=r"gagal dijalankan.*bantar run small"):
        write_report(study, "Melati", outputs=outputs)
    path = put(study, outputs)
    path.with_suffix(".html").unlink()
    with pytest.raises(UserError, match="bantar run small"):
        write_report(study, "Melati", outputs=outputs)


def test_a_study_that_has_changed_since_is_not_mixed_with_an_old_run(study, outputs):
    put(study, outputs)
    counts = study.path / "counts.csv"
    counts.write_text(
        counts.read_text("utf-8").replace("01,2020,proposed,12", "01,2020,proposed,13")
    )
    with pytest.raises(UserError, match="has changed since"):
        write_report(load_study(study.path), "Melati", outputs=outputs)


def test_another_letterhead_needs_no_other_run(study, outputs):
    put(study, outputs)
    (study.path / "report.yml").write_text("letterhead: [Dinas Uji]\n", "utf-8")
    made = write_report(load_study(study.path), "Melati", outputs=outputs, format="html")
    assert "Dinas Uji" in made.read_text("utf-8")


def test_an_unknown_district_is_told_the_nearest(study, outputs):
    with language("en"), pytest.raises(UserError, match="Did you mean Melati"):
        write_report(study, "Melatti", lang="en", outputs=outputs)


def test_an_unknown_format_is_told_the_known(study, outputs):
    with pytest.raises(UserError, match="docx, pdf, html, xlsx"):
        write_report(study, "Melati", outputs=outputs, format="odt")


def test_a_report_that_is_open_elsewhere_is_kept(study, outputs, monkeypatch):
    put(study, outputs)
    made = write_report(study, "Melati", outputs=outputs, format="xlsx")
    before = made.read_bytes()

    def refuse(*_given):
        raise PermissionError

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(UserError, match="Word"):
        write_report(study, "Melati", outputs=outputs, format="xlsx")
    assert made.read_bytes() == before
    assert [p.name for p in made.parent.iterdir() if "part" in p.name] == []


def test_a_missing_program_is_named(study, outputs, monkeypatch):
    put(study, outputs)
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UserError, match="pip install typst"):
        write_report(study, "Melati", outputs=outputs, format="pdf")
    monkeypatch.setitem(sys.modules, "pypandoc", None)
    with pytest.raises(UserError, match="pip install pypandoc-binary"):
        write_report(study, "Melati", outputs=outputs)


def test_the_workbook_has_the_run_s_rows_and_acts_on_nothing(study, outputs):
    from openpyxl import load_workbook

    path = put(study, outputs)
    row = {"district_id": "01", "district": "=Melati", "measure": "execution", "reading": "pooled",
           "value": 0.75, "low": 0.5, "high": None, "numerator": 18.0, "denominator": 24.0,
           "role": "primary"}  # fmt: skip
    path.with_name("result.json").write_text(json.dumps({"results": [row]}), "utf-8")
    made = write_report(study, "Melati", outputs=outputs, format="xlsx")
    book = load_workbook(io.BytesIO(made.read_bytes()))
    assert book.sheetnames[:2] == ["kamus", "hasil"]
    values = [c.value for c in book["hasil"][2]]
    assert values == ["01", "=Melati", "execution", "pooled", 0.75, 0.5, None, 18, 24, "primary"]
    cells = [c for sheet in book for line in sheet.iter_rows() for c in line if c.value is not None]
    assert not [c for c in cells if c.data_type == "f"]
    assert any(c.value == "=1+1" for c in cells)
    told = {(r[0].value, r[1].value): r[2].value for r in book["kamus"].iter_rows(min_row=2)}
    for sheet in book.sheetnames[1:]:
        heads = [c.value for c in book[sheet][1] if c.value]
        assert all(told.get((sheet, head)) for head in heads), sheet


@pytest.mark.parametrize(
    ("text", "lang", "number", "shown"),
    [("27", "id", 27, "0"), ("0", "en", 0, "0"), ("63%", "id", 0.63, "0%"),
     ("21,3%", "id", 0.213, "0.0%"), ("21.3%", "en", 0.213, "0.0%"), ("1.562", "id", 1562, "#,##0"),
     ("1,562", "en", 1562, "#,##0"), ("1.562,5", "id", 1562.5, "#,##0.0"),
     ("0,5", "id", 0.5, "0.0"), ("2,0", "id", 2.0, "0.0"), ("−3", "en", -3, "0"),
     ("−0,25", "id", -0.25, "0.00"), ("2015", "id", 2015, "0"), ("0,007", "id", 0.007, "0.000")],
)  # fmt: skip
def test_a_cell_with_one_number_is_a_number(text, lang, number, shown):
    found = as_number(text, lang)
    assert isinstance(found, Shown)
    assert (found.number, type(found.number), found.format) == (number, type(number), shown)
    # Written by the same rules that pages follow, it is the text again.
    digits = len(shown.partition(".")[2].rstrip("%"))
    with language(lang):
        again = words.percent(number, digits) if "%" in shown else words.number(number, digits)
    assert again == text or text == "2015"


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("text", ["–", "", "21–30%", "7 of 9", "007", "15.71", "1,2,3", "<0,1%",
                                  "12 RT", "=1+1", "1e3", "٣"])  # fmt: skip
def test_a_cell_with_more_than_a_number_stays_text(text, lang):
    as_decimal = text == "15.71" and lang == "en"
    assert as_decimal or as_number(text, lang) == text


def test_the_tables_of_the_workbook_can_be_summed(study, outputs):
    from openpyxl import load_workbook

    put(study, outputs)
    made = write_report(study, "Melati", outputs=outputs, format="xlsx")
    book = load_workbook(io.BytesIO(made.read_bytes()))
    sheet = next(s for s in book if [c.value for c in s[1]][1:2] == ["bagian dari seluruh RT"])
    cells = [sheet.cell(n, 2) for n in (2, 3, 4)]
    assert [c.value for c in cells] == [11, 54, "–"]
    assert [c.data_type for c in cells] == ["n", "n", "s"]
    assert cells[0].number_format == "0"
    assert all(isinstance(sheet.cell(n, 1).value, str) for n in (2, 3, 4))


def test_of_two_headings_in_a_row_the_lower_stays(study, outputs):
    path = put(study, outputs)
    book = nbformat.read(path, as_version=4)
    tags = {"tags": ["id", "report:figures"]}
    book.cells.append(v4.new_markdown_cell("## Lampiran halaman\n\n### Corong", metadata=tags))
    nbformat.write(book, path)
    made = write_report(study, "Melati", outputs=outputs, format="html").read_text("utf-8")
    assert "Corong" in made and "Lampiran halaman" not in made
