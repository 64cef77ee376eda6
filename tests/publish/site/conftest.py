"""A small study whose outputs are put together by hand, and its site: no kernel runs here."""

from __future__ import annotations

import base64
import html
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from bantar_lib import load_study
from bantar_lib.batch.plan import plan
from bantar_lib.present.display import escape_markdown
from bantar_lib.publish.site import Site, build_site
from bantar_lib.study import Study

# One white pixel.
PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
)
ALT = 'Naik dari 1 ke 3; "perbedaan" <tidak> terbukti $x$.'
HOSTILE = (
    "<script>alert(1)</script>",
    "[x](javascript:alert(1)) $a$ {{x}}",
    "{math}`x` % (y)= +++ <b onmouseover=alert(1)>",
)
DISTRICTS = (("01", "Melati", 40), *((f"0{n}", name, 50) for n, name in enumerate(HOSTILE, 2)))
RUN = "2025-03-04T08:00:00+07:00"


def shown(data: dict[str, str], role: str) -> NotebookNode:
    return new_output("display_data", data, metadata={"bantar": role})


def executed(lang: str, name: str) -> NotebookNode:
    """Return a notebook as a run leaves it, with every kind of output."""
    text = escape_markdown(name)
    figure = shown({"image/png": PICTURE, "text/plain": ALT}, "figure")
    figure.metadata["image/png"] = {"alt": ALT}
    caption = shown({"text/markdown": f"*Entri di {text}.* Bukan jumlah RT."}, "caption")
    table = (
        '<div class="bantar-table" tabindex="0" role="region" '
        f'aria-label="{html.escape(name)}"><table><caption>Angka {html.escape(name)}</caption>'
        '<thead><tr><th scope="col">Wilayah</th><th scope="col" class=n>entri</th></tr></thead>'
        f'<tbody><tr><th scope="row">{html.escape(name)}</th><td class=n>=1+1</td></tr></tbody>'
        "</table></div>"
    )
    cells = [
        new_markdown_cell("# Seberapa jauh program dilaksanakan?"),
        new_code_cell("import bantar_lib as bl"),
        new_code_cell(
            "show(lead)",
            outputs=[
                shown({"text/markdown": f"**{text}** melaksanakan program."}, "lead"),
                figure,
                caption,
            ],
        ),
        new_markdown_cell("## Angka"),
        new_code_cell(
            "show(table)",
            outputs=[
                shown({"text/markdown": f"#### {text}\n\nIsi."}, "text"),
                shown({"text/html": table, "text/plain": name}, "table"),
                shown({"text/plain": "1 baris hasil tercatat"}, "result"),
            ],
        ),
        new_markdown_cell("## Latihan\n\n1. Mengapa?", metadata={"tags": [lang, "exercise"]}),
        new_markdown_cell("1. Karena.", metadata={"tags": [lang, "exercise", "answer"]}),
    ]
    for n, cell in enumerate(cells):
        cell.id = f"c{n}"
    return new_notebook(cells=cells, metadata={"papermill": {"start_time": RUN}})


def leave_run(study: Study, lang: str, outputs: Path) -> None:
    """Leave what `bantar run` would: notebooks with a page beside each, and the record."""
    lines = []
    for job in plan(study, None, lang=lang, outputs=outputs):
        job.output.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(executed(lang, job.district or "Kota Uji"), job.output)
        job.output.with_suffix(".html").write_text("page", "utf-8")
        root = next(p for p in job.output.parents if p.name == lang)
        lines.append({
            "output": job.output.relative_to(root).as_posix(), "status": "done", "started": RUN,
            "inputs": "abcdef0123456789", "versions": {"bantar_lib": "0.9.9"},
        })  # fmt: skip
    (root / "manifest.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in lines) + '{"output": "half', "utf-8"
    )


@pytest.fixture(scope="session")
def leave() -> Callable[[Study, str, Path], None]:
    """Return the maker of outputs."""
    return leave_run


@pytest.fixture(scope="session")
def hostile() -> tuple[str, ...]:
    """Return names that are markup, script or formula to a careless program."""
    return HOSTILE


@pytest.fixture(scope="session")
def alt() -> str:
    """Return the finding of the figure that every page shows."""
    return ALT


@pytest.fixture(scope="session")
def picture() -> bytes:
    """Return the figure itself."""
    return base64.b64decode(PICTURE)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, write_small_at: Callable[..., Path]) -> Site:
    """Return the site of a small study with hostile names; workers of a session share it."""
    pytest.importorskip("sphinx", reason="the site needs the extra [site]")
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    for _turn in once(folder / "site_made"):
        said = [("01", "report", "site_of_decision_making", "mixed")]
        path = write_small_at(folder / "small_for_site", DISTRICTS, (), evidence=said)
        (path / "published.csv").write_text(
            "source_id,table,row,district_id,column,year,stage,printed\nreport,1,a,01,b,,,9\n",
            "utf-8",
        )
        study = load_study(path)
        for lang in ("id", "en"):
            leave_run(study, lang, folder / "outputs_of_site")
        build_site(study, outputs=folder / "outputs_of_site")
    top = folder / "outputs_of_site" / "small" / "site"
    return Site(top / "index.html", {}, {}, ())


def once(mark: Path) -> Iterator[None]:
    """Yield to the first that comes; let the others wait until it is done."""
    try:
        mark.with_suffix(".begun").mkdir()
    except FileExistsError:
        while not mark.exists():
            time.sleep(0.2)
        return
    yield
    mark.touch()
