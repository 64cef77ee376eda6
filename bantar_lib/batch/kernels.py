"""papermill's engine over a kernel that is watched: one forked from this process, or a new one."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from papermill.log import logger

from bantar_lib.batch.watch import Watch

NAME = "bantar"
_LEAVE = 5.0  # seconds that a kernel has for cleaning up, as jupyter_client grants


@dataclass
class Run:
    """One notebook's run: what it may take, and how it went.

    Parameters
    ----------
    forked : bool
        Fork the kernel; else start a new one.
    timeout, memory_mb
        See :class:`~bantar_lib.batch.watch.Watch`.
    """

    forked: bool
    timeout: float | None = None
    memory_mb: int | None = None
    peak_mb: float = 0.0
    notebook: NotebookNode | None = None
    ended_by: str = ""
    """``time`` or ``memory`` where the kernel was ended for it."""
    exit_code: int = 0
    """Of the kernel's process; that of a signal is negative."""
    _watch: Watch | None = field(default=None, repr=False)

    def watch(self, process: int) -> Watch:
        """Begin to watch the kernel's process."""
        self._watch = Watch(process, timeout=self.timeout, memory_mb=self.memory_mb)
        return self._watch

    def settle(self, exit_code: int, peak_mb: float = 0.0) -> None:
        """Note how the kernel ended."""
        self.exit_code = exit_code
        if self._watch is not None:
            self.ended_by = self._watch.exceeded
            self.peak_mb = max(peak_mb, self._watch.peak_mb)


class WatchedEngine(Engine):
    """An engine of papermill; nbclient does with either kernel what it does with any."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *, run: Run, **_options: Any
    ) -> None:
        """Execute the notebook; raise nbclient's ``DeadKernelError`` where its kernel ends."""
        run.notebook = nb_man.nb
        if run.forked:
            with _forked(run) as (manager, client_of_kernel):
                client = PapermillNotebookClient(nb_man, km=manager, log=logger)
                client.kc = client_of_kernel
                client.execute()
        else:
            _StartedClient(
                nb_man, run=run, log=logger, kernel_name=kernel_name,
                # A kernel on this machine alone warns of an unencrypted connection.
                extra_arguments=["--log-level=CRITICAL"],
            ).execute()  # fmt: skip


# At run time: papermill loads every engine that is registered in a package whenever it is imported.
papermill_engines.register(NAME, WatchedEngine)


class _Present:
    """What nbclient asks a kernel's manager: whether there is one."""

    has_kernel = True


@contextmanager
def _forked(run: Run) -> Iterator[tuple[_Present, Any]]:
    """Fork a kernel; when it is done with, see it out."""
    from bantar_lib.batch.forked import fork_kernel
    from bantar_lib.batch.pipe import PipeClient

    process, pipe = fork_kernel()
    watch = run.watch(process)
    client = PipeClient(pipe, watch.look)
    patience = 0.0
    try:
        yield _Present(), client
        patience = _LEAVE
    except DeadKernelError:
        patience = _LEAVE  # it is ending, or has
        raise
    finally:
        client.forget()
        pipe.close()
        _see_out(run, watch, patience)


def _see_out(run: Run, watch: Watch, patience: float) -> None:
    """Wait for a forked kernel's end, not for ever, and end what it has left running."""
    wait: Any = os.wait4  # type: ignore[attr-defined, unused-ignore]
    until = time.monotonic() + patience
    ended, pause = 0, 0.001
    while not ended and time.monotonic() < until:
        ended, status, usage = wait(watch.process, os.WNOHANG)  # type: ignore[attr-defined, unused-ignore]
        if not ended:
            time.sleep(pause)
            pause = min(2 * pause, 0.05)
    watch.end()
    if not ended:
        _process, status, usage = wait(watch.process, 0)
    run.settle(os.waitstatus_to_exitcode(status), usage.ru_maxrss / 1024)


class _StartedClient(PapermillNotebookClient):
    """papermill's client, with a watch over the kernel it starts."""

    def __init__(self, nb_man: NotebookExecutionManager, *, run: Run, **options: Any) -> None:
        super().__init__(nb_man, **options)
        self._run, self._over = run, threading.Event()

    def execute(self, **options: Any) -> NotebookNode:
        """Execute the notebook and note how its kernel ended."""
        self._process: Any = None
        watching = threading.Thread(target=self._look, daemon=True)
        watching.start()
        try:
            return super().execute(**options)
        finally:
            self._over.set()
            watching.join()
            self._run.settle(getattr(self._process, "returncode", 0) or 0)

    def start_new_kernel(self, **options: Any) -> None:
        """Start the kernel; from here on it is watched."""
        super().start_new_kernel(**options)
        self._process = getattr(self.km.provisioner, "process", None)

    def _look(self) -> None:
        watch = None
        while not self._over.wait(0.1):
            if watch is None and self._process is not None:
                watch = self._run.watch(self._process.pid)
            if watch is not None:
                watch.look()
