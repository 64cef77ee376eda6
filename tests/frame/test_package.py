"""What is installed from a wheel: the data and notebooks, and nothing that a study keeps back."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def packed(tmp_path_factory) -> set[str]:
    """Build the wheel of a copy in which someone works; return the names in it."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(TOP / name, copy)
    for name in ("bantar_lib", "data", "notebooks"):
        shutil.copytree(TOP / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("data/kampung_bantar/private/talk.txt", "notebooks/.ipynb_checkpoints/a.ipynb"):
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).write_text("kept back", encoding="utf-8")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    (wheel,) = (copy / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_data_notebooks_words_and_pages_come_along(packed):
    sources = [
        *TOP.glob("bantar_lib/**/*.py"),
        *TOP.glob("bantar_lib/locale/**/*.po"),
        *TOP.glob("bantar_lib/present/page_template/*"),
        *TOP.glob("bantar_lib/lab/widget/*"),
    ]
    wanted = {path.relative_to(TOP).as_posix() for path in sources}
    for folder in ("data/kampung_bantar", "data/frameworks", "notebooks"):
        files = [p for p in (TOP / folder).glob("[!.]*") if p.is_file()]
        wanted |= {f"bantar_lib/share/{p.relative_to(TOP).as_posix()}" for p in files}
    assert "bantar_lib/share/data/kampung_bantar/study.yml" in wanted
    assert wanted - packed == set()


def test_what_a_study_keeps_back_stays(packed):
    assert [name for name in packed if "private" in name or "checkpoints" in name] == []
