"""Tasks on executors of others: threads have a warm process beside them, processes are warmed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from processes import all_gone, forked_from

from bantar_lib import run_batch
from bantar_lib.batch.manifest import read_manifest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


def engines(folder: Path) -> set[str]:
    return {line["engine"] for line in read_manifest(folder).values()}


def called(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""


def new_processes(many: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(many, multiprocessing.get_context("spawn"))


@pytest.mark.parametrize("make", [ThreadPoolExecutor, new_processes])
def test_notebooks_are_forked_on_any_executor(notebooks, study, tmp_path, at, make):
    (study / "private/fails_02.txt").write_text("die")
    before = forked_from(os.getpid())
    with make(2) as pool:
        table = run_batch(study, executor=pool, lang="en", outputs=tmp_path / "outputs")
        own = {p for p in forked_from(os.getpid()) - before if "resource_tracker" not in called(p)}
    assert table["status"].tolist() == ["done", "done", "failed", "done"]
    assert table["error"][2] == "its process ended with exit code 3"
    assert engines(at("", "en")) == {"forked"}
    assert own and all_gone(own, 10), "a helper outlived its thread"


def test_a_helper_that_is_killed_costs_its_notebook_a_try(notebooks, study, tmp_path, at):
    (study / "private/fails_02.txt").write_text("kill worker")
    with ThreadPoolExecutor(2) as pool:
        table = run_batch(study, executor=pool, lang="en", outputs=tmp_path / "outputs")
    assert table["status"].tolist() == ["done", "done", "failed", "done"]
    assert table["error"][2] == "its worker ended in the midst of it, 3 times"


def test_the_worker_of_a_cluster_is_killed(notebooks, study, tmp_path, at, local_cluster):
    """Its notebook runs again elsewhere, and nothing of it stays behind."""
    for district in ("01", "02", "03"):
        (study / f"private/fails_{district}.txt").write_text("sleep 3")
    families: list[set[int]] = []

    def kill() -> None:
        until = time.monotonic() + 60
        while len(list(at().rglob("*.begun"))) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        worker = next(iter(local_cluster.workers.values())).process.pid
        families.append(forked_from(worker))
        os.kill(worker, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    table = run_batch(study, scheduler=local_cluster.scheduler_address,
                      outputs=tmp_path / "outputs")  # fmt: skip
    killer.join()
    assert table["status"].tolist() == ["done"] * 4
    assert len(families[0]) > 1 and all_gone(families[0], 10)
    assert engines(at()) == {"forked"}
    lines = at("manifest.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 4, "a notebook ran twice to its end"
