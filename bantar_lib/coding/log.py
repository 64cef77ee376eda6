"""Coding logs: what a coder did, event by event, replayed into a tidy table."""

from __future__ import annotations

import json
import warnings
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

import pandas as pd

from bantar_lib.errors import UserError
from bantar_lib.study import Study
from bantar_lib.study.tables import CODING_EVENTS
from bantar_lib.words import room_words

_ = room_words("coding")
COLUMNS = (
    "coder",
    "segment_id",
    "code",
    "valence",
    "directness",
    "evidence_type",
    "memo",
    "event",
    "at",
)
_AS_LOGGED = ("code", "valence", "directness", "evidence_type", "memo", "at")
NEEDED = {"code": ("id", "segment"), "uncode": ("of",), "memo": ("of",), "undo": ("of",)}
"""The keys without which an event cannot be replayed."""


def read_log(path: Path) -> list[dict[str, Any]]:
    """Return the events of one coder's log, in order.

    Parameters
    ----------
    path : Path
        ``codings/<coder>.jsonl``: one JSON object a line.

    Returns
    -------
    list of dict
        A last line that was cut off (a power failure) is left out with a warning.

    Raises
    ------
    UserError
        For any other line that cannot be read; it names file and line.
    """
    # Only \n ends a line: inside a memo other separators are letters like any other. Bytes,
    # since a cut may fall inside a letter.
    lines = path.read_bytes().removeprefix(BOM_UTF8).split(b"\n")
    events = []
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            event = json.loads(line.decode("utf-8"))
        except ValueError:
            if n == len(lines):  # no line end follows: the writer was interrupted
                warnings.warn(
                    _("{file}:{n}: the last line is cut off and is left out.",
                      file=path.name, n=n), stacklevel=2)  # fmt: skip
                continue
            raise UserError(
                _("{file}:{n}: not a JSON object; restore the line from a copy or delete it.",
                  file=path.name, n=n)
            ) from None  # fmt: skip
        if not isinstance(event, dict) or event.get("event") not in CODING_EVENTS:
            raise UserError(
                _("{file}:{n}: unknown event; known: {known}.",
                  file=path.name, n=n, known=", ".join(CODING_EVENTS)))  # fmt: skip
        if missing := [key for key in NEEDED[event["event"]] if not event.get(key)]:
            raise UserError(
                _("{file}:{n}: the event lacks {keys}; restore the line from a copy or delete it.",
                  file=path.name, n=n, keys=", ".join(missing)))  # fmt: skip
        events.append(event)
    return events


def replay(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the codings that hold after all events, each as its ``code`` event with memos.

    An undone event never happened; an undo that is itself undone did not either.

    Examples
    --------
    >>> code = {"id": "1", "event": "code", "segment": "F01"}
    >>> uncode = {"id": "2", "event": "uncode", "of": "1"}
    >>> replay([code, uncode]), len(replay([code, uncode, {"event": "undo", "of": "2"}]))
    ([], 1)
    """
    undone: set[str] = set()
    for event in reversed(events):  # an undo comes after what it undoes
        if event["event"] == "undo" and event.get("id") not in undone:
            undone.add(event["of"])
    live: dict[str, dict[str, Any]] = {}
    for event in events:
        if event.get("id") in undone:
            continue
        if event["event"] == "code":
            live[event["id"]] = dict(event)
        elif event["event"] == "uncode":
            live.pop(event["of"], None)
        elif event["event"] == "memo" and event["of"] in live:
            live[event["of"]]["memo"] = event.get("memo", "")
    return list(live.values())


def codings(study: Study, coder: str | None = None) -> pd.DataFrame:
    """Return what coders coded, one row a coding that still holds.

    Parameters
    ----------
    study : Study
        A study with ``codings/<coder>.jsonl`` files.
    coder : str, optional
        Only this coder's.

    Returns
    -------
    pandas.DataFrame
        coder, segment_id, code, valence, directness, evidence_type, memo, event, at.

    Raises
    ------
    UserError
        For a coder without a log, or a log that cannot be read.

    Examples
    --------
    >>> from bantar_lib import load_study, codings
    >>> table = codings(load_study("kampung_bantar"))
    >>> set(table["valence"]) <= {"supports", "inhibits", "mixed", "neutral"}
    True
    """
    # One coder may have two logs: what may not be shared stands in the private one.
    logs = [p for folder in ("codings", "private/codings")
            for p in sorted((study.path / folder).glob("[!.~]*.jsonl"))]  # fmt: skip
    names = sorted({p.stem for p in logs})
    if coder is not None and coder not in names:
        raise UserError(
            _("No coding log of {coder}; there are: {known}.",
              coder=coder, known=", ".join(names) or "–"))  # fmt: skip
    rows = []
    for path in logs:
        if coder in (None, path.stem):
            for event in replay(read_log(path)):
                rows.append({
                    "coder": path.stem,
                    "segment_id": event["segment"],
                    "event": event["id"],
                    **{k: event.get(k) or "" for k in _AS_LOGGED},
                })  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype("str")
