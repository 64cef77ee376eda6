"""The look of a Word report: pandoc's own reference document, set for an office's printer.

It is made when a report is written, from what the installed pandoc carries, so that no binary
file is kept and every choice stands here to be read.
"""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINE = 'w:val="single" w:sz="{}" w:space="0" w:color="{}"'

_FONTS = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Arial" w:cs="Arial"/>'
_BLACK = '<w:color w:val="000000"/>'
_CENTRE = '<w:jc w:val="center"/>'


def _size(points: float) -> str:
    return f'<w:sz w:val="{round(2 * points)}"/><w:szCs w:val="{round(2 * points)}"/>'


def _spaced(before: int, after: int, *, keep: bool = False) -> str:
    """Return paragraph properties: spaces in twentieths of a point."""
    together = "<w:keepNext/><w:keepLines/>" if keep else ""
    return f'{together}<w:spacing w:before="{before}" w:after="{after}"/>'


# Style → properties of its paragraphs and of its letters. What is not here stays pandoc's.
_STYLES = {
    "BodyText": (_spaced(100, 100), ""),
    "Compact": (_spaced(20, 20), ""),
    "Title": (_spaced(2400, 120, keep=True) + _CENTRE, _FONTS + "<w:b/>" + _BLACK + _size(20)),
    "Subtitle": (_spaced(60, 60) + _CENTRE, _FONTS + '<w:color w:val="404040"/>' + _size(13)),
    "Heading1": (_spaced(320, 100, keep=True) + '<w:outlineLvl w:val="0"/>',
                 _FONTS + "<w:b/>" + _BLACK + _size(14)),
    "Heading2": (_spaced(220, 60, keep=True) + '<w:outlineLvl w:val="1"/>',
                 _FONTS + "<w:b/>" + _BLACK + _size(11.5)),
    "Heading3": (_spaced(200, 60, keep=True) + '<w:outlineLvl w:val="2"/>',
                 _FONTS + "<w:b/>" + _BLACK + _size(10)),
    "TableCaption": (_spaced(240, 60, keep=True), "<w:b/>" + _size(9.5)),
    "ImageCaption": ("<w:keepLines/>" + _spaced(40, 240), '<w:color w:val="404040"/>' + _size(9)),
    "VerbatimChar": ("", '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New"/>' + _size(9)),
    "CaptionedFigure": (_spaced(160, 0, keep=True), ""),
}  # fmt: skip

# Styles of our own, for the cover and the signature.
_OWN = {
    "Letterhead": (
        '<w:keepNext/><w:pBdr><w:bottom w:val="thinThickSmallGap" w:sz="18" '
        'w:space="4" w:color="000000"/></w:pBdr><w:spacing w:before="0" w:after="20"/>' + _CENTRE,
        "<w:b/>" + _size(12),
    ),
    "Mark": (_spaced(240, 0) + _CENTRE, "<w:b/>" + _size(11)),
    "KeepNext": (_spaced(100, 100, keep=True), ""),
    "Closing": (_spaced(240, 100, keep=True), ""),
    "Field": (_spaced(80, 0), ""),
    "Small": (_spaced(600, 0), '<w:color w:val="404040"/>' + _size(9)),
    "Signature": (_spaced(0, 20, keep=True) + '<w:ind w:left="4800"/>', ""),
    "SignatureRoom": (_spaced(0, 900, keep=True) + '<w:ind w:left="4800"/>', ""),
}

_TABLE = (
    '<w:style xmlns:w="{w}" w:type="table" w:default="1" w:styleId="Table">'
    '<w:name w:val="Table"/><w:basedOn w:val="TableNormal"/><w:qFormat/>'
    '<w:pPr><w:spacing w:before="20" w:after="20"/></w:pPr><w:rPr>{size}</w:rPr>'
    "<w:tblPr><w:tblBorders><w:top {dark}/><w:bottom {dark}/><w:insideH {pale}/></w:tblBorders>"
    '<w:tblCellMar><w:left w:w="90" w:type="dxa"/><w:right w:w="90" w:type="dxa"/></w:tblCellMar>'
    "</w:tblPr><w:trPr><w:cantSplit/></w:trPr>"
    '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders><w:bottom {dark}/>'
    '</w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style>'
).format(w=_WORD, size=_size(8.5), dark=_LINE.format(8, "000000"), pale=_LINE.format(4, "BFBFBF"))

# Cells to write into by hand: lines all around; their rows are given room (see `whole_rows`).
_TO_FILL = (
    '<w:style xmlns:w="{w}" w:type="table" w:customStyle="1" w:styleId="ToFill">'
    '<w:name w:val="ToFill"/><w:basedOn w:val="TableNormal"/>'
    '<w:pPr><w:spacing w:before="60" w:after="60"/></w:pPr><w:rPr>{size}</w:rPr><w:tblPr>'
    "<w:tblBorders><w:top {line}/><w:left {line}/><w:bottom {line}/><w:right {line}/>"
    "<w:insideH {line}/><w:insideV {line}/></w:tblBorders></w:tblPr>"
    "<w:trPr><w:cantSplit/></w:trPr>"
    '<w:tblStylePr w:type="firstRow"><w:pPr><w:spacing w:before="60" w:after="60"/></w:pPr>'
    "<w:rPr><w:b/></w:rPr></w:tblStylePr></w:style>"
).format(w=_WORD, size=_size(8.5), line=_LINE.format(4, "000000"))

_ROW_TO_FILL = '<w:trHeight w:val="720" w:hRule="atLeast"/>'
"""Room to write two lines."""

_SIZES = {"A4": (11906, 16838), "F4": (12189, 18709)}
"""Papers in twentieths of a point."""

# More room on the left, where offices file.
_PAGE = (
    f'<w:sectPr xmlns:r="{_OFFICE}"><w:headerReference w:type="default" r:id="rIdMark"/>'
    '<w:footerReference w:type="default" r:id="rIdPageNumber"/>'
    '<w:footnotePr><w:numRestart w:val="eachSect"/></w:footnotePr>'
    '<w:pgSz w:w="{width}" w:h="{height}"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" '
    'w:left="1417" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
)
_FOOTER = (
    f'<?xml version="1.0" encoding="UTF-8"?><w:ftr xmlns:w="{_WORD}"><w:p><w:pPr>'
    '<w:jc w:val="right"/></w:pPr><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r>'
    '<w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r>'
    '<w:fldChar w:fldCharType="end"/></w:r></w:p></w:ftr>'
)
_HEADER = (
    f'<?xml version="1.0" encoding="UTF-8"?><w:hdr xmlns:w="{_WORD}"><w:p><w:pPr>'
    '<w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:b/><w:sz w:val="17"/></w:rPr>'
    '<w:t xml:space="preserve">{mark}</w:t></w:r></w:p></w:hdr>'
)


def write_reference(pandoc: str, path: Path, *, paper: str, mark: str) -> None:
    """Write the document whose styles and page a report takes.

    Parameters
    ----------
    pandoc : str
        The program.
    path : Path
        The ``.docx`` file to write.
    paper : {"A4", "F4"}
        The page.
    mark : str
        What stands at the head of every page; may be blank.
    """
    width, height = _SIZES[paper]
    page = _PAGE.format(width=width, height=height)
    command = [pandoc, "--print-default-data-file", "reference.docx"]
    default = subprocess.run(command, capture_output=True, check=True).stdout
    changed: dict[str, Callable[[str], str]] = {
        "word/styles.xml": _styled,
        "word/document.xml": lambda text: re.sub(
            r"<w:sectPr>.*?</w:sectPr>", lambda _m: page, text, flags=re.DOTALL
        ),
        "word/_rels/document.xml.rels": lambda text: text.replace(
            "</Relationships>",
            f'<Relationship Id="rIdPageNumber" Type="{_OFFICE}/footer" Target="footer1.xml"/>'
            f'<Relationship Id="rIdMark" Type="{_OFFICE}/header" Target="header1.xml"/>'
            "</Relationships>",
        ),
        "[Content_Types].xml": lambda text: text.replace(
            "</Types>",
            '<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.wordprocessingml.footer+xml"/>'
            '<Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.wordprocessingml.header+xml"/></Types>',
        ),
    }
    with zipfile.ZipFile(io.BytesIO(default)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name in changed:
                data = changed[name](data.decode("utf-8")).encode("utf-8")
            new.writestr(name, data)
        new.writestr("word/footer1.xml", _FOOTER)
        new.writestr("word/header1.xml", _HEADER.format(mark=escape(mark)))


def whole_rows(document: str) -> str:
    """Return ``word/document.xml`` with rows of tables that stay on one page.

    A table's style could say so for all rows, but programs do not follow it there.

    Examples
    --------
    >>> whole_rows("<w:tbl><w:tr><w:tc/></w:tr></w:tbl>")
    '<w:tbl><w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc/></w:tr></w:tbl>'
    """
    return re.sub(r"<w:tbl>.*?</w:tbl>", lambda t: _whole(t[0]), document, flags=re.DOTALL)


def _whole(table: str) -> str:
    room = _ROW_TO_FILL if re.search(r'<w:tblStyle w:val="ToFill"', table) else ""

    def row(found: re.Match[str]) -> str:
        said = found[1] or ""
        more = "" if "tblHeader" in said else room
        return f"<w:tr><w:trPr><w:cantSplit/>{more}{said}</w:trPr>"

    return re.sub(r"<w:tr>(?:\s*<w:trPr>(.*?)</w:trPr>)?", row, table, flags=re.DOTALL)


def _styled(styles: str) -> str:
    """Return ``styles.xml`` with the styles above, the font, and the table's lines."""
    ElementTree.register_namespace("w", _WORD)
    root = ElementTree.fromstring(styles)
    w = f"{{{_WORD}}}"
    defaults = root.find(f"{w}docDefaults/{w}rPrDefault")
    assert defaults is not None  # pandoc always writes it
    # pandoc puts the report's language in the place of this one.
    _put(defaults, "rPr", _FONTS + _size(10) + '<w:lang w:val="en-US"/>')
    for style in root.findall(f"{w}style"):
        name = style.get(f"{w}styleId", "")
        if name == "Table":
            root.remove(style)
        for tag, inner in zip(("pPr", "rPr"), _STYLES.get(name, ()), strict=False):
            if inner:
                _put(style, tag, inner)
    root.append(ElementTree.fromstring(_TABLE))
    root.append(ElementTree.fromstring(_TO_FILL))
    for name, (paragraph, letters) in _OWN.items():
        root.append(ElementTree.fromstring(
            f'<w:style xmlns:w="{_WORD}" w:type="paragraph" w:customStyle="1" w:styleId="{name}">'
            f'<w:name w:val="{name}"/><w:basedOn w:val="Normal"/><w:pPr>{paragraph}</w:pPr>'
            f"<w:rPr>{letters}</w:rPr></w:style>"))  # fmt: skip
    return ElementTree.tostring(root, encoding="unicode")


def _put(parent: ElementTree.Element, tag: str, inner: str) -> None:
    """Put an element of properties in the place of the one that is there."""
    w = f"{{{_WORD}}}"
    for old in parent.findall(f"{w}{tag}"):
        parent.remove(old)
    parent.append(ElementTree.fromstring(f'<w:{tag} xmlns:w="{_WORD}">{inner}</w:{tag}>'))
