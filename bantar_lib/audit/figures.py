"""Published tables as they were printed: the text of each figure, and the number it stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from bantar_lib.errors import UserError
from bantar_lib.study import Study
from bantar_lib.words import room_words

_ = room_words("audit")
# Parts the pieces of a key; no file has it. (NumPy drops a NUL at the end of a text.)
BETWEEN = "\x1f"
# How a total row is called where study.yml does not say it.
_TOTAL_NAMES = {"jumlah", "total", "jumlah total", "total jumlah", "sum"}
_MINUS = str.maketrans({"−": "-", "–": "-", "\u00a0": "", "\u202f": "", " ": ""})
_GROUPED = re.compile(r"-?[1-9]\d{0,2}([.,])\d{3}(\1\d{3})*")
_PLAIN = re.compile(r"-?\d+(\.\d+)?")


def read_figure(printed: str) -> tuple[float, int]:
    """Read a printed figure.

    Points or commas between groups of three digits part thousands; another point or comma is
    the decimal sign, and so is any before a percent sign. Whatever is no number (blank, a dash,
    a word) is unknown.

    Parameters
    ----------
    printed : str
        Text of a cell, such as ``1.562``, ``37%``, ``57,7`` or ``-``.

    Returns
    -------
    value : float
        The number (``37%`` is 37.0), or NaN where unknown.
    decimals : int
        How many decimal places were printed.

    Examples
    --------
    >>> read_figure("1.562"), read_figure("57,7%"), read_figure("–")
    ((1562.0, 0), (57.7, 1), (nan, 0))
    """
    text = printed.translate(_MINUS).removeprefix("Rp").rstrip("*")
    share = text.endswith("%")
    text = text.removesuffix("%")
    if _GROUPED.fullmatch(text) and not share:
        text = text.replace(".", "").replace(",", "")
    elif "." in text and "," in text:
        thousands = "." if text.rfind(",") > text.rfind(".") else ","
        text = text.replace(thousands, "").replace(",", ".")
    else:
        text = text.replace(",", ".")
    if not _PLAIN.fullmatch(text):
        return float("nan"), 0
    return float(text), len(text.partition(".")[2])


def write_figure(value: float) -> str:
    """Write a recomputed number plainly, with at most two decimals.

    Examples
    --------
    >>> write_figure(61.0), write_figure(36.9697)
    ('61', '36.97')
    """
    return str(round(value)) if float(value).is_integer() else f"{value:.2f}"


@dataclass(frozen=True)
class PrintedTable:
    """One published table, laid out again as rows × columns.

    Parameters
    ----------
    source_id, name : str
        Where it stands, and its number or name.
    rows : pandas.DataFrame
        One line a row: ``row`` (as printed), ``district_id``, ``key`` (what the same row has in
        another table: the district, ``total``, or its name) and ``is_total``.
    text : pandas.DataFrame
        Printed text; missing where the table has no such cell.
    values, decimals : pandas.DataFrame
        What the text says: numbers (NaN = unknown) and decimal places.
    meaning : mapping
        By column, what makes it the same quantity in another table: stage and year, or its name.
    years : tuple of int
        The years its columns are of.
    rules : mapping
        Its part of ``published:`` in ``study.yml``.
    """

    source_id: str
    name: str
    rows: pd.DataFrame
    text: pd.DataFrame
    values: pd.DataFrame
    decimals: pd.DataFrame
    meaning: Mapping[str, str]
    years: tuple[int, ...]
    rules: Mapping[str, Any]

    def column(self, name: str) -> str:
        """Return `name`, or raise a :class:`UserError` where the table has no such column."""
        if name in self.text.columns:
            return name
        raise UserError(
            _(
                "table {table} has no column {name!r}; it has {known}",
                table=self.name,
                name=name,
                known=nearest(name, [str(c) for c in self.text.columns]),
            )
        )

    def by_key(self) -> pd.DataFrame:
        """Return the values of the rows that are no total and whose key stands once, by key."""
        once = ~self.rows["key"].duplicated(keep=False) & ~self.rows["is_total"]
        return self.values[once].set_axis(pd.Index(self.rows.loc[once, "key"]), axis=0)

    @property
    def derived(self) -> set[str]:
        """The columns that the rules compute from others."""
        rules = [*self.rules.get("sums", ()), *self.rules.get("percentages", ())]
        return {str(r["column"]) for r in rules}


def nearest(wanted: str, known: list[str], *, at_most: int = 12) -> str:
    """List `known` names, the ones most like `wanted` first.

    Examples
    --------
    >>> nearest("cuont", ["change", "count"])
    'count, change'
    """
    close = get_close_matches(wanted, known, n=3, cutoff=0.5)
    ordered = [*close, *(k for k in known if k not in close)]
    return ", ".join(ordered[:at_most]) + (", …" if len(ordered) > at_most else "")


def printed_tables(study: Study) -> list[PrintedTable]:
    """Return the study's published tables, in the order of ``published.csv``.

    Raises
    ------
    UserError
        Where a cell is given twice, or a rule names a row that is not there.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> [t.name for t in printed_tables(load_study("kampung_bantar"))]
    ['1.1', '1.2']
    """
    published = study.table("published")
    rules = {str(k): v or {} for k, v in (study.config.get("published") or {}).items()}
    groups = published.groupby(["source_id", "table"], sort=False)
    return [
        _lay_out(str(source), str(name), frame, rules.get(str(name), {}))
        for (source, name), frame in groups
    ]


def _lay_out(source: str, name: str, frame: pd.DataFrame, rules: Mapping[str, Any]) -> PrintedTable:
    row_keys = frame["row"] + BETWEEN + frame["district_id"]
    r, _row_names = pd.factorize(row_keys)
    c, columns = pd.factorize(frame["column"])
    _refuse_repeated(frame, r * len(columns) + c, name)

    figures = {p: read_figure(p) for p in frame["printed"].unique()}
    shape = (int(r.max()) + 1, len(columns))
    text = np.full(shape, None, dtype=object)
    values, decimals = np.full(shape, np.nan), np.zeros(shape, dtype=int)
    text[r, c] = frame["printed"].to_numpy(dtype=object)
    values[r, c] = [figures[p][0] for p in frame["printed"]]
    decimals[r, c] = [figures[p][1] for p in frame["printed"]]

    rows = frame.loc[~row_keys.duplicated(), ["row", "district_id"]].reset_index(drop=True)
    rows["is_total"] = _total_row(rows, name, rules)
    rows["key"] = rows["district_id"].where(rows["district_id"] != "", rows["row"].str.casefold())
    rows.loc[rows["is_total"], "key"] = "total"

    heads = frame.drop_duplicates("column")
    year = heads["year"].astype("string").fillna("")
    meaning = np.where(heads["stage"] != "", heads["stage"] + BETWEEN + year, heads["column"])
    return PrintedTable(
        source,
        name,
        rows,
        pd.DataFrame(text, columns=columns),
        pd.DataFrame(values, columns=columns),
        pd.DataFrame(decimals, columns=columns),
        dict(zip(heads["column"], meaning, strict=True)),
        tuple(sorted({int(y) for y in frame["year"].dropna()})),
        rules,
    )


def _refuse_repeated(frame: pd.DataFrame, cells: np.ndarray, name: str) -> None:
    repeated = pd.Series(cells).duplicated().to_numpy()
    if repeated.any():
        first = frame[repeated].iloc[0]
        raise UserError(
            _(
                "published.csv: table {table}, row {row!r}, column {column!r} stands there twice; "
                "keep one line of it.",
                table=name,
                row=first["row"],
                column=first["column"],
            )
        )


def _total_row(rows: pd.DataFrame, name: str, rules: Mapping[str, Any]) -> pd.Series:
    names = rows["row"].str.strip().str.casefold()
    if "total_row" not in rules:
        return names.isin(_TOTAL_NAMES) & (rows["district_id"] == "")
    is_total = names == str(rules["total_row"]).strip().casefold()
    if not is_total.any():
        raise UserError(
            _(
                "study.yml, published: table {table} has no row {row!r}; its rows are {rows}.",
                table=name,
                row=rules["total_row"],
                rows=nearest(str(rules["total_row"]), list(rows["row"])),
            )
        )
    return is_total
