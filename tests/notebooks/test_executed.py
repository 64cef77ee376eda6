"""The notebooks run on the bundled study: for its focus, and for a district without evidence."""

from __future__ import annotations

import json
import multiprocessing
import re
import runpy
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from bantar_lib import load_study
from bantar_lib.batch.due import basis, tasks_of
from bantar_lib.batch.execute import Record, run_task
from bantar_lib.batch.plan import Job, plan
from bantar_lib.present.page import Page

pytestmark = pytest.mark.slow

TOP = Path(__file__).parents[2]
EXPECTED = TOP / "tests" / "expected"
FOCUS, OTHER = "Kota Baru", "Jelutung"
NOTEBOOKS = ("00_reading_guide", "01_city", "02_district", "03_evidence", "04_audit")
LANGUAGES = ("id", "en")
WORDS = {
    "id": r"the|of|and|is|are|was|not|with|which|from|by|district|districts|unknown|rate|known"
    r"|figure|table|source|shown|evidence|proposed|implemented",
    "en": r"yang|dan|dari|untuk|tidak|adalah|dengan|pada|sumber|diketahui|diusulkan"
    r"|terlaksana|bukti|belum|gambar|tabel|tingkat|cakupan",
}
MOST_FIGURES = 5


class Reader(HTMLParser):
    """Reads what is seen of a page, without code, names of files and what is folded away."""

    HIDDEN = ("style", "script", "code", "title")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.alts: list[str] = []
        self.levels: list[int] = []
        self._stack: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "img":
            self.alts.append(given.get("alt") or "")
        elif re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag in self.HIDDEN or (tag == "details" and given.get("class") == "code"):
            self._stack.append(tag)

    def handle_endtag(self, tag):
        if self._stack and self._stack[-1] == tag:
            self._stack.pop()

    def handle_data(self, data):
        if not self._stack:
            self.text += " " + " ".join(data.split())


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> dict[tuple[str, str, str], tuple[Job, Record]]:
    """Run what a full batch would, of two districts only: language, notebook, district → job."""
    study, outputs = load_study("kampung_bantar"), tmp_path_factory.mktemp("outputs")
    digest()
    pages = [
        (job, Page(job.output.stem, lang))
        for lang in LANGUAGES
        for job in plan(study, None, lang=lang, outputs=outputs)
        if job.district in ("", FOCUS, OTHER)
    ]
    tasks = tasks_of(pages, basis(study), tmp_path_factory.mktemp("scratch"), {})
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        records = list(pool.map(run_task, tasks))
    return {
        (task.page.lang, task.job.notebook.stem, task.job.district): (task.job, record)
        for task, record in zip(tasks, records, strict=True)
    }


@cache
def digest() -> str:
    return load_study("kampung_bantar").content_hash


CASES = [
    (lang, stem, place)
    for lang in LANGUAGES
    for stem in NOTEBOOKS
    for place in ((FOCUS, OTHER) if stem == "02_district" else ("",))
]


@pytest.fixture
def case(request, ran) -> tuple[Job, Record]:
    return ran[request.param]


every_case = pytest.mark.parametrize("case", CASES, indirect=True, ids="-".join)


def notebook(case: tuple[Job, Record]) -> nbformat.NotebookNode:
    return nbformat.read(case[0].output, as_version=4)


def page(case: tuple[Job, Record]) -> Reader:
    return Reader(case[0].output.with_suffix(".html").read_text("utf-8"))


def test_every_notebook_of_a_batch_is_tried(ran):
    assert set(ran) == set(CASES)


@every_case
def test_it_runs(case):
    assert case[1].status == "done", case[1].error
    outputs = [o for cell in notebook(case).cells for o in cell.get("outputs", [])]
    assert [o.get("text", o.get("ename")) for o in outputs if o.output_type != "display_data"] == []


@every_case
def test_it_keeps_to_its_language(case):
    lang = str(case[0].parameters["lang"])
    seen = page(case)
    for text in map(own_words, (seen.text, *seen.alts)):
        found = re.search(rf"\b({WORDS[lang]})\b", text, re.IGNORECASE)
        assert not found, f"…{text[max(0, found.start() - 80) : found.end() + 40]}…"


def own_words(text: str) -> str:
    """Return what the page says itself: without names and words of the source."""
    for name in sorted(names_of_the_source(), key=len, reverse=True):
        text = text.replace(name, "")
    # A word that is spoken of, and a name in its own language behind the translated one.
    return re.sub(r"“[^”]*”|\([^()]*\)|CC-BY", "", text)


@cache
def names_of_the_source() -> set[str]:
    """Return the headings by which a passage is found again, and words that a check counts."""
    study = load_study("kampung_bantar")
    claims = study.table("claims")
    headings = {*study.table("segments")["section"], *claims["section"]}
    items = {w.strip() for a in claims["arguments"] for w in re.split(r"[=,;|()]", a)}
    return {text for text in headings | items if len(text) > 3}


@every_case
def test_nothing_half_made_is_shown(case):
    seen = page(case)
    for text in (seen.text, *seen.alts):
        found = re.search(r"\b(nan|NaN|None)\b(?! of| \w+ pairs)|<NA>|[{}]|\*\*|\| :?--", text)
        assert not found, f"…{text[max(0, found.start() - 80) : found.end() + 40]}…"


@every_case
def test_a_page_has_one_title_and_no_heading_is_skipped(case):
    levels = page(case).levels
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


@every_case
def test_every_figure_says_its_finding_and_has_a_caption(case):
    outputs = [o for cell in notebook(case).cells for o in cell.get("outputs", [])]
    roles = [o.metadata.get("bantar") for o in outputs]
    for n, role in enumerate(roles):
        assert (role == "figure") is (roles[n + 1 : n + 2] == ["caption"])
    assert all(len(alt) > 20 for alt in page(case).alts)


@every_case
def test_a_page_ends_with_where_it_comes_from(case):
    last = notebook(case).cells[-1]
    assert digest()[:12] in last.outputs[-1].data["text/markdown"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("place", [FOCUS, OTHER])
class TestADistrictsPage:
    def test_it_opens_with_one_paragraph_and_one_figure(self, ran, lang, place):
        cells = notebook(ran[lang, "02_district", place]).cells
        shown = [o.metadata.get("bantar") for c in cells for o in c.get("outputs", [])]
        assert shown[0] == "lead"
        assert "figure" in shown[:3]

    def test_figures_before_the_annex(self, ran, lang, place):
        figures = 0
        for cell in notebook(ran[lang, "02_district", place]).cells:
            if cell.cell_type == "markdown" and re.match(r"##? (Lampiran|Annex)", cell.source):
                break
            figures += sum("image/png" in o.get("data", {}) for o in cell.get("outputs", []))
        else:
            pytest.fail("the page has no annex")
        assert 1 <= figures <= MOST_FIGURES

    def test_its_results_are_left_beside_it(self, ran, lang, place):
        job, _record = ran[lang, "02_district", place]
        record = json.loads(job.output.with_name("result.json").read_text("utf-8"))
        assert record["district"] == place
        assert {row["measure"] for row in record["results"]} >= {"execution", "reach"}


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("id", r"(Tidak|Belum) ada (segmen terkode|bukti)[^.]* kecamatan ini"),
        ("en", r"No (coded segment|evidence)[^.]* this district"),
    ],
)
def test_a_district_without_evidence_says_so(ran, lang, said):
    assert re.search(said, page(ran[lang, "02_district", OTHER]).text)
    assert not re.search(said, page(ran[lang, "02_district", FOCUS]).text)


@pytest.mark.parametrize("stem", NOTEBOOKS)
def test_both_languages_show_the_same(ran, stem):
    """As many figures, tables and texts, in the same order."""
    roles = []
    for lang in LANGUAGES:
        cells = notebook(ran[lang, stem, FOCUS if stem == "02_district" else ""]).cells
        roles.append([o.metadata.get("bantar") for c in cells for o in c.get("outputs", [])])
    assert roles[0] == roles[1]


# The reference notebooks


def held(*paths: Path) -> subprocess.CompletedProcess[str]:
    """Hold reference notebooks to a fresh run."""
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", "-p", "no:cacheprovider",
               "-p", "no:xdist", *map(str, paths)]  # fmt: skip
    return subprocess.run(command, cwd=TOP, capture_output=True, text=True)


def references() -> list[Path]:
    make = runpy.run_path(str(EXPECTED / "make.py"))
    return [target for _path, _lang, target in make["targets"]()]


def test_the_reference_notebooks_are_there_and_small():
    found = references()
    assert set(EXPECTED.glob("*/*.ipynb")) == set(found)
    for path in found:
        text = path.read_text("utf-8")
        assert "image/png" not in text
        assert '"papermill"' not in text
        assert str(TOP) not in text
        assert len(text) < 400_000


def test_the_reference_notebooks_hold():
    done = held(*references())
    assert done.returncode == 0, done.stdout[-6000:]


def test_a_changed_number_is_seen(tmp_path):
    """Of a copy in which one digit of one sentence is another."""
    source = EXPECTED / "id" / "00_reading_guide.ipynb"
    copy = shutil.copy(source, tmp_path / source.name)
    book = nbformat.read(copy, as_version=4)
    lead = next(
        output
        for cell in book.cells
        for output in cell.get("outputs", [])
        if output.metadata.get("bantar") == "lead"
    )
    for form in ("text/markdown", "text/plain"):
        other = str((int(re.search(r"\d", lead.data[form])[0]) + 1) % 10)
        lead.data[form] = re.sub(r"\d", other, lead.data[form], count=1)
    nbformat.write(book, copy)
    done = held(Path(copy))
    assert done.returncode == 1
    assert "1 failed" in done.stdout
