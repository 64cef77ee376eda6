"""From text cells to typed columns; blank stays unknown, and "NA" stays text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from bantar_lib.study.numbers import (
    DecimalMark,
    UnreadableError,
    any_number,
    decimal_mark,
    stored_number,
    whole_number,
)
from bantar_lib.study.problems import Problem, Severity, and_rows, choose_from
from bantar_lib.study.reading import RawTable
from bantar_lib.study.tables import Column, Table
from bantar_lib.words import room_words

_ = room_words("study")

_BOOLS = {"yes": True, "ya": True, "true": True, "no": False, "tidak": False, "false": False}
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?(T.*)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


def no_rows(table: Table) -> pd.DataFrame:
    """Return a table of this form without rows."""
    return pd.DataFrame({c.name: _blank(c, 0) for c in table.columns})


def _blank(column: Column, rows: int) -> pd.Series:
    if column.kind in ("int", "year"):
        return pd.Series([pd.NA] * rows, dtype="Int64")
    if column.kind == "number":
        return pd.Series([pd.NA] * rows, dtype="Float64")
    if column.kind == "bool":
        return pd.Series([False] * rows, dtype="bool")
    return pd.Series([""] * rows, dtype="str")


def typed(raw: RawTable) -> tuple[pd.DataFrame, list[Problem]]:
    """Give each column its type.

    Parameters
    ----------
    raw : RawTable
        A table as text.

    Returns
    -------
    frame : DataFrame
        All columns of the form, in its order: text, code, choice, ids and date as ``str``
        (blank ``""``), int and year ``Int64``, number ``Float64``, bool ``bool`` (blank False).
    problems : list of Problem
        Cells that are not what they should be; they are blank in `frame`.
    """
    columns: dict[str, pd.Series] = {}
    problems: list[Problem] = []
    for column in raw.table.columns:
        if column.name in raw.cells:
            columns[column.name], found = _typed_column(raw, column)
            problems.extend(found)
        else:
            columns[column.name] = _blank(column, len(raw.rows))
    return pd.DataFrame(columns, index=range(len(raw.rows))), problems


def _typed_column(raw: RawTable, column: Column) -> tuple[pd.Series, list[Problem]]:
    cells = raw.cells[column.name]
    bad = [i for i, m in raw.marks.get(column.name, {}).items() if m in ("error", "formula")]
    if bad:  # already reported as what they are
        cells = cells.copy()
        cells.iloc[bad] = ""
    if column.kind in ("text", "code", "ids"):
        return cells, list(_stored_codes(raw, column)) if column.kind == "code" else []
    problems: list[Problem] = []
    stored = _stored_numbers(raw, column.name)
    values = pd.Series([None] * len(cells), dtype="object")
    for mask, from_file in ((~stored, False), (stored, True)):
        if mask.any():
            read = _reader(column, cells[mask], from_file)
            values[mask] = _each(raw, column, cells[mask], read, problems)
    if column.kind in ("int", "year"):
        return values.astype("Int64"), problems
    if column.kind == "number":
        return values.astype("Float64"), problems
    if column.kind == "bool":
        return values.map(lambda v: v is True).astype("bool"), problems
    return values.fillna("").astype("str"), problems


def _stored_numbers(raw: RawTable, name: str) -> np.ndarray:
    stored = np.full(len(raw.rows), name in raw.numbers)
    marked = [i for i, mark in raw.marks.get(name, {}).items() if mark == "number"]
    stored[marked] = True
    return stored


Reader = Callable[[str], tuple[Any, str, str]]
"""text → value, and message and remedy of a warning (blank where there is none)."""


def _reader(column: Column, cells: pd.Series, from_file: bool) -> Reader:
    if column.kind in ("int", "year"):
        if from_file:
            return lambda text: (stored_number(text, whole=True), "", "")
        return _read_whole
    if column.kind == "number":
        if from_file:
            return lambda text: (float(stored_number(text, whole=False)), "", "")
        mark: DecimalMark = decimal_mark(cells.unique())
        return lambda text: (any_number(text, mark), "", "")
    if column.kind == "date":
        return _read_date
    if column.kind == "bool":
        return _read_bool
    return lambda text: _read_choice(text, column.choices)


def _each(
    raw: RawTable, column: Column, cells: pd.Series, read: Reader, problems: list[Problem]
) -> pd.Series:
    """Read each different text once; large columns repeat few of them."""
    values: dict[str, Any] = {"": None}
    faults: dict[str, tuple[Severity, str, str]] = {}
    for text in cells.unique():
        if text == "":
            continue
        try:
            values[text], message, remedy = read(text)
            if message:
                faults[text] = ("warning", message, remedy)
        except UnreadableError as fault:
            values[text] = None
            faults[text] = ("error", fault.message, fault.remedy)
    for text, positions in positions_of(cells, faults).items():
        severity, message, remedy = faults[text]
        rows = raw.rows[positions]
        problems.append(Problem(severity, raw.file, int(rows[0]), column.name,
                                message + and_rows(rows), remedy))  # fmt: skip
    return pd.Series([values[t] for t in cells], index=cells.index, dtype="object")


def positions_of(cells: pd.Series, texts: Collection[str]) -> dict[str, np.ndarray]:
    """Return for each of `texts` that occurs the index labels of its cells, in order."""
    if not texts:
        return {}
    found: dict[str, list[int]] = {}
    some = cells[cells.isin(list(texts))]
    for position, text in zip(some.index.tolist(), some.tolist(), strict=True):
        found.setdefault(text, []).append(position)
    return {text: np.array(positions) for text, positions in found.items()}


def _read_whole(text: str) -> tuple[int, str, str]:
    value, grouped = whole_number(text)
    if not grouped:
        return value, "", ""
    return (value, _("“{text}” is read as {value}", text=text, value=value),
            _("Write {value} without a thousands mark to be sure.", value=value))  # fmt: skip


def _read_date(text: str) -> tuple[str, str, str]:
    """Return a date as ISO text; a year, or a year and month, will do."""
    if _DATE.fullmatch(text):
        try:
            date.fromisoformat((text[:10] + "-01-01")[:10])
            return text[:10], "", ""
        except ValueError:
            pass
    match = _DAY_FIRST.fullmatch(text)
    if match and int(match[1]) > 12:
        try:
            return date(int(match[3]), int(match[2]), int(match[1])).isoformat(), "", ""
        except ValueError:
            pass
    raise UnreadableError(
        _("“{text}” is not a date, or day and month cannot be told apart", text=text),
        _("Write year-month-day: 2020-08-04."),
    )


def _read_bool(text: str) -> tuple[bool, str, str]:
    if text.casefold() in _BOOLS:
        return _BOOLS[text.casefold()], "", ""
    raise UnreadableError(_("“{text}” is neither yes nor no", text=text), _("Write yes or no."))


def _read_choice(text: str, choices: tuple[str, ...]) -> tuple[str, str, str]:
    plain = re.sub(r"[\s\-]+", "_", text.casefold())
    if plain in choices:
        return plain, "", ""
    raise UnreadableError(
        _("“{text}” is not one of the choices", text=text), choose_from(plain, choices)
    )


def _stored_codes(raw: RawTable, column: Column) -> Iterator[Problem]:
    """Report codes that the file holds as numbers or dates: zeros at their ends may be lost."""
    marks = raw.marks.get(column.name, {})
    dates = [i for i, mark in sorted(marks.items()) if mark == "date"]
    for i in dates:
        yield Problem("error", raw.file, int(raw.rows[i]), column.name,
                      _("the code has become the date {text}", text=raw.cells[column.name].iat[i]),
                      _("Format the column as Text and type the code again."))  # fmt: skip
    numbers = np.flatnonzero(_stored_numbers(raw, column.name) & (raw.cells[column.name] != ""))
    if len(numbers):
        rows = raw.rows[numbers]
        yield Problem("warning", raw.file, int(rows[0]), column.name,
                      _("the code {text} is stored as a number",
                        text=raw.cells[column.name].iat[int(numbers[0])]) + and_rows(rows),
                      _("Format the column as Text: a number loses the zeros at its ends "
                        "(15.70 becomes 15.7)."))  # fmt: skip
