"""Writes the one workbook that an office can fill in: ``study.xlsx``, a sheet for each table."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bantar_lib.errors import UserError
from bantar_lib.places import shared_folder
from bantar_lib.study.tables import TABLES, Column, Table
from bantar_lib.words import language, room_words

if TYPE_CHECKING:
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

_ = room_words("scaffold")

NEEDED = ("districts", "counts", "sources")
OPTIONAL = ("published", "targets", "budget")
_LAST_ROW = 20_000
_STAGES = ("proposed", "implemented", "took_part")
_EXAMPLES: dict[str, Mapping[str, str]] = {
    "districts": {"district_id": "00.00.01", "name": "Melati", "units": "120", "source_id": "s1"},
    "counts": {
        "district_id": "00.00.01", "year": "2021", "stage": "proposed", "count": "14",
        "source_id": "s1",
    },
    "sources": {
        "source_id": "s1", "kind": "statistic", "title_id": "Rekap tahun 2021",
        "title_en": "Recap of 2021", "release": "quote",
    },
}  # fmt: skip


def write_template(path: str | Path, *, lang: str, stages: Sequence[str] = _STAGES) -> Path:
    """Write the workbook to fill in.

    Parameters
    ----------
    path : str or Path
        Where; the name must be ``study.xlsx`` inside a study's folder for the study to find it.
    lang : {"id", "en"}
        Language of the instructions and comments. Headings are the same in both.
    stages : sequence of str
        What the column ``stage`` offers: ids, and labels, of the stages in ``study.yml``.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    UserError
        Where the file exists already or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from openpyxl import load_workbook
    >>> path = write_template(Path(tempfile.mkdtemp()) / "study.xlsx", lang="en")
    >>> load_workbook(path).sheetnames[:4]
    ['instructions', 'districts', 'counts', 'sources']
    """
    from openpyxl import Workbook

    path = Path(path)
    if path.exists():
        with language(lang):
            raise UserError(_("{file} exists already. Choose another name.", file=path))
    book = Workbook()
    meanings = _meanings(lang)
    with language(lang):
        first = book.active
        assert first is not None
        _fill_instructions(first)
        for name in (*NEEDED, *OPTIONAL):
            page = book.create_sheet(name)
            page.sheet_properties.tabColor = "2A6F6B" if name in NEEDED else "B0B0B0"
            _fill_sheet(page, TABLES[name], stages, meanings)
        try:
            book.save(path)
        except PermissionError:
            raise UserError(
                _("{file} cannot be written: is it open in Excel? Close it and try again.",
                  file=path)
            ) from None  # fmt: skip
    return path


def _meanings(lang: str) -> dict[tuple[str, str], str]:
    path = shared_folder("data") / "dictionary.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {(r["table"], r["column"]): r[f"meaning_{lang}"] for r in csv.DictReader(file)}


def _fill_sheet(
    page: Worksheet,
    table: Table,
    stages: Sequence[str],
    meanings: Mapping[tuple[str, str], str],
) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill, Protection
    from openpyxl.utils import get_column_letter

    for n, column in enumerate(table.columns, 1):
        cell = page.cell(1, n, column.name)
        needed = column.required or column.heading
        cell.font = Font(bold=True, color="FFFFFF" if needed else "000000")
        cell.fill = PatternFill("solid", fgColor="2A6F6B" if needed else "DDE5E4")
        cell.alignment = Alignment(vertical="center")
        cell.protection = Protection(locked=True)
        if text := meanings.get((table.name, column.name)):
            cell.comment = Comment(text, "BANTAR Lab", height=110, width=260)
        # The style of a whole column holds for its empty cells and costs no cell.
        style = page.column_dimensions[get_column_letter(n)]
        style.width = max(14, len(column.name) + 4, 32 if column.name[-3:] in ("_id", "_en") and
                          column.kind == "text" and not column.refers_to else 0)  # fmt: skip
        style.number_format = "0" if column.kind in ("int", "year") else _FORMATS[column.kind]
        style.protection = Protection(locked=False)
        if rule := _rule(column, stages):
            page.add_data_validation(rule)
            rule.add(f"{get_column_letter(n)}2:{get_column_letter(n)}{_LAST_ROW}")
    page.row_dimensions[1].height = 22
    page.freeze_panes = "A2"
    _lock_headings(page)


_FORMATS = {
    "text": "@",
    "code": "@",
    "ids": "@",
    "choice": "@",
    "bool": "@",
    "number": "General",
    "date": "yyyy-mm-dd",
}


def _lock_headings(page: Worksheet) -> None:
    # Without a password: it guards against a slip, not against the person who fills it in.
    page.protection.sheet = True
    for allowed in ("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows",
                    "sort", "autoFilter"):  # fmt: skip
        setattr(page.protection, allowed, False)


def _rule(column: Column, stages: Sequence[str]) -> DataValidation | None:
    from openpyxl.worksheet.datavalidation import DataValidation

    lists = {
        "districts.district_id": f"districts!$A$2:$A${_LAST_ROW}",
        "sources.source_id": f"sources!$A$2:$A${_LAST_ROW}",
        "study.stage": '"' + ",".join(stages) + '"',
    }
    words = column.choices or (("yes", "no") if column.kind == "bool" else ())
    source = lists.get(column.refers_to) or (f'"{",".join(words)}"' if words else "")
    if source:
        rule = DataValidation(type="list", formula1=source, allow_blank=True)
        rule.error = _("Choose one from the list.")
    elif column.kind == "year":
        rule = DataValidation("whole", "1900", "2100", operator="between", allow_blank=True)
        rule.error = _("Write the year in four digits, such as 2021.")
    elif column.kind in ("int", "number"):
        kind = "whole" if column.kind == "int" else "decimal"
        rule = DataValidation(kind, "0", operator="greaterThanOrEqual", allow_blank=True)
        rule.error = _("Write a number from 0 up. Leave the cell blank if it is not known.")
    else:
        return None
    rule.errorTitle = column.name
    rule.showErrorMessage = True
    return rule


def _fill_instructions(page: Worksheet) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    page.title = _("instructions")
    page.column_dimensions["A"].width = 24
    page.column_dimensions["B"].width = 26
    for letter in "CDEFG":
        page.column_dimensions[letter].width = 20
    bold = Font(bold=True)
    page.append([_("How to fill in this workbook")])
    page["A1"].font = Font(bold=True, size=14)
    for line in _steps():
        page.append([line])
        page.merge_cells(start_row=page.max_row, end_row=page.max_row, start_column=1, end_column=7)
        page.cell(page.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        page.row_dimensions[page.max_row].height = 32 if len(line) > 120 else 17
    page.append([])
    page.append([_("Sheet"), _("One row is"), _("Needed")])
    for cell in page[page.max_row]:
        cell.font = bold
    for name, meaning in _sheets().items():
        page.append([name, meaning, _("yes") if name in NEEDED else _("no")])
    for name, example in _EXAMPLES.items():
        page.append([])
        page.append([_("EXAMPLE (made up) for the sheet {name}", name=name)])
        page.cell(page.max_row, 1).font = Font(bold=True, italic=True)
        for row in (list(example), list(example.values())):
            page.append(row)
            for cell in page[page.max_row][: len(row)]:
                cell.number_format = "@"
                cell.fill = PatternFill("solid", fgColor="F3EFD9")
    page.protection.sheet = True


def _steps() -> list[str]:
    return [
        _("1. Fill in the sheets districts, counts and sources; the grey sheets only if you have "
          "the figures. The headings are locked; a dark heading must be filled in."),
        _("2. A blank cell means: not known. Write 0 only where there truly was none."),
        _("3. The code of a district is text, so that 15.70 does not become 15.7. Use the "
          "official code, or codes of your own such as d01."),
        _("4. Enter districts and sources first: the other sheets offer them in a list."),
        _("5. Leave out total rows; the figures of a printed table, its totals too, may go into "
          "the sheet published."),
        _("6. Save the file as study.xlsx in the folder of the study, beside study.yml, and run "
          "bantar check."),
    ]  # fmt: skip


def _sheets() -> dict[str, str]:
    return {
        "districts": _("a district"),
        "counts": _("a district in a year at a stage, from one source"),
        "sources": _("a document or recap from which figures come"),
        "published": _("a figure as it was printed"),
        "targets": _("a target for a year and a stage"),
        "budget": _("money allotted and spent in a year"),
    }
