"""Workload: how often a facilitator can come to a unit, under stated assumptions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from bantar_lib.errors import UserError
from bantar_lib.measures.stocks import known_flows, stage_names
from bantar_lib.study.shared import shared
from bantar_lib.study.study import Study
from bantar_lib.words import room_words

_ = room_words("measures")


def workload(
    study: Study,
    district: str | None = None,
    *,
    weeks: Sequence[float] = (24, 36, 48),
    days_per_week: float | None = None,
    visits_per_day: Sequence[float] = (2, 4, 6, 8),
    facilitators: int | None = None,
) -> pd.DataFrame:
    r"""Return what a district's facilitators can do, for each combination of assumptions.

    * contacts per unit per year = weeks × days × visits × facilitators / units;
    * weeks for one full round = units / (days × visits × facilitators);
    * weeks for one round of the latest entries alone, entries / (days × visits × facilitators):
      where only those who take part are visited, not every unit;
    * facilitators for monthly visits = ⌈12 × units / (weeks × days × visits)⌉.

    All of weeks, days and visits are assumptions, to be varied. Of the bundled study only this
    much comes from its source: a field day is scheduled weekly (`days_per_week` = 1), and a
    district has one facilitator. A number of visits a day is not in it.

    Parameters
    ----------
    study : Study
        The study; units and facilitators from ``districts.csv``.
    district : str, optional
        Code, name or alias; without it, all districts.
    weeks : sequence of float
        Working weeks a year.
    days_per_week : float, optional
        Field days a week; by default what ``workload: {days_per_week: …}`` of ``study.yml``
        states, else 1.
    visits_per_day : sequence of float
        Units that one facilitator visits on a field day.
    facilitators : int, optional
        Facilitators in each district, instead of those of ``districts.csv``.

    Returns
    -------
    DataFrame
        ``district_id, district, units, facilitators, weeks, days_per_week, visits_per_day,
        contacts_per_unit, weeks_per_round, facilitators_for_monthly, entries, entries_year,
        weeks_per_entries_round, size_confounded``: contacts per unit and year; weeks, not rounded
        (a page rounds them up; they may be more than a year has). Blank where units or
        facilitators are unknown, or there is no facilitator. `entries` are those of
        `entries_year`, the last year that the district knows, of the stage outside the order
        where the study has one, else of the last stage compared. `size_confounded` is true
        where all districts have equally many: then the load is the size, and an effect of either
        cannot be told from the other's; it is blank where no number is known.

    Raises
    ------
    UserError
        Where an assumption is not above 0.

    Examples
    --------
    165 units, one facilitator, one day a week, four visits a day: a round takes 42 weeks.

    >>> from bantar_lib.study import load_study
    >>> one = workload(load_study("kampung_bantar"), "Kota Baru", weeks=[48], visits_per_day=[4])
    >>> one[["weeks_per_round", "facilitators_for_monthly"]].values.tolist()
    [[41.25, 11]]
    """
    if days_per_week is None:
        days_per_week = float((study.config.get("workload") or {}).get("days_per_week", 1))
    _check(weeks=weeks, days_per_week=[days_per_week], visits_per_day=visits_per_day)
    if facilitators is not None:
        _check(facilitators=[facilitators])
    frame = study.districts[["district_id", "name", "units", "facilitators"]]
    frame = frame.rename(columns={"name": "district"})
    if facilitators is not None:
        frame["facilitators"] = pd.array([facilitators] * len(frame), dtype="Int64")
    frame = frame.merge(_latest_entries(study), on="district_id", how="left")
    frame["size_confounded"] = _confounded(frame["facilitators"])
    if district is not None:
        frame = frame[frame["district_id"] == study.district(district)["district_id"]]
    curves = pd.MultiIndex.from_product(
        [weeks, [days_per_week], visits_per_day], names=["weeks", "days_per_week", "visits_per_day"]
    ).to_frame(index=False)
    frame = frame.merge(curves.astype("Float64"), how="cross")

    units = frame["units"].astype("Float64")
    units = units.where(units > 0)
    people = frame["facilitators"].astype("Float64")
    visits = frame["days_per_week"] * frame["visits_per_day"]
    frame["contacts_per_unit"] = frame["weeks"] * visits * people / units
    frame["weeks_per_round"] = units / (visits * people.where(people > 0))
    frame["weeks_per_entries_round"] = frame["entries"].astype("Float64") / (
        visits * people.where(people > 0)
    )
    # Rounded first, so that 11.000000000000002 does not become 12.
    needed = (12 * units / (frame["weeks"] * visits)).round(9)
    frame["facilitators_for_monthly"] = np.ceil(needed).astype("Int64")
    columns = ["district_id", "district", "units", "facilitators", *curves.columns]
    results = ["contacts_per_unit", "weeks_per_round", "facilitators_for_monthly"]
    results += ["entries", "entries_year", "weeks_per_entries_round"]
    return frame[[*columns, *results, "size_confounded"]]


@shared
def _latest_entries(study: Study) -> pd.DataFrame:
    """Return each district's entries in the last year that it knows, and that year."""
    known, stages = known_flows(study).dropna(subset=["count"]), stage_names(study)
    rows = known[known["stage"] == stages.loose]
    if rows.empty:
        rows = known[known["stage"] == stages.end]
    last = rows.sort_values("year", kind="stable").drop_duplicates("district_id", keep="last")
    frame = pd.DataFrame({
        "district_id": last["district_id"], "entries": last["count"], "entries_year": last["year"],
    })  # fmt: skip
    return frame.astype({"entries": "Int64", "entries_year": "Int64"}).reset_index(drop=True)


def _confounded(facilitators: pd.Series) -> pd.Series:
    known = facilitators.dropna()
    alike = pd.NA if known.empty else known.nunique() == 1
    return pd.Series(alike, index=facilitators.index, dtype="boolean")


def _check(**assumptions: Sequence[float]) -> None:
    for name, values in assumptions.items():
        if not len(values) or not all(value > 0 for value in values):
            raise UserError(
                _(
                    "{name}: {values} will not do; give numbers above 0",
                    name=name,
                    values=", ".join(map(str, values)) or "–",
                )
            )
