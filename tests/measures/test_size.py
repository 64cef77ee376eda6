from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from bantar_lib.measures.size import size


def study_of_pairs(made_up, pairs):
    counts = [(str(d), 2015, "proposed", p) for d, (_, p) in enumerate(pairs)]
    return made_up({str(d): u for d, (u, _) in enumerate(pairs)}, counts)


def bundled(bantar):
    counts = bantar.counts[bantar.counts["stage"] == "proposed"]
    y = counts.groupby("district_id")["count"].sum()
    x = np.log(bantar.districts.set_index("district_id")["units"].astype(float))
    return x.to_numpy(), y[x.index].to_numpy(dtype=float)


def test_poisson_by_maximising_the_likelihood(bantar):
    x, y = bundled(bantar)
    minus = lambda b: (np.exp(b[0] + b[1] * x) - y * (b[0] + b[1] * x)).sum()  # noqa: E731
    exact = {"xatol": 1e-10, "fatol": 1e-12, "maxiter": 4000}
    best = optimize.minimize(minus, [1.0, 0.5], method="Nelder-Mead", options=exact).x
    expected = np.exp(best[0] + best[1] * x)
    scale = ((y - expected) ** 2 / expected).sum() / 9
    centre = np.average(x, weights=expected)
    error = np.sqrt(scale / (expected * (x - centre) ** 2).sum())
    margin = stats.t.ppf(0.975, 9) * error
    row = size(bantar).set_index("model").loc["quasi_poisson"]
    assert row[["estimate", "low", "high"]].tolist() == pytest.approx(
        [best[1], best[1] - margin, best[1] + margin], abs=1e-5
    )
    assert row["role"] == "primary" and row["n"] == 11


def test_log_log_by_its_formulas(bantar):
    x, y = bundled(bantar)
    slope, constant = np.polyfit(x, np.log(y), 1)
    away = x - x.mean()
    residual = np.log(y) - constant - slope * x
    margin = stats.t.ppf(0.975, 9) * np.sqrt((residual**2).sum() / 9 / (away**2).sum())
    row = size(bantar).set_index("model").loc["log_log"]
    assert row[["estimate", "low", "high"]].tolist() == pytest.approx(
        [slope, slope - margin, slope + margin]
    )


def test_the_bundled_counts_exclude_proportional_intake_only(bantar):
    rows = size(bantar).set_index("model")
    assert rows["excludes_proportional"].all()
    assert rows["excludes_fixed_intake"].to_dict() == {"quasi_poisson": False, "log_log": False}
    assert (rows["note"] == "reach_shares_denominator").all()


def test_the_reference_slopes(made_up):
    for slope, proposed in ((1.0, lambda u: u // 10), (0.0, lambda u: 7)):
        rows = size(study_of_pairs(made_up, [(u, proposed(u)) for u in (50, 60, 80, 90, 120, 300)]))
        assert rows["estimate"].tolist() == pytest.approx([slope] * 2, abs=1e-8)


def test_zeros_stay_in_the_primary_model(made_up):
    rows = size(
        study_of_pairs(made_up, [(50, 4), (90, 0), (120, 9), (300, 14), (60, 5), (70, 4), (80, 7)])
    )
    assert rows["n"].tolist() == [7, 6] and rows["left_out"].tolist() == [0, 1]
    assert rows["estimate"].notna().all()


def test_an_unknown_year_leaves_the_district_out(made_up):
    counts = [(d, y, "proposed", 3 + int(d)) for d in "1234567" for y in (2015, 2016)]
    units = {"1": 50, "2": 70, "3": 90, "4": None, "5": 60, "6": 80, "7": 95}
    known = size(made_up(units, counts))
    blank = size(made_up(units, [*counts[:1], ("1", 2016, "proposed", None), *counts[2:]]))
    assert known["n"].tolist() == [6, 6]
    assert blank["n"].tolist() == [5, 5]
    assert blank["note"].tolist() == ["too_few_districts"] * 2
    assert blank[["estimate", "excludes_proportional"]].isna().all(axis=None)


def test_nothing_to_tell_apart(made_up):
    for pairs in ([(50, 3), (50, 4), (50, 9)] * 2, [(50, 0), (60, 0), (70, 0)] * 2):
        row = size(study_of_pairs(made_up, pairs)).iloc[0]
        assert row["note"] == "no_variation" and row["estimate"] is pd.NA


@given(
    st.lists(st.tuples(st.integers(10, 400), st.integers(1, 60)), min_size=6, max_size=8,
             unique_by=lambda pair: pair[0]),
    st.randoms(use_true_random=False),
)  # fmt: skip
@settings(max_examples=12, deadline=None)
def test_neither_order_nor_the_measure_of_size_matters(made_up, pairs, random):
    columns = ["estimate", "low", "high"]
    first = size(study_of_pairs(made_up, pairs))[columns].astype(float)
    mixed = random.sample([(10 * u, p) for u, p in pairs], len(pairs))
    other = size(study_of_pairs(made_up, mixed))[columns].astype(float)
    pd.testing.assert_frame_equal(other, first, check_exact=False, rtol=1e-5, atol=1e-6)
