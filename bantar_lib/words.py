"""The words of every message and page, in the user's language.

English is written in the code; Indonesian stands in ``locale/id/<room>.po``, one catalogue per
room of the library. Nothing is compiled: a catalogue is read when its first word is needed.
"""

from __future__ import annotations

import locale
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = ("id", "en")
_CATALOGUES = Path(__file__).parent / "locale"
_current: ContextVar[str | None] = ContextVar("bantar_language", default=None)


def user_language() -> str:
    """Return the language of the user's system: ``id`` for an Indonesian one, else ``en``.

    Examples
    --------
    >>> user_language() in LANGUAGES
    True
    """
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG"):
        if value := os.environ.get(name):
            return "id" if value.lower().startswith(("id", "in_")) else "en"
    code = locale.getlocale()[0] or ""
    return "id" if code.lower().startswith(("id", "indonesia")) else "en"


def current_language() -> str:
    """Return the language in which words are given now."""
    return _current.get() or user_language()


@contextmanager
def language(lang: str) -> Iterator[None]:
    """Give words in `lang` (``id`` or ``en``) inside a ``with`` block.

    Raises
    ------
    ValueError
        For another language.

    Examples
    --------
    >>> with language("id"):
    ...     current_language()
    'id'
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang: {lang!r} is not one of {', '.join(LANGUAGES)}")
    token = _current.set(lang)
    try:
        yield
    finally:
        _current.reset(token)


@cache
def _catalogue(lang: str, room: str) -> dict[str, str]:
    path = _CATALOGUES / lang / f"{room}.po"
    if not path.exists():
        return {}
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        catalogue = read_po(file, locale=lang)
    words: dict[str, str] = {}
    for message in catalogue:
        # A message with a plural holds both forms; Indonesian has one, and we look up by the first.
        english, told = ((t,) if isinstance(t, str) else tuple(t or ())
                         for t in (message.id, message.string))  # fmt: skip
        if english and english[0] and told and told[0] and not message.fuzzy:
            words[english[0]] = told[0]
    return words


def room_words(room: str, *, escape: Callable[[str], str] | None = None) -> Callable[..., str]:
    """Return the word-giver of one room.

    Parameters
    ----------
    room : str
        The catalogue's name: ``locale/id/<room>.po``.
    escape : callable, optional
        Put over each value that is text, where what is said is markup and the data are not.

    Returns
    -------
    callable
        ``_(english, **values)`` gives the text in the current language with `values` put in by
        :meth:`str.format`. With ``n=`` and ``plural=`` the plural form is chosen.

    Examples
    --------
    >>> _ = room_words("study")
    >>> with language("en"):
    ...     _("{n} fault", plural="{n} faults", n=3)
    '3 faults'
    """

    def give(english: str, *, plural: str = "", **values: object) -> str:
        lang = current_language()
        text = _catalogue(lang, room).get(english) if lang != "en" else None
        if text is None:
            text = plural if plural and values.get("n") != 1 else english
        if escape:
            values = {k: escape(v) if isinstance(v, str) else v for k, v in values.items()}
        return text.format(**values) if values else text

    return give


_said_by_argparse = room_words("argparse")
_ARGPARSE = (
    "usage: ", "positional arguments", "options", "show this help message and exit",
    "%(prog)s: error: %(message)s\n",
    "argument %(argument_name)s: %(message)s", "unrecognized arguments: %s",
    "the following arguments are required: %s", "one of the arguments %s is required",
    "not allowed with argument %s", "ignored explicit argument %r",
    "invalid choice: %(value)r (choose from %(choices)s)", "invalid %(type)s value: %(value)r",
    "ambiguous option: %(option)s could match %(matches)s", "expected one argument",
    "expected at least one argument", "expected at most one argument", "expected %s argument",
)  # fmt: skip
"""What argparse says to a user; the catalogue ``argparse`` holds nothing else."""


@contextmanager
def translated_argparse() -> Iterator[None]:
    """Let argparse say its own words in the current language inside a ``with`` block.

    It looks them up through two functions of its module, as gettext has them.
    """
    import argparse

    own = {name: vars(argparse)[name] for name in ("_", "ngettext")}
    vars(argparse).update(
        _=_said_by_argparse,
        ngettext=lambda one, many, n: _said_by_argparse(one, plural=many, n=n),
    )
    try:
        yield
    finally:
        vars(argparse).update(own)


def speak(lang: str) -> None:
    """Give words in `lang` from here on; what a notebook calls once, at its top.

    Raises
    ------
    ValueError
        For a language that is not one of :data:`LANGUAGES`.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang: {lang!r} is not one of {', '.join(LANGUAGES)}")
    _current.set(lang)


def number(value: float, digits: int = 0) -> str:
    """Write a number as the current language does.

    Examples
    --------
    >>> with language("id"):
    ...     number(1562), number(0.5, 1)
    ('1.562', '0,5')
    """
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, pattern, locale=current_language()).replace("-", "−")


def percent(share: float, digits: int = 0) -> str:
    """Write a share between 0 and 1 as a percentage.

    Examples
    --------
    >>> with language("id"):
    ...     percent(0.577, 1)
    '57,7%'
    """
    from babel.numbers import format_percent

    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    return format_percent(share, pattern, locale=current_language()).replace("-", "−")


def listing(items: list[str]) -> str:
    """Join names as the current language does: ``a, b, dan c``.

    Examples
    --------
    >>> with language("en"):
    ...     listing(["a", "b"])
    'a and b'
    """
    from babel.lists import format_list

    if any("," in item for item in items):  # commas inside would blur where an item ends
        return "; ".join(items)
    return format_list(items, locale=current_language())
