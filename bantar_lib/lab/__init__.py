"""JupyterLab: coding documents in a notebook cell, practising it, exploring a study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bantar_lib.lab.feedback import compare_with
from bantar_lib.lab.practice import practice_copy
from bantar_lib.lab.shelf import documents_of, documents_table

if TYPE_CHECKING:
    from bantar_lib.lab.span_coder import SpanCoder

__all__ = ["SpanCoder", "compare_with", "documents_of", "documents_table", "practice_copy"]


def __getattr__(name: str) -> Any:
    # The widget needs anywidget, which comes with the extra [lab]; the rest does not.
    if name != "SpanCoder":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from bantar_lib.lab.span_coder import SpanCoder

    return SpanCoder
