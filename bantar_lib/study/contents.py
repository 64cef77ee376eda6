"""A study's folder as it was read: settings, framework and tables, with every fault so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from bantar_lib.frameworks import Framework
from bantar_lib.study.cells import no_rows, typed
from bantar_lib.study.problems import Problem, Severity
from bantar_lib.study.reading import WORKBOOK, RawTable, read_table
from bantar_lib.study.settings import (
    Settings,
    find_framework,
    folded,
    read_settings,
    stages_called,
)
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

    @property
    def unread(self) -> bool:
        """Whether a fault of its file, which is reported, left nothing of it."""
        return not len(self.rows) and any(p.severity == "error" for p in self.problems)

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
        """Districts' codes without the zeros that a spreadsheet may drop → the codes."""
        found: dict[str, list[str]] = {}
        for code in self.frame("districts")["district_id"]:
            found.setdefault(without_zeros(code), []).append(code)
        return found


def without_zeros(code: str) -> str:
    """Return a code without the zeros before its parts and at its end.

    Examples
    --------
    >>> without_zeros("15.71.01"), without_zeros("15.71.10"), without_zeros("001")
    ('15.71.1', '15.71.1', '1')
    """
    return ".".join(part.lstrip("0") for part in code.split(".")).rstrip("0")


Stages = Mapping[str, Mapping[str, str]]
"""Stage id → its label by language."""


def read_typed(folder: Path, name: str, stages: Stages | None = None) -> ReadTable | None:
    """Read one table and give it types; None where the study does not have it.

    Parameters
    ----------
    folder : Path
        The study.
    name : str
        The table.
    stages : mapping, optional
        The study's stages; their labels in the table become their ids.
    """
    raw = read_table(folder, name)
    if raw is None:
        return None
    frame, problems = typed(raw)
    return ReadTable(raw, with_stage_ids(frame, raw.table, stages or {}),
                     (*raw.problems, *problems))  # fmt: skip


def with_stage_ids(frame: pd.DataFrame, table: Table, stages: Stages) -> pd.DataFrame:
    """Return a table in which a stage's label, of either language, has become the stage's id.

    A label that two stages share stays, to be reported: it cannot be known which is meant. So do
    those of a register, which measures read from its file.
    """
    for column in table.columns:
        if column.refers_to != "study.stage" or table.name == "register":
            continue
        cells = frame[column.name]
        strange = [word for word in cells.unique() if word and word not in stages]
        meant = stages_called(stages) if strange else {}
        ids = {word: meant.get(folded(word), []) for word in strange}
        if sure := {word: found[0] for word, found in ids.items() if len(found) == 1}:
            frame[column.name] = cells.replace(sure)
    return frame


def read_contents(folder: Path, names: Iterable[str] = tuple(TABLES)) -> Contents:
    """Read a study's settings, framework and the tables `names`."""
    settings = read_settings(folder)
    framework, faults = find_framework(settings, folder)
    contents = Contents(folder, settings, framework, problems=[*settings.problems, *faults])
    for path in folder.iterdir():
        if path.name.casefold() == WORKBOOK and (closed := unreadable(path)) is not None:
            contents.problems.extend(closed.problems)
    for name in names:
        if (table := read_typed(folder, name, settings.stages)) is not None:
            contents.tables[name] = table
            contents.problems.extend(table.problems)
    return contents
