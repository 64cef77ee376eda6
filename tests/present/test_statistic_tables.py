"""Tables of statistics agree with what the measures return."""

from __future__ import annotations

import pandas as pd
import pytest

from bantar_lib import execution, load_study
from bantar_lib.measures import separable_pairs
from bantar_lib.present.display import outputs
from bantar_lib.present.statistic_tables import MOST_DISTRICTS, separable_table
from bantar_lib.words import language


@pytest.fixture(scope="module")
def study():
    return load_study("kampung_bantar")


def table(n: int) -> pd.DataFrame:
    rows = [{"district_id": f"d{i}", "district": f"D{i}", "proposed": 40, "implemented": 20}
            for i in range(n)]  # fmt: skip
    return execution(pd.DataFrame(rows).astype({"proposed": "Int64", "implemented": "Int64"}))


def test_each_separable_pair_stands_once(study):
    rates = execution(study)
    pairs = separable_pairs(rates)
    with language("en"):
        shown = separable_table(study, rates)
    assert shown.frame["pairs"].astype(int).sum() == len(pairs) == 28
    assert list(shown.frame["District"]) == sorted(set(pairs["higher"]))
    jelutung = shown.frame.set_index("District").loc["Jelutung", "very probably higher than"]
    for name in pairs.loc[pairs["higher"] == "Jelutung", "lower"]:
        assert name in jelutung
    assert "95%" in shown.caption


def test_without_a_pair_the_table_is_empty_and_of_many_districts_says_so(study):
    with language("en"):
        none = separable_table(study, table(3))
        many = separable_table(study, table(MOST_DISTRICTS + 1))
    assert none.frame.empty and outputs(none) == []  # the sentence beside it has said so
    assert many.frame.empty and len(outputs(many)) == 1
    assert "Not listed for 61 districts." in many.caption
