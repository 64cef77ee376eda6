"""How wide the columns of a report's tables are: as their texts need it, in letters of a line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from math import ceil

from bantar_lib.publish.document import Grid

_LINE = 104
"""Letters on a line of a table."""
_BLANK = 16
"""Letters that a column to be filled in by hand has room for at least."""
_AROUND = 3
"""Letters that the room around a text takes."""
_BESIDE = 1.5
"""Letters of further room between numbers, set right, and a text, set left."""
_LOST = 1.06
"""How much room a text of several lines takes more, since words are not broken."""
_PASSES = 40
_BOLD = 1.15
"""How much wider a bold letter is."""


def column_widths(grid: Grid) -> list[float]:
    """Return each column's share of the line, so that the table is low and no word is broken.

    Every column holds its longest word. What is left goes letter by letter to the column that
    makes rows low; then room is moved between columns for as long as that saves a line.

    Examples
    --------
    >>> grid = Grid(("a", "b"), (("x", "a long text " * 20),), "", (False, False))
    >>> [round(w, 1) for w in column_widths(grid)]
    [0.0, 1.0]
    """
    columns = range(len(grid.heads))
    least = [_least(grid, n) for n in columns]
    around = [_around(grid, n) for n in columns]
    rows = [[len(cell) for cell in row] for row in grid.rows]
    rows.append([round(_BOLD * len(head)) for head in grid.heads])
    widths, spare = list(least), _LINE - sum(least)
    while spare > 0:
        gains = _gains(rows, widths, around)
        if max(gains) <= 0:
            break
        widths[gains.index(max(gains))] += min(1, spare)
        spare -= 1
    widths = _settled(rows, widths, least, around)
    return [round(w / sum(widths), 4) for w in widths]


def after_numbers(numeric: Sequence[bool]) -> list[int]:
    """Return the columns set left that follow one set right: they need room before them."""
    return [n for n in range(1, len(numeric)) if numeric[n - 1] and not numeric[n]]


def _around(grid: Grid, n: int) -> float:
    return _AROUND + (_BESIDE if n in after_numbers(grid.numeric) else 0)


def _least(grid: Grid, n: int) -> float:
    """Return the room for the longest word; a word longer than 24 letters may be broken."""
    words = [_BOLD * len(w) for w in grid.heads[n].split()]
    words += [len(w) for row in grid.rows for w in row[n].split()]
    word = min(max(words, default=1), 24)
    return max(word, _BLANK if n in grid.blank else 0) + _around(grid, n)


def _gains(rows: list[list[int]], widths: list[float], around: list[float]) -> list[float]:
    """Return for each column how much lower the rows become by one letter more of it."""
    gains = [0.0] * len(widths)
    for row in rows:
        lines = [said / (w - a) for said, w, a in zip(row, widths, around, strict=True)]
        highest = max(lines)
        if highest > 1:
            for n, own in enumerate(lines):
                # A row is as high as its highest cell; one that is nearly so counts too.
                gains[n] += own / (widths[n] - around[n]) * (own / highest) ** 3
    return gains


def _settled(
    rows: list[list[int]], widths: list[float], least: list[float], around: list[float]
) -> list[float]:
    """Move room between two columns while the table has fewer lines for it."""
    lowest = _lines(rows, widths, around)
    moves = [(a, b, by) for a, b in permutations(range(len(widths)), 2) for by in (1, 2, 4, 8)]
    for _pass in range(_PASSES):
        tried = []
        for giving, taking, by in moves:
            if widths[giving] - by >= least[giving]:
                other = list(widths)
                other[giving] -= by
                other[taking] += by
                tried.append((_lines(rows, other, around), other))
        best = min(tried, default=(lowest, widths))
        if best[0] >= lowest:
            break
        lowest, widths = best
    return widths


def _lines(rows: list[list[int]], widths: list[float], around: list[float]) -> int:
    """Return the lines of a table; what does not fit on one loses a little at each line's end."""
    room = [w - a for w, a in zip(widths, around, strict=True)]
    return sum(
        max(1 if said <= r else ceil(_LOST * said / r) for said, r in zip(row, room, strict=True))
        for row in rows
    )
