"""Has pandoc write a report: as a tree of blocks, so that no text from data is ever markup."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bantar_lib.errors import UserError
from bantar_lib.publish.document import (
    Block,
    Grid,
    Heading,
    Logo,
    NewPage,
    Part,
    Picture,
    Prose,
    Report,
)
from bantar_lib.publish.widths import after_numbers, column_widths
from bantar_lib.words import room_words

_ = room_words("publish")
FILTER = Path(__file__).parent / "report.lua"
_API = [1, 23]
_NO_ATTRIBUTES: list[Any] = ["", [], []]

_LEAD = 400
"""Letters of a paragraph that stays on the page of the table below it."""

Node = dict[str, Any]


def pandoc() -> str:
    """Return the path of pandoc.

    Raises
    ------
    UserError
        Where it is not installed.
    """
    try:
        import pypandoc

        return str(pypandoc.get_pandoc_path())
    except (ImportError, OSError):
        raise UserError(_("pandoc is missing; install it: pip install pypandoc-binary")) from None


def run_pandoc(arguments: Sequence[str], *, name: str, seconds: int) -> bytes:
    """Run pandoc and return what it writes; the same input and date give the same bytes.

    Raises
    ------
    UserError
        Where it cannot make the document called `name`.
    """
    done = subprocess.run([pandoc(), *arguments], capture_output=True,
                          env={**os.environ, "SOURCE_DATE_EPOCH": str(seconds)})  # fmt: skip
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["pandoc"]
        raise UserError(_("{file} could not be made: {why}", file=name, why=said[-1]))
    return done.stdout


def write_tree(report: Report, folder: Path) -> Path:
    """Write the report as pandoc's own tree (JSON) with its pictures; return the file."""
    pictures = _Pictures(folder)
    tree = {
        "pandoc-api-version": _API,
        "meta": {
            "lang": {"t": "MetaString", "c": report.lang},
            "pagetitle": {"t": "MetaString", "c": report.name},
        },
        "blocks": [n for block in _kept(report.blocks) for n in _nodes(block, pictures)],
    }
    path = folder / "report.json"
    path.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    return path


def _kept(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks, a short paragraph that leads to a table as one that stays with it."""
    for block, below in zip(blocks, [*blocks[1:], None], strict=False):
        if isinstance(block, Prose) and isinstance(below, Grid) and (
            len(block.markdown) <= _LEAD and re.match(r"\*|[^\W\d]", block.markdown)
        ):  # fmt: skip
            yield Part("keep", (Prose(block.markdown),))
        else:
            yield block


class _Pictures:
    """Numbers the pictures and puts them into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    def put(self, data: bytes, ending: str) -> str:
        self.count += 1
        name = f"picture_{self.count:02d}{ending}"
        (self.folder / name).write_bytes(data)
        return name


def _nodes(block: Block, pictures: _Pictures) -> list[Node]:
    if isinstance(block, Heading):
        return [{"t": "Header", "c": [block.level, _NO_ATTRIBUTES, [_markdown(block.text)]]}]
    if isinstance(block, Prose):
        content = {"t": "RawBlock", "c": ["bantar", block.markdown]}
        return [_division(block.role, [content])] if block.role else [content]
    if isinstance(block, Part):
        return [_division(block.role, [n for b in block.blocks for n in _nodes(b, pictures)])]
    if isinstance(block, NewPage):
        return [_division("newpage", [])]
    if isinstance(block, Logo):
        name = pictures.put(block.path.read_bytes(), block.path.suffix.lower())
        image = _image(name, block.alt, [["height", "2cm"]])
        return [_division("logo", [{"t": "Para", "c": [image]}])]
    if isinstance(block, Picture):
        return [_figure(block, pictures)]
    return [_table(block)]


def _division(role: str, nodes: list[Node]) -> Node:
    return {"t": "Div", "c": [["", [role], []], nodes]}


def _markdown(text: str) -> Node:
    return {"t": "RawInline", "c": ["bantar", text]}


def _image(name: str, alt: str, size: list[list[str]]) -> Node:
    return {"t": "Image", "c": [["", [], size], _words(alt), [name, ""]]}


def _words(text: str) -> list[Node]:
    found: list[Node] = []
    for word in text.split():
        found += [{"t": "Space"}, {"t": "Str", "c": word}]
    return found[1:]


def _figure(block: Picture, pictures: _Pictures) -> Node:
    image = _image(pictures.put(block.png, ".png"), block.alt, [["width", "76%"]])
    caption = [None, [{"t": "Plain", "c": [_markdown(block.caption)]}]]
    return {"t": "Figure", "c": [_NO_ATTRIBUTES, caption, [{"t": "Plain", "c": [image]}]]}


def _table(grid: Grid) -> Node:
    widths = column_widths(grid)
    specs = [
        [{"t": "AlignRight" if right else "AlignLeft"}, {"t": "ColWidth", "c": width}]
        for right, width in zip(grid.numeric, widths, strict=True)
    ]
    caption = [None, [{"t": "Plain", "c": _words(grid.caption)}]]
    head = [_NO_ATTRIBUTES, [_row(grid.heads)]]
    body = [_NO_ATTRIBUTES, 1, [], [_row(cells) for cells in grid.rows]]
    classes, given = [], []
    if grid.blank:
        classes, given = ["tofill"], [["custom-style", "ToFill"]]
    if roomy := after_numbers(grid.numeric):
        given = [*given, ["roomy", " ".join(map(str, roomy))]]
    look, foot = ["", classes, given], [_NO_ATTRIBUTES, []]
    return {"t": "Table", "c": [look, caption, specs, head, [body], foot]}


def _row(cells: Sequence[str]) -> list[Any]:
    return [_NO_ATTRIBUTES, [
        [_NO_ATTRIBUTES, {"t": "AlignDefault"}, 1, 1,
         [{"t": "Plain", "c": _words(cell)}] if cell else []]
        for cell in cells
    ]]  # fmt: skip
