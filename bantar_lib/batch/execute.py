"""Run one job: a fresh kernel, a file that is whole or not there, a record of what happened."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bantar_lib.batch.engine import NotebookDied, Usage, execute_notebook
from bantar_lib.batch.plan import Job, one_language, read_notebook
from bantar_lib.present.display import RESULT_MIME
from bantar_lib.present.page import Page, page_html
from bantar_lib.words import language

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Limits:
    """What a notebook may take.

    Parameters
    ----------
    engine : str
        ``auto``, or ``kernel`` for a new kernel in any case.
    timeout : float, optional
        Seconds.
    memory_mb : int, optional
        Megabytes that its process may hold.
    """

    engine: Literal["auto", "kernel"] = "auto"
    timeout: float | None = None
    memory_mb: int | None = None


@dataclass(frozen=True)
class Task:
    """A job with all that a worker, here or elsewhere, needs to do it."""

    job: Job
    page: Page
    basis: Mapping[str, Any]
    limits: Limits = Limits()


@dataclass(frozen=True)
class Record:
    """What became of a job."""

    notebook: str
    district_id: str
    district: str
    status: str  # "done", "failed" or, where nothing had to be done, "kept"
    seconds: float
    output: str
    error: str = ""
    cpu_seconds: float = 0.0
    peak_memory_mb: float = 0.0
    engine: str = ""  # "forked" or "kernel"
    note: str = ""  # why no process was forked
    started: str = ""  # ISO 8601, with the zone


def record_of(job: Job, status: str, error: str = "", **more: Any) -> Record:
    """Return what became of a job."""
    more = {"seconds": 0.0, **more}
    return Record(
        notebook=job.notebook.stem, district_id=job.district_id, district=job.district,
        status=status, output=str(job.output), error=error, **more,
    )  # fmt: skip


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader, or a crash, never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def execute(task: Task) -> Record:
    """Run a job and leave notebook, page and result beside each other.

    A failing notebook is left as far as it came, with its traceback; its page and result of an
    earlier run are removed, since they no longer hold.
    """
    with language(str(task.job.parameters["lang"])):  # a worker elsewhere has none of its own
        return _execute(task)


def _execute(task: Task) -> Record:
    job, started = task.job, time.perf_counter()
    when = datetime.now(UTC).isoformat(timespec="seconds")
    html, result = job.output.with_suffix(".html"), job.output.with_name("result.json")
    part = job.output.with_name(f".{job.output.stem}.{os.getpid()}.part.ipynb")
    usage: Usage | None = None
    try:
        job.output.parent.mkdir(parents=True, exist_ok=True)
        usage, error = _run(task, part)
        error = error or _leave(part, task.page, html, result)
        for path in (html, result) if error else ():
            path.unlink(missing_ok=True)
        if part.exists():
            _flush(part)
            part.replace(job.output)
        else:
            job.output.unlink(missing_ok=True)
    except OSError as fault:  # the folder cannot be written, the disk is full
        error = one_line(fault)
    finally:  # also where the user stops it: then all is as it was before
        with suppress(OSError):
            part.unlink(missing_ok=True)
    took = {} if usage is None else {
        "cpu_seconds": round(usage.cpu_seconds, 2), "peak_memory_mb": usage.peak_memory_mb,
        "engine": usage.engine, "note": usage.why_kernel,
    }  # fmt: skip
    return record_of(
        job, "failed" if error else "done", error,
        seconds=round(time.perf_counter() - started, 2), started=when, **took,
    )  # fmt: skip


def _run(task: Task, part: Path) -> tuple[Usage | None, str]:
    """Execute into `part`; return what it took, and the error in one line, or nothing."""
    from papermill.exceptions import PapermillExecutionError

    job, limits = task.job, task.limits
    source = one_language(read_notebook(job.notebook), str(job.parameters["lang"]))
    try:
        usage = execute_notebook(
            source, part, job.parameters, engine=limits.engine, timeout=limits.timeout,
            memory_mb=limits.memory_mb,
        )  # fmt: skip
    except PapermillExecutionError as fault:
        return getattr(fault, "usage", None), f"{fault.ename}: {fault.evalue}".splitlines()[0]
    except NotebookDied as end:
        return end.usage, end.reason
    except Exception as fault:  # the disk is full
        return None, one_line(fault)
    return usage, ""


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _leave(part: Path, page: Page, html: Path, result: Path) -> str:
    """Write page and result of the executed notebook; return the error in one line, or nothing."""
    import nbformat

    try:
        notebook = nbformat.read(part, as_version=4)
        write_whole(html, page_html(notebook, page))
        if record := collected_result(notebook):
            write_whole(result, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        else:
            result.unlink(missing_ok=True)
    except Exception as fault:
        return one_line(fault)
    return ""


def one_line(fault: Exception) -> str:
    """Return an error as one line."""
    if isinstance(fault, OSError) and fault.strerror:
        return f"{fault.filename or ''}: {fault.strerror}".removeprefix(": ")
    return f"{type(fault).__name__}: {fault}".splitlines()[0]


def collected_result(notebook: NotebookNode) -> dict[str, Any] | None:
    """Return the result that an executed notebook shows, or None where it shows none."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if RESULT_MIME in output.get("data", {}):
                return dict(output.data[RESULT_MIME])
    return None
