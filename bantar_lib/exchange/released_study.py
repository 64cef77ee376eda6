"""A study's folder as it may leave: one that opens, checks and runs like any other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bantar_lib.coding.contribution import FILE as CONTRIBUTIONS
from bantar_lib.coding.contribution import read_contributions
from bantar_lib.coding.log import read_log
from bantar_lib.coding.spans import anchor
from bantar_lib.coding.state import Code, Event, state_of
from bantar_lib.exchange.quotes import PERSONAL, source_table
from bantar_lib.exchange.release import Released, released
from bantar_lib.study import Study
from bantar_lib.study.settings import FILE as SETTINGS
from bantar_lib.study.tables import TABLES, Table
from bantar_lib.words import LANGUAGES, language, room_words

if TYPE_CHECKING:
    import pandas as pd

_ = room_words("exchange")

_BESIDE = ("scale.yml", "boundaries.geojson")
"""Files of a study that hold no words of a source and nothing of a person."""


def write_released_study(study: Study, folder: Path) -> Counter[str]:
    """Write into `folder` what may leave a study, as a study.

    Parameters
    ----------
    study : Study
        The study.
    folder : Path
        An empty folder, or one that does not exist.

    Returns
    -------
    Counter
        Reason → how many things were kept back for it.

    Notes
    -----
    Left out, beside what :func:`~.release.released` keeps back: rows of a source that may not be
    released or that rest on a segment of one, the letterhead of reports, and whatever is no part
    of a study. Judgements leave as pages show them, with their reason and who judged. A released
    document leaves as plain text, since
    the file of a word processor also holds its authors and what they deleted. Of the coding logs
    the codings that hold leave, not how they came about. An interview or observation gets a
    number for its title, and a role that points to one person is generalised.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from bantar_lib import load_study
    >>> study = load_study("kampung_bantar")
    >>> with TemporaryDirectory() as folder:
    ...     kept_back = write_released_study(study, Path(folder))
    ...     len(load_study(folder).table("segments")) == len(study.table("segments"))
    True
    """
    folder.mkdir(parents=True, exist_ok=True)
    leaves = released(study)
    withheld = Counter(leaves.withheld)
    for name, form in TABLES.items():
        frame = study.table(name)
        kept = _rows(study, name, frame, leaves)
        if name != "segments":  # of these, `released` has told
            withheld[_("rows of tables that rest on what may not be released")] += len(frame) - len(
                kept
            )
        if len(kept):
            _text(kept, form).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    for name, text in leaves.documents.items():
        _write(folder / "documents" / _text_name(name), text)
    for coder, events in _logs(study, leaves).items():
        lines = "".join(json.dumps(e, ensure_ascii=False) + "\n" for e in events)
        _write(folder / "codings" / f"{coder}.jsonl", lines)
    _copy(study, folder, leaves, withheld)
    return +withheld


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _text_name(document: str) -> str:
    return document if document.lower().endswith(".txt") else f"{document}.txt"


# Tables


def _rows(study: Study, name: str, frame: pd.DataFrame, leaves: Released) -> pd.DataFrame:
    """Return the rows of a table that may leave, without the cells that may not."""
    sources = set(source_table(study)["source_id"])
    if name == "sources":
        return _sources(study)
    if name == "segments":
        return _segments(leaves)
    if name == "coders":
        return frame[frame["coder_id"].isin(leaves.coders)]
    if name == "districts":  # a district is no statement of its source
        own = frame["source_id"].where(frame["source_id"].isin(sources), "")
        return frame.assign(source_id=own)
    if "source_id" in frame:
        frame = frame[(frame["source_id"] == "") | frame["source_id"].isin(sources)]
    ids = set(leaves.segments["segment_id"])
    for column in TABLES[name].columns:
        if column.kind == "ids" and column.refers_to == "segments.segment_id":
            frame = frame[
                frame[column.name].map(lambda cell: set(study.ids(cell)) <= ids).astype(bool)
            ]
    if name == "claims":
        same = frame["same_slip"].where(frame["same_slip"].isin(frame["claim_id"]), "")
        frame = frame.assign(same_slip=same)
    return frame


def _sources(study: Study) -> pd.DataFrame:
    """Return the sources of which anything may leave, none of which points to one person."""
    titles = {}
    for lang in LANGUAGES:
        with language(lang):
            titles[lang] = source_table(study).set_index("source_id")
    frame = study.table("sources")
    frame = frame[frame["source_id"].isin(titles["id"].index)].copy()
    ids, personal = frame["source_id"], frame["kind"].isin(PERSONAL)
    for lang in LANGUAGES:
        frame[f"title_{lang}"] = ids.map(titles[lang]["source"])
        frame[f"note_{lang}"] = frame[f"note_{lang}"].mask(personal, "")
    frame["role"] = ids.map(titles["en"]["role"])
    frame["release"] = ids.map(titles["en"]["release"])
    for column in ("locator", "citation", "referred_by", "retrieved"):
        frame[column] = frame[column].mask(personal, "")
    for column in ("part_of", "referred_by"):
        frame[column] = frame[column].where(frame[column].isin(ids), "")
    return frame


def _segments(leaves: Released) -> pd.DataFrame:
    """Return the released segments; a place in a document only where the document leaves too."""
    frame = leaves.segments.copy()
    inside = frame["document"].map(lambda d: Path(str(d)).name).isin(leaves.documents)
    frame["document"] = [_text_name(Path(d).name) if i else ""
                         for d, i in zip(frame["document"], inside, strict=True)]  # fmt: skip
    for column in ("start", "end"):
        frame[column] = frame[column].where(inside)
    return frame


def _text(frame: pd.DataFrame, form: Table) -> pd.DataFrame:
    """Return a table as its file has it: yes and no in words, and no column that is blank."""
    text = frame.copy()
    for column in form.columns:
        if column.kind == "bool":
            text[column.name] = [
                "yes" if v else "no" if column.required else "" for v in text[column.name]
            ]
    must = {c.name for c in form.columns if c.required or c.heading}
    filled = [c for c in text if c in must or (text[c].notna() & (text[c] != "")).any()]
    return text[filled]


# Coding logs


def _logs(study: Study, leaves: Released) -> dict[str, list[Event]]:
    """Return, by coder, the events that give the released codings and the codes they use."""
    logs: dict[str, list[Event]] = {}
    indicators = {i.id for i in study.framework.indicators}
    for coder in leaves.coders:
        own = {c.event: c for c in leaves.codings if c.coder == coder}
        state = state_of(read_log(study.path / "codings" / f"{coder}.jsonl"))
        codes = [code for (who, _id), code in leaves.codes.items() if who == coder]
        known = indicators | {code.id for code in codes}
        events = [_made(code, known) for code in _parents_first(codes)]
        for event in state.live():
            coding = own.get(str(event.get("id", "")))
            if coding is None:
                continue
            place: dict[str, Any] = {"segment": coding.segment}
            if not coding.segment:
                text, name = leaves.documents[coding.document], _text_name(coding.document)
                span = anchor(text, coding.start, coding.end, document=name)
                place = {"span": span, "source": coding.source_id, "district": coding.district_id}
            said = {k: event.get(k) for k in ("directness", "evidence_type", "settles")}
            events.append({
                "id": coding.event, "at": coding.at, "event": "code", **place,
                "code": coding.code, "valence": coding.valence,
                **{k: v for k, v in {**said, "memo": coding.memo}.items() if v},
            })  # fmt: skip
        logs[coder] = events
    return logs


def _parents_first(codes: Iterable[Code]) -> list[Code]:
    return sorted(codes, key=lambda code: (code.id.count("."), code.id))


def _made(code: Code, known: Collection[str]) -> Event:
    parent = code.parent if code.parent in known else ""
    event = {"id": f"make-{code.id}", "event": "make", "code": code.id, "label": code.label,
             "parent": parent}  # fmt: skip
    return event | ({"memo": code.memo} if code.memo else {})


# What is copied as it is


def _copy(study: Study, folder: Path, leaves: Released, withheld: Counter[str]) -> None:
    (folder / SETTINGS).write_bytes((study.path / SETTINGS).read_bytes())
    framework = study.framework.path
    (folder / framework.name).write_bytes(framework.read_bytes())
    for name in _BESIDE:
        if (study.path / name).is_file():
            (folder / name).write_bytes((study.path / name).read_bytes())
    path = study.path / CONTRIBUTIONS
    if path.is_file():
        cited = {s for c in read_contributions(study) for test in c.tests for s in test.segments}
        if cited <= set(leaves.segments["segment_id"]):
            (folder / CONTRIBUTIONS).write_bytes(path.read_bytes())
        else:
            withheld[_("causal statements that rest on what may not be released")] += 1
