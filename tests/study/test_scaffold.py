from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from bantar_lib.errors import UserError
from bantar_lib.study import check_study, load_study
from bantar_lib.study.scaffold import FILLED_IN, new_study
from bantar_lib.study.tables import TABLES
from bantar_lib.words import language


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("workbook", [False, True])
def test_a_new_study_passes_the_check(tmp_path, lang, workbook):
    folder = new_study(tmp_path / "kampung_iklim", workbook=workbook, lang=lang)
    with language(lang):
        problems = check_study(folder)
    assert [str(p) for p in problems if p.severity == "error"] == []
    study = load_study(folder)
    assert (study.id, study.synthetic) == ("kampung_iklim", False)
    assert study.districts.empty
    assert study.counts.empty


def test_what_a_new_study_holds(tmp_path):
    folder = new_study(tmp_path / "s", title="Kampung: Iklim #1", lang="id")
    for name in FILLED_IN:
        assert rows(folder / f"{name}.csv") == [[c.name for c in TABLES[name].columns]]
        assert b"\r" not in (folder / f"{name}.csv").read_bytes()
    assert (folder / ".gitignore").read_text() == "private/\n"
    assert (folder / "private").is_dir()
    assert (folder / "codings").is_dir()
    assert load_study(folder).text("title", "en") == "Kampung: Iklim #1"


def test_study_yml_is_in_the_users_language(tmp_path):
    texts = {}
    for lang in ("id", "en"):
        folder = new_study(tmp_path / lang, lang=lang)
        texts[lang] = (folder / "study.yml").read_text(encoding="utf-8")
    comments = {k: [t for t in v.splitlines() if t.startswith("#")] for k, v in texts.items()}
    assert len(comments["id"]) == len(comments["en"])
    same = set(comments["id"]) & set(comments["en"])
    assert same == {'# focus_district: "00.00.01"', "# licence: CC-BY-4.0"}
    values = {k: yaml.safe_load(v) for k, v in texts.items()}
    assert {**values["id"], "id": ""} == {**values["en"], "id": ""}


def test_what_is_to_be_filled_in_says_so(tmp_path):
    study = load_study(new_study(tmp_path / "s", lang="id"))
    for key in ("title", "programme", "place"):
        assert study.text(key, "id").startswith("[isi:")
        assert study.text(key, "en").startswith("[fill in:")


def test_a_name_alone_goes_to_data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert new_study("kampung", lang="en") == Path("data/kampung")
    assert (tmp_path / "data/kampung/study.yml").is_file()


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    folder = tmp_path / "s"
    folder.mkdir()
    new_study(folder, lang="en")  # an empty one will do
    before = (folder / "study.yml").read_bytes()
    with pytest.raises(UserError, match="not empty"):
        new_study(folder, title="Other", lang="en")
    assert (folder / "study.yml").read_bytes() == before


@pytest.mark.parametrize(
    "name", ["con", "NUL.data", "lpt1", "a\\b", "a:b", "a?", "", ".", "..", ".hidden", "-x", "a.",
             "///", "***"]
)  # fmt: skip
def test_names_that_cannot_be_a_folder(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with language("id"), pytest.raises(UserError, match="nama folder"):
        new_study(name, lang="id")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_framework(tmp_path):
    with pytest.raises(UserError, match="grindle"):
        new_study(tmp_path / "s", framework="grindel", lang="en")
    assert not (tmp_path / "s").exists()
