from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bantar_lib.errors import UserError
from bantar_lib.measures.targets import budget, targets
from bantar_lib.words import language

SCALE = """\
bands:
  - {min: 75, label: {id: Baik, en: Good}}
  - {min: 0, label: {id: Kurang, en: Poor}}
  - {min: 90.5, label: {id: Sangat baik, en: Very good}}
citation: Made-up decree 1/2015
"""
COUNTS = [
    ("1", 2015, "proposed", 20), ("1", 2015, "implemented", 15),
    ("1", 2016, "proposed", 18), ("1", 2016, "implemented", None),
    ("1", 2017, "took_part", 9),
    ("2", 2015, "implemented", 4), ("2", 2015, "proposed", None), ("2", 2016, "implemented", 6),
]  # fmt: skip


def study_with(made_up, rows, counts=COUNTS, **options):
    columns = ("district_id", "year", "stage", "target")
    table = [{**dict(zip(columns, row, strict=True)), "source_id": "s"} for row in rows]
    return made_up({"1": 50, "2": 40}, counts, tables={"targets": table}, **options)


def realised(made_up, *row, **options) -> list:
    found = targets(study_with(made_up, [row], **options)).iloc[0]
    return found[["realised_low", "realised_high"]].tolist()


def test_achievement_by_hand(made_up):
    found = targets(study_with(made_up, [("1", 2015, "implemented", 20)])).iloc[0]
    assert found[["achievement_low", "achievement_high"]].tolist() == [75, 75]
    assert found["source_states_target"] and found["district"] == "D1"
    assert found["band_low_id"] == "" and found["scale_citation"] == ""


def test_bounds_where_the_stage_is_not_known(made_up):
    assert realised(made_up, "1", 2016, "implemented", 10) == [0, 18]  # no more than proposed
    assert realised(made_up, "1", 2017, "implemented", 10) == [0, 9]  # all or none of “took part”
    assert realised(made_up, "2", 2015, "proposed", 10)[0] == 4  # no fewer than implemented
    assert realised(made_up, "1", 2017, "took_part", 10) == [9, 9]
    assert pd.isna(realised(made_up, "2", 2015, "proposed", 10)[1])
    assert pd.isna(realised(made_up, "2", 2017, "implemented", 10)).all()
    assert pd.isna(realised(made_up, "2", 1999, "implemented", 10)).all()


def test_the_whole_programme(made_up):
    assert realised(made_up, "", 2015, "implemented", 40) == [19, 19]
    assert realised(made_up, "", 2016, "implemented", 40) == [6, 24]
    low, high = realised(made_up, "", 2017, "implemented", 40)
    assert low == 0 and pd.isna(high)  # district 2 is unknown


def test_a_stock_stands_against_a_target_of_stock(made_up):
    counts = [("1", 2015, "implemented", 4), ("1", 2016, "implemented", 7)]
    study = study_with(made_up, [("1", 2016, "implemented", 14)], counts, counts_are="stock")
    assert targets(study)["achievement_high"].tolist() == [50]


def test_bands_of_the_offices_scale(made_up, tmp_path):
    (tmp_path / "scale.yml").write_text(SCALE, encoding="utf-8")
    rows = [("1", 2015, "implemented", t) for t in (20, 20.1, 16, 0)]
    rows += [("1", 2016, "implemented", 18)]
    found = targets(study_with(made_up, rows, path=tmp_path))
    # 75 %, 74.6 %, 93.75 %, no target to reach, between 0 and 100 %
    assert found["band_low_en"].tolist() == ["Good", "Poor", "Very good", "", "Poor"]
    assert found["band_high_id"].tolist() == ["Baik", "Kurang", "Sangat baik", "", "Sangat baik"]
    assert set(found["scale_citation"]) == {"Made-up decree 1/2015"}


@pytest.mark.parametrize("text", ["bands: [{min: high}]", "- 1", "bands: 3", "a: [", ""])
def test_an_unreadable_scale_is_refused(made_up, tmp_path, text):
    (tmp_path / "scale.yml").write_text(text, encoding="utf-8")
    study = study_with(made_up, [("1", 2015, "implemented", 20)], path=tmp_path)
    with language("en"), pytest.raises(UserError, match=r"^scale\.yml: .*min: 75"):
        targets(study)


def test_without_targets_nothing_is_scored(bantar):
    found = targets(bantar)
    assert len(found) == 11 and not found["source_states_target"].any()
    assert set(found["stage"]) == {"implemented"}
    assert found[["target", "realised_low", "achievement_high"]].isna().all(axis=None)
    assert (found[["band_low_id", "band_high_en"]] == "").all(axis=None)


@given(st.integers(0, 30), st.integers(1, 30), st.integers(2, 9))
@settings(max_examples=12, deadline=None)
def test_scaling_both_changes_nothing(made_up, count, target, times):
    first, scaled = (
        targets(study_with(made_up, [("1", 2015, "implemented", target * m)],
                           [("1", 2015, "implemented", count * m)]))["achievement_low"].iloc[0]
        for m in (1, times)
    )  # fmt: skip
    assert first == pytest.approx(scaled) == pytest.approx(100 * count / target)


def test_absorption(made_up):
    columns = ("district_id", "year", "allotted", "spent", "source_id")
    rows = [("1", 2015, 200.0, 150.0, "s"), ("", 2015, 500.0, pd.NA, "s"), ("2", 2015, 0, 0, "s")]
    table = [dict(zip(columns, row, strict=True)) for row in rows]
    found = budget(made_up({"1": 50, "2": 40}, [], tables={"budget": table}))
    assert found["absorption"].fillna(-1).tolist() == [75, -1, -1]
    assert found["district"].tolist() == ["D1", "", "D2"]
