"""Reading Taguette: its project (SQLite), and its exports as CSV, XLSX, HTML and ``.qdc``."""

from __future__ import annotations

import json
import re
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

from bantar_lib.errors import UserError
from bantar_lib.exchange.archive import read_limited
from bantar_lib.exchange.found import (
    CODES,
    CODINGS,
    SOURCES,
    UNPLACED,
    FoundProject,
    tidy,
    unique_names,
)
from bantar_lib.exchange.html_text import Mark, PageText, from_bytes, page_text
from bantar_lib.exchange.offsets import agreement
from bantar_lib.exchange.refi_read import read_refi
from bantar_lib.exchange.sheets import read_sheets
from bantar_lib.exchange.sqlite_file import Row, Tables, open_tables
from bantar_lib.study.csv_file import decode
from bantar_lib.words import room_words

_ = room_words("exchange")

# Written so that no module holds a framework's word by itself.
_HIGHLIGHTS = "id document tag content".split()  # noqa: SIM905
_CODEBOOK = ["tag", "description"]


def read_taguette(path: str | Path, *, project: str | None = None) -> FoundProject:
    """Read a Taguette project or one of its exports.

    Parameters
    ----------
    path : str or Path
        ``.sqlite3`` (a project, or the program's own database), ``.csv`` or ``.xlsx`` (highlights
        or codebook), ``.html`` (highlights, or one highlighted document), ``.qdc`` (codebook).
    project : str, optional
        The project's name, where a database holds several.

    Returns
    -------
    FoundProject
        A highlight with several tags is several codings. Tags keep their form
        ``category.code``. Taguette does not say who highlighted, but where several accounts used
        a database its log does. Exports of highlights give the text without its place.

    Raises
    ------
    UserError
        For a file of another kind, a damaged one, or several projects of which none was named.

    Examples
    --------
    >>> try:
    ...     read_taguette("talk.docx")
    ... except UserError as fault:
    ...     print(fault)
    talk.docx is no file of Taguette; known are .sqlite3, .csv, .xlsx, .html and .qdc.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending in (".sqlite3", ".sqlite", ".db"):
        with open_tables(path, path.name) as tables:
            return _Database(tables, path.name, project).result()
    if ending in (".csv", ".xlsx"):
        return _read_table(path)
    if ending in (".html", ".htm"):
        page = decode(read_limited(path))[0].replace("\r\n", "\n")
        return _document(path, page) if 'class="taglist"' in page else _highlights(path, page)
    if ending == ".qdc":
        return read_refi(path)
    raise UserError(
        _("{file} is no file of Taguette; known are .sqlite3, .csv, .xlsx, .html and .qdc.",
          file=path.name))  # fmt: skip


class _Database:
    def __init__(self, tables: Tables, file: str, project: str | None) -> None:
        self.tables, self.file = tables, file
        self.project = self._project(project)
        documents = tables.rows("documents", ("id", "name", "contents", "project_id"), "id")
        self.documents = [d for d in documents if d["project_id"] == self.project["id"]]
        tags = tables.rows("tags", ("id", "path", "description", "project_id"), "id")
        self.tags = [t for t in tags if t["project_id"] == self.project["id"]]
        self.codings: list[dict[str, Any]] = []
        self.unplaced: list[dict[str, Any]] = []

    def _project(self, name: str | None) -> Row:
        projects = self.tables.rows("projects", ("id", "name"), "id")
        fitting = [p for p in projects if name is None or p["name"] == name]
        if len(fitting) != 1:
            known = ", ".join(str(p["name"]) for p in projects) or "–"
            raise UserError(
                _("{file} holds these projects: {known}. Name the one to read.",
                  file=self.file, known=known))  # fmt: skip
        return fitting[0]

    def result(self) -> FoundProject:
        coders = self._coders()
        tag_of = {t["id"]: str(t["path"]) for t in self.tags}
        tags_of: dict[object, list[str]] = {}
        for row in self.tables.rows("highlight_tags", ("highlight_id", "tag_id"), "tag_id"):
            if row["tag_id"] in tag_of:
                tags_of.setdefault(row["highlight_id"], []).append(tag_of[row["tag_id"]])
        names = unique_names(f"{d['name']}.txt" for d in self.documents)
        pages = {d["id"]: (name, page_text(str(d["contents"])))
                 for d, name in zip(self.documents, names, strict=True)}  # fmt: skip
        columns = ("id", "document_id", "start_offset", "end_offset", "snippet")
        for row in self.tables.rows("highlights", columns, "document_id, start_offset, id"):
            if row["document_id"] in pages:
                name, page = pages[row["document_id"]]
                coder, at = coders.get(row["id"], ("", ""))
                self._highlight(row, name, page, tags_of.get(row["id"], []), coder, at)
        return FoundProject(
            program=_program("SQLite"),
            codes=tidy(
                ({"code": t["path"], "name": t["path"], "codable": True,
                  "description": t["description"]} for t in self.tags), CODES,
            ),
            sources=tidy(
                ({"document": name, "kind": "html", "text": page.text,
                  "reading": _("UTF-8 bytes over the text of the page")}
                 for name, page in pages.values()), SOURCES,
            ),
            codings=tidy(self.codings, CODINGS),
            unplaced=tidy(self.unplaced, UNPLACED),
        )  # fmt: skip

    def _coders(self) -> dict[object, tuple[str, str]]:
        """Return who added each highlight and when, where the database has several accounts."""
        found: dict[object, tuple[str, str]] = {}
        rows = self.tables.rows("commands", ("user_login", "project_id", "date", "payload"), "id")
        for row in rows:
            try:
                payload = json.loads(str(row["payload"]))
            except ValueError:
                continue
            if row["project_id"] == self.project["id"] and isinstance(payload, dict) \
                    and payload.get("type") == "highlight_add":  # fmt: skip
                at = str(row["date"] or "").replace(" ", "T")
                found[payload.get("highlight_id")] = (str(row["user_login"] or ""), f"{at}Z")
        alone = len({user for user, _at in found.values()}) < 2
        return {k: ("" if alone else user, at) for k, (user, at) in found.items()}

    def _highlight(
        self, row: Row, name: str, page: PageText, tags: list[str], coder: str, at: str
    ) -> None:
        snippet = page_text(str(row["snippet"])).plain
        ends = [from_bytes(page.plain, n) if isinstance(n, int) else None
                for n in (row["start_offset"], row["end_offset"])]  # fmt: skip
        start, end = ends
        why = ""
        if not tags:
            why = _("the highlight has no tag")
        elif start is None or end is None or start >= end:
            why = _("its place lies outside the text or inside a letter")
        elif not agreement(page.plain[start:end], snippet):
            why = _("the file says that “{name}” stands there, but “{there}” does",
                    name=snippet[:40], there=page.plain[start:end][:40])  # fmt: skip
        for tag in tags or [""]:
            coded = {"document": name, "code": tag, "coder": coder}
            if why or start is None or end is None:
                self.unplaced.append(coded | {"quote": snippet, "why": why})
                continue
            first, last = page.place(start, end)
            how = _("UTF-8 bytes over the text of the page")
            self.codings.append(coded | {
                "start": first, "end": last, "quote": page.text[first:last], "at": at,
                "sure": "verified", "how": how,
            })  # fmt: skip


def _program(form: str) -> str:
    return f"Taguette ({form})"


def _read_table(path: Path) -> FoundProject:
    rows = next(iter(read_sheets(path).values()), [])
    heading = rows[0] if rows else []
    body = [row + [""] * (4 - len(row)) for row in rows[1:] if any(row)]
    form = path.suffix[1:].upper()
    if heading[:4] == _HIGHLIGHTS:
        found = [(document, tag, content) for _id, document, tag, content, *_rest in body]
        return _quotes(found, form)
    if heading[:2] == _CODEBOOK:
        codes = ({"code": r[0], "name": r[0], "codable": True, "description": r[1]} for r in body)
        return FoundProject(_program(form), tidy(codes, CODES), tidy([], SOURCES),
                            tidy([], CODINGS), tidy([], UNPLACED))  # fmt: skip
    raise UserError(
        _("{file} is no table of Taguette: its first row should be “{highlights}” or begin with "
          "“{codebook}”.", file=path.name, highlights=", ".join(_HIGHLIGHTS),
          codebook=", ".join(_CODEBOOK)))  # fmt: skip


def _quotes(found: list[tuple[str, str, str]], form: str) -> FoundProject:
    """Gather highlights of which only the text is known."""
    codings, unplaced = [], []
    for document, tag, content in found:
        row = {"document": f"{document}.txt", "quote": content, "code": tag}
        if tag:
            how = _("the export gives the text without its place")
            codings.append(row | {"sure": "quote", "how": how})
        else:
            unplaced.append(row | {"why": _("the highlight has no tag")})
    tags = dict.fromkeys(tag for _document, tag, _content in found if tag)
    return FoundProject(
        program=_program(form),
        codes=tidy(({"code": t, "name": t, "codable": True} for t in tags), CODES),
        sources=tidy([], SOURCES),
        codings=tidy(codings, CODINGS),
        unplaced=tidy(unplaced, UNPLACED),
    )


# The details that Taguette's own page puts below each highlight; the labels vary by language.
_DETAILS = re.compile(
    r"\n\s*<p>\s*\n\s*<strong>[^<]*</strong>(?P<document>[^<]*)\n"
    r"\s*<strong>[^<]*</strong>(?P<tags>[^<]*)</p>(?:\s*<hr>)?"
)


def _highlights(path: Path, page: str) -> FoundProject:
    """Read the HTML export of highlights: each is its text, then its document and its tags."""
    found, last = [], page.find("</h1>") + len("</h1>")
    for details in _DETAILS.finditer(page, max(last, 0)):
        quote = page_text(page[last : details.start()]).text.strip()
        last = details.end()
        document = " ".join(unescape(details["document"]).split())
        for tag in re.split(r",\s*\n", unescape(details["tags"])):
            found.append((document, " ".join(tag.split()), quote))
    if not found:
        raise UserError(_("{file} is no export of highlights of Taguette.", file=path.name))
    return _quotes(found, "HTML")


def _document(path: Path, html: str) -> FoundProject:
    """Read one document with its highlights.

    The page shows where a highlight ends, but not which one began where: what overlaps or
    touches another is not placed.
    """
    begin, end = html.find("</h1>") + len("</h1>"), html.rfind("</body>")
    page = page_text(html[begin : end if end > 0 else None].strip("\r\n").rstrip(" "))
    lists = [m for m in page.marks if m.name == "taglist"]
    runs = [m for m in page.marks if m.name == "highlight"]
    cuts = [(m.start, m.end) for m in lists]
    bare = PageText(_without(page.plain, cuts),
                    tuple(sorted({b - _before(cuts, b) for b in page.breaks})))  # fmt: skip
    name = f"{path.stem}.txt"
    codings, unplaced = [], []
    tags: dict[str, None] = {}
    touching = [b.start == a.end for a, b in pairwise(lists)]
    for n, mark in enumerate(lists):
        after = lists[n - 1].end if n else 0
        own = [r for r in runs if after <= r.start and r.end <= mark.start]
        beside = any(r.start == mark.end for r in runs) or (n and touching[n - 1]) or (
            n < len(touching) and touching[n])  # fmt: skip
        whole = own and own[-1].end == mark.start and _joined(page.plain, own)
        certain = whole and not beside and not (n and own[0].start == after)
        first, last = (bare.place(own[0].start - _before(cuts, own[0].start),
                                  own[-1].end - _before(cuts, own[-1].end))
                       if own else (0, 0))  # fmt: skip
        for tag in page.plain[mark.start : mark.end].strip().strip("[]").split(", "):
            row = {"document": name, "code": tag, "quote": bare.text[first:last]}
            why = "" if tag else _("the highlight has no tag")
            if not certain:
                why = _("highlights overlap or touch: where it begins is not certain")
            if why:
                unplaced.append(row | {"why": why})
                continue
            tags[tag] = None
            how = _("marked in the page")
            codings.append(row | {"start": first, "end": last, "sure": "verified", "how": how})
    return FoundProject(
        program=_program("HTML"),
        codes=tidy(({"code": t, "name": t, "codable": True} for t in tags), CODES),
        sources=tidy([{"document": name, "kind": "html", "text": bare.text}], SOURCES),
        codings=tidy(codings, CODINGS),
        unplaced=tidy(unplaced, UNPLACED),
    )


def _without(text: str, cuts: list[tuple[int, int]]) -> str:
    parts, last = [], 0
    for start, end in cuts:
        parts.append(text[last:start])
        last = end
    return "".join([*parts, text[last:]])


def _before(cuts: list[tuple[int, int]], place: int) -> int:
    """Return how much is cut out before a place."""
    return sum(min(end, place) - start for start, end in cuts if start < place)


def _joined(text: str, runs: list[Mark]) -> bool:
    """Say whether marked runs follow one another without unmarked words between."""
    return all(not text[a.end : b.start].strip() for a, b in pairwise(runs))
