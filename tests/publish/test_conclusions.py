"""Conclusions and recommendations follow the data and say no more."""

from __future__ import annotations

import csv

import pytest

from bantar_lib import load_study
from bantar_lib.publish.conclusions import conclusions, key_figures
from bantar_lib.publish.recommendations import (
    plan_grid,
    recommendations_grid,
    responses_of,
    unanswered_grid,
)
from bantar_lib.words import language


@pytest.fixture(scope="module")
def bundled():
    return load_study("kampung_bantar")


def test_a_difference_that_is_not_demonstrated_is_not_said(bundled):
    said = conclusions(bundled, "15.71.07")
    assert "Of 27 entries proposed, 20 are implemented (74%; 95% interval 55% to 87%)" in said[1]
    assert "is not demonstrated" in said[1]
    assert "between 7% and 33%" in said[0] and "No target" in said[0]
    assert "more than once, nor what became of 34 entries." in said[0]
    assert "nor what became of 253 entries." in conclusions(bundled, "")[0]
    assert said[2].startswith("None of the 9 indicators has evidence enough for a rating")


def test_an_uncoded_district_has_no_factors(bundled):
    said = conclusions(bundled, "15.71.08")
    assert said[2].startswith("No evidence is coded for this district")
    assert "can arise by chance" in said[1]


def test_a_printed_total_that_lifts_the_bound_is_named(bundled):
    assert said_upper(conclusions(bundled, "15.71.08")[0]) == "21.5%"  # 44 + 54 − 48 of 233
    assert said_upper(conclusions(bundled, "")[0]) == "29.4%"  # 450 + 10 of 1,562
    assert said_upper(conclusions(bundled, "15.71.05")[0]) == ""  # less is printed than the sum


def said_upper(text):
    return text.partition("is right, the upper bound is ")[2].partition(". ")[0].rstrip(".")


def test_all_together(bundled):
    said = conclusions(bundled, "")
    assert "Evidence is coded for 1 of 11 districts and suffices to rate no indicator" in said[2]
    assert "no order of merit" in said[1]


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("district", ["15.71.07", "15.71.08", "15.71.10", ""])
def test_what_must_not_be_said_is_not(bundled, district, lang):
    with language(lang):
        said = " ".join(conclusions(bundled, district)).casefold()
    for word in ("ineffective", "tidak efektif", "best", "worst", "declined", "increased",
                 "menurun", "meningkat", "because", "disebabkan", "outlier", "jenuh"):  # fmt: skip
        assert word not in said, word


def test_unknown_counts_stay_unknown(write_small):
    study = load_study(write_small(counts=[("01", 2020, "proposed", "")]))
    said = conclusions(study, "01")
    assert "cannot be bounded" in said[0] and "not known" in said[1]
    values = [row[1] for row in key_figures(study, "01").rows]
    assert values == ["40", "unknown", "unknown"]


def test_recommendations_are_the_source_s_alone(bundled):
    rows = responses_of(bundled, "15.71.07")
    grid = recommendations_grid(bundled, rows)
    with (bundled.path / "responses.csv").open(encoding="utf-8") as file:
        expected = [r["response_id"] for r in csv.DictReader(file) if r["recommendation"]]
    assert [row[-1] for row in grid.rows] == expected == ["R01", "R03", "R04", "R05"]
    assert [row[4] for row in grid.rows] == ["yes", "yes", "yes", "–"]
    assert "R07" in [row[-1] for row in unanswered_grid(bundled, rows).rows]


def test_another_district_s_factors_are_not_said_of_this_one(bundled):
    rows = responses_of(bundled, "15.71.08")
    about = bundled.table("segments").set_index("segment_id")["district_id"]
    named = {i for c in ("factor", "effort", "recommendation") for ids in rows[c] for i in ids}
    assert named and {about[i] for i in named} == {""}


def test_without_recommendations_the_plan_is_blank(write_small):
    study = load_study(write_small())
    rows = responses_of(study, "01")
    assert rows.empty
    plan = plan_grid(study, rows)
    assert {row[1:] for row in plan.rows} == {("", "", "")}
    assert plan.heads == ("No.", "Follow-up", "Who", "When") and plan.blank == (1, 2, 3)


RATED = [("01", source, "content.resources", "supports") for source in ("talk", "visit", "report")]


@pytest.mark.parametrize(
    ("evidence", "lang", "said"),
    [
        (RATED, "en", "Of 9 indicators 8 have no evidence, which is not the same as neutral."),
        (RATED, "id", "Dari 9 indikator, 8 belum ada buktinya; itu tidak sama dengan netral."),
        ([*RATED, ("01", "talk", "content.site", "supports")], "en",
         "Of 9 indicators 1 have insufficient evidence for a rating and 7 have no evidence, "),
        ([*RATED, ("01", "talk", "content.site", "supports")], "id",
         "Dari 9 indikator, 1 buktinya belum cukup untuk dinilai dan 7 belum ada buktinya; "),
    ],
)  # fmt: skip
def test_of_what_there_is_none_nothing_is_said(write_small, evidence, lang, said):
    study = load_study(write_small(evidence=evidence))
    with language(lang):
        assert conclusions(study, "01")[2].startswith(said)


@pytest.mark.parametrize(
    ("lang", "rated", "unrated"),
    [
        ("en", "Of 9 indicators 8 have insufficient evidence for a rating, which",
         "None of the 9 indicators has evidence enough for a rating, which"),
        ("id", "Dari 9 indikator, 8 buktinya belum cukup untuk dinilai; itu",
         "Dari 9 indikator, belum satu pun cukup buktinya untuk dinilai; itu"),
    ],
)  # fmt: skip
def test_where_every_indicator_has_evidence(write_small, lang, rated, unrated):
    study = load_study(write_small())
    ids = [i.id for i in study.framework.indicators]
    thin = [("01", "talk", i, "supports") for i in ids if i != "content.resources"]
    with language(lang):
        said = conclusions(load_study(write_small(name="rated", evidence=[*RATED, *thin])), "01")
        assert said[2].startswith(rated)
        every = [*thin, RATED[0]]
        said = conclusions(load_study(write_small(name="thin", evidence=every)), "01")
        assert said[2].startswith(unrated)
