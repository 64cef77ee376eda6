"""Positions: every way of counting that programs use, told apart by the texts they name."""

from __future__ import annotations

import pytest

from bantar_lib.errors import UserError
from bantar_lib.exchange import offsets
from bantar_lib.exchange.offsets import Placed, Selection, StoredText, agreement, place_all

RAW = "\ufeffSapu 🧹 satu.\r\nDua é baris,\r\n tiga 🧹 baris akhir."
TEXT = RAW.removeprefix("\ufeff").replace("\r\n", "\n")


def place(raw: str, *selections: Selection, assume: bool = False) -> list[Placed]:
    stored = StoredText.from_bytes(raw.encode("utf-8"))
    return place_all([("d.txt", stored, selections)], assume=assume)[0]


def counted(before: str, unit: str) -> int:
    """Count a text by Python's own codecs, independently of the tables under test."""
    sizes = {
        "code points": len(before),
        "UTF-16": len(before.encode("utf-16-le")) // 2,
        "UTF-8": len(before.encode("utf-8")),
    }
    return sizes[unit]


@pytest.mark.parametrize("unit", ["code points", "UTF-16", "UTF-8"])
@pytest.mark.parametrize("mark", [False, True], ids=["no mark", "mark"])
@pytest.mark.parametrize(
    "view",
    [
        lambda raw: raw.replace("\r\n", "\n"),
        lambda raw: raw,
        lambda raw: raw.replace("\r\n ", "\r\n").replace("\r\n", "\n"),
    ],
    ids=["newline one", "newline two", "space skipped"],
)
def test_every_way_of_counting_is_found(unit, mark, view):
    counts = view(RAW if mark else RAW.removeprefix("\ufeff"))
    selections, expected = [], []
    for quote in ("satu", "Dua é baris,", "tiga 🧹", "akhir"):
        at = counts.index(quote)
        start = counted(counts[:at], unit)
        selections.append(Selection(start, start + counted(quote, unit), quote))
        expected.append(TEXT.index(quote))
    placed = place(RAW, *selections)
    assert [p.start for p in placed] == expected
    assert {p.sure for p in placed} == {"verified"}


def test_a_space_after_each_newline_that_the_text_lacks():
    counts = "satu\n dua\n tiga"
    at = counts.index("tiga")
    (found,) = place("satu\ndua\ntiga", Selection(at, at + 4, "tiga"))
    assert (found.start, found.end, found.sure) == (9, 13, "verified")


def test_names_cut_short_are_verified_as_far_as_they_go():
    (found,) = place("Kas RT terisi tiap bulan.", Selection(4, 13, "RT ter…"))
    assert (found.start, found.end, found.sure) == (4, 13, "verified_cut")
    (found,) = place("Kas RT terisi", Selection(4, 13, "RT kosong…"))
    assert found.sure == ""


def test_a_name_that_stands_elsewhere_is_listed_not_moved():
    placed = place("satu dua satu", Selection(0, 4, "satu"), Selection(5, 8, "satu"))
    assert [p.sure for p in placed] == ["verified", ""]
    assert "dua" in placed[1].how


def test_ambiguous_places_are_not_guessed():
    # "a" stands at both places that the readings lead to.
    placed = place("🧹aaaa", Selection(2, 3, "a"))
    assert placed[0].sure == ""
    assert "ambiguous" in placed[0].how


def test_other_selections_settle_an_ambiguous_one():
    text = "🧹aaaa beda"
    settled = Selection(7, 11, "beda")  # UTF-16
    placed = place(text, Selection(2, 3, "a"), settled)
    assert [(p.start, p.sure) for p in placed] == [(1, "verified"), (6, "verified")]


def test_other_documents_settle_an_ambiguous_one():
    one = StoredText.of("🧹aaaa")
    other = StoredText.of("🧹 beda")
    placed = place_all([
        ("a.txt", one, [Selection(2, 3, "a")]),
        ("b.txt", other, [Selection(3, 7, "beda")]),
    ])  # fmt: skip
    assert placed[0][0].start == 1


def test_without_names_only_what_every_reading_agrees_on():
    assert place("plain text", Selection(0, 5, ""))[0].sure == "only_reading"
    assert place("🧹 text", Selection(2, 6, ""))[0].sure == ""
    with_proof = place("🧹 text more", Selection(2, 6, ""), Selection(7, 11, "more"))
    assert [p.sure for p in with_proof] == ["inferred", "verified"]


def test_names_that_are_no_texts_at_all():
    lines = [Selection(0, 5, "line:1"), Selection(6, 10, "line:2")]
    assert {p.sure for p in place("first\nmore\n", *lines)} == {""}
    assumed = place("first\nmore\n", *lines, assume=True)
    assert [(p.start, p.end, p.sure) for p in assumed][1] == (6, 10, "assumed")


def test_one_right_name_forbids_to_take_the_others_for_labels():
    placed = place("first\nmore\n", Selection(0, 5, "first"), Selection(6, 10, "line:2"),
                   assume=True)  # fmt: skip
    assert [p.sure for p in placed] == ["verified", ""]


@pytest.mark.parametrize(
    "selection",
    [Selection(-1, 2, "x"), Selection(3, 2, "x"), Selection(0, 10**9, "x")],
    ids=["before", "reversed", "beyond"],
)
def test_a_place_outside_the_text_is_one_clear_error(selection):
    with pytest.raises(UserError, match=r"d\.txt: a selection from .* lies outside the text"):
        place("short text", selection)


def test_the_middle_of_a_letter_is_no_place():
    (found,) = place("é é", Selection(1, 3, "xx"))
    assert found.sure == ""


def test_an_empty_selection_is_listed():
    assert place("text", Selection(2, 2, ""))[0].how == "it is empty"


def test_letters_composed_or_not_agree():
    assert agreement("caf\u00e9", "cafe\u0301") == 4
    assert agreement("x\x0by", "x\ufffdy") == 4  # XML holds no vertical tab


def test_a_short_name_is_not_compared_with_a_whole_book():
    assert agreement("a" * 100_000, "a…") == 2
    assert agreement("a" * 100_000, "a") == 0


def test_a_text_beyond_measure_is_refused(monkeypatch):
    monkeypatch.setattr(offsets, "MOST_LETTERS", 5)
    with pytest.raises(UserError, match="too long"):
        place("123456")


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig", "cp1252"])
def test_encodings(codec):
    assert StoredText.from_bytes("é\r\nb".encode(codec)).text == "é\nb"
