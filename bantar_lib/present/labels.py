"""Names beside points, so that no name covers another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes

from bantar_lib.present import style

MOST_NAMED = 15
"""With more districts than this a figure of points names only those that a reader asks for."""

_DIRECTIONS = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]
_DISTANCES = (7, 17, 29, 43, 60, 80)
_NUDGES = [(0, 0.6), (0, -0.6), (0.3, 0), (-0.3, 0), (0.3, 0.6), (-0.3, 0.6), (0.3, -0.6),
           (-0.3, -0.6), (0, 1), (0, -1)]  # fmt: skip
_LED = 17  # from this distance a thin line leads from the name to its point
_MARGIN = 2
_SPACE = 8  # two names on one line are told apart only with this much between them

Box = tuple[float, float, float, float]


def halo() -> list[patheffects.AbstractPathEffect]:
    """Return a white edge, so that a name can be read on any ground."""
    return [patheffects.withStroke(linewidth=3, foreground="white")]


def bold_rows(axes: Axes, district_ids: Iterable[object], mark: str) -> None:
    """Set the marked district's name on the y axis in bold."""
    for label, district_id in zip(axes.get_yticklabels(), district_ids, strict=True):
        if district_id == mark:
            label.set_fontweight("bold")
            label.set_color(style.MARK)


def name_points(
    axes: Axes,
    names: Sequence[str],
    points: np.ndarray,
    *,
    bold: Sequence[bool] | None = None,
    centred: bool = False,
    lines: np.ndarray | None = None,
) -> list[str]:
    """Write each name near its point, where it covers no other name or point.

    Names are placed in the order given; one that finds no free place near its point is left out.

    Parameters
    ----------
    axes : Axes
        With its limits set: names move nothing.
    names : sequence of str
        What to write; may have several lines.
    points : ndarray, shape (len(names), 2)
        Where, in the units of the axes.
    bold : sequence of bool, optional
        Which names stand out.
    centred : bool
        Try the point itself first, as for areas, which a name may cover.
    lines : ndarray, shape (n, 2), optional
        Points along lines that a name should not lie on, where there is another place.

    Returns
    -------
    list of str
        The names that were left out.

    Examples
    --------
    >>> _drawing, axes = style.canvas(3)
    >>> name_points(axes, ["a", "b"], np.array([[0.5, 0.5], [0.5, 0.5]]))
    []
    """
    figure: Any = axes.figure
    if layout := figure.get_layout_engine():
        layout.execute(figure)  # places are measured from what this settles
    axes.apply_aspect()
    renderer = figure.canvas.get_renderer()
    per_point = figure.dpi / 72
    inside = axes.get_window_extent(renderer)
    spots = axes.transData.transform(np.asarray(points, dtype=float).reshape(-1, 2))
    taken: list[Box] = []
    if not centred:
        taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in spots]
    drawn = axes.transData.transform(lines) if lines is not None else np.empty((0, 2))
    left_out = []
    for n, (name, spot) in enumerate(zip(names, spots, strict=True)):
        strong = bool(bold is not None and bold[n])
        label = axes.annotate(
            name, tuple(axes.transData.inverted().transform(spot)), xytext=(0, 0), va="center",
            textcoords="offset points", ha="center", fontsize=9, zorder=6,
            fontweight="bold" if strong else "normal",
            color=style.MARK if strong else style.INK,
            path_effects=halo(),
            arrowprops={"arrowstyle": "-", "color": style.INK, "linewidth": 0.7, "shrinkA": 0,
                        "shrinkB": 3},
        )  # fmt: skip
        label.set_in_layout(False)
        extent = label.get_window_extent(renderer)
        own = [] if centred else [taken[n]]
        found = _free_place(
            spot, (extent.width, extent.height), [t for t in taken if t not in own],
            (inside.x0, inside.y0, inside.x1, inside.y1), per_point, centred, drawn,
        )  # fmt: skip
        if found is None:
            label.remove()
            left_out.append(name)
            continue
        (dx, dy), box, led = found
        label.set_position((dx / per_point, dy / per_point))
        if label.arrow_patch is not None:
            label.arrow_patch.set_visible(led)
        taken.append(box)
    return left_out


def _free_place(
    spot: np.ndarray,
    size: tuple[float, float],
    taken: list[Box],
    inside: Box,
    per_point: float,
    centred: bool,
    lines: np.ndarray,
) -> tuple[tuple[float, float], Box, bool] | None:
    """Return how far to move a name's middle from its point, its box, and whether to lead a line.

    A free place on a line is taken only where there is none beside it. Everything in pixels.
    """
    width, height = size
    steps = [(0.0, 0.0, 0)]
    steps = [*steps, *((x * width, y * height, 0) for x, y in _NUDGES)] if centred else []
    for distance in _DISTANCES:
        for x, y in _DIRECTIONS:
            reach = distance * per_point * (1 if 0 in (x, y) else 0.7)
            steps.append((x * (reach + width / 2), y * (reach + height / 2), distance))
    others = np.array(taken, dtype=float).reshape(-1, 4)
    second = None
    for dx, dy, distance in steps:
        x, y = spot[0] + dx, spot[1] + dy
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        fits = box[0] >= inside[0] and box[1] >= inside[1]
        if not fits or box[2] > inside[2] or box[3] > inside[3]:
            continue
        apart = (
            (others[:, 0] > box[2] + _SPACE)
            | (others[:, 2] < box[0] - _SPACE)
            | (others[:, 1] > box[3] + _MARGIN)
            | (others[:, 3] < box[1] - _MARGIN)
        )
        if not apart.all():
            continue
        place = (dx, dy), box, distance >= (1 if centred else _LED)
        across = (lines > (box[0], box[1])) & (lines < (box[2], box[3]))
        if not across.all(axis=1).any():
            return place
        second = second or place
    return second
