"""Files that mean harm: one clear error each, and nothing is ever written."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from bantar_lib.errors import UserError
from bantar_lib.exchange import (
    archive,
    read_qualcoder,
    read_refi,
    read_taguette,
    read_word_comments,
    read_workbook,
)

HARMLESS = "<Project xmlns='urn:QDA-XML:project:1.0' name='p'/>"


def zipped(path: Path, entries: list[tuple[zipfile.ZipInfo | str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries:
            file.writestr(name, data, zipfile.ZIP_DEFLATED)
    return path


def refused(path: Path, match: str) -> None:
    before = sorted(path.parent.rglob("*"))
    with pytest.raises(UserError, match=match) as fault:
        read_refi(path)
    assert "\n" not in str(fault.value)
    assert sorted(path.parent.rglob("*")) == before, "reading wrote something"


@pytest.mark.parametrize(
    "name",
    ["../evil", "sources/../../evil", "/etc/evil", "C:/evil", "..\\evil", "C:\\evil", "\\evil"],
)
def test_paths_that_lead_out(tmp_path, name):
    entry = zipfile.ZipInfo("x")
    entry.filename = name  # past the cleaning of the constructor
    path = zipped(tmp_path / "p.qdpx", [("project.qde", HARMLESS.encode()), (entry, b"x")])
    refused(path, "leads out of the file")


def test_links(tmp_path):
    entry = zipfile.ZipInfo("sources/link.txt")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = zipped(
        tmp_path / "p.qdpx", [("project.qde", HARMLESS.encode()), (entry, b"/etc/passwd")]
    )
    refused(path, "a link")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice(tmp_path):
    twice = [("project.qde", HARMLESS.encode()), ("project.qde", b"<Project/>")]
    refused(zipped(tmp_path / "p.qdpx", twice), "stands twice")


def test_too_many_entries(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_ENTRIES", 3)
    path = zipped(tmp_path / "p.qdpx", [(f"{n}.txt", b"") for n in range(5)])
    refused(path, "holds 5 entries")


def test_a_bomb_by_its_ratio(tmp_path):
    refused(zipped(tmp_path / "p.qdpx", [("project.qde", b" " * 5_000_000)]), "too large")


def test_a_bomb_by_its_size(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    body = HARMLESS.encode() + b" " * 2000
    refused(zipped(tmp_path / "p.qdpx", [("project.qde", body)]), "too large")


def test_a_size_that_lies(tmp_path):
    path = zipped(tmp_path / "p.qdpx", [("project.qde", b" " * 3_000_000)])
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)  # the stated size in the directory
    path.write_bytes(data)
    refused(path, "damaged|well-formed")


def test_a_locked_entry(tmp_path):
    path = zipped(tmp_path / "p.qdpx", [("project.qde", HARMLESS.encode())])
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    refused(path, "locked")


LAUGHS = """<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<Project xmlns="urn:QDA-XML:project:1.0" name="&b;"/>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<Project xmlns="urn:QDA-XML:project:1.0" name="p"><Description>&x;</Description></Project>"""
DEEP = "<Project>" + "<a>" * 100_000 + "</a>" * 100_000 + "</Project>"


@pytest.mark.parametrize(
    ("xml", "match"),
    [(LAUGHS, "entities"), (OUTSIDE, "entities"), (DEEP, "too deeply"), ("<a", "well-formed")],
    ids=["laughs", "outside", "deep", "broken"],
)
def test_xml(tmp_path, xml, match):
    refused(zipped(tmp_path / "p.qdpx", [("project.qde", xml.encode())]), match)
    (tmp_path / "p.qdc").write_text(xml, encoding="utf-8")
    refused(tmp_path / "p.qdc", match)


def test_no_zip_and_no_file(tmp_path):
    (tmp_path / "p.qdpx").write_bytes(b"no zip at all")
    refused(tmp_path / "p.qdpx", "cannot be opened as a ZIP")
    with pytest.raises(UserError, match="cannot be opened"):
        read_refi(tmp_path / "none.qdpx")


def test_a_damaged_part(tmp_path):
    path = zipped(tmp_path / "p.qdpx", [("project.qde", HARMLESS.encode() * 50)])
    data = bytearray(path.read_bytes())
    data[60:90] = bytes(30)
    path.write_bytes(data)
    refused(path, "damaged")


def test_texts_that_overlap_without_end(tmp_path, monkeypatch):
    """A few kilobytes of selections must not copy a long text a thousand times."""
    monkeypatch.setattr("bantar_lib.exchange.refi_read.MOST_BYTES", 10_000)
    code, text = "1" * 8 + "-1111-4111-8111-" + "1" * 12, "a" * 1000
    selections = "".join(
        f'<PlainTextSelection guid="{code}" name="{"a" * 500}…" startPosition="0" '
        f'endPosition="1000"><Coding guid="{code}"><CodeRef targetGUID="{code}"/></Coding>'
        "</PlainTextSelection>" for _ in range(20)
    )  # fmt: skip
    xml = (
        '<Project xmlns="urn:QDA-XML:project:1.0" name="p"><CodeBook><Codes>'
        f'<Code guid="{code}" name="k" isCodable="true"/></Codes></CodeBook><Sources>'
        f'<TextSource guid="{code}" name="d"><PlainTextContent>{text}</PlainTextContent>'
        f"{selections}</TextSource></Sources></Project>"
    )
    refused(zipped(tmp_path / "p.qdpx", [("project.qde", xml.encode())]), "more text")


@pytest.mark.parametrize("reader", [read_word_comments, read_workbook])
def test_office_files_pass_the_same_gate(tmp_path, reader):
    ending = ".docx" if reader is read_word_comments else ".xlsx"
    part = "word/document.xml" if ending == ".docx" else "xl/workbook.xml"
    bomb = zipped(tmp_path / f"bomb{ending}", [(part, b" " * 5_000_000)])
    with pytest.raises(UserError, match="too large"):
        reader(bomb)
    (tmp_path / f"no{ending}").write_bytes(b"nothing")
    with pytest.raises(UserError, match="cannot be opened as a ZIP"):
        reader(tmp_path / f"no{ending}")


def test_entities_in_a_word_document(tmp_path):
    path = zipped(tmp_path / "p.docx", [("word/document.xml", LAUGHS.encode())])
    with pytest.raises(UserError, match="entities"):
        read_word_comments(path)


@pytest.mark.parametrize("reader", [read_taguette, read_qualcoder])
def test_no_database(tmp_path, reader):
    path = tmp_path / "x.sqlite3"
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    with pytest.raises(UserError, match=r"damaged|no table"):
        reader(path)
    path.write_bytes(b"something else")
    with pytest.raises(UserError, match="no SQLite file"):
        reader(path)


def test_a_view_that_never_ends_is_no_table(tmp_path):
    import sqlite3

    path = tmp_path / "x.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "create view projects as with recursive r(id, name) as "
            "(select 1, 'x' union all select id + 1, name from r) select id, name from r"
        )
    connection.close()
    with pytest.raises(UserError, match="no table “projects”"):
        read_taguette(path)


def test_a_zip_inside_is_checked_too():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("word/document.xml", LAUGHS)
    from bantar_lib.exchange.word import document_text

    with pytest.raises(UserError, match="entities"):
        document_text(buffer.getvalue(), "inner.docx")
