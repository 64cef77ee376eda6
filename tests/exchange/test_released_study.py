"""A study as it may leave is a study: it opens, checks, and says the same."""

import json

import pandas as pd
import pytest

from bantar_lib import execution, load_study, rate_indicators
from bantar_lib.coding import check_conclusions, codes, codings
from bantar_lib.exchange.released_study import write_released_study
from bantar_lib.study import check_study
from bantar_lib.study.tables import TABLES


@pytest.mark.parametrize(("name", "district"), [("kampung_bantar", "Kota Baru"),
                                                ("pelatihan", "Bukit Rekaan")])  # fmt: skip
def test_what_has_nothing_to_hide_leaves_whole(tmp_path, name, district):
    study = load_study(name)
    assert not write_released_study(study, tmp_path / "out")
    assert [str(p) for p in check_study(tmp_path / "out")] == []
    left = load_study(tmp_path / "out")
    assert check_conclusions(left) == []
    for table in set(TABLES) - {"sources"}:
        pd.testing.assert_frame_equal(study.table(table), left.table(table))
    order = ["coder", "event"]
    for held in (codings, codes):
        was, now = held(study), held(left)
        if held is codings:
            was, now = was.sort_values(order), now.sort_values(order)
        pd.testing.assert_frame_equal(was.reset_index(drop=True), now.reset_index(drop=True))
    pd.testing.assert_frame_equal(execution(study), execution(left))
    columns = ["indicator", "supports", "mixed", "inhibits", "suggestion"]
    pd.testing.assert_frame_equal(
        rate_indicators(study, district)[columns], rate_indicators(left, district)[columns]
    )


def test_documents_leave_as_text_and_spans_still_fit(make_study, made, tmp_path):
    text = "<p>Kas RT kosong.</p>\n"
    shown = "Kas RT kosong.\n"
    folder = make_study(
        [made.source("talk", kind="interview")],
        files={"documents/talk.html": text},
        logs={"codings/ani": [made.code("a", made.span(shown, "kosong", "talk.html"),
                                        source="talk", district="01", directness="inferred")]},
        tables={"coders": [{"coder_id": "ani", "name_id": "A", "name_en": "A", "kind": "person",
                            "blind": "yes"}]},
    )  # fmt: skip
    write_released_study(load_study(folder), tmp_path / "out")
    assert (tmp_path / "out/documents/talk.html.txt").read_text("utf-8") == shown
    left = load_study(tmp_path / "out")
    (row,) = codings(left).to_dict("records")
    assert (row["document"], row["quote"]) == ("talk.html.txt", "kosong")
    assert (row["source_id"], row["district_id"], row["directness"]) == ("talk", "01", "inferred")
    (source,) = left.table("sources").query("source_id == 'talk'").to_dict("records")
    assert (source["title_id"], source["title_en"]) == ("Wawancara 1", "Interview 1")


def test_what_rests_on_a_closed_source_is_left_out_and_counted(make_study, made, tmp_path):
    role = {"gap": "unknown", "name_id": "x", "name_en": "x"}
    folder = make_study(
        [made.source("open"), made.source("closed", "none")],
        [made.segment("S1", "open"), made.segment("S2", "closed")],
        tables={
            "actors": [{"actor_id": "a", "segment_ids": "S1", **role},
                       {"actor_id": "b", "segment_ids": "S1|S2", **role}],
            "counts": [{"district_id": "01", "year": "2020", "stage": "proposed", "count": str(n),
                        "source_id": source} for n, source in enumerate(("open", "closed"))],
        },
    )  # fmt: skip
    kept_back = write_released_study(load_study(folder), tmp_path / "out")
    left = load_study(tmp_path / "out")
    assert left.table("actors")["actor_id"].tolist() == ["a"]
    assert left.table("counts")["source_id"].tolist() == ["open"]
    assert left.table("segments")["segment_id"].tolist() == ["S1"]
    assert kept_back == {
        "segments of sources that may not be released": 1,
        "rows of tables that rest on what may not be released": 3,  # and the source itself
    }


def test_strange_files_of_the_folder_stay(make_study, made, tmp_path):
    strange = ("notes.txt", ".hidden", "report.yml", "documents/.lock", "documents/~$a.docx")
    folder = make_study(files=dict.fromkeys(strange, "x"))
    write_released_study(load_study(folder), tmp_path / "out")
    left = {p.name for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert left == {"study.yml", "grindle.yml", "districts.csv", "counts.csv", "sources.csv"}


def test_emergent_codes_keep_their_parent_only_where_it_leaves(make_study, made, tmp_path):
    make = {"event": "make", "at": ""}
    folder = make_study(
        [made.source("open")], [made.segment("S1", "open")],
        logs={"codings/ani": [
            {"id": "1", "code": "new.upper", "label": "Upper", "parent": "", **make},
            {"id": "2", "code": "new.upper.lower", "label": "Lower", "parent": "new.upper", **make},
            made.code("c", "S1", code="new.upper.lower"),
        ]},
    )  # fmt: skip
    write_released_study(load_study(folder), tmp_path / "out")
    events = [json.loads(line) for line in
              (tmp_path / "out/codings/ani.jsonl").read_text("utf-8").splitlines()]  # fmt: skip
    assert [(e["event"], e["code"], e.get("parent")) for e in events] == [
        ("make", "new.upper.lower", ""), ("code", "new.upper.lower", None),
    ]  # fmt: skip
