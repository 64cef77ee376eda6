from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, special, stats

from bantar_lib.measures import plausible as plausible_of
from bantar_lib.measures import pooled_rates, rank_intervals, separable_pairs
from bantar_lib.measures.counts import Binomial
from bantar_lib.measures.plausible import Priors, mixed_quantiles, plausible_priors

FOUR = [27, 55, 20, 13], [20, 33, 15, 4]
ELEVEN = [58, 23, 50, 19, 20, 17, 27, 28, 27, 29, 23]


def table(n, k):
    ids = [f"{i:03}" for i in range(len(n))]
    return pd.DataFrame({"district_id": ids, "district": ids, "proposed": n, "implemented": k})


def as_counts(n, k):
    return Binomial(np.array(n, dtype=float), np.array(k, dtype=float))


def likelihood(mean, rho, n, k):
    a, b = mean * (1 / rho - 1), (1 - mean) * (1 / rho - 1)
    return math.prod(
        math.exp(math.lgamma(a + j) - math.lgamma(a) + math.lgamma(b + m - j) - math.lgamma(b)
                 - math.lgamma(a + b + m) + math.lgamma(a + b))
        for m, j in zip(n, k, strict=True)
    )  # fmt: skip


def test_the_interval_by_double_integration():
    # P(p ≤ end) over mean and ρ, both flat: adaptive quadrature on the unit square, no grid.
    n, k = [12, 20, 9], [9, 11, 2]
    row = pooled_rates(table(n, k)).iloc[0]

    def integral(of):
        return integrate.dblquad(
            lambda rho, mean: likelihood(mean, rho, n, k) * of(mean, 1 / rho - 1),
            0, 1, 1e-9, 1 - 1e-9, epsabs=0, epsrel=1e-3,
        )[0]  # fmt: skip

    whole = integral(lambda _mean, _s: 1.0)
    for end, share in (("pooled_low", 0.025), ("pooled_high", 0.975)):
        below = integral(
            lambda mean, s, x=row[end]: special.betainc(mean * s + 9, (1 - mean) * s + 3, x)
        )
        assert below / whole == pytest.approx(share, abs=1e-3)


def test_intervals_ranks_and_pairs_by_weighted_draws():
    # Priors drawn blindly from the unit square and weighted by scipy's likelihood.
    n, k = (np.array(x) for x in FOUR)
    rng = np.random.default_rng(11)
    mean, rho = rng.uniform(size=(2, 400_000, 1))
    s = 1 / rho - 1
    weight = np.exp(stats.betabinom.logpmf(k, n, mean * s, (1 - mean) * s).sum(axis=1))
    kept = rng.choice(len(weight), 60_000, p=weight / weight.sum())
    mean, s = mean[kept], s[kept]
    p = rng.beta(mean * s + k, (1 - mean) * s + n - k)
    pooled = pooled_rates(table(n, k))
    for column, share in (("pooled_low", 0.025), ("pooled_high", 0.975)):
        assert np.quantile(p, share, axis=0) == pytest.approx(
            pooled[column].to_numpy(float), abs=0.01
        )
    ranks = 1 + (-p).argsort(axis=1).argsort(axis=1)
    drawn = rank_intervals(table(n, k))
    assert np.quantile(ranks, 0.05, axis=0).tolist() == drawn["rank_low"].tolist()
    assert np.quantile(ranks, 0.95, axis=0).tolist() == drawn["rank_high"].tolist()
    pairs = separable_pairs(table(n, k), level=0.5)
    pairs = pairs[pairs["higher_id"] != pairs["lower_id"]]
    assert len(pairs) == 6
    for row in pairs.itertuples():
        higher, lower = p[:, int(row.higher_id)], p[:, int(row.lower_id)]
        assert row.probability == pytest.approx((higher > lower).mean(), abs=0.01)


@pytest.mark.parametrize(
    ("n", "mean", "spread"),
    [(FOUR[0], 0.67, s) for s in (0.05, 0.10, 0.15, 0.18)]
    + [(ELEVEN, 0.655, s) for s in (0.10, 0.18)],
)
def test_intervals_hold_the_true_rate_about_as_often_as_they_say(n, mean, spread):
    # As benchmarks/coverage.py, which also shows what the fitted prior taken as known would do.
    n, rng = np.array(n), np.random.default_rng(5)
    strength = mean * (1 - mean) / spread**2 - 1
    inside = []
    for _ in range(250):
        true = rng.beta(mean * strength, (1 - mean) * strength, len(n))
        k = rng.binomial(n, true)
        priors = plausible_priors(as_counts(n, k))
        # The interval holds the true rate where that lies between its two quantiles.
        a, b = priors.a + k[:, None], priors.b + (n - k)[:, None]
        below = special.betainc(a, b, true[:, None]) @ priors.weight
        inside.append((below >= 0.025) & (below <= 0.975))
    assert 0.93 <= np.mean(inside) <= 0.985


def test_three_nodes_do_where_the_posterior_is_narrow(monkeypatch):
    rng = np.random.default_rng(3)
    n = rng.integers(10, 60, 1500)
    counts = as_counts(n, rng.binomial(n, rng.beta(4, 2, 1500)))
    few = plausible_priors(counts)
    monkeypatch.setattr(plausible_of, "_NARROW", 0.0)
    many = plausible_priors(counts)
    assert len(few.a) == 9 and len(many.a) > 40
    for level in (0.025, 0.975):
        assert mixed_quantiles(counts, few, level) == pytest.approx(
            mixed_quantiles(counts, many, level), abs=5e-4
        )


@pytest.mark.parametrize(
    ("n", "k"),
    [FOUR, ([10, 20, 40], [5, 10, 20]), ([27, 5], [20, 2]), ([9] * 4, [9, 0, 9, 0])],
)
def test_the_grid_is_fine_enough(monkeypatch, n, k):
    counts = as_counts(n, k)
    plain = [mixed_quantiles(counts, plausible_priors(counts), q) for q in (0.025, 0.5, 0.975)]
    monkeypatch.setattr(plausible_of, "_NODES", 61)
    monkeypatch.setattr(plausible_of, "_LEAST", 1e-8)
    fine = [mixed_quantiles(counts, plausible_priors(counts), q) for q in (0.025, 0.5, 0.975)]
    assert np.array(plain) == pytest.approx(np.array(fine), abs=1e-3)


@pytest.mark.parametrize(
    ("n", "k"),
    [([4, 6], [4, 6]), ([4, 6], [0, 0]), ([9] * 4, [9, 0, 9, 0]), ([90_000, 5], [80_000, 0])],
)
def test_the_value_lies_in_its_interval_at_every_edge(n, k):
    pooled = pooled_rates(table(n, k))
    assert (pooled["pooled_low"] <= pooled["pooled"]).all()
    assert (pooled["pooled"] <= pooled["pooled_high"]).all()
    assert (pooled["pooled_low"] >= 0).all() and (pooled["pooled_high"] <= 1).all()


def test_without_or_with_one_district():
    assert len(plausible_priors(as_counts([], [])).a) == 0
    one = plausible_priors(as_counts([27], [20]))
    assert [x.tolist() for x in one] == [[0.5], [0.5], [1.0]]


def test_quantiles_of_a_mixture_that_is_one_beta():
    counts = as_counts([5, 40, 0], [5, 3, 0])
    one = Priors(np.array([0.4]), np.array([2.5]), np.array([1.0]))
    for level in (1e-4, 0.3, 0.99):
        exact = stats.beta.ppf(level, 0.4 + counts.k, 2.5 + counts.n - counts.k)
        assert mixed_quantiles(counts, one, level) == pytest.approx(exact, abs=1e-9)
