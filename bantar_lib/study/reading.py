"""Reading one table of a study from whatever file holds it, every row of it.

What comes out is text with the line each row stands on; :mod:`bantar_lib.study.cells` gives it
types. A fault never drops a row: it is reported, and the row stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from bantar_lib.study.csv_file import read_csv
from bantar_lib.study.grid import Grid, Mark
from bantar_lib.study.parquet_file import read_parquet
from bantar_lib.study.problems import Problem, nearest
from bantar_lib.study.tables import TABLES, Table
from bantar_lib.study.xlsx_file import read_xlsx, sheet_names
from bantar_lib.words import room_words

_ = room_words("study")

WORKBOOK = "study.xlsx"
ENDINGS = (".csv", ".xlsx", ".parquet")
_LOOK_FOR_HEADINGS = 20


@dataclass(frozen=True)
class Place:
    """Where a table stands: a file, or a sheet of one."""

    path: Path
    sheet: str = ""

    @property
    def file(self) -> str:
        """The name by which problems call it."""
        return f"{self.path.name}[{self.sheet}]" if self.sheet else self.path.name


@dataclass(frozen=True)
class RawTable:
    """A table as text.

    Parameters
    ----------
    table : Table
        Its form.
    place : Place
        Where it was read.
    cells : DataFrame
        Text, under the names of the form's columns; only those that the file has.
    rows : ndarray of int
        The line on which a spreadsheet shows each row.
    marks : mapping
        column → {position: :data:`~.grid.Mark`} of cells that are not text in their file.
    numbers : frozenset of str
        Columns that their file holds as numbers.
    """

    table: Table
    place: Place
    cells: pd.DataFrame
    rows: np.ndarray
    marks: Mapping[str, Mapping[int, Mark]] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()

    @property
    def file(self) -> str:
        """The name by which problems call it."""
        return self.place.file


def plain_heading(text: str) -> str:
    """Return a heading without the differences that do not matter.

    Examples
    --------
    >>> plain_heading(" Jumlah  RT "), plain_heading("Source-ID")
    ('jumlah_rt', 'source_id')
    """
    return re.sub(r"[\s_\-]+", "_", text.strip()).strip("_").casefold()


@cache
def known_headings(name: str) -> Mapping[str, str]:
    """Return every heading under which a table's columns are known → the column's name."""
    table = TABLES[name]
    known = {plain_heading(a): c.name for c in table.columns for a in c.aliases}
    known.update({plain_heading(c.name): c.name for c in table.columns})
    return known


def places(folder: Path, name: str) -> list[Place]:
    """Return where the table `name` stands in a study's folder: nowhere, once, or too often."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in ENDINGS and path.stem.casefold() == name and path.is_file():
            found.append(Place(path))
        elif path.name.casefold() == WORKBOOK:
            sheets = [s for s in sheet_names(path) if plain_heading(s) == name]
            found.extend(Place(path, sheet) for sheet in sheets)
    return found


def read_table(folder: Path, name: str) -> RawTable | None:
    """Read a table as text.

    Parameters
    ----------
    folder : Path
        The study's folder.
    name : str
        A key of :data:`~.tables.TABLES`.

    Returns
    -------
    RawTable or None
        None where the study does not have the table. Faults are in its ``problems``.

    Examples
    --------
    >>> from bantar_lib.places import shared_folder
    >>> raw = read_table(shared_folder("data") / "kampung_bantar", "districts")
    >>> raw.cells.loc[0, "district_id"], int(raw.rows[0])
    ('15.71.01', 2)
    """
    found = places(folder, name)
    if not found:
        return None
    raw = _understood(TABLES[name], found[0], _grid(found[0], name))
    if len(found) > 1:
        both = Problem(
            "error", found[0].file, None, "",
            _("the table {table} stands in more than one place: {files}",
              table=name, files=", ".join(p.file for p in found)),
            _("Keep one and move the others out of the folder."),
        )  # fmt: skip
        raw = replace(raw, problems=(both, *raw.problems))
    return raw


def _grid(place: Place, name: str) -> Grid:
    ending = place.path.suffix.lower()
    if ending == ".csv":
        return read_csv(place.path, lambda text: plain_heading(text) in known_headings(name))
    if ending == ".parquet":
        return read_parquet(place.path)
    if place.sheet:
        return read_xlsx(place.path, place.sheet, file=place.file)
    sheets = sheet_names(place.path)
    own = [s for s in sheets if plain_heading(s) == name] or list(sheets[:1])
    grid = read_xlsx(place.path, own[0] if own else None)
    if len(sheets) > 1:
        others = ", ".join(s for s in sheets if s != own[0])
        grid.report(
            "warning",
            None,
            _("only the sheet “{sheet}” is read, not: {others}", sheet=own[0], others=others),
            _("Keep one sheet, or use study.xlsx with a sheet for each table."),
        )
    return grid


def _understood(table: Table, place: Place, grid: Grid) -> RawTable:
    """Find the headings and put each cell under its column."""
    if not grid.records:
        if not any(p.severity == "error" for p in grid.problems):
            grid.report("error", None, _("is empty: it has no headings"),
                        _("Write the headings in line 1: {names}.",
                          names=", ".join(c.name for c in table.columns)))  # fmt: skip
        empty = pd.DataFrame({c.name: pd.Series(dtype="str") for c in table.columns})
        return RawTable(table, place, empty, np.array([], int), problems=tuple(grid.problems))
    head = _heading_record(table, grid)
    columns = _columns(table, grid, head)
    body = grid.records[head + 1 :]
    rows = np.array(grid.rows[head + 1 :], int)
    _report_ragged(grid, head, body, rows)
    width = max(columns, default=-1) + 1
    full = [r if len(r) >= width else [*r, *[""] * (width - len(r))] for r in body]
    cells = pd.DataFrame(
        {name: pd.Series([r[j] for r in full], dtype="str") for j, name in columns.items()},
        index=range(len(full)),
    )
    marks: dict[str, dict[int, Mark]] = {}
    for (i, j), mark in grid.marks.items():
        if j in columns and i > head:
            marks.setdefault(columns[j], {})[i - head - 1] = mark
    problems = [*grid.problems, *_unreadable_cells(grid.file, marks, cells, rows)]
    numbers = frozenset(columns[j] for j in grid.number_columns if j in columns)
    return RawTable(table, place, cells, rows, marks, numbers, tuple(problems))


def _heading_record(table: Table, grid: Grid) -> int:
    """Return the record that holds the headings: the first, unless a title stands above them."""
    known = known_headings(table.name)

    def hits(record: list[str]) -> int:
        return sum(plain_heading(cell) in known for cell in record)

    if hits(grid.records[0]):
        return 0
    for i, record in enumerate(grid.records[1:_LOOK_FOR_HEADINGS], 1):
        if hits(record) > 1:
            grid.report("warning", grid.rows[i],
                        _("the headings stand here; the lines above are not read"),
                        _("Delete the lines above the headings."))  # fmt: skip
            return i
    return 0


def _columns(table: Table, grid: Grid, head: int) -> dict[int, str]:
    """Return position → column name; report headings that are unknown, doubled or blank."""
    known = known_headings(table.name)
    record, row = grid.records[head], grid.rows[head]
    columns: dict[int, str] = {}
    if not _is_csv(grid):
        record = [*record, *[""] * (max(map(len, grid.records)) - len(record))]
    for j, cell in enumerate(record):
        if not cell:
            if any(len(r) > j and r[j] for r in grid.records[head + 1 :]):
                grid.report("warning", row,
                            _("column {n} has no heading; its cells are not read", n=j + 1),
                            _("Give it a heading, or empty it."))  # fmt: skip
            continue
        name = known.get(plain_heading(cell))
        if name is None:
            near = nearest(plain_heading(cell), known, cutoff=0.75)
            grid.problems.append(Problem(
                "warning", grid.file, row, cell,
                _("unknown heading “{heading}”; its cells are not read", heading=cell),
                _("Did you mean “{near}”?", near=near) if near
                else _("Rename it, or leave it if it is your own."),
            ))  # fmt: skip
        elif name in columns.values():
            first = record[next(k for k, v in columns.items() if v == name)]
            grid.problems.append(Problem(
                "error", grid.file, row, name,
                _("the headings “{first}” and “{second}” mean the same column; only the first "
                  "is read", first=first, second=cell),
                _("Delete or rename one of them."),
            ))  # fmt: skip
        else:
            columns[j] = name
    return columns


def _is_csv(grid: Grid) -> bool:
    return grid.file.lower().endswith(".csv")


def _report_ragged(grid: Grid, head: int, body: list[list[str]], rows: np.ndarray) -> None:
    """Report rows of a CSV file with too many or too few cells; theirs may have shifted."""
    if not _is_csv(grid):
        return
    width = len(grid.records[head])
    shown = _(
        "Put cells that hold the separator in quotation marks, and give each row {n} cells.",
        n=width,
    )
    for record, row in zip(body, rows, strict=True):
        if len(record) > width and any(record[width:]):
            grid.report("error", int(row), _("{n} cells under {width} headings",
                                             n=len(record), width=width), shown)  # fmt: skip
        elif len(record) < width:
            grid.report("warning", int(row), _("{n} cells under {width} headings",
                                               n=len(record), width=width), shown)  # fmt: skip


def _unreadable_cells(
    file: str, marks: Mapping[str, Mapping[int, Mark]], cells: pd.DataFrame, rows: np.ndarray
) -> list[Problem]:
    found = []
    for column, cell_marks in marks.items():
        for i, mark in cell_marks.items():
            if mark == "error":
                message = _("the cell shows the error {text}", text=cells[column].iat[i])
                remedy = _("Mend its formula, or type the value.")
            elif mark == "formula":
                message = _("the cell holds a formula that was never calculated")
                remedy = _("Open the workbook in Excel and save it, or type the value.")
            else:
                continue
            found.append(Problem("error", file, int(rows[i]), column, message, remedy))
    return found
