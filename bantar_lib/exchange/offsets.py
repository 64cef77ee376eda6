"""Which place a position means: programs count marks, line ends and letters in different ways.

The exchange standard counts code points but says nothing of byte-order marks and line ends, and
programs differ. A selection also carries the text it covers; so every way of counting is tried,
and the one under which the texts agree is taken. Where none or several do, nothing is guessed.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Literal

import numpy as np

from bantar_lib.errors import UserError
from bantar_lib.study.csv_file import decode
from bantar_lib.words import room_words

_ = room_words("exchange")

Unit = Literal["code points", "UTF-16", "UTF-8"]
Newline = Literal["one", "as stored", "two", "space skipped"]
UNITS: tuple[Unit, ...] = ("code points", "UTF-16", "UTF-8")
NEWLINES: tuple[Newline, ...] = ("one", "as stored", "two", "space skipped")
MOST_LETTERS = 20_000_000
"""A longer text is not read: no transcript is."""
_CUT = ("…", "...")
_UNWRITABLE = re.compile("[^\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by XML
_MARK_WIDTH = {"code points": 1, "UTF-16": 1, "UTF-8": 3}


@dataclass(frozen=True)
class Reading:
    """One way of counting.

    Parameters
    ----------
    unit : str
        What one step is: a code point, a UTF-16 unit, a UTF-8 byte.
    newline : str
        A line end counts as ``one``, ``as stored`` (CRLF as two), always as ``two`` (also where
        a space was put after it), or the space after it is not counted (``space skipped``).
    mark : bool
        Whether a byte-order mark counts.
    """

    unit: Unit = "code points"
    newline: Newline = "one"
    mark: bool = False

    def __str__(self) -> str:
        mark = _("byte-order mark counted") if self.mark else _("byte-order mark not counted")
        newline = {
            "one": _("a line end counts as one"),
            "as stored": _("line ends as stored"),
            "two": _("a line end counts as two"),
            "space skipped": _("the space after a line end is not counted"),
        }[self.newline]
        units = {"code points": _("code points"), "UTF-16": _("UTF-16 units"),
                 "UTF-8": _("UTF-8 bytes")}  # fmt: skip
        return f"{units[self.unit]}; {newline}; {mark}"


@dataclass(frozen=True)
class StoredText:
    r"""A text as this library reads it, and how it was stored.

    Parameters
    ----------
    text : str
        Without a byte-order mark, every line end ``\n``.
    mark : bool
        Whether it was stored with a byte-order mark.
    double : frozenset of int
        The places of line ends that were stored as CRLF.
    """

    text: str
    mark: bool = False
    double: frozenset[int] = frozenset()

    @classmethod
    def of(cls, raw: str, *, mark: bool = False) -> StoredText:
        r"""Take a text with whatever line ends.

        Examples
        --------
        >>> StoredText.of("a\r\nb\rc")
        StoredText(text='a\nb\nc', mark=False, double=frozenset({1}))
        """
        if raw.startswith("\ufeff"):
            raw, mark = raw[1:], True
        # Each CRLF before it has made the place one smaller.
        double = [found.start() - n for n, found in enumerate(re.finditer("\r\n", raw))]
        text = raw.replace("\r\n", "\n").replace("\r", "\n")
        return cls(text, mark, frozenset(double))

    @classmethod
    def from_bytes(cls, data: bytes) -> StoredText:
        """Decode a file: a byte-order mark decides, then UTF-8, else Windows-1252."""
        marks = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        return cls.of(decode(data)[0], mark=data.startswith(marks))

    @cached_property
    def _letters(self) -> np.ndarray:
        return np.frombuffer(self.text.encode("utf-32-le", "surrogatepass"), dtype="<u4")

    def edges(self, reading: Reading) -> np.ndarray:
        """Return the position of each code point, and of the end, under a reading."""
        letters = self._letters
        widths = np.ones(len(letters), dtype=np.int64)
        if reading.unit == "UTF-16":
            widths += letters > 0xFFFF
        elif reading.unit == "UTF-8":
            widths += (letters > 0x7F).astype(int) + (letters > 0x7FF) + (letters > 0xFFFF)
        ends = letters == 10
        if reading.newline == "two":
            widths[ends] += 1
        elif reading.newline == "as stored":
            widths[sorted(self.double)] += 1
        elif reading.newline == "space skipped":
            widths[1:][ends[:-1] & (letters[1:] == 32)] = 0
        first = _MARK_WIDTH[reading.unit] if self.mark and reading.mark else 0
        return first + np.concatenate([[0], np.cumsum(widths)])


@dataclass(frozen=True)
class Selection:
    """A place as a file states it: two positions, and the text that it says stands there."""

    start: int
    end: int
    name: str


@dataclass(frozen=True)
class Placed:
    """Where a selection lies in :attr:`StoredText.text`, or why that is not certain.

    `sure` is one of :data:`~bantar_lib.exchange.found.SURE`, or blank where it was not placed;
    `how` is then the reason.
    """

    start: int
    end: int
    sure: str
    how: str


def _flat(text: str) -> str:
    """Return a text as an XML attribute keeps it, letters composed."""
    text = re.sub("[\n\r\t]", " ", text)
    return unicodedata.normalize("NFC", _UNWRITABLE.sub("\ufffd", text))


def _loose(text: str) -> str:
    return " ".join(_flat(text).replace("\ufeff", "").split())


def agreement(text: str, name: str) -> int:
    """Say how well a text agrees with a selection's name.

    Returns
    -------
    int
        4 the same, 3 but for spaces, 2 as far as a shortened name goes, 1 the same but for
        spaces, 0 not at all.

    Examples
    --------
    >>> agreement("a b", "a b"), agreement("a  b", "a b"), agreement("a b c", "a b…")
    (4, 3, 2)
    >>> agreement("a b", "a c")
    0
    """
    if len(text) > 4 * len(name) + 1000:  # never the same; and spares a huge comparison
        text = text[: 4 * len(name) + 1000]
    elif _flat(text) == _flat(name):
        return 4
    elif _loose(text) == _loose(name):
        return 3
    for cut in _CUT:
        if name.endswith(cut) and (head := name.removesuffix(cut).rstrip()):
            if _flat(text).startswith(_flat(head)):
                return 2
            if _loose(text).startswith(_loose(head)):
                return 1
    return 0


@dataclass(frozen=True)
class _Trial:
    """One group of readings tried on all selections of a text."""

    readings: frozenset[Reading]
    places: tuple[tuple[int, int] | None, ...]
    grades: tuple[int, ...]

    @property
    def score(self) -> tuple[int, int]:
        return sum(g > 0 for g in self.grades), sum(self.grades)


def _place(edges: np.ndarray, selection: Selection) -> tuple[int, int] | None:
    start = int(np.searchsorted(edges, selection.start, side="right")) - 1
    end = int(np.searchsorted(edges, selection.end, side="left"))
    if selection.start < edges[0]:  # before the mark
        start = 0
    elif edges[start] != selection.start:
        return None
    if end >= len(edges) or edges[end] != selection.end or start >= end:
        return None
    return start, end


def _try(text: StoredText, selections: Sequence[Selection]) -> list[_Trial]:
    """Try every reading; those that come to the same for this text are one trial."""
    # Of a long text the edges of one reading at a time are kept, not those of all.
    trials: dict[bytes, _Trial] = {}
    for unit, newline, mark in product(UNITS, NEWLINES, (False, True)):
        reading = Reading(unit, newline, mark)
        edges = text.edges(reading)
        key = hashlib.sha256(edges.tobytes()).digest()
        if key in trials:
            trials[key] = replace(trials[key], readings=trials[key].readings | {reading})
            continue
        places = tuple(_place(edges, s) for s in selections)
        grades = tuple(
            agreement(text.text[p[0] : p[1]], s.name) if p and s.name.strip() else 0
            for p, s in zip(places, selections, strict=True)
        )
        trials[key] = _Trial(frozenset({reading}), places, grades)
    return list(trials.values())


def _refuse(text: StoredText, selections: Sequence[Selection], document: str) -> None:
    if len(text.text) > MOST_LETTERS:
        raise UserError(_("{document}: the text is too long to be read.", document=document))
    longest = int(text.edges(Reading("UTF-8", "two", True))[-1])  # no reading counts more
    for s in selections:
        if s.start < 0 or s.end < s.start or s.end > longest:
            raise UserError(
                _("{document}: a selection from {start} to {end} lies outside the text, however "
                  "it is counted. Export the project again.",
                  document=document, start=str(s.start)[:20], end=str(s.end)[:20]))  # fmt: skip


def place_all(
    texts: Sequence[tuple[str, StoredText, Sequence[Selection]]],
    *,
    assume: bool = False,
    writer: Reading | None = None,
) -> list[list[Placed]]:
    """Place the selections of all texts of one project.

    Parameters
    ----------
    texts : sequence of (str, StoredText, sequence of Selection)
        Each document's name, text and selections. One program wrote them all: where a document
        alone leaves several readings open, those that the others prove are preferred.
    assume : bool
        Where names are no texts at all, but labels, do without comparing; and take the
        standard's way of counting (code points, a line end as one) where counting matters. Such
        places are marked as ``assumed``.
    writer : Reading, optional
        How the program that wrote the file is known to count: it settles what the texts leave
        open, as long as every text agrees with it.

    Returns
    -------
    list of list of Placed
        For each text, for each selection.

    Raises
    ------
    UserError
        For a selection that lies outside its text under every reading.

    Examples
    --------
    >>> text = StoredText.of("\U0001f9f9 gotong royong")
    >>> place_all([("a.txt", text, [Selection(3, 9, "gotong")])])[0][0].start
    2
    """
    for document, text, selections in texts:
        _refuse(text, selections, document)
    trials = [_try(text, selections) for _document, text, selections in texts]
    proven = [_best(t) for t in trials]
    shared = _shared([group for group in proven if group and group[0].score[0]])
    if writer in shared:
        shared = frozenset({writer})
    labels = assume and _only_labels(texts, proven)
    placed = []
    for (_document, text, selections), tried, best in zip(texts, trials, proven, strict=True):
        evidence = bool(best and best[0].score[0])
        open_ = [t for t in best if t.readings & shared] if shared else best
        chosen = (open_ or best) if evidence or shared else tried
        placed.append([
            _settle(text, s, n, chosen, known=evidence or bool(shared), named=not labels,
                    assume=assume)
            for n, s in enumerate(selections)
        ])  # fmt: skip
    return placed


def _only_labels(
    texts: Sequence[tuple[str, StoredText, Sequence[Selection]]], proven: list[list[_Trial]]
) -> bool:
    """Say whether the names of selections are something else than their text, in every text."""
    if any(group and group[0].score[0] for group in proven):
        return False
    for _document, text, selections in texts:
        body = _loose(text.text)
        if any(len(name) > 2 and name in body for name in (_loose(s.name) for s in selections)):
            return False
    return True


def _best(trials: list[_Trial]) -> list[_Trial]:
    top = max((t.score for t in trials), default=(0, 0))
    return [t for t in trials if t.score == top]


def _shared(groups: list[list[_Trial]]) -> frozenset[Reading]:
    """Return the readings that every text with evidence allows."""
    allowed = [frozenset().union(*(t.readings for t in group)) for group in groups]
    return frozenset.intersection(*allowed) if allowed else frozenset()


def _settle(
    text: StoredText,
    s: Selection,
    n: int,
    trials: list[_Trial],
    *,
    known: bool,
    named: bool,
    assume: bool,
) -> Placed:
    """Place one selection under the readings that are still open, or say why it is not."""
    named = named and bool(s.name.strip())
    if s.start == s.end:
        return Placed(0, 0, "", _("it is empty"))
    if named and all(t.grades[n] == 0 for t in trials):
        return Placed(0, 0, "", _mismatch(text, s, trials[0].places[n]))
    fitting = [t for t in trials if t.grades[n]] if named else trials
    places = {t.places[n] for t in fitting}
    place = next(iter(places))
    standard = [t.places[n] for t in trials if Reading() in t.readings]
    if assume and not named and len(places) > 1 and standard and standard[0]:
        return Placed(*standard[0], "assumed", str(Reading()))
    if len(places) > 1 or place is None:
        return Placed(
            0, 0, "", _("its place is ambiguous: it depends on how positions are counted")
        )
    how = str(_plainest(fitting))
    if named:
        cut = min(t.grades[n] for t in fitting) <= 2
        return Placed(*place, "verified_cut" if cut else "verified", how)
    return Placed(*place, "inferred" if known else "only_reading", how)


def _plainest(trials: list[_Trial]) -> Reading:
    """Return the simplest reading among those that come to the same."""
    open_ = frozenset().union(*(t.readings for t in trials))
    order = [Reading(u, n, m) for u, n, m in product(UNITS, NEWLINES, (False, True))]
    return next(r for r in order if r in open_)


def _mismatch(text: StoredText, s: Selection, place: tuple[int, int] | None) -> str:
    there = text.text[place[0] : place[1]][:40] if place else ""
    return _("the file says that “{name}” stands there, but “{there}” does",
             name=s.name[:40], there=there)  # fmt: skip
