from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from bantar_lib.errors import UserError
from bantar_lib.study import check_study, load_study
from bantar_lib.study.scaffold import new_study
from bantar_lib.study.tables import TABLES
from bantar_lib.study.template import NEEDED, OPTIONAL, write_template


@pytest.fixture
def path(tmp_path) -> Path:
    return write_template(tmp_path / "study.xlsx", lang="id")


def test_sheets_are_the_tables_and_headings_their_columns(path):
    book = load_workbook(path)
    assert book.sheetnames == ["petunjuk", *NEEDED, *OPTIONAL]
    for name in (*NEEDED, *OPTIONAL):
        assert [c.value for c in book[name][1]] == [c.name for c in TABLES[name].columns]
        assert book[name].max_row == 1, "no example row among the data"
        assert book[name].freeze_panes == "A2"


def test_headings_are_locked_and_the_cells_below_are_not(path):
    for page in load_workbook(path).worksheets[1:]:
        assert page.protection.sheet
        assert page.protection.password is None
        assert all(cell.protection.locked for cell in page[1])
        for cell in page[1]:
            assert page.column_dimensions[cell.column_letter].protection.locked is False


def test_codes_are_text(path):
    book = load_workbook(path)
    for name in ("districts", "counts", "published", "targets", "budget"):
        heads = {c.value: c.column_letter for c in book[name][1]}
        assert book[name].column_dimensions[heads["district_id"]].number_format == "@"


def test_drop_downs(path):
    book = load_workbook(path)

    def lists(name):
        heads = {c.column_letter: c.value for c in book[name][1]}
        rules = book[name].data_validations.dataValidation
        return {heads[str(r.sqref).rstrip("0123456789:")[0]]: r.formula1 for r in rules
                if r.type == "list"}  # fmt: skip

    counts = lists("counts")
    assert counts["district_id"] == "districts!$A$2:$A$20000"
    assert counts["stage"] == '"proposed,implemented,took_part"'
    sources = lists("sources")
    assert sources["release"] == '"quote,paraphrase,none"'
    assert sources["kind"].startswith('"author_statement,document')
    assert all(len(f) <= 257 for f in (*counts.values(), *sources.values())), "Excel's limit"


@pytest.mark.parametrize(
    ("lang", "words"),
    [("id", "proposed,diusulkan,implemented,terlaksana"), ("en", "proposed,implemented")],
)
def test_a_new_study_s_workbook_offers_its_stages_and_their_labels(tmp_path, lang, words):
    folder = new_study(tmp_path / "s", workbook=True, lang=lang)
    rules = load_workbook(folder / "study.xlsx")["counts"].data_validations.dataValidation
    assert f'"{words}"' in [r.formula1 for r in rules]


def test_every_heading_with_a_meaning_explains_itself(tmp_path, monkeypatch):
    data = tmp_path / "data"
    data.mkdir()
    (data / "dictionary.csv").write_text(
        "table,column,meaning_id,meaning_en\ncounts,count,banyaknya satuan,number of units\n",
        encoding="utf-8",
    )
    monkeypatch.setattr("bantar_lib.study.template.shared_folder", lambda _name: data)
    page = load_workbook(write_template(tmp_path / "study.xlsx", lang="id"))["counts"]
    comments = {c.value: c.comment.text for c in page[1] if c.comment}
    assert comments == {"count": "banyaknya satuan"}


def test_instructions_are_in_the_language_and_mark_their_example(tmp_path, path):
    def texts(book):
        return [str(c.value) for row in book.worksheets[0].iter_rows() for c in row if c.value]

    english = write_template(tmp_path / "en.xlsx", lang="en")
    ours, theirs = texts(load_workbook(path)), texts(load_workbook(english))
    assert any("CONTOH" in t for t in ours)
    assert any("EXAMPLE" in t for t in theirs)
    assert not any("EXAMPLE" in t for t in ours)


def test_a_filled_in_workbook_is_a_study(tmp_path):
    folder = new_study(tmp_path / "s", workbook=True, lang="en")
    book = load_workbook(folder / "study.xlsx")
    fill = {
        "districts": {"district_id": "15.70", "name": "Melati", "units": 40, "source_id": "s1"},
        "counts": {"district_id": "15.70", "year": 2021, "stage": "proposed", "count": 12,
                   "source_id": "s1"},
        "sources": {"source_id": "s1", "kind": "statistic", "title_id": "Rekap",
                    "title_en": "Recap", "release": "quote"},
    }  # fmt: skip
    for name, row in fill.items():
        book[name].append([row.get(c.value) for c in book[name][1]])
    book.save(folder / "study.xlsx")
    assert [str(p) for p in check_study(folder) if p.severity == "error"] == []
    study = load_study(folder)
    assert study.districts["district_id"].tolist() == ["15.70"]
    assert study.counts["count"].tolist() == [12]


def test_an_existing_file_is_not_overwritten(path):
    with pytest.raises(UserError, match="sudah ada"):
        write_template(path, lang="id")


def test_a_folder_that_refuses(tmp_path, monkeypatch):
    def refuse(*_args):
        raise PermissionError

    monkeypatch.setattr("openpyxl.Workbook.save", refuse)
    with pytest.raises(UserError, match="open in Excel"):
        write_template(tmp_path / "study.xlsx", lang="en")
