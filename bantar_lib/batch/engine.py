"""Run one notebook in a fresh process: one forked from this where possible, else a new kernel.

``forked`` and ``kernel`` are two ways to the same notebook. The first starts in milliseconds,
since the process it forks from has imported what notebooks use; the second is papermill as it
comes, and is taken where a fork is impossible or a notebook asks for it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bantar_lib.words import room_words

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from bantar_lib.batch.kernels import Run

_ = room_words("batch")
_TASKS = Path("/proc/self/task")
FORKS = hasattr(os, "fork") and _TASKS.is_dir()
"""Whether a running process can be copied: macOS can, but its own libraries do not survive it."""


@dataclass(frozen=True)
class Usage:
    """What running a notebook took.

    Parameters
    ----------
    cpu_seconds : float
        Of the notebook's process and all it started, and of this one for it.
    peak_memory_mb : float
        The most that the notebook's process held.
    engine : str
        ``forked`` or ``kernel``.
    why_kernel : str
        Why no process could be forked, where that was wanted.
    """

    cpu_seconds: float
    peak_memory_mb: float
    engine: str
    why_kernel: str = ""


class NotebookDied(Exception):  # noqa: N818 – an end, not an error of the program
    """The notebook's process ended before the notebook did; what it had shown is kept.

    Parameters
    ----------
    reason : str
        In words: its time or memory was up, a signal, an exit code.
    usage : Usage
        What it took.
    """

    def __init__(self, reason: str, usage: Usage) -> None:
        super().__init__(reason)
        self.reason, self.usage = reason, usage


def can_fork() -> str:
    """Return why no kernel can be forked from this process; nothing where one can.

    Examples
    --------
    >>> isinstance(can_fork(), str)
    True
    """
    if not FORKS:
        return _("this system has no dependable way to copy a running process")
    threads = _threads(_TASKS)
    if threads > 1:
        return _("this process has {n} threads, and a copy would have one", n=threads)
    if threading.current_thread() is not threading.main_thread() or _interactive():
        return _("this process is somebody's session")
    return ""


def _threads(tasks: Path) -> int:
    """Return the number of threads, those of native libraries included."""
    for _try in range(20):
        if (threads := len(list(tasks.iterdir()))) == 1:
            break
        time.sleep(0.002)  # one that was just joined may still be listed
    return threads


def _interactive() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        return True
    if "IPython" not in sys.modules:
        return False
    from bantar_lib.batch.forked import foreign_shell

    return foreign_shell()


def execute_notebook(
    source: NotebookNode,
    part: Path,
    parameters: Mapping[str, Any],
    *,
    engine: Literal["auto", "kernel"] = "auto",
    timeout: float | None = None,
    memory_mb: int | None = None,
) -> Usage:
    """Execute a notebook and write it, as papermill does.

    Parameters
    ----------
    source : NotebookNode
        The notebook; it is not changed.
    part : Path
        Where the executed notebook is written: also one that fails or dies, as far as it came.
    parameters : mapping
        Values for its parameters cell.
    engine : str
        ``kernel`` starts a new kernel in any case, as does ``{"bantar": {"engine": "kernel"}}``
        in the notebook's metadata.
    timeout : float, optional
        Seconds that the whole notebook may take.
    memory_mb : int, optional
        Megabytes that its process may hold at once.

    Returns
    -------
    Usage
        What it took.

    Raises
    ------
    PapermillExecutionError
        When a cell fails; its attribute ``usage`` tells what it took.
    NotebookDied
        When the process ends before the notebook does.
    """
    wanted = engine == "auto" and source.metadata.get("bantar", {}).get("engine") != "kernel"
    python = source.metadata.get("kernelspec", {}).get("name", "python3") == "python3"
    why = can_fork() if wanted and python else ""

    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from papermill.iorw import write_ipynb

    from bantar_lib.batch.kernels import Run

    run = Run(wanted and python and not why, timeout, memory_mb)
    before = _cpu_seconds()

    def usage() -> Usage:
        spent = round(_cpu_seconds() - before, 3)
        return Usage(spent, round(run.peak_mb, 1), "forked" if run.forked else "kernel", why)

    try:
        # In a context of its own nbclient makes an event loop of its own, which ends with it.
        copy_context().run(_papermill, source, part, parameters, run, python)
    except PapermillExecutionError as failed:
        failed.usage = usage()
        raise
    except DeadKernelError:
        write_ipynb(run.notebook, str(part))
        raise NotebookDied(_reason(run), usage()) from None
    return usage()


def _papermill(
    source: NotebookNode, part: Path, parameters: Mapping[str, Any], run: Run, python: bool
) -> None:
    import papermill
    from jupyter_core.utils import ensure_event_loop

    from bantar_lib.batch.kernels import NAME

    try:
        papermill.execute_notebook(
            source,
            str(part),
            parameters=dict(parameters),
            engine_name=NAME,
            request_save_on_cell_execute=False,  # this process holds the outputs meanwhile
            progress_bar=False,
            log_output=False,
            kernel_name="python3" if python else None,
            language="python" if python else None,
            run=run,
        )
    finally:
        if run.forked:  # else the next child would share this loop's list of open files
            ensure_event_loop().close()
            asyncio.set_event_loop(None)


def _cpu_seconds() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _reason(run: Run) -> str:
    """Say in words how the kernel ended."""
    if run.ended_by == "time":
        return _("the notebook took longer than {n} seconds", n=f"{run.timeout:g}")
    if run.ended_by == "memory":
        return _("the notebook held more than {n} MB of memory", n=run.memory_mb)
    if run.exit_code < 0:
        return _("its process was ended by signal {n} ({name})",
                 n=-run.exit_code, name=signal.Signals(-run.exit_code).name)  # fmt: skip
    return _("its process ended with exit code {n}", n=run.exit_code)
