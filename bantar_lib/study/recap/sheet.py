"""A recap's sheet as text: each cell as it is printed, and which cells are merged."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bantar_lib.errors import UserError
from bantar_lib.study.csv_file import decode
from bantar_lib.words import room_words

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_ = room_words("scaffold")


@dataclass
class Sheet:
    """The cells of a sheet as text.

    Parameters
    ----------
    name : str
        Blank for a CSV file.
    cells : list of list of str
        Rows of equal length; of a merged range only the first cell has its text.
    merges : list of tuple of int
        First row, last row, first column, last column of each merged range, from 0.
    """

    name: str
    cells: list[list[str]]
    merges: list[tuple[int, int, int, int]]

    def filled(self) -> list[list[str]]:
        """Return the cells with each merged range filled with its text."""
        cells = [list(row) for row in self.cells]
        for first, last, left, right in self.merges:
            for r in range(first, min(last + 1, len(cells))):
                for c in range(left, min(right + 1, len(cells[r]))):
                    cells[r][c] = self.cells[first][left]
        return cells

    def continued(self, row: int) -> frozenset[int]:
        """Return the columns whose cell continues a merged cell of the row above."""
        return frozenset(
            c
            for first, last, left, right in self.merges
            if first < row <= last
            for c in range(left, right + 1)
        )

    def line(self, row: int) -> str:
        """Return a row's texts in one line."""
        return " ".join(t for c in self.cells[row] if (t := " ".join(c.split())))


def letter(column: int) -> str:
    """Return the letter of a column counted from 0.

    Examples
    --------
    >>> letter(0), letter(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_sheet(path: Path, sheet: str | None = None) -> Sheet:
    """Read one sheet of a workbook (``.xlsx``), or a CSV file.

    Raises
    ------
    UserError
        Where the file is missing, open in Excel, of another format or damaged; where there are
        several sheets and none is named; where a formula has no saved result.
    """
    ending = path.suffix.lower()
    if ending not in (".xlsx", ".xlsm", ".csv"):
        raise UserError(
            _("{file}: this format is not read. Save it as .xlsx and try again.", file=path.name)
        )
    try:
        if ending == ".csv":
            return Sheet("", _csv_cells(path.read_bytes()), [])
        return _read_workbook(path, sheet)
    except FileNotFoundError:
        raise UserError(_("{file}: there is no such file.", file=path)) from None
    except PermissionError:
        raise UserError(
            _("{file} is open in another program. Close it in Excel and try again.", file=path.name)
        ) from None


def _csv_cells(raw: bytes) -> list[list[str]]:
    text, _encoding = decode(raw)
    # Where decimals are written with a comma, commas may well be the more frequent.
    separator = ";" if ";" in text else max(",\t", key=text.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    width = max((len(r) for r in rows), default=0)
    return [[*r, *[""] * (width - len(r))] for r in rows]


def _read_workbook(path: Path, sheet: str | None) -> Sheet:
    from zipfile import BadZipFile

    from openpyxl import load_workbook

    try:
        values = load_workbook(path, data_only=True)
        formulas = load_workbook(path)
    except (BadZipFile, KeyError, ValueError):
        raise UserError(
            _(
                "{file}: Excel's format was not recognised (protected by a password, or damaged?). "
                "Open it in Excel, save it as .xlsx without a password and try again.",
                file=path.name,
            )
        ) from None
    name = _choose_sheet(path.name, values, sheet)
    page = values[name]
    cells = [[_printed(cell) for cell in row] for row in page.iter_rows()]
    for row in formulas[name].iter_rows():
        for cell in row:
            saved = page.cell(cell.row, cell.column)
            # A formula that came to an empty text is saved as one, of type "str".
            if cell.data_type == "f" and saved.value is None and saved.data_type != "str":
                raise UserError(
                    _(
                        "{where}: a formula whose result was not saved. Open the file in Excel, "
                        "save it and try again.",
                        where=f"{path.name}, {name}, {cell.coordinate}",
                    )
                )
    return Sheet(name, cells, _merges(page))


def _choose_sheet(file: str, workbook: Any, sheet: str | None) -> str:
    sheets = workbook.worksheets
    filled = [s.title for s in sheets if s.sheet_state == "visible" and s.max_row > 1]
    if sheet is not None:
        for name in workbook.sheetnames:
            if name.casefold() == sheet.casefold().strip():
                return str(name)
    if sheet is None and len(filled) == 1:
        return str(filled[0])
    raise UserError(
        _("{file}: say which sheet is meant: {sheets}.", file=file,
          sheets=", ".join(f'--sheet "{name}"' for name in filled) or "–")
    )  # fmt: skip


def _merges(page: Worksheet) -> list[tuple[int, int, int, int]]:
    return [
        (m.min_row - 1, m.max_row - 1, m.min_col - 1, m.max_col - 1)
        for m in page.merged_cells.ranges
    ]


def _printed(cell: Any) -> str:
    """Return a cell's value as the sheet shows it, decimals after a comma."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value.date() if hasattr(value, "date") else value)
    shown = str(cell.number_format)
    percent = "%" in shown
    decimals = re.search(r"0[.,](0+)", shown)
    if percent or decimals:
        text = f"{value * (100 if percent else 1):.{len(decimals[1]) if decimals else 0}f}"
        return text.replace(".", ",") + ("%" if percent else "")
    return f"{value:.12g}".replace(".", ",") if isinstance(value, float) else str(value)
