"""A made-up study with documents, and one JupyterLab in which a real browser codes them."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lab_browser import LabPage, notebook
from lab_studies import add_documents

from bantar_lib import load_study
from bantar_lib.study import Study


@pytest.fixture
def talk_study(write_small: Callable[..., Path]) -> Study:
    """A small study with two transcripts, of which one may be quoted and one is private."""
    return load_study(add_documents(write_small()))


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """One JupyterLab on this machine with a home of its own: its address and folder."""
    for module in ("jupyterlab", "anywidget"):
        pytest.importorskip(module, reason=f"{module} is not installed")
    from bantar_lib.lab.jupyter import QUIET, lab_environment

    top = tmp_path_factory.mktemp("lab")
    folder = top / "notebooks"
    folder.mkdir()
    environment = lab_environment(top / "own") | {"HOME": str(top), "USERPROFILE": str(top)}
    for name in ("CONFIG", "DATA", "RUNTIME"):
        environment[f"JUPYTER_{name}_DIR"] = str(top / name.lower())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", str(folder), *QUIET, "--no-browser",
               "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token=",
               "--LabApp.expose_app_in_browser=True",
               f"--LabApp.workspaces_dir={top / 'workspaces'}",
               f"--LabApp.user_settings_dir={top / 'settings'}"]  # fmt: skip
    with (top / "log.txt").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api/status", server, top / "log.txt")
        yield address, folder
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _second in range(60):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError(log.read_text())


@pytest.fixture
def coder_page(
    browser: Any, lab_server: tuple[str, Path], write_small_at: Callable[..., Path]
) -> Iterator[Callable[..., LabPage]]:
    """Return an opener of notebooks that hold one SpanCoder."""
    address, folder = lab_server
    opened: list[LabPage] = []

    def open_page(
        name: str, *, document: str = "talk.txt", coder: str = "ani", lang: str = "en",
        study: Path | None = None, more: str = "", run: bool = True, **context: Any
    ) -> LabPage:  # fmt: skip
        study = study or study_at(name)
        source = (f"import bantar_lib as bl\nbl.speak({lang!r})\n"
                  f"bl.SpanCoder({str(study)!r}, {document!r}, {coder!r}{more})")  # fmt: skip
        path = folder / f"{name}_{coder}_{lang}.ipynb"
        path.write_text(json.dumps(notebook(source)), "utf-8")
        page = LabPage(browser, address, path, **context)
        opened.append(page)
        if run:
            page.run()
        return page

    def study_at(name: str) -> Path:
        place = folder.parent / "studies" / name
        if not place.exists():
            place.parent.mkdir(exist_ok=True)
            add_documents(write_small_at(place, evidence=()))
        return place

    open_page.study_at = study_at  # type: ignore[attr-defined]
    yield open_page
    for page in opened:
        page.close()
