from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, special, stats

from bantar_lib.measures import beta_binomial, district_totals, logit_normal, pooled_rates


def table(n, k):
    ids = [f"{i:03}" for i in range(len(n))]
    return pd.DataFrame({"district_id": ids, "proposed": n, "implemented": k})


def counts(study):
    totals = district_totals(study)
    return totals["proposed"].to_numpy(int), totals["implemented"].to_numpy(int)


def independent_fit(n, k):
    """Maximise scipy's own beta-binomial by a search without derivatives."""

    def loss(x):
        return -stats.betabinom.logpmf(k, n, *np.exp(x)).sum()

    starts = [np.log([1.0, 1.0]), np.log([20.0, 20.0])]
    options = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 5000, "maxfev": 5000}
    runs = [optimize.minimize(loss, s, method="Nelder-Mead", options=options) for s in starts]
    best = min(runs, key=lambda run: run.fun)
    return np.exp(best.x), -best.fun


def test_the_fit_against_scipy(bantar):
    fit = beta_binomial(bantar)
    (a, b), loglik = independent_fit(*counts(bantar))
    assert [fit.a, fit.b] == pytest.approx([a, b], rel=1e-4)
    assert fit.loglik == pytest.approx(loglik, abs=1e-8)
    assert fit.mean == pytest.approx(a / (a + b), rel=1e-5)
    assert fit.rho == pytest.approx(1 / (1 + a + b), rel=1e-4)
    assert fit.converged and fit.note == "" and fit.districts == 11


@pytest.mark.parametrize("seed", range(6))
def test_the_fit_against_scipy_on_simulated_counts(seed):
    rng = np.random.default_rng(seed)
    n = rng.integers(3, 120, 40)
    k = rng.binomial(n, rng.beta(*rng.uniform(0.5, 8, 2), 40))
    fit = beta_binomial(table(n, k))
    (a, b), loglik = independent_fit(n, k)
    assert fit.converged and fit.note == ""
    assert fit.loglik == pytest.approx(loglik, abs=1e-7)
    assert [fit.a, fit.b] == pytest.approx([a, b], rel=1e-3)


def test_many_districts_give_back_what_made_them():
    rng = np.random.default_rng(3)
    n = rng.integers(1, 60, 7642)
    fit = beta_binomial(table(n, rng.binomial(n, rng.beta(4, 2, 7642))))
    assert [fit.a, fit.b] == pytest.approx([4, 2], rel=0.08)


def test_no_more_than_chance_stops_at_what_all_proposals_know():
    # Every district exactly at one half: less varied than binomial counts ever are.
    fit = beta_binomial(table([10, 20, 40], [5, 10, 20]))
    assert fit.note == "no_overdispersion" and fit.converged
    assert fit.a + fit.b == pytest.approx(10 + 20)
    assert fit.mean == pytest.approx(0.5)
    # The likelihood is indeed still rising there.
    n, k = np.array([10, 20, 40]), np.array([5, 10, 20])
    at = [stats.betabinom.logpmf(k, n, s / 2, s / 2).sum() for s in (15, 30, 300, 3e5)]
    assert at == sorted(at) and fit.loglik == pytest.approx(at[1])
    # The largest district's interval is wider than that of all 70 proposals together.
    row = pooled_rates(table([10, 20, 40], [5, 10, 20])).iloc[2]
    assert row["pooled_low"] < stats.beta.ppf(0.025, 35, 35)


def test_all_or_nothing_districts():
    fit = beta_binomial(table([9, 9, 9, 9], [9, 0, 9, 0]))
    assert fit.note == "complete_separation" and fit.converged
    assert fit.mean == pytest.approx(0.5) and fit.rho == pytest.approx(0.99, abs=1e-3)


@pytest.mark.parametrize(("k", "note"), [([4, 6], "all_implemented"), ([0, 0], "none_implemented")])
def test_all_or_none_implemented(k, note):
    fit = beta_binomial(table([4, 6], k))
    assert fit.note == note
    assert fit.mean == pytest.approx((sum(k) + 0.5) / 11) and fit.a + fit.b == pytest.approx(4)
    pooled = pooled_rates(table([4, 6], k))
    assert pooled["pooled"].between(0, 1, inclusive="neither").all()
    assert ((pooled["pooled_high"] - pooled["pooled_low"]) > 0.1).all()


def test_one_district_has_jeffreys_interval():
    # Brown, Cai & DasGupta 2001: the ½ and ½ quantiles of Beta(k + ½, n − k + ½).
    row = pooled_rates(table([27], [20])).iloc[0]
    assert row["pooled"] == pytest.approx(20.5 / 28)
    ends = stats.beta(20.5, 7.5).ppf([0.025, 0.975])
    assert [row["pooled_low"], row["pooled_high"]] == pytest.approx(list(ends))


def test_no_counts_at_all():
    fit = beta_binomial(table([], []))
    assert fit.note == "no_counts" and not fit.converged and np.isnan(fit.a)


def test_pooled_values_by_bayes_rule(bantar):
    # Prior × binomial likelihood, integrated numerically, without knowing that it is conjugate.
    fit = beta_binomial(bantar)
    pooled = pooled_rates(bantar).set_index("district_id").loc["15.71.07"]

    def weight(p):
        return stats.beta.pdf(p, fit.a, fit.b) * stats.binom.pmf(20, 27, p)

    whole = integrate.quad(weight, 0, 1)[0]
    assert pooled["pooled"] == pytest.approx(
        integrate.quad(lambda p: p * weight(p), 0, 1)[0] / whole
    )
    # The interval is that of many priors (test_plausible.py): wider than under this one alone.
    assert integrate.quad(weight, 0, pooled["pooled_low"])[0] / whole < 0.025
    assert integrate.quad(weight, 0, pooled["pooled_high"])[0] / whole > 0.975


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    st.lists(
        st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
        min_size=2,
        max_size=12,
    )
)
def test_pooling_keeps_the_order_of_equal_sizes_and_shrinks(pairs):
    n, k = np.array(pairs).T
    fit, pooled = beta_binomial(table(n, k)), pooled_rates(table(n, k))
    assert fit.converged
    value = pooled["pooled"].to_numpy(float)
    low, high = np.minimum(k / n, fit.mean), np.maximum(k / n, fit.mean)
    assert ((low - 1e-12 <= value) & (value <= high + 1e-12)).all()
    assert (pooled["pooled_low"] <= pooled["pooled"]).all()
    assert (pooled["pooled"] <= pooled["pooled_high"]).all()
    for i in range(len(n)):
        for j in range(len(n)):
            if n[i] == n[j] and k[i] > k[j]:
                assert value[i] > value[j]


def test_mirror_image():
    n, k = np.array([12, 30, 7, 22]), np.array([3, 21, 1, 20])
    fit, mirror = beta_binomial(table(n, k)), beta_binomial(table(n, n - k))
    assert [fit.a, fit.b] == pytest.approx([mirror.b, mirror.a], rel=1e-4)


def test_logit_normal_against_quadrature(bantar):
    # The same model by maximum likelihood: the effect of a district integrated out over a grid.
    n, k = counts(bantar)
    u = np.linspace(-6, 6, 601)

    def joint(mu, sigma):
        p = special.expit(mu + sigma * u)
        return stats.binom.pmf(k[:, None], n[:, None], p) * stats.norm.pdf(u)

    def loss(x):
        return -np.log(joint(x[0], np.exp(x[1])).sum(1)).sum()

    mu, log_sigma = optimize.minimize(loss, [0.5, 0.0], method="Nelder-Mead").x
    weights = joint(mu, np.exp(log_sigma))
    means = (weights * special.expit(mu + np.exp(log_sigma) * u)).sum(1) / weights.sum(1)
    pooled = logit_normal(bantar)
    assert pooled["pooled"].to_numpy(float) == pytest.approx(means, abs=0.02)
    assert (pooled["pooled_low"] < pooled["pooled"]).all()
    # And it tells the same story as the beta-binomial, and the same on every run.
    beta = pooled_rates(bantar)["pooled"].to_numpy(float)
    assert pooled["pooled"].to_numpy(float) == pytest.approx(beta, abs=0.03)
    pd.testing.assert_frame_equal(pooled, logit_normal(bantar))


def test_logit_normal_where_nothing_can_be_compared():
    for k in ([4, 6], [0, 0]):
        assert logit_normal(table([4, 6], k))["pooled"].isna().all()
    assert logit_normal(table([4], [2]))["pooled"].isna().all()
