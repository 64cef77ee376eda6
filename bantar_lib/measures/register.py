"""Distinct units: with a register of units, reach is counted instead of bounded.

A register has one row a unit, year and stage, and may hold millions. It is read by district,
inside the database engine, and only the sums come out.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from bantar_lib.errors import UserError
from bantar_lib.study.study import Study
from bantar_lib.study.tables import REGISTER
from bantar_lib.words import room_words

if TYPE_CHECKING:
    import duckdb

_ = room_words("measures")

# Units are made distinct in a step of their own: that the engine can do on disk when a register
# is larger than the memory it may use. One district's rows are kept, so that the file is read
# once; those of all districts are not, so that they need not fit into memory.
_QUERY = """
    WITH seen AS {kept} (SELECT {district_id} AS district_id, {stage} AS stage,
                                {unit_id} AS unit_id, {year} AS year FROM {rows} {where}),
         units AS (SELECT district_id, stage, count(*) AS units
                   FROM (SELECT DISTINCT district_id, stage, unit_id FROM seen)
                   GROUP BY district_id, stage),
         entries AS (SELECT district_id, stage, count(*) AS entries,
                            array_to_string(list_sort(list(DISTINCT year)), '|') AS years
                     FROM seen GROUP BY district_id, stage)
    SELECT district_id, stage, units, entries, years
    FROM units JOIN entries USING (district_id, stage)
    ORDER BY district_id, stage
"""
# What does not fit is set down in the system's temporary folder, not where the user stands.
_LIMITS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "512MB",
    "temp_directory": tempfile.gettempdir(),
}


def _file(study: Study) -> Path | None:
    """Return the register's file; a Parquet one is preferred, as it reads faster."""
    for ending in ("parquet", "csv"):
        path = study.path / f"register.{ending}"
        if path.exists():
            return path
    return None


def has_register(study: Study) -> bool:
    """Whether the study has a register of units.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> has_register(load_study("kampung_bantar"))
    False
    """
    return _file(study) is not None or not study.table("register").empty


def distinct_units(study: Study, district: str | None = None) -> pd.DataFrame:
    """Count the distinct units that reached each stage in any year of the register.

    ``register.parquet`` or ``register.csv`` is read where it lies, only the rows of `district`
    where one is named; a register on a sheet of ``study.xlsx`` is small and read whole.

    Parameters
    ----------
    study : Study
        The study.
    district : str, optional
        Code, name or alias; without it, all districts.

    Returns
    -------
    DataFrame
        ``district_id, district, stage, distinct, entries, years``: a row a district and stage
        that the register names. `distinct` in units, `entries` in rows of the register (a unit
        counts once a year), `years` those recorded, joined by ``|``.

    Raises
    ------
    UserError
        Where the register's file lacks a column or cannot be read.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> distinct_units(load_study("kampung_bantar")).empty  # the study has no register
    True
    """
    import duckdb

    wanted = None if district is None else str(study.district(district)["district_id"])
    with duckdb.connect(config=_LIMITS) as base:
        base.execute("SET enable_progress_bar = false")  # it would write among the data
        rows, names, values = _source(study, base)
        columns = {c: f"CAST({_quoted(names[c])} AS VARCHAR)" for c in names}
        where, kept = "", "NOT MATERIALIZED"
        if wanted is not None:
            where, kept = f"WHERE {columns['district_id']} = ?", "MATERIALIZED"
        query = _QUERY.format(rows=rows, where=where, kept=kept, **columns)
        try:
            found = base.execute(query, [*values, *([wanted] if wanted else [])]).fetchall()
        except duckdb.Error as error:
            raise UserError(_unreadable(study, error)) from error
    frame = pd.DataFrame(
        found, columns=["district_id", "stage", "distinct", "entries", "years"]
    ).astype({"district_id": "str", "stage": "str", "distinct": "Int64", "entries": "Int64"})
    known = study.districts.set_index("district_id")["name"]
    frame.insert(1, "district", frame["district_id"].map(known).fillna("").astype("str"))
    return frame


def _source(study: Study, base: duckdb.DuckDBPyConnection) -> tuple[str, dict[str, str], list[str]]:
    """Return the SQL source, its heading of each column, and the source's parameters."""
    import duckdb

    path = _file(study)
    if path is None:
        base.register("register_sheet", study.table("register"))
        return "register_sheet", {c.name: c.name for c in REGISTER.columns}, []
    # Codes are text: without all_varchar 15.70 would be read as 15.7.
    reader = "read_parquet(?)" if path.suffix == ".parquet" else "read_csv(?, all_varchar = true)"
    try:
        shape = base.execute(f"DESCRIBE SELECT * FROM {reader}", [str(path)]).fetchall()
    except duckdb.Error as error:
        raise UserError(_unreadable(study, error)) from error
    headings = {str(row[0]).strip().casefold(): str(row[0]) for row in shape}
    names = {}
    for column in REGISTER.columns:
        found = [headings[n] for n in (column.name, *column.aliases) if n in headings]
        if not found:
            raise UserError(
                _(
                    "{file}: the column “{column}” is missing; add it to the first row",
                    file=path.name,
                    column=column.name,
                )
            )
        names[column.name] = found[0]
    return reader, names, [str(path)]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _unreadable(study: Study, error: Exception) -> str:
    path = _file(study)
    return _(
        "{file}: cannot be read ({reason}); save it again as CSV (UTF-8) or Parquet",
        file=path.name if path else "study.xlsx",
        reason=str(error).splitlines()[0],
    )
