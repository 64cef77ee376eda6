"""Run one job: a fresh kernel, a file that is whole or not there, a record of what happened."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bantar_lib.batch.plan import Job, one_language, read_notebook
from bantar_lib.present.display import RESULT_MIME
from bantar_lib.present.page import Page, page_html
from bantar_lib.words import room_words

if TYPE_CHECKING:
    from nbformat import NotebookNode

_ = room_words("batch")


@dataclass(frozen=True)
class Record:
    """What became of a job."""

    notebook: str
    district_id: str
    district: str
    status: str  # "done" or "failed"
    seconds: float
    output: str
    error: str = ""


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader, or a crash, never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def execute(job: Job, page: Page) -> Record:
    """Run a job with papermill and leave notebook, page and result beside each other.

    A failing notebook is left as far as it came, with its traceback; its page and result of an
    earlier run are removed, since they no longer hold.
    """
    started = time.perf_counter()
    html, result = job.output.with_suffix(".html"), job.output.with_name("result.json")
    job.output.parent.mkdir(parents=True, exist_ok=True)
    part = job.output.with_name(f".{job.output.stem}.{os.getpid()}.part.ipynb")
    try:
        error = _run(job, part) or _leave(part, page, html, result)
        for path in (html, result) if error else ():
            path.unlink(missing_ok=True)
        if part.exists():
            part.replace(job.output)
        else:
            job.output.unlink(missing_ok=True)
    finally:  # also where the user stops it: then all is as it was before
        part.unlink(missing_ok=True)
    return Record(
        notebook=job.notebook.stem,
        district_id=job.district_id,
        district=job.district,
        status="failed" if error else "done",
        seconds=round(time.perf_counter() - started, 2),
        output=str(job.output),
        error=error,
    )


def _run(job: Job, part: Path) -> str:
    """Execute into `part`; return the error in one line, or nothing."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    source = one_language(read_notebook(job.notebook), str(job.parameters["lang"]))
    try:
        papermill.execute_notebook(
            source,
            str(part),
            parameters=dict(job.parameters),
            progress_bar=False,
            log_output=False,
            kernel_name="python3",
            language="python",
            # A kernel on this machine alone warns of an unencrypted connection.
            extra_arguments=["--log-level=CRITICAL"],
        )
    except PapermillExecutionError as fault:
        return f"{fault.ename}: {fault.evalue}".splitlines()[0]
    except Exception as fault:  # the kernel died, the disk is full
        return one_line(fault)
    return ""


def _leave(part: Path, page: Page, html: Path, result: Path) -> str:
    """Write page and result of the executed notebook; return the error in one line, or nothing."""
    import nbformat

    try:
        notebook = nbformat.read(part, as_version=4)
        write_whole(html, page_html(notebook, page))
        if record := collected_result(notebook):
            write_whole(result, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    except Exception as fault:
        return one_line(fault)
    return ""


def one_line(fault: Exception) -> str:
    """Return an error as one line."""
    return f"{type(fault).__name__}: {fault}".splitlines()[0]


def collected_result(notebook: NotebookNode) -> dict[str, Any] | None:
    """Return the result that an executed notebook shows, or None where it shows none."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if RESULT_MIME in output.get("data", {}):
                return dict(output.data[RESULT_MIME])
    return None
