"""A study's own words for what it counts, as every sentence uses them."""

from __future__ import annotations

from bantar_lib.study import Study
from bantar_lib.words import current_language


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
