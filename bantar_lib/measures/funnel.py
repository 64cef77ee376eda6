"""The funnel plot: which districts lie further from the overall rate than chance would put them.

Districts differ by more than chance for reasons that no one district is to be blamed for. Limits
that ignore this call too many districts unusual, so that the adjusted ones stand beside them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from bantar_lib.measures.counts import Binomial, district_totals, spread, usable
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


def funnel(study: Study | pd.DataFrame) -> pd.DataFrame:
    """Place each district in a funnel around the rate of all districts.

    With θ the overall rate and s = √(θ(1−θ)/n), z = (rate − θ)/s. Limits are normal ones, cut
    off at 0 and 1:

    * naive: θ ± z₁₋ₐ s, districts differing by chance alone;
    * multiplicative (``phi_``): θ ± z₁₋ₐ s √φ, φ = max(1, Σz_w²/I), z_w being z winsorised: those
      below the 10th and above the 90th percentile (linear interpolation) moved to it;
    * additive (``tau_``): θ ± z₁₋ₐ √(s² + τ²), τ² = max(0, (Σz_w² − (I−1))/(Σw − Σw²/Σw)),
      w = 1/s² (DerSimonian–Laird with the winsorised z).

    Parameters
    ----------
    study : Study or DataFrame
        As for :func:`~bantar_lib.measures.counts.district_totals`.

    Returns
    -------
    DataFrame
        One row a district: ``district_id, district, proposed, implemented, rate, city, z,
        z_winsorised``, the limits ``[phi_|tau_]low_95, …high_95, …low_998, …high_998``,
        ``flag_95, flag_998`` and ``rough``. Rates and limits from 0 to 1. A flag is
        ``outside_adjusted`` only where a district is outside *both* adjusted limits; ``rough``
        is true where n·min(θ, 1−θ) < 5, so that normal limits are a poor guide. ``<NA>`` for a
        district without a rate; z and limits also where all or none were implemented.
        ``attrs``: ``rate, phi, tau2``.

    References
    ----------
    Spiegelhalter 2005, Statistics in Medicine 24:1185–1202; Spiegelhalter 2005, Quality and
    Safety in Health Care 14:347–351 (over-dispersion).

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
    rare = min(dispersion.rate, 1 - dispersion.rate)
    rough = np.zeros(len(frame), dtype=bool)
    rough[fits] = counts.n * rare < 5
    frame["rough"] = pd.arrays.BooleanArray(rough, ~fits)
    frame.attrs = dispersion._asdict()
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
    s = np.sqrt(theta * (1 - theta) / n) if dispersion.varies else np.full(len(n), np.nan)
    widths = {
        "": s,
        "phi_": s * np.sqrt(dispersion.phi),
        "tau_": np.sqrt(s**2 + dispersion.tau2),
    }
    limits = {}
    for kind, width in widths.items():
        for name, level in LEVELS.items():
            reach = special.ndtri((1 + level) / 2) * width
            limits[f"{kind}low_{name}"] = np.clip(theta - reach, 0, 1)
            limits[f"{kind}high_{name}"] = np.clip(theta + reach, 0, 1)
    return limits


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
        How many points a curve has, evenly spaced on the scale of √n, where it bends.

    Returns
    -------
    DataFrame
        ``proposed`` from 1 to the largest number, a little beyond it, ``city`` and the limits,
        named as in :func:`funnel`. Empty where no district has a rate.

    References
    ----------
    Spiegelhalter 2005, Statistics in Medicine 24:1185–1202.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> curve = funnel_limits(load_study("kampung_bantar"), points=3)
    >>> curve["proposed"].round(1).tolist()
    [1.0, 19.9, 63.8]
    """
    _fits, counts = usable(district_totals(study))
    dispersion = _dispersion(counts)[0]
    most = counts.n.max() * 1.1 if len(counts.n) else 0
    n = np.linspace(1, np.sqrt(most), points) ** 2 if most else np.empty(0)
    return pd.DataFrame({"proposed": n, "city": dispersion.rate, **_limits(n, dispersion)})


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
