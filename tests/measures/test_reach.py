from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bantar_lib.measures.reach import primary_scenarios, reach, uncertain_entries

# Kota Baru by hand: 165 units; proposed 12, 15; implemented 9, 11; took part 12, 15, 15, 19.
LATER = 15 + 19
RATE = (9 + 11) / (12 + 15)
KOTA_BARU = {
    "as_printed": 61,
    "recomputed_sum": 12 + 15 + 15 + 19,
    "implemented_only": 9 + 11,
    "implemented_plus_later": 9 + 11 + LATER,
    "implemented_plus_later_at_rate": 9 + 11 + LATER * RATE,
    "independent_reentry": 165 - 156 * 154 * 150 * 146 / 165**3,
    "lower_bound": 11,
    "upper_bound": 9 + 11 + LATER,
}


def numerators(study, district=None) -> dict[str, float]:
    rows = reach(study, district)
    rows = rows[rows["district_id"] == ("" if district is None else rows["district_id"].iloc[0])]
    return dict(zip(rows["scenario"], rows["numerator"], strict=True))


def test_kota_baru_by_hand(bantar):
    rows = reach(bantar, "Kota Baru")
    assert dict(zip(rows["scenario"], rows["numerator"], strict=True)) == pytest.approx(KOTA_BARU)
    assert (rows["share"] == rows["numerator"] / 165).all()
    assert set(rows["denominator"]) == {165} and set(rows["district"]) == {"Kota Baru"}


def test_the_city_sums_its_districts(bantar):
    whole = numerators(bantar)
    # Table 1.1's and table 1.2's own total rows; 574 is the sum that table 1.2 does not print.
    assert whole["implemented_only"] == 109 + 88
    assert whole["recomputed_sum"] == 165 + 156 + 113 + 140
    assert whole["as_printed"] == 581
    rows = reach(bantar)
    assert (rows.loc[rows["district_id"] == "", "districts_known"] == 11).all()
    assert (rows.loc[rows["district_id"] == "", "denominator"] == 1562).all()


def test_bounds_enclose_what_they_bound(bantar):
    wide = reach(bantar).pivot(index="district_id", columns="scenario", values="numerator")
    between = ["implemented_plus_later", "implemented_plus_later_at_rate", "independent_reentry"]
    for name in [*between, "implemented_only"]:
        assert (wide[name] <= wide["upper_bound"] + 1e-9).all()
        assert (wide[name] >= wide["lower_bound"] - 1e-9).all()


def test_the_bounds_lead_unless_the_study_says_otherwise(bantar, made_up):
    rows = reach(bantar, "15.71.07")
    assert set(rows.loc[rows["role"] == "primary", "scenario"]) == {"lower_bound", "upper_bound"}
    assert primary_scenarios(made_up({}, [])) == ("lower_bound", "upper_bound")
    chosen = made_up({}, [], primary={"reach": "implemented_only"})
    assert primary_scenarios(chosen) == ("implemented_only",)


def test_stages_alone_leave_out_what_does_not_apply(made_up):
    counts = [("1", 2015, "proposed", 9), ("1", 2015, "implemented", 4), ("1", 2016, "proposed", 7)]
    found = numerators(made_up({"1": 50}, counts, unstaged=()), "1")
    # 2016's implemented is unknown, but cannot exceed the 7 proposed.
    assert found == pytest.approx({
        "implemented_only": 4,
        "independent_reentry": 50 - 46 * 43 / 50,
        "lower_bound": 4,
        "upper_bound": 4 + 7,
    })  # fmt: skip


def test_unknown_is_never_zero(made_up):
    counts = [("1", 2015, "implemented", 4), ("1", 2016, "implemented", None)]
    counts += [("2", 2015, "implemented", 0), ("2", 2016, "implemented", 3)]
    study = made_up({"1": 50, "2": 40, "3": 30, "4": None}, counts)
    wide = reach(study).pivot(index="district_id", columns="scenario", values="share")
    assert wide.loc["1", "lower_bound"] == 4 / 50
    assert wide.loc["1", ["implemented_only", "upper_bound", "independent_reentry"]].isna().all()
    assert wide.loc["2", "implemented_only"] == 3 / 40
    assert wide.loc[["3", "4"]].isna().all(axis=None)
    rows = reach(study).set_index(["district_id", "scenario"])
    assert rows.loc[("", "lower_bound"), ["numerator", "denominator"]].tolist() == [7, 90]
    assert rows.loc[("", "upper_bound"), ["numerator", "districts_known"]].tolist() == [3, 1]


def test_a_study_that_knows_nothing_gives_blanks(made_up):
    study = made_up({"1": 50}, [("1", 2015, "implemented", None)])
    rows = reach(study)
    assert set(rows["scenario"]) == {"implemented_only", "lower_bound", "upper_bound"}
    assert rows["numerator"].isna().all() and (rows["districts_known"] == 0).all()


def test_printed_totals_are_read_as_printed(made_up):
    def cell(district, column, printed, stage=""):
        return {"source_id": "s", "table": "9", "row": district, "district_id": district,
                "column": column, "stage": stage, "printed": printed,
                "year": 2015 if stage else pd.NA}  # fmt: skip

    published = [cell("1", "took_part 2015", "1.204", "took_part"), cell("1", "total", "1.204")]
    published += [cell("2", "took_part 2015", "3", "took_part"), cell("2", "total", "–")]
    form = {"9": {"sums": [{"column": "total", "of": ["took_part 2015"]}]}}
    study = made_up({"1": 5000, "2": 50}, [], tables={"published": published}, published=form)
    rows = reach(study).set_index(["scenario", "district_id"]).loc["as_printed"]
    assert rows["numerator"].fillna(-1).to_dict() == {"1": 1204, "2": -1, "": 1204}
    assert set(rows["years"]) == {"2015"}


def test_a_stock_is_not_summed_and_its_first_year_bounds_nothing(made_up):
    counts = [("1", y, "implemented", v) for y, v in ((2015, 30), (2016, 34), (2017, 40))]
    found = numerators(made_up({"1": 50}, counts, counts_are="stock"), "1")
    assert found["implemented_only"] == 40
    assert found["lower_bound"] == 6


def test_more_entries_than_units_do_not_cross_the_bounds(made_up):
    study = made_up({"1": 10}, [("1", 2015, "implemented", 12), ("1", 2016, "implemented", 3)])
    found = numerators(study, "1")
    assert found["lower_bound"] == found["upper_bound"] == 12


@st.composite
def registers(draw):
    """Draw units that implement or propose in some years, and which years' status is known."""
    units = draw(st.integers(1, 12))
    years = range(2015, 2015 + draw(st.integers(1, 4)))
    proposed = {y: draw(st.sets(st.integers(1, units))) for y in years}
    done = {y: {u for u in proposed[y] if draw(st.booleans())} for y in years}
    known = {y: draw(st.booleans()) for y in years}
    return units, proposed, done, known


@given(registers())
@settings(max_examples=40, deadline=None)
def test_the_exact_count_lies_between_the_bounds(made_up, drawn):
    units, proposed, done, known = drawn
    counts = [("1", y, "took_part", len(p)) for y, p in proposed.items()]
    counts += [("1", y, "implemented", len(done[y]) if known[y] else None) for y in proposed]
    register = [
        {"unit_id": str(u), "district_id": "1", "year": y, "stage": stage}
        for stage, sets in (("proposed", proposed), ("implemented", done))
        for y, members in sets.items()
        for u in members
    ]
    study = made_up({"1": units}, counts, tables={"register": register})
    found = numerators(study, "1")
    exact = len(set().union(*done.values()))
    if register:
        assert found["exact_distinct"] == exact
    assert exact <= found["upper_bound"]
    if any(known.values()):
        assert found["lower_bound"] <= exact
        assert found["lower_bound"] - 1e-9 <= found["independent_reentry"]
    else:
        assert found["lower_bound"] is pd.NA
    assert found["independent_reentry"] <= found["upper_bound"] + 1e-9


@given(st.permutations(range(132)), st.integers(1, 7))
@settings(max_examples=10, deadline=None)
def test_neither_row_order_nor_scale_matters(bantar, made_up, order, times):
    columns = [bantar.counts[c].tolist() for c in ("district_id", "year", "stage", "count")]
    rows = [(*r[:3], r[3] if r[3] is pd.NA else r[3] * times) for r in zip(*columns, strict=True)]
    units = dict(zip(bantar.districts["district_id"], bantar.districts["units"] * times,
                     strict=True))  # fmt: skip
    study = made_up(units, [rows[i] for i in order])
    ours = reach(study).set_index(["district_id", "scenario"])["share"].astype(float)
    first = reach(bantar).set_index(["district_id", "scenario"])["share"].astype(float)
    pd.testing.assert_series_equal(ours, first[ours.index], check_exact=False)


def test_uncertain_entries_are_what_the_upper_bound_adds(bantar):
    """In the bundled study no district has more entries than units."""
    rows = reach(bantar).set_index(["scenario", "district_id"])["numerator"]
    found = uncertain_entries(bantar).set_index("district_id")
    assert (found["earlier"] == 0).all()
    for code, entries in found["unstaged"].items():
        assert entries == rows["upper_bound", code] - rows["implemented_only", code]


def test_an_earlier_stage_stands_for_one_that_is_unknown(made_up):
    counts = [("1", 2020, "proposed", 9), ("1", 2020, "implemented", 4),
              ("1", 2021, "proposed", 7), ("1", 2021, "implemented", pd.NA)]  # fmt: skip
    found = uncertain_entries(made_up({"1": 50}, counts))
    assert found.values.tolist() == [["1", 7.0, 0.0]]
