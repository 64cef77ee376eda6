"""The words around a page: those of our templates, and those of Sphinx and its theme."""

from __future__ import annotations

import json
from pathlib import Path

from bantar_lib.study import Study
from bantar_lib.words import room_words

_ = room_words("site")

# What Sphinx and the theme say; Sphinx's own Indonesian lacks some of it, or says it oddly.
_SPHINX = (
    "Search", "Next", "Previous", "Home", "On this page", "Back to top", "Skip to content",
    "Error", "Please activate JavaScript to enable the search functionality.",
    "Search Results", "Searching", "Preparing search...", "Hide Search Matches", ", in ",
    "Your search did not match any documents. Please make sure that all words are spelled "
    "correctly and that you've selected enough categories.",
)  # fmt: skip
_FOUND_ONE = "Search finished, found one page matching the search query."


def labels() -> dict[str, str]:
    """Return the words of the templates in the current language."""
    return {
        "toggle_menu": _("Show or hide the menu"),
        "toggle_contents": _("Show or hide the contents of this page"),
        "toggle_theme": _("Switch between light, dark and the device's choice"),
        "menu": _("Menu"),
        "pages": _("Pages"),
        "contents": _("Contents of this page"),
        "path": _("Where you are"),
        "languages": _("Language"),
        "code": _("Code"),
        "files": _("Downloads for this page"),
        "around": _("Neighbouring pages"),
        "record": _("Record of the runs"),
        "search": _("Search"),
        "search_hint": _("Words are found in all their forms; a page is listed when it holds all "
                         "the words."),
    }  # fmt: skip


def announcement(study: Study) -> str:
    """Return the notice that stands over every page of a made-up study, as HTML."""
    import html

    if not study.synthetic:
        return ""
    return html.escape(_("Made-up data, for practice and tests only."))


def write_catalogue(lang: str, folder: Path) -> None:
    """Write the words of Sphinx and its theme where Sphinx looks for them first.

    Parameters
    ----------
    lang : str
        Nothing is written for English, in which they are said.
    folder : Path
        The folder of catalogues: ``<lang>/LC_MESSAGES/sphinx.mo`` and ``sphinx.js``.
    """
    if lang == "en":
        return
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    place = folder / lang / "LC_MESSAGES"
    place.mkdir(parents=True, exist_ok=True)
    catalogue = Catalog(locale=lang)
    said: dict[str, str | list[str]] = {text: _(text) for text in _SPHINX}
    for text, word in said.items():
        catalogue.add(text, word)
    with (place / "sphinx.mo").open("wb") as file:
        write_mo(file, catalogue)
    # The script puts the number in the place of these letters.
    found = _("{count} pages hold what was searched for.", count="${resultCount}")
    said[_FOUND_ONE] = [found]
    messages = json.dumps({"locale": lang, "messages": said, "plural_expr": "0"}, sort_keys=True)
    (place / "sphinx.js").write_text(f"Documentation.addTranslations({messages});", "utf-8")
