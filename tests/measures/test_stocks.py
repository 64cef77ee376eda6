from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bantar_lib.errors import UserError
from bantar_lib.measures.stocks import by_year, first_known, flows, known_flows, stage_names

ITALY = Path(__file__).parents[2] / "../shared/data/padigitale_provincia_year_145.csv"


def series(study) -> list[tuple]:
    frame = flows(study)
    return list(zip(frame["count"].tolist(), frame["flow_basis"], strict=True))


def stock(made_up, *values, years=None, **options):
    years = years or range(2015, 2015 + len(values))
    rows = [("1", y, "implemented", v) for y, v in zip(years, values, strict=True)]
    return made_up({"1": 50}, rows, counts_are="stock", **options)


def test_flows_come_back_as_they_are(bantar):
    frame = flows(bantar)
    pd.testing.assert_frame_equal(frame.drop(columns="flow_basis"), bantar.counts)
    assert (frame["count"].isna() == (frame["flow_basis"] == "unknown")).all()


def test_a_stock_is_differenced(made_up):
    assert series(stock(made_up, 3, 7, 7)) == [
        (3, "stock_to_year"),
        (4, "difference"),
        (0, "difference"),
    ]


def test_row_order_does_not_matter(made_up):
    rows = [("1", 2017, "implemented", 9), ("1", 2015, "implemented", 3)]
    study = made_up({"1": 50}, [*rows, ("1", 2016, "implemented", 5)], counts_are="stock")
    assert series(study) == [(4, "difference"), (3, "stock_to_year"), (2, "difference")]


def test_an_unknown_stock_makes_its_own_flow_and_the_next_unknown(made_up):
    rows = [("1", y, "implemented", v) for y, v in zip(range(4), (3, None, 8, 9), strict=True)]
    rows += [("2", y, "implemented", y) for y in range(4)]
    study = made_up({"1": 50, "2": 50}, rows, counts_are="stock")
    assert [b for _, b in series(study)[:4]] == [
        "stock_to_year", "unknown", "unknown", "difference",
    ]  # fmt: skip
    assert flows(study)["count"][:4].isna().tolist() == [False, True, True, False]


def test_years_that_the_source_skips_are_one_step_and_say_so(made_up):
    assert series(stock(made_up, 3, 7, years=(2015, 2018))) == [
        (3, "stock_to_year"),
        (4, "difference_of_years"),
    ]


def test_one_falling_series_is_unknown_and_leaves_the_others(made_up):
    rows = [("1", y, "implemented", v) for y, v in zip(range(4), (3, 5, 4, 6), strict=True)]
    rows += [("2", y, "implemented", y) for y in range(4)]
    frame = flows(made_up({"1": 50, "2": 50}, rows, counts_are="stock"))
    assert frame["count"][:4].isna().all()
    assert (frame["flow_basis"][:4] == "stock_decreases").all()
    assert frame["count"][4:].tolist() == [0, 1, 1, 1]


def test_stocks_that_mostly_fall_are_refused(made_up):
    with pytest.raises(UserError, match=r"counts\.csv: .*“implemented” falls in 2017 in D1.*flow"):
        flows(stock(made_up, 3, 5, 4))


def test_sources_are_differenced_apart(made_up):
    rows = [
        ("1", 2015, "implemented", 3, "a"),
        ("1", 2016, "implemented", 5, "a"),
        ("1", 2015, "implemented", 30, "b"),
        ("1", 2016, "implemented", 31, "b"),
    ]
    study = made_up({"1": 50}, rows, sources=("b", "a"), counts_are="stock")
    assert flows(study)["count"].tolist() == [3, 2, 30, 1]
    assert known_flows(study)["count"].tolist() == [30, 1]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_flows_of_a_cumulated_series_are_the_series(made_up, yearly):
    cumulated = pd.Series(yearly).cumsum().tolist()
    assert flows(stock(made_up, *cumulated))["count"].tolist() == yearly


def test_the_first_source_that_knows_is_taken(made_up):
    rows = [("1", 2015, "proposed", None, "a"), ("1", 2015, "proposed", 4, "b")]
    rows += [("1", 2016, "proposed", 6, "b"), ("1", 2016, "proposed", 5, "a")]
    study = made_up({"1": 50}, rows, sources=("a", "b"))
    known = first_known(study, study.counts)
    assert known[["year", "count", "source_id"]].values.tolist() == [
        [2015, 4, "b"], [2016, 5, "a"],
    ]  # fmt: skip


def test_a_table_by_year_has_every_district_and_no_unknown_year(made_up):
    rows = [("2", 2015, "proposed", 0), ("2", 2016, "proposed", None), ("1", 2015, "proposed", 4)]
    study = made_up({"1": 50, "2": 50, "3": 50}, rows)
    wide = by_year(study, known_flows(study), "proposed")
    assert wide.columns.tolist() == [2015]
    assert wide[2015].fillna(-1).to_dict() == {"1": 4, "2": 0, "3": -1}


def test_execution_names_its_stages(made_up):
    stages = ("asked", "granted", "built", "used")
    study = made_up({}, [], stages=stages, unstaged=(), execution={"from": "asked", "to": "built"})
    assert stage_names(study) == ("asked", "built", ("granted", "asked"), "")


def test_italian_provinces_are_stocks_that_add_up_again(made_up):
    if not ITALY.exists():
        pytest.skip("the shared data are not beside the checkout")
    raw = pd.read_csv(ITALY, dtype="str", keep_default_na=False)
    rows = list(zip(raw["cod_provincia"], raw["year"].astype(int), ["applied"] * len(raw),
                    raw["applied"].astype(int), strict=True))  # fmt: skip
    units = dict(zip(raw["cod_provincia"], raw["comuni_total"].astype(int), strict=True))
    study = made_up(units, rows, stages=("applied",), unstaged=(), counts_are="stock")
    frame = flows(study)
    rises = frame.groupby("district_id")["flow_basis"].transform(lambda b: "unknown" not in set(b))
    whole = frame[rises & (frame["flow_basis"] != "stock_decreases")].groupby("district_id")
    last = raw.sort_values("year").groupby("cod_provincia")["applied"].last().astype(int)
    assert len(whole) > 100
    assert (whole["count"].sum() == last[list(whole.groups)]).all()
