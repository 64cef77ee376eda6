"""A report as one HTML file: style and pictures inside, nothing fetched from a network."""

from __future__ import annotations

import html
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
        # Pandoc puts a variable into its template as it is; so they are escaped here.
        said = {
            "mark": " · ".join(report.marks),
            "contents": _("Contents"),
            "skip": _("Skip to the text"),
            "paper": {"A4": "210mm 297mm", "F4": "215mm 330mm"}[report.office.paper],
        }
        variables = [f"--variable={k}={html.escape(v)}" for k, v in said.items()]
        return run_pandoc(
            [str(tree), "--from=json", "--to=html5", "--standalone", "--embed-resources",
             "--wrap=none", "--toc", "--toc-depth=3", "--shift-heading-level-by=1",
             f"--template={_TEMPLATE}", f"--lua-filter={FILTER}",
             f"--resource-path={folder}", *variables],
            name=name, seconds=report.seconds,
        )  # fmt: skip
