"""Maps: the right place, the right shade, hatched where unknown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.text import Text

from bantar_lib import execution, load_study, reach
from bantar_lib.errors import UserError
from bantar_lib.present import map_figures as figures
from bantar_lib.present import style
from bantar_lib.words import language

KOTA_BARU = "15.71.07"
SHARED = Path(__file__).parents[2] / "../shared/data/jambi_kecamatan_dissolved.geojson"


@pytest.fixture(scope="module")
def study():
    return load_study("kampung_bantar")


@pytest.fixture(scope="module")
def rates(study):
    return execution(study)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def with_outlines(tmp_path, study):
    """Return the bundled study with these outlines, made of features or copied from a file."""

    def make(features):
        folder = tmp_path / "mapped"
        shutil.copytree(study.path, folder)
        shutil.copy(study.framework.path, folder)
        file = folder / figures.OUTLINES
        if isinstance(features, list):
            file.write_text(json.dumps({"type": "FeatureCollection", "features": features}),
                            encoding="utf-8")  # fmt: skip
        elif isinstance(features, str):
            file.write_text(features, encoding="utf-8")
        else:
            shutil.copy(features, file)
        return load_study(folder)

    return make


def square(west, south, size=1.0):
    return [[west, south], [west + size, south], [west + size, south + size],
            [west, south + size], [west, south]]  # fmt: skip


def feature(code, *rings, key="district_id", kind="Polygon"):
    coordinates = list(rings) if kind == "Polygon" else [[r] for r in rings]
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {key: code}, "geometry": geometry}


def words(figure):
    return [t for t in figure.drawing.findobj(Text) if t.get_visible() and t.get_text().strip()]


@pytest.mark.parametrize("lang", ["id", "en"])
def test_tiles_name_every_district_with_its_value(study, rates, lang):
    with language(lang):
        figure = figures.place(study, rates, mark=KOTA_BARU)
        figure.drawing.draw_without_rendering()
    said = [t.get_text() for t in words(figure)]
    assert set(rates["district"]) <= set(said)
    assert said.count("73%") == 1
    assert "37% (Danau Sipin)" in figure.alt
    assert "91% (Danau Teluk)" in figure.alt
    assert "Kota Baru: 73%." in figure.alt
    assert "2015–2016" in figure.caption
    assert not [t for t in words(figure) if t.get_fontsize() < 9]
    assert ("kecamatan" in figure.caption) is (lang == "id")


def test_words_stay_in_their_tiles(study, rates):
    with language("id"):
        figure = figures.tile_map(study, rates)
        figure.drawing.draw_without_rendering()
    axes = figure.drawing.axes[0]
    renderer = figure.drawing.canvas.get_renderer()
    for text in axes.texts:
        box = text.get_window_extent(renderer).transformed(axes.transData.inverted())
        assert int(box.x0) == int(box.x1), text.get_text()
        assert int(box.y0) == int(box.y1), text.get_text()


def test_tiles_of_reach_show_the_upper_bound(study):
    table = reach(study)
    own = table[(table["district_id"] == KOTA_BARU) & (table["scenario"] == "upper_bound")]
    with language("en"):
        figure = figures.tile_map(study, table, mark=KOTA_BARU)
    assert f"Kota Baru: {100 * float(own['share'].iloc[0]):.0f}%." in figure.alt
    assert figure.alt.startswith("Upper bound of reach")


def test_unknown_tile_is_hatched_and_never_zero(study, rates):
    rates = rates.copy()
    rates.loc[rates["district_id"] == KOTA_BARU, "pooled"] = pd.NA
    with language("en"):
        figure = figures.tile_map(study, rates, mark=KOTA_BARU)
    axes = figure.drawing.axes[0]
    assert [p.get_hatch() for p in axes.patches].count("////") == 1
    assert "?" in [t.get_text() for t in axes.texts]
    assert "0%" not in [t.get_text() for t in axes.texts]
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["unknown"]
    assert "over 10 of 11 districts; 1 unknown." in figure.alt
    assert "Kota Baru: " not in figure.alt


def test_all_unknown_is_said(study, rates):
    blank = rates.assign(pooled=pd.array([pd.NA] * len(rates), dtype="Float64"))
    with language("en"):
        assert figures.tile_map(study, blank).alt == "No district has a known value."


def test_narrow_tiles_drop_names_before_values():
    assert figures._tile_texts("Kota Baru", 0.5, 1.8) == [
        ("Kota Baru", 0.36, "normal"),
        ("50%", 0.72, "bold"),
    ]
    with language("en"):
        assert figures._tile_texts("Kota Baru", 0.5, 0.4) == [("50%", 0.5, "bold")]
        assert figures._tile_texts("Kota Baru", 0.5, 0.2) == []


def test_writing_contrasts_with_its_ground():
    assert style.ink_on_blues(0.95) == "white"
    assert style.ink_on_blues(0.1) == style.ink_on_blues(float("nan")) != "white"


def test_no_place_no_map(study, rates, tmp_path):
    folder = tmp_path / "nowhere"
    shutil.copytree(study.path, folder)
    shutil.copy(study.framework.path, folder)
    districts = study.districts.drop(columns=["tile_row", "tile_column"])
    districts.to_csv(folder / "districts.csv", index=False)
    assert figures.place(load_study(folder), rates) is None


def test_a_district_without_a_tile_is_named_in_the_caption(study, rates, tmp_path):
    folder = tmp_path / "some"
    shutil.copytree(study.path, folder)
    shutil.copy(study.framework.path, folder)
    districts = study.districts
    districts.loc[districts["district_id"] == KOTA_BARU, "tile_row"] = pd.NA
    districts.to_csv(folder / "districts.csv", index=False)
    with language("en"):
        figure = figures.place(load_study(folder), rates)
    assert "Not on the map, for want of a place: Kota Baru." in figure.caption


def test_outlines_by_either_property_with_holes_and_islands(with_outlines, rates):
    hole = square(103.4, -1.6, 0.2)
    study = with_outlines([
        feature(KOTA_BARU, square(103, -2), hole),  # both run against the clock
        feature("15.71.01", square(105, -2)[::-1], square(107, -2), key="kode",
                kind="MultiPolygon"),
        feature("99.99", square(109, -2)),
    ])  # fmt: skip
    with language("en"):
        figure = figures.place(study, rates, mark=KOTA_BARU)
        figure.drawing.draw_without_rendering()
    axes = figure.drawing.axes[0]
    drawn = [p for c in axes.collections if isinstance(c, PathCollection) for p in c.get_paths()]
    assert len(drawn) == 3  # two districts, and the edge of the marked one
    outlines = figures.read_outlines(study.path / figures.OUTLINES)
    # A hole is empty where the rings' turns cancel out (non-zero winding).
    turns = {c: area(p) for c, p in outlines.items()}
    assert turns[KOTA_BARU] == pytest.approx(1 - 0.04)
    assert turns["15.71.01"] == pytest.approx(2)
    assert axes.get_aspect() == pytest.approx(1 / np.cos(np.radians(1.5)))
    assert "Not on the map: 9 districts without a place." in figure.caption
    assert "Kota Baru\n73%" in [t.get_text() for t in axes.texts]


def area(path):
    """Return the area inside, holes taken off, by the shoelace formula over all rings."""
    x, y = path.vertices.T
    inner = path.codes[1:] != path.MOVETO
    return float((x[:-1] * y[1:] - x[1:] * y[:-1])[inner].sum() / 2)


def test_a_label_lies_inside_even_of_a_crescent():
    ring = np.array([[0, 0], [5, 0], [5, 5], [0, 5], [0, 4], [4, 4], [4, 1], [0, 1], [0, 0]], float)
    outline = figures._outline([ring])
    assert outline.contains_point(figures.label_point(outline))


@pytest.mark.parametrize(
    ("features", "words"),
    [
        ("not json", "this is no GeoJSON of polygons"),
        ('{"type": "Polygon"}', "this is no GeoJSON of polygons"),
        ('{"features": [{"properties": {"kode": "15.71.01"}, '
         '"geometry": {"type": "Polygon", "coordinates": [[[1, "x"]]]}}]}', "no GeoJSON"),
        ([feature("99.99", square(1, 1))], "no feature has the code of a district"),
        ([feature("15.71.01", square(300000, 9800000))], "save it in WGS 84"),
    ],
)  # fmt: skip
def test_outlines_that_will_not_do_are_refused_with_a_remedy(with_outlines, rates, features, words):
    with language("en"), pytest.raises(UserError, match=words) as raised:
        figures.outline_map(with_outlines(features), rates)
    assert figures.OUTLINES in str(raised.value)


def test_features_without_code_or_area_are_left_out(tmp_path):
    file = tmp_path / "some.geojson"
    point = {"type": "Feature", "properties": {"kode": "b"},
             "geometry": {"type": "Point", "coordinates": [1, 2]}}  # fmt: skip
    nothing = {"type": "Feature", "properties": None, "geometry": None}
    features = [feature("a", square(0, 0)), point, nothing]
    file.write_text(json.dumps({"features": features}), encoding="utf-8")
    assert list(figures.read_outlines(file)) == ["a"]


@pytest.mark.skipif(not SHARED.is_file(), reason="the outlines of Jambi are not in this checkout")
@pytest.mark.parametrize("lang", ["id", "en"])
def test_real_outlines_name_all_districts_without_overlap(with_outlines, rates, lang):
    study = with_outlines(SHARED)
    rates = rates.copy()
    rates.loc[rates["district"] == "Jambi Timur", "pooled"] = pd.NA
    with language(lang):
        figure = figures.place(study, rates, mark=KOTA_BARU)
        figure.drawing.draw_without_rendering()
    axes = figure.drawing.axes[0]
    renderer = figure.drawing.canvas.get_renderer()
    named = [t.get_text() for t in axes.texts]
    assert {n.split("\n")[0] for n in named} == set(rates["district"])
    assert "Jambi Timur\n?" in named
    boxes = [Text.get_window_extent(t, renderer).padded(-1).frozen() for t in axes.texts]
    assert not [(i, j) for i, a in enumerate(boxes) for j in range(i) if a.overlaps(boxes[j])]
    assert not [t for t in words(figure) if t.get_fontsize() < 9]
    hatched = [c for c in axes.collections if c.get_hatch()]
    assert [len(c.get_paths()) for c in hatched] == [1]
