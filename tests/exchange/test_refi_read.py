"""REFI-QDA files as other programs write them, each trap in a file of its own."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from bantar_lib.errors import UserError
from bantar_lib.exchange import read_refi

CODE = "11111111-1111-4111-8111-111111111111"
USER = "22222222-2222-4222-8222-222222222222"
TEXT = "33333333-3333-4333-8333-333333333333"
NAMES = {"code": CODE, "user": USER, "text": TEXT}

CODES = f'<CodeBook><Codes><Code guid="{CODE}" name="Kas" isCodable="true"/></Codes></CodeBook>'
USERS = f'<Users><User guid="{USER}" name="Ani"/></Users>'


def selection(start: int, end: int, name: str, code: str = CODE, inside: str = "") -> str:
    number = f"{start:012d}"
    return (
        f'<PlainTextSelection guid="44444444-4444-4444-8444-{number}" name="{name}" '
        f'startPosition="{start}" endPosition="{end}">{inside}'
        f'<Coding guid="55555555-5555-4555-8555-{number}" creatingUser="{USER}">'
        f'<CodeRef targetGUID="{code}"/></Coding></PlainTextSelection>'
    )


def text_source(inside: str, name: str = "d.txt", path: str = f"internal://{TEXT}.txt") -> str:
    return f'<TextSource guid="{TEXT}" name="{name}" plainTextPath="{path}">{inside}</TextSource>'


def project(sources: str, *, codes: str = CODES, more: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<Project xmlns="urn:QDA-XML:project:1.0" name="p" origin="Another program">{USERS}'
        f"{codes}<Sources>{sources}</Sources>{more}</Project>"
    )


def write(folder: Path, xml: str, files: dict[str, bytes], *, qde: str = "project.qde") -> Path:
    path = folder / "p.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(qde, xml)
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def plain(text: str, folder: str = "sources") -> dict[str, bytes]:
    return {f"{folder}/{TEXT}.txt": text.encode()}


def test_a_plain_project(tmp_path):
    inside = selection(0, 3, "Kas", inside="<Description>catatan</Description>")
    found = read_refi(write(tmp_path, project(text_source(inside)), plain("Kas RT")))
    assert found.program == "Another program"
    (row,) = found.codings.to_dict("records")
    assert {k: row[k] for k in ("document", "start", "end", "quote", "code", "coder", "memo")} == {
        "document": "d.txt", "start": 0, "end": 3, "quote": "Kas", "code": "Kas", "coder": "Ani",
        "memo": "catatan",
    }  # fmt: skip
    assert found.sources["text"].tolist() == ["Kas RT"]


@pytest.mark.parametrize(
    ("qde", "folder", "change"),
    [
        ("project_name.qde", "sources", str),
        ("PROJECT.QDE", "Sources", str),
        ("project.qde", "sources", lambda xml: xml.replace(CODE, f"{{{CODE.upper()}}}", 1)),
        ("project.qde", "sources", lambda xml: xml.replace(f"{TEXT}.txt", f"{TEXT.upper()}.TXT")),
    ],
    ids=["older name", "capitals", "braces", "file in capitals"],
)  # fmt: skip
def test_names_and_identifiers_in_every_dress(tmp_path, qde, folder, change):
    xml = change(project(text_source(selection(0, 3, "Kas"))))
    found = read_refi(write(tmp_path, xml, plain("Kas RT", folder), qde=qde))
    assert found.codings["quote"].tolist() == ["Kas"]
    assert found.codings["code"].tolist() == ["Kas"]


def test_inline_text_with_line_ends_that_the_xml_reader_changed(tmp_path):
    inside = "<PlainTextContent>satu\r\ndua</PlainTextContent>" + selection(6, 9, "dua")
    source = f'<TextSource guid="{TEXT}" name="d">{inside}</TextSource>'
    found = read_refi(write(tmp_path, project(source), {}))
    assert found.codings[["start", "end"]].to_numpy().tolist() == [[5, 8]]


def test_rich_text_alone_is_read_and_verified(tmp_path, made):
    docx = (made.data / "comments_writer.docx").read_bytes()
    rich = f'<TextSource guid="{TEXT}" name="d" richTextPath="internal://{TEXT}.docx">'
    source = rich + selection(23, 26, "kas") + "</TextSource>"
    found = read_refi(write(tmp_path, project(source), {f"sources/{TEXT}.docx": docx}))
    assert found.codings["quote"].tolist() == ["kas"]


def test_what_has_no_text_is_listed(tmp_path):
    picture = (
        f'<PictureSource guid="{TEXT}" name="foto.png" path="internal://x.png"><PictureSelection '
        f'guid="{USER}" firstX="0" firstY="0" secondX="9" secondY="9"><Coding guid="{CODE}">'
        f'<CodeRef targetGUID="{CODE}"/></Coding></PictureSelection></PictureSource>'
    )
    outside = text_source(selection(0, 3, "Kas"), path="absolute:///etc/passwd")
    missing = text_source(selection(0, 3, "Kas"), "m.txt", "internal://nothing.txt")
    found = read_refi(write(tmp_path, project(picture + outside + missing), {}))
    assert len(found.codings) == 0
    assert found.unplaced["document"].tolist() == ["foto.png", "d.txt", "m.txt"]
    assert (found.unplaced["why"] != "").all()


def test_a_code_that_is_missing_is_listed(tmp_path):
    inside = selection(0, 3, "Kas", code=USER)
    found = read_refi(write(tmp_path, project(text_source(inside)), plain("Kas RT")))
    assert found.unplaced["why"].tolist() == ["its code is not in the codebook"]


def test_sources_of_one_name_are_numbered_and_said(tmp_path):
    twice = text_source(selection(0, 3, "Kas")) + text_source(selection(4, 6, "RT"))
    found = read_refi(write(tmp_path, project(twice), plain("Kas RT")))
    assert found.codings["document"].tolist() == ["d.txt", "d (2).txt"]
    assert "d (2).txt" in found.report[0]


def test_codes_of_one_name_are_told_apart_by_their_path(tmp_path):
    codes = "".join(
        f'<Code guid="{n}1111111-1111-4111-8111-111111111111" name="{top}" isCodable="false">'
        f'<Code guid="{n}2222222-2222-4222-8222-222222222222" name="baik" isCodable="true"/></Code>'
        for n, top in ((6, "Isi"), (7, "Konteks"))
    )
    xml = project("", codes=f"<CodeBook><Codes>{codes}</Codes></CodeBook>")
    found = read_refi(write(tmp_path, xml, {}))
    assert found.codes["code"].tolist() == ["Isi", "Isi / baik", "Konteks", "Konteks / baik"]
    assert found.codes["parent"].tolist() == ["", "Isi", "", "Konteks"]


def test_a_whole_document_can_be_coded(tmp_path):
    whole = f'<Coding guid="{USER}"><CodeRef targetGUID="{CODE}"/></Coding>'
    found = read_refi(write(tmp_path, project(text_source(whole)), plain("Kas RT")))
    assert found.codings[["start", "end", "sure"]].to_numpy().tolist() == [[0, 6, "whole"]]


def test_text_of_a_pdf(tmp_path):
    inner = text_source(selection(0, 3, "Kas")).replace("TextSource", "Representation")
    pdf = f'<PDFSource guid="{USER}" name="d.pdf" path="internal://d.pdf">{inner}</PDFSource>'
    found = read_refi(write(tmp_path, project(pdf), plain("Kas RT")))
    assert found.codings["document"].tolist() == ["d.pdf"]


def test_notes_are_memos(tmp_path):
    coded = selection(0, 3, "Kas").replace(
        "</Coding>", f'<NoteRef targetGUID="{{{USER.upper()}}}"/></Coding>'
    )
    note = f'<Notes><Note guid="{USER}"><PlainTextContent>ingat</PlainTextContent></Note></Notes>'
    found = read_refi(write(tmp_path, project(text_source(coded), more=note), plain("Kas RT")))
    assert found.codings["memo"].tolist() == ["ingat"]


def test_nothing_placed_says_what_to_do(tmp_path):
    path = write(tmp_path, project(text_source(selection(0, 3, "line:1"))), plain("Kas RT"))
    assert "Nothing could be placed" in read_refi(path).report[0]
    assert read_refi(path, assume_standard=True).codings["quote"].tolist() == ["Kas"]


@pytest.mark.parametrize("value", ["", "x", "1e3", "9" * 5000], ids=["none", "x", "1e3", "huge"])
def test_a_position_that_is_no_number(tmp_path, value):
    xml = project(text_source(selection(0, 3, "Kas")))
    xml = xml.replace('endPosition="3"', f'endPosition="{value}"')
    with pytest.raises(UserError, match="which is no number"):
        read_refi(write(tmp_path, xml, plain("Kas RT")))


@pytest.mark.parametrize("qde", [{}, {"a.qde": b"<a/>", "b.qde": b"<a/>"}], ids=["none", "two"])
def test_one_project_description_is_expected(tmp_path, qde):
    path = tmp_path / "p.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.txt", "x")
        for name, data in qde.items():
            archive.writestr(name, data)
    with pytest.raises(UserError, match="project descriptions"):
        read_refi(path)


def test_other_xml_and_other_endings(tmp_path):
    with pytest.raises(UserError, match="begins with “html”"):
        read_refi(write(tmp_path, "<html/>", {}))
    with pytest.raises(UserError, match=r"neither in \.qdpx nor in \.qdc"):
        read_refi("p.docx")
