"""Every figure of the pages, under one name for the notebooks."""

from bantar_lib.present.count_figures import entries, heatmap, reach_bounds, reach_scenarios
from bantar_lib.present.evidence_figures import audit_grid, evidence_bars, evidence_sources
from bantar_lib.present.map_figures import place
from bantar_lib.present.rate_figures import rates
from bantar_lib.present.saturation_figures import elements_grid
from bantar_lib.present.size_figures import lorenz, size, workload
from bantar_lib.present.statistic_figures import detectability, funnel, rank_intervals

__all__ = [
    "audit_grid",
    "detectability",
    "elements_grid",
    "entries",
    "evidence_bars",
    "evidence_sources",
    "funnel",
    "heatmap",
    "lorenz",
    "place",
    "rank_intervals",
    "rates",
    "reach_bounds",
    "reach_scenarios",
    "size",
    "workload",
]
