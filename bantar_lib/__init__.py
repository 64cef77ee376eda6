"""BANTAR Lab: what is known of a programme, how surely, and from which evidence."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "load_study": "bantar_lib.study",
    "check_study": "bantar_lib.study",
    "load_framework": "bantar_lib.frameworks",
    "reach": "bantar_lib.measures",
    "execution": "bantar_lib.measures",
    "audit_tables": "bantar_lib.audit",
    "audit_claims": "bantar_lib.audit",
    "codings": "bantar_lib.coding",
    "run_batch": "bantar_lib.batch",
}
__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    # Nothing heavy is imported until it is asked for, so that `bantar --help` answers at once.
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'bantar_lib' has no attribute {name!r}")
