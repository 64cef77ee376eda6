"""Data flow one way through the house, rooms stay small, and no file tells of one machine."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import bantar_lib

TOP = Path(__file__).parents[2]
PACKAGE = TOP / "bantar_lib"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Rooms in the order in which data pass through them. A room may import from itself, from the
# rooms of the lines above its own, and from the free ones; rooms of one line stay apart.
FREE = {"words", "errors", "locks", "yaml_file"}
ORDER = [
    {"places", "store"},
    {"frameworks"},
    {"study"},
    {"measures", "coding", "audit"},
    {"exchange"},
    {"present"},
    {"batch", "lab"},
    {"publish"},
    {"cli"},
]
LINE = {room: n for n, rooms in enumerate(ORDER) for room in rooms}


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def rooms_named(node: ast.AST, path: Path) -> set[str]:
    """Return the rooms that an import statement, or a call of import_module, reaches."""
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        package = ["bantar_lib", *path.relative_to(PACKAGE).parts[:-1]]
        base = package[: len(package) - node.level + 1] if node.level else []
        module = ".".join([*base, *([node.module] if node.module else [])])
        names = [f"{module}.{alias.name}" for alias in node.names]
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
        names = [a.value for a in node.args if isinstance(a, ast.Constant)]
    inner = {name.split(".")[1] for name in names if name.startswith("bantar_lib.")}
    # `from bantar_lib import reach` is an import from the room in which reach lives.
    rooms = {bantar_lib._HOMES.get(name, name) for name in inner}
    return {room for room in rooms if room in FREE or room in LINE}


def wrong_imports(source: str, path: Path) -> list[str]:
    room, wrong = room_of(path), []
    for node in ast.walk(ast.parse(source)):
        for other in rooms_named(node, path) - {room} - FREE:
            if room in FREE or LINE[other] >= LINE[room]:
                line = f"{path.relative_to(TOP)}:{getattr(node, 'lineno', 0)}"
                wrong.append(f"{line}: {room} looks into {other}")
    return wrong


def test_every_module_has_its_place_in_the_order():
    rooms = {room_of(path) for path in MODULES} - {"__init__"}
    assert rooms - FREE - LINE.keys() == set()


def test_no_room_looks_back():
    wrong = [
        fault
        for path in MODULES
        if path != PACKAGE / "__init__.py"
        for fault in wrong_imports(path.read_text(encoding="utf-8"), path)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("statement", "module", "allowed"),
    [
        ("from bantar_lib.study import load_study", "measures/reach.py", True),
        ("from bantar_lib.words import room_words", "study/tables.py", True),
        ("from bantar_lib import __version__", "study/tables.py", True),
        ("from bantar_lib.measures import reach", "study/tables.py", False),
        ("import bantar_lib.measures.reach", "audit/claims.py", False),
        ("from ..measures import reach", "coding/log.py", False),
        ("from bantar_lib import run_batch", "present/page.py", False),
        ("from bantar_lib import cli", "publish/site.py", False),
        ("import_module('bantar_lib.publish')", "batch/run.py", False),
        ("from bantar_lib.study import load_study", "words.py", False),
    ],
)
def test_the_order_is_seen_in_every_form_of_import(statement, module, allowed):
    assert (wrong_imports(statement, PACKAGE / module) == []) is allowed


def test_modules_are_short():
    long = {
        str(path.relative_to(TOP)): lines
        for folder in (PACKAGE, TOP / "tests", TOP / ".ci", TOP / "benchmarks")
        for path in folder.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert not long


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function's name with its number of lines, its docstring left out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno
            length = node.end_lineno - node.lineno + 1
            if ast.get_docstring(node) is not None:
                length -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
            yield node.name, length


def test_functions_fit_a_screen():
    long = [
        f"{path.relative_to(TOP)}: {name} has {length} lines"
        for path in MODULES
        for name, length in functions(path)
        if length > 60
    ]
    assert not long, "\n".join(long)


# Put together here, so that this file holds none of what it looks for.
INDEX_HOSTS = "|".join(
    [r"py" + r"thonhosted", r"py" + r"pi\.org", r"registry\.n" + r"pmjs",
     r"deb\.deb" + r"ian", r"deb" + r"ian\.org/deb"]
)  # fmt: skip
MACHINE_PATHS = (
    r"(^|[^A-Za-z0-9_.])/(wo" + r"rk|ro" + r"ot|ho" + r"me/[a-z]+|tm" + r"p/[a-z0-9_]+)/"
)


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=TOP, capture_output=True,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout: what is tracked is not known")
    paths = [TOP / name.decode() for name in listed.stdout.split(b"\0") if name]
    return [path for path in paths if path.is_file()]


@pytest.mark.parametrize("pattern", [INDEX_HOSTS, MACHINE_PATHS], ids=["hosts", "paths"])
def test_no_file_tells_of_one_machine(pattern):
    found = []
    for path in tracked():
        data = path.read_bytes()
        if b"\0" in data:
            continue
        for n, line in enumerate(data.decode("utf-8").splitlines(), start=1):
            if re.search(pattern, line):
                found.append(f"{path.relative_to(TOP)}:{n}: {line.strip()[:100]}")
    assert not found, "\n".join(found)
