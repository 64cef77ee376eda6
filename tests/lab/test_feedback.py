"""Feedback against a model answer: nothing before it is asked for, then figures and reasons."""

from __future__ import annotations

import pytest
from lab_studies import TALK

from bantar_lib.coding import CodingLog, anchor
from bantar_lib.coding.units import sentences
from bantar_lib.errors import UserError
from bantar_lib.lab import compare_with, documents_table

CODE, OTHER = "content.interests", "content.benefits"


def put(study, coder, words, code=CODE, valence="supports", memo="", document="talk.txt"):
    start = TALK.index(words)
    span = anchor(TALK, start, start + len(words), document=document)
    CodingLog(study, coder).code(span, code, valence, memo=memo)


@pytest.fixture
def coded(talk_study):
    put(talk_study, "model", "Warga datang setiap Minggu.", memo="alasan pertama")
    put(talk_study, "model", "Kami membayar sendiri.", OTHER, "inhibits", memo="alasan kedua")
    put(talk_study, "siswa", "datang setiap")
    put(talk_study, "siswa", "Kami membayar sendiri.", OTHER, "mixed")
    return talk_study


def test_nothing_is_told_before_the_coder_has_finished(coded):
    (note,) = compare_with(coded, "siswa", "model")
    assert "hidden" in note.markdown and "alasan" not in note.markdown


def test_agreement_counts_sentences(coded):
    agreement, note, _differences = compare_with(coded, "siswa", "model", finished=True)
    frame = agreement.frame.set_index(["Agreement on", "Coefficient"])
    everything = len(sentences(TALK))
    row = frame.loc[("indicator", "percent agreement")]
    assert (row["Estimate"], row["Sentences"]) == ("1.00", str(everything))
    valence = frame.loc[("valence, where both coded", "percent agreement")]
    assert (valence["Estimate"], valence["Sentences"]) == ("0.50", "2")
    assert "few sentences" in valence["Mind"]
    assert f"{everything} of {everything} sentences" in note.markdown


def test_each_difference_has_its_words_and_the_reason(coded):
    differences = compare_with(coded, "siswa", "model", finished=True)[2].frame
    assert differences["Sentence"].tolist() == ["Kami membayar sendiri."]
    assert differences["You"].tolist() == ["Type of benefits: mixed"]
    assert differences["Its reason"].tolist() == ["alasan kedua"]


def test_no_common_evidence_is_said_and_not_computed(talk_study):
    put(talk_study, "model", "Kami membayar sendiri.")
    put(talk_study, "siswa", "Warga datang")
    frame = compare_with(talk_study, "siswa", "model", finished=True)[0].frame
    row = frame[frame["Agreement on"] == "valence, where both coded"].iloc[0]
    assert (row["Estimate"], row["Mind"]) == ("–", "no sentence to compare")


def test_who_coded_nothing_gets_no_answer(talk_study):
    put(talk_study, "model", "Warga datang")
    (note,) = compare_with(talk_study, "siswa", "model", finished=True)
    assert "coded nothing yet" in note.markdown
    put(talk_study, "siswa", "Warga datang")
    with pytest.raises(UserError, match="nobody"):
        compare_with(talk_study, "siswa", "nobody", finished=True)


def test_documents_are_listed_with_ones_own_codings_and_without_private_ones(coded):
    frame = documents_table(coded, "siswa").frame
    assert dict(zip(frame["Document"], frame["Your codings"], strict=True)) == {
        "letters.txt": "0", "talk.txt": "2"}  # fmt: skip
