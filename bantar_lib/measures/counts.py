"""What was proposed and what was implemented, paired: the counts behind every proportion.

A rate needs both of its counts from one source and one year. Where either is unknown the pair
does not exist, and a district without any pair keeps its row and says why it has no rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from bantar_lib.errors import UserError
from bantar_lib.measures.stocks import flows, stage_names
from bantar_lib.study.shared import shared
from bantar_lib.study.study import Study
from bantar_lib.words import room_words

_ = room_words("measures")

SEED = 1571
"""The seed of every draw in these measures, so that a rerun gives the same numbers."""

REASONS = (
    "unknown",  # no year of which one source knows both counts
    "one_stage",  # the study has one ordered stage: nothing to compare it with
    "no_proposals",  # proposed is 0: there is no rate, which is not a rate of 0
    "more_implemented_than_proposed",  # no proportion; one of the two counts is wrong
)
"""Why a district has no rate; blank where it has one."""


class Binomial(NamedTuple):
    """The districts that have a rate: their proposed `n` and implemented `k`, as floats."""

    n: np.ndarray
    k: np.ndarray

    @property
    def rate(self) -> float:
        """The rate of all districts together (``NaN`` without any)."""
        return float(self.k.sum() / self.n.sum()) if len(self.n) else float("nan")


def stage_counts(study: Study, years: Iterable[int] | None = None) -> pd.DataFrame:
    """Return the district-years of which both counts are known, from one source.

    *Proposed* and *implemented* stand for the two stages that the study compares
    (:func:`~bantar_lib.measures.stocks.stage_names`). Where several sources know both, the first
    in ``sources.csv`` counts. In a study of stocks the counts are the differences between years,
    and both must cover the same stretch of time.

    Parameters
    ----------
    study : Study
        The study.
    years : iterable of int, optional
        Only these years; by default every year.

    Returns
    -------
    DataFrame
        ``district_id, district, year, proposed, implemented, source_id``, counts in units (or
        entries) per year; in the order of ``districts.csv``, then by year.

    Raises
    ------
    UserError
        For a year that ``counts.csv`` does not have at all.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> rows = stage_counts(load_study("kampung_bantar"))
    >>> rows.loc[rows["district"] == "Kota Baru", ["year", "proposed", "implemented"]].values
    array([[2015, 12, 9],
           [2016, 15, 11]], dtype=object)
    """
    frame = flows(study)
    if years is not None:
        frame = frame[frame["year"].isin(_years_of(study, frame, years))]
    stages = stage_names(study)
    key = ["district_id", "year", "source_id"]
    columns = [*key, "count", "flow_basis"]
    start = frame.loc[(frame["stage"] == stages.start) & frame["count"].notna(), columns]
    end = frame.loc[(frame["stage"] == stages.end) & frame["count"].notna(), columns]
    if stages.start == stages.end:
        end = end.iloc[:0]
    pairs = start.merge(end, on=[*key, "flow_basis"]).rename(
        columns={"count_x": "proposed", "count_y": "implemented"}
    )
    districts, sources = study.districts, study.table("sources")["source_id"]
    pairs["district"] = pairs["district_id"].map(districts.set_index("district_id")["name"])
    place = {d: i for i, d in enumerate(districts["district_id"])}
    rank = {s: i for i, s in enumerate(sources)}
    pairs["_place"] = pairs["district_id"].map(place)
    pairs["_rank"] = pairs["source_id"].map(rank).fillna(len(rank))
    pairs = pairs.sort_values(["_place", "year", "_rank"], kind="stable")
    pairs = pairs.drop_duplicates(["district_id", "year"]).reset_index(drop=True)
    return pairs[["district_id", "district", "year", "proposed", "implemented", "source_id"]]


def _years_of(study: Study, frame: pd.DataFrame, years: Iterable[int]) -> list[int]:
    wanted = sorted({int(y) for y in years})
    have = sorted({int(y) for y in frame["year"].dropna()})
    if missing := [y for y in wanted if y not in have]:
        raise UserError(
            _(
                "counts.csv of {study}: there is no row for {missing}; the years in it are: {have}",
                study=study.id,
                missing=", ".join(map(str, missing)),
                have=", ".join(map(str, have)),
            )
        )
    return wanted


@shared
def district_totals(data: Study | pd.DataFrame, years: Iterable[int] | None = None) -> pd.DataFrame:
    """Return each district's counts over the years, one row a district.

    Parameters
    ----------
    data : Study or DataFrame
        A study, or a table that has ``district_id, proposed, implemented`` already, one row a
        district (blank = unknown).
    years : iterable of int, optional
        Of a study: only these years.

    Returns
    -------
    DataFrame
        ``district_id, district, proposed, implemented, years, reason``. Counts in units (or
        entries), ``<NA>`` where no year is known; `years` joined by ``|``; `reason` one of
        :data:`REASONS`, blank where the district has a rate.

    Raises
    ------
    UserError
        As :func:`stage_counts`, or for a table without these columns or with a district twice.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> totals = district_totals(load_study("kampung_bantar")).set_index("district")
    >>> print(*totals.loc["Kota Baru", ["proposed", "implemented", "years"]])
    27 20 2015|2016
    """
    if isinstance(data, pd.DataFrame):
        return _own_table(data)
    pairs = stage_counts(data, years)
    groups = pairs.groupby("district_id", sort=False)
    totals = groups[["proposed", "implemented"]].sum()
    totals["years"] = groups["year"].agg(lambda y: "|".join(str(int(v)) for v in y))
    frame = data.districts[["district_id", "name"]].rename(columns={"name": "district"})
    frame = frame.join(totals, on="district_id")
    frame["years"] = frame["years"].astype("object").where(frame["years"].notna(), "")
    frame = frame.astype({"proposed": "Int64", "implemented": "Int64", "years": "str"})
    frame["reason"] = _reasons(frame)
    stages = stage_names(data)
    if stages.start == stages.end:
        frame["reason"] = "one_stage"
    return frame.reset_index(drop=True)


def _own_table(table: pd.DataFrame) -> pd.DataFrame:
    needed = ["district_id", "proposed", "implemented"]
    if missing := [c for c in needed if c not in table]:
        raise UserError(
            _(
                "a table of counts needs the columns {needed}; missing: {missing}",
                needed=", ".join(needed),
                missing=", ".join(missing),
            )
        )
    if (twice := table["district_id"].duplicated()).any():
        raise UserError(
            _(
                "a table of counts has one row a district, but {district} stands in it twice; "
                "add its years up first",
                district=table.loc[twice, "district_id"].iloc[0],
            )
        )
    frame = table[needed].reset_index(drop=True)
    frame = frame.astype({"proposed": "Int64", "implemented": "Int64"})
    names = table["district"] if "district" in table else table["district_id"]
    frame.insert(1, "district", names.to_numpy())
    frame["years"] = table["years"].to_numpy() if "years" in table else ""
    frame["reason"] = _reasons(frame)
    return frame


def _reasons(frame: pd.DataFrame) -> pd.Series:
    n, k = _floats(frame)
    known = ~np.isnan(n) & ~np.isnan(k)
    tests = [~known, k > n, n == 0]
    words = ["unknown", "more_implemented_than_proposed", "no_proposals"]
    return pd.Series(np.select(tests, words, default=""), index=frame.index, dtype="str")


def _floats(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    n, k = (frame[c].to_numpy("float64", na_value=np.nan) for c in ("proposed", "implemented"))
    return n, k


def usable(totals: pd.DataFrame) -> tuple[np.ndarray, Binomial]:
    """Return which districts of `totals` have a rate, and their counts.

    Parameters
    ----------
    totals : DataFrame
        From :func:`district_totals`.

    Returns
    -------
    tuple
        A boolean array (one a district) and the :class:`Binomial` of those where it is true.

    Examples
    --------
    >>> table = pd.DataFrame({"district_id": ["a", "b"], "proposed": [4, 0], "implemented": [1, 0]})
    >>> usable(district_totals(table))[0].tolist()
    [True, False]
    """
    fit = (totals["reason"] == "").to_numpy(dtype=bool)
    n, k = _floats(totals)
    return fit, Binomial(n[fit], k[fit])


def spread(fit: np.ndarray, **columns: np.ndarray) -> dict[str, pd.arrays.FloatingArray]:
    """Lay values of the districts that have a rate out over all districts, else ``<NA>``.

    Parameters
    ----------
    fit : ndarray of bool
        From :func:`usable`.
    **columns : ndarray
        One value for each district where `fit` is true.

    Returns
    -------
    dict of str to FloatingArray
        One value a district, in the order of the columns given.

    Examples
    --------
    >>> spread(np.array([True, False]), rate=np.array([0.5]))["rate"].tolist()
    [0.5, <NA>]
    """
    laid = {}
    for name, values in columns.items():
        whole = np.full(len(fit), np.nan)
        whole[fit] = values
        laid[name] = pd.arrays.FloatingArray(np.nan_to_num(whole), np.isnan(whole))
    return laid
