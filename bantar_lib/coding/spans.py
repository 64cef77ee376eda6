"""Spans: a stretch of a document that is found again after the document was edited.

A place is counted in Unicode code points over the text as :func:`~.documents.read_document` gives
it (no byte-order mark, every line end a newline), from `start` up to but without `end`. Beside the
place a span keeps its words and what stands around them, so that an edit elsewhere loses nothing.
Nothing moves by itself: what is found at another place is a proposal that a person confirms.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bantar_lib.errors import UserError
from bantar_lib.words import room_words

_ = room_words("coding")

AROUND = 32
"""Characters kept before and after a quote."""
SPAN_KEYS = ("document", "sha256", "start", "end", "quote", "prefix", "suffix")

Status = Literal["exact", "moved", "ambiguous", "changed", "lost"]

# What bounds the search for changed words, whatever the length of document and quote.
_MOST_PLACES = 1000
_MOST_WINDOWS = 8
_MOST_TOKENS = 400
_LIKE_ENOUGH = 0.5
_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Candidate:
    """A place that may be the one meant; `score` runs from 0 (nothing alike) to 1 (the same)."""

    start: int
    end: int
    score: float


@dataclass(frozen=True)
class Found:
    """Where a span stands in a text.

    Parameters
    ----------
    status : str
        ``exact``: where it was. ``moved``: the same words elsewhere, and only one place fits.
        ``ambiguous``: the same words at several places. ``changed``: similar words, or a short
        quote in quite other surroundings. ``lost``: nothing like it.
    start, end : int or None
        The place, or the best proposal; None where ambiguous or lost.
    candidates : tuple of Candidate
        All proposals, the likeliest first.
    """

    status: Status
    start: int | None = None
    end: int | None = None
    candidates: tuple[Candidate, ...] = ()


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text as UTF-8.

    Examples
    --------
    >>> text_hash("RT")[:8]
    '3165be96'
    """
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def anchor(text: str, start: int, end: int, *, document: str = "") -> dict[str, Any]:
    """Return the span of ``text[start:end]``, as a coding log keeps it.

    Parameters
    ----------
    text : str
        The whole document.
    start, end : int
        Code points, half-open.
    document : str
        The document's file name.

    Returns
    -------
    dict
        document, sha256 (of the whole text), start, end, quote, prefix and suffix (of up to 32
        characters).

    Raises
    ------
    UserError
        For a place outside the text, or one that holds no words.

    Examples
    --------
    >>> span = anchor("The night watch is active.", 4, 15)
    >>> span["quote"], span["prefix"], span["suffix"]
    ('night watch', 'The ', ' is active.')
    """
    if not 0 <= start < end <= len(text):
        raise UserError(
            _("The place {start}–{end} does not lie in {document}, which has {n} characters.",
              start=start, end=end, document=document or "–", n=len(text)))  # fmt: skip
    quote = text[start:end]
    if not quote.strip():
        raise UserError(_("The place {start}–{end} of {document} holds no words; mark some.",
                          start=start, end=end, document=document or "–"))  # fmt: skip
    return {
        "document": document,
        "sha256": text_hash(text),
        "start": start,
        "end": end,
        "quote": quote,
        "prefix": text[max(0, start - AROUND) : start],
        "suffix": text[end : end + AROUND],
    }


def find_again(span: Mapping[str, Any], text: str) -> Found:
    """Find a span in a text that may have been edited since.

    The old place is tried first, then the same words with what stood around them, then similar
    words (difflib, over a bounded number of windows): the last only as a proposal.

    Parameters
    ----------
    span : mapping
        From :func:`anchor`.
    text : str
        The document as it is now.

    Returns
    -------
    Found

    Examples
    --------
    >>> span = anchor("The night watch is active.", 4, 15)
    >>> find_again(span, "They say: The night watch is active.").status
    'moved'
    >>> find_again(span, "The night-watch is active.").status
    'changed'
    """
    start, end, quote = int(span["start"]), int(span["end"]), str(span["quote"])
    prefix, suffix = str(span.get("prefix", "")), str(span.get("suffix", ""))
    at_home = text[start:end] == quote
    if at_home and (span.get("sha256") == text_hash(text) or _fits(text, start, end, span) == 1):
        return Found("exact", start, end, (Candidate(start, end, 1.0),))
    places = [
        Candidate(s, s + len(quote), _fits(text, s, s + len(quote), span))
        for s in _places(text, quote)
    ]
    places.sort(key=lambda c: (-c.score, abs(c.start - start)))
    whole = [c for c in places if c.score == 1]
    if len(places) == 1 or len(whole) == 1:
        one = places[0]
        status: Status = "exact" if one.start == start else "moved"
        if status == "moved" and one.score < 0.1 and len(quote) < AROUND // 2:
            status = "changed"  # a word or two in quite other surroundings may be others
        return Found(status, one.start, one.end, tuple(places[:_MOST_WINDOWS]))
    if places:
        return Found("ambiguous", candidates=tuple(places[:_MOST_WINDOWS]))
    near = [*_between(text, quote, prefix, suffix), *_alike(text, quote)]
    unique = {(c.start, c.end): c for c in sorted(near, key=lambda c: c.score)}
    ranked = sorted(unique.values(), key=lambda c: (-c.score, abs(c.start - start)))
    if not ranked:
        return Found("lost")
    return Found("changed", ranked[0].start, ranked[0].end, tuple(ranked[:_MOST_WINDOWS]))


def _places(text: str, part: str) -> Iterator[int]:
    """Yield where `part` begins in `text`, up to a bound."""
    place, n = text.find(part), 0
    while place >= 0 and n < _MOST_PLACES:
        yield place
        place, n = text.find(part, place + 1), n + 1


def _fits(text: str, start: int, end: int, span: Mapping[str, Any]) -> float:
    """Return the share of the characters around a quote that are still what they were.

    They are compared outwards from the quote. Where a side was the document's end, nothing need
    stand there.
    """
    prefix, suffix = str(span.get("prefix", "")), str(span.get("suffix", ""))
    before, after = text[max(0, start - len(prefix)) : start], text[end : end + len(suffix)]
    same = _same_start(prefix[::-1], before[::-1]) + _same_start(suffix, after)
    return same / (len(prefix) + len(suffix)) if prefix or suffix else 1.0


def _same_start(one: str, other: str) -> int:
    for n, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return n
    return min(len(one), len(other))


def _between(text: str, quote: str, prefix: str, suffix: str) -> Iterator[Candidate]:
    """Yield what now stands between the old surroundings of a quote: its words were rewritten."""
    if min(len(prefix), len(suffix)) < AROUND // 2:
        return  # too little around it to recognise a place by
    for n, place in enumerate(_places(text, prefix)):
        if n == _MOST_WINDOWS:
            return
        start = place + len(prefix)
        end = text.find(suffix, start, start + 3 * len(quote) + 2 * AROUND + len(suffix))
        if end > start and text[start:end].strip():
            likeness = difflib.SequenceMatcher(
                None, quote[:_MOST_TOKENS], text[start:end][:_MOST_TOKENS], autojunk=False
            ).ratio()
            # Untouched surroundings count for a half, however new the words are.
            yield Candidate(start, end, round(0.5 + likeness / 2, 3))


def _alike(text: str, quote: str) -> Iterator[Candidate]:
    """Yield stretches that share most words with a quote."""
    wanted = [m.group() for m in _TOKEN.finditer(quote)][:_MOST_TOKENS]
    tokens = list(_TOKEN.finditer(text))
    # Each rare word of the quote that the text has votes for the place where it would put the
    # quote's first word; only the places with most votes are looked at closely.
    where: dict[str, list[int]] = {}
    for j, match in enumerate(tokens):
        where.setdefault(match.group(), []).append(j)
    votes: Counter[int] = Counter()
    for i, word in enumerate(wanted):
        found = where.get(word, [])
        if len(found) <= 50:
            votes.update((j - i) // 4 for j in found)
    for bucket, _n in votes.most_common(_MOST_WINDOWS):
        low = max(0, bucket * 4 - 8)
        window = tokens[low : bucket * 4 + len(wanted) + 12]
        if candidate := _compare(wanted, window):
            yield candidate


def _compare(wanted: list[str], window: list[re.Match[str]]) -> Candidate | None:
    """Return the stretch of a window that matches the wanted words, if enough of it does."""
    words = [m.group() for m in window]
    blocks = difflib.SequenceMatcher(None, wanted, words, autojunk=False).get_matching_blocks()[:-1]
    if not blocks:
        return None
    # What stands before the first and after the last match in the quote has changed; as many
    # words are taken in its stead.
    first = max(0, blocks[0].b - blocks[0].a)
    last = min(len(words), blocks[-1].b + len(wanted) - blocks[-1].a)
    kept = sum(len(w) for b in blocks for w in wanted[b.a : b.a + b.size])
    size = sum(map(len, wanted)) + sum(map(len, words[first:last]))
    score = round(2 * kept / size, 3)
    if score < _LIKE_ENOUGH:
        return None
    return Candidate(window[first].start(), window[last - 1].end(), score)
