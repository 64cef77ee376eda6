"""A built site in a browser, opened from a folder: reach, search, width, and no request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
PAGES = ("index", "city", "districts/index", "glossary", "framework", "methods/index",
         "methods/execution", "dictionary", "downloads", "search", "../index")  # fmt: skip


def opened(browser: Any, *, width: int = 1200, dark: bool = False, **more: Any) -> Any:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", **more
    )
    return context.new_page()


def address(site: Any, lang: str, name: str) -> str:
    return (site.first_page.parent / lang / f"{name}.html").resolve().as_uri()


def names_of_pages(site: Any, lang: str) -> list[str]:
    districts = [p.stem for p in (site.first_page.parent / lang / "districts").glob("0*.html")]
    return [*PAGES, *(f"districts/{d}" for d in districts)]


def test_no_page_has_a_fault_that_axe_finds_or_asks_for_anything(site, browser):
    # Both languages have the same pages: one is read wide and light, the other narrow and dark.
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe").Axe()
    faults: list[tuple[str, ...]] = []
    asked: list[str] = []
    said: list[str] = []  # by a script that a name became
    for lang, width, dark in (("id", 1200, False), ("en", 320, True)):
        page = opened(browser, width=width, dark=dark)
        page.on("request", lambda r: asked.append(r.url))
        page.on("dialog", lambda d: said.append(d.message))
        for name in names_of_pages(site, lang):
            page.goto(address(site, lang, name))
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                faults.append((lang, name, f"{wide} px wide at {width}"))
            found = axe.run(page).response["violations"]
            faults += [(lang, name, v["id"], v["nodes"][0]["html"][:200]) for v in found]
    assert not faults and not said
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]


def results(page: Any) -> list[str]:
    page.wait_for_function(
        "document.querySelector('.search-summary')?.innerText.length > 0", timeout=10_000
    )
    return page.eval_on_selector_all("ul.search a", "all => all.map(a => a.textContent)")


def test_a_word_is_found_in_another_form(site, browser):
    page = opened(browser)
    page.goto(address(site, "id", "search") + "?q=pelaksanaan")
    assert "Melati" in results(page)
    assert "halaman memuat yang dicari" in page.inner_text(".search-summary")
    page.goto(address(site, "id", "search") + "?q=zzzqqq")
    assert results(page) == []
    assert page.inner_text(".search-summary").startswith("Tidak ada halaman")


def test_a_hostile_name_found_is_shown_as_it_is_written(site, browser, hostile):
    page = opened(browser)
    page.on("dialog", lambda d: pytest.fail(d.message))
    page.goto(address(site, "id", "search") + "?q=script")
    assert hostile[0] in results(page)


def test_both_stemmers_agree_on_every_word_of_the_site(site, browser):
    snowballstemmer = pytest.importorskip("snowballstemmer")
    words = sorted(words_of(site.first_page.parent / "id"))
    assert len(words) > 500
    page = opened(browser)
    page.goto(address(site, "id", "search"))
    stem_all = "words => { const s = new Stemmer(); return words.map(w => s.stemWord(w)) }"
    stems = page.evaluate(stem_all, words)
    ours = snowballstemmer.stemmer("indonesian").stemWords(words)
    assert [(w, a, b) for w, a, b in zip(words, stems, ours, strict=True) if a != b] == []


def words_of(folder: Path) -> set[str]:
    import html
    import re

    text = " ".join(p.read_text("utf-8") for p in folder.rglob("*.html"))
    return set(re.findall(r"[^\W\d_]+", html.unescape(re.sub("<[^>]+>", " ", text)).lower()))


def test_the_switch_keeps_the_page(site, browser):
    page = opened(browser)
    page.goto(address(site, "id", "methods/reach"))
    page.click(".languages a")
    assert page.url == address(site, "en", "methods/reach")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_by_keyboard_alone(site, browser):
    page = opened(browser, width=400)
    page.goto(address(site, "id", "city"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#furo-main-content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.box") == "__navigation"
    assert not page.is_visible(".sidebar-tree a")
    page.keyboard.press("Enter")
    page.wait_for_timeout(400)
    assert page.is_visible(".sidebar-tree a")
    page.keyboard.press("Escape")
    assert page.get_attribute("button.nav-overlay-icon", "aria-expanded") == "false"


def test_one_switch_shows_the_code_of_a_page(site, browser):
    page = opened(browser)
    page.goto(address(site, "id", "city"))
    assert not page.is_visible("details.code")
    page.click("text=Kode program")
    assert page.is_visible("details.code pre")
    page.click(".show-code")
    assert not page.is_visible("details.code")
    page = opened(browser, java_script_enabled=False)
    page.goto(address(site, "id", "city"))
    assert page.is_visible("details.code summary")


def test_without_scripts_the_pages_are_reached(site, browser):
    page = opened(browser, java_script_enabled=False)
    page.goto(site.first_page.resolve().as_uri())
    page.click("text=Bahasa Indonesia")
    page.click("text=Setiap kecamatan")
    page.click("article >> text=Melati")
    assert page.inner_text("h1") == "Melati"


def test_twice_as_large_the_page_still_fits(site, browser):
    page = opened(browser, width=640, device_scale_factor=2)
    page.goto(address(site, "id", "city"))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_figures_keep_a_white_ground_in_the_dark(site, browser):
    page = opened(browser, dark=True)
    page.goto(address(site, "id", "city"))
    ground = "getComputedStyle(document.querySelector('figure img')).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
