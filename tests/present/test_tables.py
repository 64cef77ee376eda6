"""Tables for people: whole in both languages, blank where nothing is known, and no code words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from bantar_lib import audit_claims, audit_tables, execution, load_study, reach
from bantar_lib.coding import codings, rate_indicators
from bantar_lib.present import tables
from bantar_lib.present.count_figures import scenario_label
from bantar_lib.present.display import Table
from bantar_lib.present.evidence_figures import (
    slip_text,
    suggestion_label,
    valence_label,
    verdict_label,
)
from bantar_lib.present.record import district_result
from bantar_lib.study import Study
from bantar_lib.study.tables import CLAIM_VERDICTS, RATINGS, SLIPS, SOURCE_KINDS, VALENCES
from bantar_lib.words import LANGUAGES, language

ENGLISH = re.compile(
    r"\b(the|of|and|is|in|by|not|which|what|districts?|source|unknown|yes|no|other|our|printed)\b",
    re.IGNORECASE,
)
BUNDLED = load_study("kampung_bantar")
KOTA_BARU = "15.71.07"

MAKERS: dict[str, Callable[[Study], Table]] = {
    "execution": lambda s: tables.execution_table(s, execution(s)),
    "reach": lambda s: tables.reach_table(s, reach(s)),
    "reach of one": lambda s: tables.reach_table(s, reach(s), first(s)),
    "counts": lambda s: tables.counts_table(s, first(s)),
    "ratings": lambda s: tables.ratings_table(s, first(s)),
    "segments": lambda s: tables.segments_table(s, first(s), "content.benefits"),
    "actors": tables.actors_table,
    "elements": tables.elements_table,
    "responses": tables.responses_table,
    "audit": lambda s: tables.audit_table(s, audit_tables(s)),
    "audit of one": lambda s: tables.audit_table(s, audit_tables(s), district_id=first(s)),
    "claims": lambda s: tables.claims_table(s, audit_claims(s)),
    "codebook": tables.codebook_table,
    "all segments": tables.all_segments_table,
    "matches": tables.matches_table,
    "corrections": lambda s: tables.corrections_table(s, audit_tables(s)),
    "coders": tables.coders_table,
}


def first(study: Study) -> str:
    return str(study.config.get("focus_district") or study.districts["district_id"].iloc[0])


@pytest.fixture(scope="module")
def small(tmp_path_factory, write_small_at) -> Study:
    """A study with gaps: a district without units, a count that is unknown, no printed table."""
    folder = write_small_at(
        tmp_path_factory.mktemp("tables") / "small",
        [("01", "Melati", ""), ("02", "Anggrek", 50), ("03", "Mawar", 60)],
        [("01", 2020, "proposed", 12), ("01", 2020, "implemented", ""),
         ("02", 2020, "proposed", 1200), ("02", 2020, "implemented", 900),
         ("03", 2020, "proposed", 0), ("03", 2020, "implemented", 0)],
        evidence=[("01", "talk", "content.benefits", "neutral")],
    )  # fmt: skip
    return load_study(folder)


def made(maker: str, study: Study, lang: str) -> Table:
    with language(lang):
        return MAKERS[maker](study)


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("which", ["bundled", "small"])
def test_a_table_is_whole_in_both_languages(small, maker, which):
    study = {"bundled": BUNDLED, "small": small}[which]
    one, other = (made(maker, study, lang) for lang in LANGUAGES)
    # Two headings of one word would silently become one column.
    assert one.frame.shape == other.frame.shape
    assert all(name.strip() for name in map(str, [*one.frame.columns, one.caption, other.caption]))
    for table in (one, other):
        assert set(table.numeric) <= set(table.frame.columns)
        for cell in table.frame.astype("str").to_numpy().ravel():
            assert not re.fullmatch(r"nan|NaN|<NA>|None|NA", cell), maker
            assert "{" not in cell


@pytest.mark.parametrize("maker", MAKERS)
def test_headings_and_captions_are_translated(small, maker):
    for study in (BUNDLED, small):
        table = made(maker, study, "id")
        readers = set(study.table("coders")["name_id"])
        for text in {table.caption, *map(str, table.frame.columns)} - readers - {"No."}:
            assert not ENGLISH.search(text), text


@pytest.mark.parametrize("maker", [m for m in MAKERS if m not in ("segments", "all segments")])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_code_words_are_shown(maker, lang):
    """Such as not_as_mandated: every choice has its words."""
    frame = made(maker, BUNDLED, lang).frame.astype("str")
    for cell in frame.iloc[:, 1:].to_numpy().ravel():
        assert not re.fullmatch(r"[a-z]+(_[a-z]+)+", cell), cell


@pytest.mark.parametrize(
    ("label", "words"),
    [
        (verdict_label, CLAIM_VERDICTS),
        (suggestion_label, (*RATINGS, "no_evidence")),
        (valence_label, VALENCES),
        (tables.source_kind_label, SOURCE_KINDS),
        (tables.slip_label, SLIPS),
        (lambda slip: slip_text(slip, 2), SLIPS),
        (tables.check_label, sorted(set(audit_tables(BUNDLED)["check"]))),
        (scenario_label, sorted(set(reach(BUNDLED)["scenario"]) | {"exact_distinct"})),
    ],
    ids=["verdicts", "ratings", "valences", "sources", "slips", "slip counts", "checks", "reach"],
)
def test_every_choice_has_its_words(label, words):
    said = {}
    for lang in LANGUAGES:
        with language(lang):
            said[lang] = [label(word) for word in words]
        assert len(set(said[lang])) == len(words), "two choices share their words"
        assert not any("_" in text for text in said[lang])
    assert not set(said["id"]) & set(said["en"])


def test_districts_stand_in_the_order_of_the_alphabet(small):
    """No league table."""
    for study in (BUNDLED, small):
        names = list(made("execution", study, "id").frame.iloc[:, 0])
        assert names == sorted(names)


def test_an_unknown_number_is_a_dash_and_a_zero_is_a_zero(small):
    rows = made("execution", small, "en").frame.set_index("district".capitalize())
    assert rows.loc["Melati"].iloc[2:].eq("–").all()
    assert rows.loc["Mawar"].iloc[:2].tolist() == ["0", "0"]
    assert rows.loc["Mawar"].iloc[2:].eq("–").all(), "0 of 0 is no rate"
    counts = made("counts", small, "en").frame
    assert counts["Count"].tolist() == ["12", "unknown"]
    assert made("counts", small, "id").frame["Jumlah"].tolist() == ["12", "tidak diketahui"]


def test_numbers_are_written_as_the_language_does(small):
    row = made("execution", small, "en").frame.set_index("District").loc["Anggrek"]
    assert row.iloc[:3].tolist() == ["1,200", "900", "75%"]
    row = made("execution", small, "id").frame.set_index("Kecamatan").loc["Anggrek"]
    assert row.iloc[:3].tolist() == ["1.200", "900", "75%"]


def test_ratings_are_those_of_the_coding_room():
    table = made("ratings", BUNDLED, "en").frame
    expected = rate_indicators(BUNDLED, KOTA_BARU, by="datum")
    assert len(table) == len(expected) == 9
    for column in ("supports", "mixed", "inhibits"):
        assert table[column].astype(int).tolist() == expected[column].tolist()


def test_every_segment_can_be_found_again():
    frame = made("all segments", BUNDLED, "en").frame
    assert frame.iloc[:, 0].tolist() == BUNDLED.table("segments")["segment_id"].tolist()
    assert len(frame.columns) == 4 + codings(BUNDLED)["coder"].nunique()


def test_the_audit_of_all_lists_what_differs_and_of_one_all_that_is_checked():
    audit = audit_tables(BUNDLED)
    frame = made("audit", BUNDLED, "en").frame
    assert len(frame) == (audit["verdict"] == "differs").sum() > 0
    own = made("audit of one", BUNDLED, "en").frame
    assert len(own) == (audit["district_id"] == KOTA_BARU).sum() > 0


def test_a_tables_cells_are_plain_text_until_it_is_shown(tmp_path, write_small_at):
    districts = [("01", "<b>|*x*", 40), ("02", "Kenanga", 50)]
    counts = [(d, 2020, s, 4) for d in ("01", "02") for s in ("proposed", "implemented")]
    study = load_study(write_small_at(tmp_path / "x", districts, counts))
    with language("en"):
        table = tables.execution_table(study, execution(study))
    assert table.frame.iloc[0, 0] == "<b>|*x*"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_districts_record(small, lang):
    """The same in every language: it is data."""
    records = []
    for study in (BUNDLED, small):
        with language(lang):
            rates, shares = execution(study), reach(study)
            for place in study.districts["district_id"]:
                records.append(district_result(study, place, rates, shares).record)
    for record in records:
        json.dumps(record, allow_nan=False)
        assert record["input_hash"] in (BUNDLED.content_hash, small.content_hash)
        rows = record["results"]
        assert {row["district_id"] for row in rows} == {record["district_id"]}
        keys = [(row["measure"], row["reading"]) for row in rows if row["measure"] != "execution"]
        assert len(keys) == len(set(keys))
        for row in rows:
            assert row["role"] in ("primary", "annex")
            if row["measure"] == "reach" and row["value"] is not None:
                share = row["numerator"] / row["denominator"]
                assert row["value"] == pytest.approx(share, abs=1e-6)


def test_a_record_keeps_unknown_apart_from_zero(small):
    rates, shares = execution(small), reach(small)
    values = {}
    for place in ("01", "03"):
        rows = district_result(small, place, rates, shares).record["results"]
        counted = next(row for row in rows if row["reading"] == "counted")
        values[place] = counted["numerator"], counted["denominator"], counted["value"]
    assert values == {"01": (None, None, None), "03": (0, 0, None)}


def test_one_reading_of_each_measure_leads():
    rows = district_result(BUNDLED, KOTA_BARU, execution(BUNDLED), reach(BUNDLED)).record["results"]
    primary = [(row["measure"], row["reading"]) for row in rows if row["role"] == "primary"]
    assert primary == [
        ("execution", "pooled"), ("reach", "lower_bound"), ("reach", "upper_bound"),
    ]  # fmt: skip


def test_a_rate_of_fewer_years_says_which(write_small):
    counts = [
        (d, year, stage, n)
        for d in ("01", "02", "03")
        for year in (2020, 2021)
        for stage, n in (("proposed", 12), ("implemented", "" if (d, year) == ("02", 2021) else 9))
    ]
    study = load_study(write_small(counts=counts))
    with language("en"):
        table = tables.execution_table(study, execution(study)).frame
    assert list(table.iloc[:, 0]) == ["Kenanga (2020)", "Mawar", "Melati"]


def test_a_scenario_that_fewer_districts_know_says_so(write_small):
    counts = [
        (d, year, stage, n)
        for d in ("01", "02", "03")
        for year in (2020, 2021)
        for stage, n in (("proposed", 12), ("implemented", "" if (d, year) == ("02", 2021) else 9))
    ]
    study = load_study(write_small(counts=counts))
    with language("en"):
        whole = tables.reach_table(study, reach(study)).frame["Scenario"].tolist()
        own = tables.reach_table(study, reach(study), "01").frame["Scenario"].tolist()
    assert [s for s in whole if s.endswith("(2 of 3 districts)")]
    assert not [s for s in own if "of 3" in s]
