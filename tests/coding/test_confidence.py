"""Confidence: each prompt against evidence made for it, and judgements that need a reason."""

from __future__ import annotations

import shutil

import pytest

from bantar_lib import load_study
from bantar_lib.coding import CodingLog, check_judgements, confidence, judgements
from bantar_lib.errors import UserError
from bantar_lib.study import find_study

HERE = "15.71.07"
GOOD = [("talk_1", "supports"), ("talk_2", "supports"), ("visit", "supports"),
        ("press", "supports")]  # fmt: skip


def coded(make_study, indicators, rows, *, directness="direct", segments=None, **tables):
    sources = [
        {"source_id": "talk_1", "kind": "interview", "role": "resident", "sampled": "purposive"},
        {"source_id": "talk_2", "kind": "interview", "role": "official", "sampled": "purposive"},
        {"source_id": "visit", "kind": "observation", "sampled": "census"},
        {"source_id": "press", "kind": "press", "sampled": "purposive"},
        {"source_id": "unsaid_1", "kind": "document", "sampled": "not_stated"},
        {"source_id": "unsaid_2", "kind": "website"},
        {"source_id": "unsaid_3", "kind": "statistic"},
    ]
    sources = [{"release": "quote", **source} for source in sources]
    made = [{"source_id": source, **(segments or {})} for source, _valence in rows]
    study = make_study(*made, {}, sources=sources, **tables)
    log = CodingLog(study, "ani")
    for n, (_source, valence) in enumerate(rows, 1):
        log.code(f"S{n}", indicators[0], valence, directness=directness)
    return study


def first(study):
    return confidence(study, "Kota Baru").iloc[0]


def test_evidence_without_a_concern(make_study, indicators):
    row = first(coded(make_study, indicators, GOOD))
    assert (row["concerns"], row["ceiling"]) == ("", "high")
    assert row[["inferred", "unsampled", "own", "stability"]].tolist() == [0, 0, 1, 1]


UNSAID = [(f"unsaid_{n}", "supports") for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("rows", "more", "concerns", "ceiling"),
    [
        (GOOD, {"directness": "inferred"}, "limitations", "moderate"),
        (UNSAID, {}, "limitations", "moderate"),
        (GOOD, {"segments": {"inference": True}}, "limitations", "moderate"),
        (GOOD, {"segments": {"district_id": ""}}, "relevance", "moderate"),
        ([*GOOD[:2], ("visit", "inhibits"), ("press", "inhibits")], {}, "coherence", "moderate"),
        (GOOD[:2], {}, "adequacy", "low"),  # two sources of one kind
        (GOOD[:1], {}, "adequacy", "very_low"),  # one source
        ([("talk_1", "neutral")], {}, "adequacy", "very_low"),  # no direction
        (UNSAID, {"segments": {"district_id": ""}}, "limitations|relevance", "low"),
    ],
)
def test_one_prompt_after_another(make_study, indicators, rows, more, concerns, ceiling):
    row = first(coded(make_study, indicators, rows, **more))
    assert (row["concerns"], row["ceiling"]) == (concerns, ceiling)


def test_no_evidence_has_no_ceiling(make_study, indicators):
    table = confidence(coded(make_study, indicators, GOOD), "Kota Baru")
    assert set(table["ceiling"].iloc[1:]) == {""}
    assert table["inferred"].iloc[1:].isna().all()


def judged(make_study, indicators, rows=GOOD, **cells):
    judgement = {"district_id": HERE, "indicator": indicators[0], "rating": "strongly_supports",
                 "confidence": "high", "reason_id": "", "reason_en": "", "by": "ani",
                 "on": "2026-11-24", **cells}  # fmt: skip
    return coded(make_study, indicators, rows, judgements=[judgement])


def test_a_judgement_within_bounds_needs_no_reason(make_study, indicators):
    study = judged(make_study, indicators)
    row = judgements(study).iloc[0]
    assert row[["suggestion", "ceiling", "overrides", "above"]].tolist() == [
        "strongly_supports", "high", False, False]  # fmt: skip
    assert first(study)[["level", "rating", "by"]].tolist() == ["high", "strongly_supports", "ani"]
    lower = judged(make_study, indicators, confidence="low")
    assert check_judgements(lower) == []


@pytest.mark.parametrize(
    ("rows", "cells", "columns"),
    [
        (GOOD, {"rating": "contested"}, ["rating"]),
        ([*GOOD[:3], ("talk_1", "supports")], {"rating": "insufficient_evidence"}, ["rating"]),
        (UNSAID, {}, ["confidence"]),
        (GOOD[:1], {}, ["rating", "confidence"]),
    ],
)
def test_beyond_them_it_needs_a_reason(make_study, indicators, rows, cells, columns):
    study = judged(make_study, indicators, rows, **cells)
    problems = check_judgements(study)
    assert [p.column for p in problems] == columns
    assert {(p.file, p.row) for p in problems} == {("judgements.csv", 2)}
    with pytest.raises(UserError, match=r"judgements\.csv:2:"):
        judgements(study)
    reasoned = judged(make_study, indicators, rows, reason_id="Karena [S1].", **cells)
    assert len(judgements(reasoned)) == 1


def test_insufficient_agrees_with_no_evidence(make_study, indicators):
    study = judged(make_study, indicators, indicator=indicators[4], confidence="",
                   rating="insufficient_evidence")  # fmt: skip
    assert judgements(study)[["overrides", "above"]].values.tolist() == [[False, False]]
    sure = judged(make_study, indicators, indicator=indicators[4], confidence="very_low",
                  rating="insufficient_evidence")  # fmt: skip
    assert [p.column for p in check_judgements(sure)] == ["confidence"]


def test_the_row_is_that_of_the_file(tmp_path, indicators):
    folder = shutil.copytree(find_study("kampung_bantar"), tmp_path / "copy")
    (folder / "judgements.csv").write_text(
        "district_id,indicator,rating,confidence,reason_id,reason_en,by,on\n"
        f"{HERE},{indicators[0]},insufficient_evidence,,Alasan.,Reason.,ani,2026-11-24\n"
        "\n"
        f"{HERE},{indicators[1]},strongly_supports,high,,,ani,2026-11-24\n",
        "utf-8",
    )
    problems = check_judgements(load_study(folder))
    assert {(p.file, p.row) for p in problems} == {("judgements.csv", 4)}
