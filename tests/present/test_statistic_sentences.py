"""Every branch of the sentences on rates, in both languages, without what must not be said."""

from __future__ import annotations

import re
import shutil

import pandas as pd
import pytest

from bantar_lib import execution, load_study
from bantar_lib.measures import funnel, heterogeneity, separable_share, trend, year_dispersion
from bantar_lib.present import sections
from bantar_lib.present import statistic_sentences as sentences
from bantar_lib.words import language

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


def table(*counts):
    """Return the execution table of districts with these numbers proposed and implemented."""
    rows = [
        {"district_id": f"d{n}", "district": f"D{n}", "proposed": asked, "implemented": done}
        for n, (asked, done) in enumerate(counts)
    ]
    frame = pd.DataFrame(rows).astype({"proposed": "Int64", "implemented": "Int64"})
    return execution(frame)


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
    assert numbers(texts["id"].replace(".", "").replace(",", ".")) == numbers(
        texts["en"].replace(",", "")
    )
    return texts["en"]


def numbers(text):
    """Return the numbers in a text, in order of size; 1.30 and 1.3. are one."""
    found = re.findall(r"−?\d+(?:\.\d+)?", text.replace(" ,", " "))
    return sorted(float(n.replace("−", "-")) for n in found)


def test_the_words_are_caught():
    assert FORBIDDEN.search("Cakupan menurun.")
    assert not FORBIDDEN.search("menurut kecamatan, berturut-turut")


FUNNEL = [(20, 12)] * 6


@pytest.mark.parametrize(
    ("counts", "flag", "words"),
    [
        (
            [*FUNNEL, (20, 13)],
            "inside",
            "A difference from the other districts is not demonstrated",
        ),
        (
            [(40, 36), (40, 34), (40, 6), (40, 8), (40, 22), (40, 20), (40, 34)],
            "outside_naive_inside_adjusted",
            "outside naive limits, inside overdispersion-adjusted limits",
        ),
        ([*[(200, 120)] * 9, (60, 2)], "outside_adjusted", "its place is unusual even among"),
    ],
)
def test_funnel_note_by_flag(study, counts, flag, words):
    rates = table(*counts)
    last = f"d{len(counts) - 1}"
    assert funnel(rates).set_index("district_id").loc[last, "flag_95"] == flag
    text = said(sentences.funnel_note, study, rates, last)
    assert words.lower() in text.lower()
    assert ("chance that at least one" in text) is (flag == "outside_adjusted")
    if flag == "outside_adjusted":
        assert "Among 10 districts" in text
        assert "40%" in text  # 1 − 0.95 ** 10


def test_an_interval_and_limits_that_do_not_agree_are_explained(study):
    rates = table(*[(60, 36)] * 6, (30, 12))
    own = funnel(rates).set_index("district_id").loc["d6"]
    assert own["flag_95"] == "inside"
    assert rates.set_index("district_id").loc["d6", "high"] < own["city"]
    assert "is no contradiction" in said(sentences.funnel_note, study, rates, "d6")
    assert "is no contradiction" not in said(sentences.funnel_note, study, rates, "d0")


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([(20, 12), (20, None)], "the numbers proposed and implemented are not both known"),
        ([(20, 12), (0, 0)], "no RT was proposed, which is not a rate of 0"),
        ([(20, 12), (5, 6)], "one of the counts is wrong"),
        ([(20, None), (20, 12)], "D1 is the only district with a rate"),
        ([(20, 20), (10, 10)], "a rate of 100%, so that there are no limits"),
    ],
)
def test_funnel_note_without_a_place(study, counts, words):
    assert words in said(sentences.funnel_note, study, table(*counts), "d1")


def test_no_rate_where_one_stage_is_counted(study):
    assert sentences.no_rate_text(study, "one_stage")
    rates = table((20, 12), (20, None)).assign(reason="one_stage")
    assert "one stage only" in said(sentences.funnel_note, study, rates, "d1")


def test_heterogeneity_note_on_the_bundled_study(study):
    rates = execution(study)
    text = said(sentences.heterogeneity_note, study, rates)
    assert heterogeneity(rates).loc[0, "phi"] == pytest.approx(4.87, abs=0.01)
    assert "differ by more than chance would give (permutation test, p \\< 0.001" in text
    assert "φ = 4.9" in text
    assert "No single district drives this: without Danau Teluk too" in text
    assert "stays demonstrated (φ = 4.1)" in text


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([(40, 20), (40, 20), (40, 20), (40, 38)], "without D3 it would no longer be demonstrated"),
        ([(20, 10), (20, 11), (20, 9)], "Leaving out any single district does not alter this."),
        ([(20, 10), (20, 11), (20, None)], "differ by more than chance would give is not"),
        ([(20, None), (20, 3)], "Fewer than two districts have a rate"),
        ([(20, 20), (20, 20)], "The rate of all 2 districts is 100%"),
        # Of 14, 7 and 10 in 20 the first two differ, but not so the three.
        ([(20, 14), (20, 7), (20, 10)], "Leaving out D2, each alone, would make it demonstrated."),
    ],
)
def test_heterogeneity_note(study, counts, words):
    assert words in said(sentences.heterogeneity_note, study, table(*counts))


def test_separable_note_on_the_bundled_study(study):
    rates = execution(study)
    row = separable_share(rates).iloc[0]
    text = said(sentences.separable_note, study, rates)
    assert f"Of 55 pairs of districts, {int(row['separable'])} (" in text
    assert f"the other {55 - int(row['separable'])} an order is not shown" in text
    assert "under a model that takes entries as independent of each other" in text
    phi = year_dispersion(study)["phi"].iloc[0]
    fewer = int(separable_share(rates, dispersion=phi)["separable"].iloc[0])
    assert f"differ {phi:.2f} times as much as by chance (φ; p = 0.087)" in text
    assert text.endswith(f"divided by that, {fewer} pairs can be told apart.")
    # Which pairs these are is the table's to say.
    assert "\n" not in text
    with language("en"):
        note, pairs = sections.pairs_section(study, rates)
    assert note.markdown == text and pairs.frame["pairs"].astype(int).sum() == row["separable"]


@pytest.mark.parametrize(
    ("later", "words"),
    [
        ({}, "Where the entries of a district hang together, fewer pairs could be told apart."),
        ({"01": (20, 18), "02": (20, 3)}, ": no sign that its entries hang together."),
        ({"01": (20, 8), "02": (20, 12)}, "times as much as by chance"),
    ],
)
def test_whether_entries_hang_together_is_told_from_the_years(write_small, later, words):
    counts = [("01", 2020, 20, 18), ("02", 2020, 20, 3)]
    counts += [(code, 2021, *both) for code, both in later.items()]
    rows = [(code, year, stage, n) for code, year, asked, done in counts
            for stage, n in (("proposed", asked), ("implemented", done))]  # fmt: skip
    small = load_study(write_small([("01", "Melati", 40), ("02", "Kenanga", 50)], rows))
    apart = table((20, 18), (20, 3))
    assert words in said(sentences.separable_note, small, apart)


def test_no_separable_pair_is_one_sentence_without_a_table(study):
    (note,) = sections.pairs_section(study, table((20, 10), (20, 10), (20, 11)))
    assert note.markdown.count(". ") == 0


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([(200, 180), (200, 20)], "All 1 pairs"),
        ([(20, 10), (20, 10), (20, 11)], "None of the 3 pairs"),
        ([(20, 10), (20, None)], "no pair of districts"),
    ],
)
def test_separable_note(study, counts, words):
    assert words in said(sentences.separable_note, study, table(*counts))


@pytest.mark.parametrize(
    ("counts", "words", "missing"),
    [
        ([(100, 60), (20, 13)], "missed with a probability of more than 20%", "found with"),
        ([(300, 180), (60, 10)], "found with a probability of 80% or more", "missed"),
        ([(100, 60), (2, 1)], "too few to show reliably any difference", "or more"),
        ([(100, 80), (9, 8)], "or less. The recorded rate is", "or more"),
        ([(100, 60), (20, None)], "D1 has no execution rate", "chance of 80%"),
    ],
)
def test_detectability_note(study, counts, words, missing):
    text = said(sentences.detectability_note, study, table(*counts), "d1")
    assert words in text
    assert missing not in text


def test_trend_note_on_the_bundled_study(study):
    text = said(sentences.trend_note, study, trend(study))
    # By hand: 109 of 165 and 88 of 156.
    assert "66% (109 of 165) in 2015 and 56% (88 of 156) in 2016" in text
    assert ": −9.7 percentage points (95% interval −20.0 to 1.0)" in text
    assert "Within 10 districts (those that can tell) the odds ratio is 0.79 (0.49 to 1.30)" in text
    assert "A difference is not demonstrated, which is not the same as no change." in text
    # Of 2017 and 2018 the source does not say which stage it counts.
    assert text.endswith(
        "The counts of 2015–2018 may not hold the same stage, "
        "so that no trend over them can be judged."
    )
    assert "a factor of" not in text


@pytest.fixture
def staged(study):
    """Return the bundled study without the stage that its source does not name."""
    config = {key: value for key, value in study.config.items() if key != "unstaged"}
    return type(study)(study.path, config, study.framework)


def changes(crude, inside, ratio=None, note=""):
    """Return a table as of :func:`trend`, with these estimates and intervals."""
    blank = (pd.NA,) * 3
    rows = [
        ("crude", "rate_difference", *(crude or blank), "2015|2016" if crude else "", note),
        ("mantel_haenszel", "odds_ratio", *(inside or blank), "2015|2016", ""),
        ("quasi_poisson", "rate_ratio_per_year", *(ratio or blank), "2015|2016|2017", ""),
    ]
    columns = ["test", "quantity", "estimate", "low", "high", "years", "note"]
    frame = pd.DataFrame(rows, columns=columns).assign(n=11, p=pd.NA)
    return frame.astype(dict.fromkeys(("estimate", "low", "high"), "Float64"))


CLEAR, UNCLEAR = (-0.2, -0.3, -0.1), (-0.1, -0.2, 0.01)
CLEAR_ODDS, UNCLEAR_ODDS = (0.4, 0.2, 0.7), (0.8, 0.5, 1.3)


@pytest.mark.parametrize(
    ("crude", "inside", "words"),
    [
        (UNCLEAR, UNCLEAR_ODDS, "A difference is not demonstrated"),
        (CLEAR, CLEAR_ODDS, "A difference is demonstrated, as far as entries are independent"),
        (CLEAR, None, "Inside the districts it cannot be compared. A difference is demonstrated"),
        (CLEAR, UNCLEAR_ODDS, "All together it is demonstrated, inside the districts it is not"),
        (UNCLEAR, CLEAR_ODDS, "Inside the districts a difference is demonstrated"),
        (UNCLEAR, None, "A difference is not demonstrated"),
    ],
)
def test_trend_note_of_two_years(study, crude, inside, words):
    text = said(sentences.trend_note, study, changes(crude, inside))
    assert words in text
    assert "entries recorded" not in text


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (changes(None, None, note="no_two_years"), "fewer than two years"),
        (changes(None, None, note="too_few_districts"), "No district knows both numbers"),
        (changes(UNCLEAR, None, note="districts_left_out"), "where more are implemented than"),
        (changes(UNCLEAR, None, (1.3, 1.1, 1.5)), "2015–2017"),
        (changes(UNCLEAR, None, (1.3, 1.1, 1.5)), ": a trend is demonstrated."),
        (changes(None, None, (1.0, 0.9, 1.1), "no_two_years"), ": a trend is not demonstrated"),
    ],
)
def test_trend_note_of_what_is_missing(staged, table, words):
    assert words in said(sentences.trend_note, staged, table)


@pytest.mark.parametrize(("p", "text"), [(0.3529, "p = 0.35"), (0.0123, "p = 0.012"),
                                         (0.0001, "p < 0.001")])  # fmt: skip
def test_p_is_never_zero(p, text):
    with language("en"):
        assert sentences.p_text(p) == text


def made_up(study, folder, counts):
    """Return the bundled study with these rows of ``counts.csv`` in place of its own."""
    shutil.copytree(study.path, folder)
    frame = pd.DataFrame(counts, columns=["district_id", "year", "stage", "count"])
    rows = study.table("counts").iloc[:0].reindex(range(len(frame))).assign(**frame)
    rows["source_id"] = study.counts["source_id"].iloc[0]
    rows.to_csv(folder / "counts.csv", index=False)
    return load_study(folder)


def two_years(districts, without=()):
    """Return counts of two years; of those in `without` the later number proposed is blank."""
    for d in districts:
        for year, asked, done in ((2015, 20, 12), (2016, 20, 8)):
            blank = d in without and year == 2016
            yield d, year, "proposed", None if blank else asked
            yield d, year, "implemented", done


@pytest.mark.parametrize(
    ("without", "words"),
    [
        ([], None),
        (["15.71.02"], "Left out: Jambi Selatan, of which both numbers are known in only one"),
        ([f"15.71.{n:02}" for n in range(2, 8)], "Left out: 6 districts of which both numbers"),
    ],
)
def test_trend_note_names_districts_that_know_one_year(study, tmp_path, without, words):
    ids = list(study.districts["district_id"])
    other = made_up(study, tmp_path / "s", two_years(ids, without))
    text = said(sentences.trend_note, other, trend(other))
    assert words in text if words else "Left out" not in text
