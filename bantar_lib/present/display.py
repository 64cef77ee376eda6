"""Figures, tables and sentences as a notebook shows them.

Each is one display whose every form (HTML, Markdown, plain text) says the same, so that a page,
a Word report and a screen reader get what the notebook has.
"""

from __future__ import annotations

import base64
import html
import io
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bantar_lib.words import room_words

if TYPE_CHECKING:
    import matplotlib.figure

_ = room_words("present")
RESULT_MIME = "application/vnd.bantar.result+json"
_DPI = 130


@dataclass(frozen=True)
class Figure:
    """A drawn figure with what must never be apart from it.

    Parameters
    ----------
    drawing : matplotlib.figure.Figure
        The picture.
    alt : str
        The finding in one or two sentences, for who cannot see it.
    caption : str
        What is drawn, of which years, from which source.
    not_shown : str
        What a reader might take from it and may not: a sentence of its own.
    """

    drawing: matplotlib.figure.Figure
    alt: str
    caption: str
    not_shown: str


@dataclass(frozen=True)
class Table:
    """A table for people: headings and cells already in words, with its caption.

    Parameters
    ----------
    frame : pandas.DataFrame
        Cells are text; columns named in `numeric` are set right-aligned.
    optional : bool
        Whether it is left out where it holds no row, since a sentence beside it says so.
    """

    frame: pd.DataFrame
    caption: str
    numeric: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class Text:
    """Markdown text whose numbers came from the data; `role` sets how a page shows it."""

    markdown: str
    role: str = "text"


@dataclass(frozen=True)
class Result:
    """What the batch collects from a page: rows of one tidy table, and where they belong."""

    record: dict[str, Any]


@dataclass(frozen=True)
class Output:
    """One output of a cell: the same thing in every form, and how a page is to set it."""

    data: dict[str, Any]
    metadata: dict[str, Any]


def show(*items: Figure | Table | Text | Result) -> None:
    """Display `items` in the notebook; returns nothing, so that nothing is echoed."""
    from IPython.display import display

    for item in items:
        for output in outputs(item):
            display(output.data, raw=True, metadata=output.metadata)


def outputs(item: Figure | Table | Text | Result) -> list[Output]:
    """Return what a notebook shows of an item; a drawing is closed once it is taken down."""
    if isinstance(item, Figure):
        return _figure_outputs(item)
    if isinstance(item, Table):
        return [] if item.optional and item.frame.empty else [_table_output(item)]
    if isinstance(item, Text):
        data = {"text/markdown": item.markdown, "text/plain": item.markdown}
        return [Output(data, {"bantar": item.role})]
    rows = len(item.record["results"])
    note = _("{n} row of results recorded", plural="{n} rows of results recorded", n=rows)
    return [Output({RESULT_MIME: item.record, "text/plain": note}, {"bantar": "result"})]


def png(drawing: matplotlib.figure.Figure) -> bytes:
    """Return the drawing as PNG, the same bytes for the same drawing."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    # As savefig does, but drawn once: it draws a figure whose layout is not fixed twice.
    drawing.set_dpi(_DPI)
    canvas = FigureCanvasAgg(drawing)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())[:, :, :3])  # nothing shines through
    buffer = io.BytesIO()
    # For drawings, level 3 is as small as the usual 6 and twice as fast.
    picture.save(buffer, format="png", dpi=(_DPI, _DPI), compress_level=3)
    return buffer.getvalue()


def _figure_outputs(figure: Figure) -> list[Output]:
    import matplotlib.pyplot as plt

    picture = base64.b64encode(png(figure.drawing)).decode("ascii")
    plt.close(figure.drawing)
    marked = f"*{escape_markdown(figure.caption)}* {escape_markdown(figure.not_shown)}"
    plain = f"{figure.caption} {figure.not_shown}"
    data = {"image/png": picture, "text/plain": figure.alt}
    if "JPY_SESSION_NAME" in os.environ:  # JupyterLab shows a picture without its alt text
        data["text/html"] = (
            f'<img alt="{html.escape(figure.alt, quote=True)}" style="max-width:100%" '
            f'src="data:image/png;base64,{picture}">'
        )
    return [
        Output(data, {"image/png": {"alt": figure.alt}, "bantar": "figure"}),
        Output({"text/markdown": marked, "text/plain": plain}, {"bantar": "caption"}),
    ]


def _table_output(table: Table) -> Output:
    if table.frame.empty:  # headings without rows say less than a line does
        said = _("{caption}: none.", caption=table.caption)
        data = {"text/markdown": escape_markdown(said), "text/plain": said}
        return Output(data, {"bantar": "text"})
    frame = table.frame.fillna("").astype("str")
    data = {
        "text/html": _html_table(frame, table),
        "text/markdown": markdown_table(frame, table.caption, table.numeric),
        "text/plain": f"{table.caption}\n{frame.to_string(index=False)}",
    }
    return Output(data, {"bantar": "table"})


def _html_table(frame: pd.DataFrame, table: Table) -> str:
    """Return an HTML table with a caption, row and column headings; cells are escaped."""
    number = [str(c) in table.numeric for c in frame.columns]
    head = "".join(
        f'<th scope="col"{" class=n" if n else ""}>{html.escape(str(c))}</th>'
        for c, n in zip(frame.columns, number, strict=True)
    )
    rows = []
    for cells in frame.itertuples(index=False):
        first, *rest = (html.escape(str(c)) for c in cells)
        tail = "".join(
            f"<td{' class=n' if n else ''}>{c}</td>" for c, n in zip(rest, number[1:], strict=True)
        )
        rows.append(f'<tr><th scope="row">{first}</th>{tail}</tr>')
    return (
        f'<div class="bantar-table" tabindex="0" role="region" '
        f'aria-label="{html.escape(table.caption, quote=True)}"><table>'
        f"<caption>{html.escape(table.caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


class Markdown(str):
    """Text that is Markdown already: :func:`escape_markdown` leaves it as it is."""


def escape_markdown(text: str) -> Markdown:
    r"""Return `text` so that Markdown shows it as it is written, names from data included.

    Examples
    --------
    >>> escape_markdown("<b> *a*")
    '\\<b\\> \\*a\\*'
    """
    if isinstance(text, Markdown):
        return text
    return Markdown(re.sub(r"([\\`*_{}\[\]<>|#$~&^@])", r"\\\1", " ".join(text.split())))


def code_span(text: str) -> Markdown:
    """Return `text` for between two backticks, where nothing can be escaped."""
    return Markdown(" ".join(text.replace("`", "'").split()))


def _width(column: list[str]) -> int:
    """Return the letters that a column wants: its longest word whole, long text in lines."""
    word = max(len(word) for cell in column for word in (cell.split() or [""]))
    longest = max(map(len, column[1:]), default=0)
    return max(word + 2, min(longest, 60 if longest > 120 else 30)) + 5


def markdown_table(frame: pd.DataFrame, caption: str, numeric: tuple[str, ...] = ()) -> str:
    """Return a pipe table with a caption line as pandoc reads it."""
    cells: list[list[str]] = [
        [escape_markdown(str(c)) for c in row] for row in frame.itertuples(index=False)
    ]
    head: list[str] = [escape_markdown(str(c)) for c in frame.columns]
    # In a table wider than the page pandoc gives each column its share of these dashes.
    widths = [_width([name, *(row[n] for row in cells)]) for n, name in enumerate(head)]
    rule = [
        "-" * width + ":" if name in numeric else ":" + "-" * width
        for name, width in zip(map(str, frame.columns), widths, strict=True)
    ]
    lines = [head, rule, *cells]
    body = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"{body}\n\n: {escape_markdown(caption)}"
