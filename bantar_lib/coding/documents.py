"""Documents: the text of a transcript or report, whatever program wrote it.

The text of a file is the same on every system, so that a place in it keeps its number. Of a PDF
that holds for one version of pypdf: another may put spaces elsewhere, and spans are then found
again like those of an edited text (:func:`~.spans.find_again`).
"""

from __future__ import annotations

import codecs
import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from xml.parsers import expat

from bantar_lib.coding.spans import text_hash
from bantar_lib.errors import UserError
from bantar_lib.study import Study
from bantar_lib.study.csv_file import decode
from bantar_lib.study.grid import cannot_open
from bantar_lib.words import room_words

_ = room_words("coding")

MOST_BYTES = 256 * 2**20
"""A file, or the text packed in it, that is larger is not opened: no transcript is."""
FOLDERS = ("documents", "private/documents", "private")


@dataclass(frozen=True)
class Document:
    """A document's text.

    Parameters
    ----------
    text : str
        Without byte-order mark, every line end a plain newline.
    sha256 : str
        Of the text as UTF-8.
    kind : str
        ``txt``, ``html``, ``docx``, ``odt`` or ``pdf``.
    """

    text: str
    sha256: str
    kind: str


def read_document(path: str | Path) -> Document:
    r"""Read the text of a document.

    Parameters
    ----------
    path : str or Path
        A text file of any common encoding (.txt, .md), .html, .docx, .odt or .pdf. Of Word and
        OpenDocument files the body is read, with tables; not headers, notes, comments and
        deletions that are only marked.

    Returns
    -------
    Document

    Raises
    ------
    UserError
        For a file that is missing, locked, damaged, of another kind, or without text (a scan).

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "talk.txt")
    ...     _size = path.write_bytes("First\r\nSecond".encode("utf-8-sig"))
    ...     read_document(path).text
    'First\nSecond'
    """
    path = Path(path)
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise UserError(
            _("{file}: documents of this kind cannot be read; save it as one of {known}.",
              file=path.name, known=", ".join(_KINDS)))  # fmt: skip
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _fault(path, _("it is too large"))
        data = path.read_bytes()
    except FileNotFoundError:
        raise UserError(_("{file}: there is no such document in {folder}.",
                          file=path.name, folder=path.parent)) from None  # fmt: skip
    except OSError as fault:
        raise UserError(": ".join(cannot_open(path, fault))) from None
    text = _READERS[kind](data, path)
    # A PDF may hold halves of letters, which no encoding can write.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise _fault(path, _("it holds no text; if it is a scan, run text recognition (OCR) first"))
    return Document(text, text_hash(text), kind)


def find_document(study: Study, name: str) -> Path:
    """Return where a study keeps a document: in ``documents/``, else in ``private/``.

    Raises
    ------
    UserError
        Where it is in neither.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> try:
    ...     find_document(load_study("kampung_bantar"), "nowhere.txt")
    ... except UserError:
    ...     print("the bundled study has no documents")
    the bundled study has no documents
    """
    for folder in FOLDERS:
        path = study.path / folder / name
        # A name is a name: one that climbs out of the folder finds nothing.
        if path.is_file() and path.resolve().is_relative_to((study.path / folder).resolve()):
            return path
    raise UserError(_("{file}: there is no such document in {folder}.",
                      file=name, folder=", ".join(FOLDERS)))  # fmt: skip


def private_documents(study: Study, names: Iterable[str]) -> set[str]:
    """Return those of the named documents that lie in ``private/``, or have a namesake there."""
    folders = [study.path / f for f in FOLDERS if f.startswith("private")]
    return {name for name in set(names) if any((f / name).exists() for f in folders)}


def _fault(path: Path, why: str) -> UserError:
    return UserError(_("{file} cannot be read as a document: {why}.", file=path.name, why=why))


def _txt(data: bytes, path: Path) -> str:
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        text, encoding = data.decode("utf-32", "replace"), "UTF-32"
    else:
        text, encoding = decode(data)
    if "\0" in text or ("\ufffd" in text and encoding != "UTF-8"):
        raise _fault(path, _("it is no text, or of an unknown encoding; save it as UTF-8"))
    return text


_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)


def _html(data: bytes, path: Path) -> str:
    named = _CHARSET.search(data[:4096])
    text = None
    if named and not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            text = data.decode(named.group(1).decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            text = None  # the page says one thing and is another
    parser = _Page()
    parser.feed(_txt(data, path) if text is None else text)
    parser.close()
    return parser.result()


_BLOCKS = """
    address article aside blockquote body dd div dl dt fieldset figcaption figure footer form h1 h2
    h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr ul
"""


class _Page(HTMLParser):
    """The words of an HTML page, a line for each block."""

    SILENT = frozenset({"script", "style", "template", "noscript", "title"})
    BLOCKS = frozenset(_BLOCKS.split())

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = self.kept = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in self.SILENT
        self.kept += tag == "pre"
        if tag in self.BLOCKS or tag == "br":
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.BLOCKS or tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SILENT:
            self.silent = max(0, self.silent - 1)
        if tag == "pre":
            self.kept = max(0, self.kept - 1)
        if tag in self.BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            # Line ends of the file are spaces of the page, but for what is set as written.
            self.parts.append(data if self.kept else re.sub(r"[ \t\r\n\f]+", " ", data))

    def result(self) -> str:
        text = re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", "".join(self.parts)))
        return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


class _Stream:
    """The words of an XML part of a Word or OpenDocument file, read once from start to end.

    A document type declaration is refused: neither format has one, and entities declared in it
    can blow a small file up to gigabytes.
    """

    def __init__(self, rules: _Rules) -> None:
        self.rules, self.parts, self.silent, self.words = rules, [""], 0, 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.data
        self.parser.StartDoctypeDeclHandler = self.refuse

    def refuse(self, *_declaration: object) -> None:
        raise ValueError("document type declaration")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if name.endswith(self.rules.silent):
            self.silent += 1
        elif not self.silent:
            self.words += tag in self.rules.words
            if tag in self.rules.signs:
                repeat = next((v for k, v in attributes.items() if k.endswith(" c")), "1")
                self.parts.append(self.rules.signs[tag] * (int(repeat) if repeat.isdigit() else 1))

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if name.endswith(self.rules.silent):
            self.silent -= 1
        elif not self.silent:
            self.words -= tag in self.rules.words
            if tag in self.rules.lines:
                self.parts.append("\n")

    def data(self, text: str) -> None:
        if self.words and not self.silent:
            self.parts.append(re.sub(r"[ \t\r\n]+", " ", text) if self.rules.collapse else text)

    def read(self, xml: bytes) -> str:
        self.parser.Parse(xml, True)
        return "".join(self.parts)


@dataclass(frozen=True)
class _Rules:
    """Which elements of a format hold words, end a line, stand for a sign, or are left out."""

    part: str
    words: frozenset[str]
    lines: frozenset[str]
    signs: dict[str, str]
    silent: tuple[str, ...]  # ends of "namespace name"
    collapse: bool


_WORD = _Rules(
    part=r"word/document\d*\.xml",
    words=frozenset({"t"}),
    lines=frozenset({"p"}),
    signs={"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"},
    # A text box stands twice, the second time for old programs. `tabs` holds tab stops, not tabs.
    silent=(" Fallback", " moveFrom", " del", " tabs"),
    collapse=False,
)
_OPEN = _Rules(
    part=r"content\.xml",
    words=frozenset({"p", "h"}),
    lines=frozenset({"p", "h"}),
    signs={"s": " ", "tab": "\t", "line-break": "\n"},
    silent=(
        " tracked-changes",
        " annotation",
        " note",
        ":svg-compatible:1.0 title",
        ":svg-compatible:1.0 desc",
    ),
    collapse=True,
)


def _zipped(rules: _Rules) -> Callable[[bytes, Path], str]:
    def read(data: bytes, path: Path) -> str:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                part = next(i for i in archive.infolist() if re.fullmatch(rules.part, i.filename))
                if part.file_size > MOST_BYTES:
                    raise _fault(path, _("it is too large"))
                return _Stream(rules).read(archive.read(part))
        except (zipfile.BadZipFile, StopIteration, expat.ExpatError, ValueError,
                NotImplementedError, RuntimeError, EOFError, OSError) as fault:  # fmt: skip
            if isinstance(fault, UserError):
                raise
            raise _fault(path, _("it is damaged, protected by a password, or of another kind than "
                                 "its name says; open it in its program and save it again"),
                         ) from None  # fmt: skip

    return read


def _pdf(data: bytes, path: Path) -> str:
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # its remarks on form are no user's concern
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _fault(path, _("it is protected by a password; save a copy without one"))
        return "\n\n".join(page.extract_text() for page in reader.pages)
    except UserError:
        raise
    except Exception:
        # What a damaged PDF makes pypdf raise is not limited to its own errors.
        raise _fault(path, _("it is damaged or uses a form that is not known; "
                             "print it to PDF again")) from None  # fmt: skip


_READERS: dict[str, Callable[[bytes, Path], str]] = {
    "txt": _txt,
    "html": _html,
    "docx": _zipped(_WORD),
    "odt": _zipped(_OPEN),
    "pdf": _pdf,
}
_KINDS = {
    ".txt": "txt",
    ".md": "txt",
    ".html": "html",
    ".htm": "html",
    ".docx": "docx",
    ".odt": "odt",
    ".pdf": "pdf",
}
