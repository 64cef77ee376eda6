from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bantar_lib.measures.trend import trend

BLANK = ["estimate", "low", "high", "p"]


def rows(study) -> pd.DataFrame:
    return trend(study).set_index(["test", "quantity"])


def two_years(made_up, pairs):
    """Make a study of ((implemented, proposed) of 2015, the same of 2016) by district."""
    counts = []
    for d, years in enumerate(pairs):
        for year, (k, n) in zip((2015, 2016), years, strict=True):
            counts += [(str(d), year, "proposed", n), (str(d), year, "implemented", k)]
    return made_up({str(d): 50 for d in range(len(pairs))}, counts)


def all_years(made_up, table):
    counts = [(str(d), 2015 + y, "took_part", v)
              for d, row in enumerate(table) for y, v in enumerate(row)]  # fmt: skip
    return made_up({str(d): 50 for d in range(len(table))}, counts)


def bundled(bantar, stage, years) -> np.ndarray:
    counts = bantar.counts[bantar.counts["stage"] == stage].dropna(subset=["count"])
    wide = counts.pivot(index="district_id", columns="year", values="count")
    return wide[list(years)].to_numpy(dtype=float)


def test_difference_as_published(made_up):
    # Newcombe 1998, Statistics in Medicine 17: 873, example (a), method 10: 56/70 − 48/80.
    row = rows(two_years(made_up, [((48, 80), (56, 70))])).loc[("crude", "rate_difference")]
    assert row[["estimate", "low", "high"]].tolist() == pytest.approx(
        [0.2, 0.0524, 0.3339], abs=5e-5
    )


def test_crude_change_by_hand(bantar):
    # Totals of table 1.1: 109 of 165 in 2015, 88 of 156 in 2016.
    a, b, c, d = 88, 156 - 88, 109, 165 - 109
    found = rows(bantar)
    chi = (a * d - b * c) ** 2 * 321 / (156 * 165 * (a + c) * (b + d))
    assert found.loc[("crude", "rate_difference"), "p"] == pytest.approx(stats.chi2.sf(chi, 1))
    margin = 1.959964 * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    odds = a * d / (b * c)
    assert found.loc[
        ("crude", "odds_ratio"), ["estimate", "low", "high"]
    ].tolist() == pytest.approx([odds, odds * np.exp(-margin), odds * np.exp(margin)], rel=1e-6)


def test_mantel_haenszel_by_its_formulas(bantar):
    # Mantel & Haenszel 1959 (estimate, test); Robins, Breslow & Greenland 1986 (variance).
    n, k = (bundled(bantar, s, (2015, 2016)) for s in ("proposed", "implemented"))
    a, b, c, d = k[:, 1], n[:, 1] - k[:, 1], k[:, 0], n[:, 0] - k[:, 0]
    total = a + b + c + d
    r, s = a * d / total, b * c / total
    p, q = (a + d) / total, (b + c) / total
    variance = (
        (p * r).sum() / (2 * r.sum() ** 2)
        + (p * s + q * r).sum() / (2 * r.sum() * s.sum())
        + (q * s).sum() / (2 * s.sum() ** 2)
    )
    odds, margin = r.sum() / s.sum(), 1.959964 * np.sqrt(variance)
    expected = (a + b) * (a + c) / total
    spread = ((a + b) * (c + d) * (a + c) * (b + d) / (total**2 * (total - 1))).sum()
    chi = (a - expected).sum() ** 2 / spread
    row = rows(bantar).loc[("mantel_haenszel", "odds_ratio")]
    assert row[BLANK].tolist() == pytest.approx(
        [odds, odds * np.exp(-margin), odds * np.exp(margin), stats.chi2.sf(chi, 1)], rel=1e-6
    )
    assert row["n"] == 10  # all of Danau Teluk's proposals were implemented in both years


def test_wilcoxon_by_enumeration(made_up):
    later = [9, 8, 3, 7, 6, 1]
    pairs = [((5, 10), (k, 10)) for k in later[:2]] + [((5, 11), (k, 11)) for k in later[2:]]
    change = np.array([b / n - a / m for (a, m), (b, n) in pairs])
    ranks = stats.rankdata(abs(change))
    sums = [ranks[np.array(signs)].sum() for signs in product((False, True), repeat=6)]
    seen, middle = ranks[change > 0].sum(), ranks.sum() / 2
    p = np.mean([abs(s - middle) >= abs(seen - middle) - 1e-9 for s in sums])
    row = rows(two_years(made_up, pairs)).loc[("wilcoxon", "median_difference")]
    assert row[["estimate", "p"]].tolist() == pytest.approx([np.median(change), p])


def test_quasi_poisson_against_a_model_with_a_column_a_district(bantar):
    counts = bundled(bantar, "took_part", range(2015, 2019))
    districts = np.kron(np.eye(11), np.ones((4, 1)))
    design = np.column_stack([districts, np.tile(np.arange(4.0), 11)])
    fit = sm.GLM(counts.ravel(), design, family=sm.families.Poisson()).fit(scale="X2")
    low, high = fit.conf_int()[-1]
    found = rows(bantar)
    assert found.loc[("quasi_poisson", "rate_ratio_per_year"), BLANK].tolist() == pytest.approx(
        [np.exp(fit.params[-1]), np.exp(low), np.exp(high), fit.pvalues[-1]], rel=1e-6
    )
    assert found.loc[("quasi_poisson", "dispersion"), "estimate"] == pytest.approx(fit.scale)


def test_friedman_by_its_formula(bantar):
    ranks = stats.rankdata(bundled(bantar, "took_part", range(2015, 2019)), axis=1)
    # Conover 1999: with ties, against the spread that the ranks have.
    chi = 3 * ((ranks.sum(0) - 11 * 2.5) ** 2).sum() / ((ranks - 2.5) ** 2).sum() * 4 / 4
    row = rows(bantar).loc[("friedman", "chi_square")]
    assert row[["estimate", "p"]].tolist() == pytest.approx([chi, stats.chi2.sf(chi, 3)])


def test_page_by_enumeration(made_up):
    table = np.array([[1, 2, 3], [2, 1, 3], [1, 3, 2], [4, 5, 6]])
    order = np.arange(1, 4)
    score = lambda blocks: (np.asarray(blocks) * order).sum()  # noqa: E731
    seen = score(stats.rankdata(table, axis=1))
    every = [score(b) for b in product(list(permutations(order)), repeat=4)]
    p = 2 * min(np.mean(np.array(every) >= seen), np.mean(np.array(every) <= seen))
    row = rows(all_years(made_up, table)).loc[("page", "l_statistic")]
    assert row[["estimate", "p"]].tolist() == pytest.approx([seen, p])


def test_no_row_is_of_one_district(bantar):
    assert trend(bantar)["n"].min() >= 10


def test_what_cannot_be_tested_is_blank_and_says_why(made_up):
    one = made_up({"1": 50}, [("1", 2015, "proposed", 9), ("1", 2015, "implemented", 4)])
    found = rows(one)
    assert found[BLANK].isna().all(axis=None)
    assert found["note"].tolist() == ["no_two_years"] * 4 + ["no_three_years"] * 4
    found = rows(all_years(made_up, [[3, 4, 5]]))
    assert found["note"].tolist()[4:] == ["too_few_districts"] * 4
    found = rows(all_years(made_up, [[3, 3, 3], [0, 0, 0]]))
    assert found["note"].tolist()[4:] == ["no_variation"] * 4
    found = rows(two_years(made_up, [((9, 9), (4, 4)), ((2, 2), (3, 3))]))
    assert found["note"].tolist()[:4] == ["no_variation"] * 4
    assert found.loc[("crude", "rate_difference"), "estimate"] == 0
    found = rows(two_years(made_up, [((0, 0), (4, 5))]))
    assert found["note"].tolist()[:4] == ["too_few_districts"] * 4


def test_a_rate_above_one_is_left_out_and_said(made_up):
    found = rows(two_years(made_up, [((3, 9), (4, 9)), ((3, 9), (11, 9)), ((5, 9), (6, 9))]))
    assert found["n"].tolist()[:4] == [2] * 4
    assert found["note"].tolist()[:4] == ["districts_left_out"] * 4


def test_the_first_stock_is_no_year(made_up):
    counts = [(d, 2015 + y, "took_part", v) for d in "12" for y, v in enumerate((90, 93, 97, 99))]
    found = rows(made_up({"1": 50, "2": 50}, counts, counts_are="stock"))
    assert found.loc[("page", "l_statistic"), "years"] == "2016|2017|2018"


changes = st.lists(
    st.tuples(*[st.integers(1, 9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))] * 2),
    min_size=1,
    max_size=6,
)


@given(changes, st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None)
def test_order_does_not_matter_and_time_turned_round_turns_the_signs(made_up, pairs, random):
    first = trend(two_years(made_up, pairs))
    shuffled = random.sample(pairs, len(pairs))
    pd.testing.assert_frame_equal(trend(two_years(made_up, shuffled)), first)
    back = rows(two_years(made_up, [pair[::-1] for pair in pairs]))
    ahead = first.set_index(["test", "quantity"])
    for name in [("crude", "rate_difference"), ("wilcoxon", "median_difference")]:
        assert back.loc[name, "estimate"] == pytest.approx(-ahead.loc[name, "estimate"])
    for name in [("crude", "odds_ratio"), ("mantel_haenszel", "odds_ratio")]:
        if not pd.isna(ahead.loc[name, "estimate"]):
            assert back.loc[name, "estimate"] == pytest.approx(1 / ahead.loc[name, "estimate"])


@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=2, max_size=5))
@settings(max_examples=12, deadline=None)
def test_a_district_with_an_unknown_year_changes_nothing(made_up, table):
    first = trend(all_years(made_up, table))
    more = trend(all_years(made_up, [*table, [5, pd.NA, 1]]))
    pd.testing.assert_frame_equal(more, first)
    ends = first[["low", "estimate", "high"]].dropna().astype(float)
    assert (ends.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
