"""Which signs of a report no font of the PDF holds: they would show as boxes, without a word."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from bantar_lib.words import listing, room_words

_ = room_words("publish")
_MOST = 8
"""Signs that a warning names at most."""
_SERIF = ("LATIN", "GREEK", "CYRILLIC", "HEBREW")
"""Scripts of Libertinus Serif, which typst carries and gives no list of; DejaVu Sans has a list."""


def boxes(text: str, fonts: Path) -> list[str]:
    """Return the signs of a text that show as boxes, in order.

    Parameters
    ----------
    text : str
    fonts : Path
        The folder of ``DejaVuSans.ttf``, as matplotlib brings it.
    """
    from matplotlib.ft2font import FT2Font

    held = FT2Font(str(fonts / "DejaVuSans.ttf")).get_charmap()
    return sorted(sign for sign in set(text) if ord(sign) not in held and _shows(sign))


def _shows(sign: str) -> bool:
    seen = unicodedata.category(sign)[0] in "LMNPS"
    return seen and _script(sign) not in _SERIF


def _script(sign: str) -> str:
    return unicodedata.name(sign, "").split(" ")[0]


def boxes_told(signs: list[str], name: str) -> str:
    """Return one line on these signs, with their scripts and the remedy."""
    scripts = sorted({_script(s).title() for s in signs if unicodedata.category(s)[0] in "LM"})
    told = " ".join(signs[:_MOST]) + (" …" if len(signs) > _MOST else "")
    if scripts := [s for s in scripts if s]:
        told += f" ({listing(scripts)})"
    return _("{file}: no font of the PDF holds {signs}, which shows as boxes. Write it in Latin "
             "letters, or take docx or html, which use the fonts of the reader's machine.",
             file=name, signs=told)  # fmt: skip
