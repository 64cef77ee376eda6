"""Figures of statistics: how far districts differ, and how surely that can be said.

Every figure takes a table that a measure returned, so that nothing is computed twice on a page.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, MaxNLocator

from bantar_lib import measures
from bantar_lib.present import style
from bantar_lib.present.count_figures import entries_note, overlap_text, years_text
from bantar_lib.present.display import Figure
from bantar_lib.present.labels import MOST_NAMED, bold_rows, name_points
from bantar_lib.present.terms import terms
from bantar_lib.study import Study
from bantar_lib.words import number, percent, room_words

_ = room_words("present")

_MOST_OUTSIDE = 10
_MANY = 200


def chance_text(chance: float) -> str:
    """Write a probability, without calling a near certainty certain.

    Examples
    --------
    >>> from bantar_lib.words import language
    >>> with language("en"):
    ...     chance_text(0.43), chance_text(0.9999), chance_text(0.001)
    ('43%', 'over 99%', 'under 1%')
    """
    if chance > 0.99:
        return _("over {share}", share=percent(0.99))
    return percent(chance) if chance >= 0.01 else _("under {share}", share=percent(0.01))


def points_text(difference: float) -> str:
    """Write a difference between two shares in percentage points, with a true minus sign.

    Examples
    --------
    >>> from bantar_lib.words import language
    >>> with language("id"):
    ...     points_text(-0.0968)
    '−9,7'
    """
    return number(100 * difference, 1).replace("-", "−")


def sampled(table: pd.DataFrame, mark: str) -> pd.DataFrame:
    """Keep every so many rows of a long table, the marked district always among them."""
    if len(table) <= style.MOST_ROWS:
        return table
    keep = np.zeros(len(table), dtype=bool)
    keep[np.linspace(0, len(table) - 1, style.MOST_ROWS).round().astype(int)] = True
    return table[keep | (table["district_id"] == mark).to_numpy()]


def sampled_note(study: Study, shown: int, of: int) -> str:
    """Say that not all districts are drawn, where that is so."""
    if shown == of:
        return ""
    return " " + _("{shown} of {of} {districts} are drawn, evenly spaced along the list.",
                   shown=number(shown), of=number(of), **terms(study))  # fmt: skip


def nothing(study: Study, caption: str) -> Figure:
    """Return the figure of a measure for which no district has the counts."""
    text = _("No {district} has the counts for this figure.", **terms(study))
    drawing, axes = style.canvas(1.0)
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center")
    return Figure(
        drawing, text, caption, _("This figure shows nothing: blank means unknown, not zero.")
    )


def _name_rows(axes: Axes, table: pd.DataFrame, names: list[str], mark: str) -> None:
    axes.set_yticks(range(len(table)), names)
    axes.set_ylim(len(table) - 0.5, -0.5)
    bold_rows(axes, table["district_id"], mark)


def name_some(
    axes: Axes,
    table: pd.DataFrame,
    x: str,
    y: str,
    mark: str,
    wanted: pd.Series,
    lines: np.ndarray | None = None,
) -> None:
    """Name the marked district and those wanted; all where they are few, none among very many.

    `lines` are points (in data units) of lines that names should keep off.
    """
    if len(table) <= MOST_NAMED or len(table) > _MANY:
        wanted = pd.Series(len(table) <= MOST_NAMED, index=table.index)
    marked = table["district_id"] == mark
    rows = pd.concat([table[marked], table[wanted & ~marked]])
    name_points(axes, list(rows["district"]), rows[[x, y]].to_numpy(dtype=float),
                bold=list(rows["district_id"] == mark), lines=lines)  # fmt: skip


def draw_points(axes: Axes, x: pd.Series, y: pd.Series, table: pd.DataFrame, mark: str) -> None:
    """Draw a point a district, small and pale where there are many; the marked one stands out."""
    few = len(table) <= _MANY
    marked = (table["district_id"] == mark).to_numpy()
    axes.scatter(x[~marked], y[~marked], s=34 if few else 9, color=style.BLUE, zorder=4,
                 alpha=1.0 if few else 0.35, linewidths=0.6 if few else 0,
                 edgecolors="white")  # fmt: skip
    axes.scatter(x[marked], y[marked], s=64, marker="D", color=style.MARK, zorder=5,
                 edgecolors="white", linewidths=0.8)  # fmt: skip


def funnel(study: Study, execution: pd.DataFrame, *, mark: str = "") -> Figure:
    """Draw the funnel: execution rate against number proposed, with naive and adjusted limits.

    Parameters
    ----------
    study : Study
        For its words.
    execution : pandas.DataFrame
        As :func:`bantar_lib.execution` returns it.
    mark : str
        The ``district_id`` to stand out.

    Examples
    --------
    >>> from bantar_lib import execution, load_study
    >>> study = load_study("kampung_bantar")
    >>> "11" in funnel(study, execution(study), mark="15.71.07").alt
    True
    """
    table = measures.funnel(execution)
    known = table.dropna(subset=["rate"])
    caption = _("Execution rate against the number of entries {first}, {years}.",
                years=years_text(execution), **terms(study))  # fmt: skip
    if known.empty:
        return nothing(study, caption)
    drawing, axes = style.canvas(4.6)
    curves = measures.funnel_limits(execution)
    _draw_limits(axes, curves)
    axes.axhline(table.attrs["rate"], color=style.INK, linestyle="--", linewidth=1, zorder=2)
    draw_points(axes, known["proposed"].astype(float), known["rate"].astype(float), known, mark)
    axes.set_xlim(0, float(curves["proposed"].max()))
    axes.set_ylim(-0.04, 1.04)
    axes.yaxis.set_major_formatter(lambda y, _position: percent(y))
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(lambda x, _position: number(x))
    axes.set_xlabel(_("number of entries {first}", **terms(study)))
    axes.set_ylabel(_("execution rate"))
    style.legend_above(axes, _limit_handles(study, table), columns=2)
    style.plain_grid(axes, axis="both")
    far = known["z"].astype(float).abs().where(known["flag_95"] != "inside")
    name_some(axes, known, "proposed", "rate", mark, far >= far.nlargest(_MOST_OUTSIDE).min(),
              _limit_points(curves, table.attrs["rate"]))  # fmt: skip
    caption += entries_note(study, execution) + " " + _limits_text(study, table, known)
    return Figure(drawing, _funnel_alt(study, table, known, mark), caption, _(
        "This figure does not show why a {district} lies where it does. Among {n} {districts}, the "
        "chance that at least one lies outside the naive 95% limits by chance alone is {chance}.",
        n=number(len(known)), chance=chance_text(measures.false_alarm_chance(len(known))),
        **terms(study),
    ))  # fmt: skip


def _limit_points(curves: pd.DataFrame, rate: float) -> np.ndarray:
    """Return points on the lines of the limits and of the overall rate, close together."""
    x = curves["proposed"].to_numpy(dtype=float)
    close = np.linspace(x.min(), x.max(), 300)
    lines = [np.interp(close, x, curves[kind + end].to_numpy(dtype=float))
             for kind in ("phi_", "tau_") for end in ("low_95", "high_95")]  # fmt: skip
    lines.append(np.full(len(close), rate))
    return np.column_stack([np.tile(close, len(lines)), np.concatenate(lines)])


def _limits_text(study: Study, table: pd.DataFrame, known: pd.DataFrame) -> str:
    text = _(
        "Limits around the rate of all {districts}: naive, as if they differed by chance alone, "
        "and adjusted for overdispersion in two ways (φ = {phi}; τ = {tau} points; z "
        "winsorised at 10%). Outside the wider grey band, that of "
        "99.8%, about 1 in 500 would lie by chance alone.",
        phi=number(table.attrs["phi"], 1), tau=points_text(table.attrs["tau2"] ** 0.5),
        **terms(study),
    )  # fmt: skip
    return " ".join([text, *_other_dispersion(study, table, known)])


def _other_dispersion(study: Study, table: pd.DataFrame, known: pd.DataFrame) -> list[str]:
    """Say why φ and τ are not those of the test of heterogeneity, where they differ as written."""
    z, drawn_in = (known[c].astype("float64") for c in ("z", "z_winsorised"))
    phi, tau = float(table.attrs["phi"]), float(table.attrs["tau2"] ** 0.5)
    k = len(z)
    if k < 2 or z.isna().any():
        return []
    said = []
    whole = float((z**2).sum())
    if (drawn_in**2).sum() < k:
        said.append(_("φ is limited to at least 1."))
    elif number(phi, 1) != number(whole / (k - 1), 1):
        said.append(_(
            "This φ is smaller than the dispersion of {phi} that the test of heterogeneity gives, "
            "for two reasons: extreme values are drawn in first, and their squares are divided by "
            "the number of {districts} ({k}), not by one less.",
            phi=number(whole / (k - 1), 1), k=number(k), **terms(study),
        ))  # fmt: skip
    rate = float(table.attrs["rate"])
    weight = known["proposed"].astype("float64") / (rate * (1 - rate))
    room = float(weight.sum() - (weight**2).sum() / weight.sum())
    plain = max(0.0, (whole - (k - 1)) / room) ** 0.5
    if points_text(plain) != points_text(tau):
        said.append(_("Without the drawing in, τ would be {sd} points: the standard deviation that "
                      "goes with the test of heterogeneity.", sd=points_text(plain)))  # fmt: skip
    return said


def _draw_limits(axes: Axes, curves: pd.DataFrame) -> None:
    x = curves["proposed"].to_numpy(dtype=float)
    for name, shade in (("998", "#ECECEC"), ("95", "#D2D2D2")):
        axes.fill_between(x, curves[f"low_{name}"], curves[f"high_{name}"], color=shade,
                          linewidth=0, zorder=1)  # fmt: skip
    for kind, colour, line in (("phi_", style.SKY, "-"), ("tau_", style.GREEN, "-.")):
        for end in ("low_95", "high_95"):
            axes.plot(x, curves[kind + end], color=colour, linestyle=line, linewidth=1.8, zorder=2)


def _limit_handles(study: Study, table: pd.DataFrame) -> list[Patch | Line2D]:
    return [
        Patch(facecolor="#D2D2D2", label=_("naive limits, 95%")),
        Patch(facecolor="#ECECEC", label=_("naive limits, 99.8%")),
        Line2D([], [], color=style.SKY, linewidth=1.8, label=_("adjusted limits (φ), 95%")),
        Line2D([], [], color=style.GREEN, linewidth=1.8, linestyle="-.",
               label=_("adjusted limits (τ²), 95%")),
        Line2D([], [], color=style.INK, linestyle="--", linewidth=1,
               label=_("all {districts}: {rate}", rate=percent(table.attrs["rate"]),
                       **terms(study))),
    ]  # fmt: skip


def flag_text(flag: str) -> str:
    """Return in words where a district lies in the funnel."""
    return {
        "inside": _("inside the naive limits"),
        "outside_naive_inside_adjusted": _(
            "outside naive limits, inside overdispersion-adjusted limits"
        ),
        "outside_adjusted": _("outside the overdispersion-adjusted limits"),
    }.get(flag, _("no limits: nothing varies"))


def _funnel_alt(study: Study, table: pd.DataFrame, known: pd.DataFrame, mark: str) -> str:
    flags = known["flag_95"].value_counts()
    if "" in flags:
        text = _("All {districts} together have a rate of {rate}, which leaves no room for limits.",
                 rate=percent(table.attrs["rate"]), **terms(study))  # fmt: skip
    else:
        text = _(
            "Around the overall rate of {rate}, of {n} {districts} {inside} lie inside the naive "
            "95% limits, {between} outside these but inside the overdispersion-adjusted ones, and "
            "{outside} outside the adjusted ones.",
            rate=percent(table.attrs["rate"]), n=number(len(known)),
            inside=number(flags.get("inside", 0)),
            between=number(flags.get("outside_naive_inside_adjusted", 0)),
            outside=number(flags.get("outside_adjusted", 0)), **terms(study),
        )  # fmt: skip
    for own in known[known["district_id"] == mark].itertuples():
        text += " " + _("{name}: {rate} of {n} entries, {where}.", name=own.district,
                        rate=percent(own.rate), n=number(own.proposed),
                        where=flag_text(str(own.flag_95)))  # fmt: skip
    return text


def rank_intervals(study: Study, execution: pd.DataFrame, *, mark: str = "") -> Figure:
    """Draw each district's 90% rank interval, in alphabetical order.

    Parameters
    ----------
    execution : pandas.DataFrame
        As :func:`bantar_lib.execution` returns it.
    """
    known = execution.dropna(subset=["rank_low"]).sort_values(["district", "district_id"])
    caption = _("90% rank interval by execution rate, {years}; 1 = highest. In alphabetical order.",
                years=years_text(execution))  # fmt: skip
    if known.empty:
        return nothing(study, caption)
    table, n = sampled(known, mark), len(known)
    drawing, axes = style.canvas(style.row_height(len(table), extra=1.0))
    rows = np.arange(len(table))
    low, high = (table[c].to_numpy(dtype=float) for c in ("rank_low", "rank_high"))
    # Half a place on each side, so that a rank held for sure still has a length.
    axes.barh(
        rows, high - low + 1, left=low - 0.5, height=0.5, color=style.point_colours(table, mark)
    )
    if n <= MOST_NAMED:
        for y, a, b in zip(rows, low, high, strict=True):
            text = number(a) if a == b else f"{number(a)}–{number(b)}"
            axes.annotate(text, (b + 0.5, y), xytext=(4, 0), textcoords="offset points",
                          va="center", fontsize=9)  # fmt: skip
    _name_rows(axes, table, list(table["district"]), mark)
    axes.set_xlim(0.5, n + 0.5 + (0.08 * n if n <= MOST_NAMED else 0))
    axes.xaxis.set_major_locator(
        FixedLocator(range(1, n + 1))
        if n <= MOST_NAMED
        else MaxNLocator(8, integer=True, steps=[1, 2, 5, 10])
    )
    axes.xaxis.set_major_formatter(lambda x, _position: number(x))
    axes.set_xlabel(_("rank by execution rate (1 = highest)"))
    style.plain_grid(axes)
    return Figure(drawing, _rank_alt(study, known, mark),
                  caption + sampled_note(study, len(table), n),
                  _("This is no league table.") + " " + overlap_text())  # fmt: skip


def _rank_alt(study: Study, known: pd.DataFrame, mark: str) -> str:
    places = (known["rank_high"] - known["rank_low"] + 1).astype(int)
    n = len(known)
    if places.min() == n:
        text = _("The 90% rank interval of each of the {n} {districts} holds every rank from 1 "
                 "to {n}.", n=number(n), **terms(study))  # fmt: skip
    else:
        text = _(
            "The 90% rank intervals of {n} {districts} are {least} to {most} places wide; "
            "{first_place} of them hold rank 1 and {last_place} hold rank {n}.",
            n=number(n), least=number(places.min()), most=number(places.max()),
            first_place=number((known["rank_low"] == 1).sum()),
            last_place=number((known["rank_high"] == n).sum()), **terms(study),
        )  # fmt: skip
    for own in known[known["district_id"] == mark].itertuples():
        text += " " + _("{name}: between {low} and {high}.", name=own.district,
                        low=number(own.rank_low), high=number(own.rank_high))  # fmt: skip
    return text


def detectability(study: Study, execution: pd.DataFrame, *, mark: str = "") -> Figure:
    """Draw, for each district, which differences from the overall rate its counts are too few for.

    Parameters
    ----------
    execution : pandas.DataFrame
        As :func:`bantar_lib.execution` returns it.
    """
    table = measures.detectability(execution).assign(rate=execution["rate"].to_numpy())
    known = table.dropna(subset=["city"]).sort_values(["proposed", "district"], ascending=False)
    caption = _("What each {district} could show at all, {years}; in order of the number of "
                "entries {first} (in brackets).",
                years=years_text(execution), **terms(study))  # fmt: skip
    if known.empty:
        return nothing(study, caption)
    drawn = sampled(known, mark)
    drawing, axes = style.canvas(style.row_height(len(drawn)))
    rows = np.arange(len(drawn))
    low = drawn["detectable_below"].astype(float).fillna(0)
    high = drawn["detectable_above"].astype(float).fillna(1)
    axes.barh(rows, high - low, left=low, height=0.6, color=style.PALE)
    overall = float(known["city"].iloc[0])
    axes.axvline(overall, color=style.INK, linestyle="--", linewidth=1)
    axes.scatter(drawn["rate"].astype(float), rows, c=style.point_colours(drawn, mark), s=46,
                 zorder=3, clip_on=False)  # fmt: skip
    names = [
        f"{d} ({number(n)})" for d, n in zip(drawn["district"], drawn["proposed"], strict=True)
    ]
    _name_rows(axes, drawn, names, mark)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(lambda x, _position: percent(x))
    axes.set_xlabel(_("execution rate"))
    style.legend_above(axes, [
        Line2D([], [], marker="o", color=style.BLUE, linestyle="", label=_("as counted")),
        Patch(facecolor=style.PALE, label=_("found less than 80 times in 100")),
        Line2D([], [], color=style.INK, linestyle="--", linewidth=1,
               label=_("all {districts}: {rate}", rate=percent(overall), **terms(study))),
    ], columns=3)  # fmt: skip
    style.plain_grid(axes)
    caption += " " + _("Inside the grey bar a true rate would be told from that of all "
                       "{districts} less often than in 80% of repeats (test at 5%).",
                       **terms(study))  # fmt: skip
    return Figure(drawing, _detect_alt(study, known, mark),
                  caption + sampled_note(study, len(drawn), len(known)),
                  _("This figure does not show that {districts} inside the bars are alike: a bar "
                    "says how often a true difference of that size would be found, not whether "
                    "this one is demonstrated.", **terms(study)))  # fmt: skip


def too_near(row: pd.Series | pd.DataFrame) -> pd.Series:
    """Return whether the rate shown is nearer to the overall one than the counts could show."""
    return ~((row["rate"] <= row["detectable_below"]).fillna(False)
             | (row["rate"] >= row["detectable_above"]).fillna(False))  # fmt: skip


def _detect_alt(study: Study, known: pd.DataFrame, mark: str) -> str:
    least, most = known["smallest"].min(), known["smallest"].max()
    text = _("{n} {districts} have a rate.", n=number(len(known)), **terms(study))
    if pd.notna(least):
        text = _(
            "Of {n} {districts}, {near} have a rate too near to the overall one ({rate}) for their "
            "counts to show such a difference reliably; the smallest that could be shown is "
            "between {least} and {most} percentage points.",
            n=number(len(known)), near=number(too_near(known).sum()),
            rate=percent(known["city"].iloc[0]), least=points_text(least), most=points_text(most),
            **terms(study),
        )  # fmt: skip
    for own in known[known["district_id"] == mark].itertuples():
        text += " " + _("{name} differs by {shown} points.", name=own.district,
                        shown=points_text(own.rate - own.city))  # fmt: skip
    return text
