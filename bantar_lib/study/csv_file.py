"""Reading CSV as offices write it: whatever encoding and separator, and no row lost."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable
from pathlib import Path

from bantar_lib.study.grid import Grid, cannot_open
from bantar_lib.words import room_words

_ = room_words("study")

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
_LONGEST_CELL = 2**31 - 1


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of `data` and the name of the encoding that was taken.

    A byte order mark decides; then UTF-8 if every byte fits; else Windows-1252.

    Examples
    --------
    >>> decode("é".encode("cp1252"))
    ('é', 'Windows-1252')
    """
    for mark, codec, name in (
        (codecs.BOM_UTF8, "utf-8", "UTF-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, errors="replace"), name
    head = data[:2000]
    if b"\0" in head and head.count(0) * 3 > len(head):
        codec = "utf-16-be" if head[0] == 0 else "utf-16-le"
        return data.decode(codec, errors="replace"), "UTF-16"
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), "Windows-1252"


def read_csv(path: Path, known_heading: Callable[[str], bool]) -> Grid:
    """Read a CSV file into a grid.

    Parameters
    ----------
    path : Path
        The file.
    known_heading : callable
        Says whether a text is a heading of the table; the separator that yields most of them is
        taken.
    """
    grid = Grid(path.name)
    try:
        data = path.read_bytes()
    except OSError as fault:
        grid.report("error", None, *cannot_open(path, fault))
        return grid
    text, encoding = decode(data)
    if encoding != "UTF-8":
        grid.report("note", None, _("read as {encoding}", encoding=encoding),
                    _("Save as “CSV UTF-8” if letters look wrong."))  # fmt: skip
    if "\ufffd" in text:
        grid.report("error", None, _("holds letters that cannot be read as {encoding}",
                                     encoding=encoding),
                    _("Save it again as “CSV UTF-8”."))  # fmt: skip
    separator, text = _separator(text, known_heading)
    if separator != ",":
        names = {";": _("semicolon"), "\t": _("tab")}
        grid.report("note", None, _("cells are separated by {name}", name=names[separator]), "")
    _fill(grid, text, separator)
    return grid


def _separator(text: str, known_heading: Callable[[str], bool]) -> tuple[str, str]:
    """Return the separator and the text without Excel's own ``sep=;`` line."""
    first, _end, rest = text.partition("\n")
    stated = first.strip().lower()
    if stated[:4] == "sep=" and stated[4:5] in SEPARATORS:
        return stated[4:5], rest
    head = text.lstrip()[:20_000]
    best = (0, 0, ",")
    for separator in SEPARATORS:
        rows = _some_rows(head, separator)
        known = max((sum(map(known_heading, row)) for row in rows), default=0)
        width = max((len(row) for row in rows), default=0)
        if (known, width) > best[:2]:
            best = (known, width, separator)
    return best[2], text


def _some_rows(head: str, separator: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    rows: list[list[str]] = []
    for row in reader:
        rows.append(row)
        if len(rows) == 20:
            break
    return rows


def _fill(grid: Grid, text: str, separator: str) -> None:
    csv.field_size_limit(_LONGEST_CELL)
    _report_quotes(grid, text, separator)
    breaks = '"' in text and "\r\n" in text
    # A spreadsheet numbers records, not lines: a quoted line break does not start a new row.
    for number, cells in enumerate(
        csv.reader(io.StringIO(text, newline=""), delimiter=separator), 1
    ):
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            if breaks:
                stripped = [cell.replace("\r\n", "\n") for cell in stripped]
            grid.records.append(stripped)
            grid.rows.append(number)


def _report_quotes(grid: Grid, text: str, separator: str) -> None:
    """Report a quotation mark that is not closed: it would swallow the rows after it."""
    if '"' not in text:
        return
    number = 0
    try:
        for _cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            number += 1
    except csv.Error:
        grid.report(
            "error",
            number + 1,
            _("a quotation mark is not closed, or stands inside a cell"),
            _("Close it, write it twice, or delete it; rows after it may have been swallowed."),
        )
