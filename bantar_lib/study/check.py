"""Checking a study: every fault at once, each with its place and its remedy."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from bantar_lib.study.coding_logs import check_logs
from bantar_lib.study.contents import Contents, ReadTable, read_contents
from bantar_lib.study.counts_rules import check_counts
from bantar_lib.study.problems import Problem, and_rows, in_order, nearest
from bantar_lib.study.reading import ENDINGS, WORKBOOK, plain_heading
from bantar_lib.study.references import check_focus, check_references, is_total, zeros_lost
from bantar_lib.study.release import releases_of
from bantar_lib.study.report_settings import REPORT_FILE, check_report
from bantar_lib.study.settings import FILE, read_yaml
from bantar_lib.study.tables import RELEASES, TABLES
from bantar_lib.study.xlsx_file import sheet_names
from bantar_lib.words import room_words

_ = room_words("study")

NEEDED = ("districts", "counts", "sources")
"""The tables without which nothing can be evaluated."""
YEARS = range(1900, 2101)
_SHOWN = 8


def check_study(path: str | Path) -> list[Problem]:
    """Return all faults of a study.

    Parameters
    ----------
    path : str or Path
        The study's folder.

    Returns
    -------
    list of Problem
        By file and row; messages in the current language. Without an error in it the study can
        be evaluated.

    Examples
    --------
    >>> from bantar_lib.study import find_study
    >>> [p for p in check_study(find_study("kampung_bantar")) if p.severity == "error"]
    []
    """
    folder = Path(path)
    if not folder.is_dir():
        return [Problem("error", folder.name, None, "", _("there is no such folder"),
                        _("`bantar list` shows the studies there are."))]  # fmt: skip
    contents = read_contents(folder)
    return in_order([
        *faults_of(contents, TABLES),
        *_nothing_yet(contents),
        *_open_elsewhere(contents),
        *check_focus(contents),
        *check_logs(contents),
        *check_report(folder),
        *_stray_files(contents),
    ])  # fmt: skip


def faults_of(contents: Contents, names: Collection[str]) -> list[Problem]:
    """Return the faults of what was read and of the tables `names`."""
    problems = list(contents.problems)
    # What a workbook holds that cannot be opened is not known: no table is missing yet.
    closed = any(p.file.casefold() == WORKBOOK and p.severity == "error" for p in problems)
    for name in names:
        if name not in contents.tables:
            if TABLES[name].required and not closed:
                problems.append(_missing(name))
            continue
        table = contents.tables[name]
        problems.extend(_check_columns(table))
        problems.extend(_check_cells(table, contents))
        problems.extend(_check_key(table))
        problems.extend(_check_ranges(table))
        problems.extend(check_references(contents, table))
    if "districts" in contents.tables:
        problems.extend(_check_districts(contents.tables["districts"]))
    if "counts" in contents.tables:
        problems.extend(check_counts(contents))
    return problems


def _missing(name: str) -> Problem:
    columns = ",".join(c.name for c in TABLES[name].columns if c.required or c.heading)
    return Problem("error", f"{name}.csv", None, "", _("the table is missing"),
                   _("Add {name}.csv with the headings {columns}, or a sheet “{name}” in {book}.",
                     name=name, columns=columns, book=WORKBOOK))  # fmt: skip


def _check_columns(table: ReadTable) -> Iterator[Problem]:
    if not len(table.raw.cells.columns):
        yield table.problem("error", None, "", _("none of its headings is known"),
                            _("Write the headings in line 1: {names}.",
                              names=", ".join(c.name for c in table.table.columns)))  # fmt: skip
        return
    for column in table.table.columns:
        if (column.required or column.heading) and column.name not in table.raw.cells:
            yield Problem("error", table.file, 1, column.name, _("the column is missing"),
                          _("Add a column with the heading {name}.", name=column.name))  # fmt: skip


def _check_cells(table: ReadTable, contents: Contents) -> Iterator[Problem]:
    for column in table.table.columns:
        if not column.required or column.name not in table.raw.cells:
            continue
        blank = ~table.filled(column.name)
        if table.table.name == "segments" and column.name in ("text_id", "text_en"):
            if "sources" not in contents.tables or contents.tables["sources"].unread:
                continue  # which of the cells must be blank cannot be known
            blank &= ~_unreleased(contents, table)  # what may not leave must not stand here
        if table.table.name == "districts":
            blank &= ~_totals(table)  # a total is to be deleted, not to be filled in
        where = np.flatnonzero(blank)
        if len(where):
            yield table.problem("error", int(where[0]), column.name,
                                _("the cell is blank") + and_rows(table.rows[where]),
                                _("Fill it in: each row needs one."))  # fmt: skip
    if table.table.name == "segments":
        yield from _check_release(table, contents)


def _unreleased(contents: Contents, segments: ReadTable) -> np.ndarray:
    sources = contents.frame("sources")
    known = releases_of(sources[sources["release"].isin(RELEASES)])
    closed = [source for source, release in known.items() if release == "none"]
    return segments.frame["source_id"].isin(closed).to_numpy(dtype=bool)


def _check_release(segments: ReadTable, contents: Contents) -> Iterator[Problem]:
    """Report words of a source that may not be released: a study's tables are shared."""
    closed = _unreleased(contents, segments)
    for column in ("text_id", "text_en"):
        for i in np.flatnonzero(closed & segments.filled(column)):
            yield segments.problem(
                "error", int(i), column,
                _("holds text although nothing of {source} may be released",
                  source=segments.frame["source_id"].iat[int(i)]),
                _("Empty the cell and keep the text in private/, or mend the source's release."),
            )  # fmt: skip
    for i in np.flatnonzero(closed):
        document = str(segments.frame["document"].iat[int(i)])
        if document and (contents.folder / "documents" / Path(document).name).exists():
            yield segments.problem(
                "error", int(i), "document",
                _("{document} stands in documents/ although nothing of its source may be released",
                  document=document),
                _("Move it to private/."),
            )  # fmt: skip


def _check_key(table: ReadTable) -> Iterator[Problem]:
    """Report rows that name the same thing; all of their lines are given."""
    key = list(table.table.key)
    if any(c not in table.raw.cells for c in table.table.key if table.table.column(c).required):
        return
    frame = table.frame[key]
    some = frame[frame.duplicated(keep=False)].astype("object").fillna("").astype("str")
    groups: dict[tuple[str, ...], list[int]] = {}
    for position, *values in some.itertuples(name=None):
        groups.setdefault(tuple(values), []).append(position)
    for named, positions in groups.items():
        values = [v for v in named if v]
        if not values:
            continue  # blank keys are reported as blank cells
        yield table.problem(
            "error", positions[1], key[0],
            _("repeats row {row}: {key}", row=int(table.rows[positions[0]]), key=", ".join(values))
            + and_rows(table.rows[positions[1:]]) + _said_by_rows(table, positions),
            _("Delete one of the rows, or mend {columns}.", columns=", ".join(key)),
        )  # fmt: skip


def _said_by_rows(table: ReadTable, positions: list[int]) -> str:
    """Return what rows that name one thing say of it, where a table holds one number a row."""
    numbers = [c.name for c in table.table.columns if c.name not in table.table.key
               and c.kind in ("int", "number") and (c.required or c.heading)]  # fmt: skip
    if len(numbers) != 1 or numbers[0] not in table.raw.cells:
        return ""
    said = [table.raw.cells[numbers[0]].iat[i] or "–" for i in positions[:_SHOWN]]
    return _("; the rows say {values}",
             values=", ".join(said) + (", …" if len(positions) > _SHOWN else ""))  # fmt: skip


def _check_ranges(table: ReadTable) -> Iterator[Problem]:
    for column in table.table.columns:
        if column.kind == "year":
            values = table.frame[column.name].astype("Float64")
            bad = ((values < YEARS[0]) | (values > YEARS[-1])).fillna(False)
            message = _("{value} is not a year between {first} and {last}",
                        value="{value}", first=YEARS[0], last=YEARS[-1])  # fmt: skip
            remedy = _("Write the year with four digits.")
        elif column.kind in ("int", "number"):
            bad = (table.frame[column.name] < 0).fillna(False)
            message = _("{value} is below 0", value="{value}")
            remedy = _("Correct the number; leave the cell blank if it is not known.")
        else:
            continue
        for i in np.flatnonzero(bad.to_numpy(dtype=bool)):
            shown = f"{float(str(table.frame[column.name].iat[int(i)])):.15g}"
            yield table.problem("error", int(i), column.name,
                                message.replace("{value}", shown), remedy)  # fmt: skip


def _totals(districts: ReadTable) -> np.ndarray:
    named = districts.frame[["district_id", "name"]]
    return named.map(is_total).any(axis=1).to_numpy(dtype=bool)


def _check_districts(table: ReadTable) -> Iterator[Problem]:
    for i in np.flatnonzero(_totals(table)):
        column = next(c for c in ("name", "district_id") if is_total(table.frame[c].iat[int(i)]))
        yield table.problem(
            "warning", int(i), column,
            _("“{name}” looks like a total, which would be counted as a district",
              name=table.frame[column].iat[int(i)]),
            _("Delete the row; a printed total belongs in published.csv."),
        )  # fmt: skip
    names = table.frame[["name", "parent"]].apply(lambda c: c.str.casefold())
    named = names[(names["name"] != "") & names.duplicated(keep=False)]
    for _value, group in named.groupby(["name", "parent"], sort=False):
        first, second = (int(table.rows[i]) for i in group.index[:2])
        yield table.problem(
            "warning", int(group.index[1]), "name",
            _("“{name}” stands in row {row} too, under the same parent",
              name=table.frame["name"].iat[int(group.index[1])], row=first)
            + and_rows(table.rows[group.index[1:]]),
            _("Delete row {row} if it is the same district; else tell them apart by parent.",
              row=second),
        )  # fmt: skip
    yield from zeros_lost(table)


def _nothing_yet(contents: Contents) -> Iterator[Problem]:
    """Report a table that waits to be filled in: no error, but nothing can be said yet."""
    districts, counts = (contents.tables.get(name) for name in ("districts", "counts"))
    if districts and not districts.unread and not len(districts.rows):
        yield districts.problem("warning", None, "",
                                _("holds no districts yet, so that `bantar run` has nothing to do"),
                                _("Write one row for each district."))  # fmt: skip
    if counts and not counts.unread and not len(counts.rows):
        yield counts.problem("warning", None, "",
                             _("holds no counts yet, so that every district is unknown"),
                             _("Write one row for each district, year and stage."))  # fmt: skip


def _open_elsewhere(contents: Contents) -> Iterator[Problem]:
    """Report workbooks beside which a spreadsheet keeps its lock: they may change any moment."""
    closed = {p.file for p in contents.problems if p.severity == "error"}
    for path in sorted(contents.folder.glob("*.[xX][lL][sS][xX]")):
        is_read = path.stem.casefold() in TABLES or path.name.casefold() == WORKBOOK
        locks = (f"~${path.name}", f".~lock.{path.name}#")  # of Excel, of LibreOffice
        if (
            is_read
            and path.name not in closed
            and any((contents.folder / lock).exists() for lock in locks)
        ):
            yield Problem("warning", path.name, None, "",
                          _("is open in a spreadsheet program: what is not saved yet is not seen"),
                          _("Save it there, then check again."))  # fmt: skip


def _stray_files(contents: Contents) -> Iterator[Problem]:
    """Report files and sheets that look like a table but are read by nobody."""
    read = {FILE, REPORT_FILE, f"{contents.settings.config.get('framework')}.yml"}
    for path in sorted(contents.folder.iterdir()):
        stem, ending = path.stem.casefold(), path.suffix.casefold()
        if path.name.startswith((".", "~$")) or not path.is_file():
            continue
        if ending in (".xls", ".ods", ".xlsm", ".tsv") and nearest(stem, [*TABLES, "study"]):
            yield Problem("warning", path.name, None, "", _("is not read"),
                          _("Save it as .xlsx or .csv."))  # fmt: skip
        elif ending in ENDINGS and stem not in TABLES and path.name.casefold() != WORKBOOK:
            if near := nearest(stem, TABLES, cutoff=0.75):
                yield Problem("warning", path.name, None, "", _("is not read"),
                              _("Did you mean “{near}”?", near=near + ending))  # fmt: skip
        elif path.name.casefold() == WORKBOOK:
            for sheet in sheet_names(path):
                near = nearest(plain_heading(sheet), TABLES, cutoff=0.75)
                if near and plain_heading(sheet) not in TABLES:
                    yield Problem("warning", f"{path.name}[{sheet}]", None, "", _("is not read"),
                                  _("Did you mean “{near}”?", near=near))  # fmt: skip
        elif ending in (".yml", ".yaml") and path.name not in read:
            fault = read_yaml(path)[2]
            if fault:
                yield fault
