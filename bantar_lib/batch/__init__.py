"""Running the notebooks of a study: what, where, and what became of each."""

from __future__ import annotations

from typing import Any

__all__ = ["planned", "run_batch"]


def __getattr__(name: str) -> Any:
    """Import late: a process that notebooks are forked from makes their kernel before pandas."""
    if name not in __all__:
        raise AttributeError(name)
    from bantar_lib.batch import run

    return getattr(run, name)
