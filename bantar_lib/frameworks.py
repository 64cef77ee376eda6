"""Frameworks of policy implementation: dimensions and indicators, read from data.

A framework is one file, ``data/frameworks/<id>.yml``; no module knows the words of any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Indicator:
    """One thing that evidence is coded to.

    Parameters
    ----------
    id : str
        Path-based identifier, ``dimension.indicator``.
    label, definition : mapping
        By language.
    aliases : tuple of str
        Other labels under which sources name it, in any language.
    include, exclude : mapping
        Rules by language: what is coded here, and what belongs elsewhere.
    anchors : mapping
        By valence (``supports``, ``inhibits``), then by language: a typical example.
    questions : mapping
        Draft interview questions by language, each a tuple of str.
    """

    id: str
    label: Mapping[str, str]
    definition: Mapping[str, str]
    aliases: tuple[str, ...] = ()
    include: Mapping[str, str] = field(default_factory=dict)
    exclude: Mapping[str, str] = field(default_factory=dict)
    anchors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Dimension:
    """A group of indicators."""

    id: str
    label: Mapping[str, str]
    definition: Mapping[str, str]
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class Framework:
    """A framework: an ordered set of dimensions with their indicators."""

    id: str
    version: str
    name: Mapping[str, str]
    source: str
    dimensions: tuple[Dimension, ...]
    path: Path

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators, in the framework's order."""
        return tuple(i for d in self.dimensions for i in d.indicators)

    def indicator(self, key: str) -> Indicator:
        """Return the indicator whose id, label or alias is `key` (case does not matter).

        Raises
        ------
        KeyError
            Where there is none; the message names the nearest.
        """
        wanted = key.casefold().strip()
        for indicator in self.indicators:
            names = (indicator.id, *indicator.label.values(), *indicator.aliases)
            if wanted in {n.casefold() for n in names}:
                return indicator
        raise KeyError(key)


def read_framework(path: Path) -> Framework:
    """Read one framework file."""
    import yaml

    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    dimensions = []
    for d in raw["dimensions"]:
        indicators = tuple(
            Indicator(
                id=f"{d['id']}.{i['id']}",
                label=i["label"],
                definition=i["definition"],
                aliases=tuple(i.get("aliases", ())),
                include=i.get("include", {}),
                exclude=i.get("exclude", {}),
                anchors=i.get("anchors", {}),
                questions={k: tuple(v) for k, v in i.get("questions", {}).items()},
            )
            for i in d["indicators"]
        )
        dimensions.append(Dimension(d["id"], d["label"], d.get("definition", {}), indicators))
    return Framework(
        id=raw["id"],
        version=str(raw["version"]),
        name=raw["name"],
        source=raw["source"],
        dimensions=tuple(dimensions),
        path=path,
    )
