"""Files that a reader, or a crash, never meets half of."""

from __future__ import annotations

import os
from pathlib import Path


def write_part(part: Path, text: str) -> None:
    """Write a file that is not yet in its place; on return it is on the disk."""
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader, or a crash, never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write_part(part, text)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
