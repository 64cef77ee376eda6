from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from bantar_lib.errors import UserError
from bantar_lib.measures import (
    beta_binomial,
    district_totals,
    rank_intervals,
    separable_pairs,
    separable_share,
)
from bantar_lib.measures import ranks as ranks_of
from bantar_lib.measures.counts import Binomial
from bantar_lib.measures.plausible import Priors, plausible_priors

FLAT = Priors(np.array([2.0]), np.array([3.0]), np.array([1.0]))


def table(n, k):
    ids = [f"{i:03}" for i in range(len(n))]
    return pd.DataFrame({"district_id": ids, "district": ids, "proposed": n, "implemented": k})


def chances(counts, priors):
    return np.vstack([rows for _block, rows in ranks_of._chances(counts, priors)])


def test_clear_order_has_narrow_intervals_and_none_has_wide_ones():
    clear = rank_intervals(table([900] * 3, [90, 450, 810]))
    assert clear[["rank_low", "rank_high"]].to_numpy().tolist() == [[3, 3], [2, 2], [1, 1]]
    same = rank_intervals(table([9] * 20, [4] * 20))
    assert set(same["rank_low"]) == {2} or set(same["rank_low"]) == {1}
    assert set(same["rank_high"]) <= {19, 20}
    assert len(same[["rank_low", "rank_high"]].drop_duplicates()) == 1


def test_ranks_against_the_chances_of_pairs(bantar):
    # A district's mean rank is 1 + Σ P(another is higher): draws against integration.
    counts = Binomial(*district_totals(bantar)[["proposed", "implemented"]].to_numpy(float).T)
    priors = plausible_priors(counts)
    chance = chances(counts, priors)
    drawn = ranks_of._drawn_ranks(counts, priors, 20_000, seed=5).mean(axis=0)
    assert drawn == pytest.approx(1 + chance.sum(axis=0) - 0.5, abs=0.05)
    assert chance + chance.T == pytest.approx(np.ones_like(chance), abs=1e-3)


def test_chances_by_the_closed_sum():
    # For whole a, b: P(p₂ > p₁) = Σᵢ B(a₁+i, b₁+b₂) / ((b₂+i) B(1+i, b₂) B(a₁, b₁)), i < a₂.
    def beta(x, y):
        return math.gamma(x) * math.gamma(y) / math.gamma(x + y)

    n, k = np.array([10.0, 8.0]), np.array([4.0, 6.0])
    a1, b1, a2, b2 = 2 + 4, 3 + 6, 2 + 6, 3 + 2
    exact = sum(
        beta(a1 + i, b1 + b2) / ((b2 + i) * beta(1 + i, b2) * beta(a1, b1)) for i in range(a2)
    )
    assert chances(Binomial(n, k), FLAT)[1, 0] == pytest.approx(exact, abs=2e-4)


def test_pairs_and_share_agree(bantar):
    pairs, share = separable_pairs(bantar), separable_share(bantar).iloc[0]
    assert share["districts"] == 11 and share["pairs"] == 55
    assert share["separable"] == len(pairs)
    assert share["share"] == pytest.approx(len(pairs) / 55)
    assert (pairs["probability"] >= 0.95).all()
    assert pairs["probability"].is_monotonic_decreasing
    rates = district_totals(bantar).set_index("district_id")
    rates = rates["implemented"] / rates["proposed"]
    assert (rates[pairs["higher_id"]].to_numpy() > rates[pairs["lower_id"]].to_numpy()).all()


def test_few_nodes_for_many_districts_are_enough():
    rng = np.random.default_rng(2)
    n = rng.integers(5, 400, 1500) * 1.0
    counts = Binomial(n, rng.binomial(n.astype(int), rng.beta(4, 2, 1500)) * 1.0)
    many = chances(counts, FLAT)[:20, :20]
    few = chances(Binomial(counts.n[:20], counts.k[:20]), FLAT)
    assert many == pytest.approx(few, abs=0.01)


def test_many_districts_are_counted_not_listed():
    rng = np.random.default_rng(8)
    n = rng.integers(5, 400, 300)
    many = table(n, rng.binomial(n, rng.beta(4, 2, 300)))
    with pytest.raises(UserError, match="300 districts"):
        separable_pairs(many)
    share = separable_share(many).iloc[0]
    assert share["pairs"] == 300 * 299 // 2 and 0 < share["separable"] < share["pairs"]


def test_equal_counts_are_not_separable():
    assert separable_pairs(table([20] * 4, [9] * 4)).empty
    none = separable_share(table([20], [9])).iloc[0]
    assert none["pairs"] == 0 and pd.isna(none["share"])


def test_no_more_values_are_drawn_than_fit_in_memory(monkeypatch):
    seen = []
    drawn = ranks_of._drawn_ranks
    monkeypatch.setattr(ranks_of, "_MOST_VALUES", 1000)

    def watched(counts, priors, draws, seed):
        seen.append(draws)
        return drawn(counts, priors, draws, seed)

    monkeypatch.setattr(ranks_of, "_drawn_ranks", watched)
    rank_intervals(table([9] * 20, [4] * 20))
    assert seen == [50]


def test_against_a_parametric_bootstrap(bantar):
    """Districts whose true rates are drawn from the fitted model, counted, and fitted afresh.

    The 90% intervals then hold the true rank about 9 times in 10 (a little more, for ranks are
    whole numbers), and a pair called separable at 95% has its true order at least about that
    often.
    """
    fit = beta_binomial(bantar)
    n = district_totals(bantar)["proposed"].to_numpy(int)
    rng = np.random.default_rng(17)
    inside, right, called = [], 0, 0
    for _ in range(30):
        true = rng.beta(fit.a, fit.b, len(n))
        sample = table(n, rng.binomial(n, true))
        intervals = rank_intervals(sample, draws=500)
        rank = (-true).argsort().argsort() + 1
        inside.append((intervals["rank_low"] <= rank) & (rank <= intervals["rank_high"]))
        pairs = separable_pairs(sample)
        ordered = true[pairs["higher_id"].astype(int)] > true[pairs["lower_id"].astype(int)]
        right, called = right + int(ordered.sum()), called + len(pairs)
    assert 0.88 < np.mean(inside) < 0.98
    assert called > 300 and right / called > 0.95
