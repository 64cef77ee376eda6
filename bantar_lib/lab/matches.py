"""Paragraphs that hold words of the codebook: word matches, and nothing more."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from bantar_lib.frameworks import Framework, Indicator
from bantar_lib.lab.paragraphs import Paragraph

_LEAST = 5
"""Letters of a word that is looked for: shorter ones are mostly particles."""
_NO_TERMS = """
    adalah antara dalam dalamnya dapat dengan karena lebih mereka sebagai sejauh seperti tetapi
    tidak untuk yang about behind could other should their there these those where which whose
    would
"""
_PARTICLES = frozenset(_NO_TERMS.split())
_MOST_INDICATORS = 2
"""A word that the codebook uses for more indicators than this tells none of them apart."""
_MOST = 20
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Match:
    """A paragraph, by its place in the list, with the words of the codebook that it holds."""

    paragraph: int
    words: tuple[str, ...]


def word_matches(framework: Framework, code: str, text: list[Paragraph]) -> list[Match]:
    r"""Return the paragraphs that hold words by which the codebook describes an indicator.

    Words of its label, other names, definition and rule of inclusion are looked for, in both
    languages, as whole words whatever their case. Words that the codebook uses for more than two
    indicators, and those that stand in over a fifth of the paragraphs, are left out. What is
    meant is not looked at: a paragraph can match and say nothing of the indicator, and the other
    way round.

    Parameters
    ----------
    framework : Framework
        The study's.
    code : str
        An indicator's id.
    text : list of Paragraph
        The document.

    Returns
    -------
    list of Match
        At most 20, those with most different words first.

    Examples
    --------
    >>> from bantar_lib import load_framework
    >>> from bantar_lib.lab.paragraphs import paragraphs
    >>> text = paragraphs("Cuaca cerah.\nKepentingan pemilik kios terganggu.\nSelesai.")
    >>> framework = load_framework("grindle")
    >>> [m.paragraph for m in word_matches(framework, framework.indicators[0].id, text)]
    [1]
    """
    wanted = _terms(framework, code)
    held = [wanted & {w.casefold() for w in _WORD.findall(p.text)} for p in text]
    often = Counter(word for words in held for word in words)
    common = {w for w, n in often.items() if n > max(3, len(text) / 5)}
    found = [Match(n, tuple(sorted(words - common))) for n, words in enumerate(held)]
    ranked = sorted((m for m in found if m.words), key=lambda m: (-len(m.words), m.paragraph))
    return ranked[:_MOST]


def _terms(framework: Framework, code: str) -> set[str]:
    words = {i.id: _words(i) for i in framework.indicators}
    used = Counter(word for own in words.values() for word in own)
    return {w for w in words.get(code, set()) if used[w] <= _MOST_INDICATORS}


def _words(indicator: Indicator) -> set[str]:
    texts = [*indicator.label.values(), *indicator.aliases, *indicator.definition.values(),
             *indicator.include.values()]  # fmt: skip
    found = (w.casefold() for text in texts for w in _WORD.findall(text))
    return {w for w in found if len(w) >= _LEAST} - _PARTICLES
