"""How often intervals hold the true rate, in simulated studies.

Run ``python benchmarks/coverage.py``. Each simulated study draws its districts' true rates from a
beta distribution and their implemented entries from these; the share of districts whose 95%
interval holds the true rate is printed for the pooled interval, for the same with the fitted
distribution taken as known (plain empirical Bayes), and for Wilson's of the district alone.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from scipy import special

from bantar_lib.measures import beta_binomial, pooled_rates, wilson

CASES = {
    "4 districts": ([27, 55, 20, 13], 0.67, (0.05, 0.10, 0.15, 0.18)),
    "11 districts": ([58, 23, 50, 19, 20, 17, 27, 28, 27, 29, 23], 0.655, (0.05, 0.10, 0.18)),
    "40 districts": ([20, 25, 30, 40] * 10, 0.655, (0.05, 0.18)),
}


def coverage(
    proposed: list[int], mean: float, spread: float, studies: int, seed: int = 7
) -> dict[str, float]:
    """Return the share of true rates inside each kind of interval."""
    rng = np.random.default_rng(seed)
    n = np.array(proposed)
    strength = mean * (1 - mean) / spread**2 - 1
    held = dict.fromkeys(("pooled", "taken as known", "wilson"), 0)
    for _study in range(studies):
        true = rng.beta(mean * strength, (1 - mean) * strength, len(n))
        k = rng.binomial(n, true)
        ids = [str(i) for i in range(len(n))]
        table = pd.DataFrame({"district_id": ids, "proposed": n, "implemented": k})
        fit = beta_binomial(table)
        pooled, own = pooled_rates(table, fit), wilson(table)
        known = special.betainc(fit.a + k, fit.b + n - k, true)
        inside = (pooled["pooled_low"] <= true) & (true <= pooled["pooled_high"])
        held["pooled"] += int(inside.sum())
        held["taken as known"] += int(((known >= 0.025) & (known <= 0.975)).sum())
        held["wilson"] += int(((own["low"] <= true) & (true <= own["high"])).sum())
    return {name: count / (studies * len(n)) for name, count in held.items()}


def main() -> None:
    """Print one line a case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=300, help="simulated studies a case")
    studies = parser.parse_args().studies
    print(f"{'':14} {'spread':>8} {'pooled':>8} {'taken as known':>15} {'wilson':>8}")
    for name, (proposed, mean, spreads) in CASES.items():
        for spread in spreads:
            share = coverage(proposed, mean, spread, studies)
            line = f"{name:14} {100 * spread:5.0f} pt {share['pooled']:8.1%}"
            print(line, f"{share['taken as known']:15.1%} {share['wilson']:8.1%}", flush=True)


if __name__ == "__main__":
    main()
