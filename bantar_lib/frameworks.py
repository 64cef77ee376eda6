"""Frameworks of policy implementation: dimensions and indicators, read from data.

A framework is one file, ``data/frameworks/<id>.yml``; no module knows the words of any of them.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bantar_lib.errors import UserError
from bantar_lib.places import data_folders
from bantar_lib.words import LANGUAGES, room_words
from bantar_lib.yaml_file import Entries, fault, read_yaml

if TYPE_CHECKING:
    import pandas as pd

_ = room_words("frameworks")

ANCHORED = ("supports", "inhibits")
"""The valences for which an indicator has an example."""

_FRAMEWORK_KEYS = ("id", "version", "name", "source", "guide", "dimensions")
_DIMENSION_KEYS = ("id", "label", "aliases", "definition", "indicators")
_INDICATOR_KEYS = ("id", "label", "aliases", "definition", "include", "exclude", "anchors",
                   "questions")  # fmt: skip
_HASH_LENGTH = 12


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
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Framework:
    """A framework: an ordered set of dimensions with their indicators.

    Parameters
    ----------
    id, version, source : str
        The file's name without its ending; the codebook's version; the work it is taken from.
    name : mapping
        By language.
    dimensions : tuple of Dimension
        In the framework's order.
    path : Path
        The file it was read from.
    guide : mapping
        How to code with it and read the result, by language.
    content_hash : str
        First 12 hexadecimal digits of the file's SHA-256, for provenance. Line ends do not
        matter, so that a checkout on Windows has the same.
    """

    id: str
    version: str
    name: Mapping[str, str]
    source: str
    dimensions: tuple[Dimension, ...]
    path: Path
    guide: Mapping[str, str] = field(default_factory=dict)
    content_hash: str = ""

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators, in the framework's order."""
        return tuple(i for d in self.dimensions for i in d.indicators)

    def indicator(self, key: str) -> Indicator:
        """Return the indicator whose id, label or alias is `key` (case does not matter).

        Raises
        ------
        UserError
            Where there is none; the message names the nearest.

        Examples
        --------
        >>> load_framework("grindle").indicator("tipe manfaat").label["en"]
        'Type of benefits'
        """
        found = _named(self.indicators, key)
        if found is None:
            raise UserError(
                _("{framework}: no indicator is called “{key}”; {hint}",
                  framework=self.id, key=key, hint=_hint(self.indicators, key)))  # fmt: skip
        return found

    def dimension(self, key: str) -> Dimension:
        """Return the dimension whose id, label or alias is `key` (case does not matter).

        Raises
        ------
        UserError
            Where there is none; the message names the nearest.

        Examples
        --------
        >>> load_framework("edwards").dimension("KOMUNIKASI").label["en"]
        'Communication'
        """
        found = _named(self.dimensions, key)
        if found is None:
            raise UserError(
                _("{framework}: no dimension is called “{key}”; {hint}",
                  framework=self.id, key=key, hint=_hint(self.dimensions, key)))  # fmt: skip
        return found


_Item = TypeVar("_Item", Dimension, Indicator)


def _names(item: Dimension | Indicator) -> tuple[str, ...]:
    return (item.id, *item.label.values(), *item.aliases)


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())


def _named(items: Iterable[_Item], key: str) -> _Item | None:
    wanted = _fold(key)
    return next((i for i in items if wanted in map(_fold, _names(i))), None)


def _nearest(word: str, known: Iterable[str]) -> str:
    by_fold = {_fold(k): k for k in known}
    found = difflib.get_close_matches(_fold(word), by_fold, n=1)
    return by_fold[found[0]] if found else ""


def _hint(items: Iterable[Dimension | Indicator], key: str) -> str:
    owner = {name: item.id for item in items for name in _names(item)}
    near = _nearest(key, owner)
    if not near:
        return _("known: {known}.", known=", ".join(dict.fromkeys(owner.values())))
    if near == owner[near]:
        return _("did you mean “{near}”?", near=near)
    return _("did you mean “{near}” ({id})?", near=near, id=owner[near])


@dataclass
class _Reader:
    """Turns the entries of one file into a framework, or says which line is at fault."""

    path: Path
    owners: dict[str, str] = field(default_factory=dict)
    """Folded name → id of the indicator that has it."""

    def missing(self, entries: Entries, key: str, place: str) -> UserError:
        message = _("{place}: “{key}” is missing or empty; add it.", place=place, key=key)
        return fault(self.path, entries.line, message)

    def known_keys(self, entries: Entries, known: Collection[str], place: str) -> None:
        for key in entries:
            if key not in known:
                near = _nearest(str(key), known)
                hint = _("known: {known}.", known=", ".join(known))
                if near:
                    hint = _("did you mean “{near}”?", near=near)
                message = _("{place}: unknown key “{key}”; {hint}", place=place, key=key, hint=hint)
                raise fault(self.path, entries.line, message)

    def text(self, entries: Entries, key: str, place: str) -> str:
        value = entries.get(key)
        if value is None or value == "":
            raise self.missing(entries, key, place)
        if not isinstance(value, str):
            not_text = _("{place}: “{key}” is not text; put its value in quotation marks.",
                         place=place, key=key)  # fmt: skip
            raise fault(self.path, entries.line, not_text)
        return value.strip()

    def group(self, entries: Entries, key: str, place: str, known: Collection[str]) -> Entries:
        """Return the entries under `key`, all of them `known`."""
        value = entries.get(key)
        if not isinstance(value, Entries):
            raise self.missing(entries, key, place)
        self.known_keys(value, known, f"{place}: {key}")
        return value

    def texts(self, entries: Entries, key: str, place: str) -> dict[str, str]:
        """Return the text under `key` in every language."""
        found = self.group(entries, key, place, LANGUAGES)
        return {lang: self.text(found, lang, f"{place}: {key}") for lang in LANGUAGES}

    def some_texts(self, entries: Entries, key: str, place: str) -> dict[str, str]:
        """Return the same for a key that may be left out."""
        return self.texts(entries, key, place) if key in entries else {}

    def listed(self, entries: Entries, key: str, place: str) -> tuple[str, ...]:
        value = entries[key]
        if not value:
            raise self.missing(entries, key, place)
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            message = _(
                "{place}: “{key}” is not a list of texts; begin each line with “- ” and put a "
                "text with a colon in quotation marks.",
                place=place,
                key=key,
            )
            raise fault(self.path, entries.line, message)
        return tuple(v.strip() for v in value)

    def aliases(self, entries: Entries, place: str) -> tuple[str, ...]:
        return self.listed(entries, "aliases", place) if "aliases" in entries else ()

    def items(self, entries: Entries, key: str, place: str) -> dict[str, Entries]:
        """Return the entries listed under `key`, by id."""
        value = entries.get(key)
        if not value or not isinstance(value, list):
            raise self.missing(entries, key, place)
        found: dict[str, Entries] = {}
        for item in value:
            if not isinstance(item, Entries):
                raise self.missing(entries, "id", f"{place}: {key}")
            name = self.text(item, "id", f"{place}: {key}")
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                message = _(
                    "{place}: the id “{id}” must begin with a small letter and hold only small "
                    "letters, digits and “_”; change it.",
                    place=place,
                    id=name,
                )
                raise fault(self.path, item.line, message)
            if name in found:
                twice = _("{place}: the id “{id}” stands in line {line} already; change one.",
                          place=place, id=name, line=found[name].line)  # fmt: skip
                raise fault(self.path, item.line, twice)
            found[name] = item
        return found

    def claim(self, item: Dimension | Indicator, line: int) -> None:
        """Note the item's names, or say who has one of them already."""
        for name in _names(item):
            owner = self.owners.setdefault(_fold(name), item.id)
            if owner != item.id:
                twice = _("{place}: “{name}” names {owner} already; keep it in one of the two.",
                          place=item.id, name=name, owner=owner)  # fmt: skip
                raise fault(self.path, line, twice)

    def indicator(self, entries: Entries, place: str) -> Indicator:
        self.known_keys(entries, _INDICATOR_KEYS, place)
        anchors, questions = {}, {}
        if "anchors" in entries:
            examples = self.group(entries, "anchors", place, ANCHORED)
            anchors = {v: self.texts(examples, v, f"{place}: anchors") for v in examples}
        if "questions" in entries:
            asked = self.group(entries, "questions", place, LANGUAGES)
            for lang in LANGUAGES:
                if lang not in asked:
                    raise self.missing(asked, lang, f"{place}: questions")
                questions[lang] = self.listed(asked, lang, f"{place}: questions")
        indicator = Indicator(
            id=place,
            label=self.texts(entries, "label", place),
            definition=self.texts(entries, "definition", place),
            aliases=self.aliases(entries, place),
            include=self.some_texts(entries, "include", place),
            exclude=self.some_texts(entries, "exclude", place),
            anchors=anchors,
            questions=questions,
        )
        self.claim(indicator, entries.line)
        return indicator

    def dimension(self, entries: Entries, name: str) -> Dimension:
        self.known_keys(entries, _DIMENSION_KEYS, name)
        return Dimension(
            id=name,
            label=self.texts(entries, "label", name),
            definition=self.texts(entries, "definition", name),
            indicators=tuple(
                self.indicator(part, f"{name}.{key}")
                for key, part in self.items(entries, "indicators", name).items()
            ),
            aliases=self.aliases(entries, name),
        )

    def framework(self) -> Framework:
        entries = read_yaml(self.path)
        stem = self.path.stem
        self.known_keys(entries, _FRAMEWORK_KEYS, stem)
        if (name := self.text(entries, "id", stem)) != stem:
            message = _("the id is “{id}” but the file is called “{file}”; give both one name.",
                        id=name, file=stem)  # fmt: skip
            raise fault(self.path, entries.line, message)
        parts = self.items(entries, "dimensions", name)
        dimensions = tuple(self.dimension(part, key) for key, part in parts.items())
        # A dimension may share a name with an indicator, but not with another dimension.
        self.owners.clear()
        for dimension in dimensions:
            self.claim(dimension, parts[dimension.id].line)
        content = self.path.read_bytes().replace(b"\r\n", b"\n")
        return Framework(
            id=name,
            version=self.text(entries, "version", name),
            name=self.texts(entries, "name", name),
            source=self.text(entries, "source", name),
            dimensions=dimensions,
            path=self.path,
            guide=self.some_texts(entries, "guide", name),
            content_hash=hashlib.sha256(content).hexdigest()[:_HASH_LENGTH],
        )


def read_framework(path: Path) -> Framework:
    """Read and check one framework file.

    Parameters
    ----------
    path : Path
        A YAML file named ``<id>.yml``. Every text stands in both languages.

    Returns
    -------
    Framework

    Raises
    ------
    UserError
        For a file that cannot be read as YAML, a missing or unknown key, a missing language, or
        an id or alias that is used twice. It names file, line, place and remedy.

    Examples
    --------
    >>> from bantar_lib.places import shared_folder
    >>> len(read_framework(shared_folder("data") / "frameworks" / "grindle.yml").indicators)
    9
    """
    if not path.is_file():
        raise UserError(_("{path}: no such framework file; check the path.", path=path))
    return _Reader(path).framework()


def load_framework(name_or_path: str | Path, *, folders: Sequence[Path] = ()) -> Framework:
    """Open a framework by its name or by the path of its file.

    Parameters
    ----------
    name_or_path : str or Path
        A file, or the name of one without ``.yml``.
    folders : sequence of Path, optional
        Where a name is sought first, such as the folder of a study that brings its own. After
        them come the folders ``frameworks`` of :func:`bantar_lib.places.data_folders`.

    Returns
    -------
    Framework

    Raises
    ------
    UserError
        Where there is none: it lists the places sought and the names that exist. Also what
        :func:`read_framework` raises.

    Examples
    --------
    >>> [d.id for d in load_framework("edwards").dimensions]
    ['communication', 'resources', 'dispositions', 'structure']
    """
    if Path(name_or_path).is_file():
        return read_framework(Path(name_or_path))
    shelves = [folder / "frameworks" for folder in data_folders()]
    for folder in (*folders, *shelves):
        if (folder / f"{name_or_path}.yml").is_file():
            return read_framework(folder / f"{name_or_path}.yml")
    # Only a shelf holds nothing but frameworks; a study's folder has other YAML files.
    known = sorted({path.stem for shelf in shelves for path in shelf.glob("*.yml")})
    raise UserError(
        _("no framework “{name}”; sought in {places}. {hint}",
          name=name_or_path, places=", ".join(map(str, (*folders, *shelves))),
          hint=_("Existing ones: {known}.", known=", ".join(known)) if known
          else _("None exists there yet."))
    )  # fmt: skip


def codebook(framework: Framework, lang: str) -> pd.DataFrame:
    """Lay a framework out as a table, for a page or a workbook.

    Parameters
    ----------
    framework : Framework
        Any.
    lang : {"id", "en"}
        Language of the texts.

    Returns
    -------
    pandas.DataFrame
        One row an indicator, in the framework's order; columns dimension (its label), indicator
        (id), label, definition, include, exclude, anchor_supports, anchor_inhibits. What the
        framework does not give is ``""``.

    Raises
    ------
    ValueError
        For another language.

    Examples
    --------
    >>> table = codebook(load_framework("van_meter_van_horn"), "en")
    >>> table.shape
    (6, 8)
    """
    import pandas as pd

    if lang not in LANGUAGES:
        raise ValueError(f"lang: {lang!r} is not one of {', '.join(LANGUAGES)}")
    return pd.DataFrame(
        [
            {
                "dimension": d.label[lang],
                "indicator": i.id,
                "label": i.label[lang],
                "definition": i.definition[lang],
                "include": i.include.get(lang, ""),
                "exclude": i.exclude.get(lang, ""),
                **{f"anchor_{v}": i.anchors.get(v, {}).get(lang, "") for v in ANCHORED},
            }
            for d in framework.dimensions
            for i in d.indicators
        ]
    )
