"""The checks that a row of ``claims.csv`` may name, each a small pure function.

A check takes the facts of a study and its own arguments (lists where a value may hold several,
parted by commas) and returns what it found. It knows nothing of what the claim states.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bantar_lib.audit.facts import Facts
from bantar_lib.audit.figures import nearest, write_figure
from bantar_lib.errors import UserError
from bantar_lib.words import current_language, number, room_words

_ = room_words("audit")


@dataclass(frozen=True)
class Found:
    """What a check found.

    Parameters
    ----------
    value : float, bool, str or None
        The number, the answer to yes or no, or the word; None where it cannot be known.
    how : str
        In the current language: what was reckoned, as a clause without a full stop.
    words : tuple of str
        For a word: those that a claim may state.
    otherwise : str
        The verdict where the claim states something else.
    """

    value: float | bool | str | None
    how: str
    words: tuple[str, ...] = ()
    otherwise: Literal["differs", "inconsistent"] = "differs"


Check = Callable[..., Found]
CHECKS: dict[str, Check] = {}
"""Every check, by the name that ``claims.csv`` gives it."""


def check(function: Check) -> Check:
    """Enter `function` in :data:`CHECKS` under its own name."""
    CHECKS[function.__name__] = function
    return function


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _many(values: list[str]) -> str:
    return ", ".join(values)


@check
def district_total(facts: Facts, *, column: str, district: str = "") -> Found:
    """A figure of ``districts.csv`` (``units``, ``subdistricts``), of one district or of all."""
    figures = [c for c in ("subdistricts", "units", "facilitators") if c in facts.districts]
    if column not in figures:
        known = nearest(column, figures)
        raise UserError(
            _("districts.csv has no figure {column!r}; it has {known}", column=column, known=known)
        )
    if district:
        row = facts.district(district)
        values = facts.districts.loc[facts.districts["district_id"] == row["district_id"], column]
        where = str(row["name"])
    else:
        values, where = facts.districts[column], _("all districts together")
    total = values.sum(skipna=False) if len(values) else float("nan")
    value = None if values.isna().any() else _known(float(total))
    shown = "?" if value is None else number(value)
    how = _(
        "In the study's list of districts, {column} of {where}: {value}",
        value=shown,
        column=facts.heading(column),
        where=where,
    )
    return Found(value, how)


@check
def count(
    facts: Facts, *, stage: str, years: list[str], district: str = "", source: str = ""
) -> Found:
    """Counts of a stage added over years, of one district or of all."""
    wanted = [_year(y) for y in years]
    counts = facts.counts[facts.counts["stage"] == stage]
    if counts.empty:
        known = nearest(stage, sorted(set(facts.counts["stage"])))
        raise UserError(
            _("there are no counts of stage {stage!r}; there are {known}", stage=stage, known=known)
        )
    counts = counts[counts["year"].isin(wanted)]
    if source:
        counts = counts[counts["source_id"] == source]
    ids = [facts.district(district)["district_id"]] if district else facts.districts["district_id"]
    counts = counts[counts["district_id"].isin(ids)]
    if counts.duplicated(["district_id", "year"]).any():
        raise UserError(_("several sources count this; add source=… to the arguments"))
    complete = len(counts) == len(ids) * len(wanted) and counts["count"].notna().all()
    value = float(counts["count"].sum()) if complete else None
    yearly = counts.set_index("year")["count"].groupby(level=0).sum()
    parts = [f"{number(float(n))} ({y})" for y, n in yearly.items()] if complete else ["?"]
    how = _(
        "Counts of {stage}, {where}: {parts}",
        stage=facts.stage(stage),
        where=str(facts.district(district)["name"]) if district else _("all districts together"),
        parts=" + ".join(parts),
    )
    if value is not None and len(parts) > 1:
        how += f" = {number(value)}"
    return Found(value, how)


def _year(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UserError(_("{text!r} is not a year", text=text)) from None


@check
def printed(facts: Facts, *, table: str, row: str, columns: list[str]) -> Found:
    """A cell of a published table, or the sum of several cells of one row."""
    cells = facts.cells(facts.table(table), row, columns)
    value = _known(sum(v for _text, v in cells))
    how = _("Table {table}, row {row}: {text}", table=table, row=row, text=_sum(cells))
    if len(cells) > 1 and value is not None:
        how += f" = {number(value)}"
    return Found(value, how)


def _sum(cells: list[tuple[str, float]]) -> str:
    return " + ".join(text or "?" for text, _value in cells)


@check
def percent_of(facts: Facts, *, table: str, row: str, part: list[str], whole: str) -> Found:
    """One or more cells of a published row, as a percentage of another cell of it."""
    cells = facts.cells(facts.table(table), row, part)
    ((_text, base),) = facts.cells(facts.table(table), row, [whole])
    total = sum(v for _text, v in cells)
    value = _known(100 * total / base) if base else None
    how = _(
        "By table {table}, row {row}, it is ({part}) / {whole} = {value}",
        table=table,
        row=row,
        part=_sum(cells),
        whole="?" if math.isnan(base) else number(base),
        value="?" if value is None else f"{number(value, 1)}%",
    )
    return Found(value, how)


@check
def change(facts: Facts, *, stage: str, start: str, end: str, district: str = "") -> Found:
    """Whether a stage's counts rose, fell or stayed from one year to another (no test)."""
    first = count(facts, stage=stage, years=[start], district=district).value
    last = count(facts, stage=stage, years=[end], district=district).value
    words = ("fell", "rose", "unchanged")
    shown = ["?" if v is None else number(float(v)) for v in (first, last)]
    how = _(
        "Counts of {stage} went from {first} ({start}) to {last} ({end})",
        stage=facts.stage(stage),
        first=shown[0],
        start=start,
        last=shown[1],
        end=end,
    )
    if first is None or last is None:
        return Found(None, how, words)
    step = float(last) - float(first)
    return Found("rose" if step > 0 else "fell" if step < 0 else "unchanged", how, words)


@check
def every_row(facts: Facts, *, table: str, column: str, at_least: str) -> Found:
    """Whether every row of a published table, its total row left out, reaches a number."""
    sheet = facts.table(table)
    shown = ~sheet.rows["is_total"]
    values, names = sheet.values.loc[shown, sheet.column(column)], sheet.rows.loc[shown, "row"]
    try:
        floor = float(at_least)
    except ValueError:
        raise UserError(_("{text!r} is not a number", text=at_least)) from None
    rows = [f"{r} ({number(v)})" for r, v in zip(names, values, strict=True) if v < floor]
    said = {
        "column": facts.heading(column, sheet),
        "table": table,
        "below": len(rows),
        "n": len(values),
        "floor": number(floor),
    }
    how = (
        _("In column {column} of table {table}, {below} of {n} rows lie below {floor}", **said)
        if rows
        else _("In column {column} of table {table}, none of {n} rows lies below {floor}", **said)
    )
    if rows:
        return Found(False, f"{how}: {_many(rows)}")
    return Found(None if values.isna().any() else True, how)


@check
def all_reached(facts: Facts, *, table: str, row: str, part: list[str], whole: str) -> Found:
    """Whether all units can have been reached.

    Entries fewer than units prove that not all were. As many or more prove nothing, because one
    unit may be entered in several years.
    """
    cells = facts.cells(facts.table(table), row, part)
    ((_text, base),) = facts.cells(facts.table(table), row, [whole])
    total = sum(v for _text, v in cells)
    how = _(
        "Table {table}, row {row}, has {total} entries ({part}) against {whole} in all",
        table=table,
        row=row,
        total="?" if math.isnan(total) else number(total),
        part=_sum(cells),
        whole="?" if math.isnan(base) else number(base),
    )
    return Found(False if total < base else None, how)


@check
def row_count(facts: Facts, *, table: str) -> Found:
    """How many rows a published table has, its total row left out."""
    n = int((~facts.table(table).rows["is_total"]).sum())
    return Found(float(n), _("Table {table} has {n} rows", table=table, n=number(n)))


@check
def table_exists(facts: Facts, *, table: str) -> Found:
    """Whether the source prints a table of that number."""
    known = [t.name for t in facts.published]
    how = _("The tables that are printed: {known}", known=_many(known) or "–")
    return Found(table in known, how)


@check
def table_years(facts: Facts, *, table: str) -> Found:
    """First and last year of the columns of a published table, as ``2015-2018``."""
    years = facts.table(table).years
    value = f"{years[0]}-{years[-1]}" if years else None
    how = _(
        "The columns of table {table} are of {years}",
        table=table,
        years=_many([str(y) for y in years]) or "?",
    )
    return Found(value, how)


@check
def columns_equal(
    facts: Facts, *, table: str, column: str, other_table: str, other_column: str
) -> Found:
    """Whether two columns of published tables print the same in every row."""
    a, b = facts.table(table), facts.table(other_table)
    left, right = a.by_key()[a.column(column)], b.by_key()[b.column(other_column)]
    common = left.index.intersection(right.index)
    pairs = list(zip(left[common], right[common], strict=True))
    equal = sum(1 for x, y in pairs if x == y)
    how = _(
        "Column {column} of table {table} equals {other_column} of table {other_table} in {equal} "
        "of {n} rows",
        column=facts.heading(column, a),
        table=table,
        other_column=facts.heading(other_column, b),
        other_table=other_table,
        equal=equal,
        n=len(pairs),
    )
    unknown = not pairs or any(math.isnan(x) or math.isnan(y) for x, y in pairs)
    return Found(None if unknown else equal == len(pairs), how)


@check
def same_as(facts: Facts, *, claim: str) -> Found:
    """What the source states elsewhere: the ``stated`` of another claim."""
    if not facts.stated.get(claim):
        known = nearest(claim, [c for c, s in facts.stated.items() if s])
        raise UserError(
            _("no claim {claim!r} states anything; try {known}", claim=claim, known=known)
        )
    there = facts.stated[claim]
    how = _("Elsewhere ({claim}) the source states “{there}”", claim=claim, there=there)
    return Found(there, how, otherwise="inconsistent")


@check
def list_length(facts: Facts, *, items: list[str]) -> Found:
    """How many things the source lists; they stand in the arguments."""
    n = number(len(items))
    return Found(float(len(items)), _("It lists {n}: {items}", n=n, items=_many(items)))


@check
def framework_size(facts: Facts, *, dimension: str = "") -> Found:
    """How many indicators a dimension of the framework has; without one, how many dimensions."""
    framework, lang = facts.study.framework, current_language()
    if not dimension:
        names = [d.label[lang] for d in framework.dimensions]
    else:
        dimensions = {d.id: d for d in framework.dimensions}
        if dimension not in dimensions:
            known = nearest(dimension, list(dimensions))
            raise UserError(
                _(
                    "the framework has no dimension {dimension!r}; it has {known}",
                    dimension=dimension,
                    known=known,
                )
            )
        names = [i.label[lang] for i in dimensions[dimension].indicators]
    how = _("The framework has {n}: {names}", n=number(len(names)), names=_many(names))
    return Found(float(len(names)), how)


@check
def acronym(facts: Facts, *, short: str, long: str) -> Found:
    """Whether the letters of a short name stand in that order in its long form."""
    letters = iter(long.casefold())
    fits = all(letter in letters for letter in short.casefold().replace(" ", ""))
    how = _("The letters of {short} are sought in order in “{long}”", short=short, long=long)
    return Found(fits, how)


def plain(value: float | bool | str | None) -> str:
    """Write what was found as ``claims.csv`` would state it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else write_figure(value)
