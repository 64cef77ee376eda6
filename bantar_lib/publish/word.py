"""A report as Word document, through pandoc with a reference document of our own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from bantar_lib.publish.document import Report
from bantar_lib.publish.pandoc import FILTER, pandoc, run_pandoc, write_tree
from bantar_lib.publish.paper import whole_rows, write_reference
from bantar_lib.publish.same_bytes import same_bytes


def word_bytes(report: Report, name: str) -> bytes:
    """Return the report as ``.docx``: real headings, tables, captions and alternative texts."""
    with tempfile.TemporaryDirectory() as given:
        folder = Path(given)
        tree, reference = write_tree(report, folder), folder / "reference.docx"
        mark = " · ".join(report.marks)
        write_reference(pandoc(), reference, paper=report.office.paper, mark=mark)
        made = run_pandoc(
            [str(tree), "--from=json", "--to=docx", "--output=-", f"--lua-filter={FILTER}",
             f"--reference-doc={reference}", f"--resource-path={folder}"],
            name=name, seconds=report.seconds,
        )  # fmt: skip
    title = escape(report.name).encode("utf-8")  # pandoc would print it above the letterhead too
    return same_bytes(made, report.seconds, {"dc:title": title},
                      {"word/document.xml": whole_rows})  # fmt: skip
