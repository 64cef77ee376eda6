"""How to cite a study and the library, from the study's sources and ``CITATION.cff``."""

from __future__ import annotations

from typing import Any

from bantar_lib import __version__
from bantar_lib.places import shared_folder
from bantar_lib.present.sentences import sources_used
from bantar_lib.publish.site.notebook import named
from bantar_lib.study import Study
from bantar_lib.words import current_language, listing, room_words

_ = room_words("site", escape=named)
_NAMES_PEOPLE = ("interview", "observation")


def citation(study: Study) -> str:
    """Return how to cite the study, its sources and the library, as Markdown.

    A source that may not be passed on, or whose citation could name a person who was asked, is
    not listed.
    """
    lang = current_language()
    licence = str(study.config.get("licence") or _("not stated"))
    lines = [
        "- " + _("This study: {title}. Data version {hash}. Licence: {licence}.",
                 title=study.text("title", lang), hash=study.content_hash[:12], licence=licence),
    ]  # fmt: skip
    used = set(sources_used(study)["source_id"])
    others = []
    for source in study.table("sources").itertuples(index=False):
        known = source.citation and source.release != "none" and source.kind not in _NAMES_PEOPLE
        if not known or source.part_of:
            continue
        what = {"title": getattr(source, f"title_{lang}"), "citation": source.citation}
        if source.source_id in used:
            lines.append("- " + _("Its source: {title}. {citation}", **what))
        else:
            others.append("    - " + _("{title}. {citation}", **what))
    if others:
        lines += ["- " + _("Listed as well, though no figure or segment rests on them:"), *others]
    lines.append("- " + _("The library: {citation}", citation=library_citation()))
    return "\n".join(lines)


def library_citation() -> str:
    """Return authors, title and version of the library, from ``CITATION.cff`` where it is there."""
    path = shared_folder("data").parent / "CITATION.cff"
    if not path.exists():
        return f"BANTAR Lab (bantar_lib {__version__})."
    import yaml

    said: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    authors = listing([_author(author) for author in said["authors"]])
    return f"{authors}. {said['title']}. bantar_lib {__version__}. {said['license']}."


def _author(author: dict[str, str]) -> str:
    given, family = author.get("given-names", ""), author.get("family-names", "")
    return author.get("name") or f"{given} {family}".strip()
