"""A report as PDF: tagged, with bookmarks, through typst; no browser, no TeX, no network."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bantar_lib.errors import UserError
from bantar_lib.publish.document import Heading, Picture, Report
from bantar_lib.publish.glyphs import boxes, boxes_told
from bantar_lib.publish.pandoc import FILTER, run_pandoc, write_tree
from bantar_lib.words import room_words

_ = room_words("publish")
_TEMPLATE = Path(__file__).parent / "report.typ"
_SIZES = {"A4": (210, 297), "F4": (215, 330)}
"""Papers in millimetres."""
_MARGIN = 22
"""Millimetres above and below the text."""
_POINTS = 72 / 25.4
_MOVED = "moved.json"
"""The file that tells the template which figures open the next page."""


def pdf_bytes(report: Report, name: str, tell: Callable[[str], object] = warnings.warn) -> bytes:
    """Return the report as PDF/UA-1: a screen reader gets language, headings and table heads.

    Only fonts that come with the libraries are used: Libertinus Serif, and DejaVu Sans for what
    it lacks, such as Arabic letters, so that the bytes are the same on every machine. Neither has
    Javanese, Balinese or Sundanese script; a name in one of these shows as boxes, and `tell` is
    told so in one line.

    Raises
    ------
    UserError
        Where typst is missing or cannot make it.
    """
    try:
        import typst
    except ImportError:
        raise UserError(_("typst is missing; install it: pip install typst")) from None
    import matplotlib

    with tempfile.TemporaryDirectory() as given:
        folder = Path(given)
        tree = write_tree(report, folder)
        body = run_pandoc([str(tree), "--from=json", "--to=typst", f"--lua-filter={FILTER}"],
                          name=name, seconds=report.seconds)  # fmt: skip
        (folder / "report.typ").write_bytes(_TEMPLATE.read_bytes() + b"\n" + body)
        (folder / _MOVED).write_text("[]", "utf-8")
        width, height = _SIZES[report.office.paper]
        # What comes from data is handed over as text: it is never read as typst's own language.
        said = {
            "title": report.name, "lang": report.lang, "mark": " · ".join(report.marks),
            "width": f"{width}mm", "height": f"{height}mm", "margin": f"{_MARGIN}mm",
            "page": _("Page"),
        }  # fmt: skip
        shown = " ".join([body.decode("utf-8"), report.name, *report.marks])
        fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
        if signs := boxes(shown, fonts):
            tell(boxes_told(signs, name))
        try:
            paper = typst.Compiler(
                str(folder / "report.typ"), root=str(folder), font_paths=[str(fonts)],
                ignore_system_fonts=True, sys_inputs=said, package_path=str(folder),
                package_cache_path=str(folder),
            )  # fmt: skip
            _place_figures(paper, folder, report)
            made = paper.compile(format="pdf", pdf_standards="ua-1", timestamp=report.seconds)
            assert isinstance(made, bytes)  # several pages of a PDF are one file
        except typst.TypstError as fault:
            why = " ".join(str(fault).split())
            raise UserError(_("{file} could not be made: {why}", file=name, why=why)) from None
    return made


def _place_figures(paper: Any, folder: Path, report: Report) -> None:
    """Find out which figures have no room where they stand; these open the next page.

    Where a figure stands depends on those before it alone, so the first one that is placed wrongly
    is put right, and with it what the same measuring says of those after it, until none is left.
    One that was moved and landed on the very page it is told of has room there after all.
    """
    room = (_SIZES[report.office.paper][1] - _MARGIN) * _POINTS
    stays = _right_below_a_heading(report)
    moved: list[int] = []
    for _pass in range(2 * sum(isinstance(b, Picture) for b in report.blocks) + 1):
        spots, landed = (json.loads(paper.query(label, field="value"))
                         for label in ("<spot>", "<landed>"))  # fmt: skip
        pages = {mark["figure"]: mark["page"] for mark in landed}
        found = [s["figure"] for s in spots if s["below"] > room and s["figure"] not in stays
                 and pages.get(s["figure"]) != s["page"]]  # fmt: skip
        if found == moved:
            return
        moved = found
        (folder / _MOVED).write_text(json.dumps(moved), "utf-8")


def _right_below_a_heading(report: Report) -> set[int]:
    """Return the figures with no text between them and their heading, which they stay with."""
    before = [None, *report.blocks]
    pairs = [p for p in zip(before, report.blocks, strict=False) if isinstance(p[1], Picture)]
    return {n for n, (above, _figure) in enumerate(pairs, 1) if isinstance(above, Heading)}
