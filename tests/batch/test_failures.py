"""What can go wrong with one district stays with it, and is said in one line."""

from __future__ import annotations

import os

import pytest

from bantar_lib.batch import engine, execute
from bantar_lib.batch.manifest import read_manifest
from bantar_lib.errors import UserError
from bantar_lib.words import language

KENANGA = "districts/02_Kenanga"


def only_kenanga_failed(table) -> str:
    told = table.set_index("district")
    assert told["status"].to_dict() == {
        "": "done", "Melati": "done", "Kenanga": "failed", "Mawar": "done"
    }  # fmt: skip
    assert "\n" not in told.loc["Kenanga", "error"]
    return told.loc["Kenanga", "error"]


def test_a_full_disk_while_a_page_is_written(run, pretended, at, monkeypatch):
    run()
    whole = execute.write_part

    def write(part, text):
        if part.suffix == ".html" and "<title>Kenanga" in text:
            part.write_text(text[:100])
            raise OSError(28, "No space left on device", str(part))
        whole(part, text)

    with monkeypatch.context() as full, language("id"):
        full.setattr(execute, "write_part", write)
        error = only_kenanga_failed(run(force=True))
    assert error.endswith(": disk sudah penuh")
    assert not at(f"{KENANGA}/02_district.html").exists()
    assert not list(at().rglob(".*"))
    assert "Traceback" in at("run.log").read_text("utf-8")
    assert set(run()["status"]) == {"unchanged", "done"}


def test_a_full_disk_while_the_manifest_is_written(run, pretended, monkeypatch):
    whole = execute.append_line

    def append(folder, line):
        if line["district"] == "Kenanga":
            raise OSError(28, "No space left on device", "manifest.jsonl")
        whole(folder, line)

    with monkeypatch.context() as full:
        full.setattr(execute, "append_line", append)
        assert "manifest.jsonl: the disk is full" in only_kenanga_failed(run())
    assert sorted(run()["status"]) == ["done", "unchanged", "unchanged", "unchanged"]


def test_a_folder_that_cannot_be_made(run, pretended, at):
    at(KENANGA).parent.mkdir(parents=True)
    at(KENANGA).write_text("a file")
    assert KENANGA in only_kenanga_failed(run())
    assert at(KENANGA).read_text() == "a file"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_folder_that_may_not_be_written(run, pretended, at):
    at(KENANGA).mkdir(parents=True)
    at(KENANGA).chmod(0o500)
    assert "tidak boleh ditulisi" in only_kenanga_failed(run())


def test_outputs_that_cannot_be_made_are_a_users_mistake(run, pretended, tmp_path):
    (tmp_path / "outputs").write_text("a file")
    with pytest.raises(UserError, match=r"cannot be written: .*outputs"):
        run()


@pytest.mark.parametrize("died", [True, False])
def test_a_notebook_that_ended_early(run, pretended, at, monkeypatch, died):
    whole = engine.execute_notebook

    def end(source, part, parameters, **limits):
        usage = whole(source, part, parameters, **limits)
        if parameters.get("district") == "02":
            assert limits == {"timeout": 5.0, "memory_mb": 900, "engine": "kernel"}
            if died:
                raise engine.NotebookDied("the notebook took longer than 5 seconds", usage)
            raise RuntimeError("first line\nsecond line")
        return usage

    monkeypatch.setattr(engine, "execute_notebook", end)
    error = only_kenanga_failed(run(timeout=5.0, memory_mb=900, engine="kernel"))
    assert error == ("the notebook took longer than 5 seconds" if died else
                     "RuntimeError: first line")  # fmt: skip
    assert at(f"{KENANGA}/02_district.ipynb").exists() is died
    line = read_manifest(at())[f"{KENANGA}/02_district.ipynb"]
    assert (line["status"], line["error"]) == ("failed", error)
    assert line["peak_memory_mb"] == (1.0 if died else None)


def test_a_full_disk_while_results_are_gathered(run, pretended, at, monkeypatch):
    def full(*_given):
        raise OSError(28, "No space left on device", "results.csv")

    with monkeypatch.context() as broken:
        broken.setattr("bantar_lib.batch.results.write_whole", full)
        with pytest.raises(UserError, match=r"results\.csv: the disk is full"):
            run()
    assert set(run()["status"]) == {"unchanged"}
    assert at("results.csv").exists()


@pytest.mark.slow
def test_the_command_goes_on_past_notebooks_that_die(bantar_run, study, at):
    for district, reason in (("01", "sleep 60"), ("02", "fill"), ("03", "die")):
        (study / f"private/fails_{district}.txt").write_text(reason)
    process = bantar_run("--timeout", "4", "--memory", "500", "--workers", "2")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1, err
    said = (
        "Melati: the notebook took longer than 4 seconds",
        "Kenanga: the notebook held more than 500 MB of memory",
        "Mawar: its process ended with exit code 3",
    )
    assert all(one in err for one in said)
    assert "3 of 4 notebooks failed" in err
    assert "Traceback" not in err
    assert "Kernel died" not in err
    assert [row.split(",")[3] for row in out.splitlines()[1:]] == ["done", *["failed"] * 3]
    log = at("run.log", "en").read_text("utf-8")
    assert all(one.split(": ")[1] in log for one in said)
