"""Reading Parquet, whole or one district of it, without loading the rest."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bantar_lib.study.grid import Grid, cannot_open
from bantar_lib.study.xlsx_file import cell_text
from bantar_lib.words import room_words

if TYPE_CHECKING:
    import duckdb

_ = room_words("study")


def connect() -> duckdb.DuckDBPyConnection:
    """Return a database in memory that neither fetches extensions nor keeps a file."""
    import duckdb

    return duckdb.connect(
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )


def read_parquet(path: Path) -> Grid:
    """Read a Parquet file into a grid; its first record is the headings."""
    import duckdb

    grid = Grid(path.name)
    try:
        with path.open("rb"):
            pass
        with connect() as database:
            found = database.execute("SELECT * FROM read_parquet(?)", [glob.escape(str(path))])
            names = [column[0] for column in found.description]
            kinds = [str(column[1]) for column in found.description]
            rows = records(found)
    except OSError as fault:
        grid.report("error", None, *cannot_open(path, fault))
        return grid
    except duckdb.Error:
        grid.report("error", None, _("is not a Parquet file, or is damaged"),
                    _("Write it again, or use CSV."))  # fmt: skip
        return grid
    grid.records = [names, *rows]
    grid.rows = list(range(1, len(rows) + 2))
    numbers = ("INT", "DOUBLE", "FLOAT", "DECIMAL", "BIGINT", "NUMBER")
    grid.number_columns = {
        j for j, kind in enumerate(kinds) if any(n in kind.upper() for n in numbers)
    }
    return grid


def records(found: duckdb.DuckDBPyConnection) -> list[list[str]]:
    """Return the rows of a query as text cells; NULL is blank."""
    texts = [str(column[1]) == "VARCHAR" for column in found.description]
    return [[_text(v, t) for v, t in zip(r, texts, strict=True)] for r in found.fetchall()]


def _text(value: Any, is_text: bool) -> str:
    if value is None:
        return ""
    if is_text:
        return str(value).strip()
    # NaN is how pandas writes an unknown number.
    return "" if value != value else cell_text(value)[0]
