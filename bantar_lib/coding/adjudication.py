"""Settling what coders disagree on: a table for the meeting, and a log of what it decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from bantar_lib.coding.coding_log import CodingLog
from bantar_lib.coding.documents import find_document, private_documents, read_document
from bantar_lib.coding.log import codings
from bantar_lib.coding.spans import anchor
from bantar_lib.errors import UserError
from bantar_lib.study import Study
from bantar_lib.study.problems import choose_from
from bantar_lib.study.release import releases
from bantar_lib.study.tables import VALENCES
from bantar_lib.words import room_words

_ = room_words("coding")

LEAVE = "-"
"""Written as the decided code: the unit is left without a code on purpose."""
PLACE = ["segment_id", "document", "start", "end"]
Place = tuple[str, ...]
Chosen = tuple[list[tuple[str, str]], str]
"""Pairs of code and valence, and the reason for them."""
_DECISION = ["code", "valence", "reason"]


@dataclass
class _Case:
    """What all coders gave one segment, or one stretch of overlapping spans."""

    segment_id: str = ""
    document: str = ""
    start: int = 0
    end: int = 0
    given: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        if self.segment_id:
            return (self.segment_id, "", "", "")
        return ("", self.document, str(self.start), str(self.end))

    def differs(self, coders: Iterable[str]) -> bool:
        """Whether coders gave different codes or valences, or some gave none."""
        said = [_pairs(self.given.get(coder, [])) for coder in coders]
        return any(one != said[0] for one in said)


def _pairs(rows: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted({(row["code"], row["valence"]) for row in rows})


def _cases(study: Study) -> tuple[list[str], list[_Case]]:
    coded = codings(study)
    coded = coded[coded["settles"] == ""]
    rows = [{str(k): v for k, v in row.items()} for row in coded.to_dict("records")]
    segments: dict[str, _Case] = {}
    for row in rows:
        if row["segment_id"]:
            case = segments.setdefault(row["segment_id"], _Case(row["segment_id"]))
            case.given.setdefault(row["coder"], []).append(row)
    spans: list[_Case] = []
    in_text = sorted((r for r in rows if r["document"]), key=lambda r: (r["document"], r["start"]))
    for row in in_text:
        last = spans[-1] if spans else None
        if last is None or last.document != row["document"] or row["start"] >= last.end:
            last = _Case("", row["document"], int(row["start"]), int(row["end"]))
            spans.append(last)
        last.end = max(last.end, int(row["end"]))
        last.given.setdefault(row["coder"], []).append(row)
    order = {s: n for n, s in enumerate(study.table("segments")["segment_id"])}
    ordered = sorted(segments.values(), key=lambda c: order.get(c.segment_id, len(order)))
    return list(dict.fromkeys(coded["coder"])), [*ordered, *spans]


def adjudication_table(study: Study) -> pd.DataFrame:
    """Return what coders disagree on, with the words and room for the decision.

    Parameters
    ----------
    study : Study
        A study with two coding logs or more.

    Returns
    -------
    pandas.DataFrame
        One row for each segment, or stretch of overlapping spans, where coders gave different
        codes or valences or one gave none: segment_id, document, start, end, text_id, text_en
        (of a span: its words, where its source may be quoted), for each coder ``<coder>: code``,
        ``<coder>: valence`` and ``<coder>: memo`` (several joined by ``|``; blank: not coded),
        then code, valence and reason, blank for the decision. Write ``-`` as code to leave a
        unit uncoded; several codes with ``|``. Save it as CSV or Excel, fill it in, and give it
        to :func:`adjudicate`.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> table = adjudication_table(load_study("kampung_bantar"))
    >>> table.columns[-3:].tolist()
    ['code', 'valence', 'reason']
    """
    coders, cases = _cases(study)
    segments = study.table("segments").set_index("segment_id")
    release = releases(study)
    rows = []
    for case in cases:
        if not case.differs(coders):
            continue
        row = dict(zip(PLACE, case.place, strict=True))
        if case.segment_id in segments.index:
            row |= segments.loc[case.segment_id, ["text_id", "text_en"]].to_dict()
        elif not case.segment_id:
            spans = [r for given in case.given.values() for r in given]
            shown = all(release.get(r["source_id"]) == "quote" for r in spans) and not (
                private_documents(study, [r["document"] for r in spans])
            )
            words = " … ".join(dict.fromkeys(r["quote"] for r in spans)) if shown else ""
            row |= {"text_id": words, "text_en": words}
        for coder in coders:
            given = case.given.get(coder, [])
            for key in ("code", "valence", "memo"):
                row[f"{coder}: {key}"] = "|".join(r[key] for r in given)
        rows.append(row | dict.fromkeys(_DECISION, ""))
    told = [f"{coder}: {key}" for coder in coders for key in ("code", "valence", "memo")]
    columns = [*PLACE, "text_id", "text_en", *told, *_DECISION]
    return pd.DataFrame(rows, columns=columns).fillna("")


def adjudicate(
    study: Study, decisions: pd.DataFrame | str | Path, coder: str = "agreed"
) -> pd.DataFrame:
    """Write a third log with what the coders agree on and what was decided where they did not.

    Doing it again with further or other decisions adds only what changed. Describe `coder` in
    ``coders.csv``; comparisons of coders leave this log out, ratings may be asked for it.

    Parameters
    ----------
    study : Study
        A study with two coding logs or more.
    decisions : DataFrame, str or Path
        :func:`adjudication_table` filled in, or the CSV or Excel file of it. A blank code: not
        decided yet, nothing is written.
    coder : str
        Whose log it is.

    Returns
    -------
    pandas.DataFrame
        segment_id, document, start, end, outcome: ``agreed`` (by all, carried over),
        ``decided``, ``left_uncoded`` or ``undecided``.

    Raises
    ------
    UserError
        For a decision on a unit that is not open, an unknown code or valence, or a decision
        without a reason; it names the row, and nothing is written.
    """
    coders, cases = _cases(study)
    by_place = {case.place: case for case in cases}
    wanted = _decided(study, _as_table(decisions), by_place, coders)
    logs = {private: CodingLog(study, coder, private=private) for private in (False, True)}
    release = releases(study)
    rows = []
    for place, case in by_place.items():
        if case.differs(coders):
            chosen, reason = wanted.get(place, (None, ""))
            outcome = "undecided" if chosen is None else "decided" if chosen else "left_uncoded"
        else:
            chosen, reason, outcome = _pairs(case.given[coders[0]]), "", "agreed"
        if chosen is not None:
            spoken = [r for given in case.given.values() for r in given]
            segment_source = _source_of(study, case, spoken)
            _write(logs[release.get(segment_source) == "none"], case, chosen, reason)
        rows.append((*place, outcome))
    return pd.DataFrame(rows, columns=[*PLACE, "outcome"])


def _source_of(study: Study, case: _Case, spoken: list[dict[str, Any]]) -> str:
    if not case.segment_id:
        return str(spoken[0]["source_id"])
    segments = study.table("segments").set_index("segment_id")["source_id"]
    return str(segments.get(case.segment_id, ""))


def _as_table(decisions: pd.DataFrame | str | Path) -> pd.DataFrame:
    if not isinstance(decisions, pd.DataFrame):
        path = Path(decisions)
        if not path.is_file():
            raise UserError(_("{file}: there is no such file.", file=path))
        read = pd.read_excel if path.suffix.lower() == ".xlsx" else pd.read_csv
        decisions = read(path, dtype=str, keep_default_na=False)
    missing = [c for c in (*PLACE, *_DECISION) if c not in decisions.columns]
    if missing:
        raise UserError(_("The decisions lack the columns {columns}; keep those of the "
                          "adjudication table.", columns=", ".join(missing)))  # fmt: skip
    return decisions.fillna("").astype(str)


def _decided(
    study: Study, table: pd.DataFrame, cases: dict[Place, _Case], coders: list[str]
) -> dict[Place, Chosen]:
    """Return what was decided by place: pairs of code and valence, and the reason."""
    indicators = {i.id for i in study.framework.indicators}
    found: dict[Place, Chosen] = {}
    for row, cells in enumerate(table.to_dict("records"), 2):
        if not cells["code"].strip():
            continue
        place = tuple(cells[key].strip() for key in PLACE)
        case = cases.get(place)
        if case is None or not case.differs(coders):
            raise UserError(_("Decisions, row {row}: the coders do not differ on {what}; delete "
                              "the row.", row=row, what=" ".join(filter(None, place))))  # fmt: skip
        if not cells["reason"].strip():
            raise UserError(_("Decisions, row {row}: give the reason for the decision.", row=row))
        if cells["code"].strip() == LEAVE:
            found[place] = ([], cells["reason"])
            continue
        codes, valences = study.ids(cells["code"]), study.ids(cells["valence"])
        if len(valences) == 1:
            valences *= len(codes)
        if len(valences) != len(codes):
            raise UserError(_("Decisions, row {row}: give one valence, or one for each code.",
                              row=row))  # fmt: skip
        known = indicators | {r["code"] for given in case.given.values() for r in given}
        for word, words in [*((c, known) for c in codes), *((v, VALENCES) for v in valences)]:
            if word not in words:
                unknown = _("Decisions, row {row}: “{word}” is not known.", row=row, word=word)
                raise UserError(f"{unknown} {choose_from(word, sorted(words))}")
        found[place] = (sorted(set(zip(codes, valences, strict=True))), cells["reason"])
    return found


def _write(log: CodingLog, case: _Case, chosen: list[tuple[str, str]], reason: str) -> None:
    """Bring one unit of the agreed log to what was decided, by new events only."""
    there = []
    for coding in log.codings:
        where = _overlap(coding, case)
        if where == "apart":
            continue
        if where == "other" or (coding["code"], coding["valence"]) not in chosen:
            log.uncode(coding["id"])
            continue
        there.append(coding)
        if reason and coding.get("memo", "") != reason:
            log.memo(coding["id"], reason)
    held = {(c["code"], c["valence"]) for c in there}
    spoken = [r for given in case.given.values() for r in given]
    for code, valence in chosen:
        if (code, valence) in held:
            continue
        alike = [r for r in spoken if (r["code"], r["valence"]) == (code, valence)] or spoken
        traits = {key: _shared(r[key] for r in alike) for key in ("directness", "evidence_type")}
        what: str | dict[str, Any] = case.segment_id
        more = {}
        if not case.segment_id:
            text = read_document(find_document(log.study, case.document)).text
            what = anchor(text, case.start, case.end, document=case.document)
            more = {"source": spoken[0]["source_id"], "district": spoken[0]["district_id"]}
        log.adopt(code)
        log.code(what, code, valence, memo=reason, settles=[r["event"] for r in spoken],
                 **traits, **more)  # fmt: skip


def _shared(values: Iterable[str]) -> str:
    found = set(values)
    return found.pop() if len(found) == 1 else ""


def _overlap(coding: dict[str, Any], case: _Case) -> str:
    """Return whether an agreed coding is of this ``same`` unit, of an ``other`` or ``apart``.

    Other is a stretch that overlaps it: it had other bounds before a coder marked more.
    """
    if case.segment_id or "span" not in coding:
        return "same" if case.segment_id == coding.get("segment") else "apart"
    span = coding["span"]
    apart = span["end"] <= case.start or span["start"] >= case.end
    if span["document"] != case.document or apart:
        return "apart"
    return "same" if (span["start"], span["end"]) == (case.start, case.end) else "other"
