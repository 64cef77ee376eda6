"""The public names can be imported, and the command stays light until it is asked for more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import bantar_lib

HEAVY = ("pandas", "numpy", "scipy", "matplotlib", "papermill", "IPython", "duckdb", "yaml")


@pytest.mark.parametrize("name", bantar_lib.__all__)
def test_public_name(name):
    assert getattr(bantar_lib, name) is not None


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        bantar_lib.no_such_name  # noqa: B018


def imported_by(code: str) -> list[str]:
    """Return which of the heavy libraries `code` imports in a fresh Python."""
    probe = f"import sys\n{code}\nprint(*[n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()


@pytest.mark.parametrize(
    "code",
    [
        "import bantar_lib",
        "import bantar_lib.cli",
        "import bantar_lib.cli\ntry: bantar_lib.cli.main(['--help'])\nexcept SystemExit: pass",
    ],
    ids=["library", "command", "help"],
)
def test_nothing_heavy_is_imported(code):
    if "cli" in code and not (Path(bantar_lib.__file__).parent / "cli.py").exists():
        pytest.skip("there is no bantar_lib/cli.py")
    assert imported_by(code) == []


def test_the_probe_sees_a_heavy_import():
    assert "yaml" in imported_by("import yaml")
