"""Pages and Word reports of a made-up study whose district has a hostile name."""

from __future__ import annotations

import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest

from bantar_lib import load_study, run_batch
from bantar_lib.publish import write_report

pytestmark = pytest.mark.slow

EVIL = "<script>alert(1)</script> | **x** `y` $\\z$ \"q\" 'p' [a](evil.example)\n@b ^c^ & #h\\"
SHOWN = " ".join(EVIL.split())
NOTICE = {
    "id": "Data rekaan, hanya untuk latihan dan pengujian.",
    "en": "Made-up data, for practice and tests only.",
}
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
COUNTS = [
    (district, year, stage, count)
    for district, asked, done in (("01", 12, 9), ("02", 20, 11))
    for year in (2020, 2021)
    for stage, count in (("proposed", asked), ("implemented", done))
]
EVIDENCE = [
    ("01", "talk", "content.resources", "supports"),
    ("01", "visit", "content.resources", "inhibits"),
    ("01", "report", "content.resources", "supports"),
]


class Reader(HTMLParser):
    """Reads a page: its tags with their attributes, and the text that is seen."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._hidden = 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._hidden += tag in ("style", "script")

    def handle_endtag(self, tag):
        self._hidden -= tag in ("style", "script")

    def handle_data(self, data):
        self.text += "" if self._hidden else data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def ran(tmp_path_factory, write_small_at) -> Path:
    """Run the library's own notebooks: all in Indonesian, one district in English."""
    top = tmp_path_factory.mktemp("pages")
    districts = (("01", EVIL, 40), ("02", "Kenanga", 50))
    study = write_small_at(top / "small", districts, COUNTS, evidence=EVIDENCE)
    for lang, named in (("id", None), ("en", ["01"])):
        table = run_batch(study, named, lang=lang, workers=2, outputs=top / "outputs")
        assert set(table["status"]) == {"done"}, table["error"].tolist()
    return top


def pages(ran: Path, lang: str) -> dict[Path, Reader]:
    root = ran / "outputs/small" / lang
    return {path: Reader(path.read_text("utf-8")) for path in sorted(root.rglob("*.html"))}


def evil_page(ran: Path, lang: str) -> tuple[Path, Reader]:
    return next((p, r) for p, r in pages(ran, lang).items() if p.parent.name.startswith("01_"))


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_page_says_its_language_and_that_the_data_are_made_up(ran, lang):
    for path, page in pages(ran, lang).items():
        assert page.all("html") == [{"lang": lang}], path
        assert page.text.count(NOTICE[lang]) >= 1, path
        assert "viewport" in [meta.get("name") for meta in page.all("meta")]


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_page_fetches_nothing(ran, lang):
    for path, page in pages(ran, lang).items():
        for tag, attrs in page.tags:
            assert tag not in ("script", "link", "iframe", "object", "embed", "base"), path
            assert not [name for name in attrs if name.startswith("on")], path
            for name in ("src", "srcset", "poster", "data"):
                held = attrs.get(name, "data:image/png;base64,")
                assert held.startswith("data:image/png;base64,"), path
        style = re.search(r"<style>(.*?)</style>", path.read_text("utf-8"), re.DOTALL)
        assert style
        assert not re.search(r"url\(|@import|https?:", style[1])


@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_link_leads_to_a_page_that_a_full_run_makes(ran, lang):
    made = {p.relative_to(ran / "outputs/small/id") for p in pages(ran, "id")}
    for path, page in pages(ran, lang).items():
        for link in page.all("a"):
            href = link["href"]
            if href.startswith("#"):
                continue
            assert not re.match(r"[a-z]+:|//", href), f"{path}: {href}"
            place = (path.parent / href).resolve()
            assert place.relative_to((ran / "outputs/small" / lang).resolve()) in made


def test_every_link_inside_a_page_has_its_end(ran):
    for path, page in pages(ran, "id").items():
        ends = {attrs["id"] for _tag, attrs in page.tags if "id" in attrs}
        for link in page.all("a"):
            if link["href"].startswith("#"):
                assert link["href"][1:] in ends, f"{path}: {link['href']}"


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_figure_says_its_finding_to_who_cannot_see_it(ran, lang):
    for path, page in pages(ran, lang).items():
        notebook = nbformat.read(path.with_suffix(".ipynb"), as_version=4)
        alts = [
            output.data["text/plain"]
            for cell in notebook.cells
            for output in cell.get("outputs", [])
            if "image/png" in output.get("data", {})
        ]
        assert [image["alt"] for image in page.all("img")] == alts, path
        assert all(alts), path


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_hostile_name_is_shown_as_it_is_written(ran, lang):
    _path, page = evil_page(ran, lang)
    seen = " ".join(page.text.split())
    assert seen.count(SHOWN) >= 4  # heading, lead, captions, tables
    assert "\\<" not in seen
    assert "\\|" not in seen


def test_the_hostile_name_is_whole_on_every_page(ran):
    for path, page in pages(ran, "id").items():
        seen = " ".join(page.text.split())
        if "alert(1)" in seen:
            assert seen.count("alert(1)") == seen.count(SHOWN), path


def test_tables_have_headings_and_a_caption(ran):
    _path, page = evil_page(ran, "id")
    tables = [attrs for attrs in page.all("div") if attrs.get("class") == "bantar-table"]
    assert len(tables) >= 4
    assert all(attrs["aria-label"] for attrs in tables)
    assert {attrs["scope"] for attrs in page.all("th") if "scope" in attrs} == {"col", "row"}


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_markdown_of_tables_keeps_its_columns(ran, lang):
    """What a Word report and GitHub read: a pipe in a name opens no new column."""
    path, _page = evil_page(ran, lang)
    notebook = nbformat.read(path.with_suffix(".ipynb"), as_version=4)
    tables = [
        output.data["text/markdown"].split("\n\n")[0].splitlines()
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.get("metadata", {}).get("bantar") == "table"
    ]
    assert tables
    for lines in tables:
        columns = {len(re.findall(r"(?<!\\)\|", line.replace("\\\\", ""))) for line in lines}
        assert len(columns) == 1, lines


@pytest.mark.parametrize(("lang", "district"), [("id", "01"), ("en", "01"), ("id", None)])
def test_the_word_report_shows_the_name_as_it_is_written(ran, lang, district):
    study = load_study(ran / "small")
    path = write_report(study, district, lang=lang, outputs=ran / "outputs")
    with zipfile.ZipFile(path) as archive:
        document = ElementTree.fromstring(archive.read("word/document.xml"))
        links = archive.read("word/_rels/document.xml.rels").decode("utf-8")
    seen = "".join(node.text or "" for node in document.iter(f"{WORD}t"))
    assert NOTICE[lang] in seen
    assert seen.count("alert(1)") == seen.count(SHOWN) > 0
    assert "evil.example" not in links
