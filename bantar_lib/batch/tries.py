"""How often a task was begun and not ended: a note for each beginning, removed at the end.

A worker that is killed cannot say so, and takes with it tasks of others that had not begun or were
not to blame. The notes that are left tell which task it had in hand.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MOST_TRIES = 3
"""A task whose worker dies is run again, but not for ever."""
_ENDING = ".begun"
_in_hand: set[Path] = set()


def key_of(output: str) -> str:
    """Return how an output's notes are named.

    Examples
    --------
    >>> key_of("01_city.ipynb")
    '1b6a28a5211e6f48'
    """
    return hashlib.sha256(output.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@contextmanager
def begun(scratch: Path, key: str) -> Iterator[int]:
    """Note inside a ``with`` block that a task has begun; give which try it is, from 1.

    Where no note can be written (the disk is full), the try is made without.
    """
    tries = left_behind(scratch, key) + 1
    note = scratch / f"{key}.{uuid.uuid4().hex}{_ENDING}"
    _in_hand.add(note)
    try:
        with suppress(OSError):
            note.touch()
        yield tries
    finally:
        let_go_of(note)


def let_go_of(note: Path) -> None:
    """Remove a note: its task has ended."""
    _in_hand.discard(note)
    with suppress(OSError):
        note.unlink(missing_ok=True)


def leave(*_signal: object) -> None:
    """End this process as one that was told to: what it had in hand counts as not begun."""
    for note in list(_in_hand):
        let_go_of(note)
    os._exit(1)


def left_behind(scratch: Path, key: str) -> int:
    """Return how often a task was begun and not ended; one that is running counts."""
    return sum(1 for _note in scratch.glob(f"{key}.*{_ENDING}"))
