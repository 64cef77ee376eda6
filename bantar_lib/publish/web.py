"""A report as one HTML file: style and pictures inside, nothing fetched from a network."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bantar_lib.publish.document import Report
from bantar_lib.publish.pandoc import FILTER, run_pandoc, write_tree
from bantar_lib.words import room_words

_ = room_words("publish")
_TEMPLATE = Path(__file__).parent / "report.html"


def web_bytes(report: Report, name: str) -> bytes:
    """Return the report as HTML for a phone, a screen and a printer."""
    with tempfile.TemporaryDirectory() as given:
        folder = Path(given)
        tree = write_tree(report, folder)
        said = {
            "mark": " · ".join(report.marks),
            "contents": _("Contents"),
            "skip": _("Skip to the text"),
            "paper": {"A4": "210mm 297mm", "F4": "215mm 330mm"}[report.office.paper],
        }
        return run_pandoc(
            [str(tree), "--from=json", "--to=html5", "--standalone", "--embed-resources", "--toc",
             "--toc-depth=3", "--shift-heading-level-by=1", f"--template={_TEMPLATE}", f"--lua-filter={FILTER}",
             f"--resource-path={folder}", *(f"--variable={k}={_escaped(v)}"
                                            for k, v in said.items())],
            name=name, seconds=report.seconds,
        )  # fmt: skip


def _escaped(text: str) -> str:
    """Return a variable of the template as HTML: pandoc puts it in as it is."""
    import html

    return html.escape(text)
