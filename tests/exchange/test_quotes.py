"""Quotes for a report: from what may be shown, and without naming anyone."""

from __future__ import annotations

import zipfile

import openpyxl
import pytest

from bantar_lib import load_study
from bantar_lib.errors import UserError
from bantar_lib.exchange import quote_table, source_table, write_quote_tables
from bantar_lib.words import language

TALK = "Kas RT terisi.\nPetugas tidak datang.\n"


@pytest.fixture
def folder(make_study, made):
    return make_study(
        [
            made.source("talk", kind="interview", role="Lurah Satu", title_en="Talk with Pak Budi"),
            made.source("report", "paraphrase"),
            made.source("secret", "none", title_en="Hidden title"),
        ],
        [
            made.segment("S1", "report", section="Part A", paragraph="2"),
            made.segment("S2", "report", district_id="02"),
            made.segment("S3", "report", district_id=""),
            made.segment("S4", "secret", text_en="Hidden words"),
        ],
        files={"documents/talk.txt": TALK},
        logs={"codings/ani": [
            made.code("c1", "S1"),
            made.code("c2", "S2", valence="inhibits"),
            made.code("c3", "S3", code="content.interests"),
            made.code("c4", "S4"),
            made.code("c5", made.span(TALK, "Petugas tidak datang.", "talk.txt"), district="01"),
            made.code("c6", made.span(TALK, "Kas RT", "talk.txt"), code="new.x"),
        ], "codings/budi": [made.code("c1", "S1", valence="mixed")]},
    )  # fmt: skip


def test_rows_stand_by_indicator_then_source(folder):
    table = quote_table(load_study(folder), coder="ani")
    shown = table[["indicator", "source", "locator", "valence", "text", "is_quote"]]
    assert shown.to_numpy().tolist() == [
        ["content.interests", "Title report", "", "supports", "Text of segment S3.", False],
        ["content.resources", "Interview 1", "15–36", "supports", "Petugas tidak datang.", True],
        ["content.resources", "Title report", "Part A, paragraph 2", "supports",
         "Text of segment S1.", False],
        ["content.resources", "Title report", "", "inhibits", "Text of segment S2.", False],
        ["", "Interview 1", "0–6", "supports", "Kas RT", True],
    ]  # fmt: skip
    assert table["label"].iloc[-1] == "new.x"


def test_a_district_takes_what_speaks_of_it_and_of_the_whole(folder):
    study = load_study(folder)
    one = quote_table(study, district="satu", coder="ani")
    assert one["text"].tolist() == ["Text of segment S3.", "Petugas tidak datang.",
                                    "Text of segment S1.", "Kas RT"]  # fmt: skip
    assert quote_table(study, district="02")["segment_id"].tolist() == ["S3", "S2", ""]
    assert len(quote_table(load_study("kampung_bantar"), district="Jelutung")) == 0


def test_everyone_or_one_coder(folder):
    study = load_study(folder)
    assert set(quote_table(study)["coder"]) == {"ani", "budi"}
    assert quote_table(study, coder="budi")["valence"].tolist() == ["mixed"]
    with pytest.raises(UserError, match="no coding log that may be shared"):
        quote_table(study, coder="nobody")


def test_the_language_of_texts_and_words(folder):
    with language("id"):
        table = quote_table(load_study(folder), coder="budi")
    assert table[["text", "valence"]].to_numpy().tolist() == [["Isi segmen S1.", "campuran"]]


def roles(make_study, made, *held: tuple[str, str]) -> list[str]:
    """Make interviews of (role, district) and return their roles as a report shows them."""
    folder = make_study(
        [made.source(f"i{n}", kind="interview", role=role) for n, (role, _d) in enumerate(held)],
        [made.segment(f"S{n}", f"i{n}", district_id=d) for n, (_r, d) in enumerate(held)],
    )
    table = source_table(load_study(folder))
    return table.loc[table["kind"] == "interview", "role"].tolist()


def test_a_role_of_two_people_in_a_district_stands(make_study, made):
    assert roles(make_study, made, ("Ketua RT", "01"), ("ketua rt", "01")) == [
        "Ketua RT", "ketua rt",
    ]  # fmt: skip


def test_a_role_of_one_person_in_a_district_is_generalised(make_study, made):
    held = ("Ketua RT", "01"), ("Ketua RT", "01"), ("Ketua RT", "02"), ("Lurah", "01")
    assert roles(make_study, made, *held) == ["Ketua RT", "Ketua RT", "informant", "informant"]


def test_a_source_in_two_districts_must_be_safe_in_both(make_study, made):
    folder = make_study(
        [made.source(s, kind="interview", role="Ketua RT") for s in ("a", "b")],
        [made.segment("S1", "a"), made.segment("S2", "b"),
         made.segment("S3", "b", district_id="02")],
    )  # fmt: skip
    assert source_table(load_study(folder)).set_index("source_id")["role"][["a", "b"]].tolist() == [
        "Ketua RT", "informant",
    ]  # fmt: skip


def test_closed_sources_and_names_are_in_no_table(folder):
    table = source_table(load_study(folder))
    said = " ".join(table.drop(columns="source_id").to_numpy().ravel().tolist())
    for hidden in ("Pak Budi", "Lurah", "Hidden"):
        assert hidden not in said
    assert "secret" not in table["source_id"].tolist()


def test_excel(folder, tmp_path):
    write_quote_tables(load_study(folder), tmp_path / "q.xlsx", coder="ani")
    book = openpyxl.load_workbook(tmp_path / "q.xlsx")
    rows = list(book["quotes"].iter_rows(values_only=True))
    assert rows[0][:2] == ("indicator", "source")
    assert len(rows) == 1 + 5
    assert [r[0] for r in book["sources"].iter_rows(min_row=2, values_only=True)] == [
        "Title recap", "Interview 1", "Title report",
    ]  # fmt: skip


def test_word(folder, tmp_path):
    with language("id"):
        write_quote_tables(load_study(folder), tmp_path / "q.docx", district="01")
    with zipfile.ZipFile(tmp_path / "q.docx") as parts:
        xml = parts.read("word/document.xml").decode("utf-8")
    for words in ("Bukti menurut indikator", "“Petugas tidak datang.”", "Isi segmen S1.",
                  "menurut", "Wawancara 1"):  # fmt: skip
        assert words in xml
    assert "Isi segmen S2." not in xml


def test_another_ending(folder, tmp_path):
    with pytest.raises(UserError, match="must end in"):
        write_quote_tables(load_study(folder), tmp_path / "q.pdf")
