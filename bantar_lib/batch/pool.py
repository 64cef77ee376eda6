"""Has jobs done by an executor: a few at a time, and again where a worker was killed over one.

Any :class:`concurrent.futures.Executor` will do. Where its workers are gone, it cannot be seen
which of the jobs that were under way killed one; so each of them is done again alone, and only a
job whose worker dies while it is alone uses up a try. A cluster's executor does so by itself.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import signal
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import suppress
from typing import Any, Generic, TypeVar, cast

from bantar_lib.words import room_words

_ = room_words("batch")
MOST_TRIES = 3
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux

Task = TypeVar("Task")
Done = TypeVar("Done")


class Worked(Generic[Task, Done]):
    """The results of tasks, as they come.

    Parameters
    ----------
    function : callable
        What is done with a task, in a worker; it is sent there, as the task is.
    tasks : iterable
        In the order in which they begin.
    executor : Executor
        The workers.
    window : int
        How many tasks are handed out at a time.
    renewed : callable, optional
        Returns a new executor where the workers of one are gone; without it the rest is given up.
    """

    def __init__(
        self,
        function: Callable[[Task], Done],
        tasks: Iterable[Task],
        *,
        executor: Executor,
        window: int,
        renewed: Callable[[], Executor] | None = None,
    ) -> None:
        self.executor = executor
        self._function, self._window, self._renewed = function, window, renewed
        self._waiting = deque(tasks)
        self._suspects: deque[Task] = deque()
        self._running: dict[Future[Done], Task] = {}
        self._tries: Counter[int] = Counter()

    def __iter__(self) -> Iterator[tuple[Task, Done | Exception]]:
        """Yield each task with its result, or with why there is none."""
        while self._waiting or self._suspects or self._running:
            self._hand_out()
            finished, _rest = wait(self._running, return_when=FIRST_COMPLETED)
            yield from self._collect(finished)

    def _hand_out(self) -> None:
        queue, most = (self._suspects, 1) if self._suspects else (self._waiting, self._window)
        while queue and len(self._running) < most:
            task = queue.popleft()
            try:
                self._running[self.executor.submit(self._function, task)] = task
            except BrokenExecutor as broken:  # a worker died while it had nothing to do
                lost: Future[Done] = Future()
                lost.set_exception(broken)
                self._running[lost] = task
                return

    def _collect(self, finished: Iterable[Future[Done]]) -> Iterator[tuple[Task, Done | Exception]]:
        lost: list[tuple[Task, Exception]] = []
        broken = False
        for future in list(finished):
            fault = _fault(future)
            if isinstance(fault, BrokenExecutor) and not broken:
                broken = True
                wait(self._running, timeout=30)  # all that was under way is lost, or just done
                yield from self._collect([f for f in self._running if _has_result(f)])
            if future not in self._running:
                continue
            task = self._running.pop(future)
            if fault is None:
                yield task, future.result()
            elif isinstance(fault, BrokenExecutor):
                lost.append((task, fault))
            else:
                yield task, fault
        if broken:
            lost += [(task, BrokenExecutor()) for task in self._running.values()]
            self._running.clear()
            if self._renewed is None:
                yield from self._give_up(lost)
                return
            self.executor.shutdown(wait=True)
            self.executor = self._renewed()
        yield from self._try_again(lost)

    def _try_again(self, lost: list[tuple[Task, Exception]]) -> Iterator[tuple[Task, Exception]]:
        for task, fault in lost:
            if len(lost) == 1:  # it was alone
                self._tries[id(task)] += 1
            if self._tries[id(task)] < MOST_TRIES:
                self._suspects.append(task)
            else:
                yield task, _killed(fault)

    def _give_up(self, lost: list[tuple[Task, Exception]]) -> Iterator[tuple[Task, Exception]]:
        lost += [(task, BrokenExecutor()) for task in (*self._suspects, *self._waiting)]
        self._suspects.clear()
        self._waiting.clear()
        for task, fault in lost:
            yield task, _killed(fault)


def _fault(future: Future[Any]) -> Exception | None:
    try:
        return cast("Exception | None", future.exception())
    except CancelledError as cancelled:
        return cancelled


def _has_result(future: Future[Any]) -> bool:
    return future.done() and _fault(future) is None


def _killed(fault: Exception) -> Exception:
    if isinstance(fault, BrokenExecutor):
        return ChildProcessError(_("its worker was killed {n} times", n=MOST_TRIES))
    return fault


def local_workers(
    number: int, *, forked: bool, prepare: Callable[[], object] | None = None
) -> ProcessPoolExecutor:
    """Return worker processes on this machine.

    Parameters
    ----------
    number : int
        How many.
    forked : bool
        Copies of this process, which must have one thread, with all that it has imported; else
        fresh ones.
    prepare : callable, optional
        What a worker does first.
    """
    return ProcessPoolExecutor(
        max_workers=number,
        mp_context=multiprocessing.get_context("fork" if forked else "spawn"),
        initializer=_begin,
        initargs=(prepare,),
    )


def _begin(prepare: Callable[[], object] | None) -> None:
    """Leave a keyboard's interrupt to the parent, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if prepare is not None:
        prepare()


def stop(executor: Executor) -> None:
    """End workers in the middle of what they do."""
    for process in list((getattr(executor, "_processes", None) or {}).values()):
        with suppress(Exception):
            process.terminate()
    executor.shutdown(wait=False, cancel_futures=True)
