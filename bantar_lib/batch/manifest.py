"""The record of every notebook run: one line of JSON each, only ever appended.

``manifest.jsonl`` lies in the folder of a study's language. The last line for an output holds;
what papermill writes into a notebook of its success does not (a dead kernel leaves "completed").
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bantar_lib.locks import hold, let_go

FILE = "manifest.jsonl"
KEYS = (
    "notebook", "district_id", "district", "status", "output", "output_sha256", "source_sha256",
    "inputs", "library_sha256", "page_sha256", "parameters", "versions", "seed", "files",
    "started", "seconds", "cpu_seconds", "peak_memory_mb", "engine", "error",
)  # fmt: skip
"""What a line tells, in this order.

``status`` is done or failed; ``output`` the executed notebook, from this folder, with ``/``;
``source_sha256`` its source; ``inputs`` the content of the study; ``library_sha256`` the code of
this library; ``page_sha256`` title and links of the page; ``files`` every file made, name →
``sha256``, ``bytes`` and ``modified`` (ns); ``started`` in ISO 8601 with its zone.
"""


def append_line(folder: Path, line: Mapping[str, Any]) -> None:
    """Append one run to the manifest in `folder`; on return it is on the disk.

    Several processes may append at once. A line that a crash has cut short stays alone.

    Raises
    ------
    OSError
        Where it cannot be written, or not whole.
    """
    text = json.dumps({k: line[k] for k in KEYS}, ensure_ascii=False)
    data = text.encode("utf-8", "backslashreplace") + b"\n"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILE).open("ab+", buffering=0) as file:
        hold(file, wait=True)
        try:
            if end := file.seek(0, os.SEEK_END):
                file.seek(end - 1)
                data = data if file.read(1) == b"\n" else b"\n" + data
            written = file.write(data)
            os.fsync(file.fileno())
        finally:
            let_go(file)
    if written != len(data):
        raise OSError(f"{FILE}: {written} of {len(data)} bytes")


def read_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the last line of each output.

    Parameters
    ----------
    folder : Path
        A study's outputs in one language: ``outputs/<study>/<lang>``.

    Returns
    -------
    dict
        Output, from `folder` and with ``/``, → its line. Lines that are broken or half are
        passed over; without a manifest it is empty.

    Examples
    --------
    >>> read_manifest(Path("no such folder"))
    {}
    """
    lines: dict[str, dict[str, Any]] = {}
    try:
        file = (folder / FILE).open("rb")
    except FileNotFoundError:
        return lines
    with file:
        for data in file:
            try:
                line = json.loads(data)
            except ValueError:
                continue
            if isinstance(line, dict) and isinstance(line.get("output"), str):
                lines.pop(line["output"], None)
                lines[line["output"]] = line
    return lines


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
