"""Figures of coded evidence and of the audit."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.patches import Patch, Rectangle

from bantar_lib.coding import evidence, rate_indicators
from bantar_lib.coding.ratings import RATED_KINDS
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
    "follows_wrong": "#F7CBA9",
    "differs": style.VERMILION,
    "cannot_be_checked": style.PALE,
}
_SLANTED: dict[str, Any] = {"rotation": 40, "ha": "left", "rotation_mode": "anchor"}
SOURCE_KINDS = ("document", "interview", "observation", "statistic", "author_statement")
"""Kinds of source that a figure always has a column for, so that a missing one shows."""


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
    """Draw diverging bars: per indicator, how many items support and inhibit.

    Each datum is an item and counts once. An indicator without evidence keeps its place, as a gap.
    """
    table = rate_indicators(study, district_id, coder, by="datum")
    labels = indicator_labels(study.framework)
    drawing, axes = style.canvas(0.9 + 0.5 * len(table))
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
        if b:
            axes.text(0, y, number(b), ha="center", va="center", fontsize=9,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
        if c:
            axes.text(b / 2 + c + 0.12, y, number(c), ha="left", va="center", fontsize=9)
    axes.axvline(0, color=style.INK, linewidth=0.8, zorder=0)
    axes.set_xlim(-reach - 1, reach + 1)
    axes.set_xticks([])
    axes.set_yticks(rows, [wrap(labels[k], 26) for k in table["indicator"]])
    sns.despine(ax=axes, left=True, bottom=True)
    axes.tick_params(length=0)
    style.legend_above(axes, [
        Patch(facecolor=SIDE_COLOURS[k], hatch=style.HATCH if k == "mixed" else None,
              edgecolor="white", label=valence_label(k))
        for k in ("inhibits", "mixed", "supports")
    ], columns=3)  # fmt: skip
    name = study.district(district_id)["name"]
    wide = (evidence(study, district_id, coder)["district_id"] == "").any()
    return Figure(
        drawing,
        _bars_alt(table, labels),
        _("Evidence by indicator on {name} and the programme at large: number of items that "
          "support or inhibit.", name=name) if wide else
        _("Evidence by indicator in {name}: number of items that support or inhibit.", name=name),
        _("This figure does not show how strong the evidence is: the bars count items, and "
          "with few independent sources they are arithmetic, not a rating."),
    )  # fmt: skip


def _bars_alt(table: pd.DataFrame, labels: dict[str, str]) -> str:
    leaning = table[table["inhibits"] > table["supports"]]["indicator"]
    gaps = table[table["suggestion"] == "no_evidence"]["indicator"]
    text = _("{n} of {all} indicators have more inhibiting than supporting items",
             n=len(leaning), all=len(table))  # fmt: skip
    text += f": {listing([labels[k] for k in leaning])}." if len(leaning) else "."
    if len(gaps):
        text += " " + _("No evidence: {names}.", names=listing([labels[k] for k in gaps]))
    return text


def evidence_sources(study: Study, district_id: str, coder: str | None = None) -> Figure:
    """Draw which kinds of source speak of which indicator: the gaps are the point.

    Counted is what bears on a rating, as in :func:`evidence_bars`.
    """
    from bantar_lib.present.tables import source_kind_label

    table = evidence(study, district_id, coder)
    table = table[table["kind"].isin(RATED_KINDS) & table["valence"].isin(list(SIDE_COLOURS))]
    labels = indicator_labels(study.framework)
    once = table.drop_duplicates(["code", "source_kind", "datum"])
    others = sorted(set(once["source_kind"]) - {*SOURCE_KINDS, ""})
    grid = pd.crosstab(once["code"], once["source_kind"])
    grid = grid.reindex(list(labels), columns=[*SOURCE_KINDS[:-1], *others, SOURCE_KINDS[-1]],
                        fill_value=0)  # fmt: skip
    drawing, axes = style.canvas(0.9 + 0.46 * len(grid))
    most = max(1, int(grid.to_numpy().max())) * 1.6
    sns.heatmap(grid.mask(grid == 0), ax=axes, cmap="Blues", cbar=False, linewidths=1,
                linecolor="white", vmin=0, vmax=most)  # fmt: skip
    for y, row in enumerate(grid.to_numpy()):
        for x, value in enumerate(row):
            axes.text(x + 0.5, y + 0.5, number(value) if value else "–", ha="center", va="center",
                      color=style.ink_on_blues(value / most) if value else style.GREY,
                      fontsize=9)  # fmt: skip
    axes.set(xlabel="", ylabel="")
    axes.xaxis.tick_top()
    axes.set_yticklabels([wrap(labels[k], 26) for k in grid.index], rotation=0)
    axes.set_xticklabels([source_kind_label(k) for k in grid.columns], **_SLANTED)
    axes.tick_params(length=0)
    missing = [source_kind_label(k) for k in SOURCE_KINDS if not grid[k].any()]
    return Figure(
        drawing,
        _sources_alt(grid, missing),
        _("Which kind of source speaks of which indicator in {name} (number of items that support, "
          "inhibit or are mixed).", name=study.district(district_id)["name"]),
        _("This figure does not show whether the sources are independent: all may stand in one "
          "report."),
    )  # fmt: skip


def _sources_alt(grid: pd.DataFrame, missing: list[str]) -> str:
    author = grid["author_statement"] > 0
    other = grid.drop(columns="author_statement").any(axis=1)
    parts = []
    if missing:
        parts.append(_("No data from: {kinds}.", kinds=listing(missing)))
    return " ".join([*parts, *_resting(len(grid), (author & ~other).sum(),
                                       (~author & ~other).sum())])  # fmt: skip


def _resting(every: int, alone: int, none: int) -> list[str]:
    """Say how many indicators rest on an author's statements alone, and how many on nothing."""
    values = {"all": number(every), "alone": number(alone), "none": number(none)}
    if alone and none:
        return [_("Of {all} indicators, {alone} rest on the author's own statements alone and "
                  "{none} on nothing.", **values)]  # fmt: skip
    if alone:
        return [_("Of {all} indicators, {alone} rest on the author's own statements alone.",
                  **values)]  # fmt: skip
    return [_("Of {all} indicators, {none} rest on nothing.", **values)] if none else []


def audit_grid(study: Study, audit: pd.DataFrame, table: str) -> Figure:
    """Draw a published table as a grid: which of its sums and percentages follow."""
    own = audit[audit["table"] == table]
    printed = study.table("published")
    printed = printed[printed["table"] == table]
    rows, columns = list(dict.fromkeys(printed["row"])), list(dict.fromkeys(printed["column"]))
    verdicts = _cell_verdicts(own)
    wide = (style.WIDTH - 0.09 * max(map(len, rows))) / len(columns)
    heads = [wrap(_short_label(study, c)[0], max(5, int(wide / 0.088))) for c in columns]
    slanted = any(len(line) * 0.088 > wide for head in heads for line in head.split("\n"))
    drawing, axes = style.canvas(1.3 + 0.3 * len(rows) + 0.5 * slanted)
    for cell in printed.itertuples():
        x, y = columns.index(cell.column), len(rows) - 1 - rows.index(cell.row)
        verdict = verdicts.get((cell.row, cell.column), "")
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor=VERDICT_COLOURS.get(verdict, "white"),
                                 edgecolor="white", linewidth=1.5))  # fmt: skip
        axes.text(x + 0.5, y + 0.5, cell.printed, ha="center", va="center", fontsize=9,
                  color=style.MARK if verdict == "differs" else style.INK,
                  fontweight="bold" if verdict == "differs" else "normal")  # fmt: skip
    axes.set_xlim(0, len(columns))
    axes.set_ylim(0, len(rows))
    axes.xaxis.tick_top()
    axes.set_xticks(np.arange(len(columns)) + 0.5, heads)
    if slanted:
        axes.set_xticklabels([_short_label(study, c)[0] for c in columns], **_SLANTED)
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows[::-1])
    axes.tick_params(length=0)
    sns.despine(ax=axes, left=True, bottom=True)
    style.legend_above(axes, [
        Patch(facecolor=c, edgecolor=style.GREY, label=verdict_label(v))
        for v, c in VERDICT_COLOURS.items() if v in set(verdicts.values())
    ], columns=4)  # fmt: skip
    alt, wrong = _audit_alt(study, own, verdicts, table)
    explained = dict.fromkeys(_short_label(study, c)[1] for c in columns)
    caption = _("Table {table} as printed; cells that can be recomputed or compared are in colour.",
                table=table)  # fmt: skip
    return Figure(
        drawing, alt, " ".join([caption, *filter(None, explained)]),
        _("This figure does not show which cell is wrong: a total that does not follow can come "
          "from any of its parts.") if wrong
        else _("This figure does not show that the table is right: a slip that leaves its sums "
               "intact is not seen."),
    )  # fmt: skip


def _cell_verdicts(own: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return the worst verdict on each cell; a percentage of a wrong total has its own."""
    worst = {v: n for n, v in enumerate(
        ("agrees", "agrees_rounded", "cannot_be_checked", "follows_wrong", "differs")
    )}  # fmt: skip
    verdicts: dict[tuple[str, str], str] = {}
    for cell in own.itertuples():
        verdict = str(cell.verdict)
        if cell.check == "percentage_of_sum":
            # What is printed may still follow from the printed total: then the total is at fault.
            if verdict != "differs":
                continue
            verdict = "follows_wrong"
        key = (str(cell.row), str(cell.column))
        if worst.get(verdict, -1) >= worst.get(verdicts.get(key, ""), -1):
            verdicts[key] = verdict
    return verdicts


def _audit_alt(
    study: Study, own: pd.DataFrame, verdicts: dict[tuple[str, str], str], table: str
) -> tuple[str, bool]:
    """Return what the grid shows, and whether anything in it does not follow."""
    bad = own[own["verdict"] == "differs"]

    def cells(*checks: str) -> tuple[int, str]:
        found = bad[bad["check"].isin(checks)].drop_duplicates(["row", "column"])
        named = [f"{c.row}/{_short_label(study, str(c.column))[0]}" for c in found.itertuples()]
        return len(found), listing(named)

    parts = []
    n, names = cells("row_total", "column_total")
    if n:
        parts.append(_("{n} total of table {table} is not the sum of its parts: {cells}.",
                       plural="{n} totals of table {table} are not the sum of their parts: "
                       "{cells}.", n=n, table=table, cells=names))  # fmt: skip
    follow = [row for (row, _column), v in verdicts.items() if v == "follows_wrong"]
    if follow:
        parts.append(_("{n} percentage follows a total that is no sum: {rows}.",
                       plural="{n} percentages follow a total that is no sum: {rows}.",
                       n=len(follow), rows=listing(follow)))  # fmt: skip
    n, names = cells("percentage")
    if n:
        parts.append(_("{n} percentage does not follow from the figures printed: {cells}.",
                       plural="{n} percentages do not follow from the figures printed: {cells}.",
                       n=n, cells=names))  # fmt: skip
    n, names = cells("same_elsewhere")
    if n:
        parts.append(_("{n} cell stands otherwise in another table: {cells}.",
                       plural="{n} cells stand otherwise in another table: {cells}.",
                       n=n, cells=names))  # fmt: skip
    if parts:
        return " ".join(parts), True
    return _("Every sum in table {table} follows from its parts.", table=table), False


def _short_label(study: Study, column: str) -> tuple[str, str]:
    """Return a column's heading without what stands in brackets, and what that says."""
    label = column_label(study, column)
    found = re.fullmatch(r"(.+?) \((.+)\)(.*)", label)
    if not found:
        return label, ""
    return found[1] + found[3], _("{word}: {meaning}.", word=found[1], meaning=found[2])


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
        "follows_wrong": _("follows a wrong total"),
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
