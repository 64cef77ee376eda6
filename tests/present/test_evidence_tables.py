"""Tables of how far evidence carries: what they say is what the coding room found."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable

import pytest

from bantar_lib import load_study
from bantar_lib.coding import CodingLog, agreement_by_indicator, confidence, orphans
from bantar_lib.coding.contribution import BEARINGS, KINDS, RESULTS, read_contributions
from bantar_lib.coding.triangulation import _agreement
from bantar_lib.present import evidence_tables as tables
from bantar_lib.present.display import Table, Text, markdown_table
from bantar_lib.study import Study
from bantar_lib.study.tables import CONFIDENCES
from bantar_lib.words import LANGUAGES, language

BUNDLED = load_study("kampung_bantar")
KOTA_BARU = "15.71.07"
ENGLISH = re.compile(r"\b(the|of|and|is|in|by|not|which|source|unknown|yes|no|other|our)\b", re.I)
NAME = "<b>*Melati*</b> | $x$"

MAKERS: dict[str, Callable[[Study], Table | Text]] = {
    "confidence": lambda s: tables.confidence_table(s, focus(s)),
    "triangulation": lambda s: tables.triangulation_table(s, focus(s)),
    "orphans": tables.orphans_table,
    "agreement": tables.agreement_by_indicator_table,
    "co-occurrence": tables.cooccurrence_table,
    "tests": lambda s: tables.contribution_table(read_contributions(s)[0]),
}


def focus(study: Study) -> str:
    return str(study.config.get("focus_district") or study.districts["district_id"].iloc[0])


def write_table(folder, table, heads, *rows):
    """Write a table into a study."""
    with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([heads.split(), *rows])


SOURCES = [
    # source_id, kind, role
    ("talk_1", "interview", "ketua RT"),
    ("talk_2", "interview", "ketua RT"),
    ("talk_3", "interview", "lurah"),
    ("visit", "observation", ""),
    ("report", "statistic", ""),
]


@pytest.fixture
def rich(tmp_path, write_small_at) -> Study:
    """Sources of several kinds and roles, two readers, judgements, links, and a test each kind."""
    evidence = [
        ("01", "talk_1", "content.resources", "supports"),
        ("01", "talk_2", "content.resources", "supports"),
        ("01", "visit", "content.resources", "supports"),
        ("01", "talk_1", "content.site", "supports"),
        ("01", "talk_3", "content.site", "inhibits"),
        ("01", "talk_2", "content.change", "neutral"),
        ("01", "visit", "content.benefits", "mixed"),
    ]
    folder = write_small_at(tmp_path / "rich", [("01", NAME, 40), ("02", "Mawar", 50)],
                            [("01", 2020, "proposed", 4)], evidence=evidence)  # fmt: skip
    write_table(folder, "sources", "source_id kind title_id title_en role sampled release",
              *[(s, k, s, s, r, "purposive" if k == "interview" else "", "quote")
                for s, k, r in SOURCES])  # fmt: skip
    write_table(folder, "coders", "coder_id name_id name_en kind blind",
              *[(c.casefold(), c, c, "person", "yes") for c in ("Ani", "Budi")])  # fmt: skip
    write_table(
        folder, "judgements", "district_id indicator rating confidence reason_id reason_en by on",
        ("01", "content.resources", "leans_supports", "high", "alasan *kuat*",
         "a *strong* reason", "Citra", "2026-01-01"),
        ("01", "content.site", "contested", "", "alasan", "reason", "Dewi", "2026-01-01"),
    )  # fmt: skip
    study = load_study(folder)
    log = CodingLog(study, "budi")
    for n in (1, 2, 3, 4):
        log.code(f"S{n}", "content.resources", "supports")
    return load_study(folder)


def made(maker, study, lang):
    with language(lang):
        return MAKERS[maker](study)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("maker", [m for m in MAKERS if m != "co-occurrence"])
def test_a_table_is_whole_in_each_language(maker, lang):
    table = made(maker, BUNDLED, lang)
    assert set(table.numeric) <= set(table.frame.columns)
    assert len(set(table.frame.columns)) == len(table.frame.columns)
    for cell in table.frame.to_numpy().ravel():
        assert isinstance(cell, str) and cell.strip()
        assert not re.fullmatch(r"nan|<NA>|None|NA|[a-z]+(_[a-z]+)+", cell)
        assert "{" not in cell
    if lang == "id":
        for text in (table.caption, *table.frame.columns):
            assert not ENGLISH.search(text), text


@pytest.mark.parametrize(
    ("label", "words"),
    [
        (tables.confidence_label, CONFIDENCES),
        (tables.prompt_label, ("limitations", "coherence", "adequacy", "relevance")),
        (tables.kind_of_test, KINDS),
        (tables.agreement_label, ("agrees", "contradicts", "one_source", "single", "unclear",
                                  "no_direction", "no_evidence")),
    ],
)  # fmt: skip
def test_every_choice_has_its_words(label, words):
    said = {}
    for lang in LANGUAGES:
        with language(lang):
            said[lang] = [label(word) for word in words]
        assert len(set(said[lang])) == len(words)
        assert not any("_" in text for text in said[lang])
    assert not set(said["id"]) & set(said["en"])


# Confidence


def test_facts_are_those_of_the_coding_room(rich):
    facts = confidence(rich, "01").set_index("indicator")
    row = made("confidence", rich, "en").frame.set_index("Indicator").loc["Resources committed"]
    own = facts.loc["content.resources"]
    assert own["ceiling"] == "high" and own["concerns"] == ""
    assert row["Highest confidence allowed"] == "high"
    assert row["Concerns"] == "–"
    assert row["Limitations"].startswith("0% of codings inferred; 33% of sources")
    assert row["Adequacy"] == "independent sources: 3; kinds beside the author's statements: 2"
    assert row["Coherence"] == (
        "contestedness 0.00; the rating stays in 100% of the runs without a source or role"
    )
    assert row["Relevance"] == "100% of codings speak of this place itself"


def test_what_nothing_speaks_of_has_dashes_and_what_gives_no_direction_is_said(rich):
    frame = made("confidence", rich, "en").frame.set_index("Indicator")
    empty = frame.loc["Interests affected"]
    assert empty.drop("Highest confidence allowed").eq("–").all()
    assert empty["Highest confidence allowed"] == "no evidence"
    assert frame.loc["Extent of change envisioned", "Coherence"] == "no direction"
    assert frame.loc["Type of benefits", "Coherence"].startswith("mixed only; stability unknown")


@pytest.mark.parametrize(
    ("lang", "above", "unstated"),
    [
        ("en", "leans towards supporting, confidence high (Citra: a *strong* reason)",
         "contested, confidence not stated (Dewi: reason)"),
        ("id", "cenderung mendukung, keyakinan tinggi (Citra: alasan *kuat*)",
         "diperselisihkan, keyakinan tidak disebut (Dewi: alasan)"),
    ],
)  # fmt: skip
def test_a_persons_judgement_stands_with_who_and_why(rich, lang, above, unstated):
    column = made("confidence", rich, lang).frame.iloc[:, -1]
    said = [cell for cell in column if cell != "–"]
    assert said == [unstated, above]


def test_a_level_above_the_ceiling_is_marked(rich):
    with language("en"):
        words = [tables._level(level, "low") for level in CONFIDENCES]
        assert tables._level("very_low", "").endswith("allows]"), "no evidence allows nothing"
    assert [w.endswith("[above what the evidence allows]") for w in words] == [
        True, True, False, False,
    ]  # fmt: skip


# Triangulation


def test_kinds_and_roles_side_by_side(rich):
    table = made("triangulation", rich, "en")
    rows = table.frame[table.frame["Indicator"] == "Resources committed"]
    assert rows[["Kind of source", "Role", "supports", "together"]].values.tolist() == [
        ["interview", "ketua RT", "2", "agree"],
        ["observation", "–", "1", "agree"],
    ]
    site = table.frame[table.frame["Indicator"] == "Site of decision making"]
    assert set(site["together"]) == {"contradict each other"}
    assert site["direction"].tolist() == ["supports", "inhibits"]
    gap = table.frame[table.frame["Indicator"] == "Interests affected"]
    assert gap.iloc[0, 1:].tolist() == ["–", "–", "0", "0", "0", "–", "0", "no evidence"]


def test_a_role_that_points_to_one_person_is_not_shown(rich):
    for lang, word in (("en", "informant"), ("id", "narasumber")):
        frame = made("triangulation", rich, lang).frame.astype("str")
        assert word in set(frame.iloc[:, 2])
        assert "lurah" not in frame.to_numpy().ravel()


def test_without_roles_there_is_no_column_for_them():
    assert "Role" not in made("triangulation", BUNDLED, "en").frame.columns


def test_the_words_cover_what_triangulation_can_say():
    cases = [([], False), ([], True), (["supports", "inhibits"], True), (["supports"], True),
             (["supports", "mixed"], True), (["supports"] * 2, True)]  # fmt: skip
    for directions, coded in cases:
        for independent in (1, 2):
            flag = _agreement(directions, independent, coded)
            with language("id"):
                assert tables.agreement_label(flag) != flag


# Links


def test_each_orphan_stands_once_with_all_that_it_lacks():
    rows = made("orphans", BUNDLED, "en").frame
    found = orphans(BUNDLED)
    assert len(rows) == found.groupby(["kind", "segment_id"]).ngroups
    assert rows["Gap"].str.split("; ").map(len).sum() == len(found)
    assert rows.iloc[-1][["Segment", "Gap"]].tolist() == ["F56", "without a finding"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_orphans_or_links_a_note_says_so(tmp_path, write_small_at, lang):
    evidence = [("01", "talk", "content.site", "supports")] * 3
    folder = write_small_at(tmp_path / "links", evidence=evidence)
    unlinked = made("orphans", load_study(folder), lang)
    write_table(folder, "responses", "response_id factor effort recommendation",
              ("R1", "S1", "S2", "S3"))  # fmt: skip
    linked = made("orphans", load_study(folder), lang)
    assert {"en": "links no factors", "id": "tidak memasangkan faktor"}[lang] in unlinked.markdown
    assert {"en": "Every factor has", "id": "Setiap faktor mempunyai"}[lang] in linked.markdown


# Agreement and co-occurrence


def test_agreement_is_that_of_the_coding_room_with_its_unit():
    table = made("agreement", BUNDLED, "en")
    found = agreement_by_indicator(BUNDLED).set_index(["coefficient", "indicator"])
    first = table.frame.iloc[0]
    ac1 = found.loc[("gwet_ac1", "content.interests")]
    assert first["Gwet's AC1"] == f"{ac1['estimate']:.2f}"
    assert first["95% interval of AC1"] == f"{ac1['low']:.2f}–{ac1['high']:.2f}"
    plain = found.loc[("percent_agreement", "content.interests"), "estimate"]
    assert first["percent agreement"] == f"{plain:.0%}"
    assert "over 80% of the answers are the same" in first["Warning"]
    assert f"Unit: {ac1['units']} paraphrased segments, segmentation given" in table.caption
    assert "kesepakatan" in made("agreement", BUNDLED, "id").caption.casefold()


def test_what_nobody_gave_is_not_agreed_upon(rich):
    frame = made("agreement", rich, "en").frame.set_index("Indicator")
    assert frame.loc["Interests affected"].tolist() == [
        "0", "–", "–", "–", "no reader gave it, so there is nothing to compare",
    ]  # fmt: skip
    assert frame.loc["Resources committed", "percent agreement"] == "75%"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_reading_and_readings_that_never_meet_have_notes(rich, lang):
    log = CodingLog(rich, "budi")
    for event in [e["id"] for e in log.events if e["event"] == "code"]:
        log.uncode(event)
    alone = made("agreement", load_study(rich.path), lang)
    assert {"en": "only one reading", "id": "satu pembacaan"}[lang] in alone.markdown
    (rich.path / "codings" / "ani.jsonl").write_text("", "utf-8")
    CodingLog(rich, "ani").code("S5", "content.site", "inhibits")
    CodingLog(rich, "budi").code("S6", "content.site", "inhibits")
    apart = made("agreement", load_study(rich.path), lang)
    assert {"en": "by two readers", "id": "oleh dua pengode"}[lang] in apart.markdown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_codes_that_meet_are_listed_by_their_labels(rich, lang):
    assert isinstance(made("co-occurrence", rich, lang), Text)
    log = CodingLog(rich, "ani")
    theme = log.make("air bersih")
    log.code("S1", theme, "supports")
    frame = made("co-occurrence", load_study(rich.path), lang).frame
    assert len(frame) == 1
    label = rich.framework.indicator("content.resources").label[lang]
    assert set(frame.iloc[0, :2]) == {"air bersih", label}
    assert sorted(frame.iloc[0, 2:5]) == ["1", "1", "3"]
    assert frame.iloc[0, 5] == "33%"


# Causal tests


def test_tests_stand_with_what_they_expect_and_found():
    one = read_contributions(BUNDLED)[0]
    frame = made("tests", BUNDLED, "en").frame
    assert len(frame) == len(one.tests)
    assert frame.iloc[0]["Kind of test"] == "hoop test"
    assert frame.iloc[0]["Test result"] == "passed"
    assert frame.iloc[0]["What that says of the explanation"] == "leaves it possible"
    assert frame.iloc[-1]["Segments"] == "–"
    assert set(made("tests", BUNDLED, "id").frame["Jenis uji"]) == {
        "petunjuk lemah", "uji syarat", "bukti kuat", "uji penentu",
    }  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_result_and_bearing_has_its_words_and_the_untested_stay(tmp_path, lang):
    folder = tmp_path / "study"
    shutil.copytree(BUNDLED.path, folder)
    pairs = [(kind, result) for kind in KINDS for result in RESULTS]
    tests = "\n".join(
        f"      - {{id: t{n}, of: one, kind: {kind}, result: {result}, expects: {{id: a, en: b}}, "
        f"found: {{id: c, en: d}}}}" for n, (kind, result) in enumerate(pairs)
    )  # fmt: skip
    (folder / "contributions.yml").write_text(
        "contributions:\n  - id: x\n    outcome: {id: '<b>', en: '<b>'}\n    explanations:\n"
        "      - {id: one, text: {id: satu, en: one}}\n"
        "      - {id: two, text: {id: dua, en: two}}\n"
        "      - {id: three, text: {id: tiga, en: three}}\n"
        f"    tests:\n{tests}\n    conclusion: {{id: y, en: z}}\n", "utf-8")  # fmt: skip
    table = made("tests", load_study(folder), lang)
    assert len(table.frame) == len(pairs) + 2
    assert len(set(table.frame.iloc[:-2, 3])) == len(RESULTS)
    assert len(set(table.frame.iloc[:-2, 5])) == len(set(BEARINGS.values())) + 1
    assert table.frame.iloc[-1, 0].endswith(" 2")
    assert table.frame.iloc[-1, 1:2].eq("–").all()


# Names from data


def test_names_are_plain_text_until_shown_and_then_escaped(rich):
    for maker in ("confidence", "triangulation"):
        table = made(maker, rich, "en")
        assert NAME in table.caption
        shown = markdown_table(table.frame, table.caption)
        assert r"\<b\>\*Melati\*\</b\> \| \$x\$" in shown
        assert "*strong*" not in shown.replace(r"\*strong\*", "")


def test_one_source_on_both_sides_is_not_called_of_one_mind():
    with language("en"):
        cells = tables.confidence_table(BUNDLED, KOTA_BARU).frame["Coherence"]
    sided = [c for c in cells if not c.startswith("mixed only")]
    assert len(sided) > 1
    assert {c.split("; ")[0] for c in sided} == {"contestedness unknown"}
