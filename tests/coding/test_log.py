"""A coder's log, replayed: what holds after every event, and what a damaged file still gives."""

from __future__ import annotations

import json
import warnings
from itertools import permutations
from pathlib import Path

import pytest

from bantar_lib import load_study
from bantar_lib.coding import codings, read_log, replay
from bantar_lib.coding.log import COLUMNS
from bantar_lib.errors import UserError
from bantar_lib.study import Study
from bantar_lib.words import language


def code(identity: str, segment: str = "S1", **more: str) -> dict[str, str]:
    return {"id": identity, "event": "code", "segment": segment, "code": "a.b",
            "valence": "supports", **more}  # fmt: skip


def after(kind: str, of: str, identity: str = "", **more: str) -> dict[str, str]:
    return {"id": identity, "event": kind, "of": of, **more}


def held(*events: dict[str, str]) -> list[str]:
    return [event["id"] for event in replay(list(events))]


def write_log(path: Path, *events: dict[str, object], end: str = "\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(event, ensure_ascii=False) for event in events]
    path.write_bytes(("\n".join(lines) + end).encode("utf-8"))
    return path


@pytest.fixture
def study(tmp_path: Path) -> Study:
    bundled = load_study("kampung_bantar")
    return Study(tmp_path, bundled.config, bundled.framework)


def test_codings_stand_in_the_order_in_which_they_were_made():
    assert held(code("1"), code("2"), code("3", "S2")) == ["1", "2", "3"]


def test_uncode_takes_one_coding_away():
    assert held(code("1"), code("2"), after("uncode", "1")) == ["2"]


def test_undo_of_a_code():
    assert held(code("1"), code("2"), after("undo", "2", "3")) == ["1"]


def test_undo_of_an_uncode_brings_the_coding_back_to_its_place():
    events = [code("1"), code("2"), after("uncode", "1", "3"), after("undo", "3", "4")]
    assert held(*events) == ["1", "2"]


def test_undo_of_an_undo():
    events = [code("1"), after("undo", "1", "2"), after("undo", "2", "3")]
    assert held(*events) == ["1"]
    assert held(*events, after("undo", "3", "4")) == []


def test_the_last_memo_stays_and_an_undone_one_does_not():
    events = [code("1", memo="first"), after("memo", "1", "2", memo="second")]
    assert replay(events)[0]["memo"] == "second"
    assert replay([*events, after("undo", "2", "3")])[0]["memo"] == "first"


def test_a_memo_on_a_coding_taken_away_is_lost_without_a_fault():
    assert held(code("1"), after("uncode", "1", "2"), after("memo", "1", "3", memo="x")) == []


def test_replay_leaves_its_events_as_they_were():
    events = [code("1", memo="first"), after("memo", "1", "2", memo="second")]
    replay(events)
    assert events[0]["memo"] == "first"


@pytest.mark.parametrize("order", list(permutations(["undo", "uncode", "memo"])))
def test_events_about_nothing_change_nothing(order):
    assert held(code("1"), *(after(kind, "nobody", memo="x") for kind in order)) == ["1"]


@pytest.mark.parametrize("cut", [1, 20, -3])
def test_a_last_line_cut_off_loses_only_itself(tmp_path, cut):
    path = write_log(tmp_path / "ani.jsonl", code("1"), code("2", memo="é"), end="")
    whole = path.read_bytes()
    second = whole.index(b"\n") + 1
    stop = second + cut if cut > 0 else len(whole) + cut
    path.write_bytes(whole[:stop])
    with pytest.warns(UserWarning, match=r"ani\.jsonl:2: the last line is cut off"):
        assert [event["id"] for event in read_log(path)] == ["1"]


def test_a_cut_inside_a_letter_is_a_cut(tmp_path):
    path = write_log(tmp_path / "ani.jsonl", code("1"), code("2", memo="é"), end="")
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex("é".encode()) + 1])
    with pytest.warns(UserWarning, match="jsonl:2"):
        assert len(read_log(path)) == 1


def test_a_whole_log_gives_no_warning(tmp_path):
    path = write_log(tmp_path / "ani.jsonl", code("1"), code("2"), end="")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_log(path)) == 2


@pytest.mark.parametrize(
    "line",
    [
        "{not json",
        '{"id": "2", "event": "recode", "of": "1"}',
        '["a list"]',
        '{"id": "2", "event": "uncode"}',
        '{"event": "code", "segment": "S1"}',
        '{"id": "2", "event": "code"}',
    ],
)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_any_other_line_is_refused_with_its_place(tmp_path, line, lang):
    path = tmp_path / "ani.jsonl"
    path.write_text(f"{json.dumps(code('1'))}\n{line}\n{json.dumps(code('3'))}\n", "utf-8")
    with language(lang), pytest.raises(UserError, match=r"^ani\.jsonl:2: ") as refused:
        read_log(path)
    assert "\n" not in str(refused.value)


def test_a_broken_last_line_with_its_line_end_was_not_cut_off(tmp_path):
    path = tmp_path / "ani.jsonl"
    path.write_text(f"{json.dumps(code('1'))}\n{{broken}}\n", "utf-8")
    with pytest.raises(UserError, match=r"^ani\.jsonl:2: not a JSON object"):
        read_log(path)


@pytest.mark.parametrize("separator", ["\u2028", "\u0085", "\u000c"])
def test_only_a_line_end_ends_a_line(tmp_path, separator):
    event = code("1", memo=f"two{separator}parts")
    path = tmp_path / "ani.jsonl"
    path.write_bytes(json.dumps(event, ensure_ascii=False).encode("utf-8") + b"\r\n")
    assert read_log(path) == [event]


def test_a_log_saved_by_an_editor_of_windows(tmp_path):
    path = tmp_path / "ani.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(code("1")).encode() + b"\r\n\r\n")
    assert [event["id"] for event in read_log(path)] == ["1"]


def test_codings_are_tidy(study):
    write_log(study.path / "codings/ani.jsonl", code("1", directness="direct"), code("2", "S2"),
              after("uncode", "2", "3"))  # fmt: skip
    write_log(study.path / "codings/budi.jsonl", code("1", valence="inhibits", memo=None))
    table = codings(study)
    assert list(table.columns) == list(COLUMNS)
    assert table[["coder", "event", "valence", "memo"]].values.tolist() == [
        ["ani", "1", "supports", ""],
        ["budi", "1", "inhibits", ""],
    ]
    assert codings(study, "budi")["coder"].tolist() == ["budi"]


def test_no_logs_give_an_empty_table(study):
    table = codings(study)
    assert table.empty
    assert list(table.columns) == list(COLUMNS)


def test_an_unknown_coder_is_told_who_there_is(study):
    write_log(study.path / "codings/ani.jsonl", code("1"))
    with pytest.raises(UserError, match=r"No coding log of budi; there are: ani\."):
        codings(study, "budi")


def test_private_codings_stand_beside_the_shared_ones_of_the_same_coder(study):
    write_log(study.path / "codings/ani.jsonl", code("1"))
    write_log(study.path / "private/codings/ani.jsonl", code("p1", "S9"))
    write_log(study.path / "private/codings/budi.jsonl", code("p1", "S9"))
    assert codings(study, "ani")["segment_id"].tolist() == ["S1", "S9"]
    assert set(codings(study)["coder"]) == {"ani", "budi"}


def test_what_an_editor_leaves_beside_a_log_is_not_a_coder(study):
    write_log(study.path / "codings/ani.jsonl", code("1"))
    (study.path / "codings/.ani.jsonl").write_text("{", "utf-8")
    (study.path / "codings/~$ani.jsonl").write_text("{", "utf-8")
    assert set(codings(study)["coder"]) == {"ani"}
