"""What a person at a terminal sees of a batch: a bar, failures as they happen, a short summary."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from bantar_lib.words import number, room_words

if TYPE_CHECKING:
    import pandas as pd
    from tqdm import tqdm

    from bantar_lib.batch.execute import Record

_ = room_words("batch")
_MOST_ROWS = 30


class Progress:
    """A bar with rate and remaining time on a terminal; elsewhere only failures are told."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None
        self._told = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        if self._bar is not None:
            self._bar.close()

    def start(self, due: int, jobs: int) -> None:
        """Say how much there is to do, and begin the bar."""
        from tqdm import tqdm

        if due < jobs:
            said = _("{n} of {all} notebooks are up to date.", n=jobs - due, all=jobs)
            print(said, file=sys.stderr)
        if due:
            tqdm.monitor_interval = 0  # its thread would keep this process from being copied
            self._bar = tqdm(total=due, file=sys.stderr, disable=None, unit=" notebook",
                             dynamic_ncols=True)  # fmt: skip

    def record(self, record: Record, _jobs: int) -> None:
        """Move the bar on by one; tell of a failure, and once of notebooks that start slowly."""
        assert self._bar is not None
        self._bar.update()
        if record.why_kernel and not self._told:
            self._told = True
            said = _("Notebooks are given new kernels, which takes longer: {why}.",
                     why=record.why_kernel)  # fmt: skip
            self._bar.write(said, file=sys.stderr)
        if record.status == "failed":
            name = record.district or record.notebook
            self._bar.write(f"{name}: {record.error}", file=sys.stderr)


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of a batch with its statuses or reasons in the user's language."""
    words = {
        "status": {"done": _("done"), "failed": _("failed"), "unchanged": _("up to date")},
        "reason": {
            "new": _("not run yet"),
            "failed": _("failed before"),
            "study": _("the study has changed"),
            "notebook": _("the notebook has changed"),
            "library": _("bantar_lib has changed"),
            "packages": _("a package has another version"),
            "parameters": _("other parameters"),
            "page": _("other links to other pages"),
            "missing": _("an output is missing"),
            "edited": _("an output was edited"),
            "forced": _("asked for"),
        },
    }
    return table.assign(**{c: table[c].map(words[c]) for c in words if c in table})


def shortened(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that a terminal has room for: all, or else only those that failed."""
    if len(table) <= _MOST_ROWS or "status" not in table:
        return table
    return table[table["status"] == "failed"].head(_MOST_ROWS)


def summary(table: pd.DataFrame) -> str:
    """Return in one line how many notebooks of a run were done, failed and up to date."""
    found = table["status"].value_counts()
    parts = [
        (_("{n} done"), "done"), (_("{n} failed"), "failed"), (_("{n} up to date"), "unchanged"),
    ]  # fmt: skip
    return ", ".join(
        text.format(n=number(int(found[status]))) for text, status in parts if status in found
    )
