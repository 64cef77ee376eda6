"""How surely districts can be put in order: rank intervals, and the pairs that differ.

There is no league table here: an order is given only as far as the counts bear it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import special

from bantar_lib.errors import UserError
from bantar_lib.measures.counts import SEED, Binomial, district_totals, spread, usable
from bantar_lib.measures.plausible import Priors, average, plausible_priors
from bantar_lib.study.shared import shared
from bantar_lib.study.study import Study
from bantar_lib.words import room_words

_ = room_words("measures")

MOST_LISTED = 200
"""With more districts than this their separable pairs are counted, not listed."""

_MOST_VALUES = 8_000_000


@shared
def rank_intervals(
    data: Study | pd.DataFrame,
    *,
    level: float = 0.90,
    draws: int = 4000,
    seed: int = SEED,
    priors: Priors | None = None,
) -> pd.DataFrame:
    """Return an interval for each district's rank by execution rate (1 = highest).

    In each draw a and b are taken from those that the counts leave possible
    (:func:`~bantar_lib.measures.plausible.plausible_priors`), each as often as it is probable;
    every district's rate is drawn from Beta(a + k, b + n − k), and the rates are ranked. The
    interval holds the middle `level` of a district's ranks, its ends rounded outwards. Districts
    with the same counts share one interval, and the order of rows changes nothing.

    The model takes a district's entries as independent of each other; where they hang together
    (a year that went well or badly as a whole), the true intervals are wider.

    Parameters
    ----------
    data : Study or DataFrame
        As for :func:`~bantar_lib.measures.counts.district_totals`.
    level : float
        Posterior probability of the interval.
    draws : int
        How many; fewer where districts × draws would exceed 8 million.
    seed : int
        Seed of the draws.
    priors : Priors, optional
        By default :func:`~bantar_lib.measures.plausible.plausible_priors` of the same data.

    Returns
    -------
    DataFrame
        ``district_id, district, rank_low, rank_high``, ranks among the districts that have a
        rate; ``<NA>`` for the others.

    References
    ----------
    Goldstein & Spiegelhalter 1996, JRSS A 159:385–443.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> ranks = rank_intervals(load_study("kampung_bantar")).set_index("district")
    >>> ranks.loc["Kota Baru", ["rank_low", "rank_high"]].tolist()
    [2, 7]
    """
    totals = district_totals(data)
    fits, counts = usable(totals)
    low, high = _rank_ends(counts, priors or plausible_priors(counts), level, draws, seed)
    columns = spread(fits, rank_low=low, rank_high=high)
    ranks = totals[["district_id", "district"]].assign(**columns)
    return ranks.astype({"rank_low": "Int64", "rank_high": "Int64"})


def _rank_ends(
    counts: Binomial, priors: Priors, level: float, draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    districts = len(counts.n)
    low, high = np.empty(districts), np.empty(districts)
    if districts == 0:
        return low, high
    # Sorted by their counts, districts get the same draws in whatever order they came.
    order = np.lexsort((counts.k, counts.n))
    sorted_up = Binomial(counts.n[order], counts.k[order])
    ranks = _drawn_ranks(sorted_up, priors, max(1, min(draws, _MOST_VALUES // districts)), seed)
    sorted_counts = np.column_stack([counts.n[order], counts.k[order]])
    starts = np.flatnonzero(np.r_[True, (np.diff(sorted_counts, axis=0) != 0).any(axis=1)])
    tail = (1 - level) / 2
    for first, last in zip(starts, np.r_[starts[1:], districts], strict=True):
        drawn = np.sort(ranks[:, first:last], axis=None)
        place = tail * (len(drawn) - 1)
        # A hair's breadth off whole places, so that rounding errors do not move an end.
        low[order[first:last]] = drawn[int(np.floor(place + 1e-9))]
        high[order[first:last]] = drawn[int(np.ceil(len(drawn) - 1 - place - 1e-9))]
    return low, high


def _drawn_ranks(counts: Binomial, priors: Priors, draws: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    districts = len(counts.n)
    ranks = np.empty((draws, districts), dtype=np.int32)
    # Each prior as often as its weight asks for, and not by chance: fewer draws are then enough.
    upto = np.cumsum(priors.weight)
    chosen = np.searchsorted(upto / upto[-1], (np.arange(draws) + 0.5) / draws)
    step = max(1, 1_000_000 // districts)
    for first in range(0, draws, step):
        rows = slice(first, min(first + step, draws))
        a, b = (x[chosen[rows], None] for x in (priors.a, priors.b))
        rates = rng.beta(a + counts.k, b + counts.n - counts.k)
        places = np.argsort(-rates, axis=1)
        np.put_along_axis(ranks[rows], places, np.arange(1, districts + 1, dtype=np.int32), axis=1)
    return ranks


def separable_pairs(
    data: Study | pd.DataFrame, *, level: float = 0.95, priors: Priors | None = None
) -> pd.DataFrame:
    """Return the pairs of districts whose order the counts show.

    A pair is separable where P(pᵢ > pⱼ) in the pooled model is at least `level`. No draws: the
    probability is ∫ fᵢ(x) Fⱼ(x) dx, summed between the quantiles of both (error below 0.01) and
    over every a and b that the counts leave possible
    (:func:`~bantar_lib.measures.plausible.plausible_priors`). The model takes a district's entries
    as independent of each other; where they hang together, fewer pairs are separable.

    Parameters
    ----------
    data : Study or DataFrame
        As for :func:`~bantar_lib.measures.counts.district_totals`; at most 200 districts.
    level : float
        Posterior probability from which a pair counts as separable.
    priors : Priors, optional
        By default :func:`~bantar_lib.measures.plausible.plausible_priors` of the same data.

    Returns
    -------
    DataFrame
        ``higher_id, higher, lower_id, lower, probability``, the surest first.

    Raises
    ------
    UserError
        With more than 200 districts; :func:`separable_share` counts them.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> pairs = separable_pairs(load_study("kampung_bantar"))
    >>> pairs.loc[0, ["higher", "lower"]].tolist()
    ['Danau Teluk', 'Danau Sipin']
    """
    totals = district_totals(data)
    fits, counts = usable(totals)
    if len(counts.n) > MOST_LISTED:
        raise UserError(
            _(
                "{n} districts make too many pairs to list (at most {most} districts); "
                "separable_share counts them",
                n=len(counts.n),
                most=MOST_LISTED,
            )
        )
    if len(counts.n):
        every = _chances(counts, priors or plausible_priors(counts))
        chance = np.vstack([rows for _block, rows in every])
    else:
        chance = np.empty((0, 0))
    i, j = np.nonzero(chance >= level)
    rows = totals[fits].reset_index(drop=True)
    frame = pd.DataFrame(
        {
            "higher_id": rows["district_id"].to_numpy()[i],
            "higher": rows["district"].to_numpy()[i],
            "lower_id": rows["district_id"].to_numpy()[j],
            "lower": rows["district"].to_numpy()[j],
            "probability": chance[i, j],
        }
    )
    by = ["probability", "higher_id", "lower_id"]
    return frame.sort_values(by, ascending=[False, True, True], ignore_index=True)


@shared
def separable_share(
    data: Study | pd.DataFrame,
    *,
    level: float = 0.95,
    priors: Priors | None = None,
    dispersion: float = 1.0,
) -> pd.DataFrame:
    """Return how many pairs of districts, and what share of all, are separable.

    As :func:`separable_pairs`, for any number of districts.

    Parameters
    ----------
    data : Study or DataFrame
        As for :func:`~bantar_lib.measures.counts.district_totals`.
    level : float
        Posterior probability from which a pair counts as separable.
    priors : Priors, optional
        By default :func:`~bantar_lib.measures.plausible.plausible_priors` of the same data.
    dispersion : float
        What the counts are divided by first, where entries hang together: as many of them tell as
        much as fewer independent ones would
        (:func:`~bantar_lib.measures.heterogeneity.year_dispersion`).

    Returns
    -------
    DataFrame
        One row: ``districts, pairs, separable, share``; `share` from 0 to 1, ``<NA>`` without a
        pair.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> share = separable_share(load_study("kampung_bantar"))
    >>> int(share.loc[0, "pairs"]), int(share.loc[0, "separable"])
    (55, 28)
    """
    _fits, counts = usable(district_totals(data))
    counts = Binomial(counts.n / dispersion, counts.k / dispersion)
    districts = len(counts.n)
    pairs, times = np.unique(np.column_stack(counts), axis=0, return_counts=True)
    distinct = Binomial(pairs[:, 0], pairs[:, 1])
    separable = 0
    if districts:
        for block, chance in _chances(distinct, priors or plausible_priors(counts)):
            separable += int(times[block] @ ((chance >= level) @ times))
    of = districts * (districts - 1) // 2
    row = {"districts": districts, "pairs": of, "separable": separable}
    share = pd.array([separable / of if of else pd.NA], dtype="Float64")
    return pd.DataFrame([row]).astype("Int64").assign(share=share)


def _chances(counts: Binomial, priors: Priors) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield, in blocks of rows i, the chance that pᵢ > pⱼ for every column j.

    Between two nodes pⱼ is taken as spread evenly by probability; the nodes are quantiles of the
    posteriors, so that they are dense where it matters. Blocks keep the memory from growing with
    the square of the districts.
    """
    nodes, shares = _rate_nodes(counts, priors), priors.weight
    alphas, betas = priors.a + counts.k[:, None], priors.b + (counts.n - counts.k)[:, None]
    districts = len(counts.n)
    below = [special.betainc(alphas[:, [g]], betas[:, [g]], nodes) for g in range(len(shares))]
    # One product over all priors: rates are independent of each other only inside each.
    within = np.hstack([share * np.diff(b) for share, b in zip(shares, below, strict=True)])
    middle = np.hstack([(b[:, 1:] + b[:, :-1]) / 2 for b in below]).T
    for first in range(0, districts, 500):
        block = slice(first, min(first + 500, districts))
        yield block, within[block] @ middle


def _rate_nodes(counts: Binomial, priors: Priors) -> np.ndarray:
    """Return rates between which to sum: posterior quantiles under a prior in the middle."""
    a, b = average(priors)
    alpha, beta = a + counts.k, b + counts.n - counts.k
    districts = len(alpha)
    levels = min(128, max(8, 25_000 // districts))
    places = (np.arange(levels) + 0.5) / levels
    inner = np.unique(special.betaincinv(alpha[:, None], beta[:, None], places))
    # Fewer where many priors or districts already make the sums long.
    most = min(400, max(200, 200_000 // (districts * len(priors.weight))))
    return np.r_[0, inner[:: -(-len(inner) // most)], 1]
