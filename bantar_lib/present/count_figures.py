"""Figures of counts: what was proposed, what was implemented, and what is not known."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.textpath import TextPath
from matplotlib.ticker import MaxNLocator

from bantar_lib.present import style
from bantar_lib.present.display import Figure
from bantar_lib.present.labels import bold_rows
from bantar_lib.present.style import wrap
from bantar_lib.present.terms import terms
from bantar_lib.study import Study
from bantar_lib.words import current_language, listing, number, percent, room_words

_ = room_words("present")


def even_sample(table: pd.DataFrame, mark: str) -> pd.DataFrame:
    """Keep an even sample of a long, sorted table, the marked district always in it."""
    if len(table) <= style.MOST_ROWS:
        return table
    at = np.unique(np.linspace(0, len(table) - 1, style.MOST_ROWS).round().astype(int))
    keep = table.index[at].union(table.index[table["district_id"] == mark])
    return table.loc[table.index.isin(keep)]


def even_sample_note(study: Study, shown: int, of: int) -> str:
    """Say that not all districts are drawn, where that is so."""
    if shown == of:
        return ""
    return " " + _(
        "{shown} of {of} {districts} are drawn, evenly spaced by value.",
        shown=number(shown),
        of=number(of),
        **terms(study),
    )


def overlap_text() -> str:
    """Say what overlapping intervals do not mean."""
    return _("Overlapping intervals need not mean that an order is unknown; which pairs can be "
             "told apart is said separately.")  # fmt: skip


def entries_note(study: Study, execution: pd.DataFrame) -> str:
    """Say that years added up count entries, where several yearly flows are."""
    if len(set(execution.attrs.get("years", ()))) < 2 or (
        study.config.get("counts_are", "flow") != "flow"
    ):
        return ""
    return " " + _("Entries are added up over the years: one {unit} may be among them in each "
                   "year.", **terms(study))  # fmt: skip


def percent_axis(axes: Axes, *, high: float = 1.015) -> None:
    """Let the lower axis run from 0 in per cent."""
    axes.set_xlim(0, high)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(lambda x, _position: percent(x))


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
    table = even_sample(known, mark)
    drawing, axes = style.canvas(style.row_height(len(table)))
    rows = np.arange(len(table))
    colours = style.point_colours(table, mark)
    low, high = table["lower_bound"].astype(float), table["upper_bound"].astype(float)
    pale = [to_rgba(c, 0.55 if c == style.BLUE else 0.85) for c in colours]
    axes.hlines(rows, low, high, colors=pale, linewidth=3)
    axes.scatter(low, rows, c=colours, marker="|", s=110)
    axes.scatter(high, rows, c=colours, marker="|", s=110)
    handles = [Line2D([], [], color=style.BLUE, linewidth=3, alpha=0.55,
                      label=_("between lower and upper bound"))]  # fmt: skip
    if "as_printed" in table:
        axes.scatter(table["as_printed"].astype(float), rows, marker="x", color=style.INK, s=34)
        handles.append(Line2D([], [], marker="x", linestyle="", color=style.INK,
                              label=_("as printed in the source")))  # fmt: skip
    axes.set_yticks(rows, list(table["district"]))
    axes.set_ylim(-0.6, len(rows) - 0.4)
    bold_rows(axes, table["district_id"], mark)
    top = float(np.nanmax(table[[c for c in ("upper_bound", "as_printed") if c in table]]))
    percent_axis(axes, high=min(1.0, top * 1.08))
    axes.set_xlabel(_("share of all {unit}", **terms(study)))
    style.legend_above(axes, handles, columns=2)
    style.plain_grid(axes)
    caption = _("Reach by {district}: bounds on the share of {unit} that implemented the "
                "programme, in order of the upper bound.", **terms(study))  # fmt: skip
    return Figure(
        drawing,
        _bounds_alt(study, known, mark),
        " ".join(filter(None, [caption, _above_text(study, known)]))
        + even_sample_note(study, len(table), len(known)),
        _("This figure does not show how many different {unit} these are: the source counts yearly "
          "entries, and whether the same {unit} entered twice is not recorded.", **terms(study)),
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


def _above_text(study: Study, known: pd.DataFrame) -> str:
    """Say in how many districts the printed share lies above what reach can be at most."""
    if "as_printed" not in known or known["as_printed"].isna().all():
        return ""
    above = (known["as_printed"] > known["upper_bound"] + 1e-9).fillna(False)
    return _("In {k} of {n} {districts} the share that the source prints lies above the upper "
             "bound.", k=number(above.sum()), n=number(known["as_printed"].notna().sum()),
             **terms(study))  # fmt: skip


def _bounds_alt(study: Study, known: pd.DataFrame, mark: str) -> str:
    parts = []
    for own in known[known["district_id"] == mark].to_dict("records"):
        parts.append(_("{name}: reach lies between {low} and {high}.", name=own["district"],
                       low=percent(own["lower_bound"]),
                       high=percent(own["upper_bound"])))  # fmt: skip
        if pd.notna(own.get("as_printed", pd.NA)):
            parts.append(_("The source prints {share}.", share=percent(own["as_printed"])))
    ranges = _(
        "Reach cannot be given as one number: the lower bounds run from {a} to {b}, "
        "the upper bounds from {c} to {d}.",
        a=percent(known["lower_bound"].min()),
        b=percent(known["lower_bound"].max()),
        c=percent(known["upper_bound"].min()),
        d=percent(known["upper_bound"].max()),
    )
    return " ".join(filter(None, [*parts, _above_text(study, known), ranges]))


def reach_scenarios(study: Study, reach: pd.DataFrame, district_id: str) -> Figure:
    """Draw one district's reach under every scenario, the primary ones first."""
    own = reach[(reach["district_id"] == district_id) & reach["share"].notna()]
    first = own["role"] == "primary"
    own = pd.concat([own[first].sort_values("share"),
                     own[~first].sort_values("share", ascending=False)])  # fmt: skip
    drawing, axes = style.canvas(0.8 + 0.42 * len(own))
    rows = np.arange(len(own))[::-1]
    colours = [style.BLUE if r == "primary" else style.GREY for r in own["role"]]
    shares = own["share"].astype(float).to_numpy()
    axes.hlines(rows, 0, shares, colors=style.PALE, linewidth=1.5)
    axes.scatter(shares, rows, c=colours, s=52, zorder=3)
    for x, y, row in zip(shares, rows, own.itertuples(), strict=True):
        axes.annotate(
            _("{share} ({k} of {n})", share=percent(x), k=number(row.numerator, 0),
              n=number(row.denominator)),
            (x, y), xytext=(8, 0), textcoords="offset points", va="center", fontsize=9,
        )  # fmt: skip
    axes.set_yticks(rows, [wrap(scenario_label(s), 22) for s in own["scenario"]])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    percent_axis(axes, high=float(shares.max()) * 1.75)
    axes.set_xlabel(_("share of all {unit}", **terms(study)))
    style.plain_grid(axes)
    name = str(own["district"].iloc[0])
    return Figure(
        drawing,
        _scenarios_alt(own.set_index("scenario")["share"].astype(float), name),
        _("Reach in {name} under each scenario; those that this study reads first are blue.",
          name=name),
        _("This figure does not show which scenario is true; that needs a list of {unit} by year.",
          **terms(study)),
    )  # fmt: skip


def _scenarios_alt(share: pd.Series, name: str) -> str:
    if not {"lower_bound", "upper_bound"} <= set(share.index):
        return _("Depending on what is assumed, reach in {name} lies anywhere between {low} and "
                 "{high}.", name=name, low=percent(share.min()),
                 high=percent(share.max()))  # fmt: skip
    low, high = share["lower_bound"], share["upper_bound"]
    text = _("Reach in {name} lies between the lower bound of {low} and the upper bound of {high}",
             name=name, low=percent(low), high=percent(high))  # fmt: skip
    printed = share.get("as_printed", np.nan)
    if printed > high + 1e-9:
        text += _("; the total that the source prints ({share}) lies above them",
                  share=percent(printed))  # fmt: skip
    elif printed < low - 1e-9:
        text += _("; the total that the source prints ({share}) lies below them",
                  share=percent(printed))  # fmt: skip
    return text + "."


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
    """Draw one district's counts by year and stage; an unknown count is a ? on the axis."""
    own = study.table("counts", district=district_id)
    years = sorted(own["year"].unique())
    stages = [s for s in study.stages if (own["stage"] == s.id).any()]
    palette = [style.GREY, style.BLUE, style.AMBER, style.GREEN, style.PURPLE][: len(stages)]
    drawing, axes = style.canvas(3.3)
    width = 0.8 / len(stages)
    top = float(own["count"].max()) if own["count"].notna().any() else 1.0
    unknown = False
    for k, stage in enumerate(stages):
        values = own[own["stage"] == stage.id].groupby("year")["count"].max()
        for j, year in enumerate(years):
            if year not in values.index:
                continue
            at, value = j + (k - (len(stages) - 1) / 2) * width, values[year]
            unknown |= bool(pd.isna(value))
            text, height = ("?", 0.0) if pd.isna(value) else (number(value), float(value))
            # An unknown count has no height: a bar, however pale, would look like a number.
            axes.bar(at, height, width * 0.92, color=palette[k])
            axes.annotate(text, (at, height), xytext=(0, 2), textcoords="offset points",
                          ha="center", fontsize=9)  # fmt: skip
    handles: list[Patch | Line2D] = [
        Patch(facecolor=c, label=study.label(s.id, _lang()))
        for c, s in zip(palette, stages, strict=True)
    ]
    if unknown:
        handles.append(Line2D([], [], marker=TextPath((-3, -4), "?", size=10),
                              color=style.INK, linestyle="", markersize=9, markeredgewidth=0,
                              label=_("unknown")))  # fmt: skip
    axes.set_xticks(range(len(years)), [str(y) for y in years])
    axes.set_ylabel(_("entries"))
    axes.set_ylim(0, top * 1.15)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    style.legend_above(axes, handles, columns=len(handles))
    style.plain_grid(axes, axis="y")
    return Figure(
        drawing,
        _entries_alt(study, own, years),
        _("Entries in {name} by year and stage.", name=study.district(district_id)["name"]),
        _("This figure does not show how many different {unit} these are: one {unit} may be "
          "counted in several years.", **terms(study)),
    )  # fmt: skip


def _entries_alt(study: Study, own: pd.DataFrame, years: list[int]) -> str:
    parts = []
    for stage in study.stages:
        rows = own[(own["stage"] == stage.id) & own["count"].notna()].drop_duplicates("year")
        if len(rows):
            said = [f"{number(r['count'])} ({r['year']})" for _i, r in rows.iterrows()]
            parts.append(f"{study.label(stage.id, _lang())}: {listing(said)}")
    ended = without_start(study, own)
    said = [
        _("For {year} the number {first} is not known; {n} entries {last}.", year=str(year),
          n=number(n), **terms(study))
        for year, n in ended.items()
    ]  # fmt: skip
    blank = own.loc[own["count"].isna() & ~own["year"].isin(ended.index), "year"]
    if len(blank):
        said.append(_("Not known for {years}: which entries were {last}.",
                      years=listing([str(y) for y in sorted(set(blank))]),
                      **terms(study)))  # fmt: skip
    return " ".join(["; ".join(parts) + ".", *said])


def without_start(study: Study, own: pd.DataFrame) -> pd.Series:
    """Return a district's numbers at the last stage for years of which the first is not known.

    Parameters
    ----------
    study : Study
        Names the stages.
    own : pandas.DataFrame
        The district's rows of ``counts.csv``.
    """
    numbers = [
        own[own["stage"] == stage].groupby("year")["count"].max().dropna()
        for stage in (study.last_stage, study.first_stage)
    ]
    return numbers[0][~numbers[0].index.isin(numbers[1].index)]


def heatmap(study: Study, *, mark: str = "") -> Figure:
    """Draw district by year, shaded by execution rate; hatched where the stage is not known."""
    table, recorded = _stages_by_year(study)
    rate = _rate_by_year(study, table).reindex_like(recorded)
    everywhere = len(recorded)
    drawn = even_sample(recorded.reset_index(), mark).set_index("district_id")
    drawing, axes = style.canvas(style.row_height(len(drawn)))
    sns.heatmap(
        rate.loc[drawn.index], ax=axes, cmap="Blues", linewidths=1, linecolor="white", vmin=0,
        vmax=1, cbar_kws={"label": _("execution rate"), "shrink": 0.7,
                          "format": lambda x, _position: percent(x)},
    )  # fmt: skip
    for i, district_id in enumerate(drawn.index):
        for j, year in enumerate(drawn.columns):
            share, value = rate.loc[district_id, year], drawn.iloc[i, j]
            if np.isnan(share):
                _hatch(axes, j, i)
                text = "?" if np.isnan(value) else f"{number(value)} ?"
            else:
                cell = table.loc[(district_id, year)]
                text = _("{done} of {asked}", done=int(cell[study.last_stage]),
                         asked=int(cell[study.first_stage]))  # fmt: skip
            axes.text(j + 0.5, i + 0.5, text, ha="center", va="center", fontsize=9, zorder=5,
                      color=style.ink_on_blues(share))  # fmt: skip
    names = study.districts.set_index("district_id")["name"]
    axes.set_yticklabels([names[d] for d in drawn.index], rotation=0)
    bold_rows(axes, drawn.index, mark)
    axes.set(xlabel="", ylabel="")
    axes.tick_params(length=0)
    caption = _(
        "Entries by {district} and year: {last} of {first}, shaded by the share; grey and hatched, "
        "with the number recorded and a “?”, where the stage is not known. In order of all entries "
        "recorded, most first.", **terms(study),
    )  # fmt: skip
    return Figure(
        drawing, _heatmap_alt(study, table, rate),
        caption + even_sample_note(study, len(drawn), everywhere),
        _("This figure does not show whether a low number is reluctance or a limit on how many may "
          "enter."),
    )  # fmt: skip


def _stages_by_year(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the counts by district and year (a column a stage), and the most recorded of each."""
    counts = study.counts.dropna(subset=["count"])
    table = counts.groupby(["district_id", "year", "stage"])["count"].max().unstack("stage")
    table = table.reindex(columns=[s.id for s in study.stages])
    recorded = table.max(axis=1).unstack("year").astype(float)
    return table, recorded.loc[recorded.sum(axis=1).sort_values(ascending=False).index]


def _rate_by_year(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    asked, done = (table[s].astype("float64") for s in (study.first_stage, study.last_stage))
    return (done / asked.where(asked > 0)).unstack("year")


def _heatmap_alt(study: Study, table: pd.DataFrame, rate: pd.DataFrame) -> str:
    both = table.dropna(subset=[study.first_stage, study.last_stage])
    both = both[both[study.first_stage] > 0]
    known, places = both.groupby("year").sum(), both.groupby("year").size()
    said = [_rate_of_year(study, int(year), row, int(places[year]), places.nunique() > 1)
            for year, row in known.iterrows()]  # fmt: skip
    parts = [_("Overall execution rate: {rates}.", rates=listing(said))] if said else []
    never = [year for year in rate.columns if year not in known.index]
    ended = table[study.last_stage].groupby("year").sum(min_count=1)
    for year in [y for y in never if pd.notna(ended.get(y))]:
        parts.append(_("For {year} the number {first} is not known; {n} entries {last}.",
                       year=str(year), n=number(ended[year]), **terms(study)))  # fmt: skip
    if blank := [str(y) for y in never if pd.isna(ended.get(y))]:
        parts.append(_("Not known for {years}: which entries were {last}.", years=listing(blank),
                       **terms(study)))  # fmt: skip
    cells, have = rate.size, int(rate.notna().sum().sum())
    parts.append(_("A rate is known for {known} of {cells} pairs of {district} and year.",
                   known=number(have), cells=number(cells), **terms(study)))  # fmt: skip
    return " ".join(parts)


def _rate_of_year(study: Study, year: int, row: pd.Series, places: int, differ: bool) -> str:
    """Say the rate of a year, and of how many districts where not all years have the same."""
    values = {
        "year": str(year), "done": number(row[study.last_stage]),
        "asked": number(row[study.first_stage]),
        "share": percent(row[study.last_stage] / row[study.first_stage]),
    }  # fmt: skip
    if differ:
        return _("{share} in {year} ({done} of {asked}, of {n} {districts})", n=number(places),
                 **values, **terms(study))  # fmt: skip
    return _("{share} in {year} ({done} of {asked})", **values)


def _hatch(axes: Axes, x: int, y: int) -> None:
    """Hatch a cell of a heat map, with a plain place in the middle for what is written there."""
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((x + 0.01, y + 0.03), 0.98, 0.94, facecolor="#EFEFEF", linewidth=0,
                             hatch=style.HATCH, edgecolor="#A8A8A8"))  # fmt: skip
    axes.add_patch(Rectangle((x + 0.25, y + 0.15), 0.5, 0.7, facecolor="#EFEFEF", linewidth=0))
