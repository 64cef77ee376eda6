"""Taguette 1.5.2's own files: every export of one made-up project."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from bantar_lib.errors import UserError
from bantar_lib.exchange import read_taguette
from bantar_lib.exchange.html_text import from_bytes, page_text

HERE = Path(__file__).parent / "data/taguette"
A, B = "rekaan_a.txt", "rekaan_b.txt"
HIGHLIGHTS = [
    (A, "bergotong royong 🧹 tiap Minggu", "konteks.daya tanggap"),
    (A, "résumé rapatnya", "isi.sumber daya"),
    (A, "résumé rapatnya", "lain"),
    (A, "Kas lingkungan belum cukup", "isi.sumber daya"),
    (A, "Baris satu\nBaris dua é", "lain"),
    (A, "butir satu", "lain"),
    (A, "butir dua 👩🏽\u200d🌾", "isi.manfaat"),
    (B, "ꦥꦺꦴꦱ꧀ꦏꦩ꧀ꦭꦶꦁ", "konteks.daya tanggap"),
    (B, "rekaan B.\nPos kamling aktif", "isi.manfaat"),
    (B, "aktif; e\u0301 gabungan", "isi.sumber daya"),
]


def found(file: str | Path) -> list[tuple[str, str, str]]:
    rows = read_taguette(HERE / file).codings.to_dict("records")
    return [(r["document"], r["quote"], r["code"]) for r in rows]


def test_the_project_itself():
    project = read_taguette(HERE / "project.sqlite3")
    assert found("project.sqlite3") == HIGHLIGHTS
    texts = project.sources.set_index("document")["text"]
    for row in project.codings.to_dict("records"):
        assert texts[row["document"]][row["start"] : row["end"]] == row["quote"]
    assert set(project.codings["sure"]) == {"verified"}
    assert project.unplaced[["quote", "why"]].to_numpy().tolist() == [
        ["tanda <uji>", "the highlight has no tag"]
    ]
    assert project.codes["code"].tolist()[:2] == ["interesting", "konteks.daya tanggap"]
    assert project.codes["description"].tolist()[2] == "Dana, orang"
    assert project.coders == ("",), "one account says nothing of who highlighted"
    assert project.codings["at"][0].startswith("2026-")


@pytest.mark.parametrize("file", ["highlights.csv", "highlights.xlsx", "highlights.html"])
def test_exports_of_highlights_give_texts_without_places(file):
    project = read_taguette(HERE / file)
    # Taguette joins blocks by a space in tables.
    assert [(d, q.split(), c) for d, q, c in found(file)] == [
        (d, q.split(), c) for d, q, c in HIGHLIGHTS
    ]
    assert set(project.codings["sure"]) == {"quote"}
    assert project.codings["start"].isna().all()


@pytest.mark.parametrize("file", ["codebook.qdc", "codebook.csv", "codebook.xlsx"])
def test_codebooks(file):
    codes = read_taguette(HERE / file).codes
    assert codes["code"].tolist() == [
        "interesting", "konteks.daya tanggap", "isi.sumber daya", "lain", "isi.manfaat",
    ]  # fmt: skip
    assert codes["codable"].all()


def test_a_highlighted_document_agrees_with_the_project():
    whole = read_taguette(HERE / "project.sqlite3")
    for file in ("rekaan_a.html", "rekaan_b.html"):
        page = read_taguette(HERE / file)
        (text,) = page.sources["text"]
        document = page.sources["document"][0]
        assert text == whole.sources.set_index("document")["text"][document]
        keys = ["document", "start", "end", "code"]
        placed = set(map(tuple, page.codings[keys].to_numpy()))
        assert placed <= set(map(tuple, whole.codings[keys].to_numpy()))
        assert len(page.codings) + len(page.unplaced) == len(
            [h for h in HIGHLIGHTS if h[0] == document]
        ) + (document == B), "a highlight was lost"


def test_overlapping_highlights_of_a_page_are_not_guessed():
    unplaced = read_taguette(HERE / "rekaan_b.html").unplaced
    assert unplaced["why"].str.contains("overlap").sum() == 2


def changed(tmp_path: Path, *statements: str) -> Path:
    path = Path(shutil.copy(HERE / "project.sqlite3", tmp_path / "p.sqlite3"))
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return path


def test_several_projects_must_be_named(tmp_path):
    path = changed(tmp_path, "insert into projects values (2, 'Other', '', '2026-01-01')")
    with pytest.raises(UserError, match=r"Made-up text for tests, Other\. Name the one"):
        read_taguette(path)
    assert len(read_taguette(path, project="Other").codings) == 0
    assert len(read_taguette(path, project="Made-up text for tests").codings) == len(HIGHLIGHTS)


def test_several_accounts_say_who_highlighted(tmp_path):
    path = changed(tmp_path, "update commands set user_login = 'budi' "
                             "where json_extract(payload, '$.highlight_id') = 1")  # fmt: skip
    assert read_taguette(path).coders == ("budi", "admin")


def test_a_place_that_its_text_denies_is_listed(tmp_path):
    path = changed(tmp_path, "update highlights set start_offset = 31 where id = 1",
                   "update highlights set end_offset = 99999 where id = 3",
                   "update highlights set start_offset = 66 where id = 2")  # fmt: skip
    project = read_taguette(path)
    whys = project.unplaced["why"].tolist()
    assert whys[0].startswith("the file says that “bergotong")
    denied = "the file says that “résumé rapatnya” stands there, but “ésumé rapatnya” does"
    assert whys[1:4] == [denied, denied, "its place lies outside the text or inside a letter"]
    assert len(project.codings) == len(HIGHLIGHTS) - 4


def test_reading_leaves_the_file_as_it_is(tmp_path):
    path = changed(tmp_path)
    before = path.read_bytes()
    read_taguette(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("name", "text", "match"),
    [
        ("x.csv", "a,b\n1,2\n", "no table of Taguette"),
        ("x.html", "<h1>Other</h1><p>page</p>", "no export of highlights"),
        ("x.pdf", "", "no file of Taguette"),
    ],
)
def test_other_files(tmp_path, name, text, match):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=match):
        read_taguette(tmp_path / name)


def test_text_of_a_page():
    page = page_text("<pre>\nkept\n</pre><p>a<br>b &amp; c</p>\r\n<ul><li>x</li><li>y</li></ul>")
    assert page.plain == "kept\nab & c\nxy"
    assert page.text == "kept\na\nb & c\nx\ny\n"
    assert [page.plain.index(c) for c in "bx"] == [6, 12]
    assert page.text[slice(*page.place(12, 13))] == "x"


@pytest.mark.parametrize(("position", "expected"), [(0, 0), (1, None), (4, 1), (5, 2), (6, None)])
def test_bytes_to_code_points(position, expected):
    assert from_bytes("🧹a", position) == expected
