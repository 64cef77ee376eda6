"""A file held by one process at a time; the system lets go of it when that process ends."""

from __future__ import annotations

import sys
from typing import IO, Any

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 40  # Windows would keep readers from the bytes that are held

    def hold(file: IO[Any], *, wait: bool) -> bool:
        """Hold an open file; say whether it is held now.

        Parameters
        ----------
        file : file
            Open for writing.
        wait : bool
            Wait until another lets go of it; else say so at once.
        """
        file.flush()
        file.seek(_FAR)
        while True:
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
                return True
            except OSError:
                if not wait:
                    return False

    def let_go(file: IO[Any]) -> None:
        """Let another hold the file."""
        file.flush()
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def hold(file: IO[Any], *, wait: bool) -> bool:
        """Hold an open file; say whether it is held now.

        Parameters
        ----------
        file : file
            Open for writing.
        wait : bool
            Wait until another lets go of it; else say so at once.
        """
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def let_go(file: IO[Any]) -> None:
        """Let another hold the file, also where a process forked from this one has it open."""
        fcntl.flock(file, fcntl.LOCK_UN)
