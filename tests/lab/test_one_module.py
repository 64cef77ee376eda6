"""The widget's files become one module, and each of its lines still tells where it is from."""

from __future__ import annotations

import base64
import json
import re
import string
from pathlib import Path

import bantar_lib.lab
from bantar_lib.lab.one_module import PARTS, one_module

WIDGET = Path(bantar_lib.lab.__path__[0]) / "widget"
FILES = {p.stem: p.read_text("utf-8") for p in WIDGET.glob("*.js")}


def test_every_file_is_in_it_after_what_it_needs():
    assert set(PARTS) == set(FILES)
    for name, text in FILES.items():
        needs = re.findall(r'^import .* from "\./(\w+)\.js";$', text, re.MULTILINE)
        assert all(PARTS.index(other) < PARTS.index(name) for other in needs), name
        assert text.count("\nimport ") == len(needs), name


def test_no_name_stands_in_two_files():
    declared = re.compile(r"^(?:export )?(?:const|let|function|class) (\w+)", re.MULTILINE)
    names = [name for text in FILES.values() for name in declared.findall(text)]
    assert len(names) == len(set(names))


def test_what_a_file_takes_the_other_gives():
    takes = re.compile(r'^import \{ (.*) \} from "\./(\w+)\.js";$', re.MULTILINE)
    for text in FILES.values():
        for names, other in takes.findall(text):
            for name in names.split(", "):
                given = rf"^export (const|function|class) {name}\b"
                assert re.search(given, FILES[other], re.MULTILINE), name


def test_a_line_is_told_by_its_file_and_number():
    *lines, last = one_module(WIDGET).rstrip("\n").split("\n")
    told = json.loads(base64.b64decode(last.partition("base64,")[2]))
    mapped = told["mappings"].split(";")
    assert len(mapped) == len(lines)
    source = number = 0
    for line, digits in zip(lines, mapped, strict=True):
        _column, file_step, line_step, _there = decoded(digits)
        source, number = source + file_step, number + line_step
        own = FILES[Path(told["sources"][source]).stem].split("\n")[number]
        assert line in (own, own.removeprefix("export "), "")
        assert line or not own or own.startswith("import ")


def decoded(digits):
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    numbers, held, shift = [], 0, 0
    for letter in digits:
        value = letters.index(letter)
        held |= (value & 31) << shift
        shift += 5
        if value < 32:
            numbers.append(-(held >> 1) if held & 1 else held >> 1)
            held = shift = 0
    return numbers
