"""Whether counts can be true: against their district's size, and stage against stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from bantar_lib.study.contents import Contents, ReadTable
from bantar_lib.study.counts_sources import sources_disagree
from bantar_lib.study.numbers import UnreadableError, whole_number
from bantar_lib.study.problems import Problem
from bantar_lib.study.references import meant_districts
from bantar_lib.words import room_words

_ = room_words("study")


def check_counts(contents: Contents) -> Iterator[Problem]:
    """Report counts that cannot be true, are printed otherwise, or are wanting for a district."""
    counts = contents.tables["counts"]
    yield from _above_units(contents, counts)
    yield from _stages_out_of_order(contents, counts)
    yield from _other_than_printed(contents, counts)
    yield from sources_disagree(contents, counts)
    if "districts" in contents.tables and len(counts.rows):
        yield from _without_counts(contents, contents.tables["districts"], counts)


def _above_units(contents: Contents, counts: ReadTable) -> Iterator[Problem]:
    districts = contents.frame("districts").drop_duplicates("district_id").set_index("district_id")
    frame = counts.frame.rename(columns={"count": "count_"})
    units = frame["district_id"].map(districts["units"]).astype("Int64")
    above = (frame["count_"] > units).fillna(False).to_numpy(dtype=bool)
    for row in frame.assign(units=units)[above].itertuples():
        i = int(str(row.Index))
        if _is_grouped(counts, i):
            text = counts.raw.cells["count"].iat[i]
            yield counts.problem(
                "error", i, "count",
                _("“{text}” is read as {count}, more than the {units} units of {district}",
                  text=text, count=row.count_, units=row.units, district=row.district_id),
                _("Write {count} if that is meant; else correct the number.", count=row.count_),
            )  # fmt: skip
            continue
        severity, known = _severity(counts, [i])
        yield counts.problem(
            severity, i, "count",
            _("{count} is more than the {units} units of {district}", count=row.count_,
              units=row.units, district=row.district_id) + known,
            _remedy_unless(known),
        )  # fmt: skip


def _is_grouped(counts: ReadTable, position: int) -> bool:
    """Say whether a sign in a count was taken as a thousands mark."""
    if position in counts.raw.marks.get("count", {}) or "count" in counts.raw.numbers:
        return False  # its file holds it as a number
    try:
        return whole_number(counts.raw.cells["count"].iat[position])[1]
    except UnreadableError:
        return False


def _severity(counts: ReadTable, positions: list[int]) -> tuple[Literal["warning", "note"], str]:
    """Return a note's severity, and the reason, where one of the rows declares the fault known."""
    for i in positions:
        if reason := counts.frame["known"].iat[i]:
            return "note", _(" (known: {reason})", reason=reason)
    return "warning", ""


def _remedy_unless(known: str) -> str:
    if known:
        return ""
    return _("Compare with the source; if it is printed so, give the reason in the column known.")


def _stages_out_of_order(contents: Contents, counts: ReadTable) -> Iterator[Problem]:
    """Compare each stage with the nearest earlier one that is known."""
    order = {stage: n for n, stage in enumerate(contents.settings.ordered)}
    frame = counts.frame[["district_id", "year", "source_id", "stage", "count"]]
    frame = frame.rename(columns={"count": "count_"})
    frame["order"] = frame["stage"].map(order)
    frame["position"] = np.arange(len(frame))
    key = ["district_id", "year", "source_id"]
    frame = frame.dropna(subset=["order", "count_", "year"]).drop_duplicates([*key, "stage"])
    frame = frame.sort_values([*key, "order"])
    earlier = frame.groupby(key, sort=False)[["count_", "position", "stage"]].shift()
    earlier["position"] = earlier["position"].astype("Int64")
    wrong = (frame["count_"] > earlier["count_"]).fillna(False)
    for row, before in zip(frame[wrong].itertuples(), earlier[wrong].itertuples(), strict=True):
        first, second = int(str(before.position)), int(str(row.position))
        severity, known = _severity(counts, [second, first])
        yield counts.problem(
            severity, second, "count",
            _("{count} {stage} is more than the {before} {earlier} of row {row}",
              count=row.count_, stage=row.stage, before=before.count_, earlier=before.stage,
              row=int(counts.rows[first])) + known,
            _remedy_unless(known),
        )  # fmt: skip


def _other_than_printed(contents: Contents, counts: ReadTable) -> Iterator[Problem]:
    """Compare counts with what is printed of the same district, year and stage."""
    published = contents.frame("published")
    published = published[published["district_id"] != ""].dropna(subset=["year"])
    if published.empty:
        return
    key = ["district_id", "year", "stage"]
    frame = counts.frame.dropna(subset=["count", "year"])
    counted = frame.groupby(key)["count"].agg(set).to_dict()
    where = dict(zip(frame[key].itertuples(index=False, name=None), frame.index, strict=True))
    for row in published.itertuples():
        named = (row.district_id, row.year, row.stage)
        try:
            printed = whole_number(str(row.printed))[0]
        except ValueError:  # a dash, a percentage
            continue
        if named in counted and printed not in counted[named]:
            severity, known = _severity(counts, [where[named]])
            yield counts.problem(
                severity, where[named], "count",
                _("{count} is not the {printed} that table {table} prints, as published.csv has it",
                  count=frame["count"].at[where[named]], printed=printed, table=row.table) + known,
                _remedy_unless(known),
            )  # fmt: skip


def _without_counts(
    contents: Contents, districts: ReadTable, counts: ReadTable
) -> Iterator[Problem]:
    counted = set(counts.frame.loc[counts.filled("count"), "district_id"])
    for word in counted - set(districts.frame["district_id"]):
        counted.update(meant_districts(contents, word))  # its counts are there, only misnamed
    for i, code in enumerate(districts.frame["district_id"]):
        if code and code not in counted:
            yield districts.problem(
                "warning", i, "district_id",
                _("{name} has no counts at all", name=districts.frame["name"].iat[i] or code),
                _("Add its rows to the table counts; it will be shown as unknown."),
            )  # fmt: skip
