"""Pages of the PDF: no half-empty ones, no heading at a foot, no signature alone, no silent box."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import matplotlib.pyplot as plt
import pytest
from pypdf import PdfReader

from bantar_lib.present.display import png
from bantar_lib.publish.compose import _numbered, _signature, _text_first
from bantar_lib.publish.document import Block, Grid, Heading, Picture, Prose, Report
from bantar_lib.publish.pdf import pdf_bytes
from bantar_lib.study.report_settings import ReportSettings
from bantar_lib.words import language

Reports = Callable[..., Report]
ROWS = Grid(("No.", "Isi"), tuple((str(n), f"baris{n}") for n in range(3)), "Daftar", (False,) * 2)


def picture(height: float = 4) -> Picture:
    drawing, axes = plt.subplots(figsize=(6, height))
    axes.plot([1, 3])
    made = png(drawing)
    plt.close(drawing)
    return Picture(made, "Naik.", "Naik.")


def filler(lines: int) -> Prose:
    return Prose("\n\n".join(["Isi."] * lines))


def pages(report: Report) -> list[str]:
    made = pdf_bytes(report, "uji.pdf")
    return [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]


def page_of(said: list[str], text: str) -> int:
    (found,) = [n for n, page in enumerate(said) if text in page]
    return found


def test_text_goes_on_where_a_figure_has_no_room(report_of: Reports):
    blocks = _numbered([Heading("Bab"), filler(28), picture(), Prose("Sesudahnya."),
                        filler(40), picture(), Prose("Akhir.")])  # fmt: skip
    said = pages(report_of(*blocks))
    assert page_of(said, "Sesudahnya.") == 0 and page_of(said, "Figure 1.") == 1
    # On its page, the figure stands above the text that goes on.
    assert said[1].index("Figure 1.") < said[1].index("Isi.")
    assert page_of(said, "Figure 1.") <= page_of(said, "Figure 2.")


def test_a_figure_that_has_room_stands_where_it_is_told_of(report_of: Reports):
    said = pages(report_of(Heading("Bab"), filler(3), picture(), Prose("Sesudahnya.")))
    assert len(said) == 1
    assert said[0].index("Bab") < said[0].index("Isi.") < said[0].index("Naik.")
    assert said[0].index("Naik.") < said[0].index("Sesudahnya.")


def test_a_figure_without_text_stays_with_its_heading(report_of: Reports):
    blocks = [Heading("Judul", 2), picture(), Heading("Lain", 2), Prose("Akhir.")]
    said = pages(report_of(Heading("Bab"), filler(28), *blocks))
    assert page_of(said, "Judul") == page_of(said, "Naik.") == 1
    assert said[1].index("Judul") < said[1].index("Naik.") < said[1].index("Lain")


def test_of_a_section_the_text_comes_before_the_figure():
    heading, figure, text, table = Heading("Judul", 3), picture(), Prose("Isi."), ROWS
    told: list[Block] = [heading, figure, text, table]
    assert _text_first(told) == [heading, text, figure, table]
    after = [heading, text, figure, Prose("Lagi."), figure]
    assert _text_first(after) == after


@pytest.mark.parametrize("lines", [35, 36, 37, 38])
def test_a_table_keeps_its_heading_and_the_line_that_leads_to_it(report_of: Reports, lines: int):
    said = pages(
        report_of(Heading("Bab"), filler(lines), Heading("Judul", 2), Prose("Pengantar."), ROWS)
    )
    assert page_of(said, "Judul") == page_of(said, "Pengantar.") == page_of(said, "baris0")


@pytest.mark.parametrize("lines", [29, 30, 31, 32])
def test_the_signature_is_never_alone_on_its_page(report_of: Reports, lines: int):
    closing = Prose("Kolomnya dikosongkan.", "closing")
    said = pages(report_of(filler(lines), ROWS, closing, *_signature(ReportSettings())))
    assert page_of(said, "NIP") == page_of(said, "Kolomnya dikosongkan.")


@pytest.mark.parametrize(
    ("lang", "remedy"), [("en", "take docx or html"), ("id", "pakai docx atau html")]
)
def test_signs_that_show_as_boxes_are_named(report_of: Reports, lang: str, remedy: str):
    told: list[str] = []
    with language(lang):
        pdf_bytes(report_of(Prose("Melati ꦩꦭ 中 ملاتي – φ ≥ “a”")), "uji.pdf", told.append)
    (line,) = told
    assert line.startswith("uji.pdf: ") and remedy in line and "\n" not in line
    assert "中 ꦩ ꦭ (Cjk" in line and "Javanese)" in line
    assert not re.search("[ملφ≥“]", line)


def test_of_many_such_signs_some_are_named(report_of: Reports):
    told: list[str] = []
    pdf_bytes(report_of(Prose("".join(map(chr, range(0xA984, 0xA9A0))))), "uji.pdf", told.append)
    assert told[0].count("ꦄ") == 1 and " … (Javanese)" in told[0]


def test_of_signs_that_the_fonts_hold_nothing_is_said(report_of: Reports):
    told: list[str] = []
    pdf_bytes(report_of(Prose("Melati ملاتي Мелати Ῥόδα – φ ≥ “a” ẞ ʒ")), "uji.pdf", told.append)
    assert told == []


@pytest.mark.parametrize("lines", [2, 6, 10])
def test_a_figure_never_stands_above_its_heading_on_a_page(report_of: Reports, lines: int):
    """Of three figures in a row the last could stand at the head of the page that tells of it."""
    told: list[Block] = [Heading("Bab"), filler(26), picture(5)]
    told += [filler(12), picture(5), filler(lines), Heading("Judul", 2), filler(3), picture(5)]
    said = pages(report_of(*_numbered([*told, filler(30)])))
    heading, figure = page_of(said, "Judul"), page_of(said, "Figure 3.")
    assert (heading, said[heading].index("Judul")) < (figure, said[figure].index("Figure 3."))
