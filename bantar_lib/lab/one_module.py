"""The widget's JavaScript as one module: anywidget takes no more than one."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

PARTS = ("places", "kernel", "elements", "document_view", "search", "codebook", "codings_list",
         "coding_form", "span_coder")  # fmt: skip
"""The files in an order in which none needs a later one."""

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_IMPORT = re.compile(r'^import \{[^}\n]*\} from "\./\w+\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|function|class) )", re.MULTILINE)


def one_module(folder: Path) -> str:
    """Join the files of a folder to one module whose errors name file and line.

    Parameters
    ----------
    folder : Path
        Where the :data:`PARTS` lie, each a module of its own: one import a line.

    Returns
    -------
    str
        The files one after the other, without what each takes from the others, every line
        standing for one of a file; at the end the map that tells the browser which.

    Examples
    --------
    >>> from bantar_lib.lab import span_coder
    >>> "import " in one_module(span_coder._WIDGET)
    False
    """
    joined, before = "", 0
    mapped: list[str] = []
    for part in PARTS:
        text = (folder / f"{part}.js").read_text("utf-8")
        lines = text.count("\n")
        joined += _EXPORT.sub("", _IMPORT.sub("", text))
        # Of each line: its column, then how far its file, line and column are from the last one's.
        mapped += ["AAAA" if not mapped else f"AC{_digits(1 - before)}A", *["AACA"] * (lines - 1)]
        before = lines
    sources = [f"bantar_lib/lab/widget/{part}.js" for part in PARTS]
    told = {"version": 3, "sources": sources, "names": [], "mappings": ";".join(mapped)}
    coded = base64.b64encode(json.dumps(told).encode()).decode()
    return f"{joined}//# sourceMappingURL=data:application/json;base64,{coded}\n"


def _digits(number: int) -> str:
    """Return a number as source maps write it: five bits a digit, the lowest (the sign) first."""
    left = -number << 1 | 1 if number < 0 else number << 1
    found = ""
    while True:
        digit, left = left & 31, left >> 5
        found += _DIGITS[digit | 32 if left else digit]
        if not left:
            return found
