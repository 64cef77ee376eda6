"""Running the notebooks of a study: what, where, and what became of each."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bantar_lib.batch.plan import Job as Job
    from bantar_lib.batch.run import run_batch as run_batch

_HOMES = {"Job": "plan", "run_batch": "run"}
__all__ = ["Job", "run_batch"]


def __getattr__(name: str) -> Any:
    # A process that notebooks are forked from makes its shell before pandas is imported.
    if name not in _HOMES:
        raise AttributeError(f"module 'bantar_lib.batch' has no attribute {name!r}")
    return getattr(import_module(f"bantar_lib.batch.{_HOMES[name]}"), name)
