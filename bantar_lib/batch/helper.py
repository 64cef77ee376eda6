"""Tasks on somebody else's executor: its processes may be cold, or have threads.

A notebook is forked from a process that is warm and has a single thread. A process of an executor
that has one is warmed with its first task. Where there are more, as in Dask's workers, each thread
that is given tasks has such a process beside it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from bantar_lib.batch.due import Task
from bantar_lib.batch.engine import FORKS, can_fork
from bantar_lib.batch.execute import Record, run_task
from bantar_lib.batch.pool import begin_worker, keep
from bantar_lib.batch.warm import ONE_THREAD, warm_up

_IDLE = 60.0
"""Seconds after which a helper that has nothing to do ends: the batch is over."""
_beside = threading.local()


def run_anywhere(task: Task) -> Record:
    """Run a task in whatever process and thread this is; what any executor is given to do.

    Raises
    ------
    OSError
        Where the helper of this thread ended in the midst of the task.
    """
    if task.engine == "kernel" or not FORKS:
        return run_task(task)
    if not can_fork():
        _warm(task.job.parameters["study"], task.page.lang)
    if not can_fork():  # it still is as it was
        return run_task(task)
    helper = getattr(_beside, "helper", None)
    if helper is None or not helper.alive():
        helper = _beside.helper = Helper()
    return helper.run(task)


@cache
def _warm(study: str, lang: str) -> None:
    warm_up(study, lang)
    keep()


class Helper:
    """A process that runs tasks for one thread of this one, and ends with it."""

    def __init__(self) -> None:
        self._pipe, there = Pipe()
        number = there.fileno()
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(number), str(os.getpid())],
            pass_fds=[number], stdin=subprocess.DEVNULL, env=ONE_THREAD | os.environ,
        )  # fmt: skip
        there.close()

    def alive(self) -> bool:
        """Say whether the process is there."""
        return self._process.poll() is None

    def run(self, task: Task) -> Record:
        """Run a task there.

        Raises
        ------
        OSError
            Where the process ended in the midst of it.
        """
        with suppress(EOFError, OSError):
            self._pipe.send(task)
            while not self._pipe.poll(0.2):
                if not self.alive():
                    break
            else:
                record: Record = self._pipe.recv()
                return record
        code = self._process.wait()
        raise ChildProcessError(f"exit code {code}")


def serve(pipe: Connection, parent: int) -> None:
    """Be the helper of a process until that ends or has no more to do."""
    begin_worker(parent)
    while pipe.poll(_IDLE):
        try:
            task = pipe.recv()
        except EOFError:
            return
        _warm(task.job.parameters["study"], task.page.lang)
        pipe.send(run_task(task))


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]))
