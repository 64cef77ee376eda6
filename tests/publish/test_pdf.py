"""The PDF: tagged, titled, in its language, with bookmarks and a mark on every page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pypdf import PdfReader
from reports import ALT, put

from bantar_lib import load_study
from bantar_lib.cli import main
from bantar_lib.publish import write_report


@pytest.fixture(scope="module")
def reader(write_small_at, tmp_path_factory) -> PdfReader:
    folder = tmp_path_factory.mktemp("pdf")
    study = load_study(write_small_at(folder / "small"))
    (study.path / "report.yml").write_text("paper: F4\n", "utf-8")
    put(study, folder / "outputs")
    made = write_report(study, "Melati", outputs=folder / "outputs", format="pdf")
    return PdfReader(made)


def elements(node: object) -> list[dict[str, object]]:
    """Return every element of the tree of tags."""
    found: list[dict[str, object]] = []
    todo = [node]
    while todo:
        one = todo.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            todo += one
        elif isinstance(one, dict):
            found.append(one)
            todo += [one["/K"]] if "/K" in one else []
    return found


def test_it_is_tagged_and_says_its_language_and_title(reader):
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"] == "id"
    assert (
        reader.metadata.title == "Laporan Evaluasi Pelaksanaan Program · Kecamatan Melati, Kota Uji"
    )
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()


def test_figures_have_alternative_texts_and_tables_heads(reader):
    tags = elements(reader.trailer["/Root"]["/StructTreeRoot"])
    assert {str(t["/Alt"]) for t in tags if "/Alt" in t} == {ALT, "Tanpa keterangan."}
    kinds = [str(t.get("/S")) for t in tags]
    assert kinds.count("/Table") == kinds.count("/THead") >= 3


def test_chapters_are_bookmarks(reader):
    outline = [item for item in reader.outline if not isinstance(item, list)]
    assert [item.title for item in outline][:2] == ["Ringkasan Eksekutif", "I. Pendahuluan"]


def test_every_page_is_f4_numbered_and_marked(reader):
    for n, page in enumerate(reader.pages, 1):
        said = page.extract_text()
        assert "KONSEP – belum disahkan · Data rekaan" in said
        assert f"Halaman {n} / {len(reader.pages)}" in said
        assert [round(float(x) * 0.352778) for x in page.mediabox[2:]] == [215, 330]


def test_the_summary_is_one_page(reader):
    pages = [page.extract_text() for page in reader.pages]
    _contents, first = (n for n, said in enumerate(pages) if "Ringkasan Eksekutif" in said)
    assert "I. Pendahuluan" in pages[first + 1]


def test_the_contents_name_the_pages(reader):
    pages = [page.extract_text() for page in reader.pages]
    (contents,) = [said for said in pages if "Daftar isi" in said]
    for chapter in ("Ringkasan Eksekutif", "I. Pendahuluan", "III. Hasil", "Lampiran"):
        told = re.search(rf"^{re.escape(chapter)}[ .]*(\d+)$", contents, re.MULTILINE)
        assert chapter in pages[int(told[1]) - 1]


def test_hostile_names_are_names(reader):
    said = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    for piece in ("<script>alert(1)</script>", "[x](javascript:y)", "$a$", '#panic("no")'):
        assert piece in said
    links = [a for page in reader.pages for a in page.get("/Annots", [])]
    assert not [a for a in links if "/URI" in str(a.get_object())]


def test_letters_of_other_scripts_do_not_stop_it_and_are_told(write_small, tmp_path, capsys):
    names = [("01", "Melati ملاتي ꦩ", 40)]
    counts = [("01", 2020, s, n) for s, n in (("proposed", 9), ("implemented", 5))]
    study = load_study(write_small(names, counts))
    path = put(study, tmp_path / "outputs", "01")
    with pytest.warns(UserWarning, match="Javanese"):
        made = write_report(study, "01", outputs=tmp_path / "outputs", format="pdf")
    assert made.parent == Path(path.parent)
    main(["report", str(study.path), "--district", "01", "--format", "pdf", "--outputs",
          str(tmp_path / "outputs")])  # fmt: skip
    told = capsys.readouterr()
    assert told.out.strip() == str(made) and told.err.count("ꦩ (Javanese)") == 1
    assert told.err.count("\n") == 1
    assert "Melati" in PdfReader(made).pages[0].extract_text()
