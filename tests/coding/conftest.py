"""A made-up study to code in: its tables in memory, its logs and documents in a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bantar_lib import load_study
from bantar_lib.study import Study
from bantar_lib.study.cells import no_rows
from bantar_lib.study.tables import TABLES

HERE, THERE = "15.71.07", "15.71.08"
SOURCES = [
    {"source_id": "article", "kind": "author_statement", "release": "paraphrase"},
    {"source_id": "annex", "part_of": "article", "kind": "statistic", "release": "paraphrase"},
    {"source_id": "talk_1", "kind": "interview", "role": "resident", "release": "quote",
     "sampled": "purposive"},
    {"source_id": "talk_2", "kind": "interview", "role": "official", "release": "quote",
     "sampled": "purposive"},
    {"source_id": "visit", "kind": "observation", "release": "quote", "sampled": "census"},
    {"source_id": "diary", "kind": "interview", "role": "resident", "release": "none"},
    {"source_id": "page", "part_of": "diary", "kind": "interview", "release": "quote"},
]  # fmt: skip

Make = Callable[..., Study]


def filled(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a table of a study, with every column of its form; what is left out is blank.

    Parameters
    ----------
    name : str
        The table.
    rows : list of dict
        Its cells.
    """
    form = no_rows(TABLES[name])
    frame = pd.DataFrame(rows).reindex(columns=form.columns)
    for column, kind in form.dtypes.items():
        blank = {"str": "", "bool": False}.get(str(kind), pd.NA)
        values = [blank if v is None or v != v else v for v in frame[column].astype(object)]
        frame[column] = pd.Series(values, dtype=kind)
    return frame


@pytest.fixture
def make_study(tmp_path: Path) -> Make:
    """Return a maker of studies: segments S1 … of these sources, other tables by name."""

    def make(*segments: dict[str, Any], **tables: list[dict[str, Any]]) -> Study:
        bundled = load_study("kampung_bantar")
        rows = [
            {"segment_id": f"S{n}", "district_id": HERE, "kind": "finding", "datum": f"d{n}",
             "source_id": "talk_1", "text_id": f"teks {n}", "text_en": f"text {n}", **segment}
            for n, segment in enumerate(segments or ({},) * 6, 1)
        ]  # fmt: skip
        given = {"sources": SOURCES, "segments": rows, **tables}
        frames = {name: filled(name, given.get(name, [])) for name in TABLES}
        frames["districts"] = bundled.districts
        return Study(tmp_path, bundled.config, bundled.framework, frames)

    return make


@pytest.fixture
def study(make_study: Make) -> Study:
    """A study of six segments of one talk."""
    return make_study()


@pytest.fixture
def indicators(study: Study) -> list[str]:
    """The framework's indicators, whatever they are called."""
    return [i.id for i in study.framework.indicators]
