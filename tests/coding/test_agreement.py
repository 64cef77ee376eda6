"""Agreement: published values, and an independent computation on random tables."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from bantar_lib.coding import agreement
from bantar_lib.errors import UserError

CASES = Path(__file__).parents[2] / "../shared/agreement_cases.json"


def _table(case):
    """Lay out a published case, whatever its layout, as units × coders."""
    if case["layout"] == "coders_x_units":
        return pd.DataFrame(case["data"]).T
    rows = []
    if case["layout"] == "units_x_category_counts":
        for counts in case["data"]:
            rows.append([k for k, n in enumerate(counts) for _ in range(n)])
    else:
        for a, line in enumerate(case["data"]):
            for b, n in enumerate(line):
                rows += [[a, b]] * n
    return pd.DataFrame(rows)


def _compute(case):
    table, name = _table(case), case["coefficient"]
    if name.startswith("krippendorff"):
        return agreement.krippendorff_alpha(table, case["level"])
    if name == "cohen_weighted_kappa":
        return agreement.cohen_kappa(table, np.array(case["weights"]))
    return getattr(agreement, name)(table)


def _cases():
    return json.loads(CASES.read_text()) if CASES.exists() else []


@pytest.mark.skipif(not CASES.exists(), reason="the published agreement cases lie in ../shared")
@pytest.mark.parametrize("case", _cases(), ids=lambda c: c["id"])
def test_published_values(case):
    found = _compute(case)
    assert found.estimate == pytest.approx(case["expected"], abs=case["tolerance"])
    assert found.low <= found.estimate <= found.high


def test_krippendorff_2011_without_the_file():
    """The canonical data of Krippendorff (2011), section C: nominal alpha .743."""
    n = None
    data = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, n, n, n],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, n, 3],
        [n, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, n],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, n],
    ]
    found = agreement.krippendorff_alpha(pd.DataFrame(data).T)
    assert found.estimate == pytest.approx(0.743, abs=0.0006)
    assert (found.units, found.coders) == (11, 4)


@pytest.mark.parametrize("seed", range(4))
def test_against_statsmodels(seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.integers(0, 4, size=(60, 2)))
    table[1] = table[1].where(rng.random(60) < 0.5, table[0])
    counts = pd.crosstab(table[0], table[1]).reindex(index=range(4), columns=range(4), fill_value=0)
    expected = cohens_kappa(counts.to_numpy(), return_results=False)
    assert agreement.cohen_kappa(table).estimate == pytest.approx(expected)
    wide = np.stack([(table == k).sum(axis=1) for k in range(4)], axis=1)
    assert agreement.fleiss_kappa(table).estimate == pytest.approx(statsmodels_fleiss(wide))


def _alpha_by_pairs(table, distance):
    """Alpha as one minus observed over expected disagreement, pair by pair."""
    units = [[v for v in row if v == v and v is not None] for row in table.to_numpy().tolist()]
    units = [u for u in units if len(u) > 1]
    values = [v for u in units for v in u]
    observed = sum(2 * distance(a, b) / (len(u) - 1) for u in units for a, b in combinations(u, 2))
    expected = sum(2 * distance(a, b) for a, b in combinations(values, 2)) / (len(values) - 1)
    return 1 - observed / expected


@pytest.mark.parametrize(
    ("level", "distance"),
    [
        ("nominal", lambda a, b: float(a != b)),
        ("interval", lambda a, b: (a - b) ** 2),
        ("ratio", lambda a, b: ((a - b) / (a + b)) ** 2),
    ],
)
def test_alpha_against_every_pair(level, distance):
    rng = np.random.default_rng(7)
    table = pd.DataFrame(rng.integers(1, 5, size=(25, 4)).astype(float))
    table = table.mask(rng.random(table.shape) < 0.25)
    found = agreement.krippendorff_alpha(table, level).estimate
    assert found == pytest.approx(_alpha_by_pairs(table, distance))


def test_perfect_and_blank():
    table = pd.DataFrame(
        {"a": ["x", "y", "", "x"], "b": ["x", "y", "x", ""], "c": ["x", "y", "", ""]}
    )
    for name in ("fleiss_kappa", "brennan_prediger", "gwet_ac1", "krippendorff_alpha"):
        found = getattr(agreement, name)(table)
        assert found.estimate == pytest.approx(1)
        assert found.units == 2


def test_one_category_is_undefined_not_perfect():
    found = agreement.krippendorff_alpha(pd.DataFrame({"a": ["x", "x"], "b": ["x", "x"]}))
    assert np.isnan(found.estimate)
    assert found.extreme_prevalence


def test_same_interval_every_time_and_order_does_not_matter():
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.integers(0, 3, size=(40, 3)))
    one, two = agreement.gwet_ac1(table), agreement.gwet_ac1(table.sample(frac=1, random_state=3))
    assert one == two


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda t: agreement.cohen_kappa(t), "two coders"),
        (lambda t: agreement.krippendorff_alpha(t, "interval"), "needs numbers"),
        (lambda t: agreement.krippendorff_alpha(t, "other"), "Unknown level"),
        (lambda t: agreement.percent_agreement(t[["a"]]), "at least two"),
        (lambda t: agreement.cohen_kappa(t[["a", "b"]], "other"), "Unknown weights"),
    ],
)
def test_errors_say_what_to_do(call, word):
    table = pd.DataFrame({"a": ["x", "y"], "b": ["x", "x"], "c": ["y", "y"]})
    from bantar_lib.words import language

    with language("en"), pytest.raises(UserError, match=word):
        call(table)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
@pytest.mark.parametrize("seed", range(3))
def test_alpha_against_the_program_krippendorff(level, seed):
    """Against Castro's `krippendorff`, where it is installed (GPL: an oracle, no dependency)."""
    oracle = pytest.importorskip("krippendorff", reason="the program krippendorff is not installed")
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.integers(1, 6, size=(40, 4)).astype(float))
    table = table.mask(rng.random(table.shape) < 0.2)
    expected = oracle.alpha(table.T.to_numpy(), level_of_measurement=level)
    assert agreement.krippendorff_alpha(table, level).estimate == pytest.approx(expected)
