"""Checking coding logs, ``codings/<coder>.jsonl``: one event a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bantar_lib.study.contents import Contents
from bantar_lib.study.csv_file import decode
from bantar_lib.study.grid import cannot_open
from bantar_lib.study.problems import Problem, choose_from
from bantar_lib.study.tables import CODING_EVENTS, VALENCES
from bantar_lib.words import room_words

_ = room_words("study")

NEEDED = {
    "code": ("id", "segment|span"),
    "uncode": ("of",),
    "memo": ("of",),
    "undo": ("of",),
    "change": ("of",),
    "reanchor": ("of", "span"),
    "make": ("code", "label"),
    "rename": ("code", "label"),
    "move": ("code",),
    "merge": ("codes", "into"),
    "split": ("code", "parts"),
    "repair": (),  # the lines just above it were cut off; the writer went on below them
}
"""Every event of a log, with the keys without which it cannot be replayed (``|``: either).

Beside the :data:`~.tables.CODING_EVENTS`, with which most logs make do, come corrections of a
coding (change, reanchor) and a coder's own codes.
"""
assert set(CODING_EVENTS) <= set(NEEDED)


@dataclass(frozen=True)
class _Known:
    segments: frozenset[str]
    codes: tuple[str, ...]
    coders: tuple[str, ...]


def check_logs(contents: Contents) -> Iterator[Problem]:
    """Report lines of coding logs that cannot be replayed, and coders nobody described."""
    known = _Known(
        frozenset(contents.frame("segments")["segment_id"]),
        tuple(i.id for i in contents.framework.indicators) if contents.framework else (),
        tuple(contents.frame("coders")["coder_id"]),
    )
    for folder in ("codings", "private/codings"):
        for path in sorted((contents.folder / folder).glob("*.jsonl")):
            if path.name.startswith((".", "~$")):
                continue
            name = f"{folder}/{path.name}"
            if path.stem not in known.coders:
                yield Problem("error", name, None, "coder",
                              _("“{word}” does not stand in the table {table}",
                                word=path.stem, table="coders"),
                              _("Describe the coder in the table coders, or rename the file: it "
                                "is called after its coder."))  # fmt: skip
            yield from _check_log(path, name, known)


def _check_log(path: Path, name: str, known: _Known) -> Iterator[Problem]:
    try:
        text, _encoding = decode(path.read_bytes())
    except OSError as fault:
        yield Problem("error", name, None, "", *cannot_open(path, fault))
        return
    lines = text.split("\n")
    last = max((n for n, line in enumerate(lines, 1) if line.strip()), default=0)
    seen: set[str] = set()
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            event = None
        if isinstance(event, dict):
            for column, message, remedy in _check_event(event, path.stem, known, seen):
                yield Problem("error", name, n, column, message, remedy)
        elif n == last and not text.endswith("\n"):
            yield Problem("warning", name, n, "", _("the last line was cut off and is left out"),
                          _("Delete the line, and code the segment again."))  # fmt: skip
        else:
            yield Problem("error", name, n, "", _("the line is not a JSON object"),
                          _("Restore the line from a copy, or delete it."))  # fmt: skip


def _check_event(
    event: dict[str, Any], coder: str, known: _Known, seen: set[str]
) -> Iterator[tuple[str, str, str]]:
    kind = event.get("event")
    if kind not in CODING_EVENTS:
        yield ("event", _("“{text}” is not one of the choices", text=kind),
               choose_from(str(kind), CODING_EVENTS))  # fmt: skip
        return
    if event.get("coder", coder) != coder:
        yield ("coder", _("“{coder}” wrote in the log of {owner}", coder=event["coder"],
                          owner=coder),
               _("Keep one file for each coder."))  # fmt: skip
    if kind == "code":
        yield from _check_coding(event, known)
    elif str(event.get("of", "")) not in seen:
        yield ("of", _("“{word}” is no earlier event of this log", word=event.get("of", "")),
               _("Name the id of the event that is meant, or delete the line."))  # fmt: skip
    identity = str(event.get("id", ""))
    if identity in seen or (kind == "code" and not identity):
        yield ("id", _("the id “{id}” is blank or stands twice", id=identity),
               _("Give each event an id of its own."))  # fmt: skip
    seen.add(identity)


def _check_coding(event: dict[str, Any], known: _Known) -> Iterator[tuple[str, str, str]]:
    segment, code = str(event.get("segment", "")), str(event.get("code", ""))
    if segment not in known.segments:
        yield ("segment", _("“{word}” does not stand in the table {table}",
                            word=segment, table="segments"),
               choose_from(segment, sorted(known.segments)))  # fmt: skip
    if known.codes and code not in known.codes:
        yield ("code", _("“{word}” is no indicator of the framework", word=code),
               choose_from(code, known.codes))  # fmt: skip
    if event.get("valence") not in VALENCES:
        yield ("valence", _("“{text}” is not one of the choices", text=event.get("valence")),
               choose_from(str(event.get("valence")), VALENCES))  # fmt: skip
