"""The explorer follows its controls, and its notebook can be read without a kernel."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

import nbformat
import pytest

from bantar_lib import load_study
from bantar_lib.batch.plan import one_language, read_notebook
from bantar_lib.errors import UserError
from bantar_lib.places import shared_folder
from bantar_lib.present.display import Figure, Text
from bantar_lib.words import language

pytest.importorskip("ipywidgets", reason="the extra [lab] is not installed")
pytest.importorskip("itables", reason="the extra [lab] is not installed")

from bantar_lib.lab.explore import WIDGET_MIME, Explorer

EVIL = "<img src=x onerror=alert(1)>"
MOST_BYTES = 400_000


@pytest.fixture
def look():
    return Explorer(load_study("kampung_bantar"), "Kota Baru")


@pytest.fixture
def shown(look, monkeypatch):
    """Let the explorer show itself; return what stands in the cell now, by place."""
    held: dict[str, tuple[dict, dict]] = {}

    class Handle:
        def __init__(self, name):
            self.name = name

        def update(self, data, *, raw, metadata):
            assert raw
            held[self.name] = (data, metadata)

    def display(data, *, raw, metadata, display_id=False):
        assert raw
        held[metadata["bantar"]] = (data, metadata)
        return Handle(metadata["bantar"]) if display_id else None

    monkeypatch.setattr("IPython.display.display", display)
    look.show()
    for place, handle in look._handles.items():
        handle.name = place
    return held


def test_each_view_has_a_figure_and_a_table(look):
    for view in ("entries", "rates", "reach", "evidence"):
        look.view.value = view
        assert isinstance(look.figure(), Figure)
        assert len(look.table().frame)


def test_another_district_changes_figure_and_table(look, shown):
    assert "Kota Baru" in shown["caption"][0]["text/plain"]
    picture = shown["figure"][0]["image/png"]
    look.district.value = "15.71.08"
    assert "Jelutung" in shown["caption"][0]["text/plain"]
    assert "Jelutung" in shown["table"][0]["text/html"]
    assert shown["figure"][0]["image/png"] != picture
    assert shown["figure"][1]["image/png"]["alt"] == shown["figure"][0]["text/plain"]


def test_years_hold_for_the_rates_whichever_way_round(look, shown):
    look.view.value = "rates"
    assert "2015–2016" in shown["caption"][0]["text/plain"]
    look.first_year.value = 2016
    one = shown["table"][0]["text/html"]
    assert ", 2016" in shown["caption"][0]["text/plain"]
    look.last_year.value = 2015
    assert "2015–2016" in shown["caption"][0]["text/plain"]
    assert shown["table"][0]["text/html"] != one


def test_a_scenario_gives_every_district_s_reach_under_it(look):
    look.view.value = "reach"
    shares = {}
    for scenario in ("lower_bound", "upper_bound"):
        look.scenario.value = scenario
        frame = look.table().frame
        assert len(frame) == len(look.study.districts)
        shares[scenario] = frame.set_index("District").loc["Kota Baru", "share"]
    assert shares == {"lower_bound": "6.7%", "upper_bound": "32.7%"}


def test_an_indicator_gives_the_segments_behind_it(look):
    look.view.value = "evidence"
    found = set()
    for code in ("content.resources", "content.site"):
        look.indicator.value = code
        found.add(look.table().frame.to_csv())
    assert len(found) == 2


def test_only_controls_that_change_something_can_be_used(look):
    def usable() -> set[str]:
        return {c.description for c in look.controls if not c.disabled}

    assert usable() == {"Look at", "District"}
    look.view.value = "rates"
    assert usable() == {"Look at", "District", "From year", "To year"}
    look.view.value = "evidence"
    assert usable() == {"Look at", "District", "Indicator"}


def test_every_control_is_named_in_both_languages():
    names = {}
    for lang in ("id", "en"):
        with language(lang):
            controls = Explorer(load_study("kampung_bantar")).controls
        names[lang] = [c.description for c in controls]
        assert all(c.description == c.tooltip for c in controls)
    assert names["id"] == ["Lihat", "Kecamatan", "Dari tahun", "Sampai tahun", "Skenario",
                           "Indikator"]  # fmt: skip
    assert not set(names["id"]) & set(names["en"])


def test_it_keeps_its_language_when_asked_later():
    with language("id"):
        look = Explorer(load_study("kampung_bantar"), "Kota Baru")
    with language("en"):
        assert "Hitungan Kota Baru" in look.table().caption


def test_a_district_without_evidence_gets_a_sentence(look, shown, tmp_path):
    look.district.value, look.view.value = "15.71.08", "evidence"
    assert isinstance(look.figure(), Text)
    assert "image/png" not in shown["figure"][0]
    assert shown["caption"][0] == {"text/plain": ""}
    with pytest.raises(UserError, match="nothing was saved"):
        look.save(folder=tmp_path)


@pytest.mark.slow
def test_it_answers_at_once(look):
    """Under half a second a change, on the bundled study, once the first has been drawn."""
    spent = []
    for view in ("entries", "rates", "reach", "evidence"):
        look.view.value = view
        look._outputs()
        for district in ("15.71.01", "15.71.07", "15.71.11"):
            look.district.value = district
            start = time.process_time()  # what others do on this machine does not count
            look._outputs()
            spent.append(time.process_time() - start)
    assert sorted(spent)[len(spent) // 2] < 0.5


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_saved_figure_keeps_caption_source_and_words(look, tmp_path, kind):
    path = look.save(kind, folder=tmp_path / "new")
    assert path.name == f"entries_15.71.07_en.{kind}"
    beside = path.with_suffix(".txt").read_text("utf-8")
    figure = look.figure()
    assert beside.startswith(figure.alt)
    assert figure.caption in beside
    assert "Source: Table 1.1" in beside
    assert "licence CC-BY-4.0" in beside
    first = path.read_bytes()
    assert look.save(kind, folder=tmp_path / "new").read_bytes() == first
    if kind == "png":
        from PIL import Image

        picture = Image.open(path)
        assert picture.text["Description"] == figure.alt  # type: ignore[attr-defined]
        assert picture.height / 300 > figure.drawing.get_size_inches()[1] + 0.3
    else:
        text = path.read_text("utf-8")
        assert f"<dc:description>{figure.alt}</dc:description>" in text


def test_rates_name_only_the_source_they_rest_on(look, tmp_path):
    look.view.value = "rates"
    beside = look.save(folder=tmp_path).with_suffix(".txt").read_text("utf-8")
    assert "Table 1.1" in beside
    assert "Table 1.2" not in beside


def test_made_up_data_say_so_under_a_saved_figure(tmp_path):
    path = Explorer(load_study("pelatihan")).save(folder=tmp_path)
    assert "Made-up data" in path.with_suffix(".txt").read_text("utf-8")


def test_another_kind_of_file_is_refused(look, tmp_path):
    with pytest.raises(UserError, match=r"saved as png, svg"):
        look.save("bmp", folder=tmp_path)


def test_the_button_saves_and_says_where(look, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("IPython.display.display", lambda *_given, **_more: None)
    made = []
    button = look._widgets.Button
    monkeypatch.setattr(look._widgets, "Button", lambda **k: made.append(button(**k)) or made[-1])
    look.show_save()
    made[0].click()
    (path,) = (tmp_path / "outputs/kampung_bantar/figures").glob("*.png")
    assert str(path) in look._status.value
    assert 'role="status"' in look._status.value


def test_names_from_data_are_names(write_small, tmp_path):
    districts = [("../01", EVIL, 40), ("02", EVIL, 50), ("03", "Melati", 60)]
    counts = [(code, year, stage, 5) for code, _name, _units in districts
              for year in (2020, 2021) for stage in ("proposed", "implemented")]  # fmt: skip
    look = Explorer(load_study(write_small(districts, counts)), "../01")
    assert dict(look.district.options)[f"{EVIL} (../01)"] == "../01"
    look.view.value = "reach"
    (live,) = [w for w in [look._outputs()["table"]] if WIDGET_MIME in w.data]
    assert "<img" not in live.data["text/html"]
    saved = look.save(folder=tmp_path / "figures")
    assert saved.parent == tmp_path / "figures"


def test_a_study_without_known_years_has_no_rates(write_small):
    counts = [("01", 2020, "proposed", 5), ("01", 2021, "implemented", "")]
    look = Explorer(load_study(write_small(counts=counts)), "01")
    assert "rates" not in dict(look.view.options).values()
    look.view.value = "reach"
    assert isinstance(look.figure(), Text | Figure)
    assert look.table() is not None


def executed(lang: str, tmp_path: Path, study: str = "kampung_bantar") -> nbformat.NotebookNode:
    from nbclient import NotebookClient

    notebook = one_language(read_notebook(shared_folder("notebooks") / "explore.ipynb"), lang)
    cell = next(c for c in notebook.cells if "parameters" in c.metadata.get("tags", []))
    cell.source += f'\nlang = "{lang}"\nstudy = "{study}"'
    client = NotebookClient(
        notebook, timeout=120, store_widget_state=False, resources={"metadata": {"path": tmp_path}}
    )  # as JupyterLab saves it
    return client.execute()


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_notebook_stands_without_a_kernel(tmp_path, lang):
    from bantar_lib.present.page import Page, page_html

    notebook = executed(lang, tmp_path)
    roles = [o.metadata.get("bantar") for c in notebook.cells for o in c.get("outputs", [])]
    assert roles == ["controls", "figure", "caption", "table", "controls", "text"]
    page = page_html(notebook, Page("explore", lang))
    assert page.count("<img") == 1
    assert re.search(r'<img[^>]+alt="[^"]{40,}"', page)
    assert page.count("<table") == 1
    assert "Kota Baru" in page
    assert not re.search(r"<script|https?://(?!www\.w3)", page)
    assert len(nbformat.writes(notebook)) < MOST_BYTES
    assert not list(tmp_path.iterdir())  # nothing is saved unasked


def test_a_table_of_a_source_that_may_not_leave_stays_masked(write_small):
    evidence = [("01", "talk", "content.resources", "supports")]
    folder = write_small(evidence=evidence)
    path = folder / "sources.csv"
    rows = list(csv.reader(path.open(encoding="utf-8")))
    release = rows[0].index("release")
    rows = [[*r[:release], "none", *r[release + 1 :]] if r[0] == "talk" else r for r in rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    look = Explorer(load_study(folder), "01")
    look.view.value, look.indicator.value = "evidence", "content.resources"
    assert "Statement 1" not in look.table().frame.to_csv()
    assert "Source talk" not in look._sources(look.choice())
