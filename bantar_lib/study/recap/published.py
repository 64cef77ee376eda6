"""A recap's printed figures as ``published.csv``, and the rules by which they add up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bantar_lib.study.recap.mapping import MappedColumn, Mapping, district_column
from bantar_lib.study.recap.sheet import letter
from bantar_lib.study.recap.table import RecapRow
from bantar_lib.words import LANGUAGES, room_words

_ = room_words("scaffold")


@dataclass(frozen=True)
class Published:
    """Rows of ``published.csv``, and ``published:`` of ``study.yml``."""

    rows: list[dict[str, object]]
    rules: dict[str, Any]


def published_tables(
    mapping: Mapping,
    source: str,
    *,
    district_of: Callable[[RecapRow], str],
    district_named: Callable[[str], str],
) -> Published:
    """Return every printed figure of a recap and how the figures hang together.

    Parameters
    ----------
    mapping : Mapping
        The recap; the year and stage of each of its counts are known.
    source : str
        The recap's ``source_id``.
    district_of, district_named : callable
        The code of a row's district, and of the district with a name (``""`` for no district).

    Returns
    -------
    Published
        One table for the rows and the total; subtotals, and rows such as a mean, have a table
        of their own, or the total would seem not to add up. A row finer than a district (a
        kelurahan) carries no district code: its figures are not the district's.
    """
    names = _column_names(mapping)
    finer = _is_finer(mapping)
    main = _("recap")
    titles = {"detail": main, "subtotal": _("recap, subtotals"), "summary": _("recap, other rows")}
    total = next((r for r in reversed(mapping.recap.rows) if r.kind == "total"), None)
    rows: list[dict[str, object]] = []
    used: dict[str, set[str]] = {}
    taken: set[tuple[str, str]] = set()
    for row in mapping.recap.rows:
        kind = "detail" if row is total else "summary" if row.kind == "total" else row.kind
        table = titles[kind]
        code = ""
        if row.kind == "detail" and not finer:
            code = district_of(row)
        elif row.kind == "subtotal":
            code = district_named(row.area[0])
        label = _row_name(mapping, row, finer)
        if (table, label) in taken:
            label += _(" (row {n})", n=row.number)
        taken.add((table, label))
        for column in names:
            cell = row.cells[column.index]
            if column.index in row.continued or (row.kind != "detail" and not cell.strip()):
                continue
            used.setdefault(table, set()).add(names[column])
            rows.append(
                {
                    "source_id": source,
                    "table": table,
                    "row": label,
                    "district_id": code,
                    "column": names[column],
                    "year": (column.year or "") if column.taken_as == "count" else "",
                    "stage": column.stage if column.taken_as == "count" else "",
                    "printed": cell,
                }
            )
    rules = _rules(mapping, names)
    found: dict[str, Any] = {}
    # Subtotals first: only their rows are whole districts.
    for table in (titles["subtotal"], main):
        if table in used:
            found[table] = {"title": dict.fromkeys(LANGUAGES, mapping.title)}
            if table == main and total is not None:
                found[table]["total_row"] = _row_name(mapping, total, finer)
            found[table] |= _only(rules, used[table])
    return Published(rows, found)


def _is_finer(mapping: Mapping) -> bool:
    at = sorted(mapping.recap.area_columns.values()).index(district_column(mapping.recap))
    names = [row.area[at] for row in mapping.recap.details]
    return len(set(names)) < len(names)


def _row_name(mapping: Mapping, row: RecapRow, finer: bool) -> str:
    if row.kind != "detail":
        return row.area[0]
    columns = sorted(mapping.recap.area_columns.values())
    at = columns.index(district_column(mapping.recap))
    if not finer:
        return row.area[at]
    parents = {c.index for c in mapping.of("parent")}
    below = [t for c, t in zip(columns, row.area, strict=True) if c not in parents and t]
    apart = [" ".join(row.cells[c.index].split()) for c in mapping.of("unit", "year")]
    return ", ".join([*below, *filter(None, apart)])


def _column_names(mapping: Mapping) -> dict[MappedColumn, str]:
    """Name each column that holds figures, as a rule of ``study.yml`` will call it."""
    columns = mapping.of("units", "subdistricts", "count", "total", "percent", "printed")
    plain: dict[MappedColumn, str] = {}
    for column in columns:
        plain[column] = {
            "count": f"{column.stage} {column.year or ''}".strip(),
            "printed": column.heading or letter(column.index),
        }.get(column.taken_as, column.taken_as)
    names: dict[MappedColumn, str] = {}
    for column, name in plain.items():
        if list(plain.values()).count(name) > 1:
            leaf = mapping.recap.headings[column.index][-1:]
            name = " ".join([name, *leaf])
        names[column] = name
    for column, name in names.items():
        if list(names.values()).count(name) > 1:
            names[column] = f"{name} ({letter(column.index)})"
    return names


def _rules(mapping: Mapping, names: dict[MappedColumn, str]) -> dict[str, list[dict[str, Any]]]:
    by_index = {column.index: name for column, name in names.items()}
    return {
        "sums": [
            {"column": names[c], "of": [by_index[p] for p in c.parts]}
            for c in mapping.of("total")
            if c.parts
        ],
        "percentages": [
            {"column": names[c], "of": by_index[c.parts[0]], "by": by_index[c.parts[1]]}
            for c in mapping.of("percent")
            if c.parts
        ],
    }


def _only(
    rules: dict[str, list[dict[str, Any]]], columns: set[str]
) -> dict[str, list[dict[str, Any]]]:
    """Return the rules that name only `columns`, without empty lists."""
    kept = {
        kind: [
            rule
            for rule in listed
            if {rule["column"], rule.get("by", rule["column"])} <= columns
            and set(rule["of"] if kind == "sums" else [rule["of"]]) <= columns
        ]
        for kind, listed in rules.items()
    }
    return {kind: listed for kind, listed in kept.items() if listed}
