"""BANTAR Lab: what is known of a programme, how surely, and from which evidence."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_ROOMS = {
    "words": ("speak",),
    "frameworks": ("load_framework",),
    "study": ("check_study", "list_studies", "load_study"),
    "measures": (
        "detectability",
        "equity",
        "execution",
        "funnel",
        "heterogeneity",
        "lorenz",
        "reach",
        "size",
        "targets",
        "trend",
        "workload",
    ),
    "audit": ("audit_claims", "audit_tables"),
    "coding": (
        "CodingLog",
        "brennan_prediger",
        "codings",
        "cohen_kappa",
        "fleiss_kappa",
        "gwet_ac1",
        "krippendorff_alpha",
        "percent_agreement",
        "rate_indicators",
        "saturation",
        "triangulation",
    ),
    "exchange": (
        "import_codings",
        "quote_table",
        "read_qualcoder",
        "read_refi",
        "read_taguette",
        "write_refi",
    ),
    "lab": ("SpanCoder", "practice_copy"),
    "batch": ("run_batch",),
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}
__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    # Nothing heavy is imported until it is asked for, so that `bantar --help` answers at once.
    if name not in _HOMES:
        raise AttributeError(f"module 'bantar_lib' has no attribute {name!r}")
    value = getattr(import_module(f"bantar_lib.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
