"""What can be downloaded beside a page: its notebook, its tables, the reports made of it."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from nbformat import NotebookNode

from bantar_lib.batch.execute import write_whole
from bantar_lib.words import number, room_words

_ = room_words("site")
_REPORTS = {".pdf", ".docx", ".html", ".xlsx"}
_PAGE_OF_A_NOTEBOOK = re.compile(r"\d\d_\w+\.html")
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d.,\s%–]*$)")


class _Cells(HTMLParser):
    """Reads caption and cells of a table as the notebooks write it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.caption = ""
        self.rows: list[list[str]] = []
        self._into = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td") and self.rows:
            self.rows[-1].append("")
        if tag in ("th", "td", "caption"):
            self._into = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._into:
            self._into = ""

    def handle_data(self, data: str) -> None:
        if self._into == "caption":
            self.caption += data
        elif self._into and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def tables_of(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """Yield caption and CSV text of each table that an executed notebook shows.

    A cell that a spreadsheet would take for a formula is set apart by an apostrophe.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("metadata", {}).get("bantar") == "table":
                read = _Cells()
                read.feed(output["data"]["text/html"])
                text = io.StringIO()
                rows = ([f"'{c}" if _FORMULA.match(c) else c for c in row] for row in read.rows)
                csv.writer(text, lineterminator="\n").writerows(rows)
                yield read.caption, text.getvalue()


def leave_files(
    notebook: NotebookNode, path: Path, target: Path, *, reports: bool
) -> list[dict[str, str]]:
    """Copy what belongs to a page into `target` and return what is there.

    Parameters
    ----------
    notebook : NotebookNode
        The executed notebook.
    path : Path
        Where it lies; reports are looked for beside it.
    target : Path
        The folder of this page's files; what it held before is replaced.
    reports : bool
        Whether the reports in the notebook's folder belong to this page.

    Returns
    -------
    list of dict
        With ``name``, ``label`` and ``size`` (in words).
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    found = [(path, _("Notebook with code and results"))]
    if reports:
        found += [(p, report_label(p)) for p in reports_beside(path)]
    for source, _label in found:
        shutil.copyfile(source, target / source.name)
    listed = [{"name": p.name, "label": label} for p, label in found]
    for n, (caption, text) in enumerate(tables_of(notebook), start=1):
        name = f"{path.stem}_{n:02d}.csv"
        # With the mark by which Excel knows that a text is UTF-8.
        write_whole(target / name, "\ufeff" + text)
        listed.append({"name": name, "label": " ".join(caption.split())})
    for item in listed:
        item["size"] = size_in_words((target / item["name"]).stat().st_size)
    return listed


def reports_beside(notebook: Path) -> list[Path]:
    """Return the reports that lie beside an executed notebook."""
    return sorted(
        path
        for path in notebook.parent.iterdir()
        if path.suffix in _REPORTS
        and not path.name.startswith((".", "~"))
        and not _PAGE_OF_A_NOTEBOOK.fullmatch(path.name)
    )


def report_label(path: Path) -> str:
    """Say what a report beside a notebook is."""
    if path.suffix == ".xlsx":
        return _("Tables as a workbook")
    return {
        ".pdf": _("Report for printing"),
        ".docx": _("Report to be edited"),
        ".html": _("Report as one page"),
    }[path.suffix]


def size_in_words(size: int) -> str:
    """Write a size in bytes as people do.

    Examples
    --------
    >>> from bantar_lib.words import language
    >>> with language("id"):
    ...     size_in_words(1_234_567), size_in_words(300)
    ('1,2 MB', '1 kB')
    """
    if size >= 1_000_000:
        return f"{number(size / 1e6, 1)} MB"
    return f"{number(max(1, round(size / 1e3)))} kB"
