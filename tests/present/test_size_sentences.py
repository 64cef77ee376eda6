"""Every branch of the sentences on units, in both languages, without what must not be said."""

from __future__ import annotations

import re
import shutil

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from bantar_lib import equity, load_study, size, workload
from bantar_lib.measures import targets
from bantar_lib.present import sections
from bantar_lib.present import size_sentences as sentences
from bantar_lib.present.display import Figure
from bantar_lib.words import language

KOTA_BARU = "15.71.07"

# The left column of "What must not be said", in both languages.
FORBIDDEN = re.compile(
    r"\b(best|worst|terbaik|terburuk|declined?|increased?|menurun|meningkat|turun|naik|because of|"
    r"karena pendamping|karena sarjana|outliers?|pencilan|ineffective|tidak efektif|compliance|"
    r"kepatuhan|saturated|jenuh|no crime)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def study():
    return load_study("kampung_bantar")


def said(note, *arguments):
    """Return a note in English, having held its Indonesian to the same numbers and rules."""
    texts = {}
    for lang in ("id", "en"):
        with language(lang):
            texts[lang] = note(*arguments).markdown
        assert not FORBIDDEN.search(texts[lang]), texts[lang]
        assert "{" not in texts[lang]
    assert texts["id"] != texts["en"]
    assert "district" not in texts["id"]
    digits = {lang: sorted(re.findall(r"\d+", text)) for lang, text in texts.items()}
    assert digits["id"] == digits["en"]
    return texts["en"]


def slopes(low, high, *, other=None, note=""):
    """Return a table as of :func:`size`: the interval of the first model, and of the second."""
    rows = []
    for role, ends in (("primary", (low, high)), ("annex", other or (low, high))):
        blank = ends[0] is None
        middle = None if blank else sum(ends) / 2
        rows.append({
            "role": role, "estimate": middle, "low": ends[0], "high": ends[1], "n": 11,
            "excludes_fixed_intake": pd.NA if blank else ends[0] > 0 or ends[1] < 0,
            "excludes_proportional": pd.NA if blank else ends[0] > 1 or ends[1] < 1, "note": note,
        })  # fmt: skip
    frame = pd.DataFrame(rows)
    return frame.astype({**dict.fromkeys(("estimate", "low", "high"), "Float64"),
                         "excludes_fixed_intake": "boolean",
                         "excludes_proportional": "boolean"})  # fmt: skip


FIXED = "The pattern can come from an intake limit or from other causes; these counts do not tell."


@pytest.mark.parametrize(
    ("low", "high", "words", "fixed"),
    [
        (-0.2, 0.8, "excludes 1 (the same share of RT in each district), but not 0", True),
        (0.5, 1.4, "excludes 0 (the same number in each district), but not 1", False),
        (0.3, 0.6, "excludes both 0", True),
        (0.5, 0.9, "excludes both 0", False),
        (1.2, 1.9, "excludes both 0", False),
        (-0.5, 1.5, "excludes neither 0", True),
    ],
)
def test_size_note_by_what_the_interval_excludes(study, low, high, words, fixed):
    text = said(sentences.size_note, study, slopes(low, high))
    assert words in text
    assert (FIXED in text) is fixed
    assert "depends on the model" not in text


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("no_variation", "all districts are of one size, or none was proposed"),
        ("no_finite_estimate", "comes from the largest or the smallest"),
    ],
)
def test_size_note_without_a_slope(study, note, words):
    text = said(sentences.size_note, study, slopes(None, None, note=note))
    assert words in text
    assert "cannot be estimated" in text


def test_too_few_districts_are_one_sentence_without_a_figure(study):
    table = slopes(None, None, note="too_few_districts").assign(n=4)
    text = said(sentences.size_note, study, table)
    assert text.startswith("Too few districts (4) know both their RT and every year's number")
    assert "at least 6 are needed" in text
    assert [type(x).__name__ for x in sections.size_section(study, table)] == ["Text"]
    assert [type(x).__name__ for x in sections.size_section(study, size(study))] == [
        "Figure", "Text",
    ]  # fmt: skip


def test_size_note_says_which_districts_are_left_out_and_why(study, tmp_path):
    folder = tmp_path / "s"
    shutil.copytree(study.path, folder)
    districts, counts = study.table("districts"), study.table("counts")
    units = districts["units"].mask(districts["district_id"] == "15.71.02")
    districts.assign(units=units).to_csv(folder / "districts.csv", index=False)
    late = (counts["year"] == 2016) & (counts["stage"] == "proposed")
    one, many = counts["district_id"] == "15.71.03", counts["district_id"] >= "15.71.06"
    for of, words in (
        (one, "Jambi Timur (number proposed not known for some year)"),
        (many, "6 districts (number proposed not known for some year)"),
    ):
        blank = counts["count"].mask(late & of)
        counts.assign(count=blank).to_csv(folder / "counts.csv", index=False)
        other = load_study(folder)
        text = said(sentences.size_note, other, size(other))
        assert "Left out: Jambi Selatan (number of RT not known) and " + words in text


def test_size_note_says_where_the_models_disagree(study):
    text = said(sentences.size_note, study, slopes(-0.2, 0.8, other=(0.1, 0.6)))
    assert "Whether entries proposed are simply equal in number depends on the model" in text
    assert "a second one (of logarithms) gives 0.35 (0.10 to 0.60)" in text
    text = said(sentences.size_note, study, slopes(-0.2, 0.8, other=(-0.2, 1.1)))
    assert "in proportion to the number of RT depends on the model" in text


def test_size_note_on_the_bundled_study(study):
    text = said(sentences.size_note, study, size(study))
    assert text.startswith(
        "A district with twice as many RT has about 1.2 times as many entries proposed (0.9–1.8)."
    )
    assert "is 0.32 (95% interval −0.22 to 0.85)" in text
    assert FIXED in text


def test_equity_note_gives_both_bounds(study):
    text = said(sentences.equity_note, study, equity(study))
    assert "0.34 (lower bound) and 0.19 (upper bound)" in text
    assert "the true Gini need not lie between them" in text


def test_equity_note_of_one_scenario_or_of_none(study):
    table = equity(study, "implemented_only")
    assert "need not lie" not in said(sentences.equity_note, study, table)
    unknown = table.assign(value=pd.array([pd.NA] * len(table), dtype="Float64"))
    assert "cannot be said" in said(sentences.equity_note, study, unknown)


def test_where_no_facilitators_are_known_no_empty_figure_is_drawn(study, write_small):
    small = load_study(write_small())
    with language("id"):
        (note,) = sections.workload_section(small, workload(small), "01")
    assert "tidak dapat dihitung" in note.markdown
    figure, note = sections.workload_section(study, workload(study), KOTA_BARU)
    assert isinstance(figure, Figure)
    assert note == sentences.workload_note(study, workload(study), KOTA_BARU)
    plt.close("all")


def test_workload_note_on_the_bundled_study(study):
    text = said(sentences.workload_note, study, workload(study, visits_per_day=[2, 8]), KOTA_BARU)
    assert "With 1 facilitator, 1 field day a week and 2–8 visits a day" in text
    assert "all 165 RT takes 21–83 weeks" in text  # 165/8 and 165/2, rounded up
    assert "For the 19 entries of 2018 alone one round takes 3–10 weeks." in text  # 19/8, 19/2
    assert "0.3–2.3 times" in text  # 24·2/165 and 48·8/165
    whole = said(sentences.workload_note, study, workload(study, visits_per_day=[3, 8.25]),
                 "15.71.03")  # fmt: skip
    assert "0.4–2.1 times" in whole  # 24·3/192 and 48·8.25/192
    assert "6–42 facilitators" in text  # 12·165/(48·8) and 12·165/(24·2), rounded up
    assert "With one facilitator in each district workload merely mirrors the number of RT" in text
    assert "From the study: 1 field day a week and the number of facilitators." in text


def test_workload_note_takes_the_field_day_from_the_study(study):
    table = workload(study)
    config = {**study.config, "workload": {"days_per_week": 1}}
    stated = type(study)(study.path, config, study.framework)
    text = said(sentences.workload_note, stated, table, KOTA_BARU)
    assert "From the study: 1 field day a week and the number of facilitators." in text
    assert "Assumed: visits per field day and working weeks in a year." in text
    other = said(sentences.workload_note, stated, workload(study, days_per_week=2), KOTA_BARU)
    assert "From the study: the number of facilitators." in other
    assert "and 2 field days a week." in other


def test_workload_note_where_the_number_of_facilitators_is_assumed(study):
    text = said(sentences.workload_note, study, workload(study, facilitators=3), KOTA_BARU)
    assert "With equally many facilitators in each district (3) workload merely" in text
    assert "From the study: 1 field day a week." in text
    assert "and the number of facilitators." in text


@pytest.mark.parametrize(
    ("confounded", "words", "missing"),
    [(False, "Facilitators differ in number", "cannot be told"), (pd.NA, "Assumed", "differ in")],
)
def test_workload_note_by_what_is_confounded(study, confounded, words, missing):
    table = workload(study)
    table["size_confounded"] = pd.array([confounded] * len(table), dtype="boolean")
    text = said(sentences.workload_note, study, table, KOTA_BARU)
    assert words in text
    assert missing not in text


def test_workload_note_of_unknown_units(study):
    table = workload(study)
    table.loc[table["district_id"] == KOTA_BARU, "weeks_per_round"] = pd.NA
    text = said(sentences.workload_note, study, table, KOTA_BARU)
    assert "cannot be computed" in text
    assert "Assumed" not in text


def test_target_note_without_targets(study):
    text = said(sentences.target_note, study, targets(study), KOTA_BARU)
    assert "No target by year or number is stated" in text
    assert "An aim without year and number" in text


def aims(**row):
    """Return a table as of :func:`targets`, of one target."""
    blank = dict.fromkeys(("target", "realised_low", "realised_high", "achievement_low",
                           "achievement_high"), pd.NA)  # fmt: skip
    words = dict.fromkeys((f"band_{e}_{x}" for e in ("low", "high") for x in ("id", "en")), "")
    given = {"district_id": KOTA_BARU, "year": 2016, "stage": "implemented", "target": 40.0,
             "scale_citation": "", "source_states_target": True}  # fmt: skip
    return pd.DataFrame([{**blank, **words, **given, **row}])


BANDS = {"band_low_en": "low", "band_high_en": "fair", "band_low_id": "rendah",
         "band_high_id": "cukup"}  # fmt: skip
ALIKE = {"band_low_en": "fair", "band_high_en": "fair", "band_low_id": "cukup",
         "band_high_id": "cukup"}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {"realised_low": 20, "realised_high": 30, "achievement_low": 50.0,
             "achievement_high": 75.0, **BANDS},
            "2016: target 40 RT implemented, realisation 20 to 30; achievement 50% to 75% "
            "(“low” to “fair”).",
        ),
        (
            {"realised_low": 20, "realised_high": 20, "achievement_low": 50.0,
             "achievement_high": 50.0, **ALIKE, "scale_citation": "Decree 7"},
            "realisation 20; achievement 50% (“fair”). Scale: Decree 7.",
        ),
        (
            {"realised_low": 20, "achievement_low": 50.0},
            "realisation at least 20; achievement at least 50%.",
        ),
        ({}, "realisation not known."),
        (
            {"district_id": "", "realised_low": 90, "realised_high": 90},
            "No target is stated for this district; for all districts together: 2016: target 40",
        ),
        ({"district_id": "15.71.01"}, "No target is stated for this district."),
    ],
)  # fmt: skip
def test_target_note(study, row, words):
    assert words in said(sentences.target_note, study, aims(**row), KOTA_BARU)
