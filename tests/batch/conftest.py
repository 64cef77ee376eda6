"""Tiny notebooks in place of the library's own, and batches of them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat import v4

from bantar_lib import load_study, run_batch

PARAMETERS = 'study: str = ""\nlang: str = "id"'
# A district's notebook without heavy imports. It shows a result, and fails in the way
# that the study's private folder, which is no input, says.
DISTRICT = """\
import pathlib, time
from IPython.display import display
private = pathlib.Path(study, "private")
fails = private / f"fails_{district}.txt"
reason = fails.read_text("utf-8") if fails.exists() else ""
digest = (private / "hash.txt").read_text("utf-8")
rows = [{"district_id": district, "measure": "made_up", "value": None if district == "03" else 1}]
"""
FAILING = """\
import os
if reason == "die": os._exit(3)
if reason == "kill worker": os.kill(os.getppid(), 9); time.sleep(60)
if reason.startswith("sleep"): time.sleep(float(reason.split()[1])); reason = ""
if reason == "fill": held = bytearray(400_000_000); time.sleep(30)
assert not reason, reason
"""
RESULT = """\
record = {"input_hash": digest, "results": rows}
display({"application/vnd.bantar.result+json": record, "text/plain": "recorded"}, raw=True,
        metadata={"bantar": "result"})
"""
COMMAND = """\
import sys
from importlib import import_module
from pathlib import Path
folder = Path(sys.argv[1])
from bantar_lib.batch.warm import stay_single
stay_single()
import_module("bantar_lib.batch.plan").shared_folder = lambda _name: folder
from bantar_lib.cli import main
sys.exit(main(sys.argv[2:]))
"""


def book(*cells: str, parameters: str = PARAMETERS) -> nbformat.NotebookNode:
    made = [
        v4.new_markdown_cell("# Apa?", metadata={"tags": ["id"]}, id="apa"),
        v4.new_markdown_cell("# What?", metadata={"tags": ["en"]}, id="what"),
        v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}, id="parameters"),
        *(v4.new_code_cell(cell, id=f"cell{n}") for n, cell in enumerate(cells)),
    ]
    return v4.new_notebook(cells=made)


@pytest.fixture
def notebooks(tmp_path, monkeypatch) -> Path:
    """A folder of tiny notebooks in place of the library's own."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    nbformat.write(book("print(lang)"), folder / "01_city.ipynb")
    own = book(DISTRICT, FAILING, RESULT, parameters=f'{PARAMETERS}\ndistrict: str = ""')
    nbformat.write(own, folder / "02_district.ipynb")
    nbformat.write(book("1 / 0"), folder / "explore.ipynb")  # no number: no batch runs it
    module = import_module("bantar_lib.batch.plan")
    monkeypatch.setattr(module, "shared_folder", lambda _name: folder)
    return folder


@pytest.fixture
def note_hash() -> Callable[[Path], None]:
    def note(folder: Path) -> None:
        (folder / "private/hash.txt").write_text(load_study(folder).content_hash, "utf-8")

    return note


@pytest.fixture
def study(write_small, note_hash) -> Path:
    folder = write_small()
    (folder / "private").mkdir()
    note_hash(folder)
    return folder


Run = Callable[..., pd.DataFrame]


@pytest.fixture
def run(notebooks, study, tmp_path) -> Run:
    """Run the tiny notebooks on one thread, each in a new kernel."""

    def run_them(districts: Sequence[str] | None = None, **options) -> pd.DataFrame:
        options = {"outputs": tmp_path / "outputs", "engine": "kernel", **options}
        with ThreadPoolExecutor(1) as pool:
            return run_batch(study, districts, **{"executor": pool, **options})

    return run_them


@pytest.fixture
def pretended(monkeypatch) -> list[str]:
    """Pretend to run notebooks, at no cost; a list of the districts that were run."""
    from bantar_lib.batch import engine

    ran: list[str] = []

    def pretend(source, part, parameters, **_limits):
        ran.append(parameters.get("district", ""))
        made = nbformat.from_dict(json.loads(nbformat.writes(source)))
        if "district" in parameters:
            digest = Path(parameters["study"], "private/hash.txt").read_text("utf-8")
            rows = [{"district_id": parameters["district"], "measure": "made_up", "value": 1}]
            record = {"input_hash": digest, "results": rows}
            data = {"application/vnd.bantar.result+json": record, "text/plain": "recorded"}
            made.cells[-1].outputs = [v4.new_output("display_data", data)]
        nbformat.write(made, part)
        return engine.Usage(0.1, 1.0, "kernel")

    monkeypatch.setattr(engine, "execute_notebook", pretend)
    return ran


@pytest.fixture
def bantar_run(notebooks, study, tmp_path) -> Callable[..., subprocess.Popen]:
    """Start ``bantar run`` on the tiny notebooks, in a process of its own."""

    def heard() -> None:  # what a shell starts in the background does not hear a Ctrl-C
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def start(*options: str, outputs: str = "outputs") -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, notebooks, "run", study, "--lang", "en", *options,
             "--outputs", tmp_path / outputs],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            preexec_fn=heard,
        )  # fmt: skip

    return start


@pytest.fixture
def at(tmp_path) -> Callable[..., Path]:
    """Return a path among the outputs."""
    return lambda name="", lang="id": tmp_path / "outputs" / "small" / lang / name


@pytest.fixture
def local_cluster(tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setenv("DASK_TEMPORARY_DIRECTORY", str(tmp_path / "dask"))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
        local_directory=str(tmp_path / "dask"),
    ) as made:  # fmt: skip
        yield made
