"""Every citation comes back to a segment, wherever it stands."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from bantar_lib import load_study
from bantar_lib.coding import unresolved
from bantar_lib.coding.citations import cited_in
from bantar_lib.study import find_study


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("[F12]", ["F12"]),
        ("lihat [F12, F13; F14] dan [F15 F16]", ["F12", "F13", "F14", "F15", "F16"]),
        ("(F12) F13 [sic] [dst.] []", []),
        ("[lihat F12]", ["F12"]),
        ("[seg_3b|x-1]", ["seg_3b", "x-1"]),
    ],
)
def test_citations_in_words(text, cited):
    assert cited_in(text) == cited


def test_each_place_is_looked_through(make_study, indicators):
    study = make_study(
        {},
        claims=[{"claim_id": "c1", "segment_ids": "S1|X1"}],
        actors=[{"actor_id": "a", "segment_ids": "S1"}, {"actor_id": "b", "segment_ids": "X2"}],
        elements=[{"element": "e", "segment_ids": "X3"}],
        responses=[{"response_id": "r", "factor": "S1|X4", "effort": "X5", "recommendation": "X6"}],
        judgements=[{"reason_id": "Sebab [S1].", "reason_en": "Because of [X7, S1]."}],
    )
    log = study.path / "codings" / "ani.jsonl"
    log.parent.mkdir()
    log.write_text(json.dumps({"id": "1", "event": "code", "segment": "X8"}) + "\n", "utf-8")
    table = unresolved(study)
    found = {
        (file, None if pd.isna(row) else row, column): cited
        for file, row, column, cited in table.itertuples(index=False)
    }
    assert found == {
        ("claims.csv", 2, "segment_ids"): "X1",
        ("actors.csv", 3, "segment_ids"): "X2",
        ("elements.csv", 2, "segment_ids"): "X3",
        ("responses.csv", 2, "factor"): "X4",
        ("responses.csv", 2, "effort"): "X5",
        ("responses.csv", 2, "recommendation"): "X6",
        ("judgements.csv", 2, "reason_en"): "X7",
        ("ani.jsonl", None, "segment"): "X8",
    }


def test_the_bundled_study_resolves_and_a_slip_shows(tmp_path):
    folder = shutil.copytree(find_study("kampung_bantar"), tmp_path / "copy")
    assert unresolved(load_study(folder)).empty
    path = folder / "contributions.yml"
    path.write_text(path.read_text("utf-8").replace("[F78, F88]", "[F78, F880]"), "utf-8")
    table = unresolved(load_study(folder))
    assert table[["file", "column", "cited"]].values.tolist() == [
        ["contributions.yml", "segments", "F880"]]  # fmt: skip
    line = path.read_text("utf-8").splitlines()[int(table["row"].iloc[0]) - 1]
    assert "said_by_the_source" in line
