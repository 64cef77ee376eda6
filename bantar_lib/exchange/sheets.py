"""Tables as people open them: no cell acts, and what they fill in comes back as it was."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bantar_lib.errors import UserError
from bantar_lib.exchange.archive import SafeZip, read_limited
from bantar_lib.study.csv_file import SEPARATORS, decode
from bantar_lib.words import LANGUAGES, language, room_words

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.workbook import Workbook

_ = room_words("exchange")

ACTING = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet may run a cell that begins so."""
_LONGEST = 32_000  # Excel holds 32,767 characters in a cell
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]|_x[0-9A-Fa-f]{4}_")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def harmless(text: str) -> str:
    """Return a text that no spreadsheet runs when it opens it as CSV.

    Examples
    --------
    >>> harmless("=1+1"), harmless("RT 5"), harmless("'=1")
    ("'=1+1", 'RT 5', "''=1")
    """
    return "'" + text if text.lstrip("'").startswith(ACTING) else text


def as_written(text: str) -> str:
    """Return what :func:`harmless` was given.

    Examples
    --------
    >>> as_written("'=1+1"), as_written("'quoted'")
    ('=1+1', "'quoted'")
    """
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(ACTING) else text


def told(key: str) -> str:
    """Return a heading of a sheet in the current language.

    Examples
    --------
    >>> told("valence"), told("reader_a")
    ('valence', 'reader_a')
    """
    words = {
        "segment": _("segment"),
        "document": _("document"),
        "start": _("start"),
        "end": _("end"),
        "text": _("text"),
        "code": _("code"),
        "valence": _("valence"),
        "memo": _("memo"),
        "uses": _("uses"),
        "indicator": _("indicator"),
        "match": _("match"),
        "confirmed": _("confirmed"),
        "definition": _("definition"),
        "label": _("label"),
    }
    return words.get(key, key)


def key_of(heading: str, keys: Iterable[str]) -> str:
    """Return which of `keys` a heading of either language means, or the heading itself.

    Examples
    --------
    >>> key_of("Arah bukti", ["valence"])
    'valence'
    """
    plain = " ".join(heading.split()).casefold()
    for key in keys:
        for lang in LANGUAGES:
            with language(lang):
                if plain in (key, told(key).casefold()):
                    return key
    return heading.strip()


def put(cell: Cell, value: Any) -> None:
    """Put a value into a cell; a text stays text, whatever it begins with."""
    if isinstance(value, str):
        if len(value) > _LONGEST:
            value = value[:_LONGEST] + "…"
        # Excel writes what XML cannot hold as _x000B_; a text that looks so is written likewise.
        cell.value = _CONTROL.sub(_escape, value)
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(ACTING)
    else:
        cell.value = value


def _escape(found: re.Match[str]) -> str:
    text = found.group()
    return f"_x{ord(text):04X}_" if len(text) == 1 else f"_x005F_{text[1:]}"


def cell_text(value: Any) -> str:
    """Return a cell's value as text, as :func:`put` was given it.

    Examples
    --------
    >>> cell_text(None), cell_text(3.0), cell_text("_x005F_x000B_")
    ('', '3', '_x000B_')
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _ESCAPED.sub(_unescape, str(value))


def _unescape(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    return chr(number) if number < 32 or number == ord("_") else found.group()


def read_sheets(path: Path) -> dict[str, list[list[str]]]:
    """Return the sheets of a workbook, or of a CSV the one, as rows of text.

    Raises
    ------
    UserError
        For a file of another kind, or one that is damaged or hostile.
    """
    ending = path.suffix.lower()
    if ending == ".csv":
        return {"": _csv_rows(decode(read_limited(path))[0])}
    if ending != ".xlsx":
        raise UserError(_("{file}: a table is read from .csv or .xlsx.", file=path.name))
    archive = SafeZip(path)
    for name in archive.names:
        archive.read(name)  # within limits; openpyxl has none
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(read_limited(path)))
        return {s.title: _rows(s.iter_rows(values_only=True)) for s in book.worksheets}
    except Exception as fault:  # a damaged workbook can fail in any of its many parts
        raise UserError(
            _("{file} is damaged: {why}. Open it in Excel and save it again.",
              file=path.name, why=fault)) from None  # fmt: skip


def _rows(rows: Iterable[Sequence[Any]]) -> list[list[str]]:
    return [[cell_text(v) for v in row] for row in rows]


def _csv_rows(text: str) -> list[list[str]]:
    csv.field_size_limit(2**31 - 1)
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return [[as_written(cell) for cell in row] for row in rows]


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table as CSV (UTF-8, comma) in which no cell acts."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([harmless(str(v)) for v in row] for row in rows)
    save(path, text.getvalue().encode("utf-8"))


def save(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; ``UserError`` where that cannot be done."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as fault:
        part.unlink(missing_ok=True)
        raise UserError(
            _("{file} cannot be written: {why}. Close it if it is open in another program.",
              file=path, why=fault.strerror or fault)) from None  # fmt: skip


def book_bytes(book: Workbook) -> bytes:
    """Return a workbook as a file."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def add_sheet(
    book: Workbook, title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Any:
    """Add a sheet with a bold, frozen heading and wrapped text; return it."""
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet(title[:31])
    sheet.append([""] * len(columns))
    for n, name in enumerate(columns, 1):
        put(sheet.cell(1, n), name)
        sheet.cell(1, n).font = Font(bold=True)
    for r, row in enumerate(rows, 2):
        for n, value in enumerate(row, 1):
            put(sheet.cell(r, n), value)
            sheet.cell(r, n).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    return sheet


def set_widths(sheet: Any, widths: Sequence[int]) -> None:
    """Set the widths of a sheet's first columns, in characters."""
    from openpyxl.utils import get_column_letter

    for n, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
