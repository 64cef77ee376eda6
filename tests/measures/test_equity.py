from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bantar_lib.errors import UserError
from bantar_lib.measures.equity import equity, lorenz
from bantar_lib.measures.reach import reach
from bantar_lib.words import language

SCENARIO = "implemented_only"


def study_of_pairs(made_up, pairs):
    counts = [(str(d), 2015, "implemented", k) for d, (_, k) in enumerate(pairs)]
    return made_up({str(d): u for d, (u, _) in enumerate(pairs)}, counts)


def values(study) -> dict[tuple[str, str], float]:
    rows = equity(study, SCENARIO)
    keys = zip(rows["measure"], rows["weights"], strict=True)
    return dict(zip(keys, rows["value"].astype(float), strict=True))


def by_pairs(x, w) -> float:
    """Return the Gini coefficient as half the relative mean difference between all pairs."""
    x, w = np.asarray(x, float), np.asarray(w, float)
    differences = np.abs(x[:, None] - x[None, :]) * w[:, None] * w[None, :]
    return differences.sum() / (2 * w.sum() ** 2 * np.average(x, weights=w))


def test_textbook_values(made_up):
    # Incomes 1, 2, 3, 4 have a Gini coefficient of 0.25 and a Hoover index of 0.2 (one of the
    # five parts of ten above the mean would have to move).
    found = values(study_of_pairs(made_up, [(100, k) for k in (1, 2, 3, 4)]))
    assert found[("gini", "none")] == pytest.approx(0.25)
    assert found[("hoover", "none")] == pytest.approx(0.2)
    assert found[("max_min", "none")] == pytest.approx(4)


def test_theil_of_one_who_has_all_is_the_log_of_their_number(made_up):
    # Theil 1967.
    found = values(study_of_pairs(made_up, [(50, 5), (50, 0), (50, 0), (50, 0)]))
    assert found[("theil", "none")] == pytest.approx(math.log(4))
    assert found[("gini", "none")] == pytest.approx(3 / 4)
    assert math.isnan(found[("max_min", "none")])


def test_the_bundled_study_by_other_formulas(bantar):
    rows = reach(bantar)
    rows = rows[(rows["district_id"] != "") & (rows["scenario"] == SCENARIO)]
    x = rows["share"].to_numpy(dtype=float)
    units = rows["denominator"].to_numpy(dtype=float)
    found = values(bantar)
    for weights, w in (("none", np.ones(11)), ("units", units)):
        assert found[("gini", weights)] == pytest.approx(by_pairs(x, w))
        # Theil T as the divergence of the shares reached from the shares held.
        had, held = w * x / (w * x).sum(), w / w.sum()
        assert found[("theil", weights)] == pytest.approx((had * np.log(had / held)).sum())
    # Hoover is the longest distance from the Lorenz curve to the diagonal.
    curve = lorenz(bantar, SCENARIO)
    gap = (curve["units_share"] - curve["reached_share"]).max()
    assert found[("hoover", "units")] == pytest.approx(gap)
    area = np.trapezoid(curve["reached_share"].astype(float), curve["units_share"].astype(float))
    assert found[("gini", "units")] == pytest.approx(1 - 2 * area)


def test_the_primary_scenarios_are_the_default(bantar):
    assert list(equity(bantar)["scenario"].unique()) == ["lower_bound", "upper_bound"]
    assert list(lorenz(bantar)["scenario"].unique()) == ["lower_bound", "upper_bound"]


def test_one_district_and_none(made_up):
    one = values(study_of_pairs(made_up, [(50, 5)]))
    assert [one[("gini", "none")], one[("theil", "units")], one[("hoover", "none")]] == [0, 0, 0]
    assert one[("max_min", "none")] == 1
    for pairs in ([(50, 0), (60, 0)], [(50, None)]):
        assert pd.isna(pd.Series(values(study_of_pairs(made_up, pairs)))).all()


def test_an_unknown_scenario_is_named(bantar):
    with language("en"), pytest.raises(UserError, match=r"“exact_distinct”.*upper_bound"):
        equity(bantar, "exact_distinct")


pairs = st.lists(st.tuples(st.integers(20, 300), st.integers(0, 20)), min_size=1, max_size=7)


@given(pairs, st.integers(2, 5), st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None)
def test_order_scale_repetition_and_the_unknown_do_not_matter(made_up, drawn, times, random):
    first = pd.Series(values(study_of_pairs(made_up, drawn)))
    others = {
        "order": random.sample(drawn, len(drawn)),
        "scale of reach": [(u * times, k) for u, k in drawn],
        "repetition": drawn * times,
        "an unknown district": [*drawn, (40, None), (None, 4)],
    }
    for changed in others.values():
        found = pd.Series(values(study_of_pairs(made_up, changed)))
        pd.testing.assert_series_equal(found, first, check_exact=False, atol=1e-9)
    if any(k for _, k in drawn):
        assert first[("gini", "units")] == pytest.approx(
            by_pairs([k / u for u, k in drawn], [u for u, _ in drawn]), abs=1e-9
        )
        assert first[("hoover", "none")] <= first[("gini", "none")] + 1e-9 <= 1


@given(pairs)
@settings(max_examples=12, deadline=None)
def test_a_lorenz_curve_rises_under_the_diagonal(made_up, drawn):
    curve = lorenz(study_of_pairs(made_up, drawn), SCENARIO)
    held, reached = curve["units_share"].astype(float), curve["reached_share"].astype(float)
    assert held.iloc[0] == 0 and held.iloc[-1] == pytest.approx(1)
    if any(k for _, k in drawn):
        assert (reached <= held + 1e-9).all() and reached.is_monotonic_increasing
    else:
        assert reached.isna().all()
