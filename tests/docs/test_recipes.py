"""The recipes of CONTRIBUTING.md, followed step by step."""

import csv
import inspect
import shutil
from importlib import import_module
from pathlib import Path

import nbformat
import pytest
import yaml

import bantar_lib
from bantar_lib import cli, measures
from bantar_lib.coding import rate_indicators
from bantar_lib.study import check_study, load_study

planning = import_module("bantar_lib.batch.plan")
TOP = Path(__file__).parents[2]


@pytest.fixture
def my_city(tmp_path, monkeypatch):
    """A study made by `bantar new` and filled in by hand: four files."""
    monkeypatch.chdir(tmp_path)
    assert cli.main(["new", "my_city", "--lang", "en"]) == 0
    folder = tmp_path / "data" / "my_city"
    settings = yaml.safe_load((folder / "study.yml").read_text(encoding="utf-8"))
    texts = {"id": "Kota rekaan", "en": "A made-up city"}
    settings |= {"title": texts, "place": texts, "programme": texts, "synthetic": True}
    settings["question"] = texts
    (folder / "study.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    fill(folder / "sources.csv", {"source_id": "recap", "kind": "statistic", "title_id": "Rekap",
                                  "title_en": "Recap", "release": "quote"})  # fmt: skip
    for code, name in (("01", "North"), ("02", "South")):
        fill(folder / "districts.csv", {"district_id": code, "name": name, "units": 50})
        for stage, count in (("proposed", 10), ("implemented", 4)):
            fill(folder / "counts.csv", {"district_id": code, "year": 2021, "stage": stage,
                                         "count": count, "source_id": "recap"})  # fmt: skip
    return folder


def fill(path, row):
    with path.open(encoding="utf-8-sig", newline="") as file:
        heads = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, heads, lineterminator="\n").writerow(row)


def test_a_new_study_says_what_is_still_to_be_filled_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["new", "empty", "--lang", "en"]) == 0
    left = [p for p in check_study(tmp_path / "data" / "empty") if p.severity == "warning"]
    assert [(p.file, p.column) for p in left] == [
        ("counts.csv", ""), ("districts.csv", ""),
        ("study.yml", "title"), ("study.yml", "programme"), ("study.yml", "place"),
    ]  # fmt: skip


def test_add_a_study(my_city, capsys):
    assert [p for p in check_study(my_city) if p.severity == "error"] == []
    assert cli.main(["check", "my_city"]) == 0
    study = load_study("my_city")
    assert list(bantar_lib.execution(study)["rate"]) == [0.4, 0.4]
    jobs = planning.plan(study, None, lang="en", outputs=my_city)
    assert {j.district for j in jobs} == {"", "North", "South"}


def test_add_a_framework(my_city):
    frameworks = my_city.parent / "frameworks"
    frameworks.mkdir()
    text = (TOP / "data/frameworks/grindle.yml").read_text(encoding="utf-8")
    changed = yaml.safe_load(text)
    changed["id"] = "my_framework"
    changed["dimensions"] = [changed["dimensions"][1] | {"id": "setting"}]
    (frameworks / "my_framework.yml").write_text(
        yaml.safe_dump(changed, allow_unicode=True), "utf-8"
    )
    settings = (my_city / "study.yml").read_text(encoding="utf-8")
    (my_city / "study.yml").write_text(settings.replace("grindle", "my_framework"), "utf-8")
    study = load_study(my_city)
    found = rate_indicators(study, "North")
    assert list(found["indicator"]) == ["setting.power", "setting.regime", "setting.compliance"]
    assert set(found["suggestion"]) == {"no_evidence"}


def test_add_a_notebook(my_city, tmp_path, monkeypatch):
    folder = tmp_path / "notebooks"
    shutil.copytree(TOP / "notebooks", folder)
    new = nbformat.read(folder / "01_city.ipynb", as_version=4)
    nbformat.write(new, folder / "05_my_question.ipynb")
    monkeypatch.setattr(planning, "shared_folder", lambda name: tmp_path / name)
    jobs = planning.plan(load_study("my_city"), None, lang="id", outputs=tmp_path)
    assert "05_my_question" in {j.notebook.stem for j in jobs}


@pytest.mark.parametrize("name", sorted(n for n in measures.__all__ if n.islower()))
def test_add_a_statistic(name):
    """Each measure has an example, and a test that names what it is held against."""
    function = getattr(measures, name)
    assert ">>> " in inspect.getdoc(function)
    home = inspect.getmodule(function).__name__.rsplit(".", 1)[1]
    assert (TOP / "tests" / "measures" / f"test_{home}.py").exists()
