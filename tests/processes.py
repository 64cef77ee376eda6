"""What the system says of processes (Linux)."""

from __future__ import annotations

import time
from pathlib import Path


def state(process: int) -> list[str]:
    """Return what the system says of a process: its state, its parent and more."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return ["Z", "0"]


def forked_from(process: int) -> set[int]:
    """Return a process and all that descend from it."""
    listed = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    parents = {one: int(state(one)[1]) for one in listed}
    family = {process}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def all_gone(family: set[int], within: float) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        if all(state(process)[0] == "Z" for process in family):
            return True
        time.sleep(0.1)
    return False
