"""A QualCoder project, made here after the tables that the program's source defines (v8 to v14).

The program itself could not be run: it is on no registry that was at hand.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bantar_lib.errors import UserError
from bantar_lib.exchange import read_qualcoder

TABLES = """
create table project (databaseversion text, date text, memo text, about text);
create table source (id integer primary key, name text, fulltext text, mediapath text,
    memo text, owner text, date text, av_text_id integer, risid integer, unique(name));
create table code_cat (catid integer primary key, name text, owner text, date text, memo text,
    supercatid integer, unique(name));
create table code_name (cid integer primary key, name text, memo text, catid integer, owner text,
    date text, color text, unique(name));
create table code_text (ctid integer primary key, cid integer, fid integer, seltext text,
    pos0 integer, pos1 integer, owner text, date text, memo text, avid integer, important integer,
    unique(cid, fid, pos0, pos1, owner));
create table code_image (imid integer primary key, id integer, x1 integer, y1 integer,
    width integer, height integer, cid integer, memo text, date text, owner text);
"""
TEXT = "Kas RT 🧹 terisi.\nPetugas é tidak datang."
DAY = "2026-01-02 03:04:05"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "rekaan.qda"
    folder.mkdir()
    with sqlite3.connect(folder / "data.qda") as c:
        c.executescript(TABLES)
        c.execute("insert into project values ('v11', ?, '', 'QualCoder 3.5')", (DAY,))
        c.executemany(
            "insert into source (id, name, fulltext, mediapath) values (?, ?, ?, ?)",
            [(1, "wawancara.txt", TEXT, None), (2, "foto.png", None, "/images/foto.png")],
        )
        c.executemany(
            "insert into code_cat (catid, name, supercatid) values (?, ?, ?)",
            [(1, "Isi", None), (2, "Dana", 1)],
        )
        c.executemany(
            "insert into code_name (cid, name, memo, catid) values (?, ?, ?, ?)",
            [(1, "kas", "uang tunai", 2), (2, "hadir", None, None)],
        )
        start = TEXT.index("Petugas")
        c.executemany(
            "insert into code_text (cid, fid, seltext, pos0, pos1, owner, date, memo) "
            "values (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (1, 1, "Kas RT 🧹", 0, 8, "ani", DAY, "catatan"),
                (2, 1, "Petugas é tidak", start, start + 15, "budi", DAY, None),
                (2, 1, "kata lain sama sekali", 1, 5, "budi", DAY, None),
                (9, 1, "Kas", 0, 3, "ani", DAY, None),
            ],
        )
        c.execute("insert into code_image (id, cid, owner) values (2, 1, 'ani')")
    c.close()
    return folder  # fmt: skip


def test_codings(project):
    found = read_qualcoder(project)
    rows = found.codings[["document", "start", "end", "quote", "code", "coder", "memo", "at"]]
    start = TEXT.index("Petugas")
    assert rows.to_numpy().tolist() == [
        ["wawancara.txt", 0, 8, "Kas RT 🧹", "kas", "ani", "catatan", "2026-01-02T03:04:05"],
        ["wawancara.txt", start, start + 15, "Petugas é tidak", "hadir", "budi", "",
         "2026-01-02T03:04:05"],
    ]  # fmt: skip
    assert found.program == "QualCoder 3.5"


def test_what_has_no_place_is_listed(project):
    whys = read_qualcoder(project).unplaced["why"].tolist()
    assert [w[:24] for w in whys] == [
        "its code is not in the codebook"[:24],
        "the file says that “kata lain"[:24],
        "it marks a part of a picture"[:24],
    ]


def test_categories_are_codes_above(project):
    codes = read_qualcoder(project).codes
    assert codes[["code", "parent", "codable"]].to_numpy().tolist() == [
        ["Dana", "Isi", False], ["Isi", "", False], ["hadir", "", True], ["kas", "Dana", True],
    ]  # fmt: skip


def test_codes_below_codes_of_newer_versions(project):
    with sqlite3.connect(project / "data.qda") as c:
        c.execute("alter table code_name add column supercid integer")
        c.execute("update code_name set supercid = 2, catid = null where cid = 1")
    c.close()
    codes = read_qualcoder(project / "data.qda").codes.set_index("code")
    assert codes.loc["kas", "parent"] == "hadir"


def test_a_text_with_a_mark_and_windows_line_ends(project):
    raw = "\ufeffsatu\r\ndua é"
    with sqlite3.connect(project / "data.qda") as c:
        c.execute("delete from code_text")
        c.execute("update source set fulltext = ? where id = 1", (raw,))
        c.execute("insert into code_text (cid, fid, seltext, pos0, pos1, owner) "
                  "values (1, 1, 'dua é', ?, ?, 'ani')", (raw.index("dua"), len(raw)))  # fmt: skip
    c.close()
    found = read_qualcoder(project)
    assert found.sources["text"][0] == "satu\ndua é"
    assert found.codings[["start", "end"]].to_numpy().tolist() == [[5, 10]]


def test_other_databases(tmp_path):
    with sqlite3.connect(tmp_path / "x.qda") as c:
        c.execute("create table other (id integer)")
    c.close()
    with pytest.raises(UserError, match="no table “code_cat”: it is of another program"):
        read_qualcoder(tmp_path / "x.qda")


def test_a_place_that_is_no_number(project):
    with sqlite3.connect(project / "data.qda") as c:
        c.execute("update code_text set pos0 = 'x' where cid = 1")
    c.close()
    with pytest.raises(UserError, match="a selection from x to 8"):
        read_qualcoder(project)
