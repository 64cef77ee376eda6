"""From the codes of another program to a framework's indicators: a sheet that a person fills in."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from bantar_lib.errors import UserError
from bantar_lib.exchange.codebook import MARK, known_codes, valence_of
from bantar_lib.exchange.found import FoundProject
from bantar_lib.exchange.sheets import (
    add_sheet,
    book_bytes,
    key_of,
    read_sheets,
    save,
    set_widths,
    told,
    write_csv,
)
from bantar_lib.frameworks import Framework
from bantar_lib.words import room_words

if TYPE_CHECKING:
    from bantar_lib.frameworks import Indicator

_ = room_words("exchange")

COLUMNS = ("code", "uses", "indicator", "valence", "match", "confirmed")
"""`match` is ``exact``, ``near`` or blank; only rows with ``yes`` in `confirmed` are applied."""
_YES = {"yes", "y", "ya", "true", "1", "x"}
_NEAR = 0.75
_SPLIT = re.compile(r" / |::|»|>|\.(?=\S)|\\|: ")


def propose_code_map(found: FoundProject, framework: Framework) -> pd.DataFrame:
    """Propose for each code of a file the indicator and valence that it may stand for.

    Parameters
    ----------
    found : FoundProject
        What was read.
    framework : Framework
        The framework of the study.

    Returns
    -------
    DataFrame
        One row a code, in the file's order: code, uses (codings with it), indicator, valence,
        match, confirmed. A code whose name, or a part of it, is an indicator's id, label or alias
        is ``exact`` and confirmed; one that resembles a name is ``near`` and must be confirmed by
        a person; anything else is blank. Nothing is left out.

    Examples
    --------
    >>> from bantar_lib import load_framework
    >>> from bantar_lib.exchange.found import tidy, CODES, SOURCES, CODINGS, UNPLACED
    >>> found = FoundProject("x", tidy([{"code": "Tipe manfaat » mendukung"}], CODES),
    ...     tidy([], SOURCES), tidy([], CODINGS), tidy([], UNPLACED))
    >>> propose_code_map(found, load_framework("grindle"))["match"].tolist()
    ['exact']
    """
    names = _names(framework)
    known = known_codes(framework)
    uses = pd.concat([found.codings["code"], found.unplaced["code"]]).value_counts()
    listed = {r["code"]: r["guid"] for r in found.codes.to_dict("records") if r["codable"]}
    codes = listed | {c: "" for c in uses.index if c and c not in listed}
    rows = []
    for code, guid in codes.items():
        if guid in known:
            indicator, valence, match = (*known[guid], "exact")
        else:
            indicator, valence, match = _match(code, names)
        said = "yes" if match == "exact" else ""
        rows.append((code, int(uses.get(code, 0)), indicator, valence, match, said))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"uses": "int64"})


def _names(framework: Framework) -> dict[str, Indicator]:
    return {
        _fold(name): item
        for item in framework.indicators
        for name in (item.id, *item.label.values(), *item.aliases)
    }


def _fold(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").split())


def _match(code: str, names: Mapping[str, Indicator]) -> tuple[str, str, str]:
    base, mark, last = code.rpartition(MARK.strip())
    valence = valence_of(last) if mark else ""
    name = base if valence else code
    parts = [name, *(p for p in reversed(_SPLIT.split(name)) if p != name)]
    for part in parts:
        if item := names.get(_fold(part)):
            return item.id, valence, "exact"
    for part in parts:
        words = f" {_fold(part)} "
        holders = {item.id for name, item in names.items() if words in f" {name} "}
        if len(holders) == 1:
            return holders.pop(), valence, "near"
        if near := difflib.get_close_matches(_fold(part), names, n=1, cutoff=_NEAR):
            return names[near[0]].id, valence, "near"
    return "", valence, ""


def write_code_map(code_map: pd.DataFrame, path: str | Path, framework: Framework) -> Path:
    """Write a mapping sheet for a person to fill in, as ``.csv`` or ``.xlsx``.

    The workbook has drop-downs and a second sheet that explains the indicators.
    """
    path = Path(path)
    rows = [[row[c] for c in COLUMNS] for row in code_map.to_dict("records")]
    if path.suffix.lower() == ".csv":
        write_csv(path, [told(c) for c in COLUMNS], rows)
        return path
    if path.suffix.lower() != ".xlsx":
        raise UserError(_("{file}: the name must end in .csv or .xlsx.", file=path.name))
    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation

    from bantar_lib.words import current_language

    lang = current_language()
    book = Workbook()
    book.remove(book.active)
    sheet = add_sheet(book, "map", [told(c) for c in COLUMNS], rows)
    set_widths(sheet, (44, 8, 30, 14, 10, 12))
    items = [(i.id, i.label[lang], i.definition[lang]) for i in framework.indicators]
    words = [told(c) for c in ("indicator", "label", "definition")]
    set_widths(add_sheet(book, "indicators", words, items), (30, 40, 80))
    for column, choices in (
        ("C", f"=indicators!$A$2:$A${len(items) + 1}"),
        ("D", '"supports,inhibits,mixed,neutral"'),
        ("F", '"yes"'),
    ):
        drop = DataValidation(type="list", formula1=choices, allow_blank=True)
        sheet.add_data_validation(drop)
        drop.add(f"{column}2:{column}{max(len(rows), 1) + 1}")
    save(path, book_bytes(book))
    return path


def read_code_map(path: str | Path) -> pd.DataFrame:
    """Read a mapping sheet that a person filled in; ``UserError`` where a column is missing."""
    path = Path(path)
    sheets = read_sheets(path)
    rows = sheets.get("map") or next(iter(sheets.values()), [])
    heading = [key_of(h, COLUMNS) for h in rows[0]] if rows else []
    missing = [c for c in ("code", "indicator", "valence", "confirmed") if c not in heading]
    if missing:
        raise UserError(
            _("{file}: the mapping sheet lacks the column {columns}.",
              file=path.name, columns=", ".join(missing)))  # fmt: skip
    at = {name: heading.index(name) for name in heading}
    table = [
        {c: row[at[c]].strip() if c in at and at[c] < len(row) else "" for c in COLUMNS}
        for row in rows[1:]
        if any(cell.strip() for cell in row)
    ]
    return pd.DataFrame(table, columns=list(COLUMNS))


@dataclass(frozen=True)
class Mapped:
    """Codings with the study's codes.

    Parameters
    ----------
    codings : DataFrame
        Those of the file whose code is mapped: their columns with indicator added, and valence
        from the map where the file gives none.
    unmapped : DataFrame
        code, uses, why: every code in use without a confirmed indicator. Its codings stand in
        `left`.
    left : DataFrame
        The codings with an unmapped code.
    """

    codings: pd.DataFrame
    unmapped: pd.DataFrame
    left: pd.DataFrame


def apply_code_map(
    found: FoundProject, code_map: pd.DataFrame | str | Path, framework: Framework
) -> Mapped:
    """Give the codings of a file the study's codes.

    Parameters
    ----------
    found : FoundProject
        What was read.
    code_map : DataFrame, str or Path
        From :func:`propose_code_map` or :func:`read_code_map`, or the sheet's path.
    framework : Framework
        The framework of the study.

    Returns
    -------
    Mapped
        Nothing is dropped: a coding is in `codings` or in `left`.

    Raises
    ------
    UserError
        For an indicator or valence that does not exist, or a code that the sheet gives twice.

    Examples
    --------
    >>> from bantar_lib import load_framework
    >>> from bantar_lib.exchange.found import tidy, CODES, SOURCES, CODINGS, UNPLACED
    >>> found = FoundProject("x", tidy([{"code": "Odd", "codable": True}], CODES),
    ...     tidy([], SOURCES), tidy([{"code": "Odd"}], CODINGS), tidy([], UNPLACED))
    >>> grindle = load_framework("grindle")
    >>> apply_code_map(found, propose_code_map(found, grindle), grindle).unmapped["code"].tolist()
    ['Odd']
    """
    table = code_map if isinstance(code_map, pd.DataFrame) else read_code_map(code_map)
    chosen: dict[str, tuple[str, str]] = {}
    why: dict[str, str] = {}
    for row in table.to_dict("records"):
        code = str(row["code"])
        if code in chosen:
            raise UserError(_("The mapping sheet gives the code “{code}” twice; keep one row.",
                              code=code))  # fmt: skip
        indicator, valence = str(row["indicator"]).strip(), str(row["valence"]).strip()
        if not indicator:
            why[code] = _("the mapping sheet names no indicator")
        elif str(row["confirmed"]).strip().casefold() not in _YES:
            why[code] = _("its row is not confirmed with “yes”")
        else:
            known = valence_of(valence)
            if valence and not known:
                raise UserError(_("The mapping sheet gives “{code}” the valence “{valence}”, "
                                  "which does not exist.", code=code, valence=valence))  # fmt: skip
            chosen[code] = (framework.indicator(indicator).id, known)
    codings = found.codings
    mapped = codings["code"].isin(list(chosen))
    done = codings[mapped].reset_index(drop=True)
    done["indicator"] = [chosen[c][0] for c in done["code"]]
    done["valence"] = [valence_of(v) or chosen[c][1]
                       for v, c in zip(done["valence"], done["code"], strict=True)]  # fmt: skip
    left = codings[~mapped].reset_index(drop=True)
    rows = [(code, n, why.get(code, _("it is not in the mapping sheet")))
            for code, n in left["code"].value_counts(sort=False).items()]  # fmt: skip
    return Mapped(done, pd.DataFrame(rows, columns=["code", "uses", "why"]), left)
