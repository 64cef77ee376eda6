"""What sentences have in common: counts of evidence by where it points."""

from __future__ import annotations

import pytest

from bantar_lib.present.terms import directions_text
from bantar_lib.words import language


@pytest.mark.parametrize(
    ("counts", "en", "id"),
    [
        ((1, 0, 3), "direction 3 inhibit and 1 supports", "arah, 3 menghambat dan 1 mendukung"),
        ((0, 2, 1), "direction 1 inhibits and 2 are mixed", "arah, 1 menghambat dan 2 campuran"),
        ((4, 1, 0), "direction 4 support and 1 is mixed", "arah, 4 mendukung dan 1 campuran"),
        ((4, 1, 2), "direction 2 inhibit, 4 support and 1 are mixed",
         "arah, 2 menghambat, 4 mendukung, dan 1 campuran"),
        ((0, 0, 0), "none of the evidence has a direction",
         "tidak satu pun bukti itu mempunyai arah"),
    ],
)  # fmt: skip
def test_what_there_is_none_of_is_left_out(counts, en, id):
    for lang, said in (("en", en), ("id", id)):
        with language(lang):
            assert directions_text(*counts).endswith(said)
