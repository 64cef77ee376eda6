"""A Poisson model with one slope, and whether it has an estimate at all."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np


class PoissonSlope(NamedTuple):
    """The slope b of log E(y) = a + b·x.

    Parameters
    ----------
    slope, error : float
        Estimate and standard error, at a scale of 1.
    fitted : ndarray
        The expected y of each row.
    """

    slope: float
    error: float
    fitted: np.ndarray


def poisson_slope(x: np.ndarray, y: np.ndarray) -> PoissonSlope | None:
    """Fit log E(y) = a + b·x by maximum likelihood.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Numbers, and counts. At least two values of `x` differ and some `y` is above 0.

    Returns
    -------
    PoissonSlope or None
        None where the likelihood has no maximum: every count lies at one end of `x`, so that a
        steeper slope always fits better.

    Examples
    --------
    >>> fit = poisson_slope(np.array([0.0, 1.0, 2.0]), np.array([2, 4, 8]))
    >>> bool(np.isclose(fit.slope, np.log(2)))
    True
    >>> poisson_slope(np.array([0.0, 1.0, 2.0]), np.array([7, 0, 0])) is None
    True
    """
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    filled = x[y > 0]
    if np.ptp(filled) == 0 and filled[0] in (x.min(), x.max()):
        return None
    with warnings.catch_warnings():
        # Counts that lie on a line are no separation: that case has returned above.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        model = sm.GLM(y, sm.add_constant(x - x.mean()), family=sm.families.Poisson())
        fit = model.fit(scale=1.0, maxiter=200)
    return PoissonSlope(float(fit.params[1]), float(fit.bse[1]), np.asarray(fit.fittedvalues))
