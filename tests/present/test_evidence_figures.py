"""Figures of evidence and of the audit: gaps show, and what they count agrees with the tables."""

from __future__ import annotations

import itertools

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from bantar_lib import audit_tables, load_study
from bantar_lib.coding import evidence, rate_indicators
from bantar_lib.present import evidence_figures as figures
from bantar_lib.words import language

KOTA_BARU = "15.71.07"


@pytest.fixture(scope="module")
def study():
    return load_study("kampung_bantar")


@pytest.fixture(scope="module")
def audit(study):
    return audit_tables(study)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def overlapping(figure):
    """Return the pairs of column heads that run into each other."""
    figure.drawing.draw_without_rendering()
    heads = [t for t in figure.drawing.axes[0].get_xticklabels() if t.get_text()]
    if any(t.get_rotation() for t in heads):  # slanted heads stand clear of each other
        return []
    renderer = figure.drawing.canvas.get_renderer()
    boxes = [t.get_window_extent(renderer) for t in heads]
    return [i for i, (a, b) in enumerate(itertools.pairwise(boxes)) if a.x1 > b.x0]


@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_kind_of_source_has_a_column(study, lang):
    with language(lang):
        figure = figures.evidence_sources(study, KOTA_BARU)
        assert not overlapping(figure)
    axes = figure.drawing.axes[0]
    assert len([t for t in axes.get_xticklabels() if t.get_text()]) == 5
    texts = [t.get_text() for t in axes.texts]
    assert len(texts) == 9 * 5


def test_sources_count_what_the_bars_count(study):
    with language("en"):
        figure = figures.evidence_sources(study, KOTA_BARU)
    shown = sum(int(t.get_text()) for t in figure.drawing.axes[0].texts if t.get_text() != "–")
    rated = rate_indicators(study, KOTA_BARU, by="datum")
    assert shown == rated[["supports", "mixed", "inhibits"]].to_numpy().sum()
    assert shown < len(evidence(study, KOTA_BARU))  # efforts and recommendations are not rated
    assert "No data from: document and interview." in figure.alt
    assert "Of 9 indicators, 5 rest on the author's own statements alone." in figure.alt


@pytest.mark.parametrize(
    ("source", "en", "id"),
    [
        ("note", "1 rest on the author's own statements alone and 8 on nothing.",
         "1 hanya bertumpu pada pernyataan penulis dan 8 belum ada buktinya."),
        ("talk", "Of 9 indicators, 8 rest on nothing.", "Dari 9 indikator, 8 belum ada buktinya."),
    ],
)  # fmt: skip
def test_of_indicators_that_there_are_none_of_nothing_is_said(write_small, source, en, id):
    study = load_study(write_small(evidence=[("01", source, "content.site", "supports")]))
    for lang, said in (("en", en), ("id", id)):
        with language(lang):
            assert figures.evidence_sources(study, "01").alt.endswith(said)


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("table", ["1.1", "1.2"])
def test_heads_of_a_published_table_do_not_run_together(study, audit, table, lang):
    with language(lang):
        figure = figures.audit_grid(study, audit, table)
        assert not overlapping(figure)
    assert all(t.get_fontsize() >= 9 for t in figure.drawing.findobj(Text) if t.get_text())


def test_wrong_totals_and_what_follows_them_are_told_apart(study, audit):
    with language("en"):
        figure = figures.audit_grid(study, audit, "1.2")
    # By hand: seven totals of table 1.2 are not the sum of their years, and five percentages are
    # those of such totals.
    assert figure.alt.startswith("7 totals of table 1.2 are not the sum of their parts: ")
    assert "5 percentages follow a total that is no sum: Pelayangan, Danau Teluk," in figure.alt
    colours = [to_hex(p.get_facecolor()).upper() for p in figure.drawing.axes[0].patches]
    assert colours.count(figures.VERDICT_COLOURS["differs"]) == 7
    assert colours.count(figures.VERDICT_COLOURS["follows_wrong"]) == 5
    # The numbers of units agree with table 1.1: 12 cells in the colour of agreement, at least.
    assert colours.count(figures.VERDICT_COLOURS["agrees"]) >= 12
    legend = [t.get_text() for t in figure.drawing.legends[0].get_texts()]
    assert "follows a wrong total" in legend
    assert "“took part”: stage not stated." in figure.caption


def test_a_table_that_adds_up_is_not_called_right(study, audit):
    with language("en"):
        figure = figures.audit_grid(study, audit, "1.1")
    assert figure.alt == "Every sum in table 1.1 follows from its parts."
    assert "does not show that the table is right" in figure.not_shown


def test_other_faults_are_named(study, audit):
    rows = audit["table"] == "1.2"
    own = audit.assign(verdict=audit["verdict"].mask(
        rows & audit["check"].isin(["percentage", "same_elsewhere"]) & (audit["row"] == "Jelutung"),
        "differs",
    ))  # fmt: skip
    with language("en"):
        alt = figures.audit_grid(study, own, "1.2").alt
    assert "1 percentage does not follow from the figures printed: Jelutung/percent." in alt
    assert "1 cell stands otherwise in another table: Jelutung/number of RT." in alt
    assert "4 percentages follow a total" in alt
