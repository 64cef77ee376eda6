"""Change over the years, for all districts together.

A district has at most a handful of years; four points can never reach significance, so nothing
here tests a single district.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from scipy import stats

from bantar_lib.measures.counts import stage_counts
from bantar_lib.measures.poisson import poisson_slope
from bantar_lib.measures.stocks import SINGLE_YEAR, by_year, known_flows, stage_names
from bantar_lib.study.shared import shared
from bantar_lib.study.study import Study

_NAN = float("nan")


@dataclass(frozen=True)
class _Row:
    test: str
    quantity: str
    estimate: float = _NAN
    low: float = _NAN
    high: float = _NAN
    p: float = _NAN
    n: int = 0
    years: str = ""
    note: str = ""


@shared
def trend(study: Study) -> pd.DataFrame:
    """Test whether the execution rate, and the recorded entries, changed over the years.

    *Two years*: the last two in which some district knows both how many started (``execution:
    from``) and how many ended (``to``), from one source, over the districts that know all four.
    *All years*: the entries recorded (the stage outside the order where the study has one, else
    the first stage compared), over the districts that know every year.

    By `test` and `quantity`:

    * ``crude``, ``rate_difference``: later − earlier rate of all districts together; Newcombe's
      interval, Pearson's χ² without correction;
    * ``crude``, ``odds_ratio``: later against earlier year; Woolf's interval;
    * ``mantel_haenszel``, ``odds_ratio``: pooled over districts; Robins–Breslow–Greenland
      interval, Mantel–Haenszel test without correction;
    * ``wilcoxon``, ``median_difference``: of the districts' rates; signed-rank test;
    * ``quasi_poisson``, ``rate_ratio_per_year``: Poisson model of the entries with an effect of
      each district and a log-linear year; scale by Pearson's X²;
    * ``quasi_poisson``, ``dispersion``: that scale, 1 where entries vary as Poisson counts do;
    * ``friedman``, ``chi_square``: the years ranked inside each district;
    * ``page``, ``l_statistic``: the same ranks against a rising order of years; p is two-sided,
      twice the smaller of rising and falling.

    The interval and p of the first three take entries as independent; with the dispersion that
    the funnel shows they are too narrow. A p above 0.05 shows no change to be demonstrated, not
    that there is none.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    DataFrame
        ``test, quantity, estimate, low, high, p, n, years, note``: rates and differences from
        0 to 1, intervals of 95%, `n` districts, `years` joined by ``|``. Where a test cannot be
        done its numbers are blank and `note` says why: ``no_two_years``, ``no_three_years``,
        ``too_few_districts``, ``no_variation`` or ``no_finite_estimate`` (all entries in the first
        or the last year). ``districts_left_out``: in some district more
        ended than started within a year, which no rate describes; it is not among the `n`.

    References
    ----------
    Newcombe 1998; Robins, Breslow & Greenland 1986; McCullagh & Nelder 1989, § 6.2 (quasi-Poisson);
    Page 1963.

    Examples
    --------
    Of 165 proposals of 2015, 109 were implemented; of 156 of 2016, 88.

    >>> from bantar_lib.study import load_study
    >>> rows = trend(load_study("kampung_bantar")).set_index(["test", "quantity"])
    >>> round(float(rows.loc[("crude", "rate_difference"), "estimate"]), 3)  # 88/156 − 109/165
    -0.097
    """
    stages = stage_names(study)
    known = known_flows(study)
    # A flow of several years (as the first of a stock is) cannot stand beside those of one.
    known = known[known["flow_basis"].isin(SINGLE_YEAR)]
    single = known.loc[known["stage"] == stages.end, ["district_id", "year"]]
    pairs = stage_counts(study).merge(single, on=["district_id", "year"])
    entries = by_year(study, known, stages.loose)
    if entries.columns.empty:
        entries = by_year(study, known, stages.start)
    rows = [*_two_years(pairs), *_all_years(entries)]
    frame = pd.DataFrame([vars(row) for row in rows])
    numbers = ["estimate", "low", "high", "p"]
    frame[numbers] = frame[numbers].replace([np.inf, -np.inf], np.nan)
    return frame.astype({**dict.fromkeys(numbers, "Float64"), "n": "Int64"})


def _two_years(pairs: pd.DataFrame) -> Iterator[_Row]:
    quantities = (
        ("crude", "rate_difference"),
        ("crude", "odds_ratio"),
        ("mantel_haenszel", "odds_ratio"),
        ("wilcoxon", "median_difference"),
    )
    years = [int(year) for year in sorted(pairs["year"].unique())[-2:]]
    if len(years) < 2:
        yield from (_Row(*q, note="no_two_years") for q in quantities)
        return
    wide = pairs.astype({"proposed": "float64", "implemented": "float64"}).pivot(
        index="district_id", columns="year", values=["proposed", "implemented"]
    )
    n, k = wide["proposed"][years].to_numpy(), wide["implemented"][years].to_numpy()
    # None started: no rate. More ended than started: a rate above 1, which these do not describe.
    known = np.isfinite(n).all(1) & np.isfinite(k).all(1) & (n > 0).all(1)
    fit = known & (k <= n).all(1)
    note = "districts_left_out" if (known & ~fit).any() else ""
    n, k = n[fit], k[fit]
    named = "|".join(map(str, years))
    if len(n) == 0:
        yield from (_Row(*q, years=named, note="too_few_districts") for q in quantities)
        return
    for row in (
        *_crude(n.sum(0), k.sum(0), len(n), named),
        _mantel_haenszel(n, k, named),
        _wilcoxon(k[:, 1] / n[:, 1] - k[:, 0] / n[:, 0], named),
    ):
        yield replace(row, note=row.note or note)


def _crude(n: np.ndarray, k: np.ndarray, districts: int, years: str) -> Iterator[_Row]:
    from statsmodels.stats.contingency_tables import Table2x2
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(k[1], n[1], k[0], n[0], method="newcomb", compare="diff")
    table = np.array([[k[1], n[1] - k[1]], [k[0], n[0] - k[0]]])
    flat = bool((table.sum(axis=0) == 0).any())
    p = _NAN if flat else float(stats.chi2_contingency(table, correction=False).pvalue)
    row = partial(_Row, "crude", p=p, n=districts, years=years)
    difference = float(k[1] / n[1] - k[0] / n[0])
    note = "no_variation" if flat else ""
    yield row("rate_difference", difference, float(low), float(high), note=note)
    if (table == 0).any():
        yield row("odds_ratio", note="no_variation")
        return
    odds = Table2x2(table, shift_zeros=False)
    low, high = odds.oddsratio_confint()
    yield row("odds_ratio", float(odds.oddsratio), float(low), float(high))


def _mantel_haenszel(n: np.ndarray, k: np.ndarray, years: str) -> _Row:
    from statsmodels.stats.contingency_tables import StratifiedTable

    name = ("mantel_haenszel", "odds_ratio")
    # Districts where all or none ended in both years say nothing of the odds ratio.
    mixed = (k.sum(1) > 0) & (k.sum(1) < n.sum(1))
    n, k = n[mixed], k[mixed]
    ups, downs = (k[:, 1] * (n - k)[:, 0]).sum(), (k[:, 0] * (n - k)[:, 1]).sum()
    if not (ups and downs):
        return _Row(*name, n=len(n), years=years, note="no_variation")
    tables = np.array([[k[:, 1], (n - k)[:, 1]], [k[:, 0], (n - k)[:, 0]]])
    pooled = StratifiedTable(tables)
    low, high = pooled.oddsratio_pooled_confint()
    p = float(pooled.test_null_odds(correction=False).pvalue)
    odds = float(pooled.oddsratio_pooled)
    return _Row(*name, odds, float(low), float(high), p, len(n), years)


def _wilcoxon(differences: np.ndarray, years: str) -> _Row:
    name = ("wilcoxon", "median_difference")
    n = len(differences)
    middle = float(np.median(differences))
    if not differences.any():
        return _Row(*name, middle, n=n, years=years, note="no_variation")
    p = float(stats.wilcoxon(differences).pvalue)
    return _Row(*name, middle, p=p, n=n, years=years)


def _all_years(entries: pd.DataFrame) -> Iterator[_Row]:
    names = (
        ("quasi_poisson", "rate_ratio_per_year"),
        ("quasi_poisson", "dispersion"),
        ("friedman", "chi_square"),
        ("page", "l_statistic"),
    )
    complete = entries.dropna()
    years = "|".join(map(str, entries.columns))
    counts = complete.to_numpy()
    n = len(counts)
    note = ""
    if entries.shape[1] < 3:
        note = "no_three_years"
    elif n < 2:
        note = "too_few_districts"
    elif (counts == counts[:, :1]).all():
        note = "no_variation"
    if note:
        yield from (_Row(*name, n=n, years=years, note=note) for name in names)
        return
    yield from _quasi_poisson(counts, complete.columns.to_numpy(dtype=float), years)
    friedman = stats.friedmanchisquare(*counts.T)
    yield _Row(*names[2], float(friedman.statistic), p=float(friedman.pvalue), n=n, years=years)
    rising = stats.page_trend_test(counts)
    falling = stats.page_trend_test(counts, predicted_ranks=range(counts.shape[1], 0, -1))
    p = min(1.0, 2 * float(min(rising.pvalue, falling.pvalue)))
    yield _Row(*names[3], float(rising.statistic), p=p, n=n, years=years)


def _quasi_poisson(counts: np.ndarray, when: np.ndarray, years: str) -> Iterator[_Row]:
    """Fit entries ~ district + year without a column a district.

    Where every district knows every year, the district effects drop out of the likelihood, so
    that slope and standard error are those of the yearly totals; only the scale needs the
    districts' own residuals. Thousands of districts then cost no more than one.
    """
    names = (("quasi_poisson", "rate_ratio_per_year"), ("quasi_poisson", "dispersion"))
    counts = counts[counts.sum(1) > 0]
    n = len(counts)
    fit = poisson_slope(when, counts.sum(0))
    free = counts.size - n - 1
    if fit is None or free < 1:
        note = "no_finite_estimate" if fit is None else "too_few_districts"
        yield from (_Row(*name, n=n, years=years, note=note) for name in names)
        return
    expected = np.outer(counts.sum(1), fit.fitted / fit.fitted.sum())
    scale = float(((counts - expected) ** 2 / expected).sum() / free)
    slope, error = fit.slope, fit.error * float(np.sqrt(scale))
    margin = float(stats.norm.ppf(0.975)) * error
    p = float(2 * stats.norm.sf(abs(slope) / error)) if error > 0 else _NAN
    ends = (float(np.exp(slope - margin)), float(np.exp(slope + margin)))
    yield _Row(*names[0], float(np.exp(slope)), *ends, p, n, years)
    yield _Row(*names[1], scale, n=n, years=years)
