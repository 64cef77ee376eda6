"""A small study, and where a run of it leaves its results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bantar_lib import load_study
from bantar_lib.publish.document import Block, Report
from bantar_lib.study import Study
from bantar_lib.study.report_settings import ReportSettings


@pytest.fixture
def study(write_small: Callable[..., Path]) -> Study:
    return load_study(write_small())


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """Return where a run leaves its results: beside the study, not in it."""
    return tmp_path / "outputs"


@pytest.fixture
def report_of() -> Callable[..., Report]:
    """Return a maker of a report that consists of the blocks given."""

    def report(*blocks: Block) -> Report:
        return Report("Uji", "Kota Uji", "id", ReportSettings(), ("KONSEP",), 315_532_800, blocks)

    return report
