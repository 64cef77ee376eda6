"""Small made-up studies, put together in memory, for what the bundled study does not show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bantar_lib.frameworks import Framework
from bantar_lib.study import Study, load_study
from bantar_lib.study.tables import TABLES

Rows = Iterable[Mapping[str, Any]]
TYPES = {"int": "Int64", "year": "Int64", "number": "Float64", "bool": "bool"}


def frame(name: str, rows: Rows) -> pd.DataFrame:
    """Return rows as a study's table gives them: typed, in the table's own columns."""
    given = list(rows)
    columns = {}
    for column in TABLES[name].columns:
        kind = TYPES.get(column.kind, "str")
        blank: Any = {"str": "", "bool": False}.get(kind, pd.NA)
        columns[column.name] = pd.Series([r.get(column.name, blank) for r in given], dtype=kind)
    return pd.DataFrame(columns)


def study_of(
    units: Mapping[str, int | None],
    counts: Iterable[tuple[Any, ...]],
    *,
    path: Path = Path("nowhere"),
    stages: Iterable[str] = ("proposed", "implemented"),
    unstaged: Iterable[str] = ("took_part",),
    sources: Iterable[str] = ("s",),
    tables: Mapping[str, Rows] | None = None,
    **config: Any,
) -> Study:
    """Make a study of districts with `units` and of counts.

    `counts` are tuples of district, year, stage, count and, unless it is ``s``, source.
    """
    named = ("district_id", "year", "stage", "count", "source_id")
    rows: dict[str, Rows] = {name: [] for name in TABLES}
    rows["districts"] = [{"district_id": d, "name": f"D{d}", "units": n} for d, n in units.items()]
    rows["counts"] = [dict(zip(named, (*c, "s")[:5], strict=True)) for c in counts]
    rows["sources"] = [{"source_id": s} for s in sources]
    rows.update(tables or {})
    label = {"id": "", "en": ""}
    settings = {
        "id": "made_up",
        "synthetic": True,
        "counts_are": "flow",
        "stages": [{"id": s, "label": label} for s in stages],
        "unstaged": [{"id": s, "label": label} for s in unstaged],
        **config,
    }
    framework = Framework("none", "1", {}, "", (), Path("nowhere"))
    return Study(path, settings, framework, {name: frame(name, r) for name, r in rows.items()})


@pytest.fixture(scope="session")
def made_up() -> Callable[..., Study]:
    return study_of


@pytest.fixture(scope="session")
def bantar() -> Study:
    return load_study("kampung_bantar")
