"""Figures on units: what they say agrees with the tables, and they can be read."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Annotation, Text

from bantar_lib import equity, load_study, size, workload
from bantar_lib.measures import lorenz
from bantar_lib.present import size_figures as figures
from bantar_lib.words import language

KOTA_BARU = "15.71.07"
DRAWN = {
    "size": lambda study, mark: figures.size(study, size(study), mark=mark),
    "lorenz": lambda study, mark: figures.lorenz(study, lorenz(study), mark=mark),
    "workload": lambda study, mark: figures.workload(study, workload(study), mark=mark),
}


@pytest.fixture(scope="module")
def study():
    return load_study("kampung_bantar")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def changed(tmp_path, study):
    """Return the bundled study with the rows of its tables that `keep` leaves."""

    def change(**tables: pd.DataFrame):
        folder = tmp_path / "changed"
        shutil.copytree(study.path, folder)
        for file in study.framework.path.parent.glob("*.yml"):
            if file != study.framework.path:
                continue
            shutil.copy(file, folder / Path(file).name)
        for name, frame in tables.items():
            frame.to_csv(folder / f"{name}.csv", index=False)
        return load_study(folder)

    return change


def texts(figure):
    return [t for t in figure.drawing.findobj(Text) if t.get_visible() and t.get_text().strip()]


def assert_readable(figure):
    figure.drawing.draw_without_rendering()
    renderer = figure.drawing.canvas.get_renderer()
    assert not [t.get_text() for t in texts(figure) if t.get_fontsize() < 9]
    whole = figure.drawing.bbox
    for legend in figure.drawing.legends:
        box = legend.get_window_extent(renderer)
        assert whole.x0 <= box.x0 and box.x1 <= whole.x1
    for axes in figure.drawing.axes:
        names = [t for t in axes.texts if isinstance(t, Annotation)]
        boxes = [Text.get_window_extent(t, renderer) for t in names]
        for (a, one), (b, two) in itertools.combinations(zip(names, boxes, strict=True), 2):
            assert not one.padded(-1).overlaps(two.padded(-1)), (a.get_text(), b.get_text())
        for name, box in zip(names, boxes, strict=True):
            assert whole.x0 <= box.x0 and box.x1 <= whole.x1 + 1, name.get_text()


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("mark", [KOTA_BARU, ""])
@pytest.mark.parametrize("name", DRAWN)
def test_bundled_figure_is_readable_and_says_its_numbers(study, name, mark, lang):
    with language(lang):
        figure = DRAWN[name](study, mark)
        assert_readable(figure)
    assert any(c.isdigit() for c in figure.alt)
    assert figure.not_shown
    first = {"id": "Gambar ini tidak menunjukkan", "en": "This figure does not show"}
    assert figure.not_shown.startswith(first[lang])
    if mark and name != "lorenz":
        assert "Kota Baru" in figure.alt


def test_size_says_and_draws_the_slope(study):
    with language("en"):
        figure = figures.size(study, size(study), mark=KOTA_BARU)
    # 2 ** 0.32, and to the power of the interval's ends
    assert "twice as many RT has about 1.2 times as many entries proposed (0.9–1.8)" in figure.alt
    assert "is 0.32 (95% interval −0.22 to 0.85)" in figure.alt
    assert "Kota Baru: 27 entries proposed, 165 RT." in figure.alt
    fixed, share, fitted = figure.drawing.axes[0].lines[:3]
    assert np.ptp(fixed.get_ydata()) == pytest.approx(0)
    for line, slope in ((share, 1), (fitted, float(size(study)["estimate"].iloc[0]))):
        x, y = (np.log(line.get_xdata()), np.log(line.get_ydata()))
        assert np.polyfit(x, y, 1)[0] == pytest.approx(slope)
    assert fixed.get_ydata()[0] == pytest.approx(321 / 11)  # the mean number proposed


def test_size_draws_none_proposed_at_the_lower_edge(study, changed):
    counts = study.counts
    of = (counts["district_id"] == "15.71.04") & (counts["stage"] == "proposed")
    counts.loc[of, "count"] = 0
    counts.loc[(counts["district_id"] == "15.71.04") & (counts["stage"] == "implemented"),
               "count"] = 0  # fmt: skip
    other = changed(counts=counts)
    with language("en"):
        figure = figures.size(other, size(other), mark="15.71.04")
        assert_readable(figure)
    assert "At the lower edge: 1 with none proposed." in figure.caption
    assert "Pasar Jambi: " in figure.alt


def test_lorenz_gini_is_that_of_equity(study):
    table = equity(study)
    own = table[(table["measure"] == "gini") & (table["weights"] == "units")]
    with language("en"):
        figure = figures.lorenz(study, lorenz(study), mark=KOTA_BARU)
    for value in own["value"]:
        assert f"{value:.2f}" in figure.alt
        assert f"{value:.2f}" in figure.caption
    legend = [t.get_text() for t in figure.drawing.axes[0].get_legend().get_texts()]
    assert "Kota Baru" in legend


def test_workload_curve_passes_through_its_table(study):
    table = workload(study, visits_per_day=[2, 4, 8])
    with language("en"):
        figure = figures.workload(study, table, mark=KOTA_BARU)
    curve = figure.drawing.axes[0].lines[10]  # after those of the ten other districts
    assert curve.get_ydata()[[0, -1]].tolist() == pytest.approx([165 / 2, 165 / 8])
    # A week begun counts: 165/2 and 165/8 rounded up; of the 19 entries of 2018, 19/2 and 19/8.
    said = [t.get_text() for t in figure.drawing.axes[0].texts]
    assert {"Kota Baru: 83", "19 entries of 2018: 10"} <= set(said)
    assert "takes 83 weeks at 2 visits per field day, 21 weeks at 8" in figure.alt
    assert "For the 19 entries of 2018 alone one round takes 3–10 weeks." in figure.alt


def test_workload_of_all_names_the_shortest_and_the_longest_round(study):
    with language("en"):
        figure = figures.workload(study, workload(study))
    assert figure.alt.startswith("Danau Teluk (44 RT")
    assert "Jelutung (233 RT" in figure.alt


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_one_district_is_drawn(study, changed, name, lang):
    districts, counts = study.districts, study.counts
    published = study.table("published")
    other = changed(
        districts=districts[districts["district_id"] == KOTA_BARU],
        counts=counts[counts["district_id"] == KOTA_BARU],
        published=published[published["district_id"].isin(["", KOTA_BARU])],
    )
    with language(lang):
        figure = DRAWN[name](other, KOTA_BARU)
        assert_readable(figure)
    assert any(c.isdigit() for c in figure.alt)


@pytest.mark.parametrize("name", DRAWN)
def test_unknown_units_are_left_out_and_all_unknown_is_said(study, changed, name):
    districts = study.districts
    districts["units"] = pd.array([pd.NA] * len(districts), dtype="Int64")
    other = changed(districts=districts)
    with language("en"):
        figure = DRAWN[name](other, KOTA_BARU)
    assert figure.alt == "No district has the counts for this figure."


@pytest.mark.parametrize("name", DRAWN)
def test_one_district_with_unknown_units_is_not_drawn(study, changed, name):
    districts = study.districts
    districts.loc[districts["district_id"] == KOTA_BARU, "units"] = pd.NA
    other = changed(districts=districts)
    with language("en"):
        figure = DRAWN[name](other, KOTA_BARU)
        assert_readable(figure)
    assert "Kota Baru" not in figure.alt


@pytest.mark.parametrize(
    ("low", "high", "steps"),
    [(34, 303, [40, 50, 70, 100, 150, 200, 300]), (1, 5000, [1, 10, 100, 1000])],
)
def test_round_steps_are_few_and_whole(low, high, steps):
    assert figures._round_steps(low, high) == steps
