"""Run one job: in a process of its own, to files that are whole, with a line in the manifest last.

The order makes a crash at any moment harmless. Everything is written under other names first; the
line of the manifest, which alone says that the job is done, follows when all is in its place.
"""

from __future__ import annotations

import errno
import json
import threading
import time
import traceback
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bantar_lib.batch.due import Task
from bantar_lib.batch.files import write_part, write_whole
from bantar_lib.batch.manifest import append_line, sha256
from bantar_lib.batch.plan import has_tag, one_language, read_notebook
from bantar_lib.batch.tries import MOST_TRIES, begun, key_of
from bantar_lib.present.display import RESULT_MIME
from bantar_lib.present.page import page_html
from bantar_lib.words import language, room_words

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from bantar_lib.batch.engine import Usage

__all__ = ["Record", "collected_result", "execute", "run_task", "write_whole"]
_ = room_words("batch")
_one_page = threading.Lock()  # the maker of pages keeps a page's words in one place


@dataclass(frozen=True)
class Record:
    """What became of a job."""

    notebook: str
    district_id: str
    district: str
    status: str  # "done", "failed" or, where there was nothing to do, "unchanged"
    seconds: float
    output: str
    error: str = ""
    details: str = ""
    cpu_seconds: float | None = None
    peak_memory_mb: float | None = None
    why_kernel: str = ""
    """Why it was given a new kernel, where one was to be forked."""


@dataclass
class _Attempt:
    """What a run of a notebook has made so far, under names of its own."""

    task: Task
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    executed: bool = False
    has_result: bool = False
    error: str = ""
    details: str = ""
    usage: Usage | None = None

    def part(self, path: Path) -> Path:
        """Return where a file is written until it is whole."""
        return self.task.scratch / f"{self.name}{path.suffix}"

    def fail(self, error: str, details: str = "") -> None:
        """Note what went wrong, the first time: what follows from it is not news."""
        if not self.error:
            self.error = " ".join(error.split("\n", 1)[0].split())
            self.details = details or error


def run_task(task: Task) -> Record:
    """Run a task, unless workers have died over it too often; what an executor is given to do."""
    with language(task.said_in), begun(task.scratch, key_of(task.job.key)) as tries:
        return given_up(task, tries - 1) if tries > MOST_TRIES else execute(task)


def given_up(task: Task, times: int) -> Record:
    """Record that the workers running a task ended in the midst of it, each time."""
    return lost(task, _("its worker ended in the midst of it, {n} times", n=times))


def lost(task: Task, error: str) -> Record:
    """Record a task that failed without a notebook to show for it."""
    attempt = _Attempt(task)
    attempt.fail(error)
    return _settle(attempt, datetime.now().astimezone(), 0.0)


def execute(task: Task) -> Record:
    """Run a task's notebook and leave notebook, page and result beside each other.

    A failing notebook is left as far as it came, with its traceback; its page and result of an
    earlier run are removed, since they no longer hold. Whatever happens is in what is returned
    and in the manifest, and raises nothing.
    """
    started, clock = datetime.now().astimezone(), time.perf_counter()
    attempt = _Attempt(task)
    try:
        if task.made is not None:
            _write_page_again(attempt)
        else:
            _run(attempt)
        if attempt.executed:
            _write_page(attempt)
        return _settle(attempt, started, clock)
    finally:  # also where the user stops it: then all is as it was before
        for path in (task.job.output, task.job.page, task.job.result):
            with suppress(OSError):
                attempt.part(path).unlink(missing_ok=True)


def _run(attempt: _Attempt) -> None:
    """Execute the notebook under a name of its own."""
    from nbconvert.filters import strip_ansi
    from papermill.exceptions import PapermillExecutionError

    from bantar_lib.batch.engine import NotebookDied, execute_notebook

    task, job = attempt.task, attempt.task.job
    part = attempt.part(job.output)
    try:
        job.output.parent.mkdir(parents=True, exist_ok=True)  # before the work, not after it
        source = one_language(read_notebook(job.notebook), task.page.lang, job.lacking)
        attempt.usage = execute_notebook(
            source, part, job.parameters, engine=task.engine, timeout=task.timeout,
            memory_mb=task.memory_mb,
        )  # fmt: skip
        attempt.executed = True
    except PapermillExecutionError as fault:
        attempt.usage, attempt.executed = getattr(fault, "usage", None), part.exists()
        attempt.fail(f"{fault.ename}: {fault.evalue}", strip_ansi("\n".join(fault.traceback)))
    except NotebookDied as end:
        attempt.usage, attempt.executed = end.usage, part.exists()
        attempt.fail(end.reason)
    except Exception as fault:  # the disk is full, the folder is closed to us
        attempt.fail(one_line(fault), traceback.format_exc())


def _write_page(attempt: _Attempt) -> None:
    """Write notebook, page and result under names of their own: the latter two of a success."""
    import nbformat

    job = attempt.task.job
    try:
        notebook = nbformat.read(attempt.part(job.output), as_version=4)
        _settle_chance(notebook)
        write_part(attempt.part(job.output), nbformat.writes(notebook))
        if attempt.error:
            return
        with _one_page:
            html = page_html(notebook, attempt.task.page)
        write_part(attempt.part(job.page), html)
        if record := collected_result(notebook):
            text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
            write_part(attempt.part(job.result), text)
            attempt.has_result = True
    except Exception as fault:
        attempt.fail(one_line(fault), traceback.format_exc())


def _write_page_again(attempt: _Attempt) -> None:
    """Write the page of a notebook that was executed before, under a name of its own."""
    import nbformat

    try:
        notebook = nbformat.read(attempt.task.job.output, as_version=4)
        with _one_page:
            html = page_html(notebook, attempt.task.page)
        write_part(attempt.part(attempt.task.job.page), html)
    except Exception as fault:
        attempt.fail(one_line(fault), traceback.format_exc())


def _settle_chance(notebook: NotebookNode) -> None:
    """Remove what differs between two runs of the same, but for the times."""
    for place in ("input_path", "output_path"):  # of this machine, and of a passing name
        notebook.metadata.get("papermill", {}).pop(place, None)
    for cell in notebook.cells:
        if has_tag(cell, "injected-parameters"):  # to which papermill gives a number by lot
            cell.id = "injected-parameters"


def _settle(attempt: _Attempt, started: datetime, clock: float) -> Record:
    """Put into place what was made, remove what no longer holds, and record it."""
    task, job = attempt.task, attempt.task.job
    line: dict[str, Any] = {}
    if task.scratch.is_dir():  # else the run is over, and others may be at work here
        for move in (_put, _withdraw):  # what cannot be put is withdrawn
            try:
                if move is _put or attempt.error:
                    move(attempt)
            except OSError as fault:
                attempt.fail(one_line(fault), traceback.format_exc())
    seconds = round(time.perf_counter() - clock, 2) if clock else 0.0
    usage = attempt.usage
    if task.scratch.is_dir():
        try:
            line = _line(attempt, started, seconds)
            append_line(job.root, line)
        except OSError as fault:
            attempt.fail(one_line(fault), traceback.format_exc())
    return Record(
        notebook=job.notebook.stem,
        district_id=job.district_id,
        district=job.district,
        status="failed" if attempt.error else "done",
        seconds=seconds,
        output=str(job.output),
        error=attempt.error,
        details=attempt.details,
        cpu_seconds=usage.cpu_seconds if usage else None,
        peak_memory_mb=usage.peak_memory_mb if usage else None,
        why_kernel=usage.why_kernel if usage else "",
    )


def _put(attempt: _Attempt) -> None:
    """Move what is whole into its place."""
    job = attempt.task.job
    if attempt.executed:
        attempt.part(job.output).replace(job.output)
    if not attempt.error:
        attempt.part(job.page).replace(job.page)
        if attempt.has_result:
            attempt.part(job.result).replace(job.result)
        elif job.district_id and attempt.task.made is None:
            job.result.unlink(missing_ok=True)


def _withdraw(attempt: _Attempt) -> None:
    """Remove what an earlier run left and this one no longer bears out."""
    job = attempt.task.job
    if attempt.task.made is not None:  # the notebook holds, whatever became of its page
        job.page.unlink(missing_ok=True)
        return
    for path in (job.page, *([job.result] if job.district_id else [])):
        path.unlink(missing_ok=True)
    if not attempt.executed:
        job.output.unlink(missing_ok=True)


def _line(attempt: _Attempt, started: datetime, seconds: float) -> dict[str, Any]:
    """Return what the manifest says of the attempt."""
    job, usage = attempt.task.job, attempt.usage
    if (before := attempt.task.made) is not None:  # a page that failed is missing next time
        files = before["files"] | ({} if attempt.error else {job.page.name: told_of(job.page)})
        return {**before, "page_sha256": attempt.task.page_sha256, "files": files}
    made = [job.output] if attempt.executed else []
    if not attempt.error:
        made += [job.page, *([job.result] if attempt.has_result else [])]
    files = {path.name: told_of(path) for path in made}
    return attempt.task.line() | {
        "status": "failed" if attempt.error else "done",
        "output_sha256": files[job.output.name]["sha256"] if attempt.executed else "",
        "files": files,
        "started": started.isoformat(timespec="seconds"),
        "seconds": seconds,
        "cpu_seconds": usage.cpu_seconds if usage else None,
        "peak_memory_mb": usage.peak_memory_mb if usage else None,
        "engine": usage.engine if usage else "",
        "error": attempt.error,
    }


def told_of(path: Path) -> dict[str, Any]:
    """Return a file's hash, size and time, as the manifest has them."""
    seen = path.stat()
    return {"sha256": sha256(path), "bytes": seen.st_size, "modified": seen.st_mtime_ns}


def one_line(fault: Exception) -> str:
    """Return an error as one line; one of the system names file and cause.

    Examples
    --------
    >>> one_line(KeyError("a"))
    "KeyError: 'a'"
    """
    if isinstance(fault, OSError) and fault.strerror:
        said = {
            errno.ENOSPC: _("the disk is full"),
            errno.EDQUOT: _("the disk is full"),
            errno.EACCES: _("may not be written"),
            errno.EROFS: _("may not be written"),
        }.get(fault.errno or 0, fault.strerror)
        return f"{fault.filename}: {said}" if fault.filename else said
    return f"{type(fault).__name__}: {fault}".splitlines()[0]


def collected_result(notebook: NotebookNode) -> dict[str, Any] | None:
    """Return the result that an executed notebook shows, or None where it shows none."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if RESULT_MIME in output.get("data", {}):
                return dict(output.data[RESULT_MIME])
    return None
