"""A batch that is killed, stopped or begun twice: what it left is whole, and it can go on."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from processes import all_gone, forked_from, state

from bantar_lib.batch.manifest import read_manifest
from bantar_lib.errors import UserError
from bantar_lib.locks import hold

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


@pytest.fixture
def study(write_small, note_hash) -> Path:
    """Twelve districts, each of which takes a moment."""
    folder = write_small([(f"{n:02}", f"Desa {n}", 9) for n in range(12)],
                         [(f"{n:02}", 2020, "proposed", n) for n in range(12)])  # fmt: skip
    (folder / "private").mkdir()
    for n in range(12):
        (folder / f"private/fails_{n:02}.txt").write_text("sleep 0.3")
    note_hash(folder)
    return folder


def wait_for_lines(folder: Path, number: int) -> None:
    until = time.monotonic() + 120
    while len(read_manifest(folder)) < number:
        assert time.monotonic() < until
        time.sleep(0.02)


def timeless(folder: Path) -> dict[str, object]:
    """Return every output but the logs, of notebooks without the times."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or name in ("run.log", "manifest.jsonl"):
            continue
        found[name] = path.read_bytes()
        if path.suffix == ".ipynb":
            book = json.loads(path.read_text("utf-8"))
            book["metadata"].pop("papermill")
            for cell in book["cells"]:
                cell["metadata"].pop("papermill", None)
                cell["metadata"].pop("execution", None)
            found[name] = book
    return found


def test_a_batch_killed_twice_ends_as_one_that_was_not(bantar_run, at, tmp_path):
    whole = bantar_run("--workers", "2", outputs="whole")
    for lines in (2, 7):
        process = bantar_run("--workers", "2")
        wait_for_lines(at("", "en"), lines)
        family = forked_from(process.pid)
        process.kill()
        process.communicate()
        assert all_gone(family, 10), "a worker or notebook outlived its batch"
    assert len(read_manifest(at("", "en"))) < 13
    last = bantar_run("--workers", "2")
    out, err = last.communicate(timeout=120)
    assert last.returncode == 0, err
    assert "of 13 notebooks are up to date." in err
    assert out.count(",unchanged,") >= 7
    assert whole.wait(timeout=120) == 0
    assert timeless(at("", "en")) == timeless(tmp_path / "whole/small/en")
    assert len(timeless(at("", "en"))) == 2 + 12 * 3 + 1


def test_ctrl_c_stops_at_once_and_says_how_to_go_on(bantar_run, at, study):
    (study / "private/fails_06.txt").write_text("sleep 300")
    process = bantar_run("--workers", "2")
    wait_for_lines(at("", "en"), 3)
    family = forked_from(process.pid)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _out, err = process.communicate(timeout=60)  # the notebook's own 300 s are not waited for
    assert process.returncode == 130
    assert err == "Stopped. What had finished is kept; the same command goes on from there.\n"
    assert all_gone(family, 5)
    assert not list(at("", "en").rglob(".*"))
    assert at("results.csv", "en").read_text("utf-8").count("made_up") >= 2


def test_a_worker_that_is_killed_costs_its_notebook_a_try_and_no_other(bantar_run, at, study):
    (study / "private/fails_05.txt").write_text("sleep 4")
    process = bantar_run("--workers", "2")
    wait_for_lines(at("", "en"), 6)
    notes = at(".run", "en")
    while not any(notes.rglob("*.begun")):
        time.sleep(0.02)
    workers = [p for p in forked_from(process.pid) if state(p)[1] == str(process.pid)]
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert out.count(",done,") == 13
    assert '"engine": "forked"' in at("manifest.jsonl", "en").read_text("utf-8").splitlines()[-1]
    lines = at("manifest.jsonl", "en").read_text("utf-8").splitlines()
    assert len(lines) == 13, "a notebook ran twice to its end"


def test_a_notebook_that_kills_its_workers_is_given_up_alone(bantar_run, at, study):
    (study / "private/fails_05.txt").write_text("kill worker")
    process = bantar_run("--workers", "2")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1, err
    assert err.startswith("Desa 5: its worker ended in the midst of it, 3 times\n")
    assert (out.count(",done,"), out.count(",failed,")) == (12, 1)


def test_a_second_batch_is_kept_away(bantar_run, run, at, tmp_path):
    at().mkdir(parents=True)
    with at("run.log").open("a") as log:
        assert hold(log, wait=False)
        with pytest.raises(UserError, match="Another run is writing to"):
            run()
        process = bantar_run("--lang", "id")
        _out, err = process.communicate(timeout=60)
        assert process.returncode == 1
        assert err.startswith("Ada proses lain yang sedang menulis ke ")
        assert len(err.splitlines()) == 1
    assert not at("manifest.jsonl").exists()
    assert run(["00"])["status"].tolist() == ["done"]
