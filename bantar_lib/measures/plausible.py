"""Which beta distributions of the districts' rates the counts leave possible, and how far.

A single fitted distribution pretends that the mean rate and the spread between districts are known.
With a handful of districts they are not, and an interval that takes them as known is too narrow.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

from bantar_lib.measures.counts import Binomial

_WIDEST = (-15.0, 15.0), (-7.0, 20.0)
"""Where the search for the likelihood begins: logit of the mean, logarithm of a + b."""

_SEARCH = 33
_DEEPEST = 12.0
"""How far below its highest point, in logarithms, the likelihood still counts."""

_NODES = 17
_NARROW = 0.1
"""Standard deviation on an axis from which down three nodes say the same as seventeen."""

_LEAST = 1e-4


class Priors(NamedTuple):
    """Beta distributions, each with the probability that the districts' rates come from it.

    Parameters
    ----------
    a, b : ndarray
        Their parameters.
    weight : ndarray
        Their probabilities, which sum to 1.
    """

    a: np.ndarray
    b: np.ndarray
    weight: np.ndarray


def plausible_priors(counts: Binomial) -> Priors:
    r"""Weigh the beta distributions that the districts' rates may come from.

    The posterior of (a, b) on a grid: beta-binomial likelihood of all counts × a flat prior on the
    mean a/(a + b) and on the intraclass correlation ρ = 1/(1 + a + b), both from 0 to 1. The grid
    is laid over logit of the mean × log(a + b), where the posterior is: 17 nodes an axis over all
    of it, or 3, √3 standard deviations apart, where it is narrow (many districts) and so close to
    normal. Nodes of next to no weight are dropped. Nothing is drawn: the same counts give the same
    nodes.

    With one district there is nothing to learn of others from: Jeffreys' prior a = b = ½ alone.

    Parameters
    ----------
    counts : Binomial
        Proposed and implemented of the districts that have a rate.

    Returns
    -------
    Priors
        The nodes; none where no district has a rate.

    References
    ----------
    Kass & Steffey 1989, JASA 84:717–726 (what empirical Bayes leaves out); Gelman et al. 2013,
    Bayesian Data Analysis, § 5.3 (the grid).

    Examples
    --------
    >>> priors = plausible_priors(Binomial(np.array([20.0, 30.0, 9.0]), np.array([9.0, 25.0, 5.0])))
    >>> round(float(priors.weight.sum()), 6), len(priors.a) > 50
    (1.0, True)
    """
    districts = len(counts.n)
    if districts < 2:
        one = np.full(districts, 0.5)
        return Priors(one, one, np.ones(districts))
    log_weight = _LogWeight(counts)
    middles, strengths = _nodes(log_weight)
    heights = log_weight(middles, strengths)
    weight = np.exp(heights - heights.max())
    row, column = np.nonzero(weight > _LEAST)
    mean, strength = special.expit(middles[row]), np.exp(strengths[column])
    kept = weight[row, column]
    return Priors(mean * strength, (1 - mean) * strength, kept / kept.sum())


class _LogWeight:
    """The logarithm of the posterior, up to a constant, on a grid of (logit mean, log(a + b))."""

    def __init__(self, counts: Binomial) -> None:
        # Σ log B(k+a, n−k+b) falls into sums over k, n − k and n alone, each with few values.
        values = (counts.k, counts.n - counts.k, counts.n)
        self._done, self._rest, self._all = (np.unique(v, return_counts=True) for v in values)

    def __call__(self, middles: np.ndarray, strengths: np.ndarray) -> np.ndarray:
        mean, s = special.expit(middles)[:, None], np.exp(strengths)[None, :]
        likelihood = _rising(mean * s, *self._done) + _rising((1 - mean) * s, *self._rest)
        likelihood -= _rising(s, *self._all)
        # dm = m(1−m) d(logit m) and |dρ| = s/(1+s)² d(log s).
        flat = np.log(mean) + np.log1p(-mean) + strengths - 2 * np.log1p(s)
        return np.asarray(likelihood + flat)


def _rising(x: np.ndarray, values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return Σ times·log(Γ(x + value)/Γ(x))."""
    total = np.zeros_like(x)
    base = special.gammaln(x)
    for value, count in zip(values, times, strict=True):
        if value:
            total += count * (special.gammaln(x + value) - base)
    return total


def _where(log_weight: _LogWeight) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the ends, by axis, between which the posterior is not negligible."""
    ends = list(_WIDEST)
    while True:
        axes = [np.linspace(*end, _SEARCH) for end in ends]
        heights = log_weight(*axes)
        near = heights > heights.max() - _DEEPEST
        closer = []
        for axis, along in ((0, 1), (1, 0)):
            place = np.flatnonzero(near.any(axis=along))
            first, last = max(place[0] - 1, 0), min(place[-1] + 1, _SEARCH - 1)
            closer.append((float(axes[axis][first]), float(axes[axis][last])))
        shrunk = [(b - a) / (d - c) for (a, b), (c, d) in zip(closer, ends, strict=True)]
        ends = closer
        if min(shrunk) > 0.6:
            return ends[0], ends[1]


def _nodes(log_weight: _LogWeight) -> tuple[np.ndarray, np.ndarray]:
    """Return the nodes of both axes."""
    ends = _where(log_weight)
    axes = [np.linspace(*end, _SEARCH) for end in ends]
    heights = log_weight(*axes)
    weight = np.exp(heights - heights.max())
    nodes = []
    for axis, along in ((0, 1), (1, 0)):
        share = weight.sum(axis=along) / weight.sum()
        centre = float(share @ axes[axis])
        spread = float(np.sqrt(share @ (axes[axis] - centre) ** 2))
        # The three are those of Gauss and Hermite.
        three = centre + np.sqrt(3) * spread * np.array([-1.0, 0.0, 1.0])
        nodes.append(three if spread < _NARROW else np.linspace(*ends[axis], _NODES))
    return nodes[0], nodes[1]


def average(priors: Priors) -> tuple[float, float]:
    """Return a and b of a prior in the middle of `priors`.

    Examples
    --------
    >>> average(Priors(np.array([1.0, 4.0]), np.array([1.0, 1.0]), np.array([0.5, 0.5])))
    (2.0, 1.0)
    """
    return float(np.exp(priors.weight @ np.log(priors.a))), float(
        np.exp(priors.weight @ np.log(priors.b))
    )


def mixed_quantiles(counts: Binomial, priors: Priors, level: float) -> np.ndarray:
    """Return a quantile of each district's posterior, a mixture of Beta(a + k, b + n − k).

    Newton's method, kept inside a bracket; no draws.

    Parameters
    ----------
    counts : Binomial
        Proposed and implemented.
    priors : Priors
        From :func:`plausible_priors`.
    level : float
        Which quantile, from 0 to 1.

    Returns
    -------
    ndarray
        One rate a district.

    Examples
    --------
    >>> one = Priors(np.array([1.0]), np.array([1.0]), np.array([1.0]))
    >>> mixed_quantiles(Binomial(np.array([0.0]), np.array([0.0])), one, 0.25).round(6).tolist()
    [0.25]
    """
    # Districts of equal counts have equal posteriors.
    some, place = np.unique(np.column_stack(counts), axis=0, return_inverse=True)
    if not len(some):
        return np.empty(0)
    most = max(1, 500_000 // len(priors.a))
    blocks = [
        _quantiles(some[first : first + most, 0], some[first : first + most, 1], priors, level)
        for first in range(0, len(some), most)
    ]
    return np.asarray(np.concatenate(blocks)[place.reshape(-1)])


def _quantiles(n: np.ndarray, k: np.ndarray, priors: Priors, level: float) -> np.ndarray:
    alpha, beta = priors.a + k[:, None], priors.b + (n - k)[:, None]
    constant = special.betaln(alpha, beta)
    low, high = np.zeros(len(n)), np.ones(len(n))
    a, b = average(priors)
    x = special.betaincinv(a + k, b + n - k, level)
    for _step in range(100):
        here = np.clip(x, 1e-300, 1 - 1e-16)[:, None]
        miss = special.betainc(alpha, beta, here) @ priors.weight - level
        low, high = np.where(miss < 0, x, low), np.where(miss > 0, x, high)
        if (np.abs(miss) < 1e-10).all() or (high - low < 1e-13).all():
            break
        density = (alpha - 1) * np.log(here) + (beta - 1) * np.log1p(-here) - constant
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            step = x - miss / (np.exp(density) @ priors.weight)
        x = np.where((step > low) & (step < high), step, (low + high) / 2)
    return np.asarray(x)
