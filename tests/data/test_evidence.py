"""The evidence tables of the bundled study hold together and quote nothing."""

import csv
import re
from pathlib import Path

import pytest

from bantar_lib.study.tables import TABLES

ROOT = Path(__file__).parents[2]
STUDY = ROOT / "data" / "kampung_bantar"
ARTICLE = ROOT.parent / "shared" / "source" / "thesis.txt"
DRAFT = ROOT.parent / "shared" / "study" / "segments_draft.csv"
RUN = 8  # this many words in a row, shared with the article, count as copied

# How many paragraphs of prose each section of the article has. Captions, headings, lists and
# tables are not counted.
PARAGRAPHS = {
    "Abstrak": 1,
    "Abstract": 1,
    "Latar Belakang": 4,
    "Tinjauan Teoritis": 6,
    "Metode Penelitian": 3,
    "Kepentingan yang Dipengaruhi": 2,
    "Jenis Manfaat": 1,
    "Derajat Perubahan": 2,
    "Letak Pengambilan Keputusan": 2,
    "Pelaksana Program": 3,
    "Sumber Daya": 5,
    "Kekuasaan, Kepentingan, dan Strategi Aktor": 1,
    "Karakteristik Lembaga dan Penguasa": 1,
    "Kepatuhan dan Daya Tanggap": 1,
    "Faktor Pendukung": 3,
    "Faktor Penghambat": 2,
    "Upaya": 3,
    "Kesimpulan": 3,
}
# Where a section begins, where its heading is not simply its name.
HEADINGS = {
    "Abstrak": "ABSTRAK",
    "Abstract": "ABSTRACT",
    "Latar Belakang": "Latar  Belakang",
    "Metode Penelitian": "METODE PENELITIAN",
    "Kepentingan yang Dipengaruhi": "Kepentingan yang Dipengauhi",
    "Letak Pengambilan Keputusan": "Letak Pengambil Keputusan",
    "Kekuasaan, Kepentingan, dan Strategi Aktor": "Kekuasaan, Kepentingan dan Strategi",
    "Upaya": "Upaya yang dilakukan Pemerintah Kota",
    "Kesimpulan": "KESIMPULAN",
}
EVIDENCE = ("segments", "actors", "elements", "responses", "sources")

needs_article = pytest.mark.skipif(
    not ARTICLE.exists(), reason="the article is not part of the checkout"
)


def rows(table: str) -> list[dict[str, str]]:
    path = STUDY / f"{table}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def named(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


@pytest.mark.parametrize("table", EVIDENCE)
def test_columns_are_the_code_s_and_keys_are_unique(table):
    found = rows(table)
    assert found
    assert list(found[0]) == [c.name for c in TABLES[table].columns]
    keys = [tuple(r[k] for k in TABLES[table].key) for r in found]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("table", EVIDENCE)
def test_cells_keep_the_form_of_their_column(table):
    for number, row in enumerate(rows(table), 2):
        for column in TABLES[table].columns:
            cell, where = row[column.name], f"{table}.csv:{number}:{column.name}"
            assert cell or not column.required, where
            assert cell == " ".join(cell.split()), where
            if column.kind == "choice":
                assert cell in ("", *column.choices), where
            if column.kind == "bool":
                assert cell in ("", "yes", "no"), where


@pytest.mark.parametrize("table", EVIDENCE)
def test_references_resolve(table):
    for column in TABLES[table].columns:
        if column.refers_to.startswith(("segments.", "sources.", "districts.")):
            target, key = column.refers_to.split(".")
            known = {r[key] for r in rows(target)}
            for row in rows(table):
                assert set(named(row[column.name])) <= known, (column.name, row)


@pytest.mark.parametrize("table", EVIDENCE)
def test_a_text_stands_in_both_languages_or_in_none(table):
    pairs = [c.name for c in TABLES[table].columns if c.name.endswith("_en")]
    for row in rows(table):
        for english in pairs:
            indonesian = english.removesuffix("_en") + "_id"
            assert bool(row[english]) == bool(row[indonesian]), (english, row)


@pytest.mark.parametrize("table", ["segments", "claims"])
def test_locators_name_a_paragraph_that_exists(table):
    printed = {f"Tabel {r['table']}, baris {r['row']}" for r in rows("published")}
    for row in rows(table):
        section, where = row["section"], row[f"{table.removesuffix('s')}_id"]
        if row["paragraph"]:
            assert 1 <= int(row["paragraph"]) <= PARAGRAPHS[section], where
        else:  # not in prose: a heading, or a place in a table
            part = r"Tabel 1\.[12](, (judul|judul kolom|sumber))?"
            heading = section.removesuffix(", judul")
            assert section in printed or re.fullmatch(part, section) or heading in PARAGRAPHS, where


def test_every_inference_says_what_is_inferred():
    for table in ("segments", "actors", "elements", "responses"):
        for row in rows(table):
            if row["inference"] == "yes":
                assert re.search("tafsiran kami|ditafsirkan", row["note_id"]), row
                assert re.search("our inference|is inferred", row["note_en"]), row


def test_segments_that_rest_on_one_sentence_or_figure_share_their_datum():
    datum = {r["segment_id"]: r["datum"] for r in rows("segments")}
    for together in (
        {"F02", "F39"},  # one figure, printed twice
        {"F38", "F39"},  # one sentence
        {"F04", "F05", "F06"},
        {"F09", "F10", "F11"},
        {"F12", "F13"},
        {"F14", "F15", "F16", "F17", "F18"},
        {"F26", "F27", "F28", "F29", "F30", "F31", "F32"},
        {"F54", "F55", "F56", "F57"},
        {"F48", "F86"},  # said in the body, said again in the conclusion
        {"F25", "F87"},
        {"F33", "F88"},
    ):
        assert len({datum[s] for s in together}) == 1, together
    assert datum["F06"] != datum["F07"]  # a sentence of its own
    assert datum["F37"] != datum["F46"]  # these contradict each other


def test_no_informant_is_invented():
    assert not [r for r in rows("sources") if r["kind"] == "interview"]


def test_a_criterion_that_is_only_listed_is_no_evidence():
    listed = {"F15", "F16", "F17", "F18"}
    statuses = {r["element"]: r for r in rows("elements")}
    only_listed = [r for r in statuses.values() if set(named(r["segment_ids"])) <= listed]
    assert len(only_listed) == 6
    assert {r["status"] for r in only_listed} == {"no_evidence"}
    reported = [r for r in statuses.values() if r not in only_listed]
    assert "no_evidence" not in {r["status"] for r in reported}


def test_nothing_of_the_evidence_is_lost_on_the_way_to_actors_elements_and_responses():
    segments = rows("segments")
    by_kind: dict[str, set[str]] = {}
    for row in segments:
        by_kind.setdefault(row["kind"], set()).add(row["segment_id"])
    in_actors = {s for r in rows("actors") for s in named(r["segment_ids"])}
    in_elements = {s for r in rows("elements") for s in named(r["segment_ids"])}
    links = rows("responses")
    linked = {c: [s for r in links for s in named(r[c])] for c in ("factor", "effort")}
    linked["recommendation"] = [s for r in links for s in named(r["recommendation"])]
    supporting = {r["segment_id"] for r in segments if r["section"] == "Faktor Pendukung"}
    assert by_kind["actor"] - in_actors == set()
    assert by_kind["element"] - in_elements == set()
    assert sorted(linked["effort"]) == sorted(by_kind["effort"])
    assert sorted(linked["recommendation"]) == sorted(by_kind["recommendation"])
    assert by_kind["factor"] - set(linked["factor"]) == supporting


def test_a_link_to_a_recommendation_is_ours_unless_it_stands_alone():
    for row in rows("responses"):
        filled = [c for c in ("factor", "effort", "recommendation") if row[c]]
        assert filled, row
        if row["recommendation"] and len(filled) > 1:
            assert row["inference"] == "yes", row["response_id"]


def test_a_role_gap_is_judged_only_where_mandate_and_practice_are_reported():
    for row in rows("actors"):
        if not (row["mandated_en"] and row["actual_en"]):
            assert row["gap"] == "unknown", row["actor_id"]


def test_an_old_agency_name_is_explained_where_a_table_first_has_it():
    glosses = {
        r"\bSKPD\b": "(kini perangkat daerah)",
        r"\bBPM\b": "kini DPMPPA",
        r"\bBadan Lingkungan Hidup\b": "(nama lama)",
        r"\bDinas Kebersihan\b": "(nama lama)",
    }
    for table in (*EVIDENCE, "claims"):
        cells = [c for r in rows(table) for n, c in r.items() if n.endswith("_id")]
        assert sum(cell.count("kini perangkat daerah") for cell in cells) <= 1, table
        for old, gloss in glosses.items():
            first = next((cell for cell in cells if re.search(old, cell)), gloss)
            assert gloss in first, (table, first)


@pytest.mark.skipif(not DRAFT.exists(), reason="the draft is not part of the checkout")
def test_the_draft_s_numbers_keep_their_place():
    with DRAFT.open(encoding="utf-8", newline="") as file:
        draft = [r["segment"] for r in csv.DictReader(file)]
    ours = [r["segment_id"] for r in rows("segments")]
    assert ours == [f"F{n:02d}" for n in range(1, len(ours) + 1)]
    assert ours[: len(draft)] == draft


@needs_article
def test_paragraph_counts_are_the_article_s():
    lines = [line.strip() for line in ARTICLE.read_text(encoding="utf-8").splitlines()]
    heads = {HEADINGS.get(name, name): name for name in PARAGRAPHS}
    counted = dict.fromkeys(PARAGRAPHS, 0)
    section = ""
    for line in lines:
        bare = line.removeprefix("[bookmark: _GoBack]")
        found = [n for h, n in heads.items() if bare.startswith(h) and not bare.endswith(".")]
        # Prose has at least 15 words; the longest caption, cell and list item have fewer.
        if found and counted[found[0]] == 0:
            section = found[0]
        elif len(words(line)) >= 15:
            counted[section] += 1
    assert counted == PARAGRAPHS


@needs_article
@pytest.mark.parametrize("table", (*EVIDENCE, "claims", "coders", "judgements"))
def test_no_sentence_is_the_article_s(table):
    article = words(ARTICLE.read_text(encoding="utf-8"))
    runs = {tuple(article[i : i + RUN]) for i in range(len(article) - RUN + 1)}
    assert len(runs) > 2000
    bilingual = [c.name for c in TABLES[table].columns if re.search("_(id|en)$", c.name)]
    for row in rows(table):
        for name in (*bilingual, "note"):
            text = words(row.get(name, ""))
            for i in range(len(text) - RUN + 1):
                run = tuple(text[i : i + RUN])
                assert run not in runs, f"{table}: {' '.join(run)!r} in {row}"
