"""Indonesian in the search: one stem for the forms of a word."""

from __future__ import annotations

import pytest

pytest.importorskip("sphinx", reason="the site needs the extra [site]")

from bantar_lib.publish.site.indonesian import STOPWORDS, SearchIndonesian


@pytest.mark.parametrize(
    "forms",
    [
        ("pelaksanaan", "melaksanakan", "dilaksanakan", "Pelaksanaannya"),
        ("menghambat", "penghambat", "hambatan"),
        ("bukti", "pembuktian", "buktinya"),
        ("cakupan", "mencakup"),
    ],
)
def test_the_forms_of_a_word_have_one_stem(forms):
    language = SearchIndonesian({})
    assert len({language.stem(word) for word in forms}) == 1


def test_field_terms_are_no_stopwords():
    terms = {"bukti", "cakupan", "selang", "tahap", "entri", "wilayah", "belum", "sumber", "arah"}
    assert not terms & STOPWORDS
    assert {"yang", "dan", "di"} <= STOPWORDS
