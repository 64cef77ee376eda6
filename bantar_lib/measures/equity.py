"""Equity: how unevenly reach is spread over the districts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bantar_lib.errors import UserError
from bantar_lib.measures.reach import primary_scenarios, reach
from bantar_lib.study.shared import shared
from bantar_lib.study.study import Study
from bantar_lib.words import room_words

_ = room_words("measures")


@shared
def equity(study: Study, scenario: str | None = None) -> pd.DataFrame:
    r"""Measure how unequal the districts' reach is.

    With reach xᵢ, weight wᵢ (1, or the district's units), W = Σwᵢ and μ = Σwᵢxᵢ/W:

    * ``gini`` = Σᵢ Σⱼ wᵢwⱼ|xᵢ − xⱼ| / (2W²μ), by the area under the Lorenz curve;
    * ``theil`` (T) = Σ (wᵢ/W)(xᵢ/μ) ln(xᵢ/μ), where 0·ln 0 = 0;
    * ``hoover`` = ½ Σ |wᵢxᵢ/(Wμ) − wᵢ/W|, the share of entries that would have to move;
    * ``max_min`` = max xᵢ / min xᵢ (no weights), blank where the smallest is 0.

    All are 0 where every district has the same reach (``max_min``: 1). Districts whose reach is
    unknown are left out; where all reach is 0 the measures have no value.

    Parameters
    ----------
    study : Study
        The study.
    scenario : str, optional
        A scenario of :func:`~bantar_lib.measures.reach.reach`; without it the primary ones.

    Returns
    -------
    DataFrame
        ``scenario, measure, weights, value, n``; `weights` is ``none`` or ``units``; `n`
        districts.

    Raises
    ------
    UserError
        Where no such scenario applies to the study.

    References
    ----------
    Gini 1912; Theil 1967; Hoover 1936; Cowell 2011, *Measuring Inequality*.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> rows = equity(load_study("kampung_bantar"), "implemented_only")
    >>> rows.loc[rows["measure"] == "hoover", ["weights", "value"]].round(3).values.tolist()
    [['none', 0.284], ['units', 0.224]]
    """
    rows: list[dict[str, object]] = []
    for name, part in _reaches(study, scenario):
        x = part["share"].to_numpy(dtype="float64")
        units = part["denominator"].to_numpy(dtype="float64")
        shared = {"scenario": name, "n": len(x)}
        for weights, w in (("none", np.ones_like(x)), ("units", units)):
            for measure, formula in (("gini", _gini), ("theil", _theil), ("hoover", _hoover)):
                value = formula(x, w) if x.any() else float("nan")
                rows.append({**shared, "measure": measure, "weights": weights, "value": value})
        ratio = x.max() / x.min() if len(x) and x.min() > 0 else float("nan")
        rows.append({**shared, "measure": "max_min", "weights": "none", "value": ratio})
    frame = pd.DataFrame(rows, columns=["scenario", "measure", "weights", "value", "n"])
    return frame.astype({"value": "Float64", "n": "Int64"})


@shared
def lorenz(study: Study, scenario: str | None = None) -> pd.DataFrame:
    """Return the points of the Lorenz curve of reach, weighted by units.

    Districts stand in ascending order of reach; a point is the share of all units, and of all
    that was reached, in the districts up to this one. The diagonal is equality.

    Parameters
    ----------
    study : Study
        The study.
    scenario : str, optional
        As in :func:`equity`.

    Returns
    -------
    DataFrame
        ``scenario, district_id, district, units_share, reached_share``: from 0 to 1; the first
        point of a curve is the origin and has no district. `reached_share` is blank where
        nothing was reached.

    Raises
    ------
    UserError
        Where no such scenario applies to the study.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> points = lorenz(load_study("kampung_bantar"), "implemented_only")
    >>> points = points[["district", "units_share", "reached_share"]].round(2)
    >>> points.iloc[[0, 1, -1]].values.tolist()
    [['', 0.0, 0.0], ['Paal Merah', 0.14, 0.06], ['Danau Teluk', 1.0, 1.0]]
    """
    curves = []
    for name, part in _reaches(study, scenario):
        part = part.sort_values(["share", "district_id"])
        x = part["share"].to_numpy(dtype="float64")
        population, reached = _curve(x, part["denominator"].to_numpy(dtype="float64"))
        curves.append(
            pd.DataFrame(
                {
                    "scenario": name,
                    "district_id": ["", *part["district_id"]],
                    "district": ["", *part["district"]],
                    "units_share": population,
                    "reached_share": reached,
                }
            )
        )
    frame = pd.concat(curves, ignore_index=True)
    return frame.astype({"units_share": "Float64", "reached_share": "Float64"})


def _reaches(study: Study, scenario: str | None) -> list[tuple[str, pd.DataFrame]]:
    frame = reach(study)
    frame = frame[frame["district_id"] != ""]
    names = list(frame["scenario"].unique())
    if scenario is not None and scenario not in names:
        raise UserError(
            _(
                "scenario: “{scenario}” does not apply to this study; use one of: {scenarios}",
                scenario=scenario,
                scenarios=", ".join(names),
            )
        )
    wanted = [scenario] if scenario else [s for s in primary_scenarios(study) if s in names]
    known = frame[frame["share"].notna()]
    return [(name, known[known["scenario"] == name]) for name in wanted]


def _curve(x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the Lorenz curve of values in ascending order, from the origin."""
    population = np.concatenate([[0.0], np.cumsum(w)])
    reached = np.concatenate([[0.0], np.cumsum(w * x)])
    with np.errstate(invalid="ignore"):
        return population / population[-1], reached / reached[-1]


def _gini(x: np.ndarray, w: np.ndarray) -> float:
    order = np.argsort(x, kind="stable")
    population, reached = _curve(x[order], w[order])
    area = (np.diff(population) * (reached[1:] + reached[:-1])).sum()
    return max(0.0, float(1 - area))


def _theil(x: np.ndarray, w: np.ndarray) -> float:
    ratio = x / np.average(x, weights=w)
    terms = np.zeros_like(ratio)
    terms[ratio > 0] = ratio[ratio > 0] * np.log(ratio[ratio > 0])
    return max(0.0, float(np.average(terms, weights=w)))


def _hoover(x: np.ndarray, w: np.ndarray) -> float:
    reached = w * x
    return float(np.abs(reached / reached.sum() - w / w.sum()).sum() / 2)
