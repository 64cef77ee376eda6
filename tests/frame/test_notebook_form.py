"""The notebooks keep their form: they call the library, and say it in two languages."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

TOP = Path(__file__).parents[2]
NOTEBOOKS = sorted((TOP / "notebooks").glob("*.ipynb"))

Cell = dict[str, Any]


def faults(cells: list[Cell]) -> list[str]:
    """Return what is wrong with a notebook, one line for each fault."""
    found = [f"cell {n}: {fault}" for n, cell in enumerate(cells) for fault in cell_faults(cell)]
    parameters = [cell for cell in cells if "parameters" in tags(cell)]
    if len(parameters) != 1:
        found.append(f"{len(parameters)} cells are tagged parameters instead of one")
    return found + language_faults(cells)


def tags(cell: Cell) -> list[str]:
    return list(cell["metadata"].get("tags", []))


def text(cell: Cell) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def cell_faults(cell: Cell) -> list[str]:
    if cell["cell_type"] != "code":
        return []
    found = []
    if cell["outputs"] or cell["execution_count"] is not None:
        found.append("committed with its output")
    try:
        tree = ast.parse(text(cell))
    except SyntaxError:
        return [*found, "is not plain Python (a magic or a shell command?)"]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            found.append("defines a function or class: it belongs in bantar_lib")
        elif isinstance(node, ast.Import):
            found += [f"imports {a.name}" for a in node.names if not ours(a.name)]
        elif isinstance(node, ast.ImportFrom) and not ours(node.module or ""):
            found.append(f"imports {node.module}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [f"names a path: {node.value}"] * is_path(node.value)
    return found


def ours(module: str) -> bool:
    return module.split(".")[0] in ("bantar_lib", "__future__")


def is_path(value: str) -> bool:
    looks = (
        r"(\.{0,2}|~|[A-Za-z]:)[/\\]|[\w.-]+[/\\][\w./\\-]*|.*\.(csv|xlsx|json|ya?ml|parquet|png)"
    )
    return bool(value) and re.fullmatch(rf"({looks})\S*", value) is not None


def language_faults(cells: list[Cell]) -> list[str]:
    """Each prose cell tagged ``id`` is followed by its sister tagged ``en``, and none is alone."""
    found = []
    spoken = [next((t for t in tags(cell) if t in ("id", "en")), "") for cell in cells]
    for n, lang in enumerate(spoken):
        if lang == "id" and spoken[n + 1 : n + 2] != ["en"]:
            found.append(f"cell {n}: tagged id, but the next is not tagged en")
        if lang == "en" and (n == 0 or spoken[n - 1] != "id"):
            found.append(f"cell {n}: tagged en, but the one before is not tagged id")
        if (
            not lang
            and cells[n]["cell_type"] == "markdown"
            and re.search(r"[^\W\d_]", text(cells[n]))
        ):
            found.append(f"cell {n}: prose without a language")
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_form(path):
    found = faults(json.loads(path.read_text(encoding="utf-8"))["cells"])
    assert not found, "\n".join(found)


def code(source: str, *, tag: str = "", count: int | None = None) -> Cell:
    return {"cell_type": "code", "source": source, "metadata": {"tags": [tag] if tag else []},
            "outputs": [], "execution_count": count}  # fmt: skip


def prose(source: str, tag: str = "") -> Cell:
    return {"cell_type": "markdown", "source": source, "metadata": {"tags": [tag] if tag else []}}


PARAMETERS = code('study = "kampung_bantar"', tag="parameters")


def test_a_good_notebook_has_no_fault():
    cells = [prose("# Apa?", "id"), prose("# What?", "en"), PARAMETERS,
             code("from bantar_lib import reach\n\nreach(study)"), prose("---")]  # fmt: skip
    assert faults(cells) == []


@pytest.mark.parametrize(
    "cell",
    [
        code("def f():\n    return 1"),
        code("f = lambda x: x"),
        code("import pandas as pd"),
        code("from scipy import stats"),
        code("%pip install pandas"),
        code("!ls"),
        code('load_study("data/kampung_bantar")'),
        code('load_study("../mine")'),
        code('read("counts.csv")'),
        code("1", count=3),
        code("1", tag="parameters"),
        prose("Hanya ini", "id"),
        prose("Only this", "en"),
        prose("In no language"),
    ],
)
def test_each_fault_is_seen(cell):
    assert len(faults([PARAMETERS, cell])) == 1
