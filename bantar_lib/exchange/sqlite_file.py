"""Reading SQLite files of other programs: only reading, and within limits."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bantar_lib.errors import UserError
from bantar_lib.exchange.archive import MOST_BYTES
from bantar_lib.words import room_words

_ = room_words("exchange")

Row = dict[str, object]


class Tables:
    """The tables of an open file."""

    def __init__(self, connection: sqlite3.Connection, file: str) -> None:
        self._connection, self._file = connection, file

    def columns(self, table: str) -> tuple[str, ...]:
        """Return a table's columns; none where it is missing."""
        found = self._connection.execute(
            "select i.name from sqlite_master m, pragma_table_info(m.name) i "
            "where m.name = ? and m.type = 'table'",  # a view may run without end
            (table,),
        )
        return tuple(row[0] for row in found)

    def rows(self, table: str, columns: tuple[str, ...], order: str) -> list[Row]:
        """Return a table's rows; a column that this version lacks is None.

        Raises
        ------
        UserError
            Where the file has no such table.
        """
        # Names come from this library, never from the file.
        have = self.columns(table)
        if not have:
            raise UserError(_("{file} has no table “{table}”: it is of another program or version.",
                              file=self._file, table=table))  # fmt: skip
        wanted = [c if c in have else f"null as {c}" for c in columns]
        found = self._connection.execute(
            f"select {', '.join(wanted)} from {table} order by {order}"
        )
        return [dict(zip(columns, row, strict=True)) for row in found]


class _Patience:
    """Stops a file whose rows cost work without end."""

    MOST_CALLS = 2000

    def __init__(self) -> None:
        self.calls = 0

    def over(self) -> bool:
        """Say whether it has taken too long."""
        self.calls += 1
        return self.calls > self.MOST_CALLS


@contextmanager
def open_tables(path: Path, file: str) -> Iterator[Tables]:
    """Open a SQLite file for reading; the file itself is never touched.

    Raises
    ------
    UserError
        Where it is missing, too large, or no SQLite file.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError(_("{file} is larger than {most} bytes and is not read.",
                              file=file, most=MOST_BYTES))  # fmt: skip
        with path.open("rb") as opened:
            if opened.read(16) != b"SQLite format 3\0":
                raise UserError(_("{file} is no SQLite file.", file=file))
    except OSError as fault:
        raise UserError(
            _("{file} cannot be opened: {why}.", file=file, why=fault.strerror or fault)
        ) from None
    with tempfile.TemporaryDirectory() as folder:
        # A copy, with what a running program has not merged yet: reading must change nothing.
        copy = Path(folder) / "copy.sqlite3"
        shutil.copyfile(path, copy)
        log = path.with_name(path.name + "-wal")
        if log.is_file() and log.stat().st_size <= MOST_BYTES:
            shutil.copyfile(log, copy.with_name(copy.name + "-wal"))
        connection = sqlite3.connect(copy)
        try:
            connection.execute("pragma trusted_schema = off")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES)
            connection.set_progress_handler(_Patience().over, 1_000_000)
            yield Tables(connection, file)
        except sqlite3.Error as fault:
            raise UserError(_("{file} is damaged: {why}.", file=file, why=fault)) from None
        finally:
            connection.close()
