"""The figure of execution rates: what was counted, and what it says read with all districts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from bantar_lib.present import style
from bantar_lib.present.count_figures import (
    entries_note,
    even_sample,
    even_sample_note,
    overlap_text,
    percent_axis,
    years_text,
)
from bantar_lib.present.display import Figure
from bantar_lib.present.labels import bold_rows
from bantar_lib.present.terms import terms
from bantar_lib.study import Study
from bantar_lib.words import number, percent, room_words

_ = room_words("present")

FEW_TO_POOL = 8
"""With fewer districts than this their spread is hardly known, and the page says so."""


def rates(study: Study, execution: pd.DataFrame, *, mark: str = "") -> Figure:
    """Draw a forest of execution rates: each district's own and its pooled value.

    Parameters
    ----------
    study : Study
        For its words.
    execution : pandas.DataFrame
        As :func:`bantar_lib.execution` returns it.
    mark : str
        The ``district_id`` to stand out.
    """
    known = execution.dropna(subset=["rate"]).sort_values("pooled", kind="stable")
    table = even_sample(known, mark)
    city = float(known["implemented"].sum() / known["proposed"].sum())
    drawing, axes = style.canvas(style.row_height(len(table), extra=1.7))
    rows = np.arange(len(table))
    axes.set_xlabel(_("{last}, of all entries {first}", **terms(study)))
    axes.set_yticks(rows, list(table["district"]))
    axes.axvline(city, color=style.GREY, linestyle="--", linewidth=1, zorder=1)
    _draw_both(axes, table, rows, style.point_colours(table, mark))
    axes.set_ylim(-0.6, len(rows) - 0.4)
    bold_rows(axes, table["district_id"], mark)
    percent_axis(axes)
    style.legend_above(axes, [
        Line2D([], [], marker="D", color=style.BLUE, linewidth=2,
               label=_("pooled value, with its 95% interval")),
        Line2D([], [], marker="o", color=style.GREY, markerfacecolor="white", linewidth=1,
               markeredgecolor=style.INK, label=_("as counted, with Wilson's 95% interval")),
        Line2D([], [], color=style.GREY, linestyle="--",
               label=_("all {districts}: {rate}", rate=percent(city), **terms(study))),
    ], columns=2)  # fmt: skip
    style.plain_grid(axes)
    caption = _(
        "Execution rate by {district}, {years}: what share of the entries {first} was {last}; in "
        "order of the pooled value.", years=years_text(execution), **terms(study),
    )  # fmt: skip
    return Figure(
        drawing,
        _rates_alt(study, known, city, mark),
        " ".join(filter(None, [caption, _spread_text(study, execution, len(known))]))
        + entries_note(study, execution) + even_sample_note(study, len(table), len(known)),
        _("This figure does not show who is best or worst.") + " " + overlap_text(),
    )  # fmt: skip


def _draw_both(axes: Axes, table: pd.DataFrame, rows: np.ndarray, colours: list[str]) -> None:
    """Draw the pooled value with its interval and, below it in each row, the rate as counted."""
    ends = ["pooled_low", "pooled_high", "low", "high"]
    low, high, own_low, own_high = (table[c].astype(float) for c in ends)
    below = rows - 0.27
    axes.hlines(below, own_low, own_high, color=style.GREY, linewidth=1, zorder=2)
    axes.scatter(table["rate"].astype(float), below, c="white", edgecolors=style.INK, s=22,
                 linewidths=0.8, zorder=3)  # fmt: skip
    axes.hlines(rows + 0.08, low, high, colors=colours, linewidth=2, zorder=3)
    axes.scatter(table["pooled"].astype(float), rows + 0.08, c=colours, s=36, zorder=4,
                 marker="D")  # fmt: skip


def _spread_text(study: Study, execution: pd.DataFrame, known: int) -> str:
    """Say where the counts tell little of how far districts differ, which pooling rests on."""
    if known == 1:
        return _("There is no other {district} to read it together with.", **terms(study))
    if execution.attrs.get("note") == "no_overdispersion":
        return _("A spread beyond chance cannot be made out in these rates, so that pooled values "
                 "lie near that of all {districts}; their intervals allow that the {districts} "
                 "differ all the same.", **terms(study))  # fmt: skip
    if known < FEW_TO_POOL:
        return _("With {n} {districts} it is hardly known how far they differ, on which pooling "
                 "rests: the pooled intervals allow for that, the values do not.",
                 n=number(known), **terms(study))  # fmt: skip
    return ""


def _rates_alt(study: Study, known: pd.DataFrame, city: float, mark: str) -> str:
    inside = int(((known["low"] <= city) & (known["high"] >= city)).sum())
    own = [
        _("{name}: {done} of {asked} entries {first} were {last} ({rate}; Wilson's 95% interval "
          "{low} to {high}); pooled value {pooled} ({pooled_low} to {pooled_high}).",
          name=row.district, done=number(row.implemented), asked=number(row.proposed),
          rate=percent(row.rate), low=percent(row.low), high=percent(row.high),
          pooled=percent(row.pooled), pooled_low=percent(row.pooled_low),
          pooled_high=percent(row.pooled_high), **terms(study))
        for row in known[known["district_id"] == mark].itertuples()
    ]  # fmt: skip
    text = _(
        "Pooled execution rates run from {low} ({low_name}) to {high} ({high_name}). Wilson's 95% "
        "interval of {inside} of {n} {districts} contains the overall rate of {city}.",
        low=percent(known["pooled"].iloc[0]),
        low_name=known["district"].iloc[0],
        high=percent(known["pooled"].iloc[-1]),
        high_name=known["district"].iloc[-1],
        inside=inside,
        n=len(known),
        city=percent(city),
        **terms(study),
    )
    return " ".join([*own, text])
