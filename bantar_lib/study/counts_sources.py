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
    paired = frame.merge(frame.drop_duplicates(_CELL), on=_CELL, suffixes=("", "_used"))
    differs = paired[paired["number"] != paired["number_used"]].sort_values("position_used")
    if differs.empty:
        return
    rates = _first_with_both_stages(contents, frame)
    reasons = counts.frame["known"].tolist()
    found: dict[tuple[str, ...], list[Any]] = {}
    for row in differs.itertuples():
        known = reasons[row.position_used] or reasons[row.position]
        rate = rates.get((row.district_id, row.year, row.stage), "")
        found.setdefault((row.source_id_used, row.source_id, known, rate), []).append(row)
    for (_used, _other, known, rate), rows in found.items():
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
    both = both[both.duplicated(["district_id", "year", "source_id"], keep=False)]
    first = both.drop_duplicates(["district_id", "year"])
    return {
        (row.district_id, row.year, stage): str(row.source_id)
        for row in first.itertuples()
        for stage in ends
    }


def _disagreement(
    counts: ReadTable, rows: list[Any], known: str, rate: str, frame: pd.DataFrame
) -> Problem:
    row = rows[0]
    message = _(
        "says {count} ({source}), but row {row} says {other} ({second}): {count} is used, because "
        "its source stands first in sources.csv",
        count=row.number_used, source=row.source_id_used, row=int(counts.rows[row.position]),
        other=row.number, second=row.source_id,
    )  # fmt: skip
    if rate and rate != row.source_id_used:
        same = frame[(frame[_CELL] == [getattr(row, c) for c in _CELL]).all(axis=1)]
        number = same.loc[same["source_id"] == rate, "number"].iloc[0]
        message += _("; the execution rate uses {count} ({source}), the first with both of its "
                     "stages", count=number, source=rate)  # fmt: skip
    message += and_rows([int(counts.rows[r.position_used]) for r in rows])
    place = int(row.position_used)
    if known:
        message += _(" (known: {reason})", reason=known)
        return counts.problem("note", place, "count", message, "")
    return counts.problem(
        "warning", place, "count", message,
        _("Compare with the sources; if both are right, give the reason in the column known."),
    )  # fmt: skip
