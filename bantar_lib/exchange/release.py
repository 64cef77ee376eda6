"""What of a study may leave it: the one place that every export asks.

A source says by its `release` whether its words (``quote``), only a paraphrase, or nothing
(``none``) may leave. What lies in ``private/`` never does, nor a document of which the study does
not say whose it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bantar_lib.coding.documents import private_documents, read_document
from bantar_lib.coding.log import read_log
from bantar_lib.coding.spans import find_again
from bantar_lib.coding.state import Code, State, state_of
from bantar_lib.errors import UserError
from bantar_lib.study import Study
from bantar_lib.study.release import releases
from bantar_lib.words import current_language, room_words

if TYPE_CHECKING:
    import pandas as pd

_ = room_words("exchange")


@dataclass(frozen=True)
class Coding:
    """A coding that may leave.

    Parameters
    ----------
    coder, code, valence, memo, at, event : str
        As in the log; `event` is its id.
    indicator : str
        The framework's indicator that the code is or stands under; blank where none.
    label : str
        What an emergent code is called; blank for an indicator.
    segment : str
        The coded segment, or blank.
    document, start, end : str, int, int
        The coded place of a released document; blank and 0 where a segment has none.
    text : str
        The words that may be shown: a quote, or a paraphrase in the current language.
    source_id, district_id : str
        Where the evidence comes from and of which district it speaks, where known.
    """

    coder: str
    code: str
    valence: str
    memo: str
    at: str
    event: str
    indicator: str
    label: str
    segment: str
    document: str
    start: int
    end: int
    text: str
    source_id: str
    district_id: str


@dataclass
class Released:
    """All that may leave a study.

    Parameters
    ----------
    segments : DataFrame
        Released rows of the table `segments`.
    documents : dict
        File name → text of every document that may leave whole.
    codings : list of Coding
        In the order of the logs.
    codes : dict
        (coder, id) → emergent code, only those that a released coding uses.
    withheld : Counter
        Reason → how many things were kept back for it.
    events : int
        How many events the shared logs hold in all, for the report on what is lost.
    """

    segments: pd.DataFrame
    documents: dict[str, str] = field(default_factory=dict)
    codings: list[Coding] = field(default_factory=list)
    codes: dict[tuple[str, str], Code] = field(default_factory=dict)
    withheld: Counter[str] = field(default_factory=Counter)
    events: int = 0

    @property
    def coders(self) -> list[str]:
        """The coders with a released coding, by name."""
        return sorted({c.coder for c in self.codings})


def _logs(study: Study, coder: str | None) -> dict[str, list[dict[str, Any]]]:
    paths = sorted((study.path / "codings").glob("[!.~]*.jsonl"))
    known = [p.stem for p in paths]
    if coder is not None and coder not in known:
        raise UserError(
            _("{coder} has no coding log that may be shared; there are: {known}.",
              coder=coder, known=", ".join(known) or "–"))  # fmt: skip
    return {p.stem: read_log(p) for p in paths if coder in (None, p.stem)}


def document_sources(
    study: Study, logs: Mapping[str, list[dict[str, Any]]]
) -> dict[str, tuple[str, ...]]:
    """Return the sources that a document belongs to, by file name.

    A segment says so by its `document`, a coding event by its `source`, and a document that is
    called after a source (``<source_id>.txt``) by its name.
    """
    found: dict[str, set[str]] = {}
    segments = study.table("segments")
    for name, source in zip(segments["document"], segments["source_id"], strict=True):
        if name:
            found.setdefault(Path(name).name, set()).add(source)
    for events in logs.values():
        for event in events:
            span = event.get("span")
            if isinstance(span, dict) and event.get("source"):
                found.setdefault(str(span.get("document", "")), set()).add(str(event["source"]))
    ids = set(study.table("sources")["source_id"])
    for path in _shared_files(study):
        if path.stem in ids:
            found.setdefault(path.name, set()).add(path.stem)
    return {name: tuple(sorted(sources)) for name, sources in found.items()}


def _shared_files(study: Study) -> list[Path]:
    folder = study.path / "documents"
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.is_file() and p.name[0] not in ".~")


def _may_leave(study: Study, path: Path) -> bool:
    """Say whether a file truly lies in documents/, and no namesake of it in private/."""
    inside = path.resolve().is_relative_to((study.path / "documents").resolve())
    return inside and not private_documents(study, [path.name])


def released(study: Study, *, coder: str | None = None) -> Released:
    """Gather what may leave a study.

    Parameters
    ----------
    study : Study
        The study.
    coder : str, optional
        Only this coder's codings; by default those of every log in ``codings/``.

    Returns
    -------
    Released

    Raises
    ------
    UserError
        For a coder without a log in ``codings/``, or a log that cannot be read.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> leaves = released(load_study("kampung_bantar"), coder="reader_a")
    >>> leaves.coders, len(leaves.documents)
    (['reader_a'], 0)
    """
    logs = _logs(study, coder)
    release = releases(study)
    segments = study.table("segments")
    open_ = segments["source_id"].map(release).isin(["quote", "paraphrase"])
    leaves = Released(segments[open_].reset_index(drop=True))
    leaves.withheld[_("segments of sources that may not be released")] += int((~open_).sum())
    owners = document_sources(study, logs)
    for path in _shared_files(study):
        kinds = {release.get(s, "none") for s in owners.get(path.name, ())}
        if kinds == {"quote"} and _may_leave(study, path):
            try:
                leaves.documents[path.name] = read_document(path).text
            except UserError:
                leaves.withheld[_("documents without readable text")] += 1
        elif not kinds:
            leaves.withheld[_("documents of which the study does not say whose they are")] += 1
        else:
            leaves.withheld[_("documents of which only a paraphrase, or nothing, may leave")] += 1
    private = {
        p.stem: read_log(p)
        for p in sorted((study.path / "private/codings").glob("[!.~]*.jsonl"))
        if coder in (None, p.stem)
    }
    for name, events in private.items():
        held = {e["id"] for e in events if e["event"] == "code"}
        count = len(held & state_of([*logs.get(name, []), *events]).codings.keys())
        leaves.withheld[_("codings in private logs")] += count
    _gather(study, leaves, logs, private, owners)
    leaves.withheld = +leaves.withheld
    return leaves


def _gather(
    study: Study,
    leaves: Released,
    logs: Mapping[str, list[dict[str, Any]]],
    private: Mapping[str, list[dict[str, Any]]],
    owners: Mapping[str, tuple[str, ...]],
) -> None:
    rows = {row["segment_id"]: row for row in leaves.segments.to_dict("records")}
    indicators = {i.id for i in study.framework.indicators}
    for coder, events in logs.items():
        # What a coder took back in the private log holds no more; what that log says of a coding
        # that stands in the shared one (a memo) stays there.
        state, whole = state_of(events), state_of([*events, *private.get(coder, [])])
        leaves.events += len(events)
        for event in state.live():
            if event["id"] not in whole.codings:
                continue
            place = _place(event, rows, leaves, owners)
            if place is None:
                continue
            code = str(event.get("code", ""))
            made = state.codes.get(code)
            leaves.codings.append(
                Coding(
                    coder=coder,
                    code=code,
                    indicator=_above(state, code, indicators),
                    label="" if code in indicators else (made.label if made else code),
                    event=str(event.get("id", "")),
                    valence=str(event.get("valence") or ""),
                    memo=str(event.get("memo") or ""),
                    at=str(event.get("at") or ""),
                    **place,
                )
            )
            if code not in indicators:
                leaves.codes[coder, code] = made or Code(code, code, _path_above(code, indicators))


def _above(state: State, code: str, indicators: set[str]) -> str:
    return state.indicator(code, indicators) or _path_above(code, indicators)


def _path_above(code: str, indicators: set[str]) -> str:
    """Return the indicator under which a code was made, by its path (``indicator.slug``)."""
    above = code.rpartition(".")[0]
    return above if above in indicators else ""


def _place(
    event: Mapping[str, Any],
    rows: Mapping[str, Mapping[str, Any]],
    leaves: Released,
    owners: Mapping[str, tuple[str, ...]],
) -> dict[str, Any] | None:
    """Return where a coding stands and its words, or None where it may not leave."""
    span = event.get("span")
    if isinstance(span, dict):
        name = str(span.get("document", ""))
        text = leaves.documents.get(name)
        if text is None:
            leaves.withheld[_("codings of documents that may not leave")] += 1
            return None
        found = find_again(span, text)
        if found.status != "exact" or found.start is None or found.end is None:
            leaves.withheld[_("codings whose place in the edited document nobody confirmed")] += 1
            return None
        source = str(event.get("source") or "") or next(iter(owners.get(name, ())), "")
        return {"segment": "", "document": name, "start": found.start, "end": found.end,
                "text": text[found.start : found.end], "source_id": source,
                "district_id": str(event.get("district") or "")}  # fmt: skip
    row = rows.get(str(event.get("segment", "")))
    if row is None:
        leaves.withheld[_("codings of segments that may not leave or do not exist")] += 1
        return None
    document, start, end = segment_place(row, leaves.documents)
    return {"segment": row["segment_id"], "document": document, "start": start, "end": end,
            "text": segment_text(row), "source_id": row["source_id"],
            "district_id": row["district_id"]}  # fmt: skip


def segment_text(row: Mapping[str, Any]) -> str:
    """Return a segment's text in the current language, as one paragraph."""
    return " ".join(str(row[f"text_{current_language()}"]).split())


def segment_place(row: Mapping[str, Any], documents: Mapping[str, str]) -> tuple[str, int, int]:
    """Return the place of a segment in a released document, or blank where it has none."""
    name, start, end = Path(str(row["document"])).name, row["start"], row["end"]
    text = documents.get(name) if row["document"] else None
    if not (text and isinstance(start, int) and isinstance(end, int)):
        return "", 0, 0
    fits = 0 <= start < end <= len(text) and text[start:end].strip()
    return (name, start, end) if fits else ("", 0, 0)
