"""An executed notebook as one HTML file."""

from __future__ import annotations

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from bantar_lib.present.page import Page, page_html

PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
)


def output(data: dict[str, str], role: str) -> dict:
    metadata = {"bantar": role}
    if "image/png" in data:
        metadata["image/png"] = {"alt": data["text/plain"]}
    return new_output("display_data", data, metadata=metadata)


@pytest.fixture
def page() -> str:
    """Return the page of a notebook with two figures, a text and an answer."""
    shown = [
        output({"image/png": PICTURE, "text/plain": 'Naik "sekali" <1>.'}, "figure"),
        output({"text/markdown": "*Satu.* Bukan dua."}, "caption"),
        output({"text/markdown": "Di antaranya."}, "text"),
        output({"image/png": PICTURE, "text/plain": "Turun."}, "figure"),
    ]
    cells = [
        new_code_cell("show()", outputs=shown),
        new_markdown_cell("1. Mengapa?", metadata={"tags": ["id", "exercise"]}),
        new_markdown_cell("1. Karena.", metadata={"tags": ["id", "exercise", "answer"]}),
    ]
    return page_html(new_notebook(cells=cells), Page("Judul", "id"))


def test_a_figure_holds_its_finding_and_its_caption(page):
    first, second = re.findall("<figure>.*?</figure>", page, re.DOTALL)
    assert 'alt="Naik &#34;sekali&#34; &lt;1&gt;."' in first
    assert re.search("<figcaption.*Bukan dua.*</figcaption>", first, re.DOTALL)
    assert 'alt="Turun."' in second and "figcaption" not in second
    assert page.count("Bukan dua") == 1 and page.count("Di antaranya") == 1


def test_an_answer_is_folded_and_its_question_is_not(page):
    folded = re.search('<details class="answer">.*?</details>', page, re.DOTALL)[0]
    assert "<summary>Jawaban</summary>" in folded and "Karena" in folded
    assert "Mengapa" not in folded
