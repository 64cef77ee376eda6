"""Every word that the code says has its Indonesian, and the catalogues hold nothing else."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

TOP = Path(__file__).parents[2]
PACKAGE = TOP / "bantar_lib"
CATALOGUES = PACKAGE / "locale" / "id"

Said = dict[str, set[str]]


def givers(tree: ast.Module) -> dict[str, str]:
    """Return the names bound by ``room_words("<room>")``, with their rooms."""
    found = {}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)):
            continue
        call, target = node.value, node.targets[0]
        if ast.unparse(call.func).endswith("room_words") and isinstance(target, ast.Name):
            assert isinstance(call.args[0], ast.Constant), "a room is named by a plain text"
            found[target.id] = call.args[0].value
    return found


def literals(node: ast.AST) -> list[str]:
    if isinstance(node, ast.IfExp):
        return literals(node.body) + literals(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def said_in(source: str) -> dict[str, Said]:
    """Return by room the texts that are said, each with the names of its placeholders."""
    tree = ast.parse(source)
    bound = givers(tree)
    said: dict[str, Said] = {room: {} for room in bound.values()}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id in bound and node.args:
            plurals = [k.value for k in node.keywords if k.arg == "plural"]
            for text in literals(node.args[0]):
                forms = [text, *(t for p in plurals for t in literals(p))]
                said[bound[node.func.id]][text] = set().union(*map(placeholders, forms))
    return said


def placeholders(text: str) -> set[str]:
    return {name.split(".")[0] for _, name, _, _ in Formatter().parse(text) if name is not None}


def all_texts(source: str) -> set[str]:
    return {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@cache
def code() -> tuple[dict[str, Said], dict[str, set[str]]]:
    """Return what is said by room, and every text that stands in a room's modules.

    A text chosen at run time (``_(LABELS[kind])``) is not seen as said, but stands as a text.
    """
    said: dict[str, Said] = {}
    texts: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for room, words in said_in(source).items():
            said.setdefault(room, {}).update(words)
            texts.setdefault(room, set()).update(all_texts(source))
    return said, texts


def catalogue(room: str) -> dict[str, str]:
    path = CATALOGUES / f"{room}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        messages = [m for m in read_po(file, locale="id", abort_invalid=True) if m.id]
    first = lambda text: text[0] if isinstance(text, list | tuple) else text  # noqa: E731
    assert not [first(m.id) for m in messages if m.fuzzy], f"{room}.po: fuzzy entries do not count"
    return {first(m.id): first(m.string) for m in messages}


ROOMS = sorted(code()[0].keys() | {path.stem for path in CATALOGUES.glob("*.po")})


@pytest.mark.parametrize("room", ROOMS)
def test_every_text_is_translated(room):
    indonesian = catalogue(room)
    missing = [text for text in code()[0].get(room, {}) if not indonesian.get(text)]
    assert not missing, f"{room}.po lacks:\n" + "\n".join(missing)


@pytest.mark.parametrize("room", ROOMS)
def test_no_entry_is_unused(room):
    unused = catalogue(room).keys() - code()[1].get(room, set())
    assert not unused, f"{room}.po has, but no module says:\n" + "\n".join(sorted(unused))


@pytest.mark.parametrize("room", ROOMS)
def test_placeholders_agree(room):
    said = code()[0].get(room, {})
    wrong = [
        f"{text!r} → {indonesian!r}"
        for text, indonesian in catalogue(room).items()
        if indonesian and placeholders(indonesian) != said.get(text, placeholders(text))
    ]
    assert not wrong, "\n".join(wrong)


def test_words_are_found_wherever_they_are_said():
    source = """
_ = room_words("study")
say = words.room_words("audit")
def f(rows):
    for _row in rows: print(f"{_('inside')}")
    _("{n} row", plural="{n} rows of {total}", n=1, total=2)
    say("yes" if rows else "no")
    other("not a word")
"""
    assert said_in(source) == {
        "study": {"inside": set(), "{n} row": {"n", "total"}},
        "audit": {"yes": set(), "no": set()},
    }
