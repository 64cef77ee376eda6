"""The codes of a study as other programs hold them: a tree with valence as sub-codes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bantar_lib.exchange.release import Coding, Released
from bantar_lib.frameworks import Framework, Indicator
from bantar_lib.study import Study
from bantar_lib.study.tables import VALENCES
from bantar_lib.words import LANGUAGES, current_language, language, room_words

_ = room_words("exchange")

MARK = " » "
"""Stands between a code and a valence in the name of a sub-code."""
_SPACE = uuid.UUID("6f2a1d0e-1c58-5b7c-9a57-2f8f0b1f5c11")
_COLOURS = {"supports": "#0072B2", "inhibits": "#D55E00", "mixed": "#CC79A7", "neutral": "#999999"}


def guid(*names: str) -> str:
    """Return the identifier of a thing: the same names always give the same one.

    Examples
    --------
    >>> guid("code", "grindle", "a") == guid("code", "grindle", "a")
    True
    """
    return str(uuid.uuid5(_SPACE, "\x1f".join(names)))


def valence_words(lang: str) -> dict[str, str]:
    """Return the word for each valence.

    Examples
    --------
    >>> valence_words("id")["supports"]
    'mendukung'
    """
    with language(lang):
        return {
            "supports": _("supports"),
            "inhibits": _("inhibits"),
            "mixed": _("mixed"),
            "neutral": _("neutral"),
        }


def valence_of(word: str) -> str:
    """Return the valence that a word of either language names, or ``""``.

    Examples
    --------
    >>> valence_of("Menghambat"), valence_of("good")
    ('inhibits', '')
    """
    plain = word.strip().casefold()
    for lang in LANGUAGES:
        for valence, said in valence_words(lang).items():
            if plain in (said.casefold(), valence):
                return valence
    return ""


@dataclass(frozen=True)
class CodeNode:
    """A code with its sub-codes; `key` is (code, valence) as a coding has them, or ``None``."""

    guid: str
    name: str
    codable: bool
    description: str = ""
    colour: str = ""
    below: tuple[CodeNode, ...] = ()
    keys: tuple[tuple[str, str, str], ...] = ()  # (coder, code, valence); coder "" is any


def code_tree(study: Study, leaves: Released) -> tuple[CodeNode, ...]:
    """Return a study's codes: dimensions, indicators, valences, and emergent codes that leave.

    Parameters
    ----------
    study : Study
        The study; the language is the current one.
    leaves : Released
        Its released codings, which say which emergent codes may leave.
    """
    framework, lang = study.framework, current_language()
    emergent = list(_emergent(study, leaves))
    dimensions = tuple(
        CodeNode(
            guid("code", framework.id, dimension.id),
            dimension.label[lang],
            False,
            dimension.definition[lang],
            below=tuple(
                _indicator(framework, i, [node for above, node in emergent if above == i.id])
                for i in dimension.indicators
            ),
        )
        for dimension in framework.dimensions
    )
    return (*dimensions, *(node for above, node in emergent if not above))


def _indicator(framework: Framework, item: Indicator, emergent: Sequence[CodeNode]) -> CodeNode:
    lang = current_language()
    description = "\n".join(
        [item.id, item.definition[lang], *(t[lang] for t in (item.include, item.exclude) if t)]
    )
    own = guid("code", framework.id, item.id)
    below = _valences(item.label[lang], (framework.id, item.id), (("", item.id),), VALENCES)
    keys = (("", item.id, ""),)
    return CodeNode(own, item.label[lang], True, description, "", (*below, *emergent), keys)


def _valences(
    name: str,
    names: tuple[str, ...],
    owners: tuple[tuple[str, str], ...],
    valences: Sequence[str],
) -> tuple[CodeNode, ...]:
    words = valence_words(current_language())
    return tuple(
        CodeNode(
            guid("code", *names, valence),
            f"{name}{MARK}{words[valence]}",
            True,
            colour=_COLOURS[valence],
            keys=tuple((coder, code, valence) for coder, code in owners),
        )
        for valence in valences
    )


def _emergent(study: Study, leaves: Released) -> Iterator[tuple[str, CodeNode]]:
    """Yield each emergent code with the indicator it stands under.

    Coders who call a code of one identifier by one name share it; else each has his or her own.
    """
    indicators = {i.id for i in study.framework.indicators}
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for (coder, code), made in leaves.codes.items():
        groups.setdefault((code, made.label), []).append((coder, code))
    for (code, label), owners in sorted(groups.items()):
        shared = sum(other == code for other, _label in groups) == 1
        names = ("emergent", study.id, code) if shared else ("emergent", study.id, code, label)
        mine = [c for c in leaves.codings if (c.coder, c.code) in owners]
        used = [v for v in VALENCES if any(c.valence == v for c in mine)]
        above = next((c.indicator for c in mine if c.indicator in indicators), "")
        memos = dict.fromkeys(leaves.codes[o].memo for o in owners)
        description = "\n".join([code, *(m for m in memos if m)])
        below = _valences(label, names, tuple(owners), used)
        keys = tuple((coder, c, "") for coder, c in owners)
        yield above, CodeNode(guid("code", *names), label, True, description, "", below, keys)


def code_guids(nodes: Sequence[CodeNode]) -> dict[tuple[str, str, str], str]:
    """Return (coder, code, valence) → identifier; for an indicator the coder is ``""``."""
    found: dict[tuple[str, str, str], str] = {}
    for node in nodes:
        found.update(dict.fromkeys(node.keys, node.guid))
        found.update(code_guids(node.below))
    return found


def guid_of(coding: Coding, guids: dict[tuple[str, str, str], str]) -> str:
    """Return the identifier of the code that a coding gives."""
    for coder in (coding.coder, ""):
        for valence in (coding.valence, ""):
            if (coder, coding.code, valence) in guids:
                return guids[coder, coding.code, valence]
    raise KeyError(coding.code)


def known_codes(framework: Framework) -> dict[str, tuple[str, str]]:
    """Return what this library calls its codes: identifier → (indicator, valence).

    Examples
    --------
    >>> from bantar_lib import load_framework
    >>> framework = load_framework("grindle")
    >>> first = framework.indicators[0].id
    >>> known_codes(framework)[guid("code", framework.id, first)] == (first, "")
    True
    """
    known: dict[str, tuple[str, str]] = {}
    for item in framework.indicators:
        known[guid("code", framework.id, item.id)] = (item.id, "")
        for valence in VALENCES:
            known[guid("code", framework.id, item.id, valence)] = (item.id, valence)
    return known
