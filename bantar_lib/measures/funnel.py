"""The funnel plot: which districts lie further from the overall rate than chance would put them.

Districts differ by more than chance for reasons that no one district is to be blamed for. Limits
that ignore this call too many districts unusual, so that the adjusted ones stand beside them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from bantar_lib.measures.counts import Binomial, district_totals, spread, usable
from bantar_lib.study.shared import shared
from bantar_lib.study.study import Study

LEVELS = {"95": 0.95, "998": 0.998}
"""The two pairs of limits, by the ending of their columns' names."""

FLAGS = ("inside", "outside_naive_inside_adjusted", "outside_adjusted")
"""Where a district lies; blank where it has no rate or nothing varies."""

_TAIL = 0.10


class Dispersion(NamedTuple):
    """What the limits are made of.

    Parameters
    ----------
    rate : float
        The target: the rate of all districts together.
    phi : float
        Multiplicative dispersion, from winsorised z; 1 is no more than chance.
    tau2 : float
        Additive between-district variance, in squared rates.
    """

    rate: float
    phi: float
    tau2: float

    @property
    def varies(self) -> bool:
        """Whether the rate leaves room for a limit on both sides."""
        return 0 < self.rate < 1


@shared
def funnel(study: Study | pd.DataFrame) -> pd.DataFrame:
    """Place each district in a funnel around the rate of all districts.

    With θ the overall rate and s = √(θ(1−θ)/n), z = (rate − θ)/s. The limits, cut off at 0 and 1:

    * naive, districts differing by chance alone: exact binomial. Below the lower one lies a count
      whose tail P(X ≤ k) is under (1 − level)/2; between counts it is interpolated by
      probability, so that the curve is smooth. The upper one is the mirror image;
    * multiplicative (``phi_``): the naive distance from θ × √φ, φ = max(1, Σz_w²/I), z_w being z
      winsorised: those below the 10th and above the 90th percentile (linear interpolation) moved
      to it;
    * additive (``tau_``): the naive distance × √(1 + τ²/s²),
      τ² = max(0, (Σz_w² − (I−1))/(Σw − Σw²/Σw)), w = 1/s² (DerSimonian–Laird, z winsorised).

    For large n they become the usual θ ± zₐ s, θ ± zₐ s√φ and θ ± zₐ √(s² + τ²); for small n
    those would call a district unusual whose counts are not.

    Parameters
    ----------
    study : Study or DataFrame
        As for :func:`~bantar_lib.measures.counts.district_totals`.

    Returns
    -------
    DataFrame
        One row a district: ``district_id, district, proposed, implemented, rate, city, z,
        z_winsorised``, the limits ``[phi_|tau_]low_95, …high_95, …low_998, …high_998``,
        ``flag_95, flag_998`` (:data:`FLAGS`). Rates and limits from 0 to 1. A flag is
        ``outside_adjusted`` only where a district is outside *both* adjusted limits. ``<NA>``
        for a district without a rate; z and limits also where all or none were implemented.
        ``attrs``: ``rate, phi, tau2``.

    References
    ----------
    Spiegelhalter 2005, Statistics in Medicine 24:1185–1202 (limits; interpolation, appendix);
    Spiegelhalter 2005, Quality and Safety in Health Care 14:347–351 (over-dispersion).

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> rows = funnel(load_study("kampung_bantar")).set_index("district")
    >>> rows.loc["Danau Sipin", ["flag_95", "flag_998"]].tolist()
    ['outside_naive_inside_adjusted', 'outside_naive_inside_adjusted']
    """
    totals = district_totals(study)
    fits, counts = usable(totals)
    dispersion, z, winsorised = _dispersion(counts)
    rates = counts.k / counts.n
    limits = _limits(counts.n, dispersion)
    head = ["district_id", "district", "proposed", "implemented"]
    frame = totals[head].assign(
        **spread(fits, rate=rates, city=np.full(len(rates), dispersion.rate)),
        **spread(fits, z=z, z_winsorised=winsorised, **limits),
    )
    for name in LEVELS:
        frame[f"flag_{name}"] = ""
        if dispersion.varies:
            frame.loc[fits, f"flag_{name}"] = _flags(rates, limits, name)
    frame.attrs.update(dispersion._asdict())
    return frame


def _dispersion(counts: Binomial) -> tuple[Dispersion, np.ndarray, np.ndarray]:
    n, k = counts
    theta, districts = counts.rate, len(n)
    unknown = np.full(districts, np.nan)
    if not 0 < theta < 1:
        return Dispersion(theta, 1.0, 0.0), unknown, unknown
    z = (k / n - theta) / np.sqrt(theta * (1 - theta) / n)
    winsorised = np.clip(z, *np.quantile(z, [_TAIL, 1 - _TAIL]))
    squares = float((winsorised**2).sum())
    w = n / (theta * (1 - theta))
    # With one district there is nothing between districts: both terms are 0.
    room = float(w.sum() - (w**2).sum() / w.sum()) if districts > 1 else float("inf")
    tau2 = max(0.0, (squares - (districts - 1)) / room)
    return Dispersion(theta, max(1.0, squares / districts), tau2), z, winsorised


def _limits(n: np.ndarray, dispersion: Dispersion) -> dict[str, np.ndarray]:
    theta = dispersion.rate
    blank = np.full(len(n), np.nan)
    times: dict[str, np.ndarray | float] = {"": 1.0, "phi_": np.sqrt(dispersion.phi), "tau_": 1.0}
    if dispersion.varies:
        times["tau_"] = np.sqrt(1 + dispersion.tau2 * n / (theta * (1 - theta)))
    limits = {}
    for kind, factor in times.items():
        for name, level in LEVELS.items():
            tail = (1 - level) / 2
            below = theta - _exact(n, theta, tail) if dispersion.varies else blank
            above = 1 - theta - _exact(n, 1 - theta, tail) if dispersion.varies else blank
            limits[f"{kind}low_{name}"] = np.clip(theta - factor * below, 0, 1)
            limits[f"{kind}high_{name}"] = np.clip(theta + factor * above, 0, 1)
    return limits


def _exact(n: np.ndarray, theta: float, tail: float) -> np.ndarray:
    """Return the share below which less than `tail` lies, interpolated between counts."""
    # Thousands of districts have few different n.
    some, place = np.unique(n, return_inverse=True)
    r = stats.binom.ppf(tail, some, theta)
    over = (stats.binom.cdf(r, some, theta) - tail) / stats.binom.pmf(r, some, theta)
    return ((r - over) / some)[place]


def _flags(rates: np.ndarray, limits: dict[str, np.ndarray], name: str) -> np.ndarray:
    def outside(kind: str) -> np.ndarray:
        low, high = limits[f"{kind}low_{name}"], limits[f"{kind}high_{name}"]
        return (rates < low) | (rates > high)

    beyond_both = outside("phi_") & outside("tau_")
    return np.select([beyond_both, outside("")], [FLAGS[2], FLAGS[1]], default=FLAGS[0])


def funnel_limits(study: Study | pd.DataFrame, *, points: int = 200) -> pd.DataFrame:
    """Return the limits of :func:`funnel` along the axis of proposals, to draw as curves.

    Parameters
    ----------
    study : Study or DataFrame
        As for :func:`~bantar_lib.measures.counts.district_totals`.
    points : int
        How many points a curve has at most, evenly spaced on the scale of √n, where it bends.

    Returns
    -------
    DataFrame
        ``proposed``, whole numbers from 1 to a little beyond the largest district's, ``city``
        and the limits, named as in :func:`funnel`. Empty where no district has a rate.

    References
    ----------
    Spiegelhalter 2005, Statistics in Medicine 24:1185–1202.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> curve = funnel_limits(load_study("kampung_bantar"), points=3)
    >>> curve["proposed"].tolist()
    [1, 20, 64]
    """
    _fits, counts = usable(district_totals(study))
    dispersion = _dispersion(counts)[0]
    most = counts.n.max() * 1.1 if len(counts.n) else 0
    n = np.unique(np.round(np.linspace(1, np.sqrt(most), points) ** 2)) if most else np.empty(0)
    curves = {"proposed": n.astype(int), "city": dispersion.rate, **_limits(n, dispersion)}
    return pd.DataFrame(curves)


def false_alarm_chance(districts: int, *, level: float = 0.95) -> float:
    """Return the chance that at least one district lies outside naive limits by chance alone.

    1 − levelᴵ for I districts taken as independent.

    Parameters
    ----------
    districts : int
        I, how many are looked at.
    level : float
        Coverage of the limits.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> round(false_alarm_chance(11), 2), round(false_alarm_chance(11, level=0.998), 2)
    (0.43, 0.02)
    """
    return 1 - level**districts
