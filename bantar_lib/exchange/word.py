"""Reading Word documents: their text, and comments as codings."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bantar_lib.errors import UserError
from bantar_lib.exchange.archive import SafeZip, parse_xml
from bantar_lib.exchange.found import CODES, CODINGS, SOURCES, UNPLACED, FoundProject, tidy
from bantar_lib.words import room_words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ = room_words("exchange")

_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}
_UNSAID = {
    "del",
    "delText",
    "moveFrom",
    "instrText",
    "pPr",
    "rPr",
    "tblPr",
    "sectPr",
    "txbxContent",
}


@dataclass
class _Body:
    """The text of a document's body, and where each comment begins and ends in it."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    starts: dict[str, int] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    first: bool = True

    def say(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def walk(self, element: Element) -> None:
        """Read an element and what it holds, in order (without recursion: depth is the file's)."""
        open_ = [element]
        while open_:
            element = open_.pop()
            tag = _tag(element)
            if tag in _UNSAID:
                continue
            if tag == "p":
                if not self.first:
                    self.say("\n")
                self.first = False
            elif tag == "t":
                self.say(element.text or "")
            elif tag in _BREAKS:
                self.say(_BREAKS[tag])
            elif tag == "commentRangeStart":
                self.starts[_attribute(element, "id")] = self.length
            elif tag == "commentRangeEnd":
                self.ends[_attribute(element, "id")] = self.length
            if tag == "AlternateContent":  # the same thing twice: take the first
                open_ += list(element)[:1]
            else:
                open_ += reversed(list(element))


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), "")


def _body(archive: SafeZip, file: str) -> _Body:
    if "word/document.xml" not in archive.names:
        raise UserError(_("{file} is no Word document (.docx).", file=file))
    root = parse_xml(archive.read("word/document.xml"), file)
    body = _Body()
    body.walk(root)
    return body


def document_text(data: bytes, file: str) -> str:
    """Return the text of a ``.docx``, one paragraph a line, deletions left out.

    Parameters
    ----------
    data : bytes
        The document.
    file : str
        What messages call it.
    """
    return "".join(_body(SafeZip(BytesIO(data), name=file), file).parts)


def read_word_comments(path: str | Path) -> FoundProject:
    """Read the comments of a Word document as codings.

    Parameters
    ----------
    path : str or Path
        A ``.docx``. A comment's author is the coder, each line of a comment one code, and the
        text that is commented on the quote.

    Returns
    -------
    FoundProject
        With the document's text as its one source. A comment without a text of its own is in
        `unplaced`.

    Raises
    ------
    UserError
        For a file that is damaged, hostile or no Word document.

    Examples
    --------
    >>> from bantar_lib.errors import UserError
    >>> try:
    ...     read_word_comments("nothing.docx")
    ... except UserError as fault:
    ...     print(fault)
    nothing.docx cannot be opened: No such file or directory.
    """
    path = Path(path)
    archive = SafeZip(path)
    body = _body(archive, path.name)
    text = "".join(body.parts)
    document = f"{path.stem}.txt"
    codings: list[dict[str, Any]] = []
    unplaced: list[dict[str, Any]] = []
    names: dict[str, None] = {}
    for comment in _comments(archive, path.name):
        number = _attribute(comment, "id")
        start, end = body.starts.get(number), body.ends.get(number)
        held = _Body()
        held.walk(comment)
        for code in filter(None, (line.strip() for line in "".join(held.parts).split("\n"))):
            names[code] = None
            row = {"document": document, "code": code, "coder": _attribute(comment, "author")}
            if start is None or end is None or not text[start:end].strip():
                unplaced.append(row | {"why": _("the comment covers no text of the body")})
                continue
            codings.append(row | {
                "start": start, "end": end, "quote": text[start:end], "sure": "verified",
                "at": _attribute(comment, "date"), "how": _("the text that the comment covers"),
            })  # fmt: skip
    return FoundProject(
        program="Word",
        codes=tidy(({"code": n, "name": n, "codable": True} for n in names), CODES),
        sources=tidy([{"document": document, "kind": "docx", "text": text}], SOURCES),
        codings=tidy(codings, CODINGS),
        unplaced=tidy(unplaced, UNPLACED),
    )


def _comments(archive: SafeZip, file: str) -> list[Element]:
    if "word/comments.xml" not in archive.names:
        raise UserError(_("{file} holds no comments.", file=file))
    root = parse_xml(archive.read("word/comments.xml"), file)
    return [e for e in root if _tag(e) == "comment"]
