"""Coding logs: what a coder did, event by event, replayed into a tidy table."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pandas as pd

from bantar_lib.coding.remembered import while_logs_stay
from bantar_lib.coding.state import state_of
from bantar_lib.errors import UserError
from bantar_lib.study import Study
from bantar_lib.study.coding_logs import NEEDED, log_files, log_lines
from bantar_lib.words import current_language, room_words

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
    "document",
    "start",
    "end",
    "quote",
    "source_id",
    "district_id",
    "indicator",
    "settles",
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
    events = []
    for line in log_lines(path.read_bytes()):
        n, event = line.number, line.event
        if line.cut:
            warnings.warn(
                _("{file}:{n}: the last line is cut off and is left out.",
                  file=path.name, n=n), stacklevel=2)  # fmt: skip
            continue
        if event is None:
            raise UserError(
                _("{file}:{n}: not a JSON object; restore the line from a copy or delete it.",
                  file=path.name, n=n)
            )  # fmt: skip
        if event.get("event") not in NEEDED:
            raise UserError(
                _("{file}:{n}: unknown event; known: {known}.",
                  file=path.name, n=n, known=", ".join(NEEDED)))  # fmt: skip
        needed = NEEDED[event["event"]]
        if missing := [k for k in needed if not any(event.get(part) for part in k.split("|"))]:
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
    return state_of(events).live()


@while_logs_stay
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
        coder, segment_id, code, valence, directness, evidence_type, memo, event, at; then, for
        a span of a document, document, start, end (code points, half-open) and quote, with the
        source_id and district_id that it speaks of (for a segment they stand in its table);
        indicator, the framework's indicator that the code is or stands under (blank for a theme
        free of the framework); settles, the codings that an agreed one settles (``|``). A
        coding of a segment has no span, one of a span no segment_id.

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
    indicators = {i.id for i in study.framework.indicators}
    rows = []
    for name, events in logs(study, coder).items():
        state = state_of(events)
        for event in state.live():
            span = event.get("span") or {}
            row = {"coder": name, "segment_id": event.get("segment") or "", "event": event["id"]}
            row |= {k: event.get(k) or "" for k in _AS_LOGGED}
            row |= {k: span.get(k, "") for k in ("document", "start", "end", "quote")}
            row |= {"source_id": event.get("source") or "", "settles": event.get("settles") or []}
            row |= {"district_id": event.get("district") or ""}
            row["indicator"] = state.indicator(row["code"], indicators)
            row["settles"] = "|".join(row["settles"])
            rows.append(row)
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype("str")
    for column in ("start", "end"):
        table[column] = pd.to_numeric(table[column].replace("", None)).astype("Int64")
    return table


def logs(study: Study, coder: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return the events of each coder, or of one.

    A coder may have two logs: what may not be shared stands in ``private/codings``. Its events
    follow those of the other.

    Raises
    ------
    UserError
        For a coder without a log, or a log that cannot be read.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> "reader_a" in logs(load_study("kampung_bantar"))
    True
    """
    paths = log_files(study.path)
    names = sorted({p.stem for p in paths})
    if coder is not None and coder not in names:
        raise UserError(
            _("No coding log of {coder}; there are: {known}.",
              coder=coder, known=", ".join(names) or "–"))  # fmt: skip
    found: dict[str, list[dict[str, Any]]] = {n: [] for n in names if coder in (None, n)}
    for path in paths:
        if path.stem in found:
            found[path.stem] += read_log(path)
    return found


def codes(study: Study, coder: str | None = None) -> pd.DataFrame:
    """Return the codes in force: the framework's indicators, then those that coders made.

    Parameters
    ----------
    study : Study
        A study.
    coder : str, optional
        Only this coder's own codes beside the framework's.

    Returns
    -------
    pandas.DataFrame
        code, label, parent (the dimension, or the code it stands under; blank where free),
        indicator (the one it is or stands under, or blank), coder (who made it; blank for the
        framework's), memo, codings (how many hold it, by `coder` or by all). A code that two
        coders made under one id has two rows.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> table = codes(load_study("kampung_bantar"))
    >>> len(table), set(table["coder"])
    (9, {''})
    """
    have = logs(study, coder) if coder or (study.path / "codings").is_dir() else {}
    used = codings(study, coder) if have else pd.DataFrame(columns=list(COLUMNS))
    lang = current_language()
    counts = used["code"].value_counts()
    rows = [(i.id, i.label[lang], d.id, i.id, "", "", int(counts.get(i.id, 0)))
            for d in study.framework.dimensions for i in d.indicators]  # fmt: skip
    indicators = {row[0] for row in rows}
    own_counts = used.groupby(["coder", "code"]).size()
    for name, events in have.items():
        state = state_of(events)
        rows += [
            (c.id, c.label, state.now(c.parent), state.indicator(c.id, indicators), name, c.memo,
             int(own_counts.get((name, c.id), 0)))
            for c in state.codes.values() if not c.ended
        ]  # fmt: skip
    names = ["code", "label", "parent", "indicator", "coder", "memo", "codings"]
    return pd.DataFrame(rows, columns=names)
