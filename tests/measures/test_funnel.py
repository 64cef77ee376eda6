from __future__ import annotations

from math import comb, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from bantar_lib.measures import district_totals, false_alarm_chance, funnel, funnel_limits
from bantar_lib.measures.funnel import FLAGS, Dispersion, _limits

PAIRS = st.lists(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    min_size=2,
    max_size=12,
)


def table(n, k):
    ids = [f"{i:03}" for i in range(len(n))]
    return pd.DataFrame({"district_id": ids, "proposed": n, "implemented": k})


def by_hand(n, k):
    """Spiegelhalter 2005 in plain Python: z, winsorised z, φ, τ²."""
    theta = sum(k) / sum(n)
    s = [sqrt(theta * (1 - theta) / m) for m in n]
    z = [(j / m - theta) / e for m, j, e in zip(n, k, s, strict=True)]
    ordered = sorted(z)

    def quantile(share):
        at = share * (len(z) - 1)
        below = int(at)
        above = min(below + 1, len(z) - 1)
        return ordered[below] + (at - below) * (ordered[above] - ordered[below])

    low, high = quantile(0.1), quantile(0.9)
    cut = [min(max(x, low), high) for x in z]
    squares = sum(x * x for x in cut)
    w = [1 / e**2 for e in s]
    room = sum(w) - sum(x * x for x in w) / sum(w)
    return z, cut, max(1.0, squares / len(z)), max(0.0, (squares - (len(z) - 1)) / room)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(PAIRS)
def test_z_phi_and_tau2_by_hand(pairs):
    n, k = zip(*pairs, strict=True)
    assume(0 < sum(k) < sum(n))
    rows = funnel(table(n, k))
    z, cut, phi, tau2 = by_hand(n, k)
    assert rows["z"].tolist() == pytest.approx(z, abs=1e-9)
    assert rows["z_winsorised"].tolist() == pytest.approx(cut, abs=1e-9)
    assert rows.attrs["phi"] == pytest.approx(phi) and rows.attrs["tau2"] == pytest.approx(tau2)
    assert set(rows["city"]) == {sum(k) / sum(n)}


def test_the_city_by_hand(bantar):
    totals = district_totals(bantar)
    rows = funnel(bantar)
    z, cut, phi, tau2 = by_hand(totals["proposed"].tolist(), totals["implemented"].tolist())
    assert rows["z"].tolist() == pytest.approx(z) and rows[
        "z_winsorised"
    ].tolist() == pytest.approx(cut)
    assert rows.attrs == pytest.approx({"rate": 197 / 321, "phi": phi, "tau2": tau2})
    # z² of all adds up to Pearson's χ².
    table_ = np.array(
        [totals["implemented"], totals["proposed"] - totals["implemented"]], dtype=int
    )
    assert (rows["z"] ** 2).sum() == pytest.approx(
        stats.chi2_contingency(table_, correction=False)[0]
    )
    # Kota Baru: 20 of 27 are no surprise where 61% are the rule.
    kota_baru = rows.set_index("district").loc["Kota Baru"]
    assert kota_baru["z"] == pytest.approx((20 / 27 - 197 / 321) / sqrt(197 * 124 / 321**2 / 27))
    assert kota_baru["flag_95"] == "inside"


def tail(n, k, p):
    return sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))


@pytest.mark.parametrize("name", ["95", "998"])
@pytest.mark.parametrize("theta", [0.05, 0.4, 0.614, 0.93])
def test_naive_limits_are_the_exact_binomial_ones(name, theta):
    alpha = {"95": 0.025, "998": 0.001}[name]
    sizes = np.array([1, 2, 3, 5, 8, 13, 27, 58, 120])
    limits = _limits(sizes * 1.0, Dispersion(theta, 1.0, 0.0))
    for i, n in enumerate(map(int, sizes)):
        for k in range(n + 1):
            assert (k / n < limits[f"low_{name}"][i]) == (tail(n, k, theta) < alpha)
            above = 1 - tail(n, k - 1, theta) if k else 1.0
            assert (k / n > limits[f"high_{name}"][i]) == (above < alpha)


def test_large_districts_have_the_normal_limits():
    theta, phi, tau2, n = 0.6, 4.0, 0.01, 40_000.0
    limits = _limits(np.array([n]), Dispersion(theta, phi, tau2))
    s = sqrt(theta * (1 - theta) / n)
    for name, z in (("95", 1.959964), ("998", 3.090232)):
        for kind, width in (("", s), ("phi_", s * 2), ("tau_", sqrt(s**2 + tau2))):
            ends = [limits[f"{kind}low_{name}"][0], limits[f"{kind}high_{name}"][0]]
            # Between counts one step is 1/n, times the factor by which the limits are widened.
            assert ends == pytest.approx(
                [theta - z * width, theta + z * width], abs=2 * width / s / n
            )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(PAIRS)
def test_limits_are_nested_and_flags_follow_them(pairs):
    n, k = np.array(pairs).T
    assume(0 < k.sum() < n.sum())
    rows = funnel(table(n, k))
    for name in ("95", "998"):
        for kind in ("phi_", "tau_"):
            assert (rows[f"{kind}low_{name}"] <= rows[f"low_{name}"]).all()
            assert (rows[f"{kind}high_{name}"] >= rows[f"high_{name}"]).all()
        for _, row in rows.iterrows():
            out = {
                kind: row["rate"] < row[f"{kind}low_{name}"]
                or row["rate"] > row[f"{kind}high_{name}"]
                for kind in ("", "phi_", "tau_")
            }
            both = out["phi_"] and out["tau_"]
            assert row[f"flag_{name}"] == FLAGS[2 if both else 1 if out[""] else 0]
    assert (rows["low_998"] <= rows["low_95"]).all()
    numbers = rows.filter(regex="low_|high_").to_numpy(float)
    assert ((numbers >= 0) & (numbers <= 1)).all()


def test_one_far_district_among_many_is_outside_all_limits():
    rows = funnel(table([50] * 30, [25, 26, 24] * 9 + [25, 26, 49]))
    assert rows["flag_998"].tolist() == ["inside"] * 29 + ["outside_adjusted"]


def test_nothing_to_compare_has_no_limits_and_no_flag():
    for k in ([3, 4], [0, 0]):
        rows = funnel(table([3, 4], k))
        assert rows.filter(regex="low_|high_|^z").isna().all(axis=None)
        assert set(rows["flag_95"]) == {""}
    rows = funnel(table([10, 0], [4, 0]))
    assert rows["flag_95"].tolist() == ["inside", ""]


def test_curves_pass_through_the_districts(bantar):
    rows, curves = funnel(bantar), funnel_limits(bantar, points=2000).set_index("proposed")
    assert curves.index.is_unique and curves.index[0] == 1 and curves.index[-1] >= 58
    for _, row in rows.iterrows():
        for name in rows.filter(regex="low_|high_"):
            assert curves.loc[row["proposed"], name] == pytest.approx(row[name])
    assert funnel_limits(table([], [])).empty


def test_false_alarms_against_the_binomial():
    for districts, level in ((1, 0.95), (11, 0.95), (11, 0.998), (7642, 0.998)):
        chance = false_alarm_chance(districts, level=level)
        assert chance == pytest.approx(stats.binom.sf(0, districts, 1 - level))
    assert false_alarm_chance(0) == 0
