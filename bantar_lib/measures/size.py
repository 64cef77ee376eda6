"""Size: how the number of proposals grows with a district's number of units.

Reach divides entries by units. If every district is given the same intake, reach falls with size
although no district is less willing; the elasticity tells the two readings apart, or says that
the counts cannot.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from bantar_lib.measures.poisson import poisson_slope
from bantar_lib.measures.stocks import by_year, known_flows, stage_names
from bantar_lib.study.shared import shared
from bantar_lib.study.study import Study

FIXED_INTAKE = 0.0
"""The elasticity when each district enters the same number, whatever its size."""
PROPORTIONAL = 1.0
"""The elasticity when each district enters the same share of its units."""
FEWEST = 6
"""With fewer districts than this no elasticity is estimated."""


@shared
def size(study: Study) -> pd.DataFrame:
    r"""Estimate the elasticity of proposals to units, against two reference slopes.

    log E(proposals) = a + b·log(units), over the districts that know their units and every year
    of the first stage compared (``execution: from``); proposals are summed over those years.

    ``quasi_poisson`` leads: it keeps districts with no proposal (log 0 would drop them), needs no
    way back from logarithms (Santos Silva & Tenreyro 2006), and its scale, Pearson's X²/(n − 2),
    carries the spread between districts; the interval is Student's with n − 2 degrees of freedom.
    (Robust errors of a GLM would be too small with few districts: no leverage correction.)
    ``log_log``, ordinary least squares of logarithms, is given beside it with the same kind of
    interval (Student's, one variance for all), so that a difference between the two is one of
    models; with some ten districts HC3 errors would give another interval for that reason alone.
    It leaves out the `left_out` districts with none. Where the two disagree about a reference
    slope, the counts do not settle it. A slope from under six districts says nothing, and none is
    given.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    DataFrame
        ``model, role, quantity, estimate, low, high, n, left_out, excludes_fixed_intake,
        excludes_proportional, note``. The elasticity has no unit; interval of 95%; `n`
        districts. `excludes_…` says whether the interval leaves out slope 0 or 1. `note` is
        ``reach_shares_denominator`` (reach is proposals/units, so it falls with size by
        arithmetic wherever the elasticity is under 1: never correlate reach with size), or, with
        blank numbers, ``too_few_districts`` (under 6), ``no_variation`` (all of one size, or
        nothing proposed) or ``no_finite_estimate`` (all proposals from the largest or smallest).

    References
    ----------
    Santos Silva & Tenreyro 2006, Review of Economics and Statistics 88; McCullagh & Nelder 1989.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> row = size(load_study("kampung_bantar")).iloc[0]
    >>> round(float(row["estimate"]), 2), bool(row["excludes_proportional"])
    (0.32, True)
    """
    proposals = by_year(study, known_flows(study), stage_names(study).start)
    units = study.districts.set_index("district_id")["units"].astype("float64")
    fit = proposals.notna().all(axis=1) & (units > 0)
    y = proposals[fit].sum(axis=1).to_numpy()
    x = np.log(units[fit].to_numpy())
    positive = y > 0
    frame = pd.DataFrame(
        [
            {"model": "quasi_poisson", "role": "primary", "left_out": 0, **_poisson(x, y)},
            {
                "model": "log_log",
                "role": "annex",
                "left_out": int((~positive).sum()),
                **_log_log(x[positive], y[positive]),
            },
        ]
    )
    frame.insert(2, "quantity", "elasticity")
    numbers = ["estimate", "low", "high"]
    frame = frame.astype({**dict.fromkeys(numbers, "Float64"), "n": "Int64", "left_out": "Int64"})
    for slope, name in ((FIXED_INTAKE, "fixed_intake"), (PROPORTIONAL, "proportional")):
        frame[f"excludes_{name}"] = (frame["low"] > slope) | (frame["high"] < slope)
    shown = ["model", "role", "quantity", *numbers, "n", "left_out"]
    return frame[[*shown, "excludes_fixed_intake", "excludes_proportional", "note"]]


def _cannot(x: np.ndarray, y: np.ndarray) -> str:
    if len(x) < FEWEST:
        return "too_few_districts"
    return "no_variation" if np.ptp(x) < 1e-9 or not y.any() else ""


def _result(slope: float, error: float, n: int) -> dict[str, object]:
    margin = float(stats.t.ppf(0.975, n - 2)) * error
    ends = {"low": slope - margin, "high": slope + margin}
    return {"estimate": slope, **ends, "n": n, "note": "reach_shares_denominator"}


def _blank(n: int, note: str) -> dict[str, object]:
    return {"estimate": None, "low": None, "high": None, "n": n, "note": note}


def _poisson(x: np.ndarray, y: np.ndarray) -> dict[str, object]:
    if note := _cannot(x, y):
        return _blank(len(x), note)
    fit = poisson_slope(x, y)
    if fit is None:
        return _blank(len(x), "no_finite_estimate")
    scale = ((y - fit.fitted) ** 2 / fit.fitted).sum() / (len(x) - 2)
    return _result(fit.slope, fit.error * float(np.sqrt(scale)), len(x))


def _log_log(x: np.ndarray, y: np.ndarray) -> dict[str, object]:
    import statsmodels.api as sm

    if note := _cannot(x, y):
        return _blank(len(x), note)
    fit = sm.OLS(np.log(y), sm.add_constant(x - x.mean())).fit()
    return _result(float(fit.params[1]), float(fit.bse[1]), len(x))
