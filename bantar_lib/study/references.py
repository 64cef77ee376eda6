"""Whether each cell that names something names a thing that exists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import chain

import numpy as np

from bantar_lib.study.contents import Contents, ReadTable, without_zeros
from bantar_lib.study.problems import Problem, and_rows, choose_from
from bantar_lib.study.settings import FILE, folded, stages_called
from bantar_lib.study.tables import TABLES, Column
from bantar_lib.words import room_words

_ = room_words("study")

_MOST_SEARCHED = 30
"""For so many unknown words of a column the nearest is sought; it costs a look at every name."""
_TOTAL = re.compile(r"(sub|grand)?\s*-?(jumlah|total)( (jumlah|total|seluruhnya|keseluruhan))?")


def check_references(contents: Contents, table: ReadTable) -> Iterator[Problem]:
    """Report the cells of a table that name nothing."""
    for column in table.table.columns:
        if column.refers_to and column.name in table.raw.cells:
            yield from _check_column(contents, table, column)


def _targets(contents: Contents, refers_to: str) -> list[str] | None:
    """Return what may be named, or None where it could not be read (which is reported)."""
    if refers_to == "study.stage":
        return list(contents.settings.stages) or None
    if refers_to == "framework.indicator":
        return [i.id for i in contents.framework.indicators] if contents.framework else None
    name, _dot, column = refers_to.partition(".")
    table = contents.tables.get(name)
    if table.unread if table else TABLES[name].required:
        return None
    return [v for v in dict.fromkeys(contents.frame(name)[column]) if v]


def _check_column(contents: Contents, table: ReadTable, column: Column) -> Iterator[Problem]:
    targets = _targets(contents, column.refers_to)
    if targets is None:
        return
    known = set(targets)
    unknown: dict[str, list[int]] = {}
    cells = table.frame[column.name]
    strange = cells[~cells.isin(known) & (cells != "")]
    for position, cell in zip(strange.index.tolist(), strange.tolist(), strict=True):
        for part in map(str.strip, cell.split("|") if column.kind == "ids" else [cell]):
            if part and part not in known:
                unknown.setdefault(part, []).append(position)
    for n, (word, positions) in enumerate(unknown.items()):
        remedy = _remedy(contents, column, word, targets, search=n < _MOST_SEARCHED)
        yield table.problem("error", positions[0], column.name,
                            _message(column, word) + and_rows(table.rows[positions]),
                            remedy)  # fmt: skip


def _message(column: Column, word: str) -> str:
    table = column.refers_to.partition(".")[0]
    if column.refers_to == "study.stage":
        return _("“{word}” is no stage of study.yml", word=word)
    if column.refers_to == "framework.indicator":
        return _("“{word}” is no indicator of the framework", word=word)
    return _("“{word}” does not stand in the table {table}", word=word, table=table)


def _remedy(
    contents: Contents, column: Column, word: str, targets: list[str], *, search: bool
) -> str:
    if column.refers_to == "districts.district_id":
        return district_remedy(contents, word, search=search)
    stages = stages_called(contents.settings.stages) if column.refers_to == "study.stage" else {}
    if shared := stages.get(folded(word)):
        if len(shared) == 1:
            return _("Write {code}.", code=shared[0])
        return _("Write one of {codes}: several stages are called so.", codes=", ".join(shared))
    if column.refers_to == "framework.indicator" and contents.framework:
        for indicator in contents.framework.indicators:
            names = {*indicator.label.values(), *indicator.aliases, indicator.id.split(".")[-1]}
            if word.casefold() in {str(v).casefold() for v in names}:
                return _("Write {code}.", code=indicator.id)
    return choose_from(word, targets, search=search)


def is_total(text: str) -> bool:
    """Say whether a name is that of a total row rather than a district's.

    Examples
    --------
    >>> is_total("JUMLAH"), is_total("Grand Total"), is_total("Totalindo")
    (True, True, False)
    """
    return _TOTAL.fullmatch(" ".join(text.split()).casefold()) is not None


def district_remedy(contents: Contents, word: str, *, search: bool = True) -> str:
    """Return what to write for a word that is no district's code; `search` for the nearest."""
    if is_total(word):
        return _("Delete the row; a printed total belongs in published.csv.")
    codes = list(dict.fromkeys(contents.district_codes.get("".join(word.split()).casefold(), [])))
    if len(codes) == 1:
        return _("Write the code: {code}.", code=codes[0])
    if codes:
        return _("Write one of the codes {codes}: several districts have this name.",
                 codes=", ".join(codes))  # fmt: skip
    if codes := padded(word, contents.codes_without_zeros.get(without_zeros(word), [])):
        names = contents.frame("districts").drop_duplicates("district_id")
        called = dict(zip(names["district_id"], names["name"], strict=True))
        shown = [f"{c} ({called[c]})" if called[c] else c for c in codes]
        return _("A zero of the code was lost: write {code}, and format the column as Text.",
                 code=_(" or ").join(shown))  # fmt: skip
    districts = contents.frame("districts")
    return choose_from(word, chain(districts["district_id"], districts["name"]), search=search)


def meant_districts(contents: Contents, word: str) -> list[str]:
    """Return the codes of the districts that a cell may mean that holds no code of any."""
    named = contents.district_codes.get("".join(word.split()).casefold(), [])
    return named or padded(word, contents.codes_without_zeros.get(without_zeros(word), []))


def padded(word: str, codes: Iterable[str]) -> list[str]:
    """Return the codes that are `word` with the zeros it lost.

    Those that lack zeros before a part stand first: a spreadsheet drops these more often.

    Examples
    --------
    >>> padded("15.7", ["15.70", "15.71"]), padded("1", ["001", "010"]), padded("33", ["33.10"])
    (['15.70'], ['001'], [])
    >>> padded("15.71.1", ["15.71.10", "15.71.01"])
    ['15.71.01', '15.71.10']
    """
    known = [code for code in dict.fromkeys(codes) if code != word]
    before = [code for code in known if _zeros_before(word, code)]
    behind = [
        code
        for code in known
        if re.fullmatch(r"[0-9]+(\.[0-9]*)+", word)
        and code.startswith(word)
        and not code[len(word) :].strip("0")
    ]
    return list(dict.fromkeys([*before, *behind]))


def _zeros_before(word: str, code: str) -> bool:
    if word[:1].isdigit() and code.endswith(word) and not code[: -len(word)].strip("0"):
        return True
    parts, whole = word.split("."), code.split(".")
    return len(parts) == len(whole) and all(
        part.isdigit() and part.zfill(len(full)) == full
        for part, full in zip(parts, whole, strict=True)
    )


def _shape(code: str) -> str:
    return re.sub(r"[^\W\d_]", "a", re.sub(r"[0-9]", "9", code))


def likely_original(code: str, others: Collection[str]) -> str:
    """Return the code that `code` was before a zero was lost, judged by the others' form.

    Examples
    --------
    >>> likely_original("33.1", ["33.02", "33.11", "33.12"])
    '33.10'
    >>> likely_original("2", ["001", "003"])
    '002'
    >>> likely_original("9", ["10", "11", "12"])
    ''
    """
    shapes = Counter(_shape(c) for c in others if c)
    if not shapes or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", code):
        return ""
    usual, times = shapes.most_common(1)[0]
    missing = len(usual) - len(code)
    if times * 2 <= sum(shapes.values()) or missing <= 0:
        return ""
    trailing, leading = code + "0" * missing, "0" * missing + code
    if "." in code and _shape(trailing) == usual and trailing not in others:
        return trailing
    has_zero = any(c.startswith("0") for c in others if _shape(c) == usual)
    return leading if has_zero and _shape(leading) == usual and leading not in others else ""


def zeros_lost(table: ReadTable) -> Iterator[Problem]:
    """Report codes of districts that seem to have lost a zero to a spreadsheet."""
    codes = list(table.frame["district_id"])
    usual = Counter(_shape(c) for c in codes if c).most_common(1)
    if not usual:
        return
    known = set(codes)
    for i in np.flatnonzero([bool(c) and _shape(c) != usual[0][0] for c in codes]):
        if original := likely_original(codes[int(i)], known - {codes[int(i)]}):
            yield table.problem(
                "warning", int(i), "district_id",
                _("{code} has another form than the other codes", code=codes[int(i)]),
                _("It may have been {original}; format the column as Text and type it again.",
                  original=original),
            )  # fmt: skip


def check_focus(contents: Contents) -> Iterator[Problem]:
    """Report a focus district that is none of the study's."""
    focus = contents.settings.config.get("focus_district")
    districts = contents.tables.get("districts")
    if districts is None or districts.unread:
        return
    if isinstance(focus, str) and focus not in set(districts.frame["district_id"]):
        yield Problem(
            "error", FILE, contents.settings.lines.get("focus_district"), "focus_district",
            _("“{word}” does not stand in the table {table}", word=focus, table="districts"),
            district_remedy(contents, focus),
        )  # fmt: skip
