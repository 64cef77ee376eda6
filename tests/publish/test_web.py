"""The HTML report: one file, nothing fetched, usable on a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from reports import ALT, HOSTILE, put

from bantar_lib import load_study
from bantar_lib.publish import write_report


@pytest.fixture(scope="module")
def page(write_small_at, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("web")
    study = load_study(write_small_at(folder / "small"))
    put(study, folder / "outputs")
    return write_report(study, "Melati", outputs=folder / "outputs", format="html")


def test_it_is_whole_and_names_are_names(page):
    import html

    text = page.read_text("utf-8")
    assert '<html lang="id">' in text and "<title>Laporan Evaluasi" in text
    assert not re.findall(r'(?:src|href)="(?!data:|#)', text)
    assert "<script" not in text
    assert HOSTILE in html.unescape(text)
    assert 'alt="' + html.escape(ALT) + '"' in text
    assert len(text.encode()) < 1_500_000


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_it_without_fault(page, browser, scheme):
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(
        viewport={"width": 320, "height": 640}, color_scheme=scheme, offline=True
    )
    shown = context.new_page()
    shown.goto(page.as_uri())
    assert Axe().run(shown).response["violations"] == []
    assert shown.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()
