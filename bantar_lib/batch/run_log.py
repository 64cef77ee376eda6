"""The log of a batch, which also keeps a second batch from the same folder."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO

from bantar_lib.batch.execute import Record, one_line
from bantar_lib.errors import UserError
from bantar_lib.locks import hold, let_go
from bantar_lib.words import room_words

_ = room_words("batch")
FILE = "run.log"
_MOST_BYTES = 10_000_000


class RunLog:
    """``run.log``, held for as long as a batch runs.

    Parameters
    ----------
    folder : Path
        The outputs of a study in one language; it is made where it is not there.

    Raises
    ------
    UserError
        On entering, where another run holds it or the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def __enter__(self) -> RunLog:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self.file: IO[str] = self._path.open(
                "a", encoding="utf-8", errors="backslashreplace", newline="\n", buffering=1
            )
        except OSError as fault:
            raise UserError(
                _("The results cannot be written: {fault}", fault=one_line(fault))
            ) from None
        if not hold(self.file, wait=False):
            self.file.close()
            raise UserError(
                _("Another run is writing to {folder}. Wait until it ends; {log} tells how far "
                  "it is.", folder=self._path.parent, log=FILE)
            )  # fmt: skip
        if self._path.stat().st_size > _MOST_BYTES:
            self.file.truncate(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        if kind is not None:
            self._write("stopped", kind.__name__)
        let_go(self.file)
        with suppress(OSError):
            self.file.close()

    def start(self, due: int, jobs: int) -> None:
        """Note that a run begins."""
        self._write("start", f"{due} of {jobs}", f"process {os.getpid()} on {socket.gethostname()}")

    def record(self, record: Record) -> None:
        """Note what became of a job, with the details of a failure."""
        took = [f"{record.seconds} s"]
        if record.peak_memory_mb is not None:
            took.append(f"{record.peak_memory_mb:.0f} MB")
        name = " ".join(filter(None, (record.notebook, record.district_id, record.district)))
        self._write(record.status, name, *took, record.error)
        if record.details != record.error:
            self._write(*("    " + line for line in record.details.splitlines()), sign="\n")

    def end(self, records: Iterable[Record]) -> None:
        """Note that a run has ended."""
        statuses = [record.status for record in records]
        self._write("end", *(f"{statuses.count(s)} {s}" for s in ("done", "failed")))

    def _write(self, *parts: str, sign: str = " | ") -> None:
        text = sign.join(" ".join(p.splitlines()) if sign != "\n" else p for p in parts if p)
        if sign != "\n":
            text = f"{datetime.now().astimezone().isoformat(timespec='seconds')} {text}"
        with suppress(OSError):  # a full disk is told of elsewhere
            self.file.write(text + "\n")
