"""Units on which coders are compared: segments as given, or sentences or characters of documents.

Say which unit a figure of agreement rests on: on given segments coders differ about codes only,
in a running text about where a coded passage begins and ends as well.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Literal

import numpy as np
import pandas as pd

from bantar_lib.coding.documents import find_document, read_document
from bantar_lib.coding.log import codings
from bantar_lib.errors import UserError
from bantar_lib.study import Study
from bantar_lib.words import room_words

_ = room_words("coding")

Unit = Literal["segment", "sentence", "character"]
UNCODED = "uncoded"
"""What a coder gave a part of a document that he or she read and left without a code."""

_SHORT = (
    "no nos hlm hal jl jln gg dr drs dra prof ir hj h sdr sdri bpk yth tn ny dkk dll dsb dst tsb "
    "dgn yg kec kel kab kota prov rt rw rp pt cv vol ed cf e.g i.e mr mrs ms st fig p pp a.n u.b "
    "d.a s.d"
)
_ABBREVIATIONS = frozenset(_SHORT.split())
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*\s+|\s*\n\s*")


def sentences(text: str) -> list[tuple[int, int]]:
    r"""Return where the sentences of a text stand, as half-open ranges without outer spaces.

    A sentence ends at ``. ! ? …`` (with closing quotation marks or brackets) before a space, and
    at a line end. It does not end after a single letter ("A. Rahman"), a number ("3. Air"), a
    common abbreviation ("No.", "Jl.", "dkk."), or before a small letter. That is simple on
    purpose: the same for every coder, and easily seen through.

    Parameters
    ----------
    text : str
        From :func:`~.documents.read_document`.

    Examples
    --------
    >>> text = "Ronda aktif di Jl. Mawar. Pos ada?\nAda."
    >>> [text[a:b] for a, b in sentences(text)]
    ['Ronda aktif di Jl. Mawar.', 'Pos ada?', 'Ada.']
    """
    found, start = [], 0
    for match in [*_END.finditer(text), None]:
        end = match.start() if match else len(text)
        if match and "\n" not in match.group():
            before = re.search(r"[\w.]*$", text[max(start, end - 20) : end])
            word = before.group().casefold() if before else ""
            mark = text[end]
            following = text[match.end() : match.end() + 1]
            short = len(word) <= 1 or word.isdigit() or word in _ABBREVIATIONS
            if (mark == "." and short) or following.islower():
                continue
        end = match.end() if match else end
        part = text[start:end]
        left = start + len(part) - len(part.lstrip())
        right = start + len(part.rstrip())
        if left < right:
            found.append((left, right))
        start = end
    return found


def unit_table(
    study: Study, value: str = "code", unit: Unit = "segment", coder: str | None = None
) -> pd.DataFrame:
    """Return units × coders, each cell what the coder gave the unit.

    Parameters
    ----------
    study : Study
        A study with coding logs.
    value : str
        ``code``, ``indicator`` (that the code stands under) or ``valence``.
    unit : str
        ``segment``: of the table segments. ``sentence`` (see :func:`sentences`) or
        ``character``: of the documents in which spans are coded.
    coder : str, optional
        Only this coder's column.

    Returns
    -------
    pandas.DataFrame
        Index segment_id, or ``<document>:<start>`` of the sentence or character. Several codes
        of one unit stand in a cell joined by ``|``. Blank where a coder did not code the
        segment, or nothing in the document; a part of a document that he or she did read is
        ``uncoded`` instead. Logs that settle the codings of others are left out.

    Raises
    ------
    UserError
        For an unknown unit or value, or spans that no longer stand where the log says.
    """
    if unit not in ("segment", "sentence", "character"):
        raise UserError(_("Unknown unit {unit}; choose segment, sentence or character.",
                          unit=unit))  # fmt: skip
    if value not in ("code", "indicator", "valence"):
        raise UserError(_("Unknown value {value}; choose code, indicator or valence.",
                          value=value))  # fmt: skip
    coded = codings(study, coder)
    if coder is None:
        coded = coded[coded["settles"] == ""]
    if unit == "segment":
        coded = coded[coded["segment_id"] != ""]
        groups = coded.groupby(["segment_id", "coder"])[value]
        return groups.agg(lambda v: "|".join(sorted(set(v)))).unstack("coder")
    spans = coded[coded["document"] != ""]
    coders = sorted(set(spans["coder"]))
    parts = [_of_document(study, name, own, value, unit, coders)
             for name, own in spans.groupby("document")]  # fmt: skip
    return pd.concat(parts) if parts else pd.DataFrame(columns=coders)


def _of_document(
    study: Study, name: str, spans: pd.DataFrame, value: str, unit: Unit, coders: list[str]
) -> pd.DataFrame:
    text = read_document(find_document(study, name)).text
    lost = [r for r in spans.itertuples() if text[int(r.start) : int(r.end)] != r.quote]
    if lost:
        raise UserError(
            _("{file} was edited: {n} codings of {coders} no longer stand where the logs say; "
              "confirm their places first.", file=name, n=len(lost),
              coders=", ".join(sorted({r.coder for r in lost})))
        )  # fmt: skip
    ranges = sentences(text) if unit == "sentence" else None
    starts = [a for a, _b in ranges] if ranges else range(len(text))
    frame = pd.DataFrame(index=[f"{name}:{start}" for start in starts], columns=coders, dtype=str)
    for who, own in spans.groupby("coder"):
        marks = list(zip(own["start"].astype(int), own["end"].astype(int), own[value], strict=True))
        given = _by_sentence(ranges, marks) if ranges else _by_character(len(text), marks)
        frame[who] = given
    return frame


def _joined(values: Iterable[str]) -> str:
    return "|".join(sorted(set(values))) or UNCODED


def _by_sentence(ranges: list[tuple[int, int]], marks: list[tuple[int, int, str]]) -> list[str]:
    """Return what each sentence holds: a mark counts for each sentence that it touches."""
    starts, ends = [a for a, _b in ranges], [b for _a, b in ranges]
    held: list[set[str]] = [set() for _range in ranges]
    for start, end, value in marks:
        for n in range(bisect_right(ends, start), bisect_left(starts, end)):
            held[n].add(value)
    return [_joined(values) for values in held]


def _by_character(length: int, marks: list[tuple[int, int, str]]) -> np.ndarray:
    """Return what each character holds, worked out between the ends of marks."""
    edges = sorted({0, length, *(m[0] for m in marks), *(m[1] for m in marks)})
    held: list[set[str]] = [set() for _edge in edges[1:]]
    for start, end, value in marks:
        for n in range(bisect_left(edges, start), bisect_left(edges, end)):
            held[n].add(value)
    labels = np.array([_joined(values) for values in held], dtype=object)
    return np.repeat(labels, np.diff(edges))
