"""Numbers as people write them: thousands points, decimal commas, and what is unclear."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from bantar_lib.words import room_words

_ = room_words("study")

_SPACES = re.compile(r"(?<=[0-9])[ \u00a0\u202f\u2009'’](?=[0-9]{3}(?![0-9]))")
_PLAIN = re.compile(r"[+-]?[0-9]+")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?:,[0-9]{3})+)")
_DECIMAL = re.compile(r"([+-]?[0-9]*)[.,]([0-9]+)")
_GROUPED_DECIMAL = re.compile(
    r"([+-]?[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+(?=,)|(?:,[0-9]{3})+(?=\.)))[.,]([0-9]+)"
)
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]{1,3}")
_LIMIT = 1e15

DecimalMark = Literal[".", ",", ""]


class UnreadableError(ValueError):
    """A cell that is not the number it should be; holds message and remedy."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def _not_a_number(text: str, whole: bool) -> UnreadableError:
    if text in {"-", "–", "—"}:
        return UnreadableError(
            _("“{text}” may mean none or unknown", text=text),
            _("Write 0 if there were none; leave the cell blank if it is not known."),
        )
    message = (
        _("“{text}” is not a whole number", text=text)
        if whole
        else _("“{text}” is not a number", text=text)
    )
    if whole and (thousands := _meant_as_thousands(text)):
        return UnreadableError(
            message,
            _("If the sign in it parts thousands, write {number}; leave the cell blank if it is "
              "not known.", number=thousands),
        )  # fmt: skip
    return UnreadableError(
        message, _("Write digits only, such as 1234; leave the cell blank if it is not known.")
    )


def _meant_as_thousands(text: str) -> str:
    """Return the whole number that a spreadsheet made a fraction of: 1.25 was 1.250.

    Examples
    --------
    >>> _meant_as_thousands("1.25"), _meant_as_thousands("12,5"), _meant_as_thousands("0.5")
    ('1250', '12500', '')
    """
    match = re.fullmatch(r"([1-9][0-9]{0,2})[.,]([0-9]{1,3})", text)
    return match[1] + match[2].ljust(3, "0") if match else ""


def whole_number(text: str) -> tuple[int, bool]:
    """Return a whole number, and whether a sign in it was taken as a thousands mark.

    Raises
    ------
    UnreadableError
        For what is not a whole number.

    Examples
    --------
    >>> whole_number("1.234"), whole_number("1 234"), whole_number("12.0")
    ((1234, True), (1234, False), (12, False))
    """
    digits = _SPACES.sub("", text.strip())
    if len(digits) > 15:  # a telephone or identity number in the wrong column
        raise _not_a_number(text, True)
    if _PLAIN.fullmatch(digits):
        return int(digits), False
    if _GROUPED.fullmatch(digits):
        return int(re.sub("[.,]", "", digits)), True
    for pattern in (_DECIMAL, _GROUPED_DECIMAL):
        match = pattern.fullmatch(digits)
        if match and match[1].lstrip("+-") and not match[2].strip("0"):
            return int(re.sub("[.,]", "", match[1])), False
    raise _not_a_number(text, True)


def stored_number(text: str, *, whole: bool) -> float | int:
    """Return a number that its file holds as one, so that a point in it is the decimal point.

    Raises
    ------
    UnreadableError
        For a fraction where a whole number is wanted.
    """
    try:
        value = int(text) if _PLAIN.fullmatch(text) else float(text)
    except ValueError:
        raise _not_a_number(text, whole) from None
    if not abs(value) < _LIMIT or (whole and value != int(value)):
        raise _not_a_number(text, whole)
    return int(value) if whole else value


def decimal_mark(texts: Iterable[str]) -> DecimalMark:
    """Return the decimal mark that a column's cells show beyond doubt, or ``""``.

    Examples
    --------
    >>> decimal_mark(["1.234", "0,5"]), decimal_mark(["1.234"])
    (',', '')
    """
    seen: set[str] = set()
    for text in texts:
        digits = text.strip().rstrip("%").strip()
        if _GROUPED.fullmatch(digits):
            if len(re.findall("[.,]", digits)) > 1:
                seen.add("," if "." in digits else ".")
        elif _DECIMAL.fullmatch(digits):
            seen.add("," if "," in digits else ".")
        elif match := _GROUPED_DECIMAL.fullmatch(digits):
            seen.add(digits[match.end(1)])
    if len(seen) == 1:
        return "," if "," in seen else "."
    return ""


def any_number(text: str, mark: DecimalMark = "") -> float:
    """Return a number that may have decimals; a percentage comes back as a share.

    Parameters
    ----------
    text : str
        As written.
    mark : {".", ",", ""}
        The column's decimal mark, where it is known.

    Raises
    ------
    UnreadableError
        For what is no number, and for ``1.234`` where nothing tells 1234 from 1¼.

    Examples
    --------
    >>> any_number("1,5"), any_number("1.234", ","), any_number("75%"), any_number("1.234.567")
    (1.5, 1234.0, 0.75, 1234567.0)
    """
    digits = _SPACES.sub("", text.strip())
    if digits.endswith("%"):
        return any_number(digits[:-1], mark) / 100
    if _PLAIN.fullmatch(digits) or _EXPONENT.fullmatch(digits):
        return float(digits)
    if _GROUPED.fullmatch(digits):
        signs = re.findall("[.,]", digits)
        if len(signs) > 1 or (mark and mark != signs[0]):
            return float(re.sub("[.,]", "", digits))
        if mark:
            return float(digits.replace(",", "."))
        plain = re.sub("[.,]", "", digits)
        raise UnreadableError(
            _("“{text}” may be {whole} or have decimals", text=text, whole=plain),
            _("Write {whole}, or give it another decimal ({longer}).",
              whole=plain, longer=f"{digits}0"),
        )  # fmt: skip
    if _DECIMAL.fullmatch(digits):
        return float(digits.replace(",", "."))
    if match := _GROUPED_DECIMAL.fullmatch(digits):
        return float(re.sub("[.,]", "", match[1]) + "." + match[2])
    raise _not_a_number(text, False)
