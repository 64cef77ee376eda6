"""What a site is made of, before Sphinx sees it."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from conftest import DISTRICTS as SMALL
from nbformat.v4 import new_markdown_cell, new_notebook

from bantar_lib import load_study
from bantar_lib.errors import UserError
from bantar_lib.publish.site import Site, build_site
from bantar_lib.publish.site.files import leave_files, tables_of
from bantar_lib.publish.site.notebook import no_html, site_notebook
from bantar_lib.publish.site.pages import METHODS, method_text, method_title, site_pages
from bantar_lib.words import LANGUAGES, language


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a < b", "a &lt; b"),
        (r"\<script\>", r"&lt;script\>"),
        ("`<x>` <y>", "`<x>` &lt;y>"),
        ("``a ` <b>`` <c>", "``a ` <b>`` &lt;c>"),
        ("`open <b>", "`open &lt;b>"),
    ],
)
def test_no_tag_begins_in_text_from_outputs(given, expected):
    assert no_html(given) == expected


def test_a_source_is_the_same_for_the_same_notebook():
    book = new_notebook(cells=[new_markdown_cell("# A")])
    other = new_notebook(cells=[new_markdown_cell("# A")])  # with cell ids of its own
    assert site_notebook(book, mark="m") == site_notebook(other, mark="m")
    assert site_notebook(book, mark="m") != site_notebook(book, mark="n")


def test_a_notebook_becomes_text_figures_tables_and_folded_code(leave, write_small, tmp_path):
    study = load_study(write_small(SMALL))
    leave(study, "id", tmp_path / "out")
    pages = site_pages(study, "id", tmp_path / "out")
    import nbformat

    book = nbformat.read(pages.districts[0].notebook, as_version=4)
    with language("id"):
        cells = json.loads(site_notebook(book, "Nama"))["cells"]
    kinds = [(c["cell_type"], c["metadata"].get("tags", [""])[0]) for c in cells]
    assert "".join(cells[0]["source"]).startswith("# Nama\n")
    figure = next(c for c in cells if c["metadata"].get("mystnb", {}).get("image"))
    assert figure["metadata"]["mystnb"]["image"]["alt"].startswith("Naik dari 1 ke 3")
    assert figure["metadata"]["mystnb"]["figure"]["caption"].startswith("*Entri di ")
    assert kinds.count(("code", "hide-input")) == 3
    assert cells[-1]["source"] == ["import bantar_lib as bl"], "code that shows nothing comes last"
    assert any('<details class="answer"><summary>Jawaban' in "".join(c["source"]) for c in cells)
    assert "hasil tercatat" not in json.dumps(cells)


def test_tables_as_csv_hold_no_formula(leave, write_small, tmp_path):
    study = load_study(write_small(SMALL))
    leave(study, "id", tmp_path / "out")
    page = site_pages(study, "id", tmp_path / "out").districts[0]
    import nbformat

    book = nbformat.read(page.notebook, as_version=4)
    ((caption, text),) = tables_of(book)
    assert caption.startswith("Angka ")
    assert text.splitlines()[0] == "Wilayah,entri"
    assert text.splitlines()[1].endswith(",'=1+1")
    (page.notebook.parent / "report.pdf").write_bytes(b"%PDF")
    with language("id"):
        files = leave_files(book, page.notebook, tmp_path / "files", reports=True)
    assert [f["name"] for f in files] == ["02_district.ipynb", "report.pdf", "02_district_01.csv"]
    assert all((tmp_path / "files" / f["name"]).exists() for f in files)


def test_few_districts_share_a_page_and_many_are_put_under_letters(leave, write_small, tmp_path):
    names = [*(f"Melati {n}" for n in range(30)), *(f"anggrek {n}" for n in range(15))]
    many = [(f"{n:03d}", name, 10) for n, name in enumerate(names)]
    study = load_study(write_small(many, ()))
    leave(study, "id", tmp_path / "out")
    pages = site_pages(study, "id", tmp_path / "out")
    assert [(g.title, len(g.districts)) for g in pages.groups] == [("A", 15), ("M", 30)]
    assert {g.docname for g in pages.groups} == {"groups/A", "groups/M"}
    few = load_study(write_small(SMALL, (), name="few"))
    leave(few, "id", tmp_path / "few_out")
    (group,) = site_pages(few, "id", tmp_path / "few_out").groups
    assert (group.title, group.docname, len(group.districts)) == ("", "", 3)


def test_districts_stand_under_their_parents(leave, write_small, tmp_path):
    path = write_small(SMALL, ())
    table = pd.read_csv(path / "districts.csv", dtype=str)
    table["parent"] = ["Kota B", "Kota A", "Kota B"]
    table.to_csv(path / "districts.csv", index=False)
    study = load_study(path)
    leave(study, "id", tmp_path / "out")
    groups = site_pages(study, "id", tmp_path / "out").groups
    assert [(g.title, [p.title for p in g.districts]) for g in groups] == [
        ("Kota A", ["Kenanga"]), ("Kota B", ["Mawar", "Melati"]),
    ]  # fmt: skip


def test_a_notebook_that_failed_has_no_page(leave, write_small, tmp_path):
    study = load_study(write_small(SMALL, ()))
    leave(study, "id", tmp_path / "out")
    gone = site_pages(study, "id", tmp_path / "out").districts[0]
    gone.notebook.with_suffix(".html").unlink()
    left = site_pages(study, "id", tmp_path / "out").districts
    assert gone.docname not in {page.docname for page in left}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("measure", METHODS)
def test_every_measure_has_its_text(measure, lang):
    with language(lang):
        text, title = method_text(measure), method_title(measure)
    assert text.startswith(f"# {title}\n")
    assert ("## Yang tidak boleh" if lang == "id" else "## What may not") in text


def test_without_a_run_one_line_says_what_to_do(write_small, tmp_path):
    study = load_study(write_small(SMALL, ()))
    with pytest.raises(UserError, match="bantar run small") as fault:
        build_site(study, outputs=tmp_path)
    assert "\n" not in str(fault.value)


def test_without_sphinx_one_line_says_how_to_get_it(monkeypatch, write_small, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(UserError, match=r"pip install 'bantar_lib\[site\]'"):
        build_site(load_study(write_small(SMALL, ())), outputs=tmp_path)


def test_the_command_prints_the_first_page_and_nothing_else(
    monkeypatch, capsys, write_small, tmp_path
):
    from bantar_lib.cli import main

    made = Site(tmp_path / "index.html", {"id": 1}, {"id": 1}, ("amiss",))
    monkeypatch.setattr("bantar_lib.publish.site.build_site", lambda *_a, **_k: made)
    path = write_small(SMALL, ())
    assert main(["site", str(path), "--outputs", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert said.out == f"{tmp_path / 'index.html'}\n"
    assert said.err == "amiss\n"
