"""Coding in Excel: a workbook with what was coded and room for a new coder, out and back in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bantar_lib.errors import UserError
from bantar_lib.exchange.codebook import valence_of, valence_words
from bantar_lib.exchange.found import CODES, CODINGS, SOURCES, UNPLACED, FoundProject, tidy
from bantar_lib.exchange.losses import Loss, LossesReport
from bantar_lib.exchange.release import Coding, Released, released, segment_text
from bantar_lib.exchange.sheets import (
    add_sheet,
    book_bytes,
    key_of,
    put,
    read_sheets,
    save,
    set_widths,
    told,
)
from bantar_lib.study import Study
from bantar_lib.words import current_language, room_words

_ = room_words("exchange")

PLACE = ("segment", "document", "start", "end", "text")
PER_CODER = ("code", "valence", "memo")
SHEET, CODE_SHEET = "codings", "codes"
NEW = "?"
"""Stands in the headings of the new coder until he or she writes a name there."""
_EMPTY_ROWS = 2000  # drop-downs reach so far below the last row


def write_workbook(study: Study, path: str | Path) -> LossesReport:
    """Write a workbook for coding in Excel.

    Parameters
    ----------
    study : Study
        The study; labels are written in the current language.
    path : str or Path
        A ``.xlsx`` file.

    Returns
    -------
    LossesReport
        What the workbook holds, and what may not be released.

    Notes
    -----
    The sheet ``codings`` has one row a segment or coded place: what each coder coded, then three
    empty columns with drop-downs for a new coder, who puts his or her name into their headings in
    place of ``?``. A row may be copied to give a segment a second code. No cell is a formula.

    Examples
    --------
    >>> import tempfile
    >>> from bantar_lib import load_study
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = write_workbook(load_study("kampung_bantar"), Path(folder) / "kb.xlsx")
    >>> report.written["segments"]
    88
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise UserError(_("{file}: the name must end in .xlsx.", file=path.name))
    from openpyxl import Workbook

    leaves = released(study)
    book = Workbook()
    book.remove(book.active)
    coders = leaves.coders
    heading = [told(p) for p in PLACE]
    heading += [f"{c}: {told(what)}" for c in (*coders, NEW) for what in PER_CODER]
    rows = list(_rows(study, leaves, coders))
    sheet = add_sheet(book, SHEET, heading, rows)
    set_widths(sheet, (10, 14, 7, 7, 70, *([26, 12, 30] * (len(coders) + 1))))
    sheet.freeze_panes = "F2"
    lang = current_language()
    items = [(i.label[lang], i.id, i.definition[lang]) for i in study.framework.indicators]
    items += [(made.label, code, made.memo) for (_coder, code), made in leaves.codes.items()]
    set_widths(
        add_sheet(book, CODE_SHEET, (told("code"), "id", told("definition")), items), (40, 30, 80)
    )
    _add_drop_downs(sheet, len(PLACE) + 3 * len(coders) + 1, len(rows), len(items))
    _add_guide(book)
    save(path, book_bytes(book))
    kept = [Loss(what, n, _("may not be released"), True) for what, n in leaves.withheld.items()]
    written = {"segments": len(leaves.segments), "codings": len(leaves.codings),
               "coders": len(coders)}  # fmt: skip
    return LossesReport(path, written, tuple(kept))


def _rows(study: Study, leaves: Released, coders: Sequence[str]) -> Iterator[list[Any]]:
    labels = {i.id: i.label[current_language()] for i in study.framework.indicators}
    words = valence_words(current_language())
    by_place: dict[tuple[str, str, int, int], dict[str, list[Coding]]] = {}
    texts: dict[tuple[str, str, int, int], str] = {}
    for row in leaves.segments.to_dict("records"):
        place = (row["segment_id"], "", 0, 0)
        by_place[place], texts[place] = {}, segment_text(row)
    for c in leaves.codings:
        place = (c.segment, "", 0, 0) if c.segment else ("", c.document, c.start, c.end)
        by_place.setdefault(place, {}).setdefault(c.coder, []).append(c)
        texts.setdefault(place, c.text)
    for (segment, document, start, end), coded in by_place.items():
        for n in range(max([1, *map(len, coded.values())])):
            line: list[Any] = [segment, document, *((start, end) if document else (None, None)),
                               texts[segment, document, start, end]]  # fmt: skip
            for coder in coders:
                own = coded.get(coder, [])[n : n + 1]
                line += [labels.get(own[0].code, own[0].label), words.get(own[0].valence, ""),
                         own[0].memo] if own else [None, None, None]  # fmt: skip
            yield line


def _add_drop_downs(sheet: Any, column: int, rows: int, codes: int) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    words = ",".join(valence_words(current_language()).values())
    for n, choices in ((0, f"={CODE_SHEET}!$A$2:$A${codes + 1}"), (1, f'"{words}"')):
        drop = DataValidation(type="list", formula1=choices, allow_blank=True)
        drop.showErrorMessage = n == 1  # a coder may write a code of his or her own
        letter = get_column_letter(column + n)
        sheet.add_data_validation(drop)
        drop.add(f"{letter}2:{letter}{rows + _EMPTY_ROWS}")


def _add_guide(book: Any) -> None:
    sheet = book.create_sheet(_("guide")[:31])
    lines = (
        _("Write your coder name into the headings of the last three columns in place of “?”."),
        _("Choose a code and a valence from the lists, or write a code of your own."),
        _("For a second code copy the whole row and code the copy."),
        _("Do not change the first four columns: they say where a coding stands."),
        _("Texts of segments are paraphrases in the words of the study."),
    )
    for n, line in enumerate(lines, 1):
        put(sheet.cell(n, 1), line)
    set_widths(sheet, (110,))


def read_workbook(path: str | Path) -> FoundProject:
    """Read a workbook of :func:`write_workbook` that coders filled in.

    Parameters
    ----------
    path : str or Path
        The ``.xlsx`` file.

    Returns
    -------
    FoundProject
        Each coder's codings, with the study's segment or document and place; codes by their id
        in the framework where the workbook's list has them. To put them into a log, see
        :func:`~bantar_lib.exchange.into_study.import_codings`.

    Raises
    ------
    UserError
        Where a column is missing, or the new coder's columns are filled in without a name.

    Examples
    --------
    >>> import tempfile
    >>> from bantar_lib import load_study
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _report = write_workbook(load_study("kampung_bantar"), Path(folder) / "kb.xlsx")
    ...     found = read_workbook(Path(folder) / "kb.xlsx")
    >>> "reader_a" in found.coders
    True
    """
    path = Path(path)
    sheets = read_sheets(path)
    rows = sheets.get(SHEET)
    if not rows or tuple(key_of(c, PLACE) for c in rows[0][: len(PLACE)]) != PLACE:
        raise UserError(
            _("{file}: the sheet “{sheet}” must begin with the columns {columns}.",
              file=path.name, sheet=SHEET, columns=", ".join(map(told, PLACE))))  # fmt: skip
    ids = {" ".join(r[0].split()).casefold(): r[1] for r in sheets.get(CODE_SHEET, [])[1:] if r[0]}
    groups = _groups(rows[0], path.name)
    codings: list[dict[str, Any]] = []
    unplaced: list[dict[str, Any]] = []
    for number, row in enumerate(rows[1:], 2):
        for coder, at in groups.items():
            cells = {what: row[n] if n < len(row) else "" for what, n in at.items()}
            if not cells["code"].strip():
                if (cells["valence"] + cells["memo"]).strip():
                    unplaced.append({"coder": coder, "quote": cells["memo"],
                                     "why": _("row {n}: no code is given", n=number)})  # fmt: skip
                continue
            if coder == NEW:
                raise UserError(
                    _("{file}: row {n} is coded without a coder's name; write the name into the "
                      "headings in place of “?”.", file=path.name, n=number))  # fmt: skip
            codings.append(_coding(row, coder, cells, ids, path.name, number))
    names = dict.fromkeys(c["code"] for c in codings)
    return FoundProject(
        program="Excel",
        codes=tidy(({"code": n, "name": n, "codable": True} for n in names), CODES),
        sources=tidy([], SOURCES),
        codings=tidy(codings, CODINGS),
        unplaced=tidy(unplaced, UNPLACED),
    )


def _groups(heading: Sequence[str], file: str) -> dict[str, dict[str, int]]:
    """Return for each coder the columns of code, valence and memo."""
    groups: dict[str, dict[str, int]] = {}
    for n, name in enumerate(heading[len(PLACE) :], len(PLACE)):
        coder, colon, what = name.rpartition(":")
        if colon and (key := key_of(what, PER_CODER)) in PER_CODER:
            groups.setdefault(coder.strip(), {}).setdefault(key, n)
    broken = [c for c, at in groups.items() if set(at) != set(PER_CODER)]
    if broken:
        raise UserError(
            _("{file}: the coder “{coder}” needs the three columns {columns}; write the name into "
              "all three headings.", file=file, coder=broken[0],
              columns=", ".join(f"{broken[0]}: {told(w)}" for w in PER_CODER)))  # fmt: skip
    return groups


def _coding(
    row: Sequence[str], coder: str, cells: dict[str, str], ids: dict[str, str], file: str, n: int
) -> dict[str, Any]:
    segment, document, start, end, text = (c.strip() for c in (*row, *[""] * len(PLACE))[:5])
    if not segment and not (document and start.isdecimal() and end.isdecimal()):
        raise UserError(
            _("{file}: row {n} names neither a segment nor a place in a document; copy the first "
              "four cells from the original.", file=file, n=n))  # fmt: skip
    valence = valence_of(cells["valence"])
    if cells["valence"].strip() and not valence:
        raise UserError(
            _("{file}: row {n} has the valence “{valence}”; choose one from the list.",
              file=file, n=n, valence=cells["valence"]))  # fmt: skip
    return {
        "segment": segment,
        "document": document,
        "start": int(start) if document and start.isdecimal() else None,
        "end": int(end) if document and end.isdecimal() else None,
        "quote": text,
        "code": ids.get(" ".join(cells["code"].split()).casefold(), cells["code"].strip()),
        "valence": valence,
        "coder": coder,
        "memo": cells["memo"],
        "sure": "given",
        "how": _("named in the workbook"),
    }
