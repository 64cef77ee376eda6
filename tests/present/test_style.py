"""The layout of figures is matplotlib's constrained one, at half the measuring."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.layout_engine import ConstrainedLayoutEngine

from bantar_lib.present import style


def long_names(axes):
    axes.set_yticks([0, 1], ["a", "a name that takes much room"])


def slanted(axes):
    axes.set_xticks([0, 1, 2], ["a", "b", "one that hangs over the edge"], rotation=40, ha="left")
    axes.xaxis.tick_top()


def large_numbers(axes):
    axes.plot([0, 1], [0, 123456])
    axes.set_xlabel("x")


def with_legend(axes):
    handles = axes.plot([0, 1], [0, 1], label="a line")
    style.legend_above(axes, handles, columns=2)


def square(axes):
    axes.set_aspect("equal")
    axes.set_title("two\nlines")


@pytest.mark.parametrize("dress", [long_names, slanted, large_numbers, with_legend, square])
@pytest.mark.parametrize("rect", [(0, 0, 1, 1), (0, 0.3, 1, 0.7)])
def test_axes_stand_where_constrained_layout_puts_them(dress, rect):
    places = []
    for engine in (style.Fit(), ConstrainedLayoutEngine()):
        drawing, axes = style.canvas(3)
        drawing.set_layout_engine(engine)
        engine.set(rect=rect)
        dress(axes)
        engine.execute(drawing)
        places.append(axes.get_position().extents)
        inside = axes.get_tightbbox(drawing.canvas.get_renderer())
        assert inside.x0 >= 0 and inside.x1 <= drawing.bbox.x1
        plt.close(drawing)
    assert np.abs(places[0] - places[1]).max() < 0.005


def test_a_figure_of_several_axes_is_constrained_layouts_own():
    places = []
    for engine in (style.Fit(), ConstrainedLayoutEngine()):
        drawing, axes = plt.subplots(1, 2, layout=engine)
        axes[0].set_ylabel("y")
        engine.execute(drawing)
        places.append([a.get_position().extents for a in axes])
        plt.close(drawing)
    assert np.array_equal(*places)


def test_where_there_is_no_room_nothing_is_moved():
    drawing, axes = style.canvas(0.2)
    axes.set_xlabel("x")
    before = axes.get_position().extents
    style.Fit().execute(drawing)
    assert np.array_equal(axes.get_position().extents, before)
    plt.close(drawing)
