"""Tasks given out, taken back from workers that died, and given out again."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path

import pytest

from bantar_lib import load_study
from bantar_lib.batch import pool as pool_module
from bantar_lib.batch.due import Basis, Task
from bantar_lib.batch.manifest import read_manifest
from bantar_lib.batch.plan import Job
from bantar_lib.batch.pool import run_all
from bantar_lib.batch.run import run_batch
from bantar_lib.batch.tries import begun, key_of, left_behind
from bantar_lib.present.page import Page


@pytest.fixture
def tasks(tmp_path) -> list[Task]:
    scratch = tmp_path / ".run/now"
    scratch.mkdir(parents=True)
    return [
        Task(Job(Path("n.ipynb"), {}, tmp_path / f"{n:03}.ipynb", tmp_path, str(n)),
             Page("title", "en"), Basis("", "", {}), "", "", scratch)
        for n in range(40)
    ]  # fmt: skip


class Inline(Executor):
    """Runs what it is given at once; `act` says how it goes."""

    def __init__(self, act) -> None:
        self.act, self.most, self.out = act, 0, 0

    def submit(self, function, task):
        future: Future = Future()
        try:
            future.set_result(self.act(task))
        except Exception as fault:
            future.set_exception(fault)
        return future


_kept: list = []  # else the end of these blocks would remove their notes


def die(task: Task) -> None:
    """Leave a task begun, as a worker does that is killed."""
    _kept.append(begun(task.scratch, key_of(task.job.key)))
    _kept[-1].__enter__()
    raise BrokenExecutor("a worker died")


def test_no_more_tasks_are_out_than_the_window(tasks):
    out = []

    class Counting(Inline):
        def submit(self, function, task):
            out.append(task)
            return super().submit(function, task)

    ended = 0
    for _record in run_all(iter(tasks), Counting(lambda task: task.job.key), window=5):
        ended += 1
        assert len(out) <= ended + 5
    assert ended == 40


def test_a_task_that_kills_its_workers_is_given_up_after_three_tries(tasks, tmp_path):
    ran = []

    def act(task: Task):
        ran.append(task.job.district_id)
        return die(task) if task.job.district_id == "7" else task

    renewed = []

    def renew() -> Executor:
        renewed.append(1)
        return Inline(act)

    ended = list(run_all(tasks, Inline(act), window=5, renew=renew))
    assert len(ended) == 40
    given_up = [record for record in ended if not isinstance(record, Task)]
    assert [record.district_id for record in given_up] == ["7"]
    assert given_up[0].error == "its worker ended in the midst of it, 3 times"
    assert ran.count("7") == 3 == len(renewed)
    assert max(ran.count(str(n)) for n in range(40) if n != 7) == 1
    assert read_manifest(tmp_path)["007.ipynb"]["status"] == "failed"


def test_the_innocent_are_run_again_without_counting_it(tasks):
    """All that are out fail with the pool; only what had begun counts."""
    breaks = iter([True] * 2 + [False] * 100)

    def act(task: Task):
        if task.job.district_id == "3" and next(breaks):
            return die(task)
        if task.job.district_id == "4" and left_behind(task.scratch, key_of("003.ipynb")) < 2:
            raise BrokenExecutor("it was not me")
        return task

    ended = list(run_all(tasks, Inline(act), window=5, renew=lambda: Inline(act)))
    assert {task.job.district_id for task in ended} == {str(n) for n in range(40)}


@pytest.mark.parametrize("fault", [BrokenExecutor("dead"), TypeError("cannot pickle")])
def test_workers_that_never_begin_end_the_batch(tasks, fault):
    def act(_task):
        raise fault

    records = list(run_all(tasks, Inline(act), window=5, renew=lambda: Inline(act)))
    assert len(records) == 40
    assert all(str(fault) in record.error for record in records)
    assert {record.status for record in records} == {"failed"}


def test_an_executor_of_another_that_breaks_is_not_replaced(tasks):
    def act(task: Task):
        if int(task.job.district_id) >= 20:
            raise BrokenExecutor("dead")
        return task

    ended = list(run_all(tasks, Inline(act), window=5))
    assert len(ended) == 40
    assert sum(isinstance(e, Task) for e in ended) == 20


def test_a_task_that_is_over_leaves_nothing(tasks, tmp_path):
    task = tasks[0]
    task.scratch.rmdir()
    assert pool_module.lost(task, "too late").status == "failed"
    assert read_manifest(tmp_path) == {}


@pytest.mark.slow
def test_workers_of_a_session_begin_as_new_interpreters(notebooks, study, tmp_path):
    """A process with threads cannot be forked from, its workers can."""
    (study / "private/fails_02.txt").write_text("die")
    table = run_batch(load_study(study), ["02", "03"], workers=2, outputs=tmp_path / "outputs")
    assert table["status"].tolist() == ["failed", "done"]
