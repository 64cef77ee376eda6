"""Measures of counts: what was reached and implemented, how surely, and how districts differ.

Every measure is a function that takes a study and returns a tidy table.
"""

# Imported at once, not when asked for: modules and their main functions share names, and a
# module that is imported later would take its function's place here.
from bantar_lib.measures.counts import district_totals, stage_counts
from bantar_lib.measures.detectability import detectability
from bantar_lib.measures.equity import equity, lorenz
from bantar_lib.measures.execution import execution, wilson
from bantar_lib.measures.funnel import false_alarm_chance, funnel, funnel_limits
from bantar_lib.measures.heterogeneity import heterogeneity, leave_one_out, year_dispersion
from bantar_lib.measures.pooling import PooledFit, beta_binomial, logit_normal, pooled_rates
from bantar_lib.measures.ranks import rank_intervals, separable_pairs, separable_share
from bantar_lib.measures.reach import reach, uncertain_entries
from bantar_lib.measures.register import distinct_units
from bantar_lib.measures.size import size
from bantar_lib.measures.stocks import flows
from bantar_lib.measures.targets import budget, targets
from bantar_lib.measures.trend import trend
from bantar_lib.measures.workload import workload

__all__ = [
    "PooledFit",
    "beta_binomial",
    "budget",
    "detectability",
    "distinct_units",
    "district_totals",
    "equity",
    "execution",
    "false_alarm_chance",
    "flows",
    "funnel",
    "funnel_limits",
    "heterogeneity",
    "leave_one_out",
    "logit_normal",
    "lorenz",
    "pooled_rates",
    "rank_intervals",
    "reach",
    "separable_pairs",
    "separable_share",
    "size",
    "stage_counts",
    "targets",
    "trend",
    "uncertain_entries",
    "wilson",
    "workload",
    "year_dispersion",
]
