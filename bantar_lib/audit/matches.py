"""Columns that print the same figures under different headings."""

from __future__ import annotations

from itertools import combinations

import pandas as pd

from bantar_lib.audit.figures import PrintedTable, printed_tables
from bantar_lib.study import Study


def matching_columns(study: Study) -> pd.DataFrame:
    """Compare every column of each published table with every column of the others.

    A column headed *took part* whose every figure equals the column *proposed* of another table
    counts proposals, whatever its heading says.

    Parameters
    ----------
    study : Study
        A study with at least two published tables.

    Returns
    -------
    pandas.DataFrame
        One line a pair of columns, the most alike first: ``table_a``, ``column_a``, ``table_b``,
        ``column_b``, ``rows`` (rows that both tables have, total rows left out, with both
        figures known) and ``equal`` (how many of them print the same number). Where
        ``equal == rows`` the columns are the same. Pairs with no row in common are left out.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> pairs = matching_columns(load_study("kampung_bantar"))
    >>> pairs.loc[pairs["equal"] == pairs["rows"], ["column_a", "column_b"]].values.tolist()
    [['units', 'units'], ['proposed 2015', 'took_part 2015'], ['proposed 2016', 'took_part 2016']]
    """
    lines = [
        line for a, b in combinations(printed_tables(study), 2) for line in _compared_pairs(a, b)
    ]
    heads = ["table_a", "column_a", "table_b", "column_b", "rows", "equal"]
    pairs = pd.DataFrame(lines, columns=heads)
    share = pairs["equal"] / pairs["rows"]
    return pairs.loc[share.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _compared_pairs(a: PrintedTable, b: PrintedTable) -> list[tuple[str, str, str, str, int, int]]:
    left, right = a.by_key(), b.by_key()
    common = left.index.intersection(right.index)
    lines = []
    for column in left.columns:
        for other in right.columns:
            x, y = left.loc[common, column], right.loc[common, other]
            known = x.notna() & y.notna()
            if known.any():
                equal = int((x[known] == y[known]).sum())
                lines.append((a.name, column, b.name, other, int(known.sum()), equal))
    return lines
