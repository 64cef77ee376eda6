"""A notebook run in a forked process has what a new kernel gives it, in every detail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from awkward import FATAL, FINE, RAISING, notebook, plain, run

from bantar_lib.batch.engine import can_fork
from bantar_lib.batch.plan import batch_notebooks, declared_parameters, one_language, read_notebook

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux"),
]
LIMITS = {"loops": {"timeout": 3}, "swells": {"memory_mb": 600}}
CASES = {
    "fine": notebook(FINE),
    "raising": notebook(RAISING, raising=True),
    **{name: notebook(cells) for name, cells in FATAL.items()},
}


def both(folder: Path, notebooks, parameters=None):
    """Run notebooks both ways, in folders ``auto`` and ``kernel``; return how each ended."""
    told = {}
    for name, node in notebooks.items():
        nbformat.write(node, folder / f"{name}.ipynb")
    for engine in ("auto", "kernel"):
        (folder / engine).mkdir()
        told[engine] = run(engine, folder / engine, {
            name: (folder / f"{name}.ipynb", (parameters or {}).get(name, {}), LIMITS.get(name, {}))
            for name in notebooks
        })  # fmt: skip
    return told


@pytest.fixture(scope="module")
def awkward_runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("awkward")
    return folder, both(folder, CASES, {"fine": {"x": 2, "left_by": "left.txt"}})


@pytest.mark.parametrize("name", CASES)
def test_outputs_errors_and_metadata_are_those_of_a_new_kernel(awkward_runs, name):
    folder, told = awkward_runs
    assert plain(folder / "auto" / f"{name}.ipynb") == plain(folder / "kernel" / f"{name}.ipynb")
    assert told["auto"][name][0] == told["kernel"][name][0]


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("fine", "done"),
        ("leaves", "done"),
        ("fails", "KeyError: 'key'"),
        ("exits", "its process ended with exit code 3"),
        ("crashes", "its process was ended by signal 11 (SIGSEGV)"),
        ("loops", "the notebook took longer than 3 seconds"),
        ("swells", "the notebook held more than 600 MB of memory"),
    ],
)
def test_each_end_is_told_and_outputs_before_it_are_kept(awkward_runs, name, how):
    folder, told = awkward_runs
    assert told["auto"][name][:2] == [how, "forked"]
    assert told["kernel"][name][1] == "kernel"
    if name not in ("fine", "leaves"):
        assert "so far" in (folder / "auto" / f"{name}.ipynb").read_text()
    assert all(cpu > 0 and memory > 0 for _how, _engine, cpu, memory in told["auto"].values())


def test_what_a_notebook_wants_done_at_its_end_is_done(awkward_runs):
    folder, _told = awkward_runs
    assert all(
        (folder / engine / "left.txt").read_text() == "left" for engine in ("auto", "kernel")
    )


def test_our_notebooks_are_the_same_either_way(tmp_path):
    given = {"study": "kampung_bantar", "lang": "id", "district": "Kota Baru"}
    notebooks = {path.stem: one_language(read_notebook(path), "id") for path in batch_notebooks()}
    parameters = {
        path.stem: {k: v for k, v in given.items() if k in declared_parameters(path)}
        for path in batch_notebooks()
    }
    told = both(tmp_path, notebooks, parameters)
    assert [how for how, *_rest in told["auto"].values()] == ["done"] * len(notebooks)
    for name in notebooks:
        forked, new = (tmp_path / e / f"{name}.ipynb" for e in ("auto", "kernel"))
        assert plain(forked) == plain(new)


def test_a_warm_process_reads_the_grammar_of_addresses_only_when_asked():
    pytest.importorskip("rfc3987_syntax")
    code = """
import sys
from bantar_lib.batch.warm import warm_up
warm_up("kampung_bantar", "id", draw=False)
import jsonschema
print("rfc3987_syntax" in sys.modules)
checker = jsonschema.Draft7Validator.FORMAT_CHECKER
print(checker.conforms("http://a/é", "iri"), checker.conforms("a b", "iri"))
print(sys.modules["rfc3987_syntax"].__spec__.name)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "True", "False", "rfc3987_syntax"]


def test_a_process_with_threads_is_not_forked():
    import threading

    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert "threads" in can_fork()
    finally:
        stop.set()
        thread.join()
