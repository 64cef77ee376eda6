"""How figures look: colours that survive colour-blindness and a black-and-white printer."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox

# Okabe and Ito (2008): distinct to readers with any common colour vision. One meaning each over
# all figures: blue what leads, vermilion what inhibits or differs, purple what is mixed, amber
# what took part, sky and green the limits adjusted by φ and τ², ink the marked district.
BLUE, VERMILION, GREEN, AMBER, PURPLE = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7"
SKY = "#56B4E9"
INK, GREY, PALE = "#222222", "#767676", "#D9D9D9"
MARK = "#000000"
HATCH = "////"
WIDTH = 5.4  # inches: under the 6.3 of an A4 page, so that letters stay large on a telephone

MOST_ROWS = 40
"""How many districts a figure lists by name; beyond, it draws an even sample and says so."""


@cache
def _theme() -> dict[str, Any]:
    return {
        "font.family": "DejaVu Sans",
        "font.size": 10,
        "axes.titlesize": 10,
        "axes.labelsize": 10,
        "xtick.labelsize": 9,
        "ytick.labelsize": 9,
        "legend.fontsize": 9,
        "legend.frameon": False,
        "hatch.linewidth": 0.6,
        "axes.edgecolor": GREY,
        "axes.labelcolor": INK,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "svg.hashsalt": "bantar",
        "text.hinting": "none",  # letters keep their shape, and draw in half the time
        "text.parse_math": False,  # a name may hold a $
    }


_LABEL = 0.25  # inches: half of a number that stands under the axes' end


class Fit(ConstrainedLayoutEngine):
    """Constrained layout, which measures one axes once where a second time changes nothing.

    Constrained layout measures everything twice, since room changes which ticks fit, and where
    that stands of which an end hangs over the right edge; it is a fifth of what a figure takes.
    """

    def execute(self, fig: Drawing) -> None:
        """Make room around the axes for their labels and for a legend above."""
        renderer = getattr(fig.canvas, "get_renderer", lambda: None)()
        if len(fig.axes) != 1 or not fig.axes[0].get_in_layout() or renderer is None:
            super().execute(fig)
            return
        for _n in range(2):
            ticks = _ticks(fig.axes[0])
            hangs_over = self._fit(fig, fig.axes[0], renderer)
            if hangs_over < _LABEL / fig.get_figwidth() and _ticks(fig.axes[0]) == ticks:
                return

    def _fit(self, fig: Drawing, axes: Axes, renderer: Any) -> float:
        """Move the axes; return what share of the width hung over their right edge before."""
        given: Any = self.get()
        wide, high = given["w_pad"] / fig.get_figwidth(), given["h_pad"] / fig.get_figheight()
        x, y, width, height = given["rect"]
        share: Any = fig.transFigure.inverted().transform_bbox
        above = sum(share(one.get_tightbbox(renderer)).height + 2 * high for one in fig.legends)
        within = axes.get_position(original=True)
        needed = share(axes.get_tightbbox(renderer, for_layout_only=True))
        box = Bbox.from_extents(
            x + wide + max(within.x0 - needed.x0, 0),
            y + high + max(within.y0 - needed.y0, 0),
            x + width - wide - max(needed.x1 - within.x1, 0),
            y + height - high - max(needed.y1 - within.y1, 0) - above,
        )
        if box.width > 0 and box.height > 0:  # else there is no room, and nothing is moved
            axes.set_position(box)
            axes.set_in_layout(True)
        return float(needed.x1 - within.x1)


def _ticks(axes: Axes) -> list[list[float]]:
    return [list(axis.get_majorticklocs()) for axis in (axes.xaxis, axes.yaxis)]


_dressed: dict[str, Any] = {}


def _dress() -> None:
    """Set the theme, unless it still is: to set it takes longer than to draw an axis."""
    if _dressed != dict(plt.rcParams):
        sns.set_theme(style="ticks", rc=_theme())
        _dressed.clear()
        _dressed.update(plt.rcParams.items())


def canvas(height: float) -> tuple[Drawing, Any]:
    """Return a new drawing of the page's width and `height` inches, and its axes."""
    _dress()
    return plt.subplots(figsize=(WIDTH, height), layout=Fit())


def row_height(rows: int, *, extra: float = 1.4) -> float:
    """Return the height in inches of a chart with one row a district."""
    return extra + 0.27 * rows


def plain_grid(axes: Axes, *, axis: str = "x") -> None:
    """Leave a light grid and no frame."""
    sns.despine(ax=axes, left=axis == "x", bottom=axis == "y")
    axes.grid(visible=True, axis=axis, color="#E6E6E6", linewidth=0.8)  # type: ignore[arg-type]
    axes.set_axisbelow(True)
    axes.tick_params(length=0)


def wrap(text: str, width: int = 34) -> str:
    """Break a label into lines of at most `width` characters; no word is broken."""
    return "\n".join(textwrap.wrap(text, width, break_long_words=False))


def point_colours(table: pd.DataFrame, mark: str) -> list[str]:
    """Return a colour for each row: that of the marked district, or of the others."""
    return [MARK if d == mark else BLUE for d in table["district_id"]]


def ink_on_blues(value: float) -> str:
    """Return the colour of writing that can be read on a shade of *Blues*, or on no shade."""
    if np.isnan(value):
        return INK
    # Relative luminance (WCAG 2, without the straight piece for near-black).
    linear = ((np.array(colormaps["Blues"](float(value))[:3]) + 0.055) / 1.055) ** 2.4
    return "white" if linear @ (0.2126, 0.7152, 0.0722) < 0.2 else INK


def legend_above(axes: Axes, handles: Sequence[Patch | Line2D], *, columns: int) -> None:
    """Put a legend above the axes, in as many of these columns as the page's width has room for."""
    figure: Any = axes.figure
    for number_of in range(columns, 0, -1):
        legend = figure.legend(handles=list(handles), loc="outside upper center", ncols=number_of,
                               columnspacing=1.2, handlelength=1.6)  # fmt: skip
        width = legend.get_window_extent(figure.canvas.get_renderer()).width
        if width <= figure.bbox.width or number_of == 1:
            return
        legend.remove()
