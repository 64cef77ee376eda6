"""An executed notebook as a source that the site's builder reads.

The builder sees only what it can show well: text as Markdown, each figure with its alt text and
caption, each table as it was made, and the code folded away below what it shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from bantar_lib.batch.plan import has_tag
from bantar_lib.present.display import escape_markdown
from bantar_lib.words import room_words

_ = room_words("site")
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
_PARTS_OF_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)


def site_notebook(notebook: NotebookNode, heading: str = "", *, mark: str = "") -> str:
    """Return the source of a notebook's page.

    Parameters
    ----------
    notebook : NotebookNode
        Executed, in one language.
    heading : str
        Put in the place of the notebook's own heading, which then stands below it.
    mark : str
        Kept in the source, so that the page is made again when it changes.

    Returns
    -------
    str
        A notebook as JSON, the same for the same input.
    """
    cells: list[NotebookNode] = []
    setup: list[str] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cells.append(new_markdown_cell(_answer(cell) or cell.source))
        elif cell.cell_type == "code":
            shown = list(shown_cells(cell.get("outputs", [])))
            cells += shown
            if shown:
                cells.append(_code(cell.source))
            else:
                setup.append(cell.source.strip())
    if heading:
        _put_heading(cells, heading)
    if setup:  # what shows nothing folds away together, at the end
        cells.append(_code("\n\n".join(setup)))
    return as_json(cells, mark)


def as_json(cells: Sequence[NotebookNode], mark: str = "") -> str:
    """Return cells as a notebook in JSON, with ids that do not change from run to run."""
    for number, cell in enumerate(cells):
        cell.id = f"c{number}"
    book = new_notebook(cells=list(cells), metadata={**_METADATA, "bantar": mark})
    return str(nbformat.writes(book))


def _put_heading(cells: list[NotebookNode], heading: str) -> None:
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("# "):
            question, _newline, rest = cell.source[2:].partition("\n")
            cell.source = f"# {heading}\n\n{block('kicker', question)}\n{rest}"
            return
    cells.insert(0, new_markdown_cell(f"# {heading}"))


def block(name: str, markdown: str) -> str:
    """Return Markdown inside an element of class `name`; it may hold no heading."""
    return f'<div class="{name}">\n\n{markdown}\n\n</div>\n'


def _answer(cell: NotebookNode) -> str:
    """Return an answer folded away, or nothing where the cell is none."""
    if not has_tag(cell, "answer"):
        return ""
    return (
        f'<details class="answer"><summary>{_("Answer")}</summary>\n\n{cell.source}\n\n</details>\n'
    )


def _code(source: str) -> NotebookNode:
    return new_code_cell(source, metadata={"tags": ["hide-input"]})


def _shown(output: NotebookNode, **settings: Any) -> NotebookNode:
    # A cell without code would be passed over, with all that it shows.
    metadata = {"tags": ["remove-input"], "mystnb": settings}
    return new_code_cell("#", outputs=[output], metadata=metadata)


def shown_cells(outputs: Sequence[NotebookNode]) -> Iterator[NotebookNode]:
    """Yield a cell for each thing that outputs show: text, figure with caption, table.

    What a notebook hands to the batch is no part of the page.
    """
    taken = False
    for n, output in enumerate(outputs):
        data, role = output.get("data", {}), output.get("metadata", {}).get("bantar", "")
        if taken or role == "result":
            taken = False
        elif "image/png" in data:
            following = outputs[n + 1] if n + 1 < len(outputs) else {}
            taken = following.get("metadata", {}).get("bantar") == "caption"
            caption = following["data"]["text/markdown"] if taken else ""
            yield _figure(output, caption)
        elif "text/html" in data:
            output = nbformat.from_dict({**output, "data": {"text/html": data["text/html"]}})
            yield _shown(output)
        elif "text/markdown" in data:
            text = no_html(data["text/markdown"])
            yield new_markdown_cell(block("lead", text) if role == "lead" else text)
        else:
            yield _shown(output)


def _figure(output: NotebookNode, caption: str) -> NotebookNode:
    data = output["data"]
    alt = output["metadata"].get("image/png", {}).get("alt") or data.get("text/plain", "")
    only = nbformat.from_dict({**output, "data": {"image/png": data["image/png"]}})
    return _shown(only, image={"alt": alt}, figure={"caption": no_html(caption) or "–"})


def no_html(markdown: str) -> str:
    """Return Markdown in which no tag can begin; what stands between backticks is left.

    Examples
    --------
    >>> no_html("a <b> `<c>`")
    'a &lt;b> `<c>`'
    """
    kept, end = [], 0
    for code in _PARTS_OF_CODE.finditer(markdown):
        kept += [_closed(markdown[end : code.start()]), code.group()]
        end = code.end()
    return "".join([*kept, _closed(markdown[end:])])


def _closed(text: str) -> str:
    return re.sub(r"\\?<", "&lt;", text)


def named(text: str) -> str:
    """Return a name from data as Markdown that shows it as it is written."""
    return no_html(escape_markdown(text))
