from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bantar_lib.errors import UserError
from bantar_lib.measures import (
    detectability,
    district_totals,
    execution,
    funnel,
    heterogeneity,
    leave_one_out,
    pooled_rates,
    rank_intervals,
    separable_share,
    stage_counts,
    wilson,
)

PER_DISTRICT = [execution, wilson, pooled_rates, rank_intervals, leave_one_out, funnel]
PER_DISTRICT.append(detectability)
OF_ALL = [heterogeneity, separable_share]


def table(*pairs):
    ids = [f"{i:02}" for i in range(len(pairs))]
    frame = pd.DataFrame(pairs, columns=["proposed", "implemented"], dtype="Int64")
    return frame.assign(district_id=ids, district=[f"D{i}" for i in ids])


@st.composite
def tables(draw, least=1):
    counts = st.integers(0, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
    unknown = st.sampled_from([(None, None), (7, None), (None, 3)])
    return table(*draw(st.lists(st.one_of(counts, counts, unknown), min_size=least, max_size=9)))


def test_the_city_by_hand(bantar):
    totals = district_totals(bantar)
    # Table 1.1's own total row: 165 + 156 proposed, 109 + 88 implemented.
    assert totals[["proposed", "implemented"]].sum().tolist() == [321, 197]
    kota_baru = totals.set_index("district").loc["Kota Baru"]
    assert kota_baru["proposed"] == 12 + 15 and kota_baru["implemented"] == 9 + 11
    assert kota_baru["years"] == "2015|2016"
    assert set(totals["reason"]) == {""}
    assert totals["district_id"].tolist() == bantar.districts["district_id"].tolist()


def test_only_the_years_asked_for(bantar):
    one = execution(bantar, years=[2016]).set_index("district").loc["Kota Baru"]
    assert (one["proposed"], one["implemented"], one["years"]) == (15, 11, "2016")


def test_years_whose_stage_nobody_knows(bantar):
    rates = execution(bantar, years=[2017, 2018])
    assert len(rates) == 11
    assert set(rates["reason"]) == {"unknown"}
    assert (
        rates[["proposed", "implemented", "rate", "low", "pooled", "rank_low"]]
        .isna()
        .all(axis=None)
    )
    assert rates.attrs["years"] == ()


def test_a_year_that_is_not_there_is_named(bantar):
    with pytest.raises(UserError, match=r"no row for 1999; the years in it are: 2015, 2016, 2017"):
        execution(bantar, years=[1999, 2015])


def test_both_counts_come_from_one_source(made_up):
    study = made_up(
        {"a": 10, "b": 10},
        [
            # The first source knows one count only, so that the second one gives both.
            ("a", 2020, "proposed", 9, "first"),
            ("a", 2020, "implemented", None, "first"),
            ("a", 2020, "implemented", 2, "second"),
            ("a", 2020, "proposed", 4, "second"),
            ("a", 2021, "proposed", 5, "second"),
            ("a", 2021, "implemented", 1, "second"),
            ("a", 2021, "proposed", 7, "first"),
            ("a", 2021, "implemented", 3, "first"),
            # Two halves from two sources are no pair.
            ("b", 2020, "proposed", 6, "first"),
            ("b", 2020, "implemented", 6, "second"),
        ],
        sources=["first", "second"],
    )
    rows = stage_counts(study)
    assert rows["source_id"].tolist() == ["second", "first"]
    assert rows[["proposed", "implemented"]].to_numpy().tolist() == [[4, 2], [7, 3]]
    totals = district_totals(study).set_index("district_id")
    assert totals.loc["a", ["proposed", "implemented", "reason"]].tolist() == [11, 5, ""]
    assert pd.isna(totals.loc["b", "proposed"]) and totals.loc["b", "reason"] == "unknown"


def test_stocks_are_not_added_up(made_up):
    stocks = {2020: (4, 1), 2021: (6, 3), 2022: (9, 6)}
    rows = [("a", y, s, v) for y, c in stocks.items()
            for s, v in zip(("proposed", "implemented"), c, strict=True)]  # fmt: skip
    study = made_up({"a": 20}, rows, counts_are="stock")
    total = district_totals(study).iloc[0]
    assert (total["proposed"], total["implemented"]) == stocks[2022]
    later = district_totals(study, years=[2022]).iloc[0]
    assert (later["proposed"], later["implemented"]) == (9 - 6, 6 - 3)


def test_a_study_may_name_its_two_stages(made_up):
    rows = [("a", 2020, "applied", 9), ("a", 2020, "funded", 6), ("a", 2020, "paid", 2)]
    stages = ["applied", "funded", "paid"]
    study = made_up({"a": 9}, rows, stages=stages, execution={"from": "funded", "to": "paid"})
    assert district_totals(study).loc[0, ["proposed", "implemented"]].tolist() == [6, 2]
    study = made_up({"a": 9}, rows, stages=stages)
    assert district_totals(study).loc[0, ["proposed", "implemented"]].tolist() == [9, 2]


def test_one_stage_has_no_rate_of_100_percent(made_up):
    study = made_up({"a": 9}, [("a", 2020, "proposed", 3)], stages=["proposed"])
    rates = execution(study)
    assert rates["reason"].tolist() == ["one_stage"] and rates["rate"].isna().all()


def test_why_there_is_no_rate():
    rates = execution(table((4, 1), (0, 0), (None, 3), (5, None), (2, 3), (0, 1)))
    wrong = "more_implemented_than_proposed"
    expected = ["", "no_proposals", "unknown", "unknown", wrong, wrong]
    assert rates["reason"].tolist() == expected
    blank = rates.loc[rates["reason"] != "", ["rate", "low", "high", "pooled", "pooled_low"]]
    assert blank.isna().all(axis=None)
    assert rates.loc[1, ["proposed", "implemented"]].tolist() == [0, 0]


def test_a_table_that_is_none_is_refused():
    with pytest.raises(UserError, match="missing: implemented"):
        wilson(table((4, 1)).drop(columns="implemented"))
    twice = pd.concat([table((4, 1)), table((5, 2))])
    with pytest.raises(UserError, match="00 stands in it twice"):
        wilson(twice)


@pytest.mark.parametrize("measure", PER_DISTRICT + OF_ALL)
@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [(None, None)],
        [(0, 0), (None, 2)],
        [(5, 2)],
        [(1, 1)],
        [(5, 5), (3, 3), (0, 0)],
        [(5, 0), (3, 0)],
        [(9, 9), (9, 0)],
        [(1, 0), (1, 1), (2, 3)],
    ],
)
def test_no_odd_table_breaks_a_measure(measure, pairs):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = measure(table(*pairs))
    assert len(result) == (len(pairs) if measure in PER_DISTRICT else 1)
    numbers = result.select_dtypes("Float64").to_numpy("float64", na_value=np.nan)
    assert not np.isinf(numbers).any()


@pytest.mark.parametrize("measure", PER_DISTRICT)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(tables(), st.randoms(use_true_random=False))
def test_order_and_names_of_districts_change_nothing(measure, counts, random):
    plain = measure(counts)
    order = random.sample(range(len(counts)), len(counts))
    other = counts.iloc[order].assign(
        district_id=[f"x{place}" for place in range(len(order))], district="same name"
    )
    moved = measure(other).drop(columns=["district_id", "district"])
    there = plain.drop(columns=["district_id", "district"]).iloc[order].reset_index(drop=True)
    pd.testing.assert_frame_equal(moved.reset_index(drop=True), there, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("measure", OF_ALL)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(tables(), st.randoms(use_true_random=False))
def test_order_changes_no_summary(measure, counts, random):
    order = random.sample(range(len(counts)), len(counts))
    pd.testing.assert_frame_equal(measure(counts), measure(counts.iloc[order]), rtol=1e-9)


@pytest.mark.parametrize("measure", PER_DISTRICT)
@settings(max_examples=15, deadline=None, derandomize=True)
@given(tables())
def test_districts_without_a_rate_change_no_other(measure, counts):
    added = table(*counts[["proposed", "implemented"]].itertuples(index=False), (0, 0), (8, None))
    pd.testing.assert_frame_equal(measure(added).iloc[: len(counts)], measure(counts), rtol=1e-9)
