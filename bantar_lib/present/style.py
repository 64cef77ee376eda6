"""How figures look: colours that survive colour-blindness and a black-and-white printer."""

from __future__ import annotations

import textwrap
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

# Okabe and Ito (2008): distinct to readers with any common colour vision.
BLUE, VERMILION, GREEN, AMBER, PURPLE = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7"
INK, GREY, PALE = "#222222", "#767676", "#D9D9D9"
HATCH = "////"
WIDTH = 6.3  # inches: the text width of an A4 page

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
        "figure.constrained_layout.use": True,
        "svg.hashsalt": "bantar",
        "text.parse_math": False,  # a name may hold a $
    }


def canvas(height: float, *, columns: int = 1) -> tuple[Drawing, Any]:
    """Return a new drawing of the page's width and `height` inches, and its axes."""
    sns.set_theme(style="ticks", rc=_theme())
    return plt.subplots(1, columns, figsize=(WIDTH, height), squeeze=columns == 1)


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
    """Break a label into lines of at most `width` characters."""
    return "\n".join(textwrap.wrap(text, width))
