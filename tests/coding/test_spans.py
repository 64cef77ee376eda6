"""Spans: exact after nothing, moved after an edit elsewhere, never moved on a guess."""

from __future__ import annotations

import hashlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bantar_lib.coding.spans import AROUND, anchor, find_again
from bantar_lib.errors import UserError

TEXT = (
    "Warga bercerita tentang kampungnya. Ronda malam berjalan setiap minggu di pos utara, "
    "dan anak muda ikut menjaga. Pojok baca jarang dibuka. Semua warga membayar iuran sendiri.\n"
    "Pertanyaan berikutnya dijawab oleh ketua RT, yang datang terlambat ke pertemuan itu."
)
QUOTE = "Ronda malam berjalan setiap minggu"
START = TEXT.index(QUOTE)
SPAN = anchor(TEXT, START, START + len(QUOTE), document="talk.txt")


def test_a_span_keeps_place_words_and_surroundings():
    assert SPAN["quote"] == QUOTE
    assert SPAN["sha256"] == hashlib.sha256(TEXT.encode("utf-8")).hexdigest()
    assert TEXT[SPAN["start"] - AROUND : SPAN["start"]] == SPAN["prefix"]
    assert len(SPAN["suffix"]) == AROUND


def test_places_count_code_points():
    text = "🙂 ééé ronda"
    span = anchor(text, 6, 11)
    assert span["quote"] == "ronda"
    assert span["prefix"] == "🙂 ééé "


@pytest.mark.parametrize(
    ("edit", "status"),
    [
        (lambda t: t, "exact"),
        (lambda t: t + " Tambahan di akhir.", "exact"),
        (lambda t: "Judul baru.\n" + t, "moved"),
        (lambda t: t.replace("Warga bercerita tentang kampungnya. ", ""), "moved"),
        (lambda t: t.replace("setiap minggu", "tiap malam minggu"), "changed"),
        (lambda t: t.replace(QUOTE, "Penjagaan rutin"), "changed"),
        (lambda t: t.replace(QUOTE, f"Katanya {QUOTE}, sekali lagi {QUOTE}"), "ambiguous"),
        (lambda t: "Dokumen lain tentang hal yang sama sekali berbeda.", "lost"),
        (lambda t: "", "lost"),
    ],
)
def test_after_an_edit(edit, status):
    now = edit(TEXT)
    found = find_again(SPAN, now)
    assert found.status == status
    if status in ("exact", "moved"):
        assert now[found.start : found.end] == QUOTE
    if status in ("ambiguous", "lost"):
        assert found.start is None
    assert bool(found.candidates) == (status != "lost")


def test_a_changed_sentence_is_proposed_whole():
    now = TEXT.replace("Ronda malam berjalan", "Ronda malam, katanya, berjalan")
    found = find_again(SPAN, now)
    assert now[found.start : found.end] == "Ronda malam, katanya, berjalan setiap minggu"


def test_the_same_words_at_the_old_place_by_chance_are_not_taken():
    """Ten equal lines, one taken out above: the old place now holds another speaker's line."""
    line = "Tidak ada.\n"
    text = "".join(f"Orang {n}: {line}" for n in range(10))
    start = text.index("Orang 5") + len("Orang 5: ")
    span = anchor(text, start, start + 10)
    now = text.replace(f"Orang 2: {line}", "")
    assert now[span["start"] : span["end"]] == span["quote"]
    found = find_again(span, now)
    assert found.status == "moved"
    assert now[: found.start].endswith("Orang 5: ")


def test_a_short_word_in_other_surroundings_is_only_similar():
    span = anchor("Kata ketua RT itu benar sekali.", 11, 13)
    assert find_again(span, "Sebuah laporan mengenai RT yang lain").status == "changed"


@given(st.text(alphabet="ab \n", min_size=1, max_size=60), st.data())
@settings(max_examples=150, deadline=None)
def test_exact_and_moved_always_hold_the_words(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    if not text[start:end].strip():
        return
    span = anchor(text, start, end)
    assert find_again(span, text).status == "exact"
    now = data.draw(st.text(alphabet="ab \n", max_size=60))
    found = find_again(span, now)
    if found.status in ("exact", "moved"):
        assert now[found.start : found.end] == span["quote"]
    for candidate in found.candidates:
        assert 0 <= candidate.start < candidate.end <= len(now)


@pytest.mark.parametrize("place", [(-1, 3), (3, 3), (5, 2), (0, 10_000), (35, 36)])
def test_no_span_of_nothing(place):
    with pytest.raises(UserError, match=r"characters|holds no words"):
        anchor(TEXT, *place)


def test_looking_in_a_long_document_takes_no_time():
    words = [f"kata{n % 997}" for n in range(60_000)]
    text = " ".join(words)
    span = anchor(text, text.index("kata500"), text.index("kata500") + 4000)
    began = time.perf_counter()
    found = find_again(span, text.replace("kata600", "tiada"))
    assert found.status == "changed"
    assert time.perf_counter() - began < 5
