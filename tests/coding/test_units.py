"""Units of agreement: sentences and characters counted by hand, and agreement on them."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from bantar_lib.coding import (
    CodingLog,
    adjudicate,
    agreement_by_indicator,
    anchor,
    coding_table,
    krippendorff_alpha,
    percent_agreement,
)
from bantar_lib.coding.units import UNCODED, sentences
from bantar_lib.errors import UserError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Satu. Dua! Tiga? Empat… Lima", ["Satu.", "Dua!", "Tiga?", "Empat…", "Lima"]),
        ("Kata Drs. A. Rahman di Jl. Mawar No. 3. Lalu ia pergi.",
         ["Kata Drs. A. Rahman di Jl. Mawar No. 3. Lalu ia pergi."]),
        ("Ia berkata, “Ayo!” Lalu pergi.", ["Ia berkata, “Ayo!”", "Lalu pergi."]),
        ("“Ayo!” katanya. Lalu pergi.", ["“Ayo!” katanya.", "Lalu pergi."]),
        ("Ada 61 RT, dkk. dan lain. Rp15.000 dibayar.",
         ["Ada 61 RT, dkk. dan lain.", "Rp15.000 dibayar."]),
        ("Judul\n\n  Baris satu\nBaris dua", ["Judul", "Baris satu", "Baris dua"]),
        ("P: Apa?\nJ: Ya.", ["P: Apa?", "J: Ya."]),
        (" \n ", []),
        ("", []),
    ],
)  # fmt: skip
def test_sentences(text, expected):
    assert [text[a:b] for a, b in sentences(text)] == expected


def test_sentences_cover_every_word_once():
    text = "Satu. Dua! No. 4, ya?\nTiga… (empat.) Lima"
    places = sentences(text)
    assert all(b <= c for (_a, b), (c, _d) in pairwise(places))
    assert "".join(text[a:b] for a, b in places).replace(" ", "") == "".join(text.split())


TALK = "Ronda aktif. Pojok baca sepi. Iuran lancar. Warga senang."


@pytest.fixture
def coded(study, indicators):
    """Two coders of one talk: at one on its first sentence, partly on the second."""
    folder = study.path / "documents"
    folder.mkdir()
    (folder / "talk_1.txt").write_text(TALK, "utf-8")
    ani, budi = CodingLog(study, "ani"), CodingLog(study, "budi")

    def mark(log, words, code, valence="supports"):
        start = TALK.index(words)
        log.code(anchor(TALK, start, start + len(words), document="talk_1.txt"), code, valence)

    mark(ani, "Ronda aktif.", indicators[0])
    mark(budi, "Ronda aktif.", indicators[0])
    mark(ani, "baca sepi. Iuran", indicators[1], "inhibits")  # touches two sentences
    mark(budi, "Pojok baca", indicators[1], "inhibits")
    mark(budi, "Pojok", indicators[2])
    return study


def test_by_sentence(coded, indicators):
    table = coding_table(coded, "code", "sentence")
    assert table.index.tolist() == ["talk_1.txt:0", "talk_1.txt:13", "talk_1.txt:30",
                                    "talk_1.txt:44"]  # fmt: skip
    assert table["ani"].tolist() == [indicators[0], indicators[1], indicators[1], UNCODED]
    both = "|".join(sorted(indicators[1:3]))
    assert table["budi"].tolist() == [indicators[0], both, UNCODED, UNCODED]
    assert percent_agreement(table).estimate == pytest.approx(2 / 4)


def test_the_space_after_a_sentence_is_not_part_of_it(study, indicators):
    (study.path / "documents").mkdir()
    (study.path / "documents" / "talk_1.txt").write_text(TALK, "utf-8")
    span = anchor(TALK, 12, 18, document="talk_1.txt")
    assert span["quote"] == " Pojok"
    CodingLog(study, "ani").code(span, indicators[0], "supports")
    table = coding_table(study, "code", "sentence")
    assert table["ani"].tolist() == [UNCODED, indicators[0], UNCODED, UNCODED]


def test_by_character(coded, indicators):
    table = coding_table(coded, "code", "character")
    assert len(table) == len(TALK)
    for coder in ("ani", "budi"):
        marks = {
            "ani": [("Ronda aktif.", 0), ("baca sepi. Iuran", 1)],
            "budi": [("Ronda aktif.", 0), ("Pojok baca", 1), ("Pojok", 2)],
        }[coder]
        for n in range(len(TALK)):
            here = sorted(
                {
                    indicators[k]
                    for words, k in marks
                    if TALK.index(words) <= n < TALK.index(words) + len(words)
                }
            )
            assert table[coder].iloc[n] == ("|".join(here) or UNCODED)  # fmt: skip
    same = (table["ani"] == table["budi"]).mean()
    assert percent_agreement(table).estimate == pytest.approx(same)


def test_who_read_nothing_of_a_document_is_blank_in_it(coded, indicators):
    (coded.path / "documents" / "talk_2.txt").write_text("Lain. Lagi.", "utf-8")
    citra = CodingLog(coded, "citra")
    citra.code(anchor("Lain. Lagi.", 0, 5, document="talk_2.txt"), indicators[0], "supports")
    table = coding_table(coded, "code", "sentence")
    assert table.loc["talk_2.txt:0", ["ani", "citra"]].isna().tolist() == [True, False]
    assert table["citra"].isna().sum() == 4


def test_segments_and_spans_are_not_mixed(coded, indicators):
    CodingLog(coded, "ani").code("S1", indicators[0], "supports")
    assert coding_table(coded).index.tolist() == ["S1"]
    assert coding_table(coded, unit="sentence").shape == (4, 2)


def test_an_edited_document_is_not_counted_on(coded):
    (coded.path / "documents" / "talk_1.txt").write_text("Baru. " + TALK, "utf-8")
    with pytest.raises(UserError, match=r"talk_1\.txt was edited: 5 codings of ani, budi "):
        coding_table(coded, unit="sentence")


def test_unknown_unit_and_value(study):
    with pytest.raises(UserError, match="segment, sentence or character"):
        coding_table(study, unit="word")
    with pytest.raises(UserError, match="code, indicator or valence"):
        coding_table(study, "memo")


def test_one_indicator_against_the_rest(study, indicators):
    given = {"ani": [0, 0, 1, 1, 2, 2], "budi": [0, 1, 1, 1, 2, 0]}
    for coder, codes in given.items():
        log = CodingLog(study, coder)
        for n, code in enumerate(codes, 1):
            log.code(f"S{n}", indicators[code], "supports")
    table = agreement_by_indicator(study).set_index(["indicator", "coefficient"])
    for k in range(3):
        yes = pd.DataFrame({c: np.array(codes) == k for c, codes in given.items()})
        expected = {"percent_agreement": (yes["ani"] == yes["budi"]).mean(),
                    "krippendorff_alpha": krippendorff_alpha(yes).estimate}  # fmt: skip
        for name, value in expected.items():
            row = table.loc[(indicators[k], name)]
            assert row["estimate"] == pytest.approx(value)
            assert row["given"] == yes.any(axis=1).sum()
    nobody = table.loc[(indicators[5], "gwet_ac1")]
    assert np.isnan(nobody["estimate"])
    assert nobody["given"] == 0


def test_a_log_that_settles_is_no_third_coder(study, indicators):
    for coder in ("ani", "budi"):
        CodingLog(study, coder).code("S1", indicators[0], "supports")
    adjudicate(study, pd.DataFrame(columns=["segment_id", "document", "start", "end", "code",
                                            "valence", "reason"]))  # fmt: skip
    assert coding_table(study).columns.tolist() == ["ani", "budi"]


def test_a_hundred_thousand_units_and_five_coders_take_seconds():
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.choice(list("abcdefghi"), size=(100_000, 5)), columns=list("vwxyz"))
    began = time.perf_counter()
    found = krippendorff_alpha(table)
    assert time.perf_counter() - began < 30
    assert found.units == 100_000
    assert abs(found.estimate) < 0.01
