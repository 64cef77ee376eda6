"""A report as PDF: tagged, with bookmarks, through typst; no browser, no TeX, no network."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bantar_lib.errors import UserError
from bantar_lib.publish.document import Report
from bantar_lib.publish.pandoc import FILTER, run_pandoc, write_tree
from bantar_lib.words import room_words

_ = room_words("publish")
_TEMPLATE = Path(__file__).parent / "report.typ"
_SIZES = {"A4": ("210mm", "297mm"), "F4": ("215mm", "330mm")}


def pdf_bytes(report: Report, name: str) -> bytes:
    """Return the report as PDF/UA-1: a screen reader gets language, headings and table heads.

    Only fonts that come with the libraries are used: Libertinus Serif, and DejaVu Sans for what
    it lacks, such as Arabic letters. Neither has Javanese, Balinese or Sundanese script; a name
    in one of these shows as boxes.

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

    width, height = _SIZES[report.office.paper]
    with tempfile.TemporaryDirectory() as given:
        folder = Path(given)
        tree = write_tree(report, folder)
        body = run_pandoc([str(tree), "--from=json", "--to=typst", f"--lua-filter={FILTER}"],
                          name=name, seconds=report.seconds)  # fmt: skip
        (folder / "report.typ").write_bytes(_TEMPLATE.read_bytes() + b"\n" + body)
        # What comes from data is handed over as text: it is never read as typst's own language.
        said = {
            "title": report.name, "lang": report.lang,
            "mark": " · ".join(report.marks), "width": width, "height": height,
            "page": _("Page"),
        }  # fmt: skip
        fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
        try:
            made = typst.compile(
                str(folder / "report.typ"), root=str(folder), format="pdf", sys_inputs=said,
                font_paths=[str(fonts)], ignore_system_fonts=True, pdf_standards="ua-1",
                timestamp=report.seconds, package_path=str(folder), package_cache_path=str(folder),
            )  # fmt: skip
        except typst.TypstError as fault:
            why = " ".join(str(fault).split())
            raise UserError(_("{file} could not be made: {why}", file=name, why=why)) from None
    return bytes(made)
