"""Reading a sheet of an Excel workbook: the values as they stand, and what is no value."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bantar_lib.study.grid import Grid, Mark, cannot_open
from bantar_lib.words import room_words

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_ = room_words("study")


@contextmanager
def _opened(path: Path, *, values: bool) -> Iterator[Workbook]:
    """Open a workbook row by row; with `values`, formulas give what they last came to."""
    from openpyxl import load_workbook

    with warnings.catch_warnings(), path.open("rb") as file:
        # openpyxl warns of drop-down lists and the like, which do not matter for values.
        warnings.simplefilter("ignore")
        book = load_workbook(file, read_only=True, data_only=values)
        try:
            yield book
        finally:
            book.close()


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of a workbook's sheets; none where it cannot be opened."""
    try:
        return _sheet_names(path, *_stamp(path))
    except Exception:  # whatever is wrong with the file is reported where it is read
        return ()


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=64)
def _sheet_names(path: Path, _changed: int, _size: int) -> tuple[str, ...]:
    with _opened(path, values=True) as book:
        return tuple(sheet.title for sheet in book.worksheets)


def unreadable(path: Path) -> Grid | None:
    """Return a grid with the one fault of a workbook that cannot be opened, else None."""
    grid = Grid(path.name)
    try:
        with path.open("rb") as file:
            whole = zipfile.is_zipfile(file)
    except OSError as fault:
        grid.report("error", None, *cannot_open(path, fault))
        return grid
    if whole:
        try:
            _sheet_names(path, *_stamp(path))
        except Exception as wrong:  # a damaged workbook can fail in any of its many parts
            _report_damage(grid, wrong)
            return grid
        return None
    if (path.parent / f"~${path.name}").exists():
        grid.report("error", None, *cannot_open(path, PermissionError()))
    else:
        grid.report("error", None,
                    _("is no whole Excel workbook: it may be damaged, copied only in part, or "
                      "locked by a password"),
                    _("Copy it again, or open it in Excel and save it as .xlsx without a "
                      "password."))  # fmt: skip
    return grid


def read_xlsx(path: Path, sheet: str | None = None, *, file: str = "") -> Grid:
    """Read one sheet into a grid.

    Parameters
    ----------
    path : Path
        The workbook.
    sheet : str, optional
        The sheet's name; by default the first.
    file : str
        Name by which problems call it; by default the file's.
    """
    if (closed := unreadable(path)) is not None:
        return closed
    grid = Grid(file or path.name)
    try:
        uncalculated = _formulas(path, sheet)
        with _opened(path, values=True) as book:
            page = book[sheet] if sheet else book.worksheets[0]
            page.reset_dimensions()
            for number, cells in enumerate(page.iter_rows(), 1):
                _add(grid, number, cells, uncalculated.get(number, set()))
    except OSError as fault:
        grid.report("error", None, *cannot_open(path, fault))
    except Exception as wrong:  # a damaged workbook can fail in any of its many parts
        _report_damage(grid, wrong)
    return grid


def _report_damage(grid: Grid, wrong: Exception) -> None:
    grid.report("error", None, _("the workbook is damaged: {why}", why=str(wrong) or "–"),
                _("Open it in Excel, let it repair the file, and save it again."))  # fmt: skip


def _formulas(path: Path, sheet: str | None) -> dict[int, set[int]]:
    """Return the cells with a formula, row → columns (from 0); nearly always none."""
    with zipfile.ZipFile(path) as parts:
        sheets = [n for n in parts.namelist() if n.startswith("xl/worksheets/")]
        if not any(b"<f>" in (xml := parts.read(n)) or b"<f " in xml for n in sheets):
            return {}
    found: dict[int, set[int]] = {}
    with _opened(path, values=False) as book:
        page = book[sheet] if sheet else book.worksheets[0]
        page.reset_dimensions()
        for number, cells in enumerate(page.iter_rows(), 1):
            here = {j for j, cell in enumerate(cells) if cell.data_type == "f"}
            if here:
                found[number] = here
    return found


def _add(grid: Grid, number: int, cells: tuple[Any, ...], formulas: set[int]) -> None:
    texts: list[str] = []
    marks: dict[int, Mark] = {}
    for j, cell in enumerate(cells):
        value = cell.value
        if value is None:
            texts.append("")
            if j in formulas:
                marks[j] = "formula"
            continue
        text, mark = cell_text(value)
        texts.append(text)
        if cell.data_type == "e":
            mark = "error"
        if mark:
            marks[j] = mark
    while texts and not texts[-1] and (len(texts) - 1) not in marks:
        texts.pop()
    if not any(texts) and not marks:
        return
    grid.marks.update({(len(grid.records), j): mark for j, mark in marks.items()})
    grid.records.append(texts)
    grid.rows.append(number)


def cell_text(value: Any) -> tuple[str, Mark | None]:
    """Return a cell's value as text, and what it is if it is not text.

    Examples
    --------
    >>> cell_text(12.0), cell_text(True), cell_text(" NA ")
    (('12', 'number'), ('yes', None), ('NA', None))
    """
    if isinstance(value, bool):
        return ("yes" if value else "no"), None
    if isinstance(value, int):
        return str(value), "number"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value)), "number"
        return f"{value:.15g}", "number"
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return (value.date() if midnight else value).isoformat(), "date"
    if isinstance(value, date):
        return value.isoformat(), "date"
    if isinstance(value, (time, timedelta)):
        return str(value), "date"
    return str(value).strip().replace("\r\n", "\n").replace("_x000D_", ""), None
