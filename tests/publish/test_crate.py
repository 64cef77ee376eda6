"""The research object: it validates, is the same bytes for the same runs, and holds no more.

Validation is by roc-validator, against Process Run Crate 0.5 and RO-Crate 1.1. It would fetch the
JSON-LD context; here it gets the one that the package rocrate brings along.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from bantar_lib import load_study
from bantar_lib.batch.plan import plan
from bantar_lib.cli import main
from bantar_lib.errors import UserError
from bantar_lib.publish.crate import write_crate
from bantar_lib.study import check_study

STARTED = "2026-11-24T22:00:00.123456+07:00"
HOME = "/" + "home/ani"
EVIL = "<b>Mawar</b> / [x](javascript:y) #1?"


def pretend_run(study, outputs: Path, lang: str = "id", **changes: object) -> Path:
    """Leave what a run leaves, without running anything; return the language's folder."""
    root = outputs / study.id / lang
    lines = []
    for job in plan(study, None, lang=lang, outputs=outputs):
        job.output.parent.mkdir(parents=True, exist_ok=True)
        cell = nbformat.v4.new_code_cell(f'study = "{study.path}"')
        noted = {"output_path": f"{HOME}/x.ipynb", "parameters": {"study": str(study.path)}}
        notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"papermill": noted})
        nbformat.write(notebook, job.output)
        job.output.with_suffix(".html").write_text(f"<p>{study.path}</p>", "utf-8")
        if job.district_id:
            row = {"measure": "execution", "value": 0.5, "district_id": job.district_id}
            record = {"district_id": job.district_id, "results": [row]}
            job.output.with_name("result.json").write_text(json.dumps(record), "utf-8")
        lines.append({
            "notebook": job.notebook.stem, "district_id": job.district_id,
            "district": job.district, "status": "done", "seconds": 2.5, "started": STARTED,
            "output": job.output.relative_to(root).as_posix(), "inputs": study.content_hash,
            "parameters": dict(job.parameters) | {"study": str(study.path)},
            "versions": {"bantar_lib": "0.1.0", "pandas": "2.2.3", "python": "3.11.7"},
            "output_sha256": "", "error": "", **changes,
        })  # fmt: skip
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (root / "manifest.jsonl").write_text(text, "utf-8")
    return root


@pytest.fixture
def study(write_small):
    evidence = [("01", "talk", "content.resources", "supports")]
    districts = [("01", EVIL, 40), ("02", "Kenanga", 50), ("03", "Melati", 60)]
    return load_study(write_small(districts, evidence=evidence, licence="CC-BY-4.0"))


@pytest.fixture
def outputs(study, tmp_path):
    pretend_run(study, tmp_path / "outputs")
    return tmp_path / "outputs"


def graph(folder: Path) -> dict[str, dict[str, object]]:
    text = (folder / "ro-crate-metadata.json").read_text("utf-8")
    return {entity["@id"]: entity for entity in json.loads(text)["@graph"]}


@pytest.fixture
def issues(tmp_path, monkeypatch):
    """Return a validator that stays off the network: file → what it finds."""
    pytest.importorskip("rocrate_validator", reason="roc-validator is not installed")
    import rocrate
    from rocrate_validator import models, services
    from rocrate_validator.utils import document_loader, http

    context = json.loads((Path(rocrate.__file__).parent / "data/ro-crate.jsonld").read_text())

    class Answer:
        status_code = 200
        text = json.dumps(context)
        headers = {"Content-Type": "application/ld+json"}  # noqa: RUF012

        @staticmethod
        def json():
            return context

    def get(_self, url, *_args, **_more):
        assert url == "https://w3id.org/ro/crate/1.1/context"
        return Answer

    monkeypatch.setattr(http.HttpRequester, "get", get, raising=False)
    monkeypatch.setattr(document_loader, "_fetch_json_ld", lambda url: get(None, url).json())

    def validate(path: Path, severity: str = "REQUIRED") -> list[str]:
        settings = services.ValidationSettings(
            rocrate_uri=str(path),
            profile_identifier="process-run-crate",
            requirement_severity=getattr(models.Severity, severity),
            offline=True,
            cache_path=tmp_path / "http",
        )
        found = services.validate(settings).get_issues()
        return sorted({f"{i.check.identifier} {i.message}" for i in found})

    yield validate
    document_loader.uninstall_document_loader()


@pytest.mark.slow
def test_it_validates_against_its_profile(study, outputs, issues):
    assert issues(write_crate(study, outputs=outputs).path) == []
    assert issues(write_crate(study, outputs=outputs, folder=True).path) == []
    # What is recommended beyond that is known of neither study nor run.
    said = issues(outputs / "small/crate.zip", "RECOMMENDED")
    assert {line.split()[0].rpartition(".")[0] for line in said} <= {
        "process-run-crate-0.5_3",  # an address of each package
        "process-run-crate-0.5_5",  # the same
        "process-run-crate-0.5_8",  # who started the run
        "ro-crate-1.1_22",  # author and publisher of a study that names none
    }, said


@pytest.mark.slow
def test_a_damaged_crate_does_not_validate(study, outputs, issues):
    folder = write_crate(study, outputs=outputs, folder=True).path
    path = folder / "ro-crate-metadata.json"
    crate = json.loads(path.read_text("utf-8"))
    for entity in crate["@graph"]:
        entity.pop("instrument", None)
    path.write_text(json.dumps(crate), "utf-8")
    assert any("instrument" in line for line in issues(folder))


def test_the_same_runs_give_the_same_bytes(study, outputs):
    first = write_crate(study, outputs=outputs).path.read_bytes()
    assert write_crate(study, outputs=outputs).path.read_bytes() == first
    with zipfile.ZipFile(outputs / "small/crate.zip") as archive:
        assert archive.testzip() is None
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(2026, 11, 24)}


def test_one_action_a_run_with_its_notebook_parameters_and_results(study, outputs):
    crate = write_crate(study, outputs=outputs, folder=True)
    entities = graph(crate.path)
    actions = [e for e in entities.values() if e["@type"] == "CreateAction"]
    assert len(actions) == crate.runs == 3 + 3
    (one,) = [a for a in actions if EVIL in str(a["name"])]
    assert one["startTime"] == "2026-11-24T22:00:00.123+07:00"
    assert one["endTime"] == "2026-11-24T22:00:02.623+07:00"
    assert one["instrument"] == {"@id": "notebooks/02_district.ipynb"}
    given = [entities[o["@id"]] for o in one["object"] if o["@id"].startswith("#parameter")]
    assert {e["name"]: e["value"] for e in given} == {"district": "01", "lang": "id",
                                                      "study": "small"}  # fmt: skip
    made = [entities[r["@id"]] for r in one["result"]]
    assert [Path(str(e["name"])).name for e in made] == [
        "02_district.ipynb", "02_district.html", "result.json"]  # fmt: skip
    needed = entities["notebooks/02_district.ipynb"]["softwareRequirements"]
    assert {"@id": "pkg:pypi/pandas@2.2.3"} in needed


def test_every_file_is_described_with_its_hash(study, outputs):
    folder = write_crate(study, outputs=outputs, folder=True).path
    entities = graph(folder)
    files = {e["name"]: e for e in entities.values() if "File" in e["@type"]}
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert set(files) == there - {"ro-crate-metadata.json"}
    for name, entity in files.items():
        assert entity["sha256"] == hashlib.sha256((folder / name).read_bytes()).hexdigest()
    manifest = (folder / "outputs/id/manifest.jsonl").read_text("utf-8").splitlines()
    for line in map(json.loads, manifest):
        data = (folder / "outputs/id" / line["output"]).read_bytes()
        assert line["output_sha256"] == hashlib.sha256(data).hexdigest()
        assert line["files"][Path(line["output"]).name]["bytes"] == len(data)


def test_the_study_in_it_is_one(study, outputs):
    folder = write_crate(study, outputs=outputs, folder=True).path
    assert [p for p in check_study(folder / "study") if p.severity == "error"] == []
    assert load_study(folder / "study").table("counts").equals(study.table("counts"))


def test_the_rows_of_all_districts_are_one_table(study, outputs):
    pretend_run(study, outputs, "en")
    folder = write_crate(study, outputs=outputs, folder=True).path
    rows = pd.read_csv(folder / "results.csv", dtype=str)
    assert rows["district_id"].tolist() == ["01", "02", "03"]  # once, not once a language
    assert rows.columns.tolist()[:3] == ["study", "district_id", "measure"]


def test_nothing_of_this_machine_is_in_it(study, outputs):
    folder = write_crate(study, outputs=outputs, folder=True).path
    for path in (p for p in folder.rglob("*") if p.is_file()):
        text = path.read_text("utf-8")
        assert str(study.path) not in text, path
        assert HOME not in text, path


def test_what_is_no_output_of_a_run_stays(study, outputs, tmp_path):
    root = outputs / "small/id"
    district = next(root.glob("districts/*_Kenanga*"))
    for path in (root / "mine.docx", root / ".part.html", district / "my notes.ipynb",
                 district / ".~lock.report.docx", root / "old.html"):  # fmt: skip
        path.write_text("RAHASIA", "utf-8")
    (district / "report.docx").write_bytes(b"report")
    (tmp_path / "secret.html").write_text("RAHASIA", "utf-8")
    (district / "02_district.html").unlink()
    (district / "02_district.html").symlink_to(tmp_path / "secret.html")
    write_crate(study, outputs=outputs)
    with zipfile.ZipFile(outputs / "small/crate.zip") as archive:
        names = archive.namelist()
        assert not [n for n in names if b"RAHASIA" in archive.read(n)]
    assert [n for n in names if n.endswith("report.docx")]


def test_sources_are_told_with_what_may_leave_of_them(study, outputs):
    entities = graph(write_crate(study, outputs=outputs, folder=True).path)
    talk = entities["#source-talk"]
    assert talk["name"] == "Wawancara 1 / Interview 1"
    assert talk["conditionsOfAccess"] == "release: quote"
    assert entities["study/counts.csv"]["isBasedOn"] == {"@id": "#source-report"}


def test_authors_are_those_of_the_study_and_nobody_is_made_one(study, outputs):
    assert "author" not in graph(write_crate(study, outputs=outputs, folder=True).path)["./"]
    cited = "authors:\n- {family-names: Sari, given-names: Ani}\nkeywords: [a, b]\n"
    (study.path / "CITATION.cff").write_text(cited, "utf-8")
    again = load_study(study.path)
    pretend_run(again, outputs)
    entities = graph(write_crate(again, outputs=outputs, folder=True).path)
    assert entities[entities["./"]["author"]["@id"]]["name"] == "Ani Sari"
    assert entities["./"]["keywords"] == "a, b"


def test_the_bundled_study_names_its_makers_and_licence(tmp_path):
    study = load_study("kampung_bantar")
    pretend_run(study, tmp_path)
    root = graph(write_crate(study, outputs=tmp_path, folder=True).path)["./"]
    assert root["license"] == {"@id": "https://spdx.org/licenses/CC-BY-4.0"}
    assert root["author"] == root["publisher"]
    assert root["datePublished"] == datetime(2026, 11, 24, tzinfo=UTC).date().isoformat()


def test_the_command_packs_it_and_says_what_stayed(study, outputs, capsys):
    path = study.path / "sources.csv"
    path.write_text(path.read_text("utf-8").replace("ketua RT,quote", "ketua RT,none"), "utf-8")
    pretend_run(load_study(study.path), outputs)
    assert main(["export", str(study.path), "--outputs", str(outputs), "--lang", "id"]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(outputs / "small/crate.zip")
    assert "Tidak ikut dikemas: 1 segmen dari sumber yang tidak boleh dikeluarkan" in said.err


def test_without_a_run_it_says_which(study, tmp_path):
    with pytest.raises(UserError, match=r"^There is nothing to export yet.*bantar run small$"):
        write_crate(study, outputs=tmp_path)
    pretend_run(study, tmp_path, status="failed")
    with pytest.raises(UserError, match="--lang id"):
        write_crate(study, outputs=tmp_path, lang="id")


def test_pages_of_an_earlier_state_are_no_result_of_this_one(study, outputs):
    with (study.path / "counts.csv").open("a", encoding="utf-8") as file:
        file.write("03,2022,proposed,4,report\n")
    with pytest.raises(UserError, match=r"6 of 6 pages were made before .* bantar run small"):
        write_crate(load_study(study.path), outputs=outputs)


def test_without_a_licence_nobody_may_use_it(write_small, tmp_path):
    study = load_study(write_small())
    pretend_run(study, tmp_path / "outputs")
    with pytest.raises(UserError, match=r"study\.yml: says no licence"):
        write_crate(study, outputs=tmp_path / "outputs")
    assert not list((tmp_path / "outputs/small").glob("*crate*"))


def test_an_earlier_crate_gives_way(study, outputs):
    folder = write_crate(study, outputs=outputs, folder=True).path
    (folder / "old.txt").write_text("x")
    shutil.rmtree(outputs / "small/id/districts")
    assert not (write_crate(study, outputs=outputs, folder=True).path / "old.txt").exists()
    assert not list((outputs / "small").glob(".crate-*"))
