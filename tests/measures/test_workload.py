from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bantar_lib.errors import UserError
from bantar_lib.measures.workload import workload
from bantar_lib.words import language

RESULTS = ["contacts_per_unit", "weeks_per_round", "facilitators_for_monthly"]


def districts(made_up, *rows):
    columns = ("district_id", "units", "facilitators")
    table = [dict(zip(columns, row, strict=True)) for row in rows]
    return made_up({}, [], tables={"districts": table})


def test_by_hand(bantar):
    # Kota Baru: 165 RT, one facilitator; 48 weeks, 1 day, 4 visits: 192 visits a year.
    row = workload(bantar, "Kota Baru", weeks=[48], visits_per_day=[4]).iloc[0]
    assert row[RESULTS].tolist() == pytest.approx([192 / 165, 165 / 4, 11])  # 1980 visits / 192
    row = workload(bantar, "Kota Baru", weeks=[48], visits_per_day=[4], facilitators=2).iloc[0]
    assert row[RESULTS].tolist() == pytest.approx([2 * 192 / 165, 165 / 8, 11])


def test_latest_entries_by_hand(bantar):
    # Kota Baru's last year is 2018, with 19 entries of a stage not stated; 2 and 8 visits.
    rows = workload(bantar, "Kota Baru", weeks=[48], visits_per_day=[2, 8])
    assert rows["entries"].tolist() == [19, 19]
    assert rows["entries_year"].tolist() == [2018, 2018]
    assert rows["weeks_per_entries_round"].tolist() == pytest.approx([19 / 2, 19 / 8])


def test_latest_entries_are_of_the_last_stage_and_each_district_s_own_year(made_up):
    places = [{"district_id": d, "units": 50, "facilitators": 1} for d in "123"]
    counts = [("1", 2015, "proposed", 9), ("1", 2015, "implemented", 4), ("1", 2016, "proposed", 8),
              ("2", 2016, "implemented", 6), ("2", 2017, "implemented", None)]  # fmt: skip
    study = made_up({}, counts, tables={"districts": places})
    rows = workload(study, weeks=[48], visits_per_day=[2]).set_index("district_id")
    assert rows["entries"].dropna().to_dict() == {"1": 4, "2": 6}
    assert rows["entries_year"].dropna().to_dict() == {"1": 2015, "2": 2016}
    assert rows["weeks_per_entries_round"].dropna().to_dict() == {"1": 2.0, "2": 3.0}


def test_every_assumption_for_every_district(bantar):
    rows = workload(bantar, weeks=(10, 20), visits_per_day=(1, 2, 3))
    assert len(rows) == 11 * 2 * 3
    assert not rows.duplicated(["district_id", "weeks", "visits_per_day"]).any()


def test_facilitators_are_counted_by_visiting(made_up):
    # A second computation: add facilitators until every unit is seen twelve times a year.
    study = districts(made_up, ("1", 37, 1), ("2", 48, 1))
    for row in workload(study, weeks=(24, 48), days_per_week=2, visits_per_day=(3, 5)).itertuples():
        people = 0
        while people * row.weeks * 2 * row.visits_per_day < 12 * row.units:
            people += 1
        assert row.facilitators_for_monthly == people


def test_one_facilitator_everywhere_is_confounded_with_size(bantar, made_up):
    assert workload(bantar)["size_confounded"].all()
    mixed = districts(made_up, ("1", 50, 1), ("2", 60, 2), ("3", 60, None))
    assert not workload(mixed)["size_confounded"].any()
    assert workload(mixed, "1")["size_confounded"].eq(False).all()
    assert workload(mixed, facilitators=1)["size_confounded"].all()
    assert workload(districts(made_up, ("1", 50, None)))["size_confounded"].isna().all()


def test_the_unknown_stays_unknown(made_up):
    rows = workload(districts(made_up, ("1", None, 1), ("2", 50, None), ("3", 50, 0)))
    blank = rows.groupby("district_id")[RESULTS].agg(lambda c: c.isna().all())
    assert blank.loc["1"].all()
    assert blank.loc["2"].tolist() == [True, True, False]
    assert blank.loc["3"].tolist() == [False, True, False]
    assert (rows.loc[rows["district_id"] == "3", "contacts_per_unit"] == 0).all()


@pytest.mark.parametrize(
    "wrong",
    [{"weeks": [48, 0]}, {"visits_per_day": []}, {"days_per_week": -1}, {"facilitators": 0}],
)
def test_an_assumption_of_nothing_is_refused(bantar, wrong):
    with language("en"), pytest.raises(UserError, match=f"^{next(iter(wrong))}: .* above 0"):
        workload(bantar, **wrong)


@given(st.integers(1, 300), st.integers(1, 5), st.integers(2, 4))
@settings(max_examples=12, deadline=None)
def test_twice_the_people_halve_the_round(made_up, units, people, times):
    study = districts(made_up, ("1", units, people), ("2", units * times, people * times))
    rows = workload(study)
    one, other = (rows[rows["district_id"] == d].reset_index(drop=True) for d in "12")
    pd.testing.assert_frame_equal(one[RESULTS[:2]], other[RESULTS[:2]])
    more = workload(study, "1", facilitators=people * times).reset_index(drop=True)
    ratio = more["contacts_per_unit"] / one["contacts_per_unit"]
    assert ratio.tolist() == pytest.approx([times] * len(ratio))
    assert (more["weeks_per_round"] * times).tolist() == pytest.approx(
        one["weeks_per_round"].tolist()
    )
