from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from bantar_lib import load_study
from bantar_lib.measures import (
    district_totals,
    heterogeneity,
    leave_one_out,
    separable_share,
    year_dispersion,
)
from bantar_lib.measures.counts import stage_counts
from bantar_lib.measures.heterogeneity import dersimonian_laird

PAIRS = st.lists(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    min_size=2,
    max_size=10,
)


def table(n, k):
    ids = [f"{i:03}" for i in range(len(n))]
    return pd.DataFrame({"district_id": ids, "proposed": n, "implemented": k})


def row_of(data, **options):
    return heterogeneity(data, **options).iloc[0]


def test_the_city_against_scipy_and_statsmodels(bantar):
    totals = district_totals(bantar)
    n, k = totals["proposed"].to_numpy(int), totals["implemented"].to_numpy(int)
    row = row_of(bantar)
    other = stats.chi2_contingency(np.array([k, n - k]), correction=False)
    assert row["chi2"] == pytest.approx(other.statistic)
    assert row["df"] == other.dof == 10
    assert row["p_asymptotic"] == pytest.approx(other.pvalue)
    assert row["phi"] == pytest.approx(other.statistic / 10)
    assert row["i2"] == pytest.approx(1 - 10 / other.statistic)
    p = 197 / 321
    meta = combine_effects(k / n, p * (1 - p) / n, method_re="dl")
    assert row["tau2"] == pytest.approx(meta.tau2)
    assert row["chi2"] == pytest.approx(meta.q) and row["i2"] == pytest.approx(meta.i2)
    assert (row["districts"], row["proposed"], row["implemented"]) == (11, 321, 197)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(PAIRS)
def test_any_counts_against_scipy(pairs):
    n, k = np.array(pairs).T
    assume(0 < k.sum() < n.sum())
    row = row_of(table(n, k), permutations=9)
    other = stats.chi2_contingency(np.array([k, n - k]), correction=False)
    assert row["chi2"] == pytest.approx(other.statistic, abs=1e-9)
    assert row["p_asymptotic"] == pytest.approx(other.pvalue, abs=1e-9)
    # Ten times the same counts: χ² is ten times as large; the rate stays.
    more = row_of(table(10 * n, 10 * k), permutations=9)
    assert more["chi2"] == pytest.approx(10 * row["chi2"], abs=1e-7)
    assert more["rate"] == pytest.approx(row["rate"])
    # Without a district, by leaving it out.
    without = leave_one_out(table(n, k))
    for i in range(len(n)):
        rest = row_of(table(np.delete(n, i), np.delete(k, i)), permutations=9)
        for name in ("chi2", "df", "p_asymptotic", "phi"):
            if pd.isna(rest[name]):
                assert pd.isna(without.loc[i, name])
            else:
                assert without.loc[i, name] == pytest.approx(rest[name], abs=1e-7)


def test_permutation_against_every_permutation():
    n, k = np.array([3, 2, 4]), np.array([3, 0, 1])
    home = np.repeat([0, 1, 2], n)

    def statistic(done):
        p = done.sum() / n.sum()
        return ((done - n * p) ** 2 / (n * p * (1 - p))).sum()

    observed = statistic(k)
    every = [
        statistic(np.bincount(home[list(chosen)], minlength=3)) >= observed - 1e-9
        for chosen in combinations(range(9), 4)
    ]
    exact = np.mean(every)
    assert len(every) == 126 and 0 < exact < 1
    row = row_of(table(n, k))
    # Four standard errors of 9999 draws.
    margin = 4 * np.sqrt(exact * (1 - exact) / 9999) + 1e-4
    assert row["p_permutation"] == pytest.approx(exact, abs=margin)


def test_permutation_is_seeded_and_never_zero(bantar):
    first, second = row_of(bantar), row_of(bantar)
    assert first["p_permutation"] == second["p_permutation"]
    assert first["permutations"] == 9999 and first["p_permutation"] >= 1 / 10_000
    far = row_of(table([900, 900], [10, 890]), permutations=99)
    assert far["p_permutation"] == pytest.approx(0.01)


def test_chance_alone_gives_phi_about_one_and_fair_p():
    rng = np.random.default_rng(4)
    n = rng.integers(5, 50, 30)
    rows = [row_of(table(n, rng.binomial(n, 0.6)), permutations=199) for _ in range(60)]
    assert np.mean([r["phi"] for r in rows]) == pytest.approx(1, abs=0.12)
    assert stats.kstest([r["p_permutation"] for r in rows], "uniform").pvalue > 0.01


def test_tau2_gives_back_the_spread_of_the_rates():
    rng = np.random.default_rng(9)
    n = rng.integers(20, 60, 4000)
    true = rng.beta(6, 4, 4000)
    row = row_of(table(n, rng.binomial(n, true)), permutations=9)
    assert row["tau2"] == pytest.approx(true.var(), rel=0.1)


@pytest.mark.filterwarnings("ignore::RuntimeWarning:statsmodels")
@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(0.01, 4)), min_size=2, max_size=12),
    st.floats(-9, 9),
)
def test_dersimonian_laird_against_statsmodels(studies, shift):
    y, v = np.array(studies).T
    other = max(0.0, combine_effects(y, v, method_re="dl").tau2)
    assert dersimonian_laird(y, v) == pytest.approx(other, abs=1e-8)
    assert dersimonian_laird(y + shift, v) == pytest.approx(other, abs=1e-7)


@pytest.mark.parametrize(
    ("n", "k", "reason"),
    [
        ([5], [2], "too_few_districts"),
        ([], [], "too_few_districts"),
        ([5, 4], [5, 4], "no_variation"),
        ([5, 4], [0, 0], "no_variation"),
    ],
)
def test_what_cannot_be_tested_says_why(n, k, reason):
    row = row_of(table(n, k))
    assert row["reason"] == reason
    assert row[["chi2", "df", "p_asymptotic", "p_permutation", "phi", "i2", "tau2"]].isna().all()
    assert row["proposed"] == sum(n)


def test_equal_rates_have_none():
    row = row_of(table([4, 8, 12], [1, 2, 3]))
    assert row["chi2"] == pytest.approx(0, abs=1e-12) and row["i2"] == 0 and row["tau2"] == 0
    assert row["p_permutation"] == 1


def test_years_inside_districts_against_scipy(bantar):
    """Each district's years as a table of its own; Danau Teluk implemented all and says nothing."""
    chi2, df = 0.0, 0
    for _district, rows in stage_counts(bantar).groupby("district_id"):
        done = rows["implemented"].to_numpy(int)
        table = np.array([done, rows["proposed"].to_numpy(int) - done])
        if table.sum(axis=1).all():
            found = stats.chi2_contingency(table, correction=False)
            chi2, df = chi2 + found.statistic, df + found.dof
    row = year_dispersion(bantar).iloc[0]
    assert row["districts"] == row["df"] == df == 10
    assert row["chi2"] == pytest.approx(chi2)
    assert row["p_asymptotic"] == pytest.approx(stats.chi2.sf(chi2, df))
    assert row["phi"] == pytest.approx(chi2 / df)


def test_one_year_says_nothing_of_years(write_small):
    one = [("01", 2020, "proposed", 12), ("01", 2020, "implemented", 5)]
    row = year_dispersion(load_study(write_small(counts=one))).iloc[0]
    assert row["districts"] == 0 and row[["chi2", "df", "p_asymptotic", "phi"]].isna().all()


def test_divided_counts_tell_as_much_as_fewer_entries(bantar):
    halved = district_totals(bantar)
    doubled = halved.assign(proposed=halved["proposed"] * 2, implemented=halved["implemented"] * 2)
    plain, again = separable_share(bantar), separable_share(doubled, dispersion=2.0)
    assert plain.equals(again)
    assert separable_share(bantar, dispersion=2.0)["separable"].iloc[0] < plain["separable"].iloc[0]
