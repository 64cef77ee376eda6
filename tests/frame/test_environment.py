"""The lists of dependencies agree, and the notebooks run in the Python that runs the tests."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TOP = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (TOP / "requirements.lock").read_text(encoding="utf-8")
MAKE = shutil.which("make")


def wanted() -> list[Requirement]:
    project = PYPROJECT["project"]
    texts = [
        *project["dependencies"],
        *(text for extra in project["optional-dependencies"].values() for text in extra),
        *PYPROJECT["dependency-groups"]["test"],
        *PYPROJECT["build-system"]["requires"],
    ]
    return [Requirement(text) for text in texts]


def pinned() -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;]+)", LOCK, re.MULTILINE))


def test_lock_pins_what_pyproject_asks_for():
    pins = pinned()
    stale = [
        str(requirement)
        for requirement in wanted()
        if not requirement.specifier.contains(pins.get(canonicalize_name(requirement.name), "0"))
    ]
    assert not stale, f"requirements.lock is stale for {', '.join(stale)}: make lock"


def test_lock_has_a_hash_for_every_pin_and_no_address():
    pins = re.split(r"^(?=[a-z0-9.-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(pins) == len(pinned()), "a package is pinned twice: the numbers would differ"
    assert [p.split()[0] for p in pins if "--hash=sha256:" not in p] == []
    assert not re.search(r"https?:|file:|--index|--find-links|^-e", LOCK, re.MULTILINE)


def test_conda_environment_is_not_stale():
    generator = runpy.run_path(str(TOP / ".ci/environment.py"))
    fresh = generator["environment"]((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    written = (TOP / "environment.yml").read_text(encoding="utf-8")
    assert written == fresh, "environment.yml is stale: python .ci/environment.py"


def test_conda_environment_names_packages_as_conda_does():
    environment = runpy.run_path(str(TOP / ".ci/environment.py"))["environment"]
    text = environment(
        '[project]\nrequires-python = ">=3.11"\n'
        'dependencies = ["duckdb>=1.1", "pypandoc-binary>=1", "typst"]\n'
        'optional-dependencies = {lab = ["jupyterlab"], site = ["sphinx"], batch = ["dask"]}\n'
    )
    assert text.split("dependencies:\n")[1] == (
        "  - python >=3.11,<3.14\n  - python-duckdb >=1.1\n  - jupyterlab\n  - sphinx\n"
        "  - pip\n  - pip:\n      - -e .\n"
    )


def test_one_version_everywhere():
    import bantar_lib

    assert PYPROJECT["project"]["version"] == bantar_lib.__version__
    citation = (TOP / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {bantar_lib.__version__}\n" in citation


def test_notebooks_run_in_this_python():
    from jupyter_client.manager import KernelManager

    command = KernelManager(kernel_name="python3").format_kernel_cmd()
    assert Path(command[0]).samefile(sys.executable)
    assert Path(command[0]).parent.samefile(Path(sys.executable).parent)


@pytest.fixture
def bare_checkout(tmp_path: Path) -> Path:
    shutil.copy(TOP / "Makefile", tmp_path)
    (tmp_path / "bin").mkdir()
    return tmp_path


def make_env(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    fake = folder / "bin/python3"
    fake.write_text(f"#!/bin/sh\n{python}\n", encoding="utf-8")
    fake.chmod(0o755)
    assert MAKE
    return subprocess.run(
        [MAKE, ".venv/bin/python", f"PYTHON={fake}"],
        cwd=folder, capture_output=True, text=True, env={"PATH": os.defpath},
    )  # fmt: skip


@pytest.mark.skipif(MAKE is None, reason="make is not installed")
@pytest.mark.parametrize(
    ("python", "said"),
    [
        ("exit 1", "Python 3.11 or newer is needed"),
        ('case "$2" in *version_info*) exit 0;; *) exit 1;; esac', "has no venv module"),
    ],
    ids=["too old", "no venv"],
)
def test_make_says_in_one_line_which_python_is_missing(bare_checkout, python, said):
    made = make_env(bare_checkout, python)
    lines = [line for line in made.stderr.splitlines() if not line.startswith("make")]
    assert made.returncode != 0
    assert len(lines) == 1
    assert said in lines[0]
    assert not (bare_checkout / ".venv").exists()


@pytest.mark.skipif(MAKE is None, reason="make is not installed")
def test_make_alone_lists_every_target():
    assert MAKE
    listed = subprocess.run([MAKE, "-s", "-C", str(TOP)], capture_output=True, text=True).stdout
    rules = (TOP / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", rules, re.MULTILINE)
    assert phony
    assert re.findall(r"^make (\w+)", listed, re.MULTILINE) == phony[1].split()
