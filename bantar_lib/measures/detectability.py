"""What a district's number of proposals could show at all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bantar_lib.measures.counts import district_totals, spread, usable
from bantar_lib.study.shared import shared
from bantar_lib.study.study import Study

POWER = 0.80
ALPHA = 0.05


@shared
def detectability(study: Study | pd.DataFrame) -> pd.DataFrame:
    """Return the smallest difference from the overall rate that each district could show.

    A true rate p₁ can be shown against the overall rate p₀, taken as fixed, if a two-sided test
    at 5% finds it with 80% power: |2·asin √p₁ − 2·asin √p₀| ≥ h₁/√n, where h₁ (2.80) is the
    effect that one proposal would need. This is the normal approximation with Cohen's arcsine
    effect size (statsmodels ``NormalIndPower``, one sample); the exact binomial test, whose
    size is below 5%, needs a little more.

    Parameters
    ----------
    study : Study or DataFrame
        As for :func:`~bantar_lib.measures.counts.district_totals`.

    Returns
    -------
    DataFrame
        ``district_id, district, proposed, city, detectable_below, detectable_above, smallest``:
        true rates at or below, and at or above, which it would be shown, and the smaller of the
        two differences from `city`; all from 0 to 1. ``<NA>`` on a side where not even 0 or 1
        would do, and for a district without a rate.

    References
    ----------
    Cohen 1988, Statistical Power Analysis for the Behavioral Sciences, ch. 6.

    Examples
    --------
    Of Kota Baru's 27 proposals, a rate would need to be some 23 points off to be told apart.

    >>> from bantar_lib.study import load_study
    >>> rows = detectability(load_study("kampung_bantar")).set_index("district")
    >>> round(float(rows.loc["Kota Baru", "smallest"]), 2)
    0.23
    """
    from statsmodels.stats.power import NormalIndPower

    totals = district_totals(study)
    fits, counts = usable(totals)
    # The power depends on h·√n only, so that one solution, for one proposal, serves all.
    unit = NormalIndPower().solve_power(nobs1=1, alpha=ALPHA, power=POWER, ratio=0)
    step = unit / np.sqrt(counts.n) / 2
    middle = np.arcsin(np.sqrt(counts.rate))
    below = np.where(middle - step < 0, np.nan, np.sin(middle - step) ** 2)
    above = np.where(middle + step > np.pi / 2, np.nan, np.sin(middle + step) ** 2)
    columns = spread(
        fits,
        city=np.full(len(counts.n), counts.rate),
        detectable_below=below,
        detectable_above=above,
        smallest=np.fmin(counts.rate - below, above - counts.rate),
    )
    return totals[["district_id", "district", "proposed"]].assign(**columns)
