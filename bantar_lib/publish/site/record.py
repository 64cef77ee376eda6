"""Where each page comes from: the record of runs, and what a footer says of it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from bantar_lib import __version__
from bantar_lib.batch.execute import write_whole
from bantar_lib.batch.manifest import FILE, read_manifest
from bantar_lib.batch.plan import safe_name
from bantar_lib.publish.site.pages import Pages, SitePage
from bantar_lib.study import Study
from bantar_lib.words import current_language, room_words

_ = room_words("site")


class Runs:
    """The runs that a language's pages come from.

    The site gets the line that holds for each of its pages, in the order of their outputs.
    """

    def __init__(self, study: Study, pages: Pages, target: Path) -> None:
        self._study = study
        shown = [page.notebook for page in pages.all if page.notebook]
        self._root = _root(shown[0], safe_name(study.id), pages.lang)
        self._lines = read_manifest(self._root)
        outputs = sorted(path.relative_to(self._root).as_posix() for path in shown)
        kept = [json.dumps(shareable(self._lines[o]), ensure_ascii=False, sort_keys=True)
                for o in outputs if o in self._lines]  # fmt: skip
        self.record = FILE if kept else ""
        if kept:
            write_whole(target / FILE, "\n".join(kept) + "\n")
        else:
            (target / FILE).unlink(missing_ok=True)

    def foot(self, page: SitePage) -> list[str]:
        """Return what a page's footer says of the run that it comes from."""
        if not page.notebook:
            return []
        line = self._lines.get(page.notebook.relative_to(self._root).as_posix(), {})
        said = []
        if day := _day(line.get("started") or _started(page.notebook)):
            said.append(_("Run on {day}", day=day))
        if line.get("inputs"):
            said.append(_("data version {hash}", hash=str(line["inputs"])[:12]))
        if version := (line.get("versions") or {}).get("bantar_lib"):
            said.append(f"bantar_lib {version}")
        return said

    def study_foot(self) -> list[str]:
        """Return what every page's footer says: study, licence, library."""
        lang = current_language()
        licence = self._study.config.get("licence") or _("not stated")
        return [
            self._study.text("title", lang),
            _("Licence of the data: {licence}", licence=licence),
            _("Pages made by bantar_lib {version}", version=__version__),
        ]


def _root(notebook: Path, study: str, lang: str) -> Path:
    """Return the folder ``<study>/<lang>`` in which a notebook lies."""
    return next(p for p in notebook.parents if p.name == lang and p.parent.name == study)


def shareable(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line of the record without where the study lies on somebody's machine.

    Examples
    --------
    >>> shareable({"parameters": {"study": "/disk/ani/my_study", "lang": "id"}})
    {'parameters': {'study': 'my_study', 'lang': 'id'}}
    """
    given = line.get("parameters")
    if not isinstance(given, dict) or not isinstance(given.get("study"), str):
        return line
    name = given["study"].replace("\\", "/").rstrip("/").rpartition("/")[2]
    return {**line, "parameters": {**given, "study": name}}


def _started(notebook: Path) -> str:
    """Return when a notebook was run, as it says itself."""
    said = json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get("papermill", {})
    return str(said.get("start_time") or "")


def _day(started: str) -> str:
    """Write the day of a run as the current language does, or nothing where it is not known."""
    from babel.dates import format_date

    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        return ""
    return str(format_date(moment.date(), "long", locale=current_language()))
