"""What a file of any form holds, before its headings are understood: rows of text cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bantar_lib.study.problems import Problem
from bantar_lib.words import room_words

_ = room_words("study")

Mark = Literal["number", "date", "error", "formula"]
"""What a cell is in its file when it is not text: a number, a date, an error such as ``#REF!``,
or a formula that nobody calculated."""


@dataclass
class Grid:
    """Rows of text cells with the line on which a spreadsheet shows each.

    Parameters
    ----------
    file : str
        Name by which problems call it.
    records : list of list of str
        Cells without surrounding space; blank rows are left out.
    rows : list of int
        The line of each record, counted from 1.
    marks : dict
        (record, column) → :data:`Mark`, for cells that are not text.
    number_columns : set of int
        Columns that hold nothing but numbers (of a file that knows its types).
    """

    file: str
    records: list[list[str]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    marks: dict[tuple[int, int], Mark] = field(default_factory=dict)
    number_columns: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def report(self, severity: str, row: int | None, message: str, remedy: str) -> None:
        """Note a problem of this file."""
        self.problems.append(Problem(severity, self.file, row, "", message, remedy))  # type: ignore[arg-type]


def cannot_open(path: Path, fault: OSError) -> tuple[str, str]:
    """Return message and remedy for a file that the system refuses to open."""
    if isinstance(fault, PermissionError) or (path.parent / f"~${path.name}").exists():
        return (
            _("{file} is open in another program or may not be read", file=path.name),
            _("Close it in Excel and try again."),
        )
    return (
        _("{file} cannot be read: {why}", file=path.name, why=fault.strerror or str(fault)),
        _("Check the file and the disk."),
    )
