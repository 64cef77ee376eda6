"""Format, lint and types, each as the project's own settings ask for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "--no-fix", "."],
        ["ruff", "format", "--check", "."],
        pytest.param(["mypy", "bantar_lib"], marks=pytest.mark.slow),
        pytest.param(["mypy", "--platform", "win32", "bantar_lib"], marks=pytest.mark.slow),
    ],
    ids=["lint", "format", "types", "types on Windows"],
)
def test_is_clean(command):
    done = subprocess.run([sys.executable, "-m", *command], cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
