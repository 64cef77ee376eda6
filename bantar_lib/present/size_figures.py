"""Figures with a district's units as one of their axes: size, spread of reach, workload.

Every figure takes a table that a measure returned, so that nothing is computed twice on a page.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, NullFormatter

from bantar_lib.measures.size import FIXED_INTAKE, PROPORTIONAL
from bantar_lib.measures.stocks import by_year, known_flows, stage_names
from bantar_lib.present import style
from bantar_lib.present.count_figures import scenario_label
from bantar_lib.present.display import Figure
from bantar_lib.present.labels import halo
from bantar_lib.present.statistic_figures import (
    draw_points,
    name_some,
    nothing,
    sampled,
)
from bantar_lib.present.terms import terms
from bantar_lib.study import Study
from bantar_lib.words import listing, number, percent, room_words

_ = room_words("present")


def size(study: Study, table: pd.DataFrame, *, mark: str = "") -> Figure:
    """Draw the number proposed against the number of units, on logarithmic axes.

    Lines: the fitted elasticity with its interval, a fixed intake (slope 0) and a fixed share
    (slope 1). Each adds up to as many proposals as there were.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`bantar_lib.size` returns it.
    """
    caption = _("Number of entries {first} against number of {unit} by {district}, logarithmic "
                "axes; the shaded band is the 95% interval of the slope.",
                **terms(study))  # fmt: skip
    points = sizes(study)
    if points.empty:
        return nothing(study, caption)
    fit = table[table["role"] == "primary"].iloc[0]
    some = points[points["entries"] > 0]
    drawing, axes = style.canvas(4.6)
    axes.set(xscale="log", yscale="log")
    _draw_slopes(axes, points, fit)
    floor = float(some["entries"].min()) / 2 if len(some) else 0.5
    points = points.assign(entries=points["entries"].mask(points["entries"] == 0, floor))
    draw_points(axes, points["units"], points["entries"], points, mark)
    least, most = points["units"].min(), points["units"].max()
    axes.set_xlim(least / 1.3, most * 1.3)
    axes.set_ylim(points["entries"].min() / 1.5, points["entries"].max() * 1.5)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(FixedLocator(_round_steps(*axis.get_view_interval())))
        axis.set_major_formatter(lambda value, _position: number(value))
        axis.set_minor_locator(FixedLocator([]))
        axis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(_("number of {unit} (logarithmic)", **terms(study)))
    axes.set_ylabel(_("entries {first} (logarithmic)", **terms(study)))
    style.legend_above(axes, _slope_handles(study, fit), columns=2)
    style.plain_grid(axes, axis="both")
    name_some(axes, points, "units", "entries", mark, pd.Series(False, index=points.index),
              _slope_points(axes))  # fmt: skip
    none = len(points) - len(some)
    if none:
        caption += " " + _("At the lower edge: {n} with none {first}.", n=number(none),
                           **terms(study))  # fmt: skip
    return Figure(drawing, _size_alt(study, fit, points, mark), caption, _(
        "This figure does not show why: the pattern can come from an intake limit or from other "
        "causes."
    ))  # fmt: skip


def sizes(study: Study) -> pd.DataFrame:
    """Return the districts that know their units and every year's number of the first stage."""
    entries = by_year(study, known_flows(study), stage_names(study).start)
    frame = study.districts[["district_id", "name", "units"]].rename(columns={"name": "district"})
    total = entries.sum(axis=1, skipna=False) if len(entries.columns) else np.nan
    frame["entries"] = np.asarray(total, dtype=float) if np.ndim(total) else total
    frame["units"] = frame["units"].astype("float64")
    return frame[(frame["units"] > 0) & frame["entries"].notna()].reset_index(drop=True)


def _draw_slopes(axes: Axes, points: pd.DataFrame, fit: pd.Series) -> None:
    units, total = points["units"].to_numpy(), float(points["entries"].sum())
    if total == 0:
        return
    x = np.geomspace(units.min() / 1.3, units.max() * 1.3, 60)

    def line(slope: float) -> np.ndarray:
        # In logarithms around the middle, so that a steep slope does not overflow.
        middle = np.log(units).mean()
        shape = np.exp(slope * (np.log(units) - middle)).sum()
        return np.exp(slope * (np.log(x) - middle)) * total / shape

    axes.plot(x, line(FIXED_INTAKE), color=style.INK, linestyle=":", linewidth=1.4)
    axes.plot(x, line(PROPORTIONAL), color=style.INK, linestyle="--", linewidth=1.2)
    if pd.notna(fit["estimate"]):
        ends = [line(float(fit[end])) for end in ("low", "high")]
        axes.fill_between(x, np.minimum(*ends), np.maximum(*ends), color=style.BLUE, alpha=0.15,
                          linewidth=0)  # fmt: skip
        axes.plot(x, line(float(fit["estimate"])), color=style.BLUE, linewidth=2)


def _slope_points(axes: Axes) -> np.ndarray:
    """Return points along the lines drawn so far, close together."""
    points = []
    for line in axes.lines:
        x, y = (np.log(np.asarray(values, dtype=float)) for values in line.get_data())
        close = np.linspace(x[0], x[-1], 300)
        points.append(np.exp(np.column_stack([close, np.interp(close, x, y)])))
    return np.vstack(points) if points else np.empty((0, 2))


def _slope_handles(study: Study, fit: pd.Series) -> list[Patch | Line2D]:
    handles: list[Patch | Line2D] = [
        Line2D([], [], color=style.INK, linestyle=":", linewidth=1.4,
               label=_("slope 0: the same number in each {district}", **terms(study))),
        Line2D([], [], color=style.INK, linestyle="--", linewidth=1.2,
               label=_("slope 1: the same share of {unit}", **terms(study))),
    ]  # fmt: skip
    if pd.notna(fit["estimate"]):
        handles = [
            Line2D([], [], color=style.BLUE, linewidth=2,
                   label=_("fitted slope: {slope}", slope=slope_text(fit["estimate"]))),
            Patch(facecolor=style.BLUE, alpha=0.15,
                  label=_("95% interval: {low} to {high}", low=slope_text(fit["low"]),
                          high=slope_text(fit["high"]))),
            *handles,
        ]  # fmt: skip
    return handles


def slope_text(slope: float) -> str:
    """Write an elasticity with two digits and a true minus sign."""
    return number(slope, 2).replace("-", "−")


def _round_steps(low: float, high: float) -> list[float]:
    """Return round whole numbers between `low` and `high`, few enough to read."""
    powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    for digits in ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 5), (1,)):
        steps = [d * p for p in powers for d in digits if low <= d * p <= high]
        steps = [s for s in steps if float(s).is_integer()]
        if len(steps) <= 8:
            break
    return steps


def _size_alt(study: Study, fit: pd.Series, points: pd.DataFrame, mark: str) -> str:
    if pd.isna(fit["estimate"]):
        text = _("Over {n} {districts} no slope can be estimated.", n=number(len(points)),
                 **terms(study))  # fmt: skip
    else:
        text = doubling_text(study, fit) + " " + _(
            "The slope over {n} {districts} is {slope} (95% interval {low} to {high}); 0 would be "
            "the same number in each {district}, 1 the same share of {unit}.",
            n=number(fit["n"]), slope=slope_text(fit["estimate"]), low=slope_text(fit["low"]),
            high=slope_text(fit["high"]), **terms(study),
        )  # fmt: skip
    for own in points[points["district_id"] == mark].itertuples():
        text += " " + _("{name}: {entries} entries {first}, {units} {unit}.", name=own.district,
                        entries=number(own.entries), units=number(own.units),
                        **terms(study))  # fmt: skip
    return text


def doubling_text(study: Study, fit: pd.Series) -> str:
    """Say an elasticity plainly: how many times the entries where there are twice the units."""
    times, low, high = (number(2 ** float(fit[c]), 1) for c in ("estimate", "low", "high"))
    return _("A {district} with twice as many {unit} has about {times} times as many entries "
             "{first} ({low}–{high}).", times=times, low=low, high=high,
             **terms(study))  # fmt: skip


def lorenz(study: Study, table: pd.DataFrame, *, mark: str = "") -> Figure:
    """Draw the Lorenz curves of the primary reach: how evenly it is spread over the units.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`bantar_lib.measures.lorenz` returns it.
    """
    caption = _("Lorenz curves of reach, {districts} in ascending order of it.", **terms(study))
    curves = table.dropna(subset=["reached_share"])
    if curves.empty:
        return nothing(study, caption)
    drawing, axes = style.canvas(4.6)
    axes.plot([0, 1], [0, 1], color=style.GREY, linestyle="--", linewidth=1)
    handles = [Line2D([], [], color=style.GREY, linestyle="--", linewidth=1,
                      label=_("the same reach in each {district}", **terms(study)))]  # fmt: skip
    said = []
    looks = ("solid", "dashdot", "dotted")
    for n, (scenario, curve) in enumerate(curves.groupby("scenario", sort=False)):
        line, colour = looks[n % len(looks)], style.BLUE
        x, y = (curve[c].to_numpy(dtype=float) for c in ("units_share", "reached_share"))
        gini = 1 - float((np.diff(x) * (y[1:] + y[:-1])).sum())
        named = scenario_label(str(scenario)), number(max(0.0, gini), 2)
        text = _("{scenario}: Gini {gini}", scenario=named[0], gini=named[1])
        said.append(" ".join(named))
        axes.plot(x, y, color=colour, linestyle=line, linewidth=2, zorder=3)
        if len(curve) <= 60:
            axes.scatter(x[1:], y[1:], s=14, color=colour, zorder=4)
        own = np.flatnonzero((curve["district_id"] == mark) & (mark != ""))
        for i in own:
            axes.plot(x[i - 1 : i + 1], y[i - 1 : i + 1], color=style.MARK, linewidth=5,
                      solid_capstyle="butt", zorder=5)  # fmt: skip
        handles += axes.plot([], [], color=colour, linestyle=line, linewidth=2, label=text)
    marked = curves.loc[(curves["district_id"] == mark) & (mark != ""), "district"]
    if len(marked):
        handles.append(Line2D([], [], color=style.MARK, linewidth=5, label=marked.iloc[0]))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _position: percent(value))
    axes.set_xlabel(_("share of all {unit}", **terms(study)))
    axes.set_ylabel(_("share of all {unit} reached", **terms(study)))
    style.plain_grid(axes, axis="both")
    axes.legend(handles=handles, loc="upper left")
    ginis = _("Gini: {values}.", values="; ".join(said))
    caption = f"{caption} {ginis} " + _(
        "A stretch flatter than the dashed line is a {district} below the overall reach; a Gini of "
        "0 is the same reach in each.", **terms(study),
    )  # fmt: skip
    return Figure(drawing, f"{ginis} {_half_text(study, curves)}", caption, _(
        "This figure does not show how evenly reach is truly spread: each curve holds if all "
        "{districts} lie at the same bound, and the true one may lie on either side of both.",
        **terms(study),
    ))  # fmt: skip


def _half_text(study: Study, curves: pd.DataFrame) -> str:
    """Say what the half of the units with the lowest reach holds, under each scenario."""
    shares = [
        np.interp(0.5, curve["units_share"].to_numpy(float), curve["reached_share"].to_numpy(float))
        for _scenario, curve in curves.groupby("scenario", sort=False)
    ]
    return _("The half of all {unit} in the {districts} of lowest reach holds {shares} of what "
             "was reached.", shares=listing([percent(s) for s in shares]),
             **terms(study))  # fmt: skip


def workload(study: Study, table: pd.DataFrame, *, mark: str = "") -> Figure:
    """Draw how many weeks one visit to every unit takes, against visits per field day.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`bantar_lib.workload` returns it for all districts.
    """
    caption = _("Weeks for one visit to each {unit}, by visits per field day.", **terms(study))
    caption += " " + assumed_text(study, table)
    rounds = table.drop_duplicates(["district_id", "visits_per_day"])
    known = rounds.dropna(subset=["weeks_per_round"])
    if known.empty:
        return nothing(study, caption)
    wide = known.pivot(index="district_id", columns="visits_per_day", values="weeks_per_round")
    wide = wide.astype("float64").sort_values(list(wide.columns)[:1])
    drawing, axes = style.canvas(4.2)
    visits = wide.columns.to_numpy(dtype=float)
    named = wide.loc[[mark]] if mark in wide.index else wide.iloc[sorted({0, len(wide) - 1})]
    others = (
        sampled(wide.reset_index(), mark)
        .set_index("district_id")
        .drop(index=named.index, errors="ignore")
    )
    for values in others.to_numpy():
        _draw_round(axes, visits, values, color="#B5B5B5", linewidth=0.9, zorder=2)
    names = study.districts.set_index("district_id")["name"]
    for district_id, values in named.iterrows():
        colour = style.MARK if district_id == mark else style.BLUE
        _draw_load(axes, visits, values.to_numpy(), str(names[str(district_id)]), colour)
    recent = _recent_rounds(known, mark)
    if len(recent):
        year, n = recent["entries_year"].iloc[0], recent["entries"].iloc[0]
        _draw_load(axes, visits, recent["weeks_per_entries_round"].to_numpy(dtype=float),
                   entries_text(n, year), style.MARK, linestyle="--")  # fmt: skip
    _frame_load(axes, visits, float(wide.to_numpy().max()), sorted(table["weeks"].unique()))
    return Figure(drawing, _load_alt(study, rounds, named.index), caption, _(
        "This figure does not show how often any {unit} was visited: the study counts no visits. "
        "Where each {district} has equally many facilitators, workload merely mirrors the number "
        "of {unit}.", **terms(study),
    ))  # fmt: skip


def _recent_rounds(rounds: pd.DataFrame, mark: str) -> pd.DataFrame:
    """Return the marked district's rounds of its latest entries; none where they are not known."""
    own = rounds[(rounds["district_id"] == mark) & (rounds["weeks_per_entries_round"] > 0)]
    return own.sort_values("visits_per_day")


def entries_text(n: int, year: int) -> str:
    """Name the entries of one year."""
    return _("{n} entries of {year}", n=number(n), year=str(year))


def weeks_text(weeks: float) -> str:
    """Write the weeks of a full round: one begun counts.

    Examples
    --------
    >>> weeks_text(82.5)
    '83'
    """
    return number(np.ceil(round(float(weeks), 9)))


def _draw_load(
    axes: Axes,
    visits: np.ndarray,
    weeks: np.ndarray,
    name: str,
    colour: str,
    linestyle: str = "-",
) -> None:
    _draw_round(axes, visits, weeks, color=colour, linewidth=2.2, zorder=4, linestyle=linestyle)
    axes.scatter(visits, weeks, color=colour, s=26, zorder=5)
    for n, (x, y) in enumerate(zip(visits, weeks, strict=True)):
        text = f"{name}: {weeks_text(y)}" if n == 0 else weeks_text(y)
        axes.annotate(text, (x, y), xytext=(5, 5), textcoords="offset points", fontsize=9,
                      color=colour, fontweight="normal" if n else "bold", zorder=6,
                      path_effects=halo())  # fmt: skip


def _draw_round(axes: Axes, visits: np.ndarray, weeks: np.ndarray, **look: Any) -> None:
    """Draw weeks ∝ 1/visits as the smooth curve that it is."""
    x = np.linspace(visits[0], visits[-1], 60)
    axes.plot(x, weeks[0] * visits[0] / x, **look)


def _frame_load(axes: Axes, visits: np.ndarray, top: float, weeks: list[float]) -> None:
    width = float(np.ptp(visits)) or 1.0
    axes.set_xlim(visits[0] - 0.05 * width, visits[-1] + 0.52 * width)
    axes.set_ylim(0, max(top, *weeks) * 1.12)
    for week in weeks:
        axes.axhline(week, color=style.INK, linestyle=":", linewidth=0.9, zorder=1)
        axes.annotate(_("{weeks} working weeks", weeks=plain_text(week)), (1, week), ha="right",
                      xycoords=axes.get_yaxis_transform(), xytext=(0, 2), va="bottom",
                      textcoords="offset points", fontsize=9, path_effects=halo())  # fmt: skip
    axes.set_xticks(visits, [plain_text(v) for v in visits])
    axes.set_xlabel(_("visits per field day and facilitator (assumed)"))
    axes.set_ylabel(_("weeks for one full round"))
    style.plain_grid(axes, axis="y")


def plain_text(value: float) -> str:
    """Write a number with one decimal only where it has one."""
    return number(value, 0 if float(value).is_integer() else 1)


def days_text(days: float) -> str:
    """Write how many field days a week has.

    Examples
    --------
    >>> from bantar_lib.words import language
    >>> with language("en"):
    ...     days_text(1), days_text(2)
    ('1 field day a week', '2 field days a week')
    """
    return _("{days} field day a week", plural="{days} field days a week", n=days,
             days=plain_text(days))  # fmt: skip


def assumed_text(study: Study, table: pd.DataFrame) -> str:
    """Say which inputs of a table of workload the study holds, and which are assumed.

    ``workload: {days_per_week: …}`` in ``study.yml`` holds what a source says of field days.
    """
    days = float(table["days_per_week"].iloc[0])
    stated = (study.config.get("workload") or {}).get("days_per_week")
    field_days = days_text(days)
    own = study.districts.set_index("district_id")["facilitators"]
    recorded = own.reindex(table["district_id"]).reset_index(drop=True)
    held: list[str] = []
    assumed = [_("visits per field day"), _("working weeks in a year")]
    (held if stated == days else assumed).append(field_days)
    same = recorded.equals(table["facilitators"].reset_index(drop=True))
    (held if same else assumed).append(_("the number of facilitators"))
    text = _("Assumed: {inputs}.", inputs=listing(assumed))
    return _("From the study: {inputs}.", inputs=listing(held)) + " " + text if held else text


def _load_alt(study: Study, rounds: pd.DataFrame, named: pd.Index) -> str:
    said = []
    for district_id in named:
        own = rounds[(rounds["district_id"] == district_id) & rounds["weeks_per_round"].notna()]
        few, many = own.iloc[0], own.iloc[-1]
        said.append(_(
            "{name} ({units} {unit}, facilitators: {people}): one full round takes {slow} weeks at "
            "{few} visits per field day, {fast} weeks at {many}.",
            name=few["district"], units=number(few["units"]), people=number(few["facilitators"]),
            slow=weeks_text(few["weeks_per_round"]), few=plain_text(few["visits_per_day"]),
            fast=weeks_text(many["weeks_per_round"]), many=plain_text(many["visits_per_day"]),
            **terms(study),
        ))  # fmt: skip
        if len(named) == 1:
            said.extend(filter(None, [recent_text(own)]))
    return " ".join(said)


def recent_text(own: pd.DataFrame) -> str:
    """Say how long one round of a district's latest entries takes, where they are known."""
    weeks = own["weeks_per_entries_round"].dropna().astype(float)
    if not (weeks > 0).any():
        return ""
    first = own.loc[weeks.index[0]]
    return _("For the {entries} alone one round takes {low}–{high} weeks.",
             entries=entries_text(first["entries"], first["entries_year"]),
             low=weeks_text(weeks.min()), high=weeks_text(weeks.max()))  # fmt: skip
