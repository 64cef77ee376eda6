"""Yearly counts out of what a study records: stocks become flows, one known count a cell.

A *flow* counts what happened in a year; a *stock* counts what had happened by its end. Stocks are
never added up: they are differenced first, here, and every other measure starts from the result.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from bantar_lib.errors import UserError
from bantar_lib.study.study import Study
from bantar_lib.words import room_words

_ = room_words("measures")
_SERIES = ["district_id", "stage", "source_id"]

SINGLE_YEAR = ("counted", "difference")
"""The values of ``flow_basis`` under which a flow is that of one calendar year."""


class StageNames(NamedTuple):
    """The stages that measures compare.

    Parameters
    ----------
    start, end : str
        From which stage, and to which.
    before : tuple of str
        The stages that come before `end`, the nearest first.
    loose : str
        The first stage outside the order (its source does not say which it is), or ``""``.
    """

    start: str
    end: str
    before: tuple[str, ...]
    loose: str


def stage_names(study: Study) -> StageNames:
    """Return the stages that `study` compares.

    ``execution: {from: …, to: …}`` of ``study.yml`` names them; without it they are the first and
    the last in the order. A study with one ordered stage has the same in both places.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> stage_names(load_study("kampung_bantar"))
    StageNames(start='proposed', end='implemented', before=('proposed',), loose='took_part')
    """
    ordered = [s.id for s in study.stages if s.ordered]
    loose = [s.id for s in study.stages if not s.ordered]
    end = study.last_stage
    before = tuple(reversed(ordered[: ordered.index(end)]))
    return StageNames(study.first_stage, end, before, loose[0] if loose else "")


def flows(study: Study) -> pd.DataFrame:
    """Return the study's counts as yearly flows.

    In a study of flows the counts come back as they are. In a study of stocks each district's
    series of a stage in a source is differenced: flow(t) = stock(t) − stock(t−1), where t−1 is
    the year before among the years that this source records for this stage.

    Parameters
    ----------
    study : Study
        The study; ``counts_are`` in ``study.yml`` says ``flow`` or ``stock``.

    Returns
    -------
    DataFrame
        The columns of ``counts.csv`` and the same rows, `count` in units (or entries) per year,
        with ``flow_basis``: ``counted`` (recorded as a flow), ``stock_to_year`` (the first stock:
        all that happened up to that year), ``difference``, ``difference_of_years`` (the source
        skips years: what happened since the last one recorded), ``stock_decreases`` and
        ``unknown``; the last two have a blank count.

    Raises
    ------
    UserError
        Where stocks decrease in more than half of the series: then these are no stocks. One
        series that decreases makes all flows of *that* series unknown, because a cumulative
        count cannot fall and nothing says which of its years is wrong; the other districts
        need not wait for it to be mended.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> flows(load_study("kampung_bantar"))["flow_basis"].unique().tolist()
    ['counted', 'unknown']
    """
    counts = study.counts
    known = counts["count"].notna()
    counts["flow_basis"] = known.map({True: "counted", False: "unknown"})
    if study.config.get("counts_are", "flow") == "stock" and known.any():
        flow = _differences(counts[known])
        _refuse_falling(flow, study)
        counts["flow_basis"] = flow["flow_basis"].reindex(counts.index, fill_value="unknown")
        counts["count"] = flow["count"].reindex(counts.index)
    return counts


def _differences(known: pd.DataFrame) -> pd.DataFrame:
    frame = known.sort_values([*_SERIES, "year"], kind="stable")
    place = frame.groupby(["stage", "source_id"])["year"].rank("dense").astype("Int64")
    series = frame.groupby(_SERIES)
    step = frame["count"] - series["count"].shift()
    years = frame["year"] - series["year"].shift()
    follows = (place - place.groupby([frame[c] for c in _SERIES]).shift() == 1).fillna(False)
    falls = (step < 0).fillna(False).groupby([frame[c] for c in _SERIES]).transform("any")

    basis = pd.Series("unknown", index=frame.index)
    basis[place == 1] = "stock_to_year"
    basis[follows] = "difference_of_years"
    basis[follows & (years == 1).fillna(False)] = "difference"
    basis[falls] = "stock_decreases"
    flow = frame["count"].where(basis == "stock_to_year", step)
    frame["stock"] = frame["count"]
    frame["count"] = flow.mask(basis.isin(["unknown", "stock_decreases"]))
    frame["flow_basis"] = basis
    return frame


def _refuse_falling(flow: pd.DataFrame, study: Study) -> None:
    series = flow.groupby(_SERIES)["flow_basis"].agg(["first", "size"])
    falling = (series["first"] == "stock_decreases").sum()
    if 2 * falling <= (series["size"] > 1).sum():
        return
    falls = flow.groupby(_SERIES)["stock"].diff() < 0
    first = flow[falls.fillna(False)].iloc[0]
    names = dict(zip(study.districts["district_id"], study.districts["name"], strict=True))
    raise UserError(
        _(
            "counts.csv: the stock of “{stage}” falls in {year} in {district}, and most series "
            "fall like that; a stock cannot fall. If each row counts one year only, write "
            "counts_are: flow in study.yml",
            stage=first["stage"],
            year=first["year"],
            district=names.get(first["district_id"]) or first["district_id"],
        )
    )


def known_flows(study: Study) -> pd.DataFrame:
    """Return one row a district, year and stage: :func:`first_known` of the :func:`flows`.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> len(known_flows(load_study("kampung_bantar")))  # 11 districts, 4 years, 3 stages
    132
    """
    return first_known(study, flows(study))


def first_known(study: Study, counts: pd.DataFrame) -> pd.DataFrame:
    """Keep, of several sources for a district, year and stage, the first that knows the count.

    Sources stand in the order of ``sources.csv``; one whose count is blank gives way to the next.
    Where none knows, one row stays, with a blank count.

    Parameters
    ----------
    study : Study
        Gives the order of the sources.
    counts : DataFrame
        With the columns of ``counts.csv``.

    Returns
    -------
    DataFrame
        The same columns, a row a district, year and stage.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> study = load_study("kampung_bantar")
    >>> first_known(study, study.counts)["count"].notna().sum()  # 11 × (2 + 2 + 4)
    np.int64(88)
    """
    order = {source: i for i, source in enumerate(study.table("sources")["source_id"])}
    cell = ["district_id", "year", "stage"]
    ranked = counts.assign(
        _unknown=counts["count"].isna(),
        _order=counts["source_id"].map(order).fillna(len(order)),
    ).sort_values([*cell, "_unknown", "_order"], kind="stable")
    return ranked.drop_duplicates(cell)[counts.columns].reset_index(drop=True)


def by_year(study: Study, known: pd.DataFrame, stage: str) -> pd.DataFrame:
    """Return one stage's counts as a table of districts (rows) × years (columns).

    Parameters
    ----------
    study : Study
        Gives the rows: every district, in the order of ``districts.csv``.
    known : DataFrame
        From :func:`known_flows`.
    stage : str
        The stage.

    Returns
    -------
    DataFrame
        Floats in units (or entries) per year, ``NaN`` where unknown. The years are those that
        at least one district knows.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> study = load_study("kampung_bantar")
    >>> by_year(study, known_flows(study), "implemented").loc["15.71.07"].to_dict()
    {2015: 9.0, 2016: 11.0}
    """
    rows = known[(known["stage"] == stage) & known["count"].notna()]
    wide = rows.astype({"count": "float64", "year": "int64"}).pivot(
        index="district_id", columns="year", values="count"
    )
    return wide.reindex(study.districts["district_id"])
