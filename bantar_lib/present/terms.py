"""A study's own words for what it counts, as every sentence uses them."""

from __future__ import annotations

from bantar_lib.study import Study
from bantar_lib.words import current_language, listing, number, room_words

_ = room_words("present")


def terms(study: Study) -> dict[str, str]:
    """Return unit, district, districts, first and last (the stages) in the current language.

    Indonesian has one form for one and many; an English plural that is not formed with an *s*
    stands in ``study.yml`` as ``district: {en_plural: …}``.
    """
    lang = current_language()
    district = study.config["district"]
    many = district[lang] if lang == "id" else district.get("en_plural", district["en"] + "s")
    return {
        "unit": study.text("unit", lang),
        "district": district[lang],
        "districts": many,
        "first": study.label(study.first_stage, lang),
        "last": study.label(study.last_stage, lang),
    }


def directions_text(supports: int, mixed: int, inhibits: int) -> str:
    """Return how many items of evidence point where; what there is none of is left out.

    Examples
    --------
    >>> from bantar_lib.words import language
    >>> with language("en"):
    ...     directions_text(1, 0, 3)
    'of the items of evidence with a direction 3 inhibit and 1 supports'
    """
    if supports and mixed and inhibits:
        return _("of the items of evidence with a direction {i} inhibit, {s} support and {m} are "
                 "mixed", i=number(inhibits), s=number(supports), m=number(mixed))  # fmt: skip
    parts = []
    if inhibits:
        parts.append(_("{n} inhibits", plural="{n} inhibit", n=inhibits))
    if supports:
        parts.append(_("{n} supports", plural="{n} support", n=supports))
    if mixed:
        parts.append(_("{n} is mixed", plural="{n} are mixed", n=mixed))
    if not parts:
        return _("none of the evidence has a direction")
    return _("of the items of evidence with a direction {parts}", parts=listing(parts))
