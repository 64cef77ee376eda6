"""Whether sources agree on a count, and which of them is used where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from bantar_lib.study.contents import Contents, ReadTable
from bantar_lib.study.problems import Problem, and_rows
from bantar_lib.words import room_words

_ = room_words("study")

_CELL = ["district_id", "year", "stage"]


def sources_disagree(contents: Contents, counts: ReadTable) -> Iterator[Problem]:
    """Report counts of which sources say different numbers, and which number is used.

    Both may stay; but a reader of a page sees one of them. It is a note where the column *known*
    of one of the rows gives the reason.
    """
    known = counts.frame.loc[counts.frame["count"].notna(), _CELL]
    if not known.duplicated().any():  # nearly always; the rest looks at each count again
        return
    frame = _ranked(contents, counts)
    several = frame[frame.groupby(_CELL)["number"].transform("nunique") > 1]
    if several.empty:
        return
    pairs = _first_with_both_stages(contents, frame)
    columns = ["number", "source_id", "position"]
    used = several.groupby(_CELL, sort=False)[columns].transform("first")
    differs = several["number"] != used["number"]
    found: dict[tuple[str, ...], list[tuple[Any, Any]]] = {}
    for other, first in zip(several[differs].itertuples(), used[differs].itertuples(), strict=True):
        reasons = [counts.frame["known"].iat[p] for p in (first.position, other.position)]
        rate = pairs.get((other.district_id, other.year, other.stage), "")
        key = (first.source_id, other.source_id, next(filter(None, reasons), ""), rate)
        found.setdefault(key, []).append((first, other))
    for (_first, _second, known, rate), rows in found.items():
        yield _disagreement(counts, rows, known, rate, frame)


def _ranked(contents: Contents, counts: ReadTable) -> pd.DataFrame:
    """Return the known counts, those of the source that is used first before the others."""
    sources = dict.fromkeys(contents.frame("sources")["source_id"])
    order = {source: n for n, source in enumerate(sources)}
    frame = counts.frame[[*_CELL, "source_id", "count"]].rename(columns={"count": "number"})
    frame["position"] = range(len(frame))
    frame["order"] = frame["source_id"].map(order).fillna(len(order))
    frame = frame.dropna(subset=["number", "year"]).drop_duplicates([*_CELL, "source_id"])
    return frame.sort_values([*_CELL, "order"], kind="stable")


def _first_with_both_stages(
    contents: Contents, frame: pd.DataFrame
) -> dict[tuple[str, int, str], str]:
    """Return from which source the execution rate takes a count, by district, year and stage."""
    ordered = contents.settings.ordered
    chosen = contents.settings.config.get("execution")
    chosen = chosen if isinstance(chosen, dict) else {}
    if len(ordered) < 2:
        return {}
    ends = [chosen.get("from", ordered[0]), chosen.get("to", ordered[-1])]
    both = frame[frame["stage"].isin(ends)].sort_values("order", kind="stable")
    key = ["district_id", "year", "source_id"]
    both = both[both.groupby(key)["stage"].transform("nunique") == 2]
    first = both.drop_duplicates(["district_id", "year"])
    return {
        (row.district_id, row.year, stage): str(row.source_id)
        for row in first.itertuples()
        for stage in ends
    }


def _disagreement(
    counts: ReadTable, rows: list[tuple[Any, Any]], known: str, rate: str, frame: pd.DataFrame
) -> Problem:
    first, other = rows[0]
    message = _(
        "says {count} ({source}), but row {row} says {other} ({second}): {count} is used, because "
        "its source stands first in sources.csv",
        count=first.number, source=first.source_id, row=int(counts.rows[other.position]),
        other=other.number, second=other.source_id,
    )  # fmt: skip
    if rate and rate != first.source_id:
        same = frame[(frame[_CELL] == [getattr(other, c) for c in _CELL]).all(axis=1)]
        number = same.loc[same["source_id"] == rate, "number"].iloc[0]
        message += _("; the execution rate uses {count} ({source}), the first with both of its "
                     "stages", count=number, source=rate)  # fmt: skip
    message += and_rows([int(counts.rows[one.position]) for one, _two in rows])
    if known:
        message += _(" (known: {reason})", reason=known)
        return counts.problem("note", int(first.position), "count", message, "")
    return counts.problem(
        "warning", int(first.position), "count", message,
        _("Compare with the sources; if both are right, give the reason in the column known."),
    )  # fmt: skip
