"""Faults of a study: where each stands, what is wrong, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from bantar_lib.words import room_words

if TYPE_CHECKING:
    import numpy as np

_ = room_words("study")

Severity = Literal["error", "warning", "note"]
_FEW = 4
_SHOWN = 8
_SEVERITIES = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class Problem:
    """One fault.

    Parameters
    ----------
    severity : {"error", "warning", "note"}
        An error stops an evaluation; a warning should be looked at; a note only says what was
        taken for granted.
    file : str
        File name inside the study; a sheet of a workbook is ``study.xlsx[counts]``.
    row : int or None
        Line as a spreadsheet numbers it: the headings are line 1. None where there is none.
    column : str
        Heading, or blank.
    message, remedy : str
        In the language that was current when the fault was found.

    Examples
    --------
    >>> print(Problem("error", "counts.csv", 14, "count", "-3 is below 0", "Correct the number."))
    counts.csv:14:count: -3 is below 0 — Correct the number.
    """

    severity: Severity
    file: str
    row: int | None
    column: str
    message: str
    remedy: str

    def __str__(self) -> str:
        place = [self.file, "" if self.row is None else str(self.row), self.column]
        text = ":".join(part for part in place if part) + f": {self.message}"
        return f"{text} — {self.remedy}" if self.remedy else text


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems by file, row, severity and column, each once."""
    return sorted(
        dict.fromkeys(problems),
        key=lambda p: (p.file, p.row or 0, _SEVERITIES[p.severity], p.column, p.message),
    )


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return the known word most like `word`, or ``""``; case does not matter.

    Examples
    --------
    >>> nearest("Kotabaru", ["Jelutung", "Kota Baru"])
    'Kota Baru'
    """
    by_fold = {k.casefold(): k for k in known if k}
    found = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=cutoff)
    return by_fold[found[0]] if found else ""


def choose_from(word: str, known: Iterable[str], *, search: bool = True) -> str:
    """Return a remedy for a word that is not in a list: the nearest one, or the list itself."""
    # Without a search a few names are enough: the list may be long, and asked for every row.
    names = list(islice(filter(None, known), None if search else _SHOWN + 1))
    if search and (near := nearest(word, names)):
        return _("Did you mean “{near}”?", near=near)
    if not names:
        return _("None exists yet; add it first.")
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return _("Use one of: {known}.", known=shown)


def and_rows(rows: Sequence[int] | np.ndarray) -> str:
    """Return ``" (also in rows 15, 16 and 3 more)"`` for the rows after the first.

    Examples
    --------
    >>> from bantar_lib.words import language
    >>> with language("en"):
    ...     and_rows([14, 15]), and_rows([14])
    (' (also in rows 15)', '')
    """
    others = [str(int(r)) for r in rows[1 : _FEW + 1]]
    more = len(rows) - 1 - len(others)
    if not others:
        return ""
    if more:
        return _(" (also in rows {rows} and {more} more)", rows=", ".join(others), more=more)
    return _(" (also in rows {rows})", rows=", ".join(others))
