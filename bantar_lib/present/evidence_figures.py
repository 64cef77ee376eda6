"""Figures of coded evidence and of the audit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.patches import Patch

from bantar_lib.coding import evidence, rate_indicators
from bantar_lib.frameworks import Framework
from bantar_lib.present import style
from bantar_lib.present.display import Figure
from bantar_lib.present.style import wrap
from bantar_lib.study import Study
from bantar_lib.words import current_language, listing, number, room_words

_ = room_words("present")

SIDE_COLOURS = {"supports": style.BLUE, "mixed": style.PURPLE, "inhibits": style.VERMILION}
VERDICT_COLOURS = {
    "agrees": "#E8F1F8",
    "agrees_rounded": "#B9D7EC",
    "differs": style.VERMILION,
    "cannot_be_checked": style.PALE,
}


def valence_label(valence: str) -> str:
    """Return a valence in words."""
    return {
        "supports": _("supports"),
        "inhibits": _("inhibits"),
        "mixed": _("mixed"),
        "neutral": _("neutral"),
    }.get(valence, valence)


def suggestion_label(suggestion: str) -> str:
    """Return a suggested rating in words."""
    return {
        "strongly_inhibits": _("strongly inhibits"),
        "leans_inhibits": _("leans towards inhibiting"),
        "contested": _("contested"),
        "leans_supports": _("leans towards supporting"),
        "strongly_supports": _("strongly supports"),
        "insufficient_evidence": _("insufficient evidence"),
        "no_evidence": _("no evidence"),
    }.get(suggestion, suggestion)


def indicator_labels(framework: Framework) -> dict[str, str]:
    """Return each indicator's label in the current language, by id."""
    return {i.id: i.label[current_language()] for i in framework.indicators}


def evidence_bars(study: Study, district_id: str, coder: str | None = None) -> Figure:
    """Draw diverging bars: per indicator, how many data support and inhibit.

    Each datum counts once. An indicator without evidence keeps its place, as a gap.
    """
    table = rate_indicators(study, district_id, coder, by="datum")
    labels = indicator_labels(study.framework)
    drawing, axes = style.canvas(0.9 + 0.46 * len(table))
    rows = np.arange(len(table))[::-1]
    s, m, i = (table[c].to_numpy(dtype=float) for c in ("supports", "mixed", "inhibits"))
    axes.barh(rows, -i, left=-m / 2, color=SIDE_COLOURS["inhibits"], height=0.62)
    axes.barh(rows, m, left=-m / 2, color=SIDE_COLOURS["mixed"], height=0.62, hatch=style.HATCH,
              edgecolor="white", linewidth=0)  # fmt: skip
    axes.barh(rows, s, left=m / 2, color=SIDE_COLOURS["supports"], height=0.62)
    reach = max(1.0, float((i + m / 2).max()), float((s + m / 2).max()))
    for y, a, b, c in zip(rows, i, m, s, strict=True):
        if a + b + c == 0:
            axes.text(0, y, suggestion_label("no_evidence"), ha="center", va="center",
                      style="italic", color=style.GREY, fontsize=9)  # fmt: skip
        if a:
            axes.text(-b / 2 - a - 0.12, y, number(a), ha="right", va="center", fontsize=9)
        if c:
            axes.text(b / 2 + c + 0.12, y, number(c), ha="left", va="center", fontsize=9)
    axes.axvline(0, color=style.INK, linewidth=0.8)
    axes.set_xlim(-reach - 1, reach + 1)
    axes.set_xticks([])
    axes.set_yticks(rows, [wrap(labels[k]) for k in table["indicator"]])
    sns.despine(ax=axes, left=True, bottom=True)
    axes.tick_params(length=0)
    axes.legend(
        handles=[Patch(facecolor=SIDE_COLOURS[k], hatch=style.HATCH if k == "mixed" else None,
                       edgecolor="white", label=valence_label(k))
                 for k in ("inhibits", "mixed", "supports")],
        loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3,
    )  # fmt: skip
    name = study.district(district_id)["name"]
    return Figure(
        drawing,
        _bars_alt(table, labels),
        _("Evidence by indicator in {name}: number of data that support or inhibit.", name=name),
        _("how strong the evidence is. The bars count statements; with few independent sources "
          "they are arithmetic, not a rating."),
    )  # fmt: skip


def _bars_alt(table: pd.DataFrame, labels: dict[str, str]) -> str:
    leaning = table[table["inhibits"] > table["supports"]]["indicator"]
    gaps = table[table["suggestion"] == "no_evidence"]["indicator"]
    text = _("{n} of {all} indicators have more inhibiting than supporting data",
             n=len(leaning), all=len(table))  # fmt: skip
    text += f": {listing([labels[k] for k in leaning])}." if len(leaning) else "."
    if len(gaps):
        text += " " + _("No evidence: {names}.", names=listing([labels[k] for k in gaps]))
    return text


def evidence_sources(study: Study, district_id: str, coder: str | None = None) -> Figure:
    """Draw which kinds of source speak of which indicator: the gaps are the point."""
    from bantar_lib.present.tables import source_kind_label

    table = evidence(study, district_id, coder)
    labels = indicator_labels(study.framework)
    once = table.drop_duplicates(["code", "source_kind", "datum"])
    grid = pd.crosstab(once["code"], once["source_kind"]).reindex(list(labels), fill_value=0)
    drawing, axes = style.canvas(0.9 + 0.42 * len(grid))
    sns.heatmap(
        grid.mask(grid == 0), ax=axes, annot=True, fmt=".0f", cmap="Blues", cbar=False,
        linewidths=1, linecolor="white", vmin=0, vmax=max(1, int(grid.to_numpy().max()) * 1.6),
        annot_kws={"fontsize": 9},
    )  # fmt: skip
    for y, row in enumerate(grid.to_numpy()):
        for x, value in enumerate(row):
            if value == 0:
                axes.text(x + 0.5, y + 0.5, "–", ha="center", va="center", color=style.GREY)
    axes.set_xticklabels([wrap(source_kind_label(k), 16) for k in grid.columns], rotation=0)
    axes.set_yticklabels([wrap(labels[k]) for k in grid.index], rotation=0)
    axes.set(xlabel="", ylabel="")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    lone = int(((grid > 0).sum(axis=1) <= 1).sum())
    return Figure(
        drawing,
        _("{n} of {all} indicators rest on one kind of source, or on none.",
          n=lone, all=len(grid)),
        _("Which kind of source speaks of which indicator in {name} (number of data).",
          name=study.district(district_id)["name"]),
        _("independent sources: all of these may stand in one report."),
    )  # fmt: skip


def audit_grid(study: Study, audit: pd.DataFrame, table: str) -> Figure:
    """Draw a published table as a grid: which of its sums and percentages follow."""
    own = audit[audit["table"] == table]
    printed = study.table("published")
    printed = printed[printed["table"] == table]
    rows, columns = list(dict.fromkeys(printed["row"])), list(dict.fromkeys(printed["column"]))
    worst = {
        v: n for n, v in enumerate(("agrees", "agrees_rounded", "cannot_be_checked", "differs"))
    }
    verdicts: dict[tuple[str, str], str] = {}
    for cell in own[own["check"] != "same_elsewhere"].itertuples():
        key = (cell.row, cell.column)
        if worst.get(cell.verdict, -1) >= worst.get(verdicts.get(key, ""), -1):
            verdicts[key] = cell.verdict
    drawing, axes = style.canvas(1.5 + 0.3 * len(rows))
    for cell in printed.itertuples():
        x, y = columns.index(cell.column), len(rows) - 1 - rows.index(cell.row)
        verdict = verdicts.get((cell.row, cell.column), "")
        colour = VERDICT_COLOURS.get(verdict, "white")
        axes.add_patch(_cell(x, y, colour))
        wrong = verdict == "differs"
        axes.text(x + 0.5, y + 0.5, cell.printed, ha="center", va="center", fontsize=9,
                  color="white" if wrong else style.INK,
                  fontweight="bold" if wrong else "normal")  # fmt: skip
    axes.set_xlim(0, len(columns))
    axes.set_ylim(0, len(rows))
    axes.set_xticks(np.arange(len(columns)) + 0.5,
                    [wrap(column_label(study, c), 12) for c in columns])  # fmt: skip
    axes.xaxis.tick_top()
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows[::-1])
    axes.tick_params(length=0)
    sns.despine(ax=axes, left=True, bottom=True)
    axes.legend(
        handles=[Patch(facecolor=c, edgecolor=style.GREY, label=verdict_label(v))
                 for v, c in VERDICT_COLOURS.items() if v in set(verdicts.values())],
        loc="upper center", bbox_to_anchor=(0.45, -0.01), ncols=4,
    )  # fmt: skip
    bad = own[own["verdict"] == "differs"]
    cells = listing([f"{c.row}/{column_label(study, c.column)}" for c in bad.itertuples()])
    return Figure(
        drawing,
        _("{n} cells of table {table} do not follow from the others: {cells}.",
          n=len(bad), table=table, cells=cells) if len(bad)
        else _("Every sum in table {table} follows from its parts.", table=table),
        _("Table {table} as printed, with the cells that can be recomputed.", table=table),
        _("which cell is wrong. A sum that does not follow can come from any of its parts."),
    )  # fmt: skip


def _cell(x: int, y: int, colour: str) -> Patch:
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), 1, 1, facecolor=colour, edgecolor="white", linewidth=1.5)


def column_label(study: Study, column: str) -> str:
    """Return a published table's column in words: a stage and year, or a fixed name."""
    stage, _space, year = column.partition(" ")
    if stage in {s.id for s in study.stages}:
        return f"{study.label(stage, current_language())} {year}".strip()
    return {
        "units": _("number of {unit}", unit=study.text("unit", current_language())),
        "subdistricts": _("sub-districts"),
        "total": _("total"),
        "percent": _("percent"),
    }.get(column, column)


def verdict_label(verdict: str) -> str:
    """Return an audit's verdict in words."""
    return {
        "agrees": _("agrees"),
        "agrees_rounded": _("agrees with rounding"),
        "differs": _("differs"),
        "inconsistent": _("said otherwise elsewhere"),
        "no_evidence": _("stated without evidence"),
        "cannot_be_checked": _("cannot be checked"),
    }.get(verdict, verdict)


def slip_text(slip: str, n: int) -> str:
    """Return how many slips of a class there are, in words."""
    return {
        "arithmetic": _("{n} arithmetic", n=n),
        "labelling": _("{n} of labelling", n=n),
        "cross_reference": _("{n} of cross-reference", n=n),
        "conceptual": _("{n} conceptual", n=n),
    }.get(slip, f"{n} {slip}")
