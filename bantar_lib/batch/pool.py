"""Workers: processes of this machine that run tasks, and what happens when one of them dies."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from bantar_lib.batch.due import Task
from bantar_lib.batch.engine import FORKS, can_fork
from bantar_lib.batch.execute import Record, given_up, lost, one_line, run_task
from bantar_lib.batch.tries import MOST_TRIES, key_of, leave, left_behind
from bantar_lib.batch.warm import stay_single, warm_up
from bantar_lib.study import Study
from bantar_lib.words import room_words

_ = room_words("batch")
_FRUITLESS = 3
"""So often in a row may workers die before any has begun a task."""
_GRACE = 3.0  # seconds for a worker that is told to end


class LocalPool:
    """Processes of this machine that run tasks; a pool that breaks is replaced.

    Parameters
    ----------
    workers : int
        Number of processes.
    study : Study
        The study that they will open.
    lang : str
        The language of the pages.
    held : file, optional
        What this process alone is to hold open.
    """

    def __init__(self, workers: int, study: Study, lang: str, held: IO[Any] | None = None) -> None:
        self._workers, self._study, self._lang, self._held = workers, study, lang, held
        self._before = set(multiprocessing.active_children())
        self.executor: Executor = self._make()

    def _make(self) -> Executor:
        """Return a new pool: forked from this process where that is possible.

        A forked worker has all imports done. Elsewhere, as in somebody's session with threads,
        workers begin as new interpreters and do them on their own.
        """
        if not can_fork():
            warm_up(self._study, self._lang)
        if not can_fork():  # a library of the user's might have begun a thread meanwhile
            return ProcessPoolExecutor(
                self._workers, multiprocessing.get_context("fork"),
                _begin_forked, (os.getpid(), self._held),
            )  # fmt: skip
        return ProcessPoolExecutor(
            self._workers, multiprocessing.get_context("spawn"),
            _begin_fresh, (os.getpid(), self._study.path, self._lang),
        )  # fmt: skip

    def renew(self) -> Executor:
        """End a pool that broke and return another."""
        self.executor.shutdown(wait=True, cancel_futures=True)
        self.executor = self._make()
        return self.executor

    def end(self, *, now: bool) -> None:
        """End the workers: when they are done, or now."""
        if now:
            own = [p for p in multiprocessing.active_children() if p not in self._before]
            for process in own:
                process.terminate()
            for process in own:
                process.join(_GRACE)
                if process.is_alive():
                    process.kill()
        self.executor.shutdown(wait=True, cancel_futures=True)


def _begin_forked(parent: int, held: IO[Any] | None) -> None:
    if held is not None:
        held.close()
    begin_worker(parent)
    keep()


def _begin_fresh(parent: int, study: Path, lang: str) -> None:
    stay_single()
    begin_worker(parent)
    if FORKS:
        warm_up(study, lang)
        keep()


def begin_worker(parent: int) -> None:
    """Let a worker end as it is told, and never outlive the process that it works for."""
    # What papermill says of a notebook that died, the record says better.
    logging.getLogger("papermill").addHandler(logging.NullHandler())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process tells it
    signal.signal(signal.SIGTERM, leave)
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)  # 1: PR_SET_PDEATHSIG
        if os.getppid() != parent:
            leave()


def keep() -> None:
    """Keep what is there for good: only what notebooks leave behind is searched for garbage.

    Python would else hold off the search until that outweighs all that was imported.
    """
    gc.freeze()
    gc.collect()


def run_all(
    tasks: Iterable[Task],
    pool: Executor,
    *,
    window: int,
    renew: Callable[[], Executor] | None = None,
    run: Callable[[Task], Record] = run_task,
) -> Generator[Record, None, None]:
    """Run tasks on an executor and yield their records as they come.

    Parameters
    ----------
    tasks : iterable of Task
        Taken as they are needed.
    pool : Executor
        Where they run.
    window : int
        How many wait or run at once, so that thousands of tasks take no more memory than few.
    renew : callable, optional
        Ends a broken pool and returns another.
    run : callable
        What runs a task there.

    Yields
    ------
    Record
        One a task. A task whose worker died is run again, up to three times in all; the others
        that the worker's end took away do not count it.
    """
    queue = _Queue(tasks, run)
    waiting: dict[Future[Record], Task] = {}
    fruitless = 0
    while queue.refill(waiting, pool, window):
        finished, _rest = wait(waiting, return_when=FIRST_COMPLETED)
        fault: Exception | None = None
        gone: list[Task] = []
        if any(isinstance(f.exception(), BrokenExecutor) for f in finished if not f.cancelled()):
            finished, _rest = wait(waiting)  # they all end with it
        for future in finished:
            task = waiting.pop(future)
            try:
                record = future.result()
            except Exception as ended:  # the worker's: of a notebook's own nothing gets here
                fault = ended
                gone.append(task)
            else:
                fruitless = 0
                yield record
        if fault is None:
            continue
        begun = [t for t in gone if left_behind(t.scratch, key_of(t.job.key))]
        fruitless = 0 if begun else fruitless + 1
        broken = isinstance(fault, BrokenExecutor)
        if fruitless >= _FRUITLESS or (broken and renew is None):
            said = _("no worker could take it ({fault})", fault=one_line(fault))
            yield from (lost(task, said) for task in (*gone, *waiting.values(), *queue.rest()))
            return
        for task in gone:
            if (tries := left_behind(task.scratch, key_of(task.job.key))) >= MOST_TRIES:
                yield given_up(task, tries)
            else:
                queue.again.append(task)
        if broken and renew is not None:
            pool = renew()


class _Queue:
    """Tasks that are still to be given out; those given out in vain come first."""

    def __init__(self, tasks: Iterable[Task], run: Callable[[Task], Record]) -> None:
        self.again: deque[Task] = deque()
        self._tasks, self._run = iter(tasks), run

    def take(self) -> Task | None:
        """Return the next task, or None."""
        return self.again.popleft() if self.again else next(self._tasks, None)

    def rest(self) -> Iterator[Task]:
        """Yield all that are left."""
        return iter(self.take, None)

    def refill(self, waiting: dict[Future[Record], Task], pool: Executor, window: int) -> bool:
        """Give out tasks up to `window`; say whether any is out."""
        while len(waiting) < window and (task := self.take()) is not None:
            try:
                waiting[pool.submit(self._run, task)] = task
            except BrokenExecutor as fault:  # it broke between two tasks
                future: Future[Record] = Future()
                future.set_exception(fault)
                waiting[future] = task
                break
        return bool(waiting)
