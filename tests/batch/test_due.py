"""A second run does what changed or failed, and nothing else; --dry-run says what and why."""

from __future__ import annotations

import errno
import json
import os
import shutil

import nbformat
import pandas as pd
import pytest

from bantar_lib import load_study
from bantar_lib.batch import due as due_module
from bantar_lib.batch import engine, list_due
from bantar_lib.batch import execute as execute_module
from bantar_lib.batch.manifest import FILE, read_manifest
from bantar_lib.cli import main

OUTPUTS = ("01_city", "districts/01_Melati", "districts/02_Kenanga", "districts/03_Mawar")


@pytest.fixture
def reasons(study, tmp_path, at):
    """Return the reason of each output that is due."""

    def find(districts=None, **options) -> dict[str, str]:
        table = list_due(study, districts, outputs=tmp_path / "outputs", **options)
        keys = [os.path.relpath(path, at()).removesuffix(".ipynb").removesuffix("/02_district")
                for path in table["output"]]  # fmt: skip
        return dict(zip(keys, table["reason"], strict=True))

    return find


@pytest.fixture
def ran_once(run, pretended) -> list[str]:
    """The whole study was run; a list of what is run from here on."""
    run()
    assert pretended == ["", "01", "02", "03"]
    pretended.clear()
    return pretended


def test_all_is_due_at_first(notebooks, reasons, tmp_path):
    assert reasons() == dict.fromkeys(OUTPUTS, "new")
    assert not (tmp_path / "outputs").exists()


def test_nothing_is_due_after_a_run(ran_once, reasons, run, at):
    before = {path: path.read_bytes() for path in at().rglob("*.*") if path.name != "run.log"}
    assert reasons() == {}
    assert set(run()["status"]) == {"unchanged"}
    assert ran_once == []
    assert {path: path.read_bytes() for path in before} == before


def test_all_runs_where_that_is_asked_for(ran_once, reasons, run):
    assert set(reasons(force=True).values()) == {"forced"}
    run(force=True)
    assert len(ran_once) == 4


def test_a_change_of_the_study_reaches_every_page(ran_once, reasons, run, study, note_hash):
    with (study / "counts.csv").open("a") as file:
        file.write("01,2022,proposed,3,report\n")
    note_hash(study)
    assert reasons() == dict.fromkeys(OUTPUTS, "study")
    run()
    assert reasons() == {}


def test_a_change_of_one_notebook_reaches_its_pages(ran_once, reasons, run, notebooks):
    book = nbformat.read(notebooks / "02_district.ipynb", as_version=4)
    book.cells[-1].source += "\n# more"
    nbformat.write(book, notebooks / "02_district.ipynb")
    assert reasons() == dict.fromkeys(OUTPUTS[1:], "notebook")
    run(["Mawar"])
    assert reasons() == dict.fromkeys(OUTPUTS[1:3], "notebook")


@pytest.mark.parametrize(
    ("name", "reason"), [("library_sha256", "library"), ("versions", "packages")]
)
def test_other_software_makes_all_due(ran_once, reasons, monkeypatch, name, reason):
    monkeypatch.setattr(due_module, name, lambda: {"other": "0"})
    assert set(reasons().values()) == {reason}


def test_the_hash_of_the_library_is_of_what_it_says(tmp_path, monkeypatch):
    shutil.copytree(due_module.Path(due_module.__file__).parents[1], tmp_path / "lib")
    monkeypatch.setattr(due_module, "__file__", str(tmp_path / "lib/batch/due.py"))
    hash_of = due_module.library_sha256.__wrapped__
    first = hash_of()
    (tmp_path / "lib/publish/more.py").write_text("1")  # makes no page
    (tmp_path / "lib/words.py").touch()
    assert hash_of() == first
    (tmp_path / "lib/locale/id/present.po").write_text("")
    assert hash_of() != first


def test_other_parameters_make_a_page_due(ran_once, reasons, notebooks, run):
    book = nbformat.read(notebooks / "02_district.ipynb", as_version=4)
    next(c for c in book.cells if c.id == "parameters").source += "\nweeks: int = 3"
    nbformat.write(book, notebooks / "02_district.ipynb")
    run()
    assert reasons() == {}
    assert set(reasons(parameters={"weeks": "4"}).values()) == {"parameters"}


def test_another_language_is_another_folder(ran_once, reasons):
    assert len(reasons(lang="en")) == 4


def test_a_page_is_due_when_its_links_are(reasons, run, pretended):
    run(["Melati"])
    assert reasons(["Melati"]) == {}
    run(["Mawar"])
    assert reasons(["Melati"]) == {OUTPUTS[1]: "page"}


@pytest.mark.parametrize("cause", ["links", "missing", "edited"])
def test_only_the_page_is_made_anew_where_the_notebook_holds(
    reasons, run, pretended, at, monkeypatch, cause
):
    run(["Melati"])
    folder = at(OUTPUTS[1])
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    line = read_manifest(at())[f"{OUTPUTS[1]}/02_district.ipynb"]
    page = folder / "02_district.html"
    if cause == "links":
        run(["Mawar"])
    elif cause == "missing":
        page.unlink()
    else:
        page.write_text("mine")
    pretended.clear()
    assert run(["Melati"])["status"].tolist() == ["done"]
    assert pretended == []
    assert reasons(["Melati"]) == {}
    after = {p.name: p.read_bytes() for p in folder.iterdir()}
    changed = {name for name in before if before[name] != after[name]}
    assert set(after) == set(before)
    assert changed == ({page.name} if cause == "links" else set())
    assert ("Mawar" in after[page.name].decode()) is (cause == "links")
    now = read_manifest(at())[f"{OUTPUTS[1]}/02_district.ipynb"]
    assert {k for k in line if line[k] != now[k]} == (
        {"page_sha256", "files"} if cause == "links" else {"files"}
    )
    assert "made_up" in at("results.csv").read_text("utf-8")


def test_a_page_that_cannot_be_made_anew_costs_no_notebook(
    reasons, run, pretended, at, monkeypatch
):
    run(["Melati"])
    run(["Mawar"])
    notebook = (at(OUTPUTS[1]) / "02_district.ipynb").read_bytes()

    def full(*_given):
        raise OSError(errno.ENOSPC, "no space", "page")

    with monkeypatch.context() as patch:
        patch.setattr(execute_module, "page_html", full)
        table = run(["Melati"], lang="id")
    assert table["status"].tolist() == ["failed"]
    assert table["error"].tolist() == ["page: the disk is full"]
    assert (at(OUTPUTS[1]) / "02_district.ipynb").read_bytes() == notebook
    assert reasons(["Melati"]) == {OUTPUTS[1]: "missing"}
    pretended.clear()
    assert run(["Melati"])["status"].tolist() == ["done"]
    assert (pretended, reasons(["Melati"])) == ([], {})


@pytest.mark.parametrize("name", ["02_district.ipynb", "02_district.html", "result.json"])
def test_what_was_edited_or_removed_is_made_again(ran_once, reasons, run, at, name):
    path = at(OUTPUTS[2]) / name
    before = path.read_bytes()
    path.write_bytes(before + b" ")
    assert reasons() == {OUTPUTS[2]: "edited"}
    path.unlink()
    assert reasons() == {OUTPUTS[2]: "missing"}
    run()
    assert ran_once == ([] if name.endswith("html") else ["02"])  # a page needs no notebook run
    assert path.read_bytes() == before
    assert reasons() == {}


def test_an_edit_of_the_same_length_is_seen(ran_once, reasons, at):
    path = at("01_city.html")
    path.write_bytes(path.read_bytes()[:-1] + b"#")
    assert reasons() == {"01_city": "edited"}


def test_outputs_that_moved_are_what_they_were(ran_once, reasons, at, tmp_path):
    shutil.copytree(at(), tmp_path / "copy")
    shutil.rmtree(at())
    shutil.copytree(tmp_path / "copy", at(), copy_function=shutil.copyfile)
    assert reasons() == {}


def test_what_failed_is_due(ran_once, reasons, run, study, monkeypatch):
    whole = engine.execute_notebook

    def fail(source, part, parameters, **limits):
        if parameters.get("district") == "02":
            raise OSError(28, "No space left on device", str(part))
        return whole(source, part, parameters, **limits)

    with monkeypatch.context() as broken:
        broken.setattr(engine, "execute_notebook", fail)
        table = run(force=True)
        assert table["status"].tolist() == ["done", "done", "failed", "done"]
    assert reasons() == {OUTPUTS[2]: "failed"}
    ran_once.clear()
    assert run()["status"].tolist() == ["unchanged", "unchanged", "done", "unchanged"]
    assert ran_once == ["02"]


def test_what_papermill_says_of_itself_counts_for_nothing(ran_once, reasons, at):
    """Without its line in the manifest a whole notebook is as good as none."""
    lines = (at() / FILE).read_text("utf-8").splitlines(keepends=True)
    (at() / FILE).write_text("".join(line for line in lines if "Kenanga" not in line))
    assert reasons() == {OUTPUTS[2]: "new"}
    (at() / FILE).write_text("".join(lines)[:-40])
    assert reasons() == {OUTPUTS[3]: "new"}


def test_what_the_manifest_tells(ran_once, at, study):
    line = read_manifest(at())["districts/01_Melati/02_district.ipynb"]
    assert line["status"] == "done"
    assert line["inputs"] == load_study(study).content_hash
    assert line["parameters"] == {"study": str(study), "lang": "id", "district": "01"}
    assert set(line["files"]) == {"02_district.ipynb", "02_district.html", "result.json"}
    assert line["output_sha256"] == line["files"]["02_district.ipynb"]["sha256"]
    assert pd.Timestamp(line["started"]).tzinfo is not None
    assert line["versions"]["pandas"] == pd.__version__
    assert str(at()) not in json.dumps(line)


def test_the_command_lists_what_is_due(ran_once, study, tmp_path, at, capsys, monkeypatch):
    at("01_city.html").unlink()
    command = ["run", str(study), "--dry-run", "--outputs", str(tmp_path / "outputs")]
    assert main([*command, "--lang", "id"]) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0] == "notebook,district_id,district,reason,output"
    assert said.splitlines()[1].startswith("01_city,,,missing,")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert main([*command, "--lang", "id"]) == 0
    said = capsys.readouterr().out
    assert "alasan" in said.splitlines()[0]
    assert "ada keluaran yang hilang" in said
