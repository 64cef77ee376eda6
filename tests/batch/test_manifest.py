"""The record of runs: whole lines, also where several write and one is cut short."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from bantar_lib.batch.manifest import FILE, KEYS, append_line, read_manifest
from bantar_lib.locks import hold, let_go


def line(output: str, **told) -> dict:
    return {**dict.fromkeys(KEYS), "output": output, "status": "done", **told}


def test_the_last_line_of_an_output_holds(tmp_path):
    append_line(tmp_path, line("a", seconds=1))
    append_line(tmp_path, line("b"))
    append_line(tmp_path, line("a", seconds=2, status="failed"))
    found = read_manifest(tmp_path)
    assert list(found) == ["b", "a"]
    assert (found["a"]["seconds"], found["a"]["status"]) == (2, "failed")
    assert list(found["a"]) == list(KEYS)


def test_there_need_be_no_manifest(tmp_path):
    assert read_manifest(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    "broken",
    [b'{"output": "a", "sta', b"\x00\x00", b"\xff\xfe", b"[1, 2]", b'{"output": 3}', b"", b"\n\n"],
)
def test_a_broken_line_harms_no_other(tmp_path, broken):
    append_line(tmp_path, line("a"))
    with (tmp_path / FILE).open("ab") as file:
        file.write(broken)
    append_line(tmp_path, line("b"))
    assert list(read_manifest(tmp_path)) == ["a", "b"]


def test_names_in_any_script_come_back(tmp_path):
    append_line(tmp_path, line("é/東京\n", district="\ud800 <script>"))
    assert read_manifest(tmp_path)["é/東京\n"]["district"].endswith("<script>")
    assert len((tmp_path / FILE).read_bytes().splitlines()) == 1


def write_many(folder: Path, who: int) -> None:
    for n in range(20):
        append_line(folder, line(f"{who}/{n}", error="x" * 9000))


def test_several_processes_append_at_once(tmp_path):
    with ProcessPoolExecutor(3, mp_context=get_context("fork")) as pool:
        list(pool.map(write_many, [tmp_path] * 3, range(3)))
    text = (tmp_path / FILE).read_text("utf-8").splitlines()
    assert len([json.loads(one) for one in text]) == 60 == len(read_manifest(tmp_path))


def test_a_file_is_held_by_one(tmp_path):
    path = tmp_path / "run.log"
    with path.open("a") as one, path.open("a") as other:
        assert hold(one, wait=False)
        assert not hold(other, wait=False)
        let_go(one)
        assert hold(other, wait=False)
