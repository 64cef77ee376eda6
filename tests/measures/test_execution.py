from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bantar_lib.measures import execution, wilson


def one(k, n):
    row = pd.DataFrame({"district_id": ["a"], "proposed": [n], "implemented": [k]})
    return wilson(row).loc[0, ["rate", "low", "high"]].astype(float).tolist()


# Newcombe 1998, Statistics in Medicine 17:857–872, table I, method 3 (score without correction).
@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(k, n, low, high):
    assert one(k, n)[1:] == pytest.approx([low, high], abs=5e-5)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_wilson_solves_the_score_equation(counts):
    n, k = counts
    rate, low, high = one(k, n)
    assert 0 <= low <= rate <= high <= 1
    # Wilson's ends are the p at which |k/n − p| is exactly 1.96 standard errors under p.
    for end in (low, high):
        assert abs(k / n - end) == pytest.approx(
            1.959963984540054 * math.sqrt(end * (1 - end) / n), abs=1e-7
        )


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_what_was_not_implemented_is_the_mirror_image(counts):
    n, k = counts
    rate, low, high = one(k, n)
    assert one(n - k, n) == pytest.approx([1 - rate, 1 - high, 1 - low])


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    st.integers(1, 50).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    st.integers(2, 20),
)
def test_more_of_the_same_is_surer(counts, times):
    n, k = counts
    rate, low, high = one(k, n)
    more_rate, more_low, more_high = one(times * k, times * n)
    assert more_rate == pytest.approx(rate)
    assert more_high - more_low < high - low


def test_kota_baru_by_hand(bantar):
    row = execution(bantar).set_index("district").loc["Kota Baru"]
    assert row["rate"] == pytest.approx(20 / 27)
    z, n, p = 1.959963984540054, 27, 20 / 27
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    assert [row["low"], row["high"]] == pytest.approx([middle - half, middle + half])


def test_the_parts_hang_together(bantar):
    rates = execution(bantar)
    assert rates.columns.tolist() == [
        "district_id", "district", "proposed", "implemented", "rate", "low", "high",
        "pooled", "pooled_low", "pooled_high", "rank_low", "rank_high", "years", "reason",
    ]  # fmt: skip
    assert rates.attrs["years"] == (2015, 2016)
    assert rates.attrs["rate"] == pytest.approx(197 / 321)
    mean = rates.attrs["a"] / (rates.attrs["a"] + rates.attrs["b"])
    # Each pooled value lies between the district's own rate and the mean of all.
    assert ((rates["pooled"] - rates["rate"]) * (mean - rates["pooled"]) >= 0).all()
    assert (rates["pooled_low"] < rates["pooled"]).all()
    assert (rates["pooled"] < rates["pooled_high"]).all()
    assert (rates["rank_low"] <= rates["rank_high"]).all()
    pd.testing.assert_frame_equal(rates, execution(bantar))  # the same on every run
