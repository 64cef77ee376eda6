"""The record of a batch: one line for each notebook that ran, of what, with what, to which end.

``manifest.jsonl`` lies beside the pages. Lines are only ever added; for each output the last one
holds. It alone says whether a page is up to date: papermill's own metadata calls a notebook
completed whose kernel died.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bantar_lib.words import room_words

if TYPE_CHECKING:
    from bantar_lib.batch.plan import Job
    from bantar_lib.present.page import Page

_ = room_words("batch")

FILE = "manifest.jsonl"
Line = dict[str, Any]
_PACKAGES = (
    "IPython", "ipykernel", "matplotlib", "nbclient", "nbconvert", "numpy", "pandas", "papermill",
    "scipy", "seaborn", "statsmodels",
)  # fmt: skip
_LIBRARY_FILES = {".py", ".po", ".j2", ".css", ".json"}
OUTPUTS = {"output_sha256": ".ipynb", "html_sha256": ".html", "result_sha256": "result.json"}
"""Key of a line → ending, or name, of the file whose hash it is."""


def read_manifest(folder: Path) -> dict[str, Line]:
    """Return what is known of each output.

    Parameters
    ----------
    folder : Path
        ``outputs/<study>/<lang>``.

    Returns
    -------
    dict
        Output, relative to the folder and with forward slashes → its last line. A line that was
        cut off is passed over: what it told of is then run again.

    Examples
    --------
    >>> read_manifest(Path("nowhere"))
    {}
    """
    found: dict[str, Line] = {}
    try:
        text = (folder / FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return found
    for raw in text.splitlines():
        try:
            line = json.loads(raw)
            found[line["output"]] = line
        except (ValueError, TypeError, KeyError):
            continue
    return found


def add_line(folder: Path, line: Mapping[str, Any]) -> None:
    """Add a line and wait until it is on the disk; one that was cut off before stays apart."""
    data = json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    path = folder / FILE
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            data = data if file.read(1) == b"\n" else b"\n" + data
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def basis(job: Job, page: Page, content_hash: str) -> Line:
    """Return all that a job's outputs depend on, as it stands in their line.

    Parameters
    ----------
    job, page
        What is run, and what its page says beside the notebook.
    content_hash : str
        Of the study; the whole study counts, since pages compare a district with the others.
    """
    return {
        "source_sha256": hash_of(job.notebook),
        "inputs": content_hash,
        "parameters": dict(job.parameters),
        "page": hashlib.sha256(json.dumps(asdict(page), sort_keys=True).encode()).hexdigest(),
        "versions": versions(),
    }


def reason_to_run(job: Job, wanted: Line, line: Line | None) -> str:
    """Say in words why a job must run; nothing where its outputs are up to date.

    Parameters
    ----------
    wanted : dict
        The job's :func:`basis`.
    line : dict or None
        What the manifest last said of its output.
    """
    if line is None:
        return _("not yet run")
    if line.get("status") != "done":
        return _("failed before")
    reasons = {
        "inputs": _("the study has changed"),
        "source_sha256": _("the notebook has changed"),
        "parameters": _("other parameters"),
        "versions": _("other versions of the library or its packages"),
        "page": _("its links have changed"),
    }
    for key, reason in reasons.items():
        if line.get(key) != wanted[key]:
            return reason
    for key, file in output_files(job).items():
        if line.get(key, "") != hash_of(file):
            return _("{file} is missing or was changed", file=file.name)
    return ""


def output_files(job: Job) -> dict[str, Path]:
    """Return the files a job leaves, by the key of their hash."""
    return {
        key: job.output.with_name(name) if "." in name[1:] else job.output.with_suffix(name)
        for key, name in OUTPUTS.items()
    }


def hash_of(path: Path) -> str:
    """Return a file's SHA-256; blank where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


@cache
def versions() -> dict[str, str]:
    """Return the versions that results depend on; this library's with a hash of its files."""
    import platform
    from importlib.metadata import version

    from bantar_lib import __version__

    top = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(p for p in top.rglob("*") if p.suffix in _LIBRARY_FILES):
        digest.update(path.relative_to(top).as_posix().encode() + b"\0" + path.read_bytes())
    known = {name: version(name) for name in _PACKAGES}
    library = f"{__version__}+{digest.hexdigest()[:12]}"
    return {"python": platform.python_version(), "bantar_lib": library, **known}
