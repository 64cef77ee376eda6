"""Which jobs of a batch are due, and why: what changed since an output was made, or failed then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from bantar_lib.batch.manifest import read_manifest, sha256
from bantar_lib.batch.plan import Job
from bantar_lib.measures.counts import SEED
from bantar_lib.present.page import Page
from bantar_lib.study import Study
from bantar_lib.words import current_language

REASONS = (
    "new", "failed", "study", "notebook", "library", "packages", "parameters", "page", "missing",
    "edited", "forced",
)  # fmt: skip
"""Why a job is due: never run; it failed; the study's content, the notebook, this library, a
package or the parameters changed; only the page's title or links did, and the notebook need not
run; an output is gone; one was edited; asked for.
"""
_PACKAGES = (
    "babel", "duckdb", "ipykernel", "matplotlib", "nbclient", "nbconvert", "numpy", "pandas",
    "papermill", "scipy", "seaborn", "statsmodels",
)  # fmt: skip
_CODE = {".py", ".po", ".css", ".j2", ".json", ".yml"}
_NO_PART_OF_A_PAGE = {"share", "publish", "lab", "cli.py", "cli.po", "__pycache__"}


@dataclass(frozen=True)
class Basis:
    """What all outputs of a batch rest on.

    Parameters
    ----------
    inputs : str
        Hash of the study's content.
    library_sha256 : str
        Hash of this library's code, as far as a page can depend on it.
    versions : mapping
        Package → version.
    """

    inputs: str
    library_sha256: str
    versions: Mapping[str, str]


def basis(study: Study) -> Basis:
    """Return what outputs that are made now rest on."""
    return Basis(study.content_hash, library_sha256(), versions())


def versions() -> dict[str, str]:
    """Return the versions of Python, this library and the packages that results pass through."""
    import platform
    from importlib.metadata import version

    from bantar_lib import __version__

    own = {"python": platform.python_version(), "bantar_lib": __version__}
    return own | {name: version(name) for name in _PACKAGES}


@cache
def library_sha256() -> str:
    """Return a hash of this library's code: of what it says, not of when it was installed."""
    top = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(top.rglob("*")):
        name = path.relative_to(top)
        if path.suffix in _CODE and not _NO_PART_OF_A_PAGE.intersection(name.parts):
            content = path.read_bytes().replace(b"\r\n", b"\n")
            digest.update(f"{name.as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


@dataclass(frozen=True)
class Task:
    """A job with all that a worker needs to run it, wherever that is.

    Parameters
    ----------
    job : Job
        The job.
    page : Page
        What its page says beside the notebook.
    basis : Basis
        What its outputs rest on.
    source_sha256, page_sha256 : str
        Hashes of the source notebook and of `page`.
    scratch : Path
        A folder of this run alone, for files that are not whole yet; when it is gone, the run is
        over and the task leaves nothing.
    timeout : float, optional
        Seconds that the notebook may take.
    memory_mb : int, optional
        Megabytes that it may hold.
    engine : str
        ``auto``, or ``kernel`` for a new kernel in any case.
    said_in : str
        Language in which the user is told of faults.
    made : mapping, optional
        The manifest's line of an earlier run, where only the page around the notebook is to be
        made anew.
    """

    job: Job
    page: Page
    basis: Basis
    source_sha256: str
    page_sha256: str
    scratch: Path
    timeout: float | None = None
    memory_mb: int | None = None
    engine: Literal["auto", "kernel"] = "auto"
    said_in: str = "id"
    made: Mapping[str, Any] | None = None

    def line(self) -> dict[str, Any]:
        """Return what the manifest will say of the task as far as it is known beforehand."""
        job = self.job
        return {
            "notebook": job.notebook.stem, "district_id": job.district_id,
            "district": job.district, "output": job.key, "source_sha256": self.source_sha256,
            "inputs": self.basis.inputs, "library_sha256": self.basis.library_sha256,
            "page_sha256": self.page_sha256, "parameters": dict(job.parameters),
            "versions": dict(self.basis.versions), "seed": SEED,
        }  # fmt: skip


def tasks_of(
    pages: Sequence[tuple[Job, Page]], rest: Basis, scratch: Path, limits: Mapping[str, Any]
) -> list[Task]:
    """Return the tasks of jobs and their pages; `limits` are a task's last parameters."""
    sources = {path: sha256(path) for path in {job.notebook for job, _page in pages}}
    return [
        Task(job, page, rest, sources[job.notebook], page_hash(page), scratch,
             said_in=current_language(), **limits)
        for job, page in pages
    ]  # fmt: skip


def page_hash(page: Page) -> str:
    """Return a hash of what a page says beside its notebook."""
    text = json.dumps(asdict(page), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def due(tasks: Sequence[Task], *, force: bool = False) -> list[tuple[Task, str]]:
    """Return the tasks that are to run, each with its reason (:data:`REASONS`).

    A task is not due where its last line in the manifest is one of success, all that its outputs
    rest on is as it was, and so are the files that were made.
    """
    lines = read_manifest(tasks[0].job.root) if tasks else {}
    found = []
    for task in tasks:
        line = lines.get(task.job.key)
        reason = "forced" if force else _reason(task, line)
        if reason:
            found.append((replace(task, made=line) if _only_page(task, line, reason) else task,
                          reason))  # fmt: skip
    return found


def _only_page(task: Task, line: Mapping[str, Any] | None, reason: str) -> bool:
    """Say whether the notebook and its result hold, and only the page around them is due."""
    if line is None or reason not in ("page", "missing", "edited"):
        return False
    others = set(line["files"]) - {task.job.page.name}
    return not any(_changed(task.job.output.with_name(n), line["files"][n]) for n in others)


def _reason(task: Task, line: Mapping[str, Any] | None) -> str:
    if line is None:
        return "new"
    if line.get("status") != "done":
        return "failed"
    now = task.line()
    for reason, key in (
        ("study", "inputs"), ("notebook", "source_sha256"), ("library", "library_sha256"),
        ("packages", "versions"), ("parameters", "parameters"),
    ):  # fmt: skip
        if line.get(key) != now[key]:
            return reason
    files = line.get("files")
    if not isinstance(files, Mapping) or task.job.output.name not in files:
        return "new"  # a line of another make
    changed = (_changed(task.job.output.with_name(name), files[name]) for name in files)
    if reason := next(filter(None, changed), ""):
        return reason
    return "" if line.get("page_sha256") == now["page_sha256"] else "page"


def _changed(path: Path, told: Mapping[str, Any]) -> str:
    """Say how a file differs from what was told of it; content counts, not time."""
    try:
        seen = path.stat()
        if seen.st_size == told["bytes"] and seen.st_mtime_ns == told["modified"]:
            return ""
        return "" if sha256(path) == told["sha256"] else "edited"
    except OSError:
        return "missing"
