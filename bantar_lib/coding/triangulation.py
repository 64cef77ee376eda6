"""Triangulation: whether different kinds of sources, and different roles, say the same."""

from __future__ import annotations

from itertools import combinations

import pandas as pd

from bantar_lib.coding.ratings import _weighed, evidence, first_coder, tally
from bantar_lib.coding.units import UNCODED, unit_table
from bantar_lib.study import Study

_SIDES = ("supports", "mixed", "inhibits")


def triangulation(study: Study, district: str, coder: str | None = None) -> pd.DataFrame:
    """Lay the evidence for each indicator out by kind of source and role.

    Parameters
    ----------
    study : Study
        A study with segments and coding logs.
    district : str
        Code, name or alias.
    coder : str, optional
        Whose reading; by default the first coder with a log.

    Returns
    -------
    pandas.DataFrame
        One row for each indicator, source_kind and role that speak of it, in the framework's
        order, and one with blanks for an indicator without evidence that gives a direction:
        supports, mixed, inhibits (numbers of sources; one that says a thing often counts once,
        and a datum belongs to the source that brought it first), direction (of the row),
        independent (sources behind the whole indicator), agreement (of the whole indicator):

        * ``agrees``: rows of the same direction, from at least two independent sources;
        * ``contradicts``: rows of opposite directions;
        * ``one_source``: several rows, all parts of one source, so no confirmation;
        * ``single``: one row only;
        * ``unclear``: rows without a direction among them;
        * ``no_direction`` / ``no_evidence``: nothing but neutral statements / nothing at all.

    Examples
    --------
    In the bundled study every segment is part of one article: nothing confirms anything.

    >>> from bantar_lib import load_study
    >>> table = triangulation(load_study("kampung_bantar"), "Kota Baru")
    >>> "agrees" in set(table["agreement"])
    False
    """
    table = evidence(study, district, coder)
    bearing = _weighed(table)
    first = bearing.groupby(["code", "datum"])[["source_kind", "role"]].transform("first")
    bearing[["source_kind", "role"]] = first
    rows = []
    for indicator in study.framework.indicators:
        own = bearing[bearing["code"] == indicator.id]
        cells = []
        for (kind, role), part in own.groupby(["source_kind", "role"]):
            counts = tally(part, "root").sum()
            cells.append({"source_kind": kind, "role": role,
                          **{side: int(counts[side]) for side in _SIDES},
                          "direction": _direction(counts)})  # fmt: skip
        independent = own["root"].nunique()
        coded = (table["code"] == indicator.id).any()
        whole = {
            "indicator": indicator.id,
            "independent": independent,
            "agreement": _agreement([c["direction"] for c in cells], independent, coded),
        }
        blank = {"source_kind": "", "role": "", **dict.fromkeys(_SIDES, 0), "direction": ""}
        rows += [{**cell, **whole} for cell in cells or [blank]]
    columns = ["indicator", "source_kind", "role", *_SIDES, "direction", "independent", "agreement"]
    return pd.DataFrame(rows, columns=columns)


def _direction(counts: pd.Series) -> str:
    if counts["supports"] == counts["inhibits"]:
        return "mixed"
    return "supports" if counts["supports"] > counts["inhibits"] else "inhibits"


def _agreement(directions: list[str], independent: int, coded: bool) -> str:
    if not directions:
        return "no_direction" if coded else "no_evidence"
    if {"supports", "inhibits"} <= set(directions):
        return "contradicts"
    if len(directions) == 1:
        return "single"
    if "mixed" in directions:
        return "unclear"
    return "agrees" if independent > 1 else "one_source"


def cooccurrence(study: Study, coder: str | None = None) -> pd.DataFrame:
    """Count which codes a coder gave to the same segment, or the same sentence of a document.

    Parameters
    ----------
    study : Study
        A study with coding logs.
    coder : str, optional
        By default the first coder with a log.

    Returns
    -------
    pandas.DataFrame
        code_a, code_b, together, a, b (units with either), jaccard = together/(a + b −
        together); the most frequent pairs first. Pairs that never meet are left out.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> cooccurrence(load_study("kampung_bantar")).columns.tolist()
    ['code_a', 'code_b', 'together', 'a', 'b', 'jaccard']
    """
    columns = ["code_a", "code_b", "together", "a", "b", "jaccard"]
    who = coder or first_coder(study)
    if who is None:
        return pd.DataFrame(columns=columns)
    tables = [unit_table(study, "code", unit, who) for unit in ("segment", "sentence")]
    units = [set(cell.split("|")) - {UNCODED, ""} for table in tables
             for cell in table.to_numpy().ravel()]  # fmt: skip
    alone = pd.Series([code for held in units for code in held], dtype=str).value_counts()
    pairs = pd.Series([pair for held in units for pair in combinations(sorted(held), 2)],
                      dtype=object).value_counts()  # fmt: skip
    rows = []
    for (one, other), together in pairs.items():
        a, b = int(alone[one]), int(alone[other])
        rows.append((one, other, int(together), a, b, together / (a + b - together)))
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(
        ["together", "code_a", "code_b"], ascending=[False, True, True], ignore_index=True
    )
