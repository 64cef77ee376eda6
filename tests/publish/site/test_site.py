"""A built site, read as text: what it says, what it leads to, and what it must never hold."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest

from bantar_lib import load_study
from bantar_lib.publish.site import build_site
from bantar_lib.words import language

ENGLISH = ("Skip to content", "On this page", "Back to top", "Toggle ", "Next<", "Previous<",
           "Show code", "Hide code", "Please activate", "Made with", "Created using")  # fmt: skip
INDONESIAN = ("Langsung ke isi", "Kembali ke atas", "Berikutnya", "Sebelumnya", "Kode program")


class Read(HTMLParser):
    """Gathers what a page has and leads to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {k: v or "" for k, v in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def pages(site) -> dict[str, str]:
    """Return the pages by path below the site."""
    top = site.first_page.parent
    return {
        path.relative_to(top).as_posix(): path.read_text("utf-8") for path in top.rglob("*.html")
    }


def of_districts(pages: dict[str, str], lang: str) -> dict[str, str]:
    return {k: v for k, v in pages.items()
            if k.startswith(f"{lang}/districts/") and not k.endswith("index.html")}  # fmt: skip


def test_there_is_a_page_for_each_thing_in_both_languages(pages):
    for lang in ("id", "en"):
        names = {k.removeprefix(f"{lang}/") for k in pages if k.startswith(f"{lang}/")}
        assert {"index.html", "city.html", "evidence.html", "audit.html", "guide.html",
                "glossary.html", "framework.html", "dictionary.html", "downloads.html",
                "methods/index.html", "methods/reach.html", "districts/index.html",
                "search.html"} <= names  # fmt: skip
        assert len(of_districts(pages, lang)) == 4


def test_the_first_page_leads_to_both_languages(pages):
    assert 'http-equiv="refresh"' not in pages["index.html"]
    assert {a.get("href") for a in Read(pages["index.html"]).all("a")} == {
        "id/index.html", "en/index.html"}  # fmt: skip


def test_every_page_says_its_language(pages):
    for path, text in pages.items():
        lang = path[:2] if path != "index.html" else "id"
        assert f'lang="{lang}"' in re.search("<html[^>]*>", text)[0], path


def test_no_word_of_the_theme_is_left_in_english(pages):
    indonesian = {k: v for k, v in pages.items() if k.startswith("id/")}
    left = {(k, word) for k, v in indonesian.items() for word in ENGLISH if word in v}
    assert not left
    district = next(iter(of_districts(pages, "id").values()))
    assert [word for word in INDONESIAN[:2] if word not in district] == []


def test_names_are_shown_as_they_are_written(pages, hostile):
    import html

    for lang in ("id", "en"):
        together = "".join(of_districts(pages, lang).values())
        for name in hostile:
            assert f"<h1>{html.escape(name, quote=False)}</h1>" in together
            assert html.escape(name, quote=False) in pages[f"{lang}/districts/index.html"]


def test_no_name_becomes_markup(pages):
    for path, text in pages.items():
        read = Read(text)
        assert not [a for a in read.all("a") if a.get("href", "").startswith("javascript")], path
        assert not [t for t, a in read.tags if any(k.startswith("on") for k in a)], path
        assert "alert(1)</script>" not in text.replace("alert(1)&lt;/script&gt;", ""), path


def test_every_figure_says_its_finding_and_holds_its_caption(pages, alt, site, picture):
    for path, text in of_districts(pages, "id").items():
        images = Read(text).all("img")
        assert [a["alt"] for a in images] == [alt]
        figure = re.search(r"<figure.*?</figure>", text, re.DOTALL)[0]
        assert "<figcaption>" in figure and "Bukan jumlah RT" in figure
        file = (site.first_page.parent / path).parent / images[0]["src"]
        assert file.read_bytes() == picture


def test_every_link_leads_somewhere(pages, site):
    top = site.first_page.parent
    for path, text in pages.items():
        read = Read(text)
        links = [a.get("href", "") for a in (*read.all("a"), *read.all("link"))]
        links += [a.get("src", "") for a in (*read.all("img"), *read.all("script"))]
        for link in filter(None, links):
            parts = urlsplit(link)
            if parts.scheme or not parts.path:
                continue
            assert ((top / path).parent / unquote(parts.path)).exists(), f"{path} → {link}"


def test_nothing_is_fetched_from_elsewhere(pages, site):
    for path, text in pages.items():
        read = Read(text)
        fetched = [a.get("src", "") for tag in ("img", "script", "iframe") for a in read.all(tag)]
        fetched += [a.get("href", "") for a in read.all("link")]
        assert not [f for f in fetched if urlsplit(f).scheme not in ("", "data")], path
        away = [a for a in read.all("a") if a.get("href", "").startswith("http")]
        assert all(a.get("rel") == "noopener noreferrer" for a in away), path
    styles = "".join(p.read_text("utf-8") for p in site.first_page.parent.rglob("*.css"))
    assert not re.search(r"@import|url\(['\"]?(?!data:|[#'\"])", styles)


def test_the_foot_says_where_a_page_comes_from(pages, site):
    page = next(iter(of_districts(pages, "id").values()))
    foot = re.search(r'<div class="provenance">.*?</div>', page, re.DOTALL)[0]
    assert "4 Maret 2025" in foot and "abcdef012345" in foot and "bantar_lib 0.9.9" in foot
    assert 'href="../manifest.jsonl"' in foot
    lines = (site.first_page.parent / "id" / "manifest.jsonl").read_text("utf-8").splitlines()
    assert len([json.loads(line) for line in lines]) == 8


def test_made_up_data_are_called_so_on_every_page(pages):
    for path, text in pages.items():
        if path.startswith("id/"):
            assert "Data rekaan" in text, path


def test_answers_and_code_are_folded(pages):
    page = next(iter(of_districts(pages, "id").values()))
    assert '<details class="answer"><summary>Jawaban</summary>' in page
    assert '<details class="code"><summary>Kode program</summary>' in page
    assert "<details open" not in page


def test_formulas_are_mathml(pages):
    assert "<math" in pages["id/methods/execution.html"]
    assert "mathjax" not in pages["id/methods/execution.html"].lower()


def test_the_search_knows_stems_and_no_code(site):
    index = (site.first_page.parent / "id" / "searchindex.js").read_text("utf-8")
    terms = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))["terms"]
    assert "laksana" in terms and "melaksanakan" not in terms
    assert "bl" not in terms


@pytest.fixture
def built(tmp_path, leave, write_small) -> tuple[Path, Path]:
    """Return study and outputs of a site of its own."""
    pytest.importorskip("sphinx", reason="the site needs the extra [site]")
    path = write_small(synthetic=False)
    leave(load_study(path), "en", tmp_path / "out")
    told: list[str] = []
    with language("en"):
        build_site(load_study(path), outputs=tmp_path / "out", tell=told.append)
    assert any("bantar run small --lang id, then bantar site again" in line for line in told)
    return path, tmp_path / "out"


def contents(top: Path) -> dict[str, bytes]:
    return {p.relative_to(top).as_posix(): p.read_bytes() for p in top.rglob("*") if p.is_file()}


@pytest.mark.slow
def test_what_did_not_change_stays_and_what_did_is_made_anew(built, leave):
    path, outputs = built
    folder = outputs / "small"
    before = contents(folder / "site")
    assert 'hreflang="id"' not in before["en/index.html"].decode()
    assert "bantar run" not in before["en/index.html"].decode(), "readers run nothing"
    assert b'content="0; url=en/index.html"' in before["index.html"], "one language: no choice"
    shutil.rmtree(folder / ".site")
    shutil.rmtree(folder / "site")
    build_site(load_study(path), outputs=outputs)
    assert contents(folder / "site") == before, "the same input gives the same bytes"

    stamps = {p: p.stat().st_mtime_ns for p in (folder / "site" / "en").rglob("*.html")}
    file = next((folder / "en").rglob("*Melati*/02_district.ipynb"))
    book = nbformat.read(file, as_version=4)
    book.cells[3].source = "## Angka baru"
    nbformat.write(book, file)
    site = build_site(load_study(path), outputs=outputs)
    assert site.changed == {"en": 1} and not site.warnings
    written = {p.stem for p, t in stamps.items() if p.stat().st_mtime_ns != t}
    assert {w for w in written if "Melati" in w} and written <= {file.parent.name, "search"}
    assert b"Angka baru" in contents(folder / "site")[f"en/districts/{file.parent.name}.html"]

    file.with_suffix(".html").unlink()  # as where its run failed
    build_site(load_study(path), outputs=outputs)
    assert not [name for name in contents(folder / "site") if file.parent.name in name]
