"""Coding logs: what a coder did, event by event, replayed into a tidy table."""

from __future__ import annotations

import json
import warnings
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
    lines = path.read_text(encoding="utf-8").splitlines()
    events = []
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            if n == len(lines):
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
        events.append(event)
    return events


def replay(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the codings that hold after all events, each as its ``code`` event with memos."""
    live: dict[str, dict[str, Any]] = {}
    undone = {e["of"] for e in events if e["event"] == "undo"}
    for event in events:
        if event.get("id") in undone:
            continue
        if event["event"] == "code":
            live[event["id"]] = dict(event)
        elif event["event"] == "uncode":
            live.pop(event["of"], None)
        elif event["event"] == "memo" and event["of"] in live:
            live[event["of"]]["memo"] = event["memo"]
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
    logs = {p.stem: p for folder in ("codings", "private/codings")
            for p in sorted((study.path / folder).glob("*.jsonl"))}  # fmt: skip
    if coder is not None:
        if coder not in logs:
            raise UserError(
                _("No coding log of {coder}; there are: {known}.",
                  coder=coder, known=", ".join(logs) or "–"))  # fmt: skip
        logs = {coder: logs[coder]}
    rows = []
    for name, path in logs.items():
        for event in replay(read_log(path)):
            rows.append({
                "coder": name,
                "segment_id": event.get("segment", ""),
                "event": event.get("id", ""),
                **{k: event.get(k, "") for k in _AS_LOGGED},
            })  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype("str")
