"""Names beside points: none covers another, none leaves the axes."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

from bantar_lib.present import style
from bantar_lib.present.labels import name_points


@pytest.fixture
def axes():
    drawing, axes = style.canvas(4)
    yield axes
    plt.close(drawing)


def boxes(axes):
    renderer = axes.figure.canvas.get_renderer()
    # Of the words alone: an annotation's own extent has its leading line in it.
    return [Text.get_window_extent(t, renderer).frozen() for t in axes.texts]


def overlaps(found):
    # A pixel's grace for rounding.
    return [
        (a, b)
        for i, a in enumerate(found)
        for b in found[:i]
        if a.padded(-1).overlaps(b.padded(-1))
    ]


def test_crowded_names_do_not_overlap_and_stay_inside(axes):
    names = [f"Kecamatan {n}" for n in range(12)]
    spots = np.column_stack([np.linspace(0.45, 0.55, 12), np.linspace(0.5, 0.52, 12)])
    left_out = name_points(axes, names, spots)
    assert len(axes.texts) == 12 - len(left_out) >= 9
    assert not overlaps(boxes(axes))
    inside = axes.get_window_extent()
    assert all(inside.x0 <= b.x0 and b.x1 <= inside.x1 for b in boxes(axes))
    assert all(inside.y0 <= b.y0 and b.y1 <= inside.y1 for b in boxes(axes))


def test_a_name_without_room_is_left_out_and_reported(axes):
    assert name_points(axes, ["x" * 200], np.array([[0.5, 0.5]])) == ["x" * 200]
    assert not axes.texts


def test_bold_name_stands_out_and_a_far_one_is_led_to_its_point(axes):
    spots = np.full((6, 2), 0.5)
    bold = [True] + [False] * 5
    assert name_points(axes, list("ABCDEF"), spots, bold=bold, centred=True) == []
    assert axes.texts[0].get_fontweight() == "bold"
    assert axes.texts[0].get_position() == (0, 0)  # an area's first name lies on it
    led = [t for t in axes.texts if t.arrow_patch.get_visible()]
    near = [t for t in axes.texts if not t.arrow_patch.get_visible()]
    assert near
    assert all(np.hypot(*t.get_position()) <= 30 for t in near)
    assert all(np.hypot(*t.get_position()) >= 5 for t in led)


def test_no_names_are_no_fault(axes):
    assert name_points(axes, [], np.empty((0, 2))) == []
