"""A report's tables and the result rows behind them as one workbook, with a dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

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
        _add(book, name, grid.heads, _cells(grid, report.lang), [grid.caption, *report.marks])
    # openpyxl dates a book by the clock when it is saved.
    return same_bytes(
        book_bytes(book),
        report.seconds,
        {"dcterms:modified": run.strftime("%Y-%m-%dT%H:%M:%SZ").encode()},
    )


class Shown(NamedTuple):
    """A number of a page: its value, how Excel is to show it, and how the page wrote it."""

    number: int | float
    format: str
    text: str

    def __str__(self) -> str:
        return self.text


def as_number(text: str, lang: str) -> Shown | str:
    """Return a cell that holds one number as that number, any other as the text it is.

    Parameters
    ----------
    text : str
        As a page in `lang` writes it: a percentage, thousands parted, a long minus.
    lang : {"id", "en"}
        Says which of point and comma is the decimal mark.

    Examples
    --------
    >>> as_number("21,3%", "id")[:2], as_number("1.562", "id")[:2], as_number("1.562", "en")[:2]
    ((0.213, '0.0%'), (1562, '#,##0'), (1.562, '0.000'))
    >>> as_number("21–30%", "id"), as_number("007", "id")
    ('21–30%', '007')
    """
    point, comma = (re.escape(mark) for mark in ((",", ".") if lang == "id" else (".", ",")))
    whole = rf"0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?:{comma}[0-9]{{3}})+"
    found = re.fullmatch(rf"([-−]?)({whole})(?:{point}([0-9]+))?(%?)", text)
    if found is None:
        return text
    sign, digits, decimals, percent = found.groups(default="")
    plain = re.sub(comma, "", digits)
    # Decimal, since 21.3 / 100 is not the nearest float to 0.213.
    value = Decimal(f"{sign and '-'}{plain}.{decimals or 0}") / (100 if percent else 1)
    shown = ("0" if plain == digits else "#,##0") + ("." + "0" * len(decimals) if decimals else "")
    exact = int(value) if value == int(value) and not decimals and not percent else float(value)
    return Shown(exact, shown + percent, text)


def _cells(grid: Grid, lang: str) -> Iterator[list[Shown | str]]:
    """Yield a table's rows, the cells of its columns of numbers as numbers where they are."""
    for row in grid.rows:
        yield [as_number(text, lang) if number else text
               for text, number in zip(row, grid.numeric, strict=True)]  # fmt: skip


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
            if isinstance(value, Shown):
                cell.value, cell.number_format = value.number, value.format
            else:
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
        lines += [(name, head, _("as on the page; a cell with more than one number is text")
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
                   "-1 (inhibits) to 1 (supports), blank where evidence does not suffice; "
                   "blank is unknown"),
        "low": _("lower end of the 95% interval, where there is one"),
        "high": _("upper end of the 95% interval, where there is one"),
        "numerator": _("what is counted: entries, units, or items of evidence that support"),
        "denominator": _("out of how many"),
        "role": _("primary: to be read first; annex: for comparison"),
    }  # fmt: skip
