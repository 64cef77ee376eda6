from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from bantar_lib.measures import detectability


def table(n, k):
    ids = [f"{i:03}" for i in range(len(n))]
    return pd.DataFrame({"district_id": ids, "proposed": n, "implemented": k})


def exact_power(n, p0, p1):
    """Power of the two-sided exact binomial test at 5% (2.5% a side)."""
    low = stats.binom.ppf(0.025, n, p0) - 1
    high = stats.binom.isf(0.025, n, p0)
    return stats.binom.cdf(low, n, p1) + stats.binom.sf(high, n, p1)


def test_each_district_against_statsmodels(bantar):
    rows = detectability(bantar)
    assert set(rows["city"]) == {197 / 321}
    for _, row in rows.iterrows():
        for side in ("detectable_below", "detectable_above"):
            h = proportion_effectsize(float(row[side]), 197 / 321)
            power = NormalIndPower().power(abs(h), int(row["proposed"]), 0.05, ratio=0)
            assert power == pytest.approx(0.80, abs=1e-4)
        ends = (row["city"] - row["detectable_below"], row["detectable_above"] - row["city"])
        assert row["smallest"] == pytest.approx(min(ends))


@pytest.mark.parametrize(("n", "k"), [(150, 90), (400, 100), (1000, 800)])
def test_exact_power_is_nearly_80_percent(n, k):
    # Nearly: the exact test, whose counts come in steps, rejects less than 5% of the time.
    row = detectability(table([n, n], [k, k])).iloc[0]
    for side in ("detectable_below", "detectable_above"):
        assert 0.74 < exact_power(n, k / n, row[side]) < 0.82


def test_simulated_power_in_a_district_of_the_usual_size():
    row = detectability(table([58, 263], [36, 161])).iloc[0]
    p0 = float(row["city"])
    k = np.random.default_rng(6).binomial(58, row["detectable_below"], 20_000)
    z = (2 * np.arcsin(np.sqrt(k / 58)) - 2 * np.arcsin(np.sqrt(p0))) * np.sqrt(58)
    assert (abs(z) > 1.959964).mean() == pytest.approx(0.80, abs=0.04)


def test_more_proposals_show_less():
    rows = detectability(table([10, 40, 160, 640], [6, 24, 96, 384]))
    assert rows["smallest"].is_monotonic_decreasing
    # A difference shrinks with the root of n: four times as many halve it, nearly.
    assert rows.loc[2, "smallest"] / rows.loc[3, "smallest"] == pytest.approx(2, rel=0.05)


def test_too_few_proposals_show_nothing():
    rows = detectability(table([1, 99], [1, 59]))
    assert rows.loc[0, ["detectable_below", "detectable_above", "smallest"]].isna().all()
    assert rows.loc[1, "smallest"] > 0


def test_where_all_were_implemented_only_less_can_be_shown():
    row = detectability(table([20, 30], [20, 30])).iloc[0]
    assert pd.isna(row["detectable_above"])
    assert row["smallest"] == pytest.approx(1 - row["detectable_below"])
