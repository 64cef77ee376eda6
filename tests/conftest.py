"""What every test starts from: English words, nobody's settings, fast tests before slow ones.

And a writer of small studies, for tests of what is made from whole studies.
"""

from __future__ import annotations

import atexit
import csv
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

CACHE = Path(__file__).parents[1] / ".pytest_cache"

# Whatever the machine speaks and wherever its user keeps studies, the tests see the same; the
# processes that they start inherit it.
for name in ("BANTAR_DATA", "JPY_SESSION_NAME", "LANGUAGE", "LC_MESSAGES", "LANG"):
    os.environ.pop(name, None)
os.environ["LC_ALL"] = "C.UTF-8"
os.environ["MPLBACKEND"] = "Agg"
for name in ("IPYTHONDIR", "MPLCONFIGDIR"):
    os.environ.setdefault(name, str(CACHE / name.lower()))
# What one session keeps of whole studies is forgotten after it; its workers share it.
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["BANTAR_CACHE"] = tempfile.mkdtemp(prefix="bantar_")
    atexit.register(shutil.rmtree, os.environ["BANTAR_CACHE"], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long last, so that a plain mistake shows at once."""
    items.sort(key=lambda item: any(item.iter_markers(name="slow")) * 1
               + any(item.iter_markers(name="browser")) * 2)  # fmt: skip


SETTINGS: dict[str, object] = {
    "format": 1,
    "id": "small",
    "synthetic": True,
    "title": {"id": "Studi kecil", "en": "A small study"},
    "question": {"id": "Seberapa jauh?", "en": "How far?"},
    "place": {"id": "Kota Uji", "en": "Test City"},
    "district": {"id": "kecamatan", "en": "district"},
    "unit": {"id": "RT", "en": "RT"},
    "framework": "grindle",
    "stages": [
        {"id": "proposed", "label": {"id": "diusulkan", "en": "proposed"}},
        {"id": "implemented", "label": {"id": "terlaksana", "en": "implemented"}},
    ],
    "unstaged": [{"id": "took_part", "label": {"id": "ikut", "en": "took part"}}],
    "counts_are": "flow",
}
SOURCES = (
    # source_id, kind, role
    ("report", "statistic", ""),
    ("talk", "interview", "ketua RT"),
    ("visit", "observation", ""),
    ("note", "author_statement", ""),
)
DISTRICTS = (("01", "Melati", 40), ("02", "Kenanga", 50), ("03", "Mawar", 60))
COUNTS = tuple(
    (district, year, stage, count)
    for district, asked, done in (("01", 12, 9), ("02", 20, 11), ("03", 16, 12))
    for year in (2020, 2021)
    for stage, count in (("proposed", asked), ("implemented", done))
)


def write_small_study(
    folder: Path,
    districts: Sequence[tuple[object, ...]] = DISTRICTS,
    counts: Sequence[tuple[object, ...]] = COUNTS,
    *,
    evidence: Sequence[tuple[str, str, str, str]] = (),
    **settings: object,
) -> Path:
    """Write a small made-up study into a new folder.

    `districts` are tuples of code, name and units; `counts` of district, year, stage and count;
    `evidence` of district, source, indicator and valence; a blank (``""``) is unknown. Further
    keys stand in study.yml.
    """
    import yaml

    folder.mkdir()
    text = yaml.safe_dump({**SETTINGS, **settings}, allow_unicode=True)
    (folder / "study.yml").write_text(text, "utf-8")
    cells: dict[str, tuple[str, Sequence[Sequence[object]]]] = {
        "districts": ("district_id name units", districts),
        "counts": (
            "district_id year stage count source_id", [(*c, "report")[:5] for c in counts],
        ),
        "sources": (
            "source_id kind title_id title_en role release",
            [(s, kind, f"Sumber {s}", f"Source {s}", r, "quote") for s, kind, r in SOURCES],
        ),
        "segments": (
            "segment_id district_id source_id kind datum text_id text_en",
            [(f"S{n}", e[0], e[1], "finding", f"d{n}", f"Keterangan {n}.", f"Statement {n}.")
             for n, e in enumerate(evidence, 1)],
        ),
        "coders": (
            "coder_id name_id name_en kind blind", [("ani", "Ani", "Ani", "person", "yes")],
        ),
    }  # fmt: skip
    for table, (heads, rows) in cells.items():
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([heads.split(), *rows])
    events = [
        {"id": str(n), "event": "code", "segment": f"S{n}", "code": e[2], "valence": e[3]}
        for n, e in enumerate(evidence, 1)
    ]
    (folder / "codings").mkdir()
    log = "".join(json.dumps(event) + "\n" for event in events)
    (folder / "codings" / "ani.jsonl").write_text(log, "utf-8")
    return folder


@pytest.fixture(scope="session")
def write_small_at() -> Callable[..., Path]:
    """Return the writer of small studies."""
    return write_small_study


@pytest.fixture
def write_small(tmp_path: Path) -> Callable[..., Path]:
    """Return a writer of small studies into the test's own folder."""
    return lambda *given, name="small", **more: write_small_study(tmp_path / name, *given, **more)


CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
_BLIND_NET = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium, driven by Playwright; it can reach nothing but this machine."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    pytest.importorskip("axe_playwright_python", reason="axe_playwright_python is not installed")
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync.sync_playwright() as playwright:
        # No sandbox: a test may run as root in a container.
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", _BLIND_NET]
        )
        yield chromium
        chromium.close()
