"""Reach: the share of a district's units that a programme has reached, as a set of scenarios.

Yearly counts are entries. A unit that enters in two years is counted twice, and the stage of some
years is not known, so that no single number is the reach; each scenario says under which reading
of the counts its number holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from bantar_lib.measures.counts import district_totals
from bantar_lib.measures.register import distinct_units, has_register
from bantar_lib.measures.stocks import SINGLE_YEAR, StageNames, by_year, known_flows, stage_names
from bantar_lib.study.numbers import whole_number
from bantar_lib.study.shared import kept_rows, shared
from bantar_lib.study.study import Study

PRIMARY = ("lower_bound", "upper_bound")
"""The scenarios that lead where the study names none under ``primary: {reach: …}``."""


def primary_scenarios(study: Study) -> tuple[str, ...]:
    """Return the scenarios that lead on a page, as ``study.yml`` declares them.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> primary_scenarios(load_study("kampung_bantar"))
    ('lower_bound', 'upper_bound')
    """
    chosen = (study.config.get("primary") or {}).get("reach") or PRIMARY
    return (chosen,) if isinstance(chosen, str) else tuple(chosen)


@dataclass(frozen=True)
class _Counts:
    """What the scenarios are made of: districts × years, ``NaN`` where unknown.

    `done` counts the last stage, `loose` the one outside the order, `ceiling` the most that can
    have reached the last stage, as far as recorded; `single` is `done` where a flow is one year's.
    """

    units: pd.Series
    done: pd.DataFrame
    loose: pd.DataFrame
    ceiling: pd.DataFrame
    single: pd.DataFrame
    rate: pd.Series


@dataclass(frozen=True)
class _Scenario:
    name: str
    basis: str
    numerator: pd.Series
    years: str


def reach(study: Study, district: str | None = None) -> pd.DataFrame:
    r"""Return the reach of each district under each scenario that applies to the study.

    N is the district's number of units, kₜ what is recorded for year t. *Implemented* stands for
    the study's last stage (``execution: to``), *unstaged* for the stage outside the order. A
    scenario covers the years that at least one district knows; a district that lacks one of them
    has a blank numerator and share in it, never 0, except in ``lower_bound``, which holds without.

    The scenarios, each with its `basis` and its numerator:

    * ``as_printed`` (printed_total): the total that the source itself prints;
    * ``recomputed_sum`` (unstaged_sum): Σ unstaged;
    * ``implemented_only`` (implemented_sum): Σ implemented, in the years in which it is known;
    * ``implemented_plus_later`` (implemented_then_unstaged): Σ implemented where that is known,
      else unstaged as printed;
    * ``implemented_plus_later_at_rate`` (implemented_then_rated): the same, with unstaged × the
      district's own execution rate (implemented/proposed, see
      :func:`~bantar_lib.measures.counts.district_totals`);
    * ``independent_reentry`` (independent_years): N(1 − Πₜ(1 − kₜ/N)), kₜ as in ``upper_bound``;
    * ``lower_bound`` (largest_year): maxₜ implemented;
    * ``upper_bound`` (sum_without_reentry): min(N, Σₜ kₜ);
    * ``exact_distinct`` (register): distinct units in the register, where there is one.

    **Lower bound.** The units of the fullest single year are distinct, so at least that many
    units implemented, however the years overlap and whatever became of entries whose stage is
    unknown (they count as none). It needs only that a unit is counted once in a year. In a study
    of stocks only differences of one year count, since longer ones may hold a unit twice.

    **Upper bound.** kₜ is *implemented* where that is known; else the nearest earlier stage in
    the order that is known, which it cannot exceed; else the unstaged count as printed. The sum
    is reached if no unit entered twice and every such entry was implemented; otherwise the truth
    lies below. It needs that the unstaged count leaves out no unit that implemented, and it
    cannot speak of years that nobody recorded (before the first, after the last, or blank in
    every district).

    Parameters
    ----------
    study : Study
        The study.
    district : str, optional
        Code, name or alias: only this district's rows, and no row of the whole.

    Returns
    -------
    DataFrame
        ``district_id, district, scenario, numerator, denominator, share, role, basis, years,
        districts_known``. `numerator` in units (in the sums: entries), `denominator` in units,
        `share` from 0 upwards: a sum of entries may exceed 1. `role` is ``primary`` or ``annex``.
        Rows with a blank `district_id` sum numerators and units over the districts where both
        are known, and `districts_known` says over how many.

    Raises
    ------
    UserError
        See :func:`~bantar_lib.measures.stocks.flows`.

    Examples
    --------
    Kota Baru had 165 units; 9 and 11 implemented, 15 and 19 "took part" later.

    >>> from bantar_lib.study import load_study
    >>> rows = reach(load_study("kampung_bantar"), "Kota Baru").set_index("scenario")
    >>> rows.loc[["lower_bound", "upper_bound"], "numerator"].tolist()
    [11.0, 54.0]
    """
    if district is None:
        return _whole_reach(study)
    wanted = str(study.district(district)["district_id"])
    rows = kept_rows(_whole_reach, study, wanted)
    if rows is None and has_register(study):
        rows = _reach(study, wanted)  # reads only this district's part of the register
    elif rows is None:
        rows = _whole_reach(study)
    return rows[rows["district_id"] == wanted].reset_index(drop=True)


@shared
def _whole_reach(study: Study) -> pd.DataFrame:
    return _reach(study, None)


@shared
def uncertain_entries(study: Study) -> pd.DataFrame:
    """Return the entries of the upper bound of which it is not known that they implemented.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    DataFrame
        One row a district: ``district_id, earlier, unstaged``. Both are sums of entries over the
        years in which the last stage is unknown: `earlier` where an earlier stage stands for it,
        `unstaged` where only the stage outside the order does.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> table = uncertain_entries(load_study("kampung_bantar")).set_index("district_id")
    >>> table.loc["15.71.07"].tolist()
    [0.0, 34.0]
    """
    stages, known = stage_names(study), known_flows(study)
    left = by_year(study, known, stages.end)
    parts: dict[str, pd.Series] = {}
    for stage in (*stages.before, stages.loose):
        wide = by_year(study, known, stage)
        years = left.columns.union(wide.columns)
        left, wide = left.reindex(columns=years), wide.reindex(columns=years)
        kind = "unstaged" if stage == stages.loose else "earlier"
        added = wide.where(left.isna()).sum(axis=1)
        parts[kind] = parts.get(kind, 0) + added
        left = left.combine_first(wide)
    frame = pd.DataFrame(parts, index=left.index).reindex(columns=["earlier", "unstaged"])
    return frame.fillna(0.0).rename_axis("district_id").reset_index()


def _reach(study: Study, wanted: str | None) -> pd.DataFrame:
    names = study.districts.set_index("district_id")["name"]
    counts = _counts(study)
    scenarios = [*_printed(study, names.index), *_recorded(study, counts)]
    if has_register(study):
        scenarios.append(_registered(study, names.index, wanted))
    frame = _rows(scenarios, counts.units, names, with_whole=wanted is None)
    first = set(primary_scenarios(study))
    frame["role"] = ["primary" if s in first else "annex" for s in frame["scenario"]]
    columns = ["district_id", "district", "scenario", "numerator", "denominator", "share"]
    return frame[[*columns, "role", "basis", "years", "districts_known"]]


def _counts(study: Study) -> _Counts:
    stages = stage_names(study)
    known = known_flows(study)
    totals = district_totals(study).set_index("district_id")
    totals = totals.loc[totals["reason"] == "", ["proposed", "implemented"]].astype("float64")
    units = study.districts.set_index("district_id")["units"].astype("float64")
    single = known[known["flow_basis"].isin(SINGLE_YEAR)]
    return _Counts(
        units=units.where(units > 0),
        done=by_year(study, known, stages.end),
        loose=by_year(study, known, stages.loose),
        ceiling=_ceiling(study, known, stages),
        single=by_year(study, single, stages.end),
        rate=(totals["implemented"] / totals["proposed"]).reindex(units.index),
    )


def _ceiling(study: Study, known: pd.DataFrame, stages: StageNames) -> pd.DataFrame:
    ceiling = by_year(study, known, stages.end)
    for stage in (*stages.before, stages.loose):
        ceiling = ceiling.combine_first(by_year(study, known, stage))
    return ceiling


def _whole(wide: pd.DataFrame) -> pd.Series:
    """Sum over the years; unknown where one year is."""
    if wide.columns.empty:
        return pd.Series(float("nan"), index=wide.index)
    return wide.sum(axis=1, skipna=False)


def _named(wide: pd.DataFrame) -> str:
    return "|".join(str(year) for year in wide.columns)


def _recorded(study: Study, c: _Counts) -> list[_Scenario]:
    found = []
    if not c.loose.columns.empty:
        found.append(_Scenario("recomputed_sum", "unstaged_sum", _whole(c.loose), _named(c.loose)))
    found.append(_Scenario("implemented_only", "implemented_sum", _whole(c.done), _named(c.done)))
    if not c.loose.columns.empty:
        as_printed = c.done.combine_first(c.loose)
        at_rate = c.done.combine_first(c.loose.mul(c.rate, axis=0))
        for name, basis, wide in (
            ("implemented_plus_later", "implemented_then_unstaged", as_printed),
            ("implemented_plus_later_at_rate", "implemented_then_rated", at_rate),
        ):
            found.append(_Scenario(name, basis, _whole(wide), _named(wide)))
    shares = c.ceiling.div(c.units, axis=0).clip(upper=1)
    independent = c.units * (1 - (1 - shares).prod(axis=1, skipna=False))
    lower = c.single.max(axis=1)
    # A year with more entries than units contradicts the unit count; the bounds then show that
    # contradiction (a share above 1) instead of crossing each other.
    upper = _whole(c.ceiling).clip(upper=c.units.fillna(float("inf"))).clip(lower=lower.fillna(0))
    years = _named(c.ceiling)
    if not c.ceiling.columns.empty:
        found.append(_Scenario("independent_reentry", "independent_years", independent, years))
    found.append(_Scenario("lower_bound", "largest_year", lower, _named(c.single)))
    found.append(_Scenario("upper_bound", "sum_without_reentry", upper, years))
    return found


def _printed(study: Study, ids: pd.Index) -> list[_Scenario]:
    stages = stage_names(study)
    published = study.table("published")
    for table, form in (study.config.get("published") or {}).items():
        rows = published[published["table"] == str(table)]
        for total in form.get("sums", []):
            parts = rows[rows["column"].isin(total["of"])]
            if not set(parts["stage"]) & {stages.loose or stages.end, stages.end}:
                continue
            cells = rows[(rows["column"] == total["column"]) & (rows["district_id"] != "")]
            cells = cells.drop_duplicates("district_id").set_index("district_id")
            numbers = cells["printed"].map(_number).astype("float64").reindex(ids)
            years = "|".join(str(y) for y in sorted(parts["year"].dropna().unique()))
            return [_Scenario("as_printed", "printed_total", numbers, years)]
    return []


def _number(printed: str) -> float:
    try:
        return float(whole_number(printed)[0])
    except ValueError:  # nothing printed, or no whole number
        return float("nan")


def _registered(study: Study, ids: pd.Index, district: str | None) -> _Scenario:
    register = distinct_units(study, district)
    done = register[register["stage"] == stage_names(study).end].set_index("district_id")
    numbers = done["distinct"].astype("float64").reindex(ids)
    # A district that stands in the register, but not at this stage, has none there; one that
    # does not stand in it is unknown.
    numbers[ids.isin(register["district_id"]) & numbers.isna()] = 0.0
    years = sorted({y for text in done["years"] for y in text.split("|")})
    return _Scenario("exact_distinct", "register", numbers, "|".join(years))


def _rows(
    scenarios: list[_Scenario], units: pd.Series, names: pd.Series, *, with_whole: bool
) -> pd.DataFrame:
    parts = []
    for place, scenario in enumerate(scenarios):
        part = pd.DataFrame(
            {
                "district_id": names.index,
                "district": names.to_numpy(),
                "numerator": scenario.numerator.to_numpy(),
                "denominator": units.to_numpy(),
            }
        )
        known = part["numerator"].notna() & part["denominator"].notna()
        part["districts_known"] = known.astype("int64")
        if with_whole:
            total = part.loc[known, ["numerator", "denominator"]].sum(min_count=1)
            whole = {"district_id": "", "district": "", **total, "districts_known": known.sum()}
            part = pd.concat([part, pd.DataFrame([whole])], ignore_index=True)
        part["share"] = part["numerator"] / part["denominator"]
        part["scenario"], part["basis"], part["years"] = (
            scenario.name,
            scenario.basis,
            scenario.years,
        )
        part["_row"], part["_place"] = range(len(part)), place
        parts.append(part)
    frame = pd.concat(parts).sort_values(["_row", "_place"], ignore_index=True)
    real = {"numerator": "Float64", "share": "Float64"}
    return frame.astype({**real, "denominator": "Int64", "districts_known": "Int64"})
