"""Triangulation of made-up evidence, counted by hand."""

from __future__ import annotations

import pytest

from bantar_lib.coding import CodingLog, anchor, cooccurrence, triangulation


def coded(make_study, *rows):
    """Make a study of codings: source, indicator, valence and optionally a datum."""
    segments = [{"source_id": source, **({"datum": more[0]} if more else {})}
                for source, _code, _valence, *more in rows]  # fmt: skip
    study = make_study(*segments)
    log = CodingLog(study, "ani")
    for n, (_source, code, valence, *_more) in enumerate(rows, 1):
        log.code(f"S{n}", code, valence)
    return study


@pytest.mark.parametrize(
    ("rows", "agreement", "independent"),
    [
        ([], "no_evidence", 0),
        ([("talk_1", "neutral")], "no_direction", 0),
        ([("talk_1", "supports")], "single", 1),
        ([("talk_1", "supports"), ("talk_1", "supports")], "single", 1),
        ([("talk_1", "supports"), ("talk_2", "supports")], "agrees", 2),  # two roles
        ([("talk_1", "inhibits"), ("visit", "inhibits")], "agrees", 2),  # two kinds
        ([("article", "supports"), ("annex", "supports")], "one_source", 1),
        ([("article", "supports"), ("annex", "inhibits")], "contradicts", 1),
        ([("talk_1", "supports"), ("visit", "inhibits")], "contradicts", 2),
        ([("talk_1", "supports"), ("visit", "mixed")], "unclear", 2),
        ([("talk_1", "supports"), ("visit", "supports"), ("visit", "inhibits")], "unclear", 2),
    ],
)
def test_agreement_and_contradiction(make_study, indicators, rows, agreement, independent):
    study = coded(make_study, *[(source, indicators[0], valence) for source, valence in rows],
                  ("talk_1", indicators[1], "supports"))  # fmt: skip
    table = triangulation(study, "Kota Baru")
    own = table[table["indicator"] == indicators[0]]
    assert set(own["agreement"]) == {agreement}
    assert set(own["independent"]) == {independent}
    assert table["indicator"].unique().tolist() == indicators


def test_a_repeated_datum_confirms_nothing(make_study, indicators):
    study = coded(make_study, ("talk_1", indicators[0], "supports", "d"),
                  ("visit", indicators[0], "supports", "d"))  # fmt: skip
    own = triangulation(study, "Kota Baru").iloc[0]
    assert own[["source_kind", "supports", "independent", "agreement"]].tolist() == [
        "interview", 1, 1, "single"]  # fmt: skip


def test_counts_by_kind_and_role(make_study, indicators):
    rows = [("talk_1", "supports"), ("talk_1", "supports"), ("talk_2", "inhibits"),
            ("visit", "supports"), ("visit", "inhibits")]  # fmt: skip
    study = coded(make_study, *[(source, indicators[0], v) for source, v in rows])
    table = triangulation(study, "Kota Baru").iloc[:3]
    shown = ["source_kind", "role", "supports", "mixed", "inhibits", "direction"]
    assert table[shown].values.tolist() == [
        ["interview", "official", 0, 0, 1, "inhibits"],
        ["interview", "resident", 1, 0, 0, "supports"],
        ["observation", "", 0, 1, 0, "mixed"],
    ]
    assert set(triangulation(study, "Jelutung")["agreement"]) == {"no_evidence"}


def test_codes_of_one_segment_or_sentence(study, indicators):
    a, b, c = sorted(indicators[:3])
    log = CodingLog(study, "ani")
    for segment, codes in {"S1": [a, b], "S2": [a, b], "S3": [a], "S4": [b, c]}.items():
        for code in codes:
            log.code(segment, code, "supports")
    text = "Satu dua. Tiga empat."
    (study.path / "documents").mkdir()
    (study.path / "documents" / "talk_1.txt").write_text(text, "utf-8")
    log.code(anchor(text, 0, 4, document="talk_1.txt"), a, "supports")
    log.code(anchor(text, 5, 8, document="talk_1.txt"), c, "supports")
    table = cooccurrence(study)
    assert table.values.tolist() == [
        [a, b, 2, 4, 3, 2 / 5],
        [a, c, 1, 4, 2, 1 / 5],
        [b, c, 1, 3, 2, 1 / 4],
    ]


def test_nothing_coded(study):
    assert cooccurrence(study).empty
