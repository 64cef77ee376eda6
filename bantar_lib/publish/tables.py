"""A report's tables and the result rows behind them as one workbook, with a dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from bantar_lib.exchange.sheets import book_bytes, put, set_widths
from bantar_lib.publish.document import Grid, Report
from bantar_lib.publish.same_bytes import same_bytes
from bantar_lib.words import room_words

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_ = room_words("publish")
_WIDEST = 60


def workbook_bytes(report: Report, results: pd.DataFrame) -> bytes:
    """Return a workbook: a dictionary, the result rows, and each table of the report.

    Parameters
    ----------
    report : Report
    results : pandas.DataFrame
        Rows as ``results.csv`` has them; numbers stay numbers, unknown ones blank.

    Returns
    -------
    bytes
        No cell is a formula: a text that begins with ``=`` stays a text.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = "bantar_lib"
    book.properties.title = report.name
    run = datetime.fromtimestamp(report.seconds, UTC).replace(tzinfo=None)
    book.properties.created = run
    book.properties.language = report.lang
    grids = report.grids()
    names = [_("table_{n}", n=n) for n in range(1, len(grids) + 1)]
    first = book.active
    first.title = _("dictionary")
    _fill_dictionary(first, report, list(zip(names, grids, strict=True)), results)
    columns = list(results.columns)
    _add(book, _("results"), columns, results.itertuples(index=False), report.marks)
    for name, grid in zip(names, grids, strict=True):
        _add(book, name, grid.heads, grid.rows, [grid.caption, *report.marks])
    # openpyxl dates a book by the clock when it is saved.
    return same_bytes(
        book_bytes(book),
        report.seconds,
        {"dcterms:modified": run.strftime("%Y-%m-%dT%H:%M:%SZ").encode()},
    )


def _add(book: Workbook, name: str, heads: Sequence[str], rows: Any, notes: Sequence[str]) -> None:
    """Add a sheet: headings, rows, and below them its notes."""
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet(name)
    widths = [len(h) for h in heads]
    for n, head in enumerate(heads, 1):
        put(sheet.cell(1, n), head)
        sheet.cell(1, n).font = Font(bold=True)
    last = 1
    for last, row in enumerate(rows, 2):
        for n, value in enumerate(row, 1):
            cell = sheet.cell(last, n)
            put(cell, None if pd.isna(value) else value)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            widths[n - 1] = max(widths[n - 1], len(str(value)))
    for n, note in enumerate(notes, last + 2):
        put(sheet.cell(n, 1), note)
        sheet.cell(n, 1).font = Font(italic=True)
    sheet.freeze_panes = "A2"
    set_widths(sheet, [min(w + 2, _WIDEST) for w in widths])


def _fill_dictionary(
    sheet: Any, report: Report, grids: Sequence[tuple[str, Grid]], results: pd.DataFrame
) -> None:
    from openpyxl.styles import Alignment, Font

    lines: list[tuple[str, str, str]] = [(_("Sheet"), _("Column"), _("Meaning"))]
    meanings = _meanings()
    lines += [(_("results"), c, meanings[c]) for c in results.columns]
    for name, grid in grids:
        lines.append((name, "", grid.caption))
        lines += [(name, head, _("as on the page; numbers are written as text")
                   if number else _("as on the page"))
                  for head, number in zip(grid.heads, grid.numeric, strict=True)]  # fmt: skip
    for n, line in enumerate(lines, 1):
        for m, text in enumerate(line, 1):
            put(sheet.cell(n, m), text)
            sheet.cell(n, m).font = Font(bold=n == 1)
            sheet.cell(n, m).alignment = Alignment(wrap_text=True, vertical="top")
    about = [report.name, *report.marks]
    for n, text in enumerate(about, len(lines) + 2):
        put(sheet.cell(n, 1), text)
    sheet.freeze_panes = "A2"
    set_widths(sheet, [16, 34, 90])


def _meanings() -> dict[str, str]:
    """Return what each column of the result rows holds."""
    return {
        "district_id": _("official code of the district, as text"),
        "district": _("its name"),
        "measure": _("execution, reach, or indicator: and the indicator's id"),
        "reading": _("execution: counted or pooled; reach: the scenario; indicator: the "
                     "suggested rating"),
        "value": _("a share between 0 and 1; for an indicator the balance of its evidence, from "
                   "-1 (inhibits) to 1 (supports); blank is unknown"),
        "low": _("lower end of the 95% interval, where there is one"),
        "high": _("upper end of the 95% interval, where there is one"),
        "numerator": _("what is counted: entries, units, or items of evidence that support"),
        "denominator": _("out of how many"),
        "role": _("primary: to be read first; annex: for comparison"),
    }  # fmt: skip
