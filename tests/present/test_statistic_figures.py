"""Figures of rates: what they say agrees with the tables, and they can be read."""

from __future__ import annotations

import itertools

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.text import Annotation, Text

from bantar_lib import execution, load_study
from bantar_lib.measures import detectability, funnel, heterogeneity
from bantar_lib.present import statistic_figures as figures
from bantar_lib.present.statistic_figures import chance_text
from bantar_lib.words import language, percent

KOTA_BARU = "15.71.07"
DRAWN = [figures.funnel, figures.rank_intervals, figures.detectability]


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


def table(*counts):
    """Return the execution table of districts with these numbers proposed and implemented."""
    rows = [
        {"district_id": f"d{n}", "district": f"D{n}", "proposed": asked, "implemented": done}
        for n, (asked, done) in enumerate(counts)
    ]
    frame = pd.DataFrame(rows).astype({"proposed": "Int64", "implemented": "Int64"})
    return execution(frame)


def texts(figure):
    return [t for t in figure.drawing.findobj(Text) if t.get_visible() and t.get_text().strip()]


def assert_readable(figure):
    figure.drawing.draw_without_rendering()
    renderer = figure.drawing.canvas.get_renderer()
    small = [(t.get_text(), t.get_fontsize()) for t in texts(figure) if t.get_fontsize() < 9]
    assert not small
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
            assert whole.x0 <= box.x0 and box.x1 <= whole.x1, name.get_text()
            assert whole.y0 <= box.y0 and box.y1 <= whole.y1, name.get_text()
        labels = [t for t in axes.get_yticklabels() if t.get_text()]
        assert all(t.get_window_extent(renderer).x0 >= whole.x0 - 1 for t in labels)


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("draw", DRAWN)
def test_bundled_figure_is_readable_and_says_its_numbers(study, rates, draw, lang):
    with language(lang):
        figure = draw(study, rates, mark=KOTA_BARU)
        assert_readable(figure)
    assert "11" in figure.alt
    assert "Kota Baru" in figure.alt
    assert "2015–2016" in figure.caption
    assert figure.not_shown
    assert ("kecamatan" in figure.alt) is (lang == "id")
    assert ("district" in figure.alt) is (lang == "en")


def test_all_eleven_districts_are_named(study, rates):
    with language("en"):
        named = {t.get_text() for t in figures.funnel(study, rates).drawing.axes[0].texts}
    assert named == set(rates["district"])


def test_funnel_counts_its_flags(study, rates):
    flags = funnel(rates)["flag_95"].value_counts()
    with language("en"):
        figure = figures.funnel(study, rates, mark="15.71.10")
    assert f"{flags['inside']} lie inside the naive" in figure.alt
    assert f"{flags['outside_naive_inside_adjusted']} outside these but inside" in figure.alt
    assert (
        "Danau Sipin: 31% of 29 entries, outside naive limits, inside overdispersion-" in figure.alt
    )
    assert "43%" in figure.not_shown  # 1 − 0.95 ** 11
    # Pearson's χ² over its degrees of freedom, and after the z were drawn in.
    assert "φ = 3.7" in figure.caption
    assert "smaller than the dispersion of 4.9" in figure.caption
    assert "divided by the number of districts (11), not by one less" in figure.caption
    sd = 100 * float(heterogeneity(rates)["tau2"].iloc[0]) ** 0.5
    assert f"Without the drawing in, τ would be {sd:.1f} points" in figure.caption


def test_a_dispersion_under_one_is_said_to_be_limited(study):
    for lang, words in (("en", "φ is limited to at least 1."), ("id", "Nilai φ dibatasi")):
        with language(lang):
            caption = figures.funnel(study, table((20, 10), (20, 11), (20, 10))).caption
        assert words in caption
        assert "two reasons" not in caption and "dua hal" not in caption


def test_funnel_draws_no_limits_where_nothing_varies(study):
    with language("en"):
        figure = figures.funnel(study, table((5, 5), (7, 7)), mark="d0")
    assert "leaves no room for limits" in figure.alt
    assert "D0: 100% of 5 entries, no limits: nothing varies." in figure.alt
    assert_readable(figure)


def test_rank_intervals_stand_in_alphabetical_order(study, rates):
    with language("en"):
        figure = figures.rank_intervals(study, rates, mark=KOTA_BARU)
    axes = figure.drawing.axes[0]
    named = [t.get_text() for t in axes.get_yticklabels()]
    assert named == sorted(rates["district"])
    marked = axes.get_yticklabels()[named.index("Kota Baru")]
    assert marked.get_fontweight() == "bold"
    own = rates.set_index("district").loc["Kota Baru"]
    bar = axes.patches[named.index("Kota Baru")]
    assert bar.get_x() == own["rank_low"] - 0.5
    assert bar.get_x() + bar.get_width() == own["rank_high"] + 0.5
    assert f"Kota Baru: between {own['rank_low']} and {own['rank_high']}." in figure.alt
    assert "league table" in figure.not_shown


def test_detectability_bar_ends_where_a_rate_could_be_shown(study, rates):
    with language("en"):
        figure = figures.detectability(study, rates, mark=KOTA_BARU)
    known = detectability(rates).set_index("district")
    near = ~((rates.set_index("district")["rate"] <= known["detectable_below"])
             | (rates.set_index("district")["rate"] >= known["detectable_above"]))  # fmt: skip
    assert f"{near.sum()} have a rate too near" in figure.alt
    axes = figure.drawing.axes[0]
    named = [t.get_text().split(" (")[0] for t in axes.get_yticklabels()]
    bar = axes.patches[named.index("Kota Baru")]
    assert bar.get_x() == pytest.approx(known.loc["Kota Baru", "detectable_below"])
    assert "Kota Baru differs by 12.7 points." in figure.alt


@pytest.mark.parametrize("draw", DRAWN)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_one_district_or_unknown_counts_are_drawn(study, draw, lang):
    with language(lang):
        for counts in ([(10, 4)], [(10, 4), (8, None), (None, None), (0, 0)], [(3, 2), (2, 3)]):
            figure = draw(study, table(*counts), mark="d0")
            assert_readable(figure)
            assert "D0" in figure.alt


@pytest.mark.parametrize("draw", DRAWN)
def test_without_any_rate_the_figure_says_so(study, draw):
    with language("en"):
        figure = draw(study, table((4, None), (None, None)))
        assert figure.alt == "No district has the counts for this figure."
        assert [t.get_text() for t in texts(figure)] == [figure.alt]


@pytest.mark.parametrize("draw", DRAWN)
def test_many_districts_stay_legible(study, draw):
    counts = [(5 + n % 40, (n * 7919) % (5 + n % 40)) for n in range(900)]
    rates = table(*counts)
    with language("en"):
        figure = draw(study, rates, mark="d77")
        assert_readable(figure)
    assert figure.drawing.get_size_inches()[1] < 14
    assert "D77" in figure.alt
    said = [t.get_text() for t in texts(figure)]
    assert any(text.startswith("D77") for text in said)
    assert len(said) < 80
    if draw is figures.funnel:
        assert [t.get_text() for t in figure.drawing.axes[0].texts] == ["D77"]
    else:
        assert "900" in figure.caption


def test_of_some_dozens_the_funnel_names_those_outside_the_naive_limits(study):
    rates = table(*[(40, 20 + n % 5) for n in range(40)], (40, 1), (40, 39))
    with language("en"):
        figure = figures.funnel(study, rates, mark="d3")
        assert_readable(figure)
    assert {t.get_text() for t in figure.drawing.axes[0].texts} == {"D3", "D40", "D41"}


def test_a_chance_is_never_written_as_certain():
    with language("id"):
        assert chance_text(0.9999) == "lebih dari " + percent(0.99)
        assert chance_text(0.43) == "43%"
        assert chance_text(0.0004) == "kurang dari 1%"


def test_rank_intervals_that_all_span_everything_are_said_once(write_small):
    counts = [
        (district, year, stage, count)
        for district, done in (("01", 8), ("02", 9), ("03", 10))
        for year in (2020, 2021)
        for stage, count in (("proposed", 12), ("implemented", done))
    ]
    study = load_study(write_small(counts=counts))
    with language("en"):
        alt = figures.rank_intervals(study, execution(study)).alt
    assert "holds every rank from 1 to 3" in alt
    assert "places wide" not in alt
