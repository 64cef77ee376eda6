"""Figures of what evidence may still lack: new themes over sources, and criteria by status."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from bantar_lib.present import style
from bantar_lib.present.display import Figure, Text
from bantar_lib.present.style import wrap
from bantar_lib.present.tables import in_language
from bantar_lib.study import Study
from bantar_lib.words import listing, number, percent, room_words

_ = room_words("present")

BAND = (0.05, 0.95)
"""Between these shares of the random orders lies the band of the curve."""

STATUSES = {
    "reported_present": style.BLUE,
    "reported_partly": style.PURPLE,
    "reported_absent": style.VERMILION,
    "no_evidence": "white",
}
"""Colours of a criterion's status; what has no evidence is an empty place."""


def saturation(
    study: Study, table: pd.DataFrame, *, base: int = 4, run: int = 2, threshold: float = 0.05
) -> Figure | None:
    """Draw the themes found over sources, in the order of sampling and in many random ones.

    Parameters
    ----------
    study : Study
        For its words.
    table : pandas.DataFrame
        As :func:`bantar_lib.saturation` returns it.
    base, run, threshold
        With which the table was made.

    Returns
    -------
    Figure or None
        None where there is no curve to judge: without themes, with too few sources, or without
        themes in the base. :func:`~.evidence_sentences.saturation_note` says which.

    Examples
    --------
    >>> from bantar_lib import load_study, saturation as curve
    >>> study = load_study("kampung_bantar")
    >>> saturation(study, curve(study, orders=5)) is None
    True
    """
    own = table[table["order"] == 0].sort_values("k")
    if (own["note"] != "").any():
        return None
    drawing, axes = style.canvas(3.8)
    k = own["k"].to_numpy(dtype=int)
    axes.bar(k, own["new"].to_numpy(dtype=float), width=0.6, facecolor="white",
             edgecolor=style.BLUE, hatch=style.HATCH)  # fmt: skip
    handles: list[Patch | Line2D] = _draw_random_orders(axes, table[table["order"] > 0])
    axes.plot(k, own["cumulative"].to_numpy(dtype=float), color=style.BLUE, marker="o",
              markersize=4, linewidth=1.8)  # fmt: skip
    most = float(own["cumulative"].max())
    # The words stand above the lines, side by side at the end of the base, whatever their length.
    axes.vlines([base + 0.5, base + run + 0.5], 0, most * 1.05, color=style.GREY, linestyle=":")
    axes.text(base + 0.4, most * 1.1, _("base"), ha="right", va="center", fontsize=9)
    axes.text(base + 0.6, most * 1.1, _("first run"), ha="left", va="center", fontsize=9)
    axes.set_xlim(0.5, len(own) + 0.5)
    axes.set_ylim(0, most * 1.18)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
        axis.set_major_formatter(lambda value, _place: number(value))
    axes.set(xlabel=_("sources so far"), ylabel=_("themes"))
    style.plain_grid(axes, axis="y")
    style.legend_above(axes, [
        Line2D([], [], color=style.BLUE, marker="o", markersize=4,
               label=_("found so far, in the order of sampling")),
        Patch(facecolor="white", edgecolor=style.BLUE, hatch=style.HATCH,
              label=_("new in this source")),
        *handles,
    ], columns=2)  # fmt: skip
    return Figure(
        drawing, _alt(own, base, run),
        _("Themes over sources; base {base}, run {run}, threshold {threshold}.",
          base=number(base), run=number(run), threshold=percent(threshold)),
        _("This figure does not show that no further themes exist: other sources, another reader "
          "or other settings may bring some."),
    )  # fmt: skip


def _draw_random_orders(axes: Any, table: pd.DataFrame) -> list[Patch | Line2D]:
    """Draw median and band of the random orders; return what the legend says of them."""
    if table.empty:
        return []
    curves = table["cumulative"].astype(float).groupby(table["k"])
    low, middle, high = (curves.quantile(q) for q in (BAND[0], 0.5, BAND[1]))
    k = low.index.to_numpy(dtype=int)
    axes.fill_between(k, low, high, color=style.GREY, alpha=0.25, linewidth=0)
    axes.plot(k, middle, color=style.GREY, linestyle="--", linewidth=1.4)
    orders = number(table["order"].nunique())
    return [
        Line2D([], [], color=style.GREY, linestyle="--",
               label=_("median of {n} random orders", n=orders)),
        Patch(facecolor=style.GREY, alpha=0.25,
              label=_("{share} of these orders", share=percent(BAND[1] - BAND[0]))),
    ]  # fmt: skip


def _alt(own: pd.DataFrame, base: int, run: int) -> str:
    last = own.iloc[-1]
    first = own[own["k"] == base].iloc[0]
    return _(
        "{themes} themes in {n} sources, in the order of sampling; the first {base} sources hold "
        "{share} of them, and the last {run} sources brought {new} new ones.",
        themes=number(last["cumulative"]), n=number(len(own)), base=number(base),
        share=percent(first["cumulative"] / last["cumulative"]), run=number(run),
        new=number(last["run_new"]),
    )  # fmt: skip


def status_label(status: str) -> str:
    """Return a criterion's status in words."""
    return {
        "reported_present": _("reported present"),
        "reported_partly": _("reported in part"),
        "reported_absent": _("reported absent"),
        "no_evidence": _("no evidence"),
    }.get(status, status)


def elements_grid(study: Study) -> Figure | Text:
    """Draw each element's criteria with their status; a criterion without evidence is a gap.

    Parameters
    ----------
    study : Study
        A study; without elements there is a note in place of the figure.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> from bantar_lib.words import language
    >>> with language("en"):
    ...     elements_grid(load_study("kampung_bantar")).alt[:11]
    '13 criteria'
    """
    table = study.table("elements")
    if table.empty:
        return Text(_("The study lists no elements and criteria of the programme."))
    noted = in_language(table, "note") != ""
    rows = pd.DataFrame({
        "element": in_language(table, "element"),
        "criterion": in_language(table, "criterion") + noted.map({True: "\u00a0*", False: ""}),
        "status": table["status"],
    })  # fmt: skip
    if table["district_id"].nunique() > 1:
        names = study.districts.set_index("district_id")["name"]
        rows["element"] += " · " + table["district_id"].map(names).fillna("–")
    # Criteria of one element stand together, in the order of the first.
    place = {name: n for n, name in enumerate(dict.fromkeys(rows["element"]))}
    rows = rows.sort_values("element", key=lambda e: e.map(place), kind="stable")
    shown = rows.head(style.MOST_ROWS)
    caption = _("Criteria by element, and what the source reports of them.")
    if noted.any():
        caption += " " + _("An asterisk: the table has our note on this criterion.")
    if len(shown) < len(rows):
        caption += " " + _("{shown} of {of} criteria are drawn; the table has the others.",
                           shown=number(len(shown)), of=number(len(rows)))  # fmt: skip
    return Figure(
        _draw_grid(shown), _grid_alt(rows), caption,
        _("This figure does not show whether a criterion is met: it shows what the source reports. "
          "A criterion without evidence is not one that is absent."),
    )  # fmt: skip


def _draw_grid(rows: pd.DataFrame) -> Any:
    """Draw a heading for each element, and under it a line for each criterion."""
    lines: list[tuple[str, str]] = []
    for element, own in rows.groupby("element", sort=False):
        lines.append((str(element), ""))
        lines += zip(own["criterion"], own["status"], strict=True)
    labels = [wrap(text, 40) for text, _status in lines]
    heights = np.array([label.count("\n") + 1.7 for label in labels])
    tops = np.concatenate([[0], np.cumsum(heights)])
    drawing, axes = style.canvas(0.3 + 0.155 * tops[-1])
    for (_text, status), label, top, height in zip(lines, labels, tops, heights, strict=False):
        middle = top + height / 2
        axes.text(0, middle, label, ha="left", va="center", fontsize=9,
                  fontweight="normal" if status else "bold")  # fmt: skip
        if not status:
            continue
        gap = status == "no_evidence"
        axes.add_patch(Rectangle(
            (0.66, top + 0.12), 0.34, height - 0.24, facecolor=STATUSES[status], linewidth=1,
            edgecolor=style.GREY if gap else "white", linestyle="--" if gap else "-",
        ))  # fmt: skip
        axes.text(0.83, middle, status_label(status), ha="center", va="center", fontsize=9,
                  style="italic" if gap else "normal",
                  color="white" if status == "reported_present" else style.MARK)  # fmt: skip
    axes.set_xlim(0, 1.005)
    axes.set_ylim(tops[-1], 0)
    axes.axis("off")
    return drawing


def _grid_alt(rows: pd.DataFrame) -> str:
    counts = rows["status"].value_counts()
    said = "; ".join(f"{status_label(s)}: {number(counts[s])}" for s in STATUSES if s in counts)
    text = _("{n} criteria by what the source reports ({said}).", n=number(len(rows)), said=said)
    bare = [str(e) for e, own in rows.groupby("element", sort=False)["status"]
            if (own == "no_evidence").all()]  # fmt: skip
    if bare:
        text += " " + _("No criterion has evidence: {names}.", names=listing(bare))
    return text
