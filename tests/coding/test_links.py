"""Links between factors, efforts and recommendations: what hangs in the air."""

from __future__ import annotations

from bantar_lib import load_study
from bantar_lib.coding import orphans


def test_counted_by_hand(make_study):
    kinds = ["factor", "factor", "effort", "effort", "recommendation", "recommendation", "factor"]
    study = make_study(
        *({"kind": kind} for kind in kinds),
        responses=[
            {"response_id": "R1", "factor": "S1", "effort": "S3"},
            {"response_id": "R2", "factor": "S1", "recommendation": "S5"},
            {"response_id": "R3", "factor": "S2"},
            {"response_id": "R4", "recommendation": "S6"},
        ],
    )
    table = orphans(study)
    assert table[["kind", "segment_id", "lacks", "response_ids"]].values.tolist() == [
        ["factor", "S2", "effort", "R3"],
        ["factor", "S2", "recommendation", "R3"],
        ["effort", "S4", "factor", ""],
        ["recommendation", "S6", "finding", "R4"],
    ]
    assert table["text_en"].tolist() == ["text 2", "text 2", "text 4", "text 6"]


def test_the_bundled_study():
    """Read off responses.csv by eye: R05 and R11 stand alone, R06 to R10 have no answer."""
    table = orphans(load_study("kampung_bantar"))
    assert table.query("kind == 'recommendation'")["segment_id"].tolist() == ["F56"]
    assert table.query("kind == 'effort'")["segment_id"].tolist() == ["F47"]
    neither = table.query("kind == 'factor'").groupby("segment_id")["lacks"].apply(list)
    alone = {s for s, lacks in neither.items() if len(lacks) == 2}
    assert alone == {"F26", "F49", "F24", "F25", "F71", "F74", "F87", "F07", "F64", "F14"}
    assert neither["F50"] == ["recommendation"]
    assert neither["F33"] == ["effort"]
    assert "F38" not in neither


def test_without_responses_every_effort_hangs(make_study):
    table = orphans(make_study({"kind": "effort"}, {"kind": "finding"}))
    assert table["segment_id"].tolist() == ["S1"]
    assert orphans(make_study({"kind": "finding"})).empty
