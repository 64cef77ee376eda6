"""Figures of counts: what was proposed, what was implemented, and what is not known."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from bantar_lib.present import style
from bantar_lib.present.display import Figure
from bantar_lib.present.style import wrap
from bantar_lib.present.terms import terms
from bantar_lib.study import Study
from bantar_lib.words import current_language, listing, number, percent, room_words

_ = room_words("present")


def _sample(table: pd.DataFrame, mark: str) -> pd.DataFrame:
    """Keep an even sample of a long, sorted table, the marked district always in it."""
    if len(table) <= style.MOST_ROWS:
        return table
    at = np.unique(np.linspace(0, len(table) - 1, style.MOST_ROWS).round().astype(int))
    keep = table.index[at].union(table.index[table["district_id"] == mark])
    return table.loc[table.index.isin(keep)]


def _sampled_note(study: Study, shown: int, of: int) -> str:
    if shown == of:
        return ""
    return " " + _(
        "{shown} of {of} {districts} are drawn, evenly spaced by value.",
        shown=number(shown),
        of=number(of),
        **terms(study),
    )


def _name_rows(axes: Axes, table: pd.DataFrame, mark: str) -> None:
    axes.set_yticks(range(len(table)), list(table["district"]))
    for label, district_id in zip(axes.get_yticklabels(), table["district_id"], strict=True):
        if district_id == mark:
            label.set_fontweight("bold")
            label.set_color(style.VERMILION)


def _percent_axis(axes: Axes, *, high: float = 1.015) -> None:
    axes.set_xlim(0, high)
    axes.xaxis.set_major_formatter(lambda x, _position: percent(x))


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
    table = _sample(known, mark)
    city = float(known["implemented"].sum() / known["proposed"].sum())
    drawing, axes = style.canvas(style.row_height(len(table)))
    rows = np.arange(len(table))
    colours = [style.VERMILION if d == mark else style.BLUE for d in table["district_id"]]
    axes.axvline(city, color=style.GREY, linestyle="--", linewidth=1, zorder=1)
    axes.hlines(rows, table["low"].astype(float), table["high"].astype(float), color=style.GREY)
    sns.scatterplot(
        x=table["rate"].astype(float), y=rows, ax=axes, color="white", edgecolor=style.INK, s=36,
        zorder=3, legend=False,
    )  # fmt: skip
    axes.scatter(table["pooled"].astype(float), rows, c=colours, s=46, zorder=4, marker="D")
    _name_rows(axes, table, mark)
    _percent_axis(axes)
    axes.set_xlabel(_("implemented per proposed {unit}", **terms(study)))
    axes.set_ylabel("")
    axes.legend(
        handles=[
            Line2D([], [], marker="o", color=style.GREY, markerfacecolor="white",
                   markeredgecolor=style.INK, label=_("as counted, with 95% interval")),
            Line2D([], [], marker="D", color=style.BLUE, linestyle="", label=_("pooled value")),
            Line2D([], [], color=style.GREY, linestyle="--",
                   label=_("all {districts}: {rate}", rate=percent(city), **terms(study))),
        ],
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3,
    )  # fmt: skip
    style.plain_grid(axes)
    inside = int(((known["low"] <= city) & (known["high"] >= city)).sum())
    alt = _(
        "Pooled execution rates run from {low} ({low_name}) to {high} ({high_name}). "
        "The 95% interval of {inside} of {n} {districts} contains the overall rate of {city}.",
        low=percent(known["pooled"].iloc[0]),
        low_name=known["district"].iloc[0],
        high=percent(known["pooled"].iloc[-1]),
        high_name=known["district"].iloc[-1],
        inside=inside,
        n=len(known),
        city=percent(city),
        **terms(study),
    )
    caption = _("Execution rate by {district}, {years}.", years=years_text(execution),
                **terms(study))  # fmt: skip
    return Figure(
        drawing,
        alt,
        caption + _sampled_note(study, len(table), len(known)),
        _(
            "who is best or worst. Where intervals overlap, an order between two {districts} "
            "is not shown by these counts.",
            **terms(study),
        ),
    )


def _lang() -> str:
    return current_language()


def years_text(execution: pd.DataFrame) -> str:
    """Return the years that a table of rates is built on, as ``2015–2016``."""
    return span_text(execution.attrs.get("years", ()))


def span_text(years: Iterable[int]) -> str:
    """Write years: ``2015–2017`` where none is missing in between, else ``2015 and 2017``.

    Examples
    --------
    >>> span_text([2015, 2016, 2017]), span_text([2015])
    ('2015–2017', '2015')
    """
    every = sorted(years)
    if len(every) > 1 and every[-1] - every[0] == len(every) - 1:
        return f"{every[0]}–{every[-1]}"
    return listing([str(year) for year in every])


def reach_bounds(study: Study, reach: pd.DataFrame, *, mark: str = "") -> Figure:
    """Draw, for each district, the bounds of reach and the share as printed.

    Parameters
    ----------
    reach : pandas.DataFrame
        As :func:`bantar_lib.reach` returns it.
    """
    known = _bounds(reach)
    table = _sample(known, mark)
    drawing, axes = style.canvas(style.row_height(len(table)))
    rows = np.arange(len(table))
    colours = [style.VERMILION if d == mark else style.BLUE for d in table["district_id"]]
    low, high = table["lower_bound"].astype(float), table["upper_bound"].astype(float)
    axes.hlines(rows, low, high, colors=colours, linewidth=3, alpha=0.55)
    axes.scatter(low, rows, c=colours, marker="|", s=110)
    axes.scatter(high, rows, c=colours, marker="|", s=110)
    handles = [Line2D([], [], color=style.BLUE, linewidth=3, alpha=0.55,
                      label=_("between lower and upper bound"))]  # fmt: skip
    if "as_printed" in table:
        axes.scatter(table["as_printed"].astype(float), rows, marker="x", color=style.INK, s=34)
        handles.append(Line2D([], [], marker="x", linestyle="", color=style.INK,
                              label=_("as printed in the source")))  # fmt: skip
    _name_rows(axes, table, mark)
    top = float(np.nanmax(table[[c for c in ("upper_bound", "as_printed") if c in table]]))
    _percent_axis(axes, high=min(1.0, top * 1.08))
    axes.set_xlabel(_("share of all {unit}", **terms(study)))
    axes.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    style.plain_grid(axes)
    alt = _(
        "Reach cannot be given as one number: the lower bounds run from {a} to {b}, "
        "the upper bounds from {c} to {d}.",
        a=percent(known["lower_bound"].min()),
        b=percent(known["lower_bound"].max()),
        c=percent(known["upper_bound"].min()),
        d=percent(known["upper_bound"].max()),
    )
    return Figure(
        drawing,
        alt,
        _("Reach by {district}: bounds on the share of {unit} that implemented the programme.",
          **terms(study)) + _sampled_note(study, len(table), len(known)),
        _("how many different {unit} these are: the source counts yearly entries, and whether "
          "the same {unit} entered twice is not recorded.", **terms(study)),
    )  # fmt: skip


def _bounds(reach: pd.DataFrame) -> pd.DataFrame:
    """Return the districts of which both bounds are known, by the upper one."""
    places = reach[reach["district_id"] != ""]
    wide = places[["district_id", "district"]].drop_duplicates("district_id")
    for scenario in ("lower_bound", "upper_bound", "as_printed"):
        rows = places[places["scenario"] == scenario]
        if len(rows):
            wide[scenario] = wide["district_id"].map(rows.set_index("district_id")["share"])
    known = wide.dropna(subset=["lower_bound", "upper_bound"])
    return known.sort_values("upper_bound", kind="stable", ignore_index=True)


def reach_scenarios(study: Study, reach: pd.DataFrame, district_id: str) -> Figure:
    """Draw one district's reach under every scenario, the primary ones first."""
    own = reach[(reach["district_id"] == district_id) & reach["share"].notna()]
    bounds = own["role"] == "primary"
    own = pd.concat([own[bounds].sort_values("share"),
                     own[~bounds].sort_values("share", ascending=False)])  # fmt: skip
    drawing, axes = style.canvas(0.8 + 0.38 * len(own))
    rows = np.arange(len(own))[::-1]
    colours = [style.VERMILION if r == "primary" else style.GREY for r in own["role"]]
    shares = own["share"].astype(float).to_numpy()
    axes.hlines(rows, 0, shares, colors=style.PALE, linewidth=1.5)
    axes.scatter(shares, rows, c=colours, s=52, zorder=3)
    for x, y, row in zip(shares, rows, own.itertuples(), strict=True):
        axes.annotate(
            _("{share} ({k} of {n})", share=percent(x), k=number(row.numerator, 0),
              n=number(row.denominator)),
            (x, y), xytext=(8, 0), textcoords="offset points", va="center", fontsize=9,
        )  # fmt: skip
    axes.set_yticks(rows, [wrap(scenario_label(s), 30) for s in own["scenario"]])
    _percent_axis(axes, high=float(shares.max()) * 1.6)
    axes.set_xlabel(_("share of all {unit}", **terms(study)))
    style.plain_grid(axes)
    low, high = shares.min(), shares.max()
    return Figure(
        drawing,
        _("Depending on what is assumed, reach lies anywhere between {low} and {high}.",
          low=percent(low), high=percent(high)),
        _("Reach in {name} under each scenario; the two bounds are in colour.",
          name=str(own["district"].iloc[0])),
        _("which scenario is true. That needs a list of {unit} by year.",
          **terms(study)),
    )  # fmt: skip


def scenario_label(scenario: str) -> str:
    """Return a reach scenario's name in words."""
    return {
        "as_printed": _("as printed in the source"),
        "recomputed_sum": _("yearly entries added up again"),
        "implemented_only": _("known implemented entries only"),
        "implemented_plus_later": _("implemented, plus later entries as printed"),
        "implemented_plus_later_at_rate": _("implemented, plus later entries × own rate"),
        "independent_reentry": _("if entries fell at random"),
        "lower_bound": _("lower bound"),
        "upper_bound": _("upper bound"),
        "exact_distinct": _("distinct, from the register"),
    }.get(scenario, scenario)


def entries(study: Study, district_id: str) -> Figure:
    """Draw one district's counts by year and stage; a hatched place is an unknown count."""
    own = study.table("counts", district=district_id)
    years = sorted(own["year"].unique())
    stages = [s for s in study.stages if (own["stage"] == s.id).any()]
    palette = [style.GREY, style.BLUE, style.AMBER, style.GREEN, style.PURPLE][: len(stages)]
    drawing, axes = style.canvas(3.1)
    width = 0.8 / len(stages)
    top = float(own["count"].max()) if own["count"].notna().any() else 1.0
    unknown = 0
    for k, stage in enumerate(stages):
        values = own[own["stage"] == stage.id].groupby("year")["count"].max()
        for j, year in enumerate(years):
            at = j + (k - (len(stages) - 1) / 2) * width
            value = values.get(year, pd.NA)
            if pd.isna(value):
                if year not in values.index:
                    continue
                unknown += 1
                axes.bar(at, top * 0.1, width * 0.92, facecolor="white", edgecolor=style.GREY,
                         hatch=style.HATCH, linewidth=0.8)  # fmt: skip
                axes.annotate("?", (at, top * 0.1), xytext=(0, 2), textcoords="offset points",
                              ha="center", fontsize=9)  # fmt: skip
                continue
            axes.bar(at, float(value), width * 0.92, color=palette[k])
            axes.annotate(number(value), (at, float(value)), xytext=(0, 2),
                          textcoords="offset points", ha="center", fontsize=9)  # fmt: skip
    handles = [Patch(facecolor=c, label=study.label(s.id, _lang()))
               for c, s in zip(palette, stages, strict=True)]  # fmt: skip
    if unknown:
        handles.append(Patch(facecolor="white", edgecolor=style.GREY, hatch=style.HATCH,
                             label=_("unknown")))  # fmt: skip
    axes.set_xticks(range(len(years)), [str(y) for y in years])
    axes.set_ylabel(_("number of {unit}", **terms(study)))
    axes.set_ylim(0, top * 1.15)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(handles))
    style.plain_grid(axes, axis="y")
    return Figure(
        drawing,
        _entries_alt(study, own, years),
        _("Entries in {name} by year and stage.", name=study.district(district_id)["name"]),
        _("different {unit}: one {unit} may be counted in several years.",
          **terms(study)),
    )  # fmt: skip


def _entries_alt(study: Study, own: pd.DataFrame, years: list[int]) -> str:
    parts = []
    for stage in study.stages:
        rows = own[(own["stage"] == stage.id) & own["count"].notna()].drop_duplicates("year")
        if len(rows):
            said = [f"{number(r['count'])} ({r['year']})" for _i, r in rows.iterrows()]
            parts.append(f"{study.label(stage.id, _lang())}: {listing(said)}")
    blank = sorted({int(y) for y in own.loc[own["count"].isna(), "year"]})
    text = "; ".join(parts) + "."
    if blank:
        text += " " + _("Not known for {years}: which entries were implemented.",
                        years=listing([str(y) for y in blank]))  # fmt: skip
    return text


def heatmap(study: Study, *, mark: str = "") -> Figure:
    """Draw district by year: entries recorded, hatched where their stage is not known."""
    counts = study.counts.dropna(subset=["count"])
    first, last = study.first_stage, study.last_stage
    table = counts.groupby(["district_id", "year", "stage"])["count"].max().unstack("stage")
    table = table.reindex(columns=[s.id for s in study.stages])
    names = study.districts.set_index("district_id")["name"]
    recorded = table.max(axis=1).unstack("year").astype(float)
    recorded = recorded.loc[recorded.sum(axis=1).sort_values(ascending=False).index]
    cells, known = recorded.size, int((table[last].notna() & table[first].notna()).sum())
    everywhere = len(recorded)
    recorded = _sample(recorded.reset_index(), mark).set_index("district_id")
    drawing, axes = style.canvas(style.row_height(len(recorded)))
    sns.heatmap(recorded, ax=axes, cmap="Blues", linewidths=1, linecolor="white", vmin=0,
                cbar_kws={"label": _("entries recorded"), "shrink": 0.7})  # fmt: skip
    middle = recorded.to_numpy().max() * 0.55
    for i, district_id in enumerate(recorded.index):
        for j, year in enumerate(recorded.columns):
            cell = table.loc[(district_id, year)] if (district_id, year) in table.index else None
            value = recorded.iloc[i, j]
            ink = "white" if value > middle else style.INK
            if cell is not None and pd.notna(cell[last]) and pd.notna(cell[first]):
                text = _("{done} of {asked}", done=int(cell[last]), asked=int(cell[first]))
            else:
                text = "?" if np.isnan(value) else f"{number(value)} ?"
                axes.add_patch(_hatched(j, i))
            axes.text(j + 0.5, i + 0.5, text, ha="center", va="center", fontsize=9, color=ink,
                      bbox={"facecolor": "none", "edgecolor": "none"})  # fmt: skip
    axes.set_yticklabels([names[d] for d in recorded.index], rotation=0)
    for label, district_id in zip(axes.get_yticklabels(), recorded.index, strict=True):
        if district_id == mark:
            label.set_fontweight("bold")
            label.set_color(style.VERMILION)
    axes.set_xlabel("")
    axes.set_ylabel("")
    axes.tick_params(length=0)
    return Figure(
        drawing,
        _("Of {cells} pairs of {district} and year, {known} have both the number {first} and the "
          "number {last}; for the other {rest} the source does not say which stage it counts.",
          cells=cells, known=known, rest=cells - known, **terms(study)),
        _("Entries by {district} and year: {last} of {first}; hatched where that is not known.",
          **terms(study)) + _sampled_note(study, len(recorded), everywhere),
        _("whether a low number is reluctance or a limit on how many may enter."),
    )  # fmt: skip


def _hatched(x: int, y: int) -> Patch:
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), 1, 1, fill=False, hatch=style.HATCH, edgecolor="#9A9A9A", linewidth=0)
