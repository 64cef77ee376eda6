"""Writing a coder's log: one event a line, added at the end and never rewritten.

Each coder has a file of his or her own, so that the work of several people is merged by git
without a conflict. Two programs may write one log at a time: a line goes out in one piece, and
every event has an id of its own.
"""

from __future__ import annotations

import json
import os
import threading
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from bantar_lib.errors import UserError
from bantar_lib.locks import hold, let_go
from bantar_lib.words import room_words

_ = room_words("coding")

_clock = threading.Lock()
_last = 0


def new_id() -> str:
    """Return an id that sorts after all that this program gave before (UUID version 7).

    Examples
    --------
    >>> new_id() < new_id()
    True
    """
    global _last
    with _clock:
        # Milliseconds in 48 bits and their 4096ths in 12, as RFC 9562 (6.2, method 3) has it.
        milliseconds, rest = divmod(time.time_ns(), 1_000_000)
        _last = max(_last + 1, (milliseconds << 12) | (rest * 4096 // 1_000_000))
        stamp = _last
    high = ((stamp >> 12) << 16) | 0x7000 | (stamp & 0xFFF)
    low = (0b10 << 62) | (int.from_bytes(os.urandom(8), "big") >> 2)
    return str(uuid.UUID(int=(high << 64) | low))


def new_event(kind: str, **values: Any) -> dict[str, Any]:
    """Return an event with id and time; values that are None are left out.

    Examples
    --------
    >>> sorted(new_event("undo", of="1", memo=None))
    ['at', 'event', 'id', 'of']
    """
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    kept = {key: value for key, value in values.items() if value is not None}
    return {"id": new_id(), "at": at, "event": kind, **kept}


def add_events(path: Path, *events: dict[str, Any]) -> None:
    """Add events to a log in one piece, and wait until they are on the disk.

    A last line that was cut off (a power failure) is left as it is; writing goes on below it,
    after a ``repair`` event that tells readers so.

    Parameters
    ----------
    path : Path
        ``codings/<coder>.jsonl``; made where it does not exist.
    *events : dict
        From :func:`new_event`.

    Raises
    ------
    UserError
        Where the file cannot be written, or the disk is full.

    Warns
    -----
    UserWarning
        For a line that was cut off.
    """
    lines = b"".join(map(line_of, events))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+", buffering=0) as log, _alone(log):
            _write(log, _mending(log, path) + lines)
            os.fsync(log.fileno())
    except OSError as fault:
        raise UserError(
            _("{file} cannot be written: {why}. The last step was not saved; close other "
              "programs that hold the file, or free some space, and do it again.",
              file=path.name, why=fault.strerror or fault)
        ) from None  # fmt: skip


def line_of(event: dict[str, Any]) -> bytes:
    """Return an event as its line of a log."""
    return json.dumps(event, ensure_ascii=False).encode("utf-8") + b"\n"


def _write(log: BinaryIO, data: bytes) -> None:
    # Opened for appending, a piece goes to the end as one; what a full disk leaves over fails.
    while data:
        data = data[os.write(log.fileno(), data) :]


@contextmanager
def _alone(log: BinaryIO) -> Iterator[None]:
    """Hold the file against other writers; where the system cannot, appending must do."""
    held = False
    with suppress(OSError):
        held = hold(log, wait=True)
    try:
        yield
    finally:
        if held:
            let_go(log)


def _mending(log: BinaryIO, path: Path) -> bytes:
    """Return what must be written before a new line: nothing, unless the last one has no end."""
    size = log.seek(0, os.SEEK_END)
    if not size:
        return b""
    log.seek(size - 1)
    if log.read(1) == b"\n":
        return b""
    data = path.read_bytes()
    number, last = data.count(b"\n") + 1, data.rpartition(b"\n")[2]
    with suppress(ValueError):
        json.loads(last.decode("utf-8-sig"))
        return b"\n"  # whole, it only lacks its line end
    warnings.warn(
        _("{file}:{n}: the line was cut off and is left out; writing goes on below it.",
          file=path.name, n=number), stacklevel=4)  # fmt: skip
    return b"\n" + line_of(new_event("repair", line=number))
