"""What a running notebook uses, and its end where it uses more than it may."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

import psutil

_MB = 1 << 20


@dataclass
class Watch:
    """A watch over the process of a kernel.

    Parameters
    ----------
    process : int
        The kernel's process, which leads a process group of its own where the system has such.
    timeout : float, optional
        Seconds that the whole notebook may take.
    memory_mb : int, optional
        Megabytes that the process may hold at once.
    every : float
        Seconds that lie at least between two looks.
    """

    process: int
    timeout: float | None = None
    memory_mb: int | None = None
    every: float = 0.1

    def __post_init__(self) -> None:
        self.started = self._seen = time.monotonic()
        self.peak_mb = 0.0
        self.exceeded = ""
        """``time`` or ``memory`` where the kernel was ended for it."""

    def look(self) -> None:
        """Look at the process; end it where it has had its time or memory."""
        now = time.monotonic()
        if now - self._seen < self.every or self.exceeded:
            return
        self._seen = now
        held = memory_of(self.process)
        self.peak_mb = max(self.peak_mb, held)
        if self.timeout is not None and now - self.started > self.timeout:
            self.exceeded = "time"
        elif self.memory_mb is not None and held > self.memory_mb:
            self.exceeded = "memory"
        if self.exceeded:
            self.end()

    def end(self) -> None:
        """End the process and all that it started."""
        if sys.platform == "win32":
            with suppress(psutil.Error):
                kernel = psutil.Process(self.process)
                for process in (*kernel.children(recursive=True), kernel):
                    with suppress(psutil.NoSuchProcess):
                        process.kill()
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process, signal.SIGKILL)
        with suppress(ProcessLookupError, PermissionError):
            os.kill(self.process, signal.SIGKILL)  # it may not yet lead its group


def memory_of(process: int) -> float:
    """Return the megabytes that a process holds; 0 where the system does not tell.

    Examples
    --------
    >>> memory_of(0)
    0.0
    """
    with suppress(psutil.Error):
        return float(psutil.Process(process).memory_info().rss / _MB)
    return 0.0
