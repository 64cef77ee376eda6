"""The data dictionary describes every column of every table, and nothing else."""

import csv
import re
from pathlib import Path

import pytest

from bantar_lib.study.tables import CODING_EVENTS, TABLES, VALENCES

DICTIONARY = Path(__file__).parents[2] / "data" / "dictionary.csv"
# The coding log is not a table: its fields are those that the log's replay reads.
LOG_FIELDS = [
    "id",
    "at",
    "event",
    "segment",
    "code",
    "valence",
    "directness",
    "evidence_type",
    "memo",
    "of",
    "span",
    "source",
    "district",
    "settles",
    "label",
    "parent",
    "codes",
    "into",
    "parts",
    "from",
]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with DICTIONARY.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_column_is_described_once_and_in_the_order_of_the_code(rows):
    described = [(r["table"], r["column"]) for r in rows if r["table"] != "codings"]
    assert described == [(t.name, c.name) for t in TABLES.values() for c in t.columns]


def test_kind_required_and_values_are_those_of_the_code(rows):
    described = {
        (r["table"], r["column"]): (r["kind"], r["required"], r["values"])
        for r in rows
        if r["table"] != "codings"
    }
    in_code = {
        (t.name, c.name): (c.kind, "yes" if c.required else "no", "|".join(c.choices))
        for t in TABLES.values()
        for c in t.columns
    }
    assert described == in_code


def test_the_coding_log_is_described(rows):
    log = {r["column"]: r for r in rows if r["table"] == "codings"}
    assert list(log) == LOG_FIELDS
    assert log["event"]["values"] == "|".join(CODING_EVENTS)
    assert log["valence"]["values"] == "|".join(VALENCES)
    assert [name for name, r in log.items() if r["required"] == "yes"] == ["id", "at", "event"]


def test_both_meanings_are_filled_and_differ(rows):
    for row in rows:
        where = f"{row['table']}.{row['column']}"
        assert row["meaning_id"].endswith("."), where
        assert row["meaning_en"].endswith("."), where
        assert row["meaning_id"] != row["meaning_en"], where


def test_a_blank_that_means_unknown_says_so(rows):
    meanings = {(r["table"], r["column"]): r for r in rows}
    for table in TABLES.values():
        for column in table.columns:
            if column.heading:
                row = meanings[table.name, column.name]
                assert "harus ada; sel kosong" in row["meaning_id"], (table.name, column.name)
                assert "must be there; a blank cell" in row["meaning_en"], column.name


def test_reads_without_words_set_aside(rows):
    """Set words of the Indonesian pages; the reverse side of each is not used."""
    for row in rows:
        found = re.search(r"\b(valensi|vonis|klaim|fasilitator|eksekusi)\b", row["meaning_id"])
        assert not found, row["column"]
