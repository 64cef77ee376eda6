"""Suggestions are word matches: words of the codebook that set an indicator apart, and no more."""

from __future__ import annotations

from bantar_lib import load_framework
from bantar_lib.lab.matches import word_matches
from bantar_lib.lab.paragraphs import paragraphs

GRINDLE = load_framework("grindle")


def test_whole_words_in_any_case_and_the_richest_paragraph_first():
    text = paragraphs(
        "KEPENTINGAN warga.\nTidak ada.\nKepentingan warga yang dirugikan?\nberkepentingan"
    )
    found = word_matches(GRINDLE, "content.interests", text)
    assert [m.paragraph for m in found] == [2, 0]
    assert "dirugikan" in found[0].words


def test_a_word_that_stands_everywhere_tells_nothing():
    text = paragraphs("\n".join(["Kepentingan lagi."] * 30))
    assert word_matches(GRINDLE, "content.interests", text) == []


def test_an_unknown_code_matches_nothing():
    assert word_matches(GRINDLE, "new.mine", paragraphs("Kepentingan")) == []


def test_only_a_newline_ends_a_paragraph():
    text = "a\u2028b\r\n\n \n🙂c"
    assert [(p.start, p.text, p.gap) for p in paragraphs(text)] == [
        (0, "a\u2028b\r", False), (8, "🙂c", True)]  # fmt: skip
    assert all(text[p.start : p.end] == p.text for p in paragraphs(text))
