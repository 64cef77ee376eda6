"""Agreement between coders: how often they give the same code, beyond what chance would give.

Every function takes a table of units (rows) × coders (columns); a blank cell (``""``, ``None`` or
``NaN``) is a unit that this coder did not code. State the unit wherever a value is printed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from bantar_lib.coding.units import Unit, unit_table
from bantar_lib.errors import UserError
from bantar_lib.study import Study
from bantar_lib.words import room_words

_ = room_words("coding")
Level = Literal["nominal", "ordinal", "interval", "ratio"]
EXTREME_PREVALENCE = 0.8
_DRAWS, _SEED = 2000, 20180931


@dataclass(frozen=True)
class Agreement:
    """An agreement coefficient with its interval.

    Parameters
    ----------
    estimate : float
        The coefficient; ``nan`` where it is not defined (everybody used one category).
    low, high : float
        95% percentile interval from a seeded bootstrap over units.
    units, coders : int
        Units with at least two codes, and coders.
    prevalence : float
        Share of the commonest category; over 0.8, chance-corrected kappas can be low although
        coders agree (see :func:`gwet_ac1`).
    """

    estimate: float
    low: float
    high: float
    units: int
    coders: int
    prevalence: float

    @property
    def extreme_prevalence(self) -> bool:
        """Whether one category holds more than 80% of all codes."""
        return self.prevalence > EXTREME_PREVALENCE


@dataclass(frozen=True)
class _Ratings:
    """Units by category counts, equal units gathered: `times` says how often each pattern is."""

    patterns: np.ndarray  # patterns × categories: how many coders chose each
    times: np.ndarray
    values: np.ndarray
    units: int
    coders: int

    def draws(self) -> np.ndarray:
        """Return how often each pattern occurs in each bootstrap sample of units."""
        total = int(self.times.sum())
        share = self.times / total
        return np.random.default_rng(_SEED).multinomial(total, share, size=_DRAWS).astype(float)


def _ratings(table: pd.DataFrame) -> _Ratings:
    if table.shape[1] < 2:
        raise UserError(_("Agreement needs at least two coders (columns); there are {n}.",
                          n=table.shape[1]))  # fmt: skip
    codes, values = pd.factorize(table.to_numpy(dtype=object).ravel(), sort=False)
    blank = np.array([v == "" for v in values], dtype=bool) if len(values) else np.zeros(0, bool)
    keep = np.flatnonzero(~blank)
    values = np.array([values[k] for k in keep], dtype=object)
    order = np.argsort(values) if _sortable(values) else np.argsort(values.astype(str))
    values = values[order]
    place = np.full(len(blank) + 1, -1)
    place[keep[order]] = np.arange(len(keep))
    codes = place[codes].reshape(table.shape)
    counts = np.zeros((len(table), max(len(values), 1)), dtype=np.int64)
    rows, columns = np.nonzero(codes >= 0)
    np.add.at(counts, (rows, codes[rows, columns]), 1)
    counts = counts[counts.sum(axis=1) > 0]
    if not (counts.sum(axis=1) >= 2).any():
        raise UserError(_("No unit was coded by two coders, so agreement cannot be computed."))
    patterns, times = np.unique(counts, axis=0, return_counts=True)
    paired = int(times[patterns.sum(axis=1) >= 2].sum())
    return _Ratings(patterns.astype(float), times.astype(float), values, paired, table.shape[1])


def _sortable(values: np.ndarray) -> bool:
    try:
        sorted(values)
    except TypeError:
        return False
    return True


def _result(ratings: _Ratings, coefficient: Callable[[np.ndarray], np.ndarray]) -> Agreement:
    """Compute a coefficient and its interval from pattern frequencies (rows: samples)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = float(coefficient(ratings.times[None, :])[0])
        drawn = coefficient(ratings.draws())
    drawn = drawn[np.isfinite(drawn)]
    low, high = np.quantile(drawn, [0.025, 0.975]) if len(drawn) else (np.nan, np.nan)
    used = ratings.times @ ratings.patterns
    prevalence = float(used.max() / used.sum())
    return Agreement(estimate, float(low), float(high), ratings.units, ratings.coders, prevalence)


def _observed(ratings: _Ratings, times: np.ndarray) -> np.ndarray:
    """Return the mean share of agreeing pairs of coders over units with two codes or more."""
    r, n = ratings.patterns, ratings.patterns.sum(axis=1)
    paired = n >= 2
    pairs = (r * (r - 1)).sum(axis=1)[paired] / (n * (n - 1))[paired]
    return (times[:, paired] @ pairs) / times[:, paired].sum(axis=1)


def _shares(ratings: _Ratings, times: np.ndarray) -> np.ndarray:
    """Return each category's mean share within units (samples × categories)."""
    within = ratings.patterns / ratings.patterns.sum(axis=1, keepdims=True)
    return (times @ within) / times.sum(axis=1, keepdims=True)


def _corrected(ratings: _Ratings, chance: Callable[[np.ndarray], np.ndarray]) -> Agreement:
    def coefficient(times: np.ndarray) -> np.ndarray:
        expected = chance(times)
        return (_observed(ratings, times) - expected) / (1 - expected)

    return _result(ratings, coefficient)


def percent_agreement(table: pd.DataFrame) -> Agreement:
    """Return the share of agreeing pairs of coders, without correction for chance.

    Examples
    --------
    >>> percent_agreement(pd.DataFrame({"a": ["x", "x", "y"], "b": ["x", "y", "y"]})).units
    3
    """
    ratings = _ratings(table)
    return _result(ratings, lambda times: _observed(ratings, times))


def fleiss_kappa(table: pd.DataFrame) -> Agreement:
    """Return Fleiss' kappa (1971), for any number of coders, blanks allowed.

    κ = (pₐ − pₑ)/(1 − pₑ), pₑ = Σₖ πₖ², πₖ the mean share of category k within units.

    Examples
    --------
    >>> round(fleiss_kappa(pd.DataFrame({"a": [1, 1, 2], "b": [1, 2, 2]})).estimate, 3)
    0.333
    """
    ratings = _ratings(table)
    return _corrected(ratings, lambda times: (_shares(ratings, times) ** 2).sum(axis=1))


def brennan_prediger(table: pd.DataFrame, *, categories: int | None = None) -> Agreement:
    """Return Brennan and Prediger's coefficient (1981): chance is 1/q.

    Parameters
    ----------
    table : pandas.DataFrame
        Units × coders.
    categories : int, optional
        q, the number of categories that coders could choose from; by default those used.

    Examples
    --------
    >>> round(brennan_prediger(pd.DataFrame({"a": [1, 1, 2], "b": [1, 2, 2]})).estimate, 3)
    0.333
    """
    ratings = _ratings(table)
    q = categories or len(ratings.values)
    return _corrected(ratings, lambda times: np.full(len(times), 1 / q))


def gwet_ac1(table: pd.DataFrame, *, categories: int | None = None) -> Agreement:
    """Return Gwet's AC1 (2008): steady where one category is very common.

    pₑ = Σₖ πₖ(1 − πₖ)/(q − 1).

    Parameters
    ----------
    table : pandas.DataFrame
        Units × coders.
    categories : int, optional
        q, the number of categories that coders could choose from; by default those used.

    Examples
    --------
    >>> round(gwet_ac1(pd.DataFrame({"a": [1, 1, 2], "b": [1, 2, 2]})).estimate, 3)
    0.333
    """
    ratings = _ratings(table)
    q = categories or len(ratings.values)

    def chance(times: np.ndarray) -> np.ndarray:
        shares = _shares(ratings, times)
        return (shares * (1 - shares)).sum(axis=1) / (q - 1)

    return _corrected(ratings, chance)


def krippendorff_alpha(table: pd.DataFrame, level: Level = "nominal") -> Agreement:
    """Return Krippendorff's alpha (2011), blanks allowed.

    α = 1 − Dₒ/Dₑ, from the coincidences of values within units with two codes or more.

    Parameters
    ----------
    table : pandas.DataFrame
        Units × coders; numbers for every level but ``nominal`` (for ``ordinal``: sortable).
    level : str
        ``nominal``, ``ordinal``, ``interval`` or ``ratio``.

    Raises
    ------
    UserError
        For an unknown level, or values that are no numbers where the level needs them.

    Examples
    --------
    >>> round(krippendorff_alpha(pd.DataFrame({"a": [1, 1, 2], "b": [1, 2, 2]})).estimate, 3)
    0.444
    """
    ratings = _ratings(table)
    metric = _metric(ratings, level)
    n = ratings.patterns.sum(axis=1)
    paired = n >= 2
    r, n = ratings.patterns[paired], n[paired]
    pairs = r[:, :, None] * r[:, None, :]
    pairs[:, np.arange(r.shape[1]), np.arange(r.shape[1])] -= r
    pairs = (pairs / (n - 1)[:, None, None]).reshape(len(r), -1)

    def coefficient(times: np.ndarray) -> np.ndarray:
        together = (times[:, paired] @ pairs).reshape(len(times), r.shape[1], r.shape[1])
        margins = together.sum(axis=2)
        distance = metric(margins)
        total = margins.sum(axis=1)
        expected = margins[:, :, None] * margins[:, None, :]
        observed_sum = (together * distance).sum(axis=(1, 2))
        expected_sum = (expected * distance).sum(axis=(1, 2))
        return 1 - (total - 1) * observed_sum / expected_sum

    return _result(ratings, coefficient)


def _metric(ratings: _Ratings, level: str) -> Callable[[np.ndarray], np.ndarray]:
    """Return squared distances between categories, given margins (samples × categories)."""
    q = len(ratings.values)
    if level == "nominal":
        return lambda margins: np.broadcast_to(1 - np.eye(q), (len(margins), q, q))
    if level == "ordinal":

        def ordinal(margins: np.ndarray) -> np.ndarray:
            middle = np.cumsum(margins, axis=1) - margins / 2
            return (middle[:, :, None] - middle[:, None, :]) ** 2

        return ordinal
    if level not in ("interval", "ratio"):
        raise UserError(_("Unknown level {level}; choose nominal, ordinal, interval or ratio.",
                          level=level))  # fmt: skip
    try:
        values = ratings.values.astype(float)
    except ValueError:
        raise UserError(_("Level {level} needs numbers; this table holds other values.",
                          level=level)) from None  # fmt: skip
    gap = values[:, None] - values[None, :]
    if level == "ratio":
        size = values[:, None] + values[None, :]
        gap = np.divide(gap, size, out=np.zeros_like(gap), where=size != 0)
    return lambda margins: np.broadcast_to(gap**2, (len(margins), q, q))


def cohen_kappa(table: pd.DataFrame, weights: str | np.ndarray | None = None) -> Agreement:
    """Return Cohen's kappa (1960), weighted if wanted (1968), for two coders.

    Parameters
    ----------
    table : pandas.DataFrame
        Units × two coders; units that one of them left blank are not used.
    weights : str or array, optional
        ``linear``, ``quadratic`` or a square array of disagreement weights, its rows and
        columns in the sorted order of the categories.

    Raises
    ------
    UserError
        For another number of coders, or weights of another shape.

    Examples
    --------
    >>> round(cohen_kappa(pd.DataFrame({"a": [1, 1, 2], "b": [1, 2, 2]})).estimate, 3)
    0.4
    """
    if table.shape[1] != 2:
        raise UserError(_("Cohen's kappa compares two coders; this table has {n}. "
                          "For more, use Fleiss' kappa.", n=table.shape[1]))  # fmt: skip
    filled = table[(table.notna() & (table != "")).all(axis=1)]
    ratings = _ratings(filled)
    q = len(ratings.values)
    disagreement = _weights(weights, q)
    place = {v: k for k, v in enumerate(ratings.values)}
    cells = np.zeros((q, q))
    np.add.at(
        cells, (filled.iloc[:, 0].map(place).to_numpy(), filled.iloc[:, 1].map(place).to_numpy()), 1
    )
    crossed = _Ratings(ratings.patterns, cells.ravel(), ratings.values, ratings.units, 2)

    def coefficient(times: np.ndarray) -> np.ndarray:
        together = times.reshape(len(times), q, q)
        total = together.sum(axis=(1, 2))
        expected = together.sum(axis=2)[:, :, None] * together.sum(axis=1)[:, None, :]
        observed_sum = (together * disagreement).sum(axis=(1, 2))
        return 1 - observed_sum * total / (expected * disagreement).sum(axis=(1, 2))

    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = float(coefficient(crossed.times[None, :])[0])
        drawn = coefficient(crossed.draws())
    drawn = drawn[np.isfinite(drawn)]
    low, high = np.quantile(drawn, [0.025, 0.975]) if len(drawn) else (np.nan, np.nan)
    prevalence = float((cells.sum(axis=0) + cells.sum(axis=1)).max() / (2 * cells.sum()))
    return Agreement(estimate, float(low), float(high), ratings.units, 2, prevalence)


def _weights(weights: str | np.ndarray | None, q: int) -> np.ndarray:
    steps = np.abs(np.subtract.outer(np.arange(q), np.arange(q))).astype(float)
    if weights is None:
        return (steps > 0).astype(float)
    if isinstance(weights, str):
        if weights not in ("linear", "quadratic"):
            raise UserError(_("Unknown weights {weights}; choose linear or quadratic.",
                              weights=weights))  # fmt: skip
        return steps if weights == "linear" else steps**2
    if np.shape(weights) != (q, q):
        raise UserError(_("The weights must be a square of {q} × {q}: one row a category.", q=q))
    return np.asarray(weights, dtype=float)


def coding_table(study: Study, value: str = "code", unit: Unit = "segment") -> pd.DataFrame:
    """Return units × coders, as the agreement functions take it.

    Parameters
    ----------
    study : Study
        A study with coding logs.
    value : str
        ``code``, ``indicator`` (that the code stands under) or ``valence``.
    unit : str
        ``segment``: as given in the table segments. ``sentence`` or ``character``: of documents
        with coded spans, see :func:`~.units.unit_table`.

    Returns
    -------
    pandas.DataFrame
        One column a coder; blank where the coder did not code the segment (or read the
        document). A unit that a coder gave several codes holds them joined by ``|``: agreement
        on such a unit means agreement on the whole set. Logs that settle the others' codings
        are left out.

    Raises
    ------
    UserError
        For an unknown unit or value, or spans that no longer stand where the log says.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> coding_table(load_study("kampung_bantar"), "valence").shape[1] >= 1
    True
    """
    return unit_table(study, value, unit)


def agreement_by_indicator(study: Study, unit: Unit = "segment") -> pd.DataFrame:
    """Compare coders on each indicator: whether they gave it to a unit or not (one against rest).

    Parameters
    ----------
    study : Study
        A study with two coding logs or more.
    unit : str
        As for :func:`coding_table`.

    Returns
    -------
    pandas.DataFrame
        indicator, given (units to which at least one coder gave it), coefficient
        (``percent_agreement``, ``krippendorff_alpha``, ``gwet_ac1``), estimate, low, high,
        units, coders, extreme_prevalence. An indicator that nobody gave has blank estimates:
        agreement on its absence says nothing.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> study = load_study("kampung_bantar")
    >>> if coding_table(study).shape[1] > 1:
    ...     assert set(agreement_by_indicator(study)["indicator"]) == {
    ...         i.id for i in study.framework.indicators}
    """
    table = unit_table(study, "indicator", unit)
    sets = table.map(lambda cell: set(cell.split("|")) if isinstance(cell, str) else None)
    rows = []
    for indicator in study.framework.indicators:
        one = sets.map(lambda s, i=indicator.id: None if s is None else ("no", "yes")[i in s])
        given = int((one == "yes").any(axis=1).sum())
        for coefficient in (percent_agreement, krippendorff_alpha, gwet_ac1):
            found = coefficient(one) if given else None
            rows.append({
                "indicator": indicator.id,
                "given": given,
                "coefficient": coefficient.__name__,
                "estimate": found.estimate if found else np.nan,
                "low": found.low if found else np.nan,
                "high": found.high if found else np.nan,
                "units": found.units if found else 0,
                "coders": table.shape[1],
                "extreme_prevalence": bool(found and found.extreme_prevalence),
            })  # fmt: skip
    return pd.DataFrame(rows)


def disagreements(study: Study) -> pd.DataFrame:
    """Return the segments on which coders differ, for the meeting that settles them.

    Returns
    -------
    pandas.DataFrame
        segment_id, text_id, text_en, and for each coder ``<coder>: code`` and
        ``<coder>: valence``.
    """
    code, valence = coding_table(study, "code"), coding_table(study, "valence")
    both = code.notna().all(axis=1)
    differ = both & ((code.nunique(axis=1) > 1) | (valence.nunique(axis=1) > 1))
    wide = pd.concat(
        [code.add_suffix(": code"), valence.add_suffix(": valence")], axis=1
    ).loc[differ]  # fmt: skip
    texts = study.table("segments").set_index("segment_id")[["text_id", "text_en"]]
    return texts.join(wide, how="inner").reset_index()
