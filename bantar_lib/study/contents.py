"""A study's folder as it was read: settings, framework and tables, with every fault so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from bantar_lib.frameworks import Framework
from bantar_lib.study.cells import no_rows, typed
from bantar_lib.study.problems import Problem, Severity
from bantar_lib.study.reading import WORKBOOK, RawTable, read_table
from bantar_lib.study.settings import Settings, find_framework, read_settings
from bantar_lib.study.tables import TABLES, Table
from bantar_lib.study.xlsx_file import unreadable


@dataclass(frozen=True)
class ReadTable:
    """A table as text and with types.

    Parameters
    ----------
    raw : RawTable
        As it stands in its file.
    frame : DataFrame
        All columns of its form, with types; its rows are those of `raw`.
    problems : tuple of Problem
        Found while reading and typing it.
    """

    raw: RawTable
    frame: pd.DataFrame
    problems: tuple[Problem, ...]

    @property
    def table(self) -> Table:
        """The table's form."""
        return self.raw.table

    @property
    def file(self) -> str:
        """The name by which problems call it."""
        return self.raw.file

    @property
    def rows(self) -> np.ndarray:
        """The line on which a spreadsheet shows each row."""
        return self.raw.rows

    def filled(self, column: str) -> np.ndarray:
        """Say of each row whether its cell in `column` holds anything, readable or not."""
        if column not in self.raw.cells:
            return np.zeros(len(self.rows), bool)
        filled = (self.raw.cells[column] != "").to_numpy(dtype=bool, copy=True)
        filled[list(self.raw.marks.get(column, {}))] = True
        return filled

    def problem(
        self, severity: Severity, position: int | None, column: str, message: str, remedy: str
    ) -> Problem:
        """Return a problem of the row at `position`."""
        row = None if position is None else int(self.rows[position])
        return Problem(severity, self.file, row, column, message, remedy)


@dataclass
class Contents:
    """A study's folder, read.

    Parameters
    ----------
    folder : Path
        The study.
    settings : Settings
        ``study.yml``.
    framework : Framework or None
        None where it could not be found or read.
    tables : dict
        Name → table, of those that the study has.
    """

    folder: Path
    settings: Settings
    framework: Framework | None
    tables: dict[str, ReadTable] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table with types; without rows where the study does not have it."""
        return self.tables[name].frame if name in self.tables else no_rows(TABLES[name])

    @cached_property
    def district_codes(self) -> dict[str, list[str]]:
        """Names and aliases of districts, without case and spaces → their codes."""
        districts = self.frame("districts")
        found: dict[str, list[str]] = {}
        for code, name, aliases in districts[["district_id", "name", "aliases"]].to_numpy():
            for text in {"".join(t.split()).casefold() for t in (name, *aliases.split("|"))}:
                found.setdefault(text, []).append(code)
        return found

    @cached_property
    def codes_without_zeros(self) -> dict[str, list[str]]:
        """Districts' codes without the zeros at their ends → the codes."""
        found: dict[str, list[str]] = {}
        for code in self.frame("districts")["district_id"]:
            found.setdefault(code.strip("0"), []).append(code)
        return found


def read_typed(folder: Path, name: str) -> ReadTable | None:
    """Read one table and give it types; None where the study does not have it."""
    raw = read_table(folder, name)
    if raw is None:
        return None
    frame, problems = typed(raw)
    return ReadTable(raw, frame, (*raw.problems, *problems))


def read_contents(folder: Path, names: Iterable[str] = tuple(TABLES)) -> Contents:
    """Read a study's settings, framework and the tables `names`."""
    settings = read_settings(folder)
    framework, faults = find_framework(settings, folder)
    contents = Contents(folder, settings, framework, problems=[*settings.problems, *faults])
    for path in folder.iterdir():
        if path.name.casefold() == WORKBOOK and (closed := unreadable(path)) is not None:
            contents.problems.extend(closed.problems)
    for name in names:
        if (table := read_typed(folder, name)) is not None:
            contents.tables[name] = table
            contents.problems.extend(table.problems)
    return contents
