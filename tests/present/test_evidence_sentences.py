"""Sentences on readers, new themes and causes: each branch, both languages, nothing forbidden."""

from __future__ import annotations

import csv
import re

import matplotlib.pyplot as plt
import pytest

from bantar_lib import load_study
from bantar_lib.coding import CodingLog, coding_table, percent_agreement, saturation
from bantar_lib.present import evidence_sentences as sentences
from bantar_lib.present.display import Figure, Table, Text
from bantar_lib.words import LANGUAGES, language

# The left column of "What must not be said", and words that pages must not use.
FORBIDDEN = re.compile(
    r"\b(in)?effective\b|\btidak efektif|\b(best|worst|terbaik|terburuk)\b|\bsaturat|\bjenuh"
    r"|\b(de|in)creas|\bdeclin|\bmenurun\b|\bmeningkat|\bbecause of\b|\bdisebabkan"
    r"|\bkarena (sarjana|pendamping|jumlah)|\bno crime\b|\boutlier|\bpencilan"
    r"|\bputusan|\bklaim|\bvalensi|\bcoders?\b|\bsaling lepas|\bia\b",
    re.IGNORECASE,
)
BUNDLED = load_study("kampung_bantar")
ANI = "A*n*i"


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def said(note, *arguments, **options):
    """Return a note in English, having held its Indonesian to the same numbers and rules."""
    texts = {}
    for lang in LANGUAGES:
        with language(lang):
            texts[lang] = note(*arguments, **options).markdown
        assert not FORBIDDEN.search(texts[lang]), texts[lang]
        assert "{" not in texts[lang]
    assert texts["id"] != texts["en"]
    assert numbers(texts["id"].replace(",", ".")) == numbers(texts["en"])
    return texts["en"]


def numbers(text):
    return sorted(re.findall(r"\d+(?:\.\d+)?", text))


@pytest.fixture
def talks(tmp_path, write_small_at):
    """Return a maker of studies: so many talks, one segment each, coded by Ani."""

    def make(n: int):
        evidence = [("01", f"talk_{k}", "content.site", "supports") for k in range(1, n + 1)]
        folder = write_small_at(tmp_path / f"talks_{n}", evidence=evidence)
        cells = {
            "sources": ("source_id kind title_id title_en release",
                        [(f"talk_{k}", "interview", f"W{k}", f"T{k}", "quote")
                         for k in range(1, n + 1)]
                        + [("report", "statistic", "L", "R", "quote")]),
            "coders": ("coder_id name_id name_en kind blind",
                       [(c, name, name, "person", "yes")
                        for c, name in (("ani", ANI), ("budi", "Budi"), ("citra", "Citra"))]),
        }  # fmt: skip
        for table, (heads, rows) in cells.items():
            with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows([heads.split(), *rows])
        return load_study(folder)

    return make


def with_themes(study, *new, coder="ani"):
    """Let each talk bring so many new themes."""
    log, n = CodingLog(study, coder), 0
    for k, count in enumerate(new, 1):
        for _theme in range(count):
            n += 1
            log.code(f"S{k}", log.make(f"tema {n}"), "supports")
    return load_study(study.path)


# Readers


def test_segments_of_one_reader_are_named_and_what_they_would_do():
    """The shares against an independent count over the two columns."""
    table = coding_table(BUNDLED)
    one, other = table.iloc[:, 0], table.iloc[:, 1]
    both = one.notna() & other.notna()
    same = int((one[both] == other[both]).sum())
    text = said(sentences.uncoded_note, BUNDLED)
    assert f"is {same / both.sum():.0%} of the {both.sum()} segments" in text
    only_b = one.isna().sum()
    assert f"Only Reader B coded {only_b} of {len(table)} segments (F15–F18)" in text
    assert f"would be {same / (both.sum() + only_b):.0%} of {both.sum() + only_b} segments" in text
    assert f"With all {(~both).sum()} counted so, it would be {same / len(table):.0%}" in text


def test_readers_who_coded_the_same_segments(talks):
    study = talks(2)
    for n in (1, 2):
        CodingLog(study, "budi").code(f"S{n}", "content.site", "supports")
    assert said(sentences.uncoded_note, load_study(study.path)).startswith("Every segment")


def test_one_reader_and_readers_who_never_meet(talks):
    study = talks(2)
    assert "only one reading" in said(sentences.uncoded_note, study)
    log = study.path / "codings" / "ani.jsonl"
    log.write_text(log.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    CodingLog(study, "budi").code("S2", "content.site", "supports")
    text = said(sentences.uncoded_note, load_study(study.path))
    assert text.startswith("No segment was coded by two readers")
    assert r"Only A\*n\*i coded 1 of 2 segments (S1)" in text
    assert "would be 0% of 1 segments" in text


def test_two_blanks_are_no_agreement(talks):
    """With three readers: one pair of three agrees on S1 and S2, none on S3."""
    study = talks(3)
    for n in (1, 2):
        CodingLog(study, "budi").code(f"S{n}", "content.site", "supports")
    CodingLog(study, "citra").code("S1", "content.site", "supports")
    study = load_study(study.path)
    table = coding_table(study)
    assert percent_agreement(table).estimate == 1
    text = said(sentences.uncoded_note, study)
    assert "With all 2 counted so, it would be 44% of 3 segments" in text  # (1 + 1/3 + 0) / 3
    assert r"Only A\*n\*i and Budi coded 1 of 3 segments (S2)" in text


# New themes


def test_no_reader_made_themes(talks):
    for study in (BUNDLED, talks(7)):
        text = said(sentences.saturation_note, study, saturation(study, orders=2))
        assert text.startswith("No reader has made themes")
        assert "cannot be looked at" in text
        assert [type(i) for i in sentences.saturation_section(study)] == [Text]


def test_another_reader_made_them(talks):
    study = with_themes(talks(7), 3, 2, 2, 1, 1, 1, 1, coder="budi")
    text = said(sentences.saturation_note, study, saturation(study, orders=2))
    assert text == r"A\*n\*i has made no themes while reading; Budi did."
    with language("en"):
        figure, note = sentences.saturation_section(study)
    assert isinstance(figure, Figure)
    assert "themes of Budi" in note.markdown


@pytest.mark.parametrize(("n", "words"), [(1, "1 coded source;"), (5, "5 coded sources;")])
def test_too_few_sources(talks, n, words):
    study = with_themes(talks(n), *[2] * n)
    text = said(sentences.saturation_note, study, saturation(study, orders=2))
    assert words in text
    assert "a base of 4 and a run of 2 need 6" in text
    assert [type(i) for i in sentences.saturation_section(study)] == [Text]


def test_a_base_without_themes(talks):
    study = with_themes(talks(7), 0, 0, 0, 0, 1, 1, 1)
    text = said(sentences.saturation_note, study, saturation(study, orders=0))
    assert text == (r"The first 4 sources hold no theme of A\*n\*i, so there is nothing to measure "
                    "new themes against.")  # fmt: skip


def test_a_threshold_that_is_met_is_said_with_its_settings(talks):
    study = with_themes(talks(8), 9, 6, 4, 1, 1, 1, 0, 0)
    text = said(sentences.saturation_note, study, saturation(study, orders=20))
    # 1 + 0 of 20 at source 7; 0 at source 8
    assert text.startswith("New themes ≤ 5% at 4+2, under these settings: first at source 7 of 8")
    assert "The last 2 sources brought 0 new themes, against 20 in the first 4: 0.0%." in text
    assert "Of 20 random orders" in text
    assert "above it again" not in text


def test_a_threshold_that_is_met_and_then_missed(talks):
    study = with_themes(talks(8), 9, 6, 4, 1, 1, 0, 0, 3)
    text = said(sentences.saturation_note, study, saturation(study, orders=0))
    assert "first at source 6 of 8" in text
    assert "At the last source they are above it again." in text
    assert "3 new themes, against 20 in the first 4: 15.0%" in text
    assert "random" not in text


def test_a_threshold_that_is_never_met(talks):
    study = with_themes(talks(7), *[3] * 7)
    text = said(sentences.saturation_note, study, saturation(study, orders=5))
    assert text.startswith("New themes > 5% at 4+2, under these settings, up to the last of 7")
    assert "Of 5 random orders of the same sources, 0 meet the threshold" in text


def test_other_settings_are_the_ones_said(talks):
    study = with_themes(talks(3), 4, 1, 0)
    settings = {"base": 1, "run": 1, "threshold": 0.25}
    text = said(sentences.saturation_note, study, saturation(study, orders=0, **settings),
                **settings)  # fmt: skip
    assert text.startswith("New themes ≤ 25% at 1+1")
    with language("en"):
        figure, note = sentences.saturation_section(study, **settings)
    assert "base 1, run 1, threshold 25%" in figure.caption
    assert note.markdown.startswith("New themes ≤ 25% at 1+1")


# Causes

STATEMENT = """\
contributions:
  - id: x
    outcome: {{id: 'Hasil <b>', en: 'Outcome <b>'}}
    explanations:
      - {{id: one, text: {{id: 'satu *a*', en: 'first *a*'}}}}
      - {{id: two, text: {{id: dua, en: second}}}}
    tests:
{tests}
    conclusion: {{id: 'Simpulan <c>', en: 'So <c>'}}
"""


def with_tests(study, *tests):
    lines = [f"      - {{id: t{n}, of: {of}, kind: {kind}, result: {result}, "
             "expects: {id: a, en: a}, found: {id: b, en: b}}"
             for n, (of, kind, result) in enumerate(tests)]  # fmt: skip
    text = STATEMENT.format(tests="\n".join(lines))
    (study.path / "contributions.yml").write_text(text, "utf-8")
    return load_study(study.path)


def last(study):
    return sentences.contributions_section(study)[-1]


@pytest.mark.parametrize(
    ("tests", "words", "apart"),
    [
        ([("one", "smoking_gun", "passed")], "The claim is borne out", True),
        ([("one", "hoop", "failed")], "The claim is ruled out", True),
        ([("one", "smoking_gun", "passed"), ("one", "hoop", "failed")],
         "The claim is borne out by one test and ruled out by another", False),
        ([("one", "hoop", "passed")], "The claim is neither borne out nor ruled out", False),
        ([("one", "hoop", "not_available"), ("one", "hoop", "unclear")],
         "The claim has no test with a result", False),
    ],
)  # fmt: skip
def test_how_an_explanation_stands_is_said(talks, tests, words, apart):
    study = with_tests(talks(1), *tests)
    text = said(last, study)
    assert words in text
    assert "The rival explanation has no test with a result." in text
    assert ("do not tell the explanations apart" not in text) is apart
    unclear = sum(result in ("unclear", "not_available") for _of, _kind, result in tests)
    assert (f"{unclear} of {len(tests)} tests lack data" in text) is (unclear > 0)
    assert text.endswith(r"conclusion:** So \<c\>")


def test_a_statement_has_its_rivals_its_tests_and_its_conclusion():
    for lang in LANGUAGES:
        with language(lang):
            items = sentences.contributions_section(BUNDLED)
        assert [type(i) for i in items] == [Text, Text, Table, Text]
        for item in (items[0], items[1], items[3]):
            assert not FORBIDDEN.search(item.markdown), item.markdown
        for english in ("straw in the wind", "hoop", "smoking gun", "doubly decisive"):
            assert english in items[0].markdown
    with language("en"):
        assert "do not tell the explanations apart" in last(BUNDLED).markdown


def test_words_of_the_study_are_escaped(talks):
    text = said(lambda s: sentences.contributions_section(s)[1],
                with_tests(talks(1), ("one", "hoop", "passed")))  # fmt: skip
    assert r"Outcome \<b\>" in text
    assert r"- **The claim:** first \*a\*" in text


def test_a_study_without_causal_statements(talks):
    text = said(lambda s: sentences.contributions_section(s)[0], talks(1))
    assert text.startswith("The study states no cause to be tested")
