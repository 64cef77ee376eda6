"""Write environment.yml, the conda form of the dependencies in pyproject.toml.

Run it from anywhere, with Python 3.11 or newer: ``python .ci/environment.py``.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
NEWEST_PYTHON = "<3.14"

# Where conda-forge calls a package otherwise than the index of Python packages does.
CONDA_NAMES = {"duckdb": "python-duckdb"}
# What only pip has: it comes with the install of bantar_lib itself. conda-forge's pypandoc would
# not count as pypandoc-binary for pip, which would then lay its own over it; its typst is the
# program, not the library.
BY_PIP = {"pypandoc-binary", "typst"}

_TEXT = """\
# Generated from pyproject.toml by: python .ci/environment.py
name: bantar
channels:
  - conda-forge
dependencies:
  - python {python}
{packages}
  - pip
  - pip:
      - -e .
"""


def environment(pyproject: str) -> str:
    """Return environment.yml for the text of a pyproject.toml: the core, ``lab`` and ``site``."""
    project = tomllib.loads(pyproject)["project"]
    extras = project["optional-dependencies"]
    lines = []
    for requirement in [*project["dependencies"], *extras.get("lab", []), *extras.get("site", [])]:
        name, version = re.fullmatch(r"([\w.-]+)\s*(.*)", requirement).groups()  # type: ignore[union-attr]
        if name not in BY_PIP:
            lines.append(f"  - {CONDA_NAMES.get(name, name)} {version}".rstrip())
    python = f"{project['requires-python']},{NEWEST_PYTHON}"
    return _TEXT.format(python=python, packages="\n".join(lines))


if __name__ == "__main__":
    text = environment((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    (TOP / "environment.yml").write_text(text, encoding="utf-8", newline="\n")
