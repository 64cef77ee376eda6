"""Comments of Word documents, written by LibreOffice Writer and by python-docx."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from bantar_lib.errors import UserError
from bantar_lib.exchange import read_word_comments
from bantar_lib.exchange.word import document_text

HERE = Path(__file__).parent / "data"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def test_writer():
    found = read_word_comments(HERE / "comments_writer.docx")
    rows = found.codings[["start", "quote", "code", "coder", "at"]].to_numpy().tolist()
    assert rows == [
        [23, "kas RT rekaan terisi 🧹 é", "Sumber daya » mendukung", "Ani", "2026-01-02T03:04:05Z"],
        [23, "kas RT rekaan terisi 🧹 é", "kode sendiri", "Ani", "2026-01-02T03:04:05Z"],
        [69, "kedua\ndan ketiga", "Kepatuhan", "Budi", "2026-01-02T03:05:05Z"],
    ]
    (text,) = found.sources["text"]
    assert text[69:85] == "kedua\ndan ketiga"
    assert found.unplaced[["code", "coder"]].to_numpy().tolist() == [["mengambang", "Ani"]]


def test_python_docx():
    found = read_word_comments(HERE / "comments_python_docx.docx")
    assert found.codings[["quote", "code"]].to_numpy().tolist() == [
        ["Petugas rekaan tidak datang", "Kepatuhan dan daya tanggap » menghambat"],
        ["sel dua\tdan tab", "Tipe manfaat"],
        ["sel dua\tdan tab", "Lain"],
    ]
    assert found.sources["document"].tolist() == ["comments_python_docx.txt"]


def docx(body: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
    return buffer.getvalue()


def test_what_was_deleted_is_not_said_and_what_was_added_is():
    body = (
        "<w:p><w:r><w:t>tetap </w:t></w:r><w:del><w:r><w:delText>hapus</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>baru</w:t></w:r></w:ins><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
    )
    assert document_text(docx(body), "d.docx") == "tetap baru"


def test_a_thing_drawn_twice_is_said_once():
    run = "<w:r><w:t>{}</w:t></w:r>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    body = (
        f"<w:p><mc:AlternateContent {mc}><mc:Choice>{run.format('satu')}</mc:Choice>"
        f"<mc:Fallback>{run.format('dua')}</mc:Fallback></mc:AlternateContent></w:p>"
    )
    assert document_text(docx(body), "d.docx") == "satu"


def test_no_comments(tmp_path):
    (tmp_path / "d.docx").write_bytes(docx("<w:p/>"))
    with pytest.raises(UserError, match="holds no comments"):
        read_word_comments(tmp_path / "d.docx")
