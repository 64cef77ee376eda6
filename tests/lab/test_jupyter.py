"""`bantar lab`: the notebooks, this Python, and no call to the outside."""

from __future__ import annotations

import json
import os
import sys

import pytest

from bantar_lib.cli import main
from bantar_lib.lab import jupyter


def test_the_first_kernel_is_this_python(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", "elsewhere")
    environment = jupyter.lab_environment(tmp_path)
    assert environment["JUPYTER_PATH"].split(os.pathsep) == [str(tmp_path), "elsewhere"]
    kernel = json.loads((tmp_path / "kernels" / "python3" / "kernel.json").read_text())
    assert kernel["argv"][0] == sys.executable
    page = json.loads((tmp_path / "labconfig" / "page_config.json").read_text())
    assert page["disabledExtensions"] == {jupyter.NEWS: True}


def test_jupyterlab_is_started_quietly_and_options_come_last(monkeypatch):
    given = {}

    def call(command, env):
        given.update(command=command, env=env)
        return 3

    monkeypatch.setattr(jupyter.subprocess, "call", call)
    assert jupyter.open_lab(["--no-browser"]) == 3
    assert given["command"][:3] == [sys.executable, "-m", "jupyterlab"]
    assert "--LabApp.extension_manager=readonly" in given["command"]
    assert given["command"][-1] == "--no-browser"
    own = given["env"]["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0]
    assert not os.path.exists(own)  # noqa: PTH110


def test_installed_notebooks_are_copied_and_never_written_over(tmp_path, monkeypatch):
    packed = tmp_path / "site" / "notebooks"
    packed.mkdir(parents=True)
    for name in ("a.ipynb", "b.ipynb"):
        (packed / name).write_text("{}")
        (packed / name).chmod(0o444)
    monkeypatch.setattr(jupyter, "shared_folder", lambda _name: packed)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "a.ipynb").write_text("mine")
    folder = jupyter.notebooks_folder()
    assert folder == tmp_path / "notebooks"
    assert (folder / "a.ipynb").read_text() == "mine"
    (folder / "b.ipynb").write_text("can be saved")


def test_the_command_passes_everything_on_in_its_order(monkeypatch):
    given = []
    monkeypatch.setattr(jupyter, "open_lab", lambda options: given.extend(options) or 0)
    assert main(["lab", "--no-browser", "--lang", "id", "--port", "8890", "x.ipynb"]) == 0
    assert given == ["--no-browser", "--port", "8890", "x.ipynb"]


def test_other_commands_still_refuse_what_they_do_not_know(capsys):
    with pytest.raises(SystemExit):
        main(["list", "--no-browser"])
    assert "unrecognized arguments: --no-browser" in capsys.readouterr().err
