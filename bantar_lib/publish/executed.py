"""What an executed notebook holds for a report: the outputs of its tagged cells, as blocks."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defusedxml.ElementTree import fromstring

from bantar_lib.batch.plan import has_tag, plan
from bantar_lib.errors import UserError
from bantar_lib.present.display import escape_markdown
from bantar_lib.publish.document import Block, Grid, Heading, Picture, Prose
from bantar_lib.study import Study
from bantar_lib.words import room_words

if TYPE_CHECKING:
    from nbformat import NotebookNode

_ = room_words("publish")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EARLIEST = 315_532_800  # 1980: the earliest that a zip archive can hold


@dataclass(frozen=True)
class Executed:
    """An executed notebook that holds for the study as it is now."""

    path: Path
    notebook: NotebookNode

    @property
    def seconds(self) -> int:
        """When it was run, in seconds since 1970; a report is dated by it, not by today."""
        run = self.notebook.metadata.get("papermill", {}).get("start_time", "")
        try:
            return max(int(datetime.fromisoformat(run).timestamp()), _EARLIEST)
        except ValueError:
            return _EARLIEST

    def blocks(self, part: str, *, level: int, headings: bool = True) -> list[Block]:
        """Return what the cells tagged ``report:<part>`` show.

        Parameters
        ----------
        part : str
            The part of the report, such as ``reach``.
        level : int
            The level that a cell's own headings take.
        headings : bool
            Whether the first heading is kept; a chapter that has one of its own drops it.
        """
        found: list[Block] = []
        for cell in self.notebook.cells:
            if has_tag(cell, f"report:{part}"):
                found.extend(_cell_blocks(cell, level))
        if not headings:
            first = next((b for b in found if isinstance(b, Heading)), None)
            found = [b for b in found if b is not first]
        return found


def executed(study: Study, district: str | None, *, lang: str, outputs: Path) -> Executed:
    """Find and open the notebook that a run left for a district, or for all together.

    Raises
    ------
    UserError
        Where it has not been run, its run failed, or the study or the notebook has changed since.
    """
    import nbformat

    wanted = None if district is None else [district]
    jobs = plan(study, wanted, lang=lang, outputs=outputs.resolve())
    stem = "01_city" if district is None else "02_district"
    path = next(j.output for j in jobs if j.notebook.stem == stem)
    where = "" if district is None else f' --district "{district}"'
    again = {"file": path.name, "study": study.id, "where": where, "lang": lang}
    if not path.exists():
        raise UserError(_("{file} is not there yet. Run first: bantar run {study}{where} "
                          "--lang {lang}", **again))  # fmt: skip
    notebook = nbformat.read(path, as_version=4)
    if not path.with_suffix(".html").exists() or _failed(notebook):
        raise UserError(_("The last run of {file} failed. Look into it, then run again: "
                          "bantar run {study}{where} --lang {lang}", **again))  # fmt: skip
    found = Executed(path, notebook)
    said = " ".join(b.markdown for b in found.blocks("provenance", level=2)
                    if isinstance(b, Prose))  # fmt: skip
    if study.content_hash[:12] not in said:
        raise UserError(_("The study or the notebook has changed since {file} was run. Run again: "
                          "bantar run {study}{where} --lang {lang}", **again))  # fmt: skip
    return found


def _failed(notebook: NotebookNode) -> bool:
    return any(o.output_type == "error" for c in notebook.cells for o in c.get("outputs", []))


def _cell_blocks(cell: NotebookNode, level: int) -> Iterator[Block]:
    if cell.cell_type == "markdown":
        said = list(prose_blocks(cell.source, level))
        for block, following in zip(said, [*said[1:], None], strict=False):
            if not (isinstance(block, Heading) and isinstance(following, Heading)):
                yield block  # of a page's heading and the one right below it, the lower stays
        return
    outputs = cell.get("outputs", [])
    for output, following in zip(outputs, [*outputs[1:], None], strict=False):
        role = str(output.get("metadata", {}).get("bantar", ""))
        data = output.get("data", {})
        if "image/png" in data:
            yield _picture(data, following)
        elif role == "table":
            yield table_grid(str(data["text/html"]))
        elif role not in ("caption", "result", "") and "text/markdown" in data:
            yield from prose_blocks(str(data["text/markdown"]), level, role)


def prose_blocks(markdown: str, level: int, role: str = "") -> Iterator[Block]:
    r"""Yield Markdown as paragraphs, its headings at `level`.

    Examples
    --------
    >>> [type(b).__name__ for b in prose_blocks("## Reach\n\nOne.", 2)]
    ['Heading', 'Prose']
    """
    for piece in re.split(r"^(#{1,6} .*)$", markdown, flags=re.MULTILINE):
        text = piece.strip("\n")
        if heading := re.fullmatch(r"#{1,6} (.*)", text):
            yield Heading(heading[1].strip(), level)
        elif text.strip():
            yield Prose(text, role)


def _picture(data: Any, following: NotebookNode | None) -> Picture:
    alt = " ".join(str(data.get("text/plain", "")).split())
    caption = escape_markdown(alt)
    if following is not None and following.get("metadata", {}).get("bantar") == "caption":
        caption = " ".join(following.data["text/markdown"].split())  # type: ignore[assignment]
    return Picture(base64.b64decode(data["image/png"]), alt, caption)


def table_grid(markup: str) -> Grid:
    """Return a shown table (as :func:`bantar_lib.present.show` writes it) with its rows.

    Examples
    --------
    >>> from bantar_lib.publish.executed import table_grid
    >>> grid = table_grid("<div><table><caption>C</caption><thead><tr><th>a</th>"
    ...                   "<th class='n'>b</th></tr></thead><tbody><tr><th>x</th><td>1</td></tr>"
    ...                   "</tbody></table></div>")
    >>> grid.rows, grid.numeric
    ((('x', '1'),), (False, True))
    """
    # HTML takes an attribute without quotation marks and any control sign; XML does not.
    markup = re.sub(r"<t([hd])([^<>]*) class=n>", r'<t\1\2 class="n">', markup)
    table = fromstring(_CONTROL.sub("", markup))
    heads = table.findall(".//thead/tr/th")
    rows = [tuple("".join(c.itertext()) for c in row) for row in table.findall(".//tbody/tr")]
    return Grid(
        tuple("".join(h.itertext()) for h in heads),
        tuple(rows),
        "".join(table.find(".//caption").itertext()),
        tuple(h.get("class") == "n" for h in heads),
    )
