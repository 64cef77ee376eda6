"""The curve of new themes and the grid of criteria: their numbers, words and legibility."""

from __future__ import annotations

import csv
import re

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from matplotlib.text import Text as Written

from bantar_lib import load_study
from bantar_lib.coding.saturation import COLUMNS, saturation_curve
from bantar_lib.present import saturation_figures as figures
from bantar_lib.present.display import Text, png
from bantar_lib.study.tables import ELEMENT_STATUSES
from bantar_lib.words import LANGUAGES, language

BUNDLED = load_study("kampung_bantar")
NEW = (5, 4, 3, 3, 2, 1, 1, 0)
ENDLESS = re.compile(r"saturat|jenuh", re.IGNORECASE)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def curve(*new, orders=1, **settings):
    """Return the table of a curve in which each source brings so many new themes."""
    sources, n = [], 0
    for count in new:
        sources.append({f"t{k}" for k in range(n, n + count)})
        n += count
    rows = [
        {"order": order, "source_id": "s", **row}
        for order in range(orders + 1)
        for row in saturation_curve(sources[::-1] if order else sources, **settings)
    ]
    whole = dict.fromkeys(("order", "k", "new", "cumulative", "run_new"), "Int64")
    table = pd.DataFrame(rows).reindex(columns=list(COLUMNS))
    return table.astype({**whole, "ratio": "Float64", "reached": "boolean"})


def drawn(figure):
    """Return what is written in a figure, having held it to its size and edges."""
    figure.drawing.draw_without_rendering()
    renderer, whole = figure.drawing.canvas.get_renderer(), figure.drawing.bbox
    assert all(t.get_fontsize() >= 9 for t in figure.drawing.findobj(Written) if t.get_text())
    legends = [t for legend in figure.drawing.legends for t in legend.get_texts()]
    texts = [*figure.drawing.axes[0].texts, *legends]
    for text in texts:
        box = text.get_window_extent(renderer)
        assert whole.x0 - 1 <= box.x0 and box.x1 <= whole.x1 + 1, text.get_text()
        assert whole.y0 - 1 <= box.y0 and box.y1 <= whole.y1 + 1, text.get_text()
    return [t.get_text() for t in texts]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("new", "settings"), [(NEW, {}), ((3, 1, 0), {"base": 1, "run": 2}),
                                              ((9,) * 40, {"base": 1, "run": 1})])  # fmt: skip
def test_the_curve_marks_base_and_run_and_is_readable(lang, new, settings):
    with language(lang):
        figure = figures.saturation(BUNDLED, curve(*new, orders=3, **settings), **settings)
        written = drawn(figure)
    assert {"en": {"base", "first run"}, "id": {"dasar", "lanjutan pertama"}}[lang] <= set(written)
    assert not ENDLESS.search(" ".join([figure.alt, figure.caption, figure.not_shown, *written]))
    assert "{" not in figure.alt + figure.caption + figure.not_shown


def test_the_alt_text_says_what_the_table_says():
    with language("en"):
        figure = figures.saturation(BUNDLED, curve(*NEW))
    # 5 + 4 + 3 + 3 of 19 themes; 1 + 0 in the last two.
    assert figure.alt == (
        "19 themes in 8 sources, in the order of sampling; the first 4 sources hold 79% of them, "
        "and the last 2 sources brought 1 new ones."
    )
    with language("id"):
        assert "79%" in figures.saturation(BUNDLED, curve(*NEW)).alt


def test_lines_and_bars_are_those_of_the_table():
    table = curve(*NEW, orders=1)
    axes = figures.saturation(BUNDLED, table).drawing.axes[0]
    heights = [p.get_height() for p in axes.patches if isinstance(p, Rectangle)]
    assert heights == list(NEW)
    median, own = axes.lines
    assert own.get_ydata().tolist() == table[table["order"] == 0]["cumulative"].tolist()
    assert median.get_ydata().tolist() == table[table["order"] == 1]["cumulative"].tolist()


def test_without_random_orders_there_is_one_line():
    figure = figures.saturation(BUNDLED, curve(*NEW, orders=0))
    assert len(figure.drawing.axes[0].lines) == 1


def test_a_random_order_without_themes_at_its_start_does_not_hide_the_curve():
    table = curve(2, 1, 1, 1, 0, 0, 0, 0, orders=1)
    assert set(table.loc[table["order"] == 1, "note"]) == {"no_themes_in_base"}
    assert figures.saturation(BUNDLED, table) is not None


@pytest.mark.parametrize("new", [(1,), (1, 2, 3), (0,) * 8, (0, 0, 0, 0, 1, 1)])
def test_where_there_is_nothing_to_judge_there_is_no_figure(new):
    assert figures.saturation(BUNDLED, curve(*new)) is None


HEADS = ["element", "district_id", "element_id", "element_en", "criterion_id", "criterion_en",
         "status", "segment_ids", "note_id", "note_en"]  # fmt: skip


def with_elements(write_small, *rows):
    folder = write_small()
    with (folder / "elements.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADS, *rows])
    return load_study(folder)


ALL = [(f"e{n}", "01", "Bersih", "Clean", f"Kriteria {n}", f"Criterion {n}", status, "", "", "")
       for n, status in enumerate(ELEMENT_STATUSES)]  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_status_has_its_word_and_colour_and_a_gap_is_empty(write_small, lang):
    assert set(figures.STATUSES) == set(ELEMENT_STATUSES)
    with language(lang):
        figure = figures.elements_grid(with_elements(write_small, *ALL))
        words = [figures.status_label(s) for s in ELEMENT_STATUSES]
        written = drawn(figure)
    assert [t for t in written if t in words] == words
    boxes = [p for p in figure.drawing.axes[0].patches if isinstance(p, Rectangle)]
    assert len({to_hex(b.get_facecolor()) for b in boxes}) == 4
    assert to_hex(boxes[-1].get_facecolor()) == "#ffffff"
    assert boxes[-1].get_linestyle() == "--"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_bundled_grid_names_the_element_without_evidence_only_where_all_lack_it(lang):
    with language(lang):
        figure = figures.elements_grid(BUNDLED)
        drawn(figure)
    counts = BUNDLED.table("elements")["status"].value_counts()
    for status, n in counts.items():
        with language(lang):
            assert f"{figures.status_label(status)}: {n}" in figure.alt
    assert "Smart" not in figure.alt and "Pintar" not in figure.alt


def test_an_element_of_gaps_alone_is_named_and_our_notes_are_marked(write_small):
    study = with_elements(
        write_small, *ALL,
        ("x", "01", "Pintar", "Smart", "Belajar $x$", "Learning $x$", "no_evidence", "", "c", "n"),
    )  # fmt: skip
    with language("en"):
        figure = figures.elements_grid(study)
        assert "Learning $x$\u00a0*" in drawn(figure)
    assert figure.alt.endswith("No criterion has evidence: Smart.")
    assert "asterisk" in figure.caption


def test_districts_are_told_apart_and_a_long_list_is_cut_and_says_so(write_small):
    rows = [(f"e{d}{n}", d, "Bersih", "Clean", f"K {n}", f"C {n}", "no_evidence", "", "", "")
            for d in ("01", "02") for n in range(25)]  # fmt: skip
    with language("en"):
        figure = figures.elements_grid(with_elements(write_small, *rows))
        written = drawn(figure)
    assert {"Clean · Melati", "Clean · Kenanga"} <= set(written)
    assert "40 of 50 criteria are drawn" in figure.caption
    assert figure.alt.startswith("50 criteria")
    assert png(figure.drawing) == png(figure.drawing)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_study_without_elements_has_a_note(write_small, lang):
    with language(lang):
        note = figures.elements_grid(load_study(write_small()))
    assert isinstance(note, Text)
    assert {"en": "lists no elements", "id": "tidak memuat daftar unsur"}[lang] in note.markdown
