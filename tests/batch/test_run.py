"""Batches run for real: what each district is left with, also where one of them fails."""

from __future__ import annotations

import io
import json
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from bantar_lib.batch.execute import write_whole

pytestmark = pytest.mark.slow

MELATI, KENANGA = "districts/01_Melati", "districts/02_Kenanga"


def test_what_a_run_leaves(run, at):
    seen = []
    table = run(on_record=lambda record, jobs: seen.append((record.status, jobs)))
    assert list(table.columns) == [
        "notebook", "district_id", "district", "status", "seconds", "output", "error",
    ]  # fmt: skip
    assert table["notebook"].tolist() == ["01_city", *["02_district"] * 3]
    assert table["district"].tolist() == ["", "Melati", "Kenanga", "Mawar"]
    assert set(table["status"]) == {"done"}
    assert seen == [("done", 4)] * 4
    for output in map(Path, table["output"]):
        assert output.exists()
        assert output.with_suffix(".html").exists()
    record = json.loads(at(f"{MELATI}/result.json").read_text("utf-8"))
    assert record["results"] == [{"district_id": "01", "measure": "made_up", "value": 1}]
    assert not list(at().rglob(".*")), "a half-written file was left"


def test_results_are_one_tidy_table(run, at):
    run()
    text = at("results.csv").read_bytes().decode("utf-8")
    assert "\r" not in text
    table = pd.read_csv(at("results.csv"), dtype={"district_id": str})
    assert table["district_id"].tolist() == ["01", "02", "03"]
    assert table["value"].tolist()[:2] == [1, 1]
    assert table["value"].isna()[2], "an unknown value is blank, not 0"


def test_the_language_of_the_pages(run, pretended, at):
    run(["01"], lang="en")
    page = at(f"{MELATI}/02_district.html", "en").read_text("utf-8")
    assert '<html lang="en">' in page
    assert "What?" in page
    assert "Apa?" not in page


def test_one_failure_stops_no_other_and_nothing_stale_stays(run, study, at):
    run()
    (study / "private/fails_02.txt").write_text("no counts\nsecond line", "utf-8")
    (study / "private/fails_01.txt").write_text("die", "utf-8")
    table = run(force=True).set_index("district")
    assert table["status"].to_dict() == {
        "": "done", "Melati": "failed", "Kenanga": "failed", "Mawar": "done"
    }  # fmt: skip
    assert table["error"].tolist() == [
        "", "its process ended with exit code 3", "AssertionError: no counts", "",
    ]  # fmt: skip
    for left in map(at, (MELATI, KENANGA)):
        assert [path.name for path in left.iterdir()] == ["02_district.ipynb"]
    results = pd.read_csv(at("results.csv"), dtype={"district_id": str})
    assert results["district_id"].tolist() == ["03"]


def test_a_failing_district_leaves_its_traceback(run, study, at):
    (study / "private/fails_02.txt").write_text("no counts", "utf-8")
    table = run(["Kenanga"])
    assert table["error"].tolist() == ["AssertionError: no counts"]
    notebook = nbformat.read(at(f"{KENANGA}/02_district.ipynb"), as_version=4)
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    assert [o.ename for o in outputs if o.output_type == "error"] == ["AssertionError"]
    assert not at("results.csv").exists()


def test_results_of_other_inputs_stay_out(run, pretended, study, at, note_hash):
    run()
    counts = study / "counts.csv"
    counts.write_text(
        counts.read_text("utf-8").replace("01,2020,proposed,12", "01,2020,proposed,13")
    )
    note_hash(study)
    run(["Melati"])
    results = pd.read_csv(at("results.csv"), dtype={"district_id": str})
    assert results["district_id"].tolist() == ["01"]


def test_a_run_of_one_district_keeps_the_results_of_the_others(run, pretended, at):
    run()
    run(["Melati"])
    assert len(pd.read_csv(at("results.csv"))) == 3


def test_a_stopped_job_leaves_all_as_it_was(run, at, monkeypatch):
    run(["Melati"])
    before = {p.name: p.read_bytes() for p in at(MELATI).iterdir()}

    def stop(*_given, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("papermill.execute_notebook", stop)
    with pytest.raises(KeyboardInterrupt):
        run(["Melati"], force=True)
    assert not list(at().rglob(".*"))
    assert {p.name: p.read_bytes() for p in at(MELATI).iterdir()} == before


def test_a_file_is_whole_or_not_there(tmp_path):
    path = tmp_path / "deep" / "file.txt"
    write_whole(path, "old\n")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new\ud800")
    assert path.read_bytes() == b"old\n"


def test_the_command_on_two_processes(bantar_run, study, at):
    (study / "private/fails_02.txt").write_text("no counts", "utf-8")
    process = bantar_run("--workers", "2")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert err.splitlines()[:2] == ["Kenanga: AssertionError: no counts", "3 done, 1 failed"]
    assert f"1 of 4 notebooks failed; details in {at('run.log', 'en')}" in err
    assert f"Open {at('01_city.html', 'en')}" in err
    table = pd.read_csv(io.StringIO(out), dtype=str)
    assert table["status"].tolist() == ["done", "done", "failed", "done"]
    assert "AssertionError" in at("run.log", "en").read_text("utf-8")
