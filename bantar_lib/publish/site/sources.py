"""Writing what Sphinx reads: a source for every page, and ``site.json`` with all links.

A source is written only when it changed, so that Sphinx makes only its page anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from bantar_lib.batch.execute import write_whole
from bantar_lib.publish.site import texts
from bantar_lib.publish.site.files import leave_files, size_in_words
from bantar_lib.publish.site.notebook import named, site_notebook
from bantar_lib.publish.site.pages import METHODS, MOST_IN_A_LIST, Group, Pages, SitePage
from bantar_lib.publish.site.record import Runs
from bantar_lib.publish.site.words import announcement, labels, write_catalogue
from bantar_lib.study import Study
from bantar_lib.words import room_words

_ = room_words("site")
NAMES = {"id": "Bahasa Indonesia", "en": "English"}
_HERE = Path(__file__).parent
Record = dict[str, Any]


def write_sources(
    study: Study, pages: Pages, found: Mapping[str, Pages], work: Path, target: Path
) -> int:
    """Write the sources of one language and the files beside its pages.

    Parameters
    ----------
    study : Study
        The study.
    pages : Pages
        The pages of this language; its words are the current ones.
    found : mapping
        Language → pages, for the switch between them.
    work, target : Path
        Where the sources lie, and where the pages go.

    Returns
    -------
    int
        Number of sources written.
    """
    write_catalogue(pages.lang, work / "locale")
    source = work / "source"
    runs = Runs(study, pages, target)
    made = _Made(work / "made.json")
    records = {page.docname: record for page, record in _records(study, pages)}
    written: set[Path] = set()
    changed = 0
    for page in pages.all:
        record = records[page.docname]
        record["foot"] = runs.foot(page)
        if page.notebook:
            path = source / f"{page.docname}.ipynb"
            changed += _notebook_source(page, record, path, target, made)
        else:
            path = source / f"{page.docname}{'.ipynb' if page.docname == 'index' else '.md'}"
            text = _own_source(study, pages, found, page, target)
            changed += write_if_changed(path, text)
        written.add(path)
    made.keep({page.docname for page in pages.all if page.notebook}, target)
    for path in source.rglob("*.*"):
        if path.is_file() and path not in written:
            path.unlink()
    _write_site(study, pages, found, records, work, runs)
    return changed


def write_if_changed(path: Path, text: str) -> bool:
    """Write a file unless it already says this; say whether it was written."""
    if path.exists() and path.read_bytes() == text.encode("utf-8"):
        return False
    write_whole(path, text)
    return True


class _Made:
    """What was made of each notebook in the last build, so that it is not opened again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self._known: dict[str, Record] = known if known.get("made_by") == _maker() else {}
        self._now: dict[str, Record] = {}

    def recall(self, docname: str, key: str) -> list[dict[str, str]] | None:
        """Return the files of a page whose notebook and links are as they were."""
        entry = self._known.get(docname)
        return entry["files"] if entry and entry["key"] == key else None

    def note(self, docname: str, key: str, files: list[dict[str, str]]) -> None:
        """Keep what a page was made from."""
        self._now[docname] = {"key": key, "files": files}

    def keep(self, docnames: set[str], target: Path) -> None:
        """Write it down, and remove the files of pages that are no more."""
        import shutil

        for gone in self._known.keys() - docnames - {"made_by"}:
            shutil.rmtree(target / "files" / gone, ignore_errors=True)
        write_whole(self._path, json.dumps({"made_by": _maker(), **self._now}, sort_keys=True))


@cache
def _maker() -> str:
    """Return a hash of all that makes the pages, so that another version makes them anew."""
    parts = sorted(p for p in _HERE.rglob("*") if p.is_file() and p.suffix != ".pyc")
    return hashlib.sha256(b"".join(path.read_bytes() for path in parts)).hexdigest()[:16]


def _notebook_source(page: SitePage, record: Record, path: Path, target: Path, made: _Made) -> bool:
    """Write a notebook's source and its files, unless nothing changed since the last build."""
    from bantar_lib.publish.site.files import reports_beside

    assert page.notebook
    reports = bool(page.district_id) or page.docname == "city"
    beside = reports_beside(page.notebook) if reports else []
    stamps = [(p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in beside]
    contents = hashlib.sha256(page.notebook.read_bytes()).hexdigest()
    key = digest(contents, {k: v for k, v in record.items() if k != "files"}, stamps)
    folder = target / "files" / page.docname
    files = made.recall(page.docname, key)
    if files is not None and path.exists() and folder.exists():
        _place(record, page, files, made, key)
        return False
    notebook = nbformat.read(page.notebook, as_version=4)
    files = leave_files(notebook, page.notebook, folder, reports=reports)
    _place(record, page, files, made, key)
    heading = named(page.title) if page.district_id else ""
    return write_if_changed(path, site_notebook(notebook, heading, mark=key))


def _place(
    record: Record, page: SitePage, files: list[dict[str, str]], made: _Made, key: str
) -> None:
    made.note(page.docname, key, files)
    record["files"] = [{**f, "href": f"files/{page.docname}/{f['name']}"} for f in files]


def _records(study: Study, pages: Pages) -> Iterator[tuple[SitePage, Record]]:
    """Yield what each page shows beside its text: the way to it, its neighbours."""
    start = {"docname": "index", "title": _("Start")}
    for page in (*pages.wide, *pages.own):
        crumbs = [] if page.docname == "index" else [start]
        parent = page.docname.partition("/")[0]
        if parent == "methods" and page.docname != "methods/index":
            crumbs.append({"docname": "methods/index", "title": _("Methods")})
        if parent == "groups":
            crumbs.append({"docname": "districts/index", "title": _("Districts")})
        yield page, {"section": page.section, "crumbs": crumbs, "title": page.title}
    around = pages.districts
    for group in pages.groups:
        crumbs = [start, {"docname": "districts/index", "title": _("Districts")}]
        if group.docname:
            crumbs.append({"docname": group.docname, "title": group.title})
        for page in group.districts:
            yield page, {
                "section": "districts", "crumbs": crumbs, "title": page.title,
                "nearby": _nearby(pages, group),
            }  # fmt: skip
    assert len({page.docname for page in around}) == len(around)


def _nearby(pages: Pages, group: Group) -> list[dict[str, str]]:
    """Return the districts that the side bar shows beside one of a group."""
    near = pages.districts if len(pages.districts) <= MOST_IN_A_LIST else group.districts
    if len(near) > MOST_IN_A_LIST:
        return []
    return [_entry(page) for page in near]


def _entry(page: SitePage) -> dict[str, str]:
    return {"docname": page.docname, "title": page.title, "section": page.section}


def _own_source(
    study: Study, pages: Pages, found: Mapping[str, Pages], page: SitePage, target: Path
) -> str:
    """Return the source of a page that no notebook shows."""
    makers: dict[str, Callable[[], str]] = {
        "index": lambda: texts.front_page(study, pages, _city(pages)),
        "districts/index": lambda: texts.districts_page(study, pages.groups),
        "glossary": lambda: texts.glossary_page(study),
        "framework": lambda: texts.framework_page(study),
        "methods/index": texts.methods_page,
        "dictionary": lambda: texts.dictionary_page(study),
        "downloads": lambda: texts.downloads_page(study, _for_all(study, pages, target)),
    }
    if page.docname in makers:
        return makers[page.docname]()
    if page.docname.startswith("groups/"):
        return texts.group_page(next(g for g in pages.groups if g.docname == page.docname))
    measure = page.docname.removeprefix("methods/")
    assert measure in METHODS
    return texts.method_page(measure)


def _city(pages: Pages) -> nbformat.NotebookNode | None:
    path = next((p.notebook for p in pages.wide if p.docname == "city"), None)
    return nbformat.read(path, as_version=4) if path else None


def _for_all(study: Study, pages: Pages, target: Path) -> list[tuple[str, list[dict[str, str]]]]:
    """Copy what belongs to the whole study and return it by heading."""
    listed = []
    folder = target / "files"
    for page in pages.wide:
        own = sorted((folder / page.docname).glob(f"*{page.notebook.suffix}"))  # type: ignore
        listed += [
            {"label": page.title, "href": f"files/{page.docname}/{p.name}",
             "size": size_in_words(p.stat().st_size)} for p in own
        ]  # fmt: skip
    results = []
    root = next((p.notebook.parent for p in pages.wide if p.notebook), None)
    if root and (root / "results.csv").exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_if_changed(folder / "results.csv", (root / "results.csv").read_text("utf-8"))
        size = size_in_words((folder / "results.csv").stat().st_size)
        results = [{"label": _("Results of all {districts} in one table (CSV)",
                               districts=study.text("district", pages.lang)),
                    "href": "files/results.csv", "size": size}]  # fmt: skip
    record = target / "manifest.jsonl"
    if record.exists():
        results.append({"label": _("Record of every run (JSON lines)"), "href": "manifest.jsonl",
                        "size": size_in_words(record.stat().st_size)})  # fmt: skip
    pairs = [(_("Results"), results), (_("Notebooks"), listed)]
    return [(heading, files) for heading, files in pairs if files]


def _write_site(
    study: Study, pages: Pages, found: Mapping[str, Pages], records: dict[str, Record], work: Path,
    runs: Runs,
) -> None:  # fmt: skip
    """Write ``site.json``: what the templates show, page by page."""
    for page, neighbour in zip(pages.districts, pages.districts[1:], strict=False):
        records[page.docname]["next"] = _entry(neighbour)
        records[neighbour.docname]["prev"] = _entry(page)
    there = {page.docname: page for page in pages.all}
    order = ("index", "city", "districts/index", "evidence", "audit", "guide", "glossary",
             "framework", "methods/index", "dictionary", "downloads")  # fmt: skip
    menu: list[Record] = [dict(_entry(there[name])) for name in order if name in there]
    for entry in menu:
        if entry["docname"] == "methods/index":
            entry["pages"] = [_entry(there[f"methods/{m}"]) for m in METHODS]
    other = next((o for o in found if o != pages.lang), None)
    site = {
        "lang": pages.lang,
        "title": study.text("title", pages.lang),
        "announcement": announcement(study),
        "words": labels(),
        "menu": menu,
        "pages": records,
        "other": other and {
            "lang": other, "label": NAMES[other], "pages": [p.docname for p in found[other].all],
        },
        "label": NAMES[pages.lang],
        "record": runs.record,
        "foot": runs.study_foot(),
    }  # fmt: skip
    ways = [(p.docname, p.title, p.group) for p in pages.all]
    site["links"] = digest(ways, menu, site["words"], site["foot"], site["other"], site["record"],
                           _maker())  # fmt: skip
    write_if_changed(work / "site.json", json.dumps(site, ensure_ascii=False, sort_keys=True))


def digest(*parts: object) -> str:
    """Return a short hash of values that can be written as JSON."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]
