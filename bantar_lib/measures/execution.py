"""The execution rate: how much of what was proposed was implemented, and how surely."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from bantar_lib.measures.counts import district_totals, spread, usable
from bantar_lib.measures.plausible import plausible_priors
from bantar_lib.measures.pooling import fit_counts, pooled_rates
from bantar_lib.measures.ranks import rank_intervals
from bantar_lib.study.shared import shared
from bantar_lib.study.study import Study


def wilson(data: Study | pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Return each district's own rate with Wilson's score interval.

    With p = k/n and z the normal quantile the interval is
    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). The counts are a census of the entries; the
    interval describes a hypothetical repeat under the same conditions.

    Parameters
    ----------
    data : Study or DataFrame
        As for :func:`~bantar_lib.measures.counts.district_totals`.
    level : float
        Coverage of the interval.

    Returns
    -------
    DataFrame
        ``district_id, district, proposed, implemented, rate, low, high, reason``; rates from 0
        to 1, ``<NA>`` with its `reason` where there is none.

    References
    ----------
    Wilson 1927, JASA 22:209–212; Brown, Cai & DasGupta 2001, Statistical Science 16:101–133.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> rates = wilson(load_study("kampung_bantar")).set_index("district")
    >>> rates.loc["Kota Baru", ["rate", "low", "high"]].astype(float).round(3).tolist()
    [0.741, 0.553, 0.868]
    """
    from statsmodels.stats.proportion import proportion_confint

    totals = district_totals(data)
    fits, (n, k) = usable(totals)
    low, high = proportion_confint(k, n, alpha=1 - level, method="wilson")
    rate = k / n
    # At 0 and 1 the formula gives the rate itself but for rounding.
    columns = spread(fits, rate=rate, low=np.minimum(low, rate), high=np.maximum(high, rate))
    head = ["district_id", "district", "proposed", "implemented"]
    return totals[head].assign(**columns, reason=totals["reason"])


@shared
def execution(study: Study | pd.DataFrame, years: Iterable[int] | None = None) -> pd.DataFrame:
    """Return each district's execution rate: its own, the pooled one and its rank interval.

    Parameters
    ----------
    study : Study or DataFrame
        As for :func:`~bantar_lib.measures.counts.district_totals`.
    years : iterable of int, optional
        Of a study: only these years; by default all of which both counts are known.

    Returns
    -------
    DataFrame
        One row a district, in the study's order:

        * ``district_id, district, proposed, implemented``: counts over the years;
        * ``rate, low, high``: implemented/proposed with Wilson's 95% interval
          (:func:`wilson`);
        * ``pooled, pooled_low, pooled_high``: empirical Bayes value of the
          beta-binomial model, with a 95% interval that does not take its a and b as known
          (:func:`~bantar_lib.measures.pooling.pooled_rates`);
        * ``rank_low, rank_high``: 90% interval of the rank, 1 = highest
          (:func:`~bantar_lib.measures.ranks.rank_intervals`);
        * ``years``, joined by ``|``, and ``reason``, why there is no rate (blank where there is
          one; :data:`~bantar_lib.measures.counts.REASONS`).

        ``attrs``: ``years`` of all districts together, ``rate`` of all together, and of the model
        ``a``, ``b`` and ``note``.

    Raises
    ------
    UserError
        For a year that ``counts.csv`` does not have at all.

    References
    ----------
    Wilson 1927; Gelman et al. 2013, § 5.1; Goldstein & Spiegelhalter 1996.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> rates = execution(load_study("kampung_bantar")).set_index("district")
    >>> rates.loc["Kota Baru", ["proposed", "implemented", "rank_low", "rank_high"]].tolist()
    [27, 20, 2, 7]
    """
    totals = district_totals(study, years)
    counts = usable(totals)[1]
    fit = fit_counts(counts)
    priors = plausible_priors(counts)
    own, pooled = wilson(totals), pooled_rates(totals, fit, priors=priors)
    ranks = rank_intervals(totals, priors=priors)
    names = ["district_id", "district"]
    frame = pd.concat(
        [own.drop(columns="reason"), pooled.drop(columns=names), ranks.drop(columns=names)], axis=1
    )
    frame = frame.assign(years=totals["years"], reason=totals["reason"])
    seen = {int(y) for text in totals["years"] for y in text.split("|") if y}
    frame.attrs.update(years=tuple(sorted(seen)), rate=counts.rate, a=fit.a, b=fit.b, note=fit.note)
    return frame
