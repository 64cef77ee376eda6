"""Putting what was read from another program into a study: codings, and the texts they stand in."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PureWindowsPath
from typing import Any

import pandas as pd

from bantar_lib.coding.documents import FOLDERS, read_document
from bantar_lib.coding.journal import add_events
from bantar_lib.coding.log import read_log
from bantar_lib.coding.spans import anchor
from bantar_lib.coding.state import state_of
from bantar_lib.errors import UserError
from bantar_lib.exchange.found import UNPLACED, FoundProject, tidy
from bantar_lib.exchange.mapping import Mapped, apply_code_map
from bantar_lib.exchange.offsets import agreement
from bantar_lib.exchange.refi_write import is_segments_text
from bantar_lib.study import Study, load_study
from bantar_lib.study.csv_file import decode
from bantar_lib.study.release import releases
from bantar_lib.words import LANGUAGES, room_words

_ = room_words("exchange")

SHARED, PRIVATE = "codings", "private/codings"
_CODER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))}
_IDS = uuid.UUID("b7d1c9a2-53a4-5c0e-8e0f-3d0c2f9a7e44")

Event = dict[str, Any]


@dataclass(frozen=True)
class ImportReport:
    """What an import puts into a study, or would put.

    Parameters
    ----------
    events : mapping
        Log (``codings`` or ``private/codings``) → the new events.
    documents : mapping
        Path in the study → text of each new document.
    already : int
        Codings that the coder's logs hold already, or held once.
    unmapped : DataFrame
        code, uses, why: codes without a confirmed indicator.
    unplaced : DataFrame
        Codings whose place is not certain, with the reason; those of the file among them.
    notes : tuple of str
        What a person should know or do.
    written : bool
        Whether it was written, or only tried.
    """

    events: Mapping[str, tuple[Event, ...]]
    documents: Mapping[str, str]
    already: int
    unmapped: pd.DataFrame
    unplaced: pd.DataFrame
    notes: tuple[str, ...]
    written: bool

    @property
    def codings(self) -> int:
        """The number of new codings."""
        return sum(e["event"] == "code" for events in self.events.values() for e in events)

    def table(self) -> pd.DataFrame:
        """Return the numbers, one row a kind: what, count."""
        rows = [
            (_("new codings"), self.codings),
            (_("new documents"), len(self.documents)),
            (_("codings that were there already"), self.already),
            (_("codes without an indicator"), len(self.unmapped)),
            (_("codings without a certain place"), len(self.unplaced)),
        ]
        return pd.DataFrame(rows, columns=["what", "count"])


def import_codings(
    study_path: str | Path,
    found: FoundProject,
    code_map: pd.DataFrame | str | Path,
    *,
    coder: str,
    only: str | None = None,
    source: str | None = None,
    keep_unmapped: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Append the codings of another program to a coder's log.

    Parameters
    ----------
    study_path : str or Path
        The study's folder or name.
    found : FoundProject
        What was read.
    code_map : DataFrame, str or Path
        The mapping sheet, see :func:`~bantar_lib.exchange.mapping.propose_code_map`.
    coder : str
        The study's name for the coder; it names the log.
    only : str, optional
        The coder in the file whose codings are meant; needed where it has several.
    source : str, optional
        The source of the study that the file's documents belong to; by default the one that a
        document is called after (``<source_id>.txt``). Documents and codings of a
        source that may be quoted go to ``documents/`` and ``codings/``; all others, and those of
        an unnamed source, stay in ``private/``.
    keep_unmapped : bool
        Keep codings whose code has no indicator as emergent codes of the coder.
    dry_run : bool
        Only report.

    Returns
    -------
    ImportReport
        Importing a file a second time adds nothing.

    Raises
    ------
    UserError
        For unmapped codes, unless they are kept (a dry run lists them instead); for a coder,
        source or log that cannot be used. Nothing is written then.
    """
    study = load_study(study_path)
    if not _CODER.fullmatch(coder):
        raise UserError(_("“{coder}” cannot name a coder: use letters, digits, “_” and “-”.",
                          coder=coder))  # fmt: skip
    if source is not None and source not in releases(study):
        raise UserError(_("The study has no source “{source}”; describe it in the table sources.",
                          source=source))  # fmt: skip
    chosen = _of_coder(found, coder, only)
    mapped = apply_code_map(chosen, code_map, study.framework)
    if len(mapped.unmapped) and not keep_unmapped and not dry_run:
        names = ", ".join(f"“{c}”" for c in mapped.unmapped["code"])
        raise UserError(
            _("Nothing was imported: these codes have no confirmed indicator: {codes}. Fill in "
              "the mapping sheet, or keep them as codes of the coder.", codes=names))  # fmt: skip
    work = _Import(study, chosen, mapped, coder, source)
    report = work.report(keep_unmapped=keep_unmapped)
    if dry_run:
        return report
    _write(study, coder, report)
    return replace(report, written=True)


def _of_coder(found: FoundProject, coder: str, only: str | None) -> FoundProject:
    """Return a project with the codings of one coder only."""
    names = sorted({*found.codings["coder"], *found.unplaced["coder"]} - {""})
    if only is None and len(names) > 1:
        if coder not in names:
            raise UserError(
                _("The file has several coders: {names}. Name the one whose codings are meant.",
                  names=", ".join(names)))  # fmt: skip
        only = coder
    if only is None:
        return found
    if only not in names:
        raise UserError(_("The file has no coder “{coder}”; it has: {names}.",
                          coder=only, names=", ".join(names) or "–"))  # fmt: skip
    return replace(
        found,
        codings=found.codings[found.codings["coder"] == only].reset_index(drop=True),
        unplaced=found.unplaced[found.unplaced["coder"] == only].reset_index(drop=True),
    )


@dataclass
class _Import:
    """One import on its way to events."""

    study: Study
    found: FoundProject
    mapped: Mapped
    coder: str
    source: str | None
    events: dict[str, list[Event]] = field(default_factory=lambda: {SHARED: [], PRIVATE: []})
    documents: dict[str, str] = field(default_factory=dict)
    unplaced: list[dict[str, Any]] = field(default_factory=list)
    already: int = 0

    def __post_init__(self) -> None:
        self.texts = dict(zip(self.found.sources["document"], self.found.sources["text"],
                              strict=True))  # fmt: skip
        self.release = releases(self.study)
        self.now = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
        self.segments = {
            r["segment_id"]: r for r in self.study.table("segments").to_dict("records")
        }
        self.ids: set[str] = set()
        self.known: dict[str, set[str]] = {}  # log → the coder's own codes that it makes
        both: list[Event] = []
        for log in (SHARED, PRIVATE):
            path = self.study.path / log / f"{self.coder}.jsonl"
            events = read_log(path) if path.exists() else []
            self.ids |= {str(e.get("id", "")) for e in events}
            self.known[log] = set(state_of(events).codes)
            both += events
        state = state_of(both)
        self.there = {_key(e) for e in state.live()}
        self.made = {c.label: c.id for c in state.codes.values() if not c.ended}
        self._stored: dict[str, tuple[str, str, bool] | str] = {}

    def report(self, *, keep_unmapped: bool) -> ImportReport:
        for row in self.mapped.codings.to_dict("records"):
            self._add(row, str(row["indicator"]))
        if keep_unmapped:
            for row in self.mapped.left.to_dict("records"):
                self._add(row, "")
        left_over = tidy(self.unplaced, UNPLACED)
        events = [e for log in self.events.values() for e in log]
        coded = {e["span"]["document"] for e in events if "span" in e}
        unplaced = pd.concat([self.found.unplaced, left_over], ignore_index=True)
        return ImportReport(
            events={log: tuple(events) for log, events in self.events.items() if events},
            documents={d: t for d, t in self.documents.items() if Path(d).name in coded},
            already=self.already,
            unmapped=self.mapped.unmapped,
            unplaced=unplaced,
            notes=tuple(self._notes()),
            written=False,
        )

    def _notes(self) -> list[str]:
        notes = list(self.found.report)
        events = [e for log in self.events.values() for e in log if e["event"] == "code"]
        blank = sum(not e["valence"] for e in events)
        if blank:
            notes.append(
                _("{n} coding has no valence: it counts in no rating until a coder sets one.",
                  plural="{n} codings have no valence: they count in no rating until a coder "
                         "sets one.", n=blank))  # fmt: skip
        if self.events[PRIVATE] or any(d.startswith("private") for d in self.documents):
            notes.append(
                _("Texts of a source that is unnamed or may not be quoted stay in private/: no "
                  "export holds them."))  # fmt: skip
        if events and self.coder not in set(self.study.table("coders")["coder_id"]):
            notes.append(_("Describe the coder “{coder}” in the table coders.", coder=self.coder))
        return notes

    def _add(self, row: Mapping[str, Any], indicator: str) -> None:
        place = self._place(row)
        if isinstance(place, str):
            self.unplaced.append({k: row[k] for k in UNPLACED if k in row} | {"why": place})
            return
        where, log = place
        code = indicator or self._emergent(str(row["code"]), log)
        event: Event = {
            "id": "",
            "at": _moment(str(row["at"])) or self.now,
            "event": "code",
            **where,
            "code": code,
            "valence": row["valence"],
        }
        if row["memo"]:
            event["memo"] = row["memo"]
        event["from"] = {"program": self.found.program, "code": row["code"], "sure": row["sure"]}
        key = _key(event)
        event["id"] = "i" + uuid.uuid5(_IDS, "\x1f".join((self.coder, *key))).hex[:16]
        if event["id"] in self.ids or key in self.there:
            self.already += 1
            return
        self.ids.add(event["id"])
        self.events[log].append(event)

    def _emergent(self, label: str, log: str) -> str:
        """Return the coder's code of that name, made where there is none."""
        mark = uuid.uuid5(_IDS, label).hex
        slug = re.sub(r"[^a-z0-9]+", "_", label.casefold()).strip("_")[:40]
        code = self.made.get(label) or f"new.{slug or mark[:8]}"
        if label not in self.made and code in (*self.made.values(), *self.known[SHARED],
                                               *self.known[PRIVATE]):  # fmt: skip
            code = f"{code}_{mark[:6]}"
        self.made[label] = code
        # The shared log must stand by itself; the private one is read after it.
        if code not in self.known[SHARED] and (log == SHARED or code not in self.known[PRIVATE]):
            memo = _("A code of {program}, kept as it was found.", program=self.found.program)
            event = {"id": f"i{mark[:16]}{log[0]}", "at": self.now, "event": "make", "code": code,
                     "label": label, "memo": memo}  # fmt: skip
            self.known[log].add(code)
            self.ids.add(event["id"])
            self.events[log].append(event)
        return code

    def _place(self, row: Mapping[str, Any]) -> tuple[dict[str, Any], str] | str:
        """Return the keys that say where a coding stands, and its log; or why it has no place."""
        if row["segment"]:
            return self._on_segment(str(row["segment"]))
        name = str(row["document"])
        text = self.texts.get(name, "")
        if text and is_segments_text(text, self.study.id):
            return self._on_paragraph(row, text)
        stored = self._store(name, text)
        if isinstance(stored, str):
            return stored
        file, text, shared = stored
        start, end = row["start"], row["end"]
        given = isinstance(start, int) and isinstance(end, int)
        if not given or not agreement(text[start:end], str(row["quote"])):
            # Without a place, or the document was edited since: only a single place will do.
            places = _occurrences(text, str(row["quote"]))
            if len(places) != 1:
                return _("its text stands {n} times in the document", n=len(places))
            start, end = places[0]
        try:
            span = anchor(text, start, end, document=file)
        except UserError as fault:
            return str(fault)
        where: dict[str, Any] = {"span": span}
        owner = self._owner(file)
        if owner:
            where["source"] = owner
        return where, SHARED if shared and self.release.get(owner) != "none" else PRIVATE

    def _owner(self, file: str) -> str:
        """Return the source of a document: the one given, or the one that it is called after."""
        stem = Path(file).stem
        return self.source or (stem if stem in self.release else "")

    def _on_segment(self, segment: str) -> tuple[dict[str, Any], str] | str:
        if segment not in self.segments:
            return _("the study has no segment “{segment}”", segment=segment)
        closed = self.release.get(self.segments[segment]["source_id"], "none") == "none"
        return {"segment": segment}, PRIVATE if closed else SHARED

    def _on_paragraph(self, row: Mapping[str, Any], text: str) -> tuple[dict[str, Any], str] | str:
        """Return the segment whose paragraph holds a selection in our own text of segments."""
        start, end = row["start"], row["end"]
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", first)
        paragraph = " ".join(text[first : last if last >= 0 else None].split())
        fitting = [] if last >= 0 and end > last + 1 else [
            s for s, r in self.segments.items()
            if paragraph and any(" ".join(r[f"text_{g}"].split()) == paragraph for g in LANGUAGES)
        ]  # fmt: skip
        if len(fitting) != 1:
            return _("its paragraph is no segment of the study, or of several")
        return self._on_segment(fitting[0])

    def _store(self, name: str, text: str) -> tuple[str, str, bool] | str:
        """Return file name, text and whether it is shared, of the study's copy of a document."""
        if name not in self._stored:
            self._stored[name] = self._find(name, text)
        return self._stored[name]

    def _find(self, name: str, text: str) -> tuple[str, str, bool] | str:
        file = _file_name(name)
        here = _stored_documents(self.study, file if text else PureWindowsPath(name).name)
        for path in here:
            try:
                document = read_document(path)
            except UserError:
                continue
            if not text or document.text == text:
                return path.name, document.text, path.parent.name == "documents" and \
                    path.parent.parent == self.study.path  # fmt: skip
        if not text:
            return _("the study has no document “{name}”", name=name)
        if "\0" in text or not text.strip() or decode(text.encode("utf-8", "replace"))[0] != text:
            return _("its text holds signs that a text file cannot keep")
        shared = self.release.get(self._owner(file)) == "quote"
        folder = "documents" if shared else "private/documents"
        taken = {p.name.casefold() for f in FOLDERS for p in (self.study.path / f).glob("*")}
        taken |= {Path(d).name.casefold() for d in self.documents}
        stem, n = file.removesuffix(".txt"), 1
        while file.casefold() in taken:
            n += 1
            file = f"{stem}_{n}.txt"
        self.documents[f"{folder}/{file}"] = text
        return file, text, shared


def _stored_documents(study: Study, name: str) -> list[Path]:
    """Return the study's documents that are called so, whatever their ending."""
    stem = PureWindowsPath(name).stem.casefold()
    return [
        path
        for folder in FOLDERS
        for path in sorted((study.path / folder).glob("*"))
        if path.is_file() and re.fullmatch(rf"{re.escape(stem)}(_\d+)?", path.stem.casefold())
    ]


def _file_name(name: str) -> str:
    r"""Return a name under which any system can keep a text, whatever the file called it.

    Examples
    --------
    >>> _file_name("../../etc/passwd"), _file_name("C:\\talk: 1.docx"), _file_name("NUL")
    ('passwd.txt', 'talk_ 1.txt', '_NUL.txt')
    """
    last = PureWindowsPath(name.replace("\0", "")).name or "document"
    stem = re.sub(r"\.(txt|md|docx?|odt|rtf|pdf|html?)$", "", last, flags=re.IGNORECASE)
    stem = re.sub(r'[<>:"/\\|?*\x00-\x1f\x7f]', "_", stem).strip(" .~")[:80] or "document"
    return f"{'_' if stem.casefold() in _RESERVED else ''}{stem}.txt"


def _occurrences(text: str, quote: str) -> list[tuple[int, int]]:
    """Return where a text stands in another, whatever the spaces between its words."""
    words = quote.split()
    if not words:
        return []
    pattern = re.compile(r"\s+".join(re.escape(w) for w in words))
    return [m.span() for m in pattern.finditer(text)]


def _key(event: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what makes a coding the same as another: its place, code and valence."""
    span = event.get("span") or {}
    return (
        str(event.get("segment", "")),
        *(str(span.get(k, "")) for k in ("document", "sha256", "start", "end")),
        str(event.get("code", "")),
        str(event.get("valence", "")),
    )


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _write(study: Study, coder: str, report: ImportReport) -> None:
    """Write documents, then logs: a log never names a document that is not there."""
    try:
        for name, text in report.documents.items():
            path = study.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:  # never over another one
                file.write(text.encode("utf-8"))
        for log, events in report.events.items():
            add_events(study.path / log / f"{coder}.jsonl", *events)
    except OSError as fault:
        raise UserError(_("{file} cannot be written: {why}.", file=fault.filename or study.path,
                          why=fault.strerror or fault)) from None  # fmt: skip
