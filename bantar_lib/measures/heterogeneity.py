"""Whether districts differ by more than chance, by how much, and whether one of them makes it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from bantar_lib.measures.counts import (
    SEED,
    Binomial,
    district_totals,
    spread,
    stage_counts,
    usable,
)
from bantar_lib.study.shared import shared
from bantar_lib.study.study import Study

_MOST_VALUES = 8_000_000


@shared
def heterogeneity(
    study: Study | pd.DataFrame, *, permutations: int = 9999, seed: int = SEED
) -> pd.DataFrame:
    """Test and measure how much the districts' rates differ.

    With p = Σk/Σn and districts i = 1…I:

    * ``chi2`` = Σ(kᵢ − nᵢp)²/(nᵢp(1−p)) on ``df`` = I − 1; ``p_asymptotic`` from the χ²
      distribution;
    * ``p_permutation`` = (1 + #{χ² ≥ observed})/(1 + permutations), the implemented proposals
      dealt out over the districts at random (multivariate hypergeometric): valid for small n;
    * ``phi`` = chi2/df, the dispersion: 1 where districts differ by chance alone;
    * ``i2`` = max(0, (chi2 − df)/chi2), the share of the variation that chance does not explain;
    * ``tau2`` by DerSimonian & Laird on the scale of the rates, each with its variance under the
      common rate, vᵢ = p(1−p)/nᵢ: max(0, (chi2 − df)/(Σw − Σw²/Σw)), w = 1/v. Its root is the
      standard deviation of the districts' true rates (0.1 = 10 points). The variance under the
      common rate also holds where a district implemented all or nothing and where n is small,
      where log-odds have no variance and the arcsine's 1/(4n) is too small.

    It tests whether *any* districts differ, not which; proposals are taken as independent inside
    a district.

    Parameters
    ----------
    study : Study or DataFrame
        As for :func:`~bantar_lib.measures.counts.district_totals`.
    permutations : int
        How many; fewer where districts × permutations would exceed 8 million.
    seed : int
        Seed of the permutations.

    Returns
    -------
    DataFrame
        One row: ``districts, proposed, implemented, rate, chi2, df, p_asymptotic, p_permutation,
        permutations, phi, i2, tau2, reason``. With fewer than two districts
        (``too_few_districts``) or all or none implemented (``no_variation``) the statistics are
        ``<NA>``.

    References
    ----------
    Higgins & Thompson 2002, Statistics in Medicine 21:1539–1558 (I²); DerSimonian & Laird 1986,
    Controlled Clinical Trials 7:177–188; Phipson & Smyth 2010 (the 1 in the permutation p).

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> row = heterogeneity(load_study("kampung_bantar")).iloc[0]
    >>> row[["proposed", "implemented", "df", "chi2", "phi"]].astype(float).round(1).tolist()
    [321.0, 197.0, 10.0, 48.7, 4.9]
    """
    _fits, counts = usable(district_totals(study))
    n, k = counts
    row: dict[str, object] = {
        "districts": len(n),
        "proposed": int(n.sum()),
        "implemented": int(k.sum()),
        "rate": counts.rate,
        **dict.fromkeys(("chi2", "df", "p_asymptotic", "p_permutation", "permutations")),
        **dict.fromkeys(("phi", "i2", "tau2")),
        "reason": _reason(counts),
    }
    if not row["reason"]:
        row |= _statistics(counts) | _permuted(counts, permutations, seed)
    whole = ("districts", "proposed", "implemented", "df", "permutations")
    kinds = {c: "Int64" if c in whole else "Float64" for c in row if c != "reason"}
    return pd.DataFrame([row]).astype(kinds)


def _reason(counts: Binomial) -> str:
    if len(counts.n) < 2:
        return "too_few_districts"
    return "no_variation" if counts.k.sum() in (0, counts.n.sum()) else ""


def _chi2(n: np.ndarray, k: np.ndarray) -> np.ndarray:
    """Return Pearson's χ² of each row of `k`."""
    p = k.sum(axis=-1, keepdims=True) / n.sum()
    return ((k - n * p) ** 2 / (n * p * (1 - p))).sum(axis=-1)


def dersimonian_laird(effects: np.ndarray, variances: np.ndarray) -> float:
    """Return the between-district variance τ² of `effects` by the method of moments.

    max(0, (Q − (I−1))/(Σw − Σw²/Σw)), Q = Σw(y − ȳ)², w = 1/v.

    Parameters
    ----------
    effects, variances : ndarray
        One value a district; at least two districts.

    Returns
    -------
    float
        In squared units of the effects.

    References
    ----------
    DerSimonian & Laird 1986, Controlled Clinical Trials 7:177–188.

    Examples
    --------
    >>> dersimonian_laird(np.array([0.0, 2.0]), np.array([1.0, 1.0]))  # (2 − 1)/(2 − 1)
    1.0
    """
    w = 1 / variances
    q = (w * (effects - (w * effects).sum() / w.sum()) ** 2).sum()
    return float(max(0.0, (q - (len(w) - 1)) / (w.sum() - (w**2).sum() / w.sum())))


def _statistics(counts: Binomial) -> dict[str, object]:
    n, k = counts
    p, df = counts.rate, len(n) - 1
    chi2 = float(_chi2(n, k))
    return {
        "chi2": chi2,
        "df": df,
        "p_asymptotic": float(stats.chi2.sf(chi2, df)),
        "phi": chi2 / df,
        "i2": max(0.0, (chi2 - df) / chi2) if chi2 else 0.0,
        "tau2": dersimonian_laird(k / n, p * (1 - p) / n),
    }


def _permuted(counts: Binomial, permutations: int, seed: int) -> dict[str, object]:
    # Sorted, so that the order of districts does not change the draws.
    n = np.sort(counts.n)
    observed = _chi2(*counts)
    permutations = min(permutations, _MOST_VALUES // len(n))
    rng = np.random.default_rng(seed)
    step = max(1, 1_000_000 // len(n))
    as_large = 0
    for first in range(0, permutations, step):
        size = min(step, permutations - first)
        dealt = rng.multivariate_hypergeometric(
            n.astype(np.int64), int(counts.k.sum()), size=size, method="marginals"
        )
        # Equal statistics may differ in their last digits by the order of summation.
        as_large += int((_chi2(n, dealt) >= observed * (1 - 1e-9)).sum())
    return {
        "p_permutation": (1 + as_large) / (1 + permutations),
        "permutations": permutations,
    }


@shared
def year_dispersion(study: Study) -> pd.DataFrame:
    """Test whether the districts' rates change from year to year by more than chance.

    With pᵢ = Σₜkᵢₜ/Σₜnᵢₜ, over the districts with two years or more and 0 < pᵢ < 1:
    ``chi2`` = Σᵢ Σₜ (kᵢₜ − nᵢₜpᵢ)²/(nᵢₜpᵢ(1−pᵢ)) on ``df`` = Σᵢ(Tᵢ − 1); ``phi`` = chi2/df. Where
    the entries of a district hang together (a year that went well as a whole), `phi` lies above 1,
    and what takes entries as independent is too sure of itself.

    Parameters
    ----------
    study : Study
        As for :func:`~bantar_lib.measures.counts.stage_counts`.

    Returns
    -------
    DataFrame
        One row: ``districts`` (those that count), ``chi2, df, p_asymptotic, phi``; the last four
        ``<NA>`` where there is no such district.

    References
    ----------
    McCullagh & Nelder 1989, Generalized Linear Models, § 4.5 (dispersion of grouped counts).

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> year_dispersion(load_study("kampung_bantar"))[["df", "phi"]].astype(float).round(2).values
    array([[10.  ,  1.65]])
    """
    frame = stage_counts(study)
    frame = frame[(frame["proposed"] > 0) & (frame["implemented"] <= frame["proposed"])]
    each = frame.groupby("district_id")[["proposed", "implemented"]].transform("sum").astype(float)
    years = frame.groupby("district_id")["year"].transform("size")
    n, k = (frame[c].astype(float) for c in ("proposed", "implemented"))
    p = each["implemented"] / each["proposed"]
    told = (years > 1) & (p > 0) & (p < 1)
    row: dict[str, object] = {"districts": int(frame.loc[told, "district_id"].nunique())}
    row |= dict.fromkeys(("chi2", "df", "p_asymptotic", "phi"))
    if told.any():
        chi2 = float(((k - n * p) ** 2 / (n * p * (1 - p)))[told].sum())
        df = int(told.sum()) - int(str(row["districts"]))
        row |= {"chi2": chi2, "df": df, "p_asymptotic": float(stats.chi2.sf(chi2, df)),
                "phi": chi2 / df}  # fmt: skip
    whole = ("districts", "df")
    return pd.DataFrame([row]).astype({c: "Int64" if c in whole else "Float64" for c in row})


@shared
def leave_one_out(study: Study | pd.DataFrame) -> pd.DataFrame:
    """Return the heterogeneity that is left without each district in turn.

    Parameters
    ----------
    study : Study or DataFrame
        As for :func:`~bantar_lib.measures.counts.district_totals`.

    Returns
    -------
    DataFrame
        ``district_id, district, chi2, df, p_asymptotic, phi``, computed over the other districts
        as in :func:`heterogeneity`; ``<NA>`` for a district without a rate, and where the others
        are fewer than two or do not vary.

    References
    ----------
    Viechtbauer & Cheung 2010, Research Synthesis Methods 1:112–125.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> without = leave_one_out(load_study("kampung_bantar")).set_index("district")
    >>> round(float(without.loc["Danau Sipin", "phi"]), 1)
    4.2
    """
    totals = district_totals(study)
    fits, (n, k) = usable(totals)
    rest, done = n.sum() - n, k.sum() - k
    df = max(len(n) - 2, 0)
    varies = (done > 0) & (done < rest) & (df > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = done / rest
        # With d = k − np of all, leaving out i takes dᵢ²/nᵢ + dᵢ²/(N − nᵢ) from Σd²/n.
        d2 = (k - n * k.sum() / n.sum()) ** 2
        chi2 = ((d2 / n).sum() - d2 / n - d2 / rest) / (p * (1 - p))
    chi2 = np.where(varies, np.maximum(chi2, 0), np.nan)
    columns = spread(
        fits,
        chi2=chi2,
        df=np.where(varies, df, np.nan),
        p_asymptotic=stats.chi2.sf(chi2, df),
        phi=chi2 / max(df, 1),
    )
    frame = totals[["district_id", "district"]].assign(**columns)
    return frame.astype({"df": "Int64"})
