"""A small study, and where a run of it leaves its results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bantar_lib import load_study
from bantar_lib.study import Study


@pytest.fixture
def study(write_small: Callable[..., Path]) -> Study:
    return load_study(write_small())


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """Return where a run leaves its results: beside the study, not in it."""
    return tmp_path / "outputs"
