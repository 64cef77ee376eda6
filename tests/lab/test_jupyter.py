"""`bantar lab`: the notebooks, this Python, and no call to the outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

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
        assert json.loads(Path(env["JUPYTER_PATH"].split(os.pathsep)[0], "kernels", "python3",
                               "kernel.json").read_text())  # fmt: skip
        given.update(command=command, env=env)
        return 3

    monkeypatch.setattr(jupyter, "_call", call)
    assert jupyter.open_lab(["--no-browser"]) == 3
    assert given["command"][:3] == [sys.executable, "-m", "jupyterlab"]
    assert "--LabApp.extension_manager=readonly" in given["command"]
    assert given["command"][-1] == "--no-browser"
    own = given["env"]["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0]
    assert not os.path.exists(own)  # noqa: PTH110


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without telling it")
def test_jupyterlab_does_not_outlive_the_command(tmp_path):
    started = tmp_path / "started"
    child = f"import os, time; open({str(started)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    own = f"""
import os, sys
from bantar_lib.lab.jupyter import _call
sys.exit(7 if _call([sys.executable, "-c", {child!r}], dict(os.environ)) else 0)
"""
    command = subprocess.Popen([sys.executable, "-c", own])
    try:
        until = time.monotonic() + 60
        while not (started.exists() and started.read_text()):
            assert time.monotonic() < until
            time.sleep(0.05)
        command.terminate()
        assert command.wait(30) == 7  # the child was ended, and the command then ended itself
    finally:
        command.kill()
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)


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
