"""What every test starts from: English words, nobody's settings, fast tests before slow ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CACHE = Path(__file__).parents[1] / ".pytest_cache"

# Whatever the machine speaks and wherever its user keeps studies, the tests see the same; the
# processes that they start inherit it.
for name in ("BANTAR_DATA", "LANGUAGE", "LC_MESSAGES", "LANG"):
    os.environ.pop(name, None)
os.environ["LC_ALL"] = "C.UTF-8"
os.environ["MPLBACKEND"] = "Agg"
for name in ("IPYTHONDIR", "MPLCONFIGDIR"):
    os.environ.setdefault(name, str(CACHE / name.lower()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long last, so that a plain mistake shows at once."""
    items.sort(key=lambda item: any(item.iter_markers(name="slow")) * 1
               + any(item.iter_markers(name="browser")) * 2)  # fmt: skip
