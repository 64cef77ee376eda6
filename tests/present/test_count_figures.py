"""Figures of counts: what they say agrees with the tables, and nothing unknown looks like a number.

Expected numbers are reckoned by hand from tables 1.1 and 1.2 of the bundled study's source.
"""

from __future__ import annotations

import re
import shutil

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.colors import to_hex, to_rgba
from matplotlib.text import Text

from bantar_lib import execution, load_study, reach
from bantar_lib.present import count_figures as figures
from bantar_lib.present import style
from bantar_lib.present.rate_figures import rates as rates_figure
from bantar_lib.present.sentences import district_lead
from bantar_lib.words import language

KOTA_BARU = "15.71.07"
DRAWN = {
    "rates": lambda study, mark: rates_figure(study, execution(study), mark=mark),
    "reach_bounds": lambda study, mark: figures.reach_bounds(study, reach(study), mark=mark),
    "reach_scenarios": lambda study, _mark: figures.reach_scenarios(study, reach(study), KOTA_BARU),
    "entries": lambda study, _mark: figures.entries(study, KOTA_BARU),
    "heatmap": lambda study, mark: figures.heatmap(study, mark=mark),
}


@pytest.fixture(scope="module")
def study():
    return load_study("kampung_bantar")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("name", DRAWN)
def test_figure_fits_a_telephone_and_says_what_it_does_not_show(study, name, lang):
    with language(lang):
        figure = DRAWN[name](study, KOTA_BARU)
        figure.drawing.draw_without_rendering()
        renderer = figure.drawing.canvas.get_renderer()
    first = {"id": "Gambar ini tidak menunjukkan", "en": "This figure does not show"}
    assert figure.not_shown.startswith(first[lang])
    assert figure.drawing.get_size_inches()[0] == style.WIDTH < 6
    box = figure.drawing.get_tightbbox(renderer)  # inches
    assert box.x0 > -0.01 and box.x1 < style.WIDTH + 0.01
    texts = [t for t in figure.drawing.findobj(Text) if t.get_text().strip()]
    assert min(t.get_fontsize() for t in texts) >= 9


def test_the_marked_district_is_told_by_ink_and_comes_first(study):
    with language("en"):
        figure = rates_figure(study, execution(study), mark=KOTA_BARU)
    assert figure.alt.startswith(
        "Kota Baru: 20 of 27 entries proposed were implemented (74%; Wilson's 95% interval 55% to "
        "87%); pooled value 73% (56% to 87%)."
    )
    label = next(t for t in figure.drawing.axes[0].get_yticklabels() if t.get_text() == "Kota Baru")
    assert label.get_fontweight() == "bold"
    drawn = {to_hex(c) for s in figure.drawing.axes[0].collections for c in s.get_facecolor()}
    assert style.MARK in drawn
    assert style.VERMILION.lower() not in drawn
    assert "one RT may be among them in each year" in figure.caption


def test_one_year_is_not_said_to_be_added_up(study):
    with language("en"):
        figure = rates_figure(study, execution(study, years=[2015]))
    assert "added up" not in figure.caption


def test_printed_shares_above_the_upper_bound_are_counted(study):
    table = reach(study)
    wide = table[table["district_id"] != ""].pivot(
        index="district_id", columns="scenario", values="share"
    )
    above = int((wide["as_printed"] > wide["upper_bound"]).sum())
    with language("en"):
        figure = figures.reach_bounds(study, table, mark=KOTA_BARU)
    said = f"In {above} of 11 districts the share that the source prints lies above the upper bound"
    assert said in figure.alt
    assert said in figure.caption
    assert figure.alt.startswith("Kota Baru: reach lies between 7% and 33%. The source prints 37%.")


def test_reach_lies_between_its_bounds_and_a_printed_total_outside_is_said(study):
    table = reach(study)
    with language("en"):
        alt = figures.reach_scenarios(study, table, KOTA_BARU).alt
        # 11/165, (20 + 34)/165 and 61/165.
        assert "between the lower bound of 7% and the upper bound of 33%" in alt
        assert "the total that the source prints (37%) lies above them" in alt
        printed = (table["district_id"] == KOTA_BARU) & (table["scenario"] == "as_printed")
        for share, words in ((0.2, None), (0.01, "(1%) lies below them")):
            other = table.assign(share=table["share"].mask(printed, share))
            alt = figures.reach_scenarios(study, other, KOTA_BARU).alt
            assert words in alt if words else "prints" not in alt
        some = table[table["scenario"] != "upper_bound"]
        assert "lies anywhere between 7% and 37%" in figures.reach_scenarios(
            study, some, KOTA_BARU
        ).alt  # fmt: skip


def test_an_unknown_count_has_no_height(study):
    with language("en"):
        figure = figures.entries(study, KOTA_BARU)
    axes = figure.drawing.axes[0]
    marks = [t for t in axes.texts if t.get_text() == "?"]
    assert len(marks) == 4  # proposed and implemented, of 2017 and of 2018
    assert all(t.xy[1] == 0 for t in marks)
    assert sorted(p.get_height() for p in axes.patches if p.get_height()) == [
        9, 11, 12, 12, 15, 15, 15, 19,
    ]  # fmt: skip
    assert axes.get_ylabel() == "entries"


def test_heatmap_is_shaded_by_rate_and_gives_each_year_s(study):
    with language("en"):
        figure = figures.heatmap(study, mark=KOTA_BARU)
    axes, bar = figure.drawing.axes
    assert "66% in 2015 (109 of 165) and 56% in 2016 (88 of 156)" in figure.alt
    assert "Not known for 2017 and 2018" in figure.alt
    assert bar.get_ylabel() == "execution rate"
    shade = axes.collections[0].get_array()
    named = [t.get_text() for t in axes.get_yticklabels()]
    assert shade[named.index("Kota Baru")].tolist()[:2] == pytest.approx([9 / 12, 11 / 15])
    assert shade.mask[:, 2:].all()
    unknown = next(t for t in axes.texts if t.get_text() == "19 ?")
    assert to_rgba(unknown.get_color()) == to_rgba(style.INK)


def test_more_implemented_than_proposed_is_not_hidden(study, monkeypatch):
    counts = study.counts
    own = (counts["district_id"] == KOTA_BARU) & (counts["year"] == 2015)
    counts.loc[own & (counts["stage"] == "proposed"), "count"] = 0
    monkeypatch.setattr(type(study), "counts", property(lambda _self: counts.copy()))
    with language("en"):
        figure = figures.heatmap(study)
    said = [t.get_text() for t in figure.drawing.axes[0].texts]
    assert "12 ?" in said  # none proposed gives no rate; what was recorded stays
    assert pd.notna(figure.alt)


def table(*counts):
    rows = [
        {"district_id": f"d{n}", "district": f"D{n}", "proposed": asked, "implemented": done}
        for n, (asked, done) in enumerate(counts)
    ]
    return execution(pd.DataFrame(rows).astype({"proposed": "Int64", "implemented": "Int64"}))


def test_each_mark_has_its_own_interval(study):
    rates = execution(study)
    with language("en"):
        figure = rates_figure(study, rates, mark=KOTA_BARU)
    axes = figure.drawing.axes[0]
    lines = [c.get_segments() for c in axes.collections if hasattr(c, "get_segments")]
    own, pooled = ([sorted(s[:, 0]) for s in group] for group in lines)
    ordered = rates.sort_values("pooled", kind="stable")
    assert own == ordered[["low", "high"]].astype(float).to_numpy().tolist()
    assert pooled == ordered[["pooled_low", "pooled_high"]].astype(float).to_numpy().tolist()
    legend = [t.get_text() for t in figure.drawing.legends[0].get_texts()]
    assert "pooled value, with its 95% interval" in legend
    assert "as counted, with Wilson's 95% interval" in legend


@pytest.mark.parametrize(
    ("counts", "en", "id_"),
    [
        ([(30, 20)], "no other district to read it together", "Tidak ada kecamatan lain"),
        ([(30, 20)] * 3, "A spread beyond chance cannot be made out", "di luar kebetulan"),
        ([(40, 10), (40, 30), (40, 39)], "With 3 districts it is hardly known", "Dengan 3 kec"),
        ([(40, 10), (40, 30)] * 4, None, None),
    ],
)
def test_rates_say_where_little_is_known_of_the_spread(study, counts, en, id_):
    spoken = {"en": "hardly known|no other|beyond chance", "id": "hampir tidak|kebetulan"}
    for lang, words in (("en", en), ("id", id_)):
        with language(lang):
            caption = rates_figure(study, table(*counts)).caption
        if words:
            assert words in caption
        else:
            assert not re.search(spoken[lang], caption)


def test_a_year_that_lacks_its_first_stage_is_said_with_what_is_known(study, tmp_path):
    folder = tmp_path / "s"
    shutil.copytree(study.path, folder)
    counts = study.table("counts")
    of = (counts["year"] == 2016) & (counts["stage"] == "proposed")
    own = of & (counts["district_id"] == KOTA_BARU)
    counts.assign(count=counts["count"].mask(own)).to_csv(folder / "counts.csv", index=False)
    some = load_study(folder)
    counts.assign(count=counts["count"].mask(of)).to_csv(folder / "counts.csv", index=False)
    every = load_study(folder)
    for lang, one, all_, places in (
        ("en", "For 2016 the number proposed is not known; 11 entries implemented.",
         "For 2016 the number proposed is not known; 88 entries implemented.", "of 10 districts)"),
        ("id", "Untuk 2016 jumlah yang diusulkan tidak diketahui; 11 entri terlaksana.",
         "Untuk 2016 jumlah yang diusulkan tidak diketahui; 88 entri terlaksana.",
         "dari 10 kecamatan)"),
    ):  # fmt: skip
        with language(lang):
            alt = figures.entries(some, KOTA_BARU).alt
            assert one in alt and alt.count("2016") == 3  # not again among the years not known
            assert places in figures.heatmap(some).alt
            assert all_ in figures.heatmap(every).alt
            assert one in district_lead(some, KOTA_BARU, execution(some), reach(some)).markdown
