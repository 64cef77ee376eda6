"""Published tables added up again: printed against recomputed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from bantar_lib.audit.figures import PrintedTable, printed_tables, read_figure
from bantar_lib.errors import UserError
from bantar_lib.study import Study
from bantar_lib.study.shared import shared

COLUMNS = (
    "source_id",
    "table",
    "row",
    "district_id",
    "column",
    "check",
    "printed",
    "recomputed",
    "difference",
    "verdict",
    "added",
    "added_from",
)
AGREEING = ("agrees", "agrees_rounded")
# A longer sum is shown by its ends: nobody reads it, and it would swell the table.
_SHOWN_ADDENDS = 40


@shared
def audit_tables(study: Study) -> pd.DataFrame:
    """Recompute what the study's published tables print.

    How a table's figures hang together stands in ``published:`` of ``study.yml``. Where it says
    nothing, a row called *Jumlah* or *Total* is held to be the sum of the others. Nothing is
    repaired: which of the figures in a sum is wrong cannot be known from the sum.

    Parameters
    ----------
    study : Study
        A study with ``published.csv``.

    Returns
    -------
    pandas.DataFrame
        One line a check of a printed figure:

        - ``source_id``, ``table``, ``row``, ``district_id``, ``column``: the figure.
        - ``check``: ``row_total``; ``column_total``; ``percentage`` (of what is printed);
          ``percentage_of_sum`` (of the recomputed total: where it differs and ``percentage``
          agrees, the percentage follows a wrong total); ``same_elsewhere`` (the same quantity,
          by stage and year or by the column's name, in an earlier table).
        - ``printed``: text; ``recomputed``, ``difference`` (printed − recomputed): numbers in
          the figure's own unit (percentages in per cent), NaN where unknown.
        - ``verdict``: ``agrees``, ``agrees_rounded``, ``differs`` or ``cannot_be_checked``
          (something in it is unknown).
        - ``added``: what was reckoned, as text; ``added_from``: the columns or rows it came
          from, separated by ``|`` (blank for a sum too long to list).

    Raises
    ------
    UserError
        Where a rule names a row or column that the table does not have.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> audit = audit_tables(load_study("kampung_bantar"))
    >>> wrong = audit[(audit["check"] == "row_total") & (audit["verdict"] == "differs")]
    >>> wrong[["row", "printed", "recomputed", "added"]].head(1).values.tolist()
    [['Danau sipin', '56', 55.0, '17 + 12 + 11 + 15']]
    """
    tables = printed_tables(study)
    parts: list[pd.DataFrame] = []
    for table in tables:
        parts += [*_row_totals(table), *_column_totals(table), *_percentages(table)]
    for earlier, later in combinations(tables, 2):
        parts += _same_elsewhere(earlier, later)
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)


def _findings(
    table: PrintedTable,
    column: str,
    check: str,
    recomputed: pd.Series,
    tolerance: pd.Series,
    added: pd.Series,
    added_from: str,
) -> pd.DataFrame:
    """Set the printed cells of `column` against `recomputed`; one line a row of its index."""
    at = recomputed.index
    difference = table.values.loc[at, column] - recomputed
    slack = 1e-9 * recomputed.abs().clip(lower=1)
    verdict = np.select(
        [difference.isna(), difference.abs() <= slack, difference.abs() <= tolerance + slack],
        ["cannot_be_checked", "agrees", "agrees_rounded"],
        "differs",
    )
    found = pd.DataFrame(
        {
            "source_id": table.source_id,
            "table": table.name,
            "row": table.rows.loc[at, "row"],
            "district_id": table.rows.loc[at, "district_id"],
            "column": column,
            "check": check,
            "printed": table.text.loc[at, column],
            "recomputed": recomputed,
            "difference": difference,
            "verdict": verdict,
            "added": added,
            "added_from": added_from,
        },
        columns=list(COLUMNS),
    )
    return found[found["printed"].notna()]


def _ruled(table: PrintedTable, name: object) -> str:
    """Return the column that a rule of ``study.yml`` names."""
    try:
        return table.column(str(name))
    except UserError as error:
        raise UserError(f"study.yml, published: {error}.") from error


def _half(decimals: pd.Series) -> pd.Series:
    """Return half of the last printed place: what rounding may have taken or given."""
    return 0.5 * 10.0 ** (-decimals)


def _sum_texts(table: PrintedTable, columns: list[str]) -> pd.Series:
    cells = table.text[columns].fillna("").to_numpy()
    return pd.Series([" + ".join(row) for row in cells], index=table.text.index)


def _row_totals(table: PrintedTable) -> Iterator[pd.DataFrame]:
    for rule in table.rules.get("sums", ()):
        column = _ruled(table, rule["column"])
        of = [_ruled(table, c) for c in rule["of"]]
        decimals = table.decimals[[*of, column]]
        # Whole numbers add up exactly; only figures with decimals were rounded.
        tolerance = decimals.apply(_half).sum(axis=1).where((decimals > 0).any(axis=1), 0.0)
        added = _sum_texts(table, of)
        total = table.values[of].sum(axis=1, skipna=False)
        yield _findings(table, column, "row_total", total, tolerance, added, "|".join(of))


def _column_totals(table: PrintedTable) -> Iterator[pd.DataFrame]:
    is_total = table.rows["is_total"]
    if not is_total.any():
        return
    at = table.rows.index[is_total]
    percentages = {str(r["column"]) for r in table.rules.get("percentages", ())}
    for column in table.text.columns:
        texts = table.text.loc[~is_total, column].dropna()
        values = table.values.loc[texts.index, column]
        if column in percentages or texts.str.endswith("%").any() or values.isna().all():
            continue
        decimals = table.decimals.loc[[*texts.index, *at], column]
        tolerance = _half(decimals).sum() if (decimals > 0).any() else 0.0
        names = list(table.rows.loc[texts.index, "row"])
        yield _findings(
            table,
            column,
            "column_total",
            pd.Series(values.sum(skipna=False), index=at),
            pd.Series(tolerance, index=at),
            pd.Series(_sum_text(list(texts)), index=at),
            "|".join(names) if len(names) <= _SHOWN_ADDENDS else "",
        )


def _sum_text(addends: list[str]) -> str:
    if len(addends) > _SHOWN_ADDENDS:
        addends = [*addends[:3], "…", *addends[-2:]]
    return " + ".join(addends)


def _percentages(table: PrintedTable) -> Iterator[pd.DataFrame]:
    sums = {str(r["column"]): [str(c) for c in r["of"]] for r in table.rules.get("sums", ())}
    for rule in table.rules.get("percentages", ()):
        column, of, by = (_ruled(table, rule[k]) for k in ("column", "of", "by"))
        tolerance = _half(table.decimals[column])
        whole = table.values[by].where(table.values[by] != 0)
        texts = table.text[[column, of, by]].fillna("")
        share = 100 * table.values[of] / whole
        added = texts[of] + " / " + texts[by]
        yield _findings(table, column, "percentage", share, tolerance, added, f"{of}|{by}")
        if of in sums:
            total = table.values[sums[of]].sum(axis=1, skipna=False)
            yield _findings(
                table,
                column,
                "percentage_of_sum",
                100 * total / whole,
                tolerance,
                "(" + _sum_texts(table, sums[of]) + ") / " + texts[by],
                "|".join([*sums[of], by]),
            )


def _same_elsewhere(earlier: PrintedTable, later: PrintedTable) -> Iterator[pd.DataFrame]:
    there = {m: c for c, m in reversed(list(earlier.meaning.items())) if c not in earlier.derived}
    # A repeated row has no one partner in the other table.
    once = earlier.rows[~earlier.rows["key"].duplicated(keep=False)]
    partner = later.rows["key"].map(pd.Series(once.index, index=once["key"])).dropna().astype(int)
    for column, meaning in later.meaning.items():
        if column in later.derived or meaning not in there or partner.empty:
            continue
        other = there[meaning]
        values = pd.Series(earlier.values.loc[partner, other].to_numpy(), index=partner.index)
        decimals = pd.concat(
            [
                pd.Series(earlier.decimals.loc[partner, other].to_numpy(), index=partner.index),
                later.decimals.loc[partner.index, column],
            ],
            axis=1,
        )
        # A whole number is a count; it was rounded only if the other table shows decimals.
        rounded = decimals.iloc[:, 0] != decimals.iloc[:, 1]
        tolerance = _half(decimals.min(axis=1)).where(rounded, 0.0)
        added = pd.Series(f"{earlier.name}: {other}", index=partner.index)
        yield _findings(later, column, "same_elsewhere", values, tolerance, added, other)


def proposed_corrections(audit: pd.DataFrame) -> pd.DataFrame:
    """List, for each sum that differs, every single change that would make it add up.

    They are alternatives, none likelier than another, and nothing applies them.

    Parameters
    ----------
    audit : pandas.DataFrame
        What :func:`audit_tables` returned.

    Returns
    -------
    pandas.DataFrame
        One line a change: ``source_id``, ``table``, ``row``, ``column`` and ``check`` name the
        sum; ``cell_row`` and ``cell_column`` the cell to change, ``printed`` what stands in it,
        ``would_be`` the number that would make the sum right, and ``breaks`` the check that
        agrees today and no longer would (blank where there is none). A sum too long to list
        has one line only, for its total.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> changes = proposed_corrections(audit_tables(load_study("kampung_bantar")))
    >>> changes[["row", "cell_column", "printed", "would_be"]].iloc[:2].values.tolist()
    [['Danau sipin', 'total', '56', 55.0], ['Danau sipin', 'took_part 2015', '17', 18.0]]
    """
    sums = audit[audit["check"].isin(["row_total", "column_total"])]
    agreeing = sums[sums["verdict"].isin(AGREEING)]
    held = {
        cell: str(sum_["check"]) for sum_ in agreeing.to_dict("records") for cell in _cells(sum_)
    }
    changes = []
    for line in sums[sums["verdict"] == "differs"].to_dict("records"):
        total, *addends = _cells(line)
        new = [(total, str(line["printed"]), float(line["recomputed"]))]
        texts = str(line["added"]).split(" + ") if addends else []
        for cell, text in zip(addends, texts, strict=True):
            new.append((cell, text, read_figure(text)[0] + float(line["difference"])))
        sum_of = (line["row"], line["column"], line["check"])
        changes += [
            (*cell[:2], *sum_of, *cell[2:], text, value, held.get(cell, ""))
            for cell, text, value in new
        ]
    heads = "source_id table row column check cell_row cell_column printed would_be breaks"
    return pd.DataFrame(changes, columns=heads.split())


def _cells(line: Mapping[Any, Any]) -> list[tuple[str, str, str, str]]:
    """Return the cells of a sum, its total first: source, table, row, column."""
    table = (line["source_id"], line["table"])
    names = filter(None, line["added_from"].split("|"))
    if line["check"] == "row_total":
        addends = [(*table, line["row"], name) for name in names]
    else:
        addends = [(*table, name, line["column"]) for name in names]
    return [(*table, line["row"], line["column"]), *addends]
