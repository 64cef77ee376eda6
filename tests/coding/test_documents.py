"""Documents of every kind give the same text, and what cannot be read says so in one line."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from bantar_lib.coding.documents import find_document, read_document
from bantar_lib.errors import UserError
from bantar_lib.words import language

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
SVG = "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"


def zipped(name: str, xml: str | bytes, **more: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, xml)
        for other, content in more.items():
            archive.writestr(other, content)
    return data.getvalue()


def docx(body: str, namespace: str = W) -> bytes:
    return zipped("word/document.xml",
                  f'<w:document xmlns:w="{namespace}" xmlns:mc="urn:mc"><w:body>{body}'
                  "</w:body></w:document>")  # fmt: skip


def odt(body: str) -> bytes:
    return zipped("content.xml",
                  f'<o:document-content xmlns:o="{OFFICE}" xmlns:t="{TEXT}" xmlns:svg="{SVG}" '
                  f"><o:body><o:text>{body}</o:text></o:body></o:document-content>")  # fmt: skip


def pdf(*pages: str) -> bytes:
    """Write a PDF of one line a page by hand, so that no writer is needed to test the reader."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 "
               "/BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]  # fmt: skip
    kids = []
    for text in pages:
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET" if text else ""
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents "
                       f"{len(objects)} 0 R /Resources << /Font << /F1 3 0 R >> >> >>")  # fmt: skip
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    return out + (f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n"
                  "%%EOF\n").encode()  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        "Café\nkedua\n".encode(),
        b"\xef\xbb\xbf" + "Café\r\nkedua\r\n".encode(),
        "Café\rkedua\r".encode(),
        "Café\r\nkedua\n".encode("utf-16"),
        "Café\nkedua\n".encode("utf-16-be"),
        "Café\nkedua\n".encode("utf-32"),
        "Café\r\nkedua\r\n".encode("cp1252"),
    ],
    ids=["utf8", "bom", "cr", "utf16", "utf16be", "utf32", "cp1252"],
)
def test_the_same_text_whatever_the_encoding_and_line_ends(tmp_path, data):
    (tmp_path / "talk.txt").write_bytes(data)
    found = read_document(tmp_path / "talk.txt")
    assert found.text == "Café\nkedua\n"
    assert found.sha256 == hashlib.sha256("Café\nkedua\n".encode()).hexdigest()
    assert found.kind == "txt"


PAGE = """<!doctype html><html><head><title>Judul</title><style>p {{}}</style>
<meta charset="{charset}"></head><body><script>var x = "<p>no</p>";</script>
<h1>Wawancara</h1><p>Kata &eacute;  dan
 baris<br>kedua</p><ul><li>satu<li>dua</ul><pre>  a
  b</pre><table><tr><td>x</td><td>y</td></tr></table></body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252"])
def test_a_page_is_read_as_its_blocks(tmp_path, charset):
    page = PAGE.format(charset=charset).replace("Wawancara", "Wawancará").encode(charset)
    (tmp_path / "talk.html").write_bytes(page)
    lines = [line for line in read_document(tmp_path / "talk.html").text.split("\n") if line]
    assert lines == ["Wawancará", "Kata é dan baris", "kedua", "satu", "dua", "a", "b", "x", "y"]


@pytest.mark.parametrize("namespace", [W, STRICT])
def test_word(tmp_path, namespace):
    body = """<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>Ronda </w:t></w:r>
      <w:r><w:t>malam</w:t><w:tab/><w:t>aktif</w:t><w:br/><w:t>sekali</w:t></w:r></w:p>
      <w:p><w:del><w:r><w:delText>hapus</w:delText></w:r></w:del><w:ins><w:r><w:t>sisip</w:t></w:r>
      </w:ins><w:moveFrom><w:r><w:t>pindah</w:t></w:r></w:moveFrom></w:p>
      <w:tbl><w:tr><w:tc><w:p><w:r><w:t>sel</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
      <w:p><mc:AlternateContent><mc:Choice><w:r><w:t>kotak</w:t></w:r></mc:Choice>
      <mc:Fallback><w:r><w:t>kotak</w:t></w:r></mc:Fallback></mc:AlternateContent>
      <w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"""
    (tmp_path / "talk.docx").write_bytes(docx(body, namespace))
    found = read_document(tmp_path / "talk.docx")
    assert found.text == "Ronda malam\taktif\nsekali\nsisip\nsel\nkotak\n"
    assert found.kind == "docx"


def test_open_document(tmp_path):
    body = """<t:tracked-changes><t:p>hapus</t:p></t:tracked-changes><t:h>Judul</t:h>
      <t:p>Ronda <t:span>malam</t:span><t:s t:c="3"/>aktif<t:tab/>ya<t:line-break/>kedua
      baris<t:note><t:note-body><t:p>kaki</t:p></t:note-body></t:note><svg:title>gambar</svg:title>
      <o:annotation><t:p>komentar</t:p></o:annotation></t:p>"""
    (tmp_path / "talk.odt").write_bytes(odt(body))
    lines = read_document(tmp_path / "talk.odt").text.split("\n")
    assert lines[:2] == ["Judul", "Ronda malam   aktif\tya"]
    assert lines[2].split() == ["kedua", "baris"]
    assert lines[3:] == [""]


def test_pdf(tmp_path):
    (tmp_path / "talk.pdf").write_bytes(pdf("Ronda malam aktif", "Halaman dua"))
    found = read_document(tmp_path / "talk.pdf")
    assert [line for line in found.text.split("\n") if line] == ["Ronda malam aktif", "Halaman dua"]


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>'
)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("talk.docx", b"no zip"),
        ("talk.docx", zipped("other.xml", "<a/>")),
        ("talk.docx", zipped("word/document.xml", "<broken")),
        ("talk.docx", zipped("word/document.xml", BOMB)),
        ("talk.docx", zipped("word/document.xml", BOMB.encode("utf-16"))),
        ("talk.docx", docx("")[:60]),
        ("talk.docx", docx("<w:p/>")),
        ("talk.odt", b"PK\x03\x04"),
        ("talk.pdf", b"%PDF-1.4 broken"),
        ("talk.pdf", b""),
        ("talk.pdf", pdf("")),
        ("talk.txt", b"\x00\x01\x02\xff\xfe"),
        ("talk.txt", b"\x81\x8d\x9d"),
        ("talk.txt", b"  \n"),
        ("talk.html", b"<script>x</script>"),
        ("talk.doc", b"old"),
        ("talk", b"no ending"),
    ],
)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_what_cannot_be_read_says_so_in_one_line(tmp_path, name, data, lang):
    (tmp_path / name).write_bytes(data)
    with language(lang), pytest.raises(UserError) as refused:
        read_document(tmp_path / name)
    assert str(refused.value).startswith(name)
    assert "\n" not in str(refused.value)


def test_a_document_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match=r"talk\.txt: there is no such document"):
        read_document(tmp_path / "talk.txt")


def test_a_study_keeps_documents_in_two_places(study):
    for folder in ("documents", "private"):
        (study.path / folder).mkdir()
        (study.path / folder / f"{folder}.txt").write_text("x", "utf-8")
    assert find_document(study, "documents.txt").parent.name == "documents"
    assert find_document(study, "private.txt").parent.name == "private"
    (study.path / "secret.txt").write_text("x", "utf-8")
    for name in ("nowhere.txt", "../secret.txt"):
        with pytest.raises(UserError, match="no such document"):
            find_document(study, name)
