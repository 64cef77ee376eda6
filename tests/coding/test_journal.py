"""A log grows by whole lines only: under two writers, after a power failure, on a full disk."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from bantar_lib.coding import journal, read_log
from bantar_lib.coding.journal import add_events, new_event, new_id
from bantar_lib.errors import UserError
from bantar_lib.study.coding_logs import NEEDED, log_lines
from bantar_lib.study.tables import CODING_EVENTS


def code(**values: str) -> dict:
    return new_event("code", **{"segment": "S1", "code": "a.b", "valence": "supports", **values})


def test_ids_sort_by_time_and_never_repeat(monkeypatch):
    monkeypatch.setattr(
        journal.time, "time_ns", lambda: 1_700_000_000_123_456_789
    )  # a stopped clock
    ids = [new_id() for _n in range(5000)]
    assert ids == sorted(set(ids))
    assert {i[14] for i in ids} == {"7"}
    assert {i[19] for i in ids} <= set("89ab")


def test_an_event_is_one_line_whatever_its_memo(tmp_path):
    path = tmp_path / "codings" / "ani.jsonl"
    event = code(memo="dua\nbaris \u2028 é “kutip”")
    add_events(path, event)
    assert path.read_bytes().count(b"\n") == 1
    assert "é" in path.read_text("utf-8")
    assert read_log(path) == [event]


def test_what_was_written_stays_as_it_was(tmp_path):
    path = tmp_path / "ani.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": "1", "event": "code",   "segment": "S1"}\r\n')
    before = path.read_bytes()
    add_events(path, code())
    assert path.read_bytes().startswith(before)
    assert read_log(path)[0]["id"] == "1"


def cut(path: Path, bytes_off: int) -> None:
    path.write_bytes(path.read_bytes()[:-bytes_off])


@pytest.mark.parametrize("bytes_off", [2, 10, 60])
def test_a_line_cut_off_is_left_and_told(tmp_path, bytes_off):
    path = tmp_path / "ani.jsonl"
    add_events(path, code(), code(memo="é"))
    cut(path, bytes_off)
    torn = path.read_bytes()
    with pytest.warns(UserWarning, match=r"ani\.jsonl:2: the line was cut off"):
        add_events(path, code(segment="S3"))
    assert path.read_bytes().startswith(torn + b"\n")
    with pytest.warns(UserWarning, match="jsonl:2: the last line is cut off"):
        events = read_log(path)
    assert [e["event"] for e in events] == ["code", "repair", "code"]
    assert events[1]["line"] == 2


def test_a_repair_that_was_cut_off_itself(tmp_path):
    path = tmp_path / "ani.jsonl"
    add_events(path, code())
    cut(path, 5)
    with pytest.warns(UserWarning, match="cut off"):
        add_events(path, code())
    cut(path, len(path.read_bytes().split(b"\n")[-2]) + 6)  # into the repair's own line
    with pytest.warns(UserWarning, match="cut off"):
        add_events(path, code(segment="S9"))
    with pytest.warns(UserWarning, match="cut off"):
        assert [e.get("segment") for e in read_log(path) if e["event"] == "code"] == ["S9"]


def test_a_whole_line_that_only_lacks_its_end_is_kept(tmp_path):
    path = tmp_path / "ani.jsonl"
    add_events(path, code())
    cut(path, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        add_events(path, code(segment="S2"))
        assert [e["segment"] for e in read_log(path)] == ["S1", "S2"]


def test_a_broken_line_before_a_cut_one_is_not_excused(tmp_path):
    good = json.dumps(code())
    lines = log_lines(f'{good}\n{{broken\n{good}\n{{"id": "x'.encode())
    assert [(line.number, line.event is None, line.cut) for line in lines] == [
        (1, False, False), (2, True, False), (3, False, False), (4, True, True)]  # fmt: skip
    assert [line.cut for line in log_lines(b'{broken\n{"id": "x')] == [False, True]


WRITER = """
import sys
from pathlib import Path
from bantar_lib.coding.journal import add_events, new_event
for n in range(150):
    add_events(Path(sys.argv[1]), new_event("code", segment="S1", memo=sys.argv[2] * 3000))
"""


def test_two_programs_write_one_log(tmp_path):
    path = tmp_path / "ani.jsonl"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), sign]) for sign in "ab"]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        events = read_log(path)
    assert len({e["id"] for e in events}) == 300
    assert {e["memo"] for e in events} == {"a" * 3000, "b" * 3000}
    for sign in "ab":  # each writer's own events stand in its order
        own = [e["id"] for e in events if e["memo"][0] == sign]
        assert own == sorted(own)


def test_a_full_disk_is_one_line_and_the_next_step_mends(tmp_path, monkeypatch):
    path = tmp_path / "ani.jsonl"
    add_events(path, code())
    real = os.write

    def full(log: int, data: bytes) -> int:
        if len(data) < 30:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(log, data[: len(data) - 20])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(UserError, match=r"ani\.jsonl cannot be written: No space left") as refused:
        add_events(path, code())
    assert "\n" not in str(refused.value)
    monkeypatch.setattr(os, "write", real)
    with pytest.warns(UserWarning, match="cut off"):
        add_events(path, code(segment="S3"))
    with pytest.warns(UserWarning, match="cut off"):
        assert [e.get("segment") for e in read_log(path)] == ["S1", None, "S3"]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "codings").write_text("a file", "utf-8")
    with pytest.raises(UserError, match="cannot be written"):
        add_events(tmp_path / "codings" / "ani.jsonl", code())


def test_the_events_of_plain_logs_are_among_those_that_are_known():
    assert set(CODING_EVENTS) == set(NEEDED)


def test_two_coders_merge_without_conflict(tmp_path):
    """As git does it: each branch adds to its own coder's file."""

    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t", *words], cwd=tmp_path,
                       check=True, capture_output=True)  # fmt: skip

    git("init", "-b", "main")
    for coder in ("ani", "budi"):
        add_events(tmp_path / f"{coder}.jsonl", code())
    git("add", "."), git("commit", "-m", "start")
    git("switch", "-c", "other")
    add_events(tmp_path / "budi.jsonl", code(segment="S2"))
    git("commit", "-am", "budi")
    git("switch", "main")
    add_events(tmp_path / "ani.jsonl", code(segment="S3"))
    git("commit", "-am", "ani")
    git("merge", "other")
    assert [e["segment"] for e in read_log(tmp_path / "ani.jsonl")] == ["S1", "S3"]
    assert [e["segment"] for e in read_log(tmp_path / "budi.jsonl")] == ["S1", "S2"]
