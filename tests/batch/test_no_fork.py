"""Where a running process cannot be copied (Windows), each notebook has a new kernel."""

from __future__ import annotations

import os

import pytest

from bantar_lib.batch.manifest import read_manifest

pytestmark = pytest.mark.slow

# What Python reads first, in each process: then it has no more than it has on Windows.
WITHOUT = """
import os
for name in ("fork", "forkpty", "wait3", "wait4", "setsid"):
    delattr(os, name)
"""


def test_a_batch_runs_and_says_why_it_is_slower(bantar_run, study, at, tmp_path, monkeypatch):
    for n in range(1, 4):
        (study / f"private/fails_0{n}.txt").write_text("")
    (study / "private/fails_02.txt").write_text("die")
    (tmp_path / "without").mkdir()
    (tmp_path / "without/sitecustomize.py").write_text(WITHOUT)
    before = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "without"), before]))
    process = bantar_run("--workers", "2")
    out, err = process.communicate(timeout=180)
    assert (out.count(",done,"), out.count(",failed,")) == (3, 1), err
    assert "Kenanga: its process ended with exit code 3" in err
    lines = read_manifest(at("", "en")).values()
    assert {line["engine"] for line in lines} == {"kernel"}
    assert all(line["peak_memory_mb"] > 0 for line in lines if line["status"] == "done")
    told = (
        "Notebooks are given new kernels, which takes longer: this system has no dependable way to "
        "copy a running process.\n"
    )
    assert err.count(told) == 1
