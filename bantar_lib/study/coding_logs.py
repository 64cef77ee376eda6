"""Checking coding logs, ``codings/<coder>.jsonl``: one event a line."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bantar_lib.study.contents import Contents
from bantar_lib.study.grid import cannot_open
from bantar_lib.study.problems import Problem, choose_from
from bantar_lib.study.tables import VALENCES
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
"""


@dataclass(frozen=True)
class LogLine:
    """One line of a log: its event, or whether it was ``cut`` off (else it is ``broken``)."""

    number: int
    event: dict[str, Any] | None
    cut: bool = False


def log_files(folder: Path) -> list[Path]:
    """Return the coding logs in a study's folder, those that may not be shared last.

    Examples
    --------
    >>> log_files(Path("nowhere"))
    []
    """
    return [p for part in ("codings", "private/codings")
            for p in sorted((folder / part).glob("[!.~]*.jsonl"))]  # fmt: skip


def log_lines(data: bytes) -> list[LogLine]:
    r"""Split a log into its lines, blank ones left out.

    A line that is no event was cut off where the log ends in it without a line end, or where
    only a ``repair`` follows: its writer was interrupted, and the next began a new line.

    Examples
    --------
    >>> [line.cut for line in log_lines(b'{"event": "undo"}\n{"eve')]
    [False, True]
    """
    # Only \n ends a line: inside a memo other separators are letters like any other. Bytes,
    # since a cut may fall inside a letter.
    pieces = data.removeprefix(BOM_UTF8).split(b"\n")
    lines: list[LogLine] = []
    mended = False  # whether a repair follows, with nothing but cut lines between
    for number, piece in reversed(list(enumerate(pieces, 1))):
        if not piece.strip():
            continue
        try:
            event = json.loads(piece.decode("utf-8"))
        except ValueError:
            lines.append(LogLine(number, None, cut=mended or number == len(pieces)))
            continue
        # Whole JSON that is no object was never an event, cut off or not.
        lines.append(LogLine(number, event if isinstance(event, dict) else None))
        mended = isinstance(event, dict) and event.get("event") == "repair"
    return lines[::-1]


@dataclass(frozen=True)
class _Known:
    segments: frozenset[str]
    codes: frozenset[str]
    coders: tuple[str, ...]
    made: set[str] = field(default_factory=set)
    """The codes that this coder has made so far, in either of the two logs."""


def check_logs(contents: Contents) -> Iterator[Problem]:
    """Report lines of coding logs that cannot be replayed, and coders nobody described."""
    known = _Known(
        frozenset(contents.frame("segments")["segment_id"]),
        frozenset(i.id for i in contents.framework.indicators)
        if contents.framework
        else frozenset(),
        tuple(contents.frame("coders")["coder_id"]),
    )
    made: dict[str, set[str]] = {}
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
            own = replace(known, made=made.setdefault(path.stem, set()))
            yield from _check_log(path, name, own)


def _check_log(path: Path, name: str, known: _Known) -> Iterator[Problem]:
    try:
        data = path.read_bytes()
    except OSError as fault:
        yield Problem("error", name, None, "", *cannot_open(path, fault))
        return
    seen: set[str] = set()
    for line in log_lines(data):
        if line.event is not None:
            for column, message, remedy in _check_event(line.event, path.stem, known, seen):
                yield Problem("error", name, line.number, column, message, remedy)
        elif line.cut:
            yield Problem("warning", name, line.number, "",
                          _("the last line was cut off and is left out"),
                          _("Delete the line, and code the segment again."))  # fmt: skip
        else:
            yield Problem("error", name, line.number, "", _("the line is not a JSON object"),
                          _("Restore the line from a copy, or delete it."))  # fmt: skip


def _check_event(
    event: dict[str, Any], coder: str, known: _Known, seen: set[str]
) -> Iterator[tuple[str, str, str]]:
    kind = event.get("event")
    if kind not in NEEDED:
        yield ("event", _("“{text}” is not one of the choices", text=kind),
               choose_from(str(kind), NEEDED))  # fmt: skip
        return
    for key in NEEDED[kind]:
        if key not in ("id", "of") and not any(event.get(k) for k in key.split("|")):
            yield (key, _("the cell is blank"), _("Restore the line from a copy, or delete it."))
    if event.get("coder", coder) != coder:
        yield ("coder", _("“{coder}” wrote in the log of {owner}", coder=event["coder"],
                          owner=coder),
               _("Keep one file for each coder."))  # fmt: skip
    if kind in ("code", "change"):
        yield from _check_coding(event, known)
    yield from _check_codes(event, known)
    if "of" in NEEDED[kind] and str(event.get("of", "")) not in seen:
        yield ("of", _("“{word}” is no earlier event of this log", word=event.get("of", "")),
               _("Name the id of the event that is meant, or delete the line."))  # fmt: skip
    identity = str(event.get("id", ""))
    if identity in seen or (kind == "code" and not identity):
        yield ("id", _("the id “{id}” is blank or stands twice", id=identity),
               _("Give each event an id of its own."))  # fmt: skip
    seen.add(identity)


def _check_coding(event: dict[str, Any], known: _Known) -> Iterator[tuple[str, str, str]]:
    whole = event["event"] == "code"  # a change names only what it changes
    segment, code = str(event.get("segment", "")), str(event.get("code", ""))
    if segment and segment not in known.segments:
        yield ("segment", _("“{word}” does not stand in the table {table}",
                            word=segment, table="segments"),
               choose_from(segment, sorted(known.segments)))  # fmt: skip
    if (whole or "code" in event) and known.codes and code not in known.codes | known.made:
        yield ("code", _("“{word}” is no indicator of the framework", word=code),
               choose_from(code, [*known.codes, *sorted(known.made)]))  # fmt: skip
    if (whole or "valence" in event) and event.get("valence") not in VALENCES:
        yield ("valence", _("“{text}” is not one of the choices", text=event.get("valence")),
               choose_from(str(event.get("valence")), VALENCES))  # fmt: skip


def _check_codes(event: dict[str, Any], known: _Known) -> Iterator[tuple[str, str, str]]:
    """Report a coder's own codes that are named before they were made."""
    named = {
        "make": [event.get("parent")],
        "rename": [event.get("code")],
        "move": [event.get("code"), event.get("parent")],
        "merge": [*(event.get("codes") or []), event.get("into")],
        "split": [event.get("code")],
    }.get(event["event"], [])
    for code in filter(None, map(str, filter(None, named))):
        if known.codes and code not in known.codes | known.made:
            yield ("code", _("“{word}” is no indicator of the framework", word=code),
                   choose_from(code, [*known.codes, *sorted(known.made)]))  # fmt: skip
    parts = event.get("parts") if event["event"] == "split" else None
    made = [event] if event["event"] == "make" else [p for p in parts or [] if isinstance(p, dict)]
    known.made.update(str(one.get("code", "")) for one in made)
