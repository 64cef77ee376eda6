"""What a file of another program holds: its codes, its texts, and who coded what where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

CODES = ("code", "name", "parent", "codable", "description", "guid")
"""A code: `code` names it once in its file (its name, or its path where names repeat)."""

SOURCES = ("document", "kind", "text", "reading", "guid")
"""A source: `text` without byte-order mark and with ``\\n`` as line end; blank where none is."""

CODINGS = (
    "document",
    "start",
    "end",
    "quote",
    "code",
    "valence",
    "coder",
    "memo",
    "at",
    "segment",
    "sure",
    "how",
)
"""A coding: half-open places in code points of the document's `text`, or a study's `segment`."""

UNPLACED = ("document", "start", "end", "quote", "code", "coder", "why")

SURE = (
    "verified",  # the text at that place is the one that the file names
    "verified_cut",  # the same, as far as the file's shortened text goes
    "inferred",  # no text to compare; read as the file's other places, which were verified
    "only_reading",  # no text to compare, but every reading gives the same place
    "assumed",  # no text to compare; taken as the standard counts, because the caller said so
    "whole",  # the whole document is coded
    "quote",  # the file gives the text alone, without its place
    "given",  # the file names the study's own segment
)
"""How sure the place of a coding is."""


@dataclass(frozen=True)
class FoundProject:
    """A project of another program, as it was read; nothing of it is in the study yet.

    Parameters
    ----------
    program : str
        What the file says of the program that wrote it.
    codes, sources, codings, unplaced : DataFrame
        With the columns :data:`CODES`, :data:`SOURCES`, :data:`CODINGS`, :data:`UNPLACED`.
        Places are ``Int64``, everything else text (``codable`` is bool). `unplaced` lists every
        coding that could not be read for certain, with the reason.
    report : tuple of str
        What a person should know of the reading, a line each.
    """

    program: str
    codes: pd.DataFrame
    sources: pd.DataFrame
    codings: pd.DataFrame
    unplaced: pd.DataFrame
    report: tuple[str, ...] = ()

    @property
    def coders(self) -> tuple[str, ...]:
        """The coders of the file in the order of their first coding; ``""`` is one unnamed."""
        return tuple(dict.fromkeys(self.codings["coder"]))


@dataclass(frozen=True)
class RefiProject(FoundProject):
    """A REFI-QDA project or codebook.

    Parameters
    ----------
    cases : DataFrame
        case, variable, value: the variables of its cases.
    """

    cases: pd.DataFrame = field(default_factory=pd.DataFrame)


def tidy(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...]) -> pd.DataFrame:
    """Lay rows out with `columns`: places as ``Int64``, ``codable`` as bool, the rest as text.

    Examples
    --------
    >>> tidy([{"document": "a.txt", "start": 3}], UNPLACED)["end"].isna().all()
    np.True_
    """
    frame = pd.DataFrame(list(rows), columns=list(columns))
    for name in columns:
        if name in ("start", "end"):
            frame[name] = frame[name].astype("Int64")
        elif name == "codable":
            frame[name] = frame[name].astype("bool")
        else:
            frame[name] = frame[name].astype(object).where(frame[name].notna(), "").astype("str")
    return frame


def name_codes(names: list[str], parents: list[int | None]) -> list[str]:
    """Return for each code a name that no other has: its own, or its path where names repeat.

    Parameters
    ----------
    names : list of str
        The names as they stand in the file.
    parents : list of int or None
        The position of each code's parent.

    Examples
    --------
    >>> name_codes(["A", "B", "x", "x"], [None, None, 0, 1])
    ['A', 'B', 'A / x', 'B / x']
    """

    def path(n: int) -> str:
        parts: list[str] = []
        at: int | None = n
        while at is not None and len(parts) <= len(names):
            parts.insert(0, names[at])
            at = parents[at]
        return " / ".join(parts)

    count = Counter(names)
    chosen = [name if count[name] == 1 else path(n) for n, name in enumerate(names)]
    seen: dict[str, int] = {}
    for n, name in enumerate(chosen):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            chosen[n] = f"{name} ({seen[name]})"
    return chosen


def unique_names(names: Iterable[str]) -> list[str]:
    """Number names that stand more than once.

    Examples
    --------
    >>> unique_names(["a.txt", "b.txt", "a.txt"])
    ['a.txt', 'b.txt', 'a (2).txt']
    """
    taken: set[str] = set()
    last: dict[str, int] = {}
    result = []
    for name in names:
        stem, dot, ending = name.rpartition(".")
        if not dot or len(ending) > 5:
            stem, dot, ending = name, "", ""
        free, n = name, last.get(name, 1)
        while free.casefold() in taken:
            n += 1
            free = f"{stem} ({n}){dot}{ending}"
        last[name] = n
        taken.add(free.casefold())
        result.append(free)
    return result
