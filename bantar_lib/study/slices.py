"""One district's rows out of a large CSV or Parquet file, without loading the rest."""

from __future__ import annotations

import csv
import glob
from pathlib import Path

import numpy as np
import pandas as pd

from bantar_lib.study.cells import typed
from bantar_lib.study.contents import Stages, with_stage_ids
from bantar_lib.study.parquet_file import connect, records
from bantar_lib.study.reading import Place, RawTable, known_headings, places, plain_heading
from bantar_lib.study.tables import TABLES

LARGE = 5_000_000
"""Bytes from which on a file is searched instead of read whole."""


def read_district(
    folder: Path, name: str, code: str, stages: Stages | None = None
) -> pd.DataFrame | None:
    """Return a district's rows of a large table, with types.

    Parameters
    ----------
    folder : Path
        The study's folder.
    name : str
        A table with a ``district_id``.
    code : str
        The district's code.
    stages : mapping, optional
        The study's stages, as :func:`~.contents.read_typed` takes them.

    Returns
    -------
    DataFrame or None
        None where the file is small or of a form that must be read whole (a workbook, other
        headings than the plain ones, another encoding than UTF-8, a cell of the wrong type).
    """
    import duckdb

    found = places(folder, name)
    if len(found) != 1 or found[0].path.stat().st_size < LARGE:
        return None
    source = _source(found[0].path, name)
    if source is None:
        return None
    with connect() as database:
        try:
            result = database.execute(
                f'SELECT * FROM {source} WHERE trim("district_id") = ?',
                [glob.escape(str(found[0].path)), code],
            )
            names = [plain_heading(column[0]) for column in result.description]
            rows = records(result)
        except duckdb.Error:
            return None
    known = known_headings(name)
    cells = pd.DataFrame(
        {known[n]: pd.Series([r[j] for r in rows], dtype="str") for j, n in enumerate(names)
         if n in known}
    )  # fmt: skip
    raw = RawTable(TABLES[name], Place(found[0].path), cells, np.arange(2, len(rows) + 2))
    frame, problems = typed(raw)
    if any(p.severity == "error" for p in problems):
        return None
    return with_stage_ids(frame, raw.table, stages or {})


def _source(path: Path, name: str) -> str | None:
    """Return the table function that reads this file, if it is of a plain form."""
    if path.suffix.lower() == ".parquet":
        return "read_parquet(?)"
    if path.suffix.lower() != ".csv":
        return None
    with path.open("rb") as file:
        first = file.readline()
    try:
        heading = first.decode("ascii").strip()
    except UnicodeDecodeError:
        return None
    names = next(csv.reader([heading]), [])
    if "district_id" not in names or len(set(names)) < len(names):
        return None
    return (
        "read_csv(?, header=true, all_varchar=true, delim=',', quote='\"', escape='\"', nullstr='')"
    )
