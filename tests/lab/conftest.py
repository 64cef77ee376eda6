"""A made-up study with documents, and one JupyterLab in which a real browser codes them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bantar_lib import load_study
from bantar_lib.coding import CodingLog
from bantar_lib.study import Study

TALK = (
    "P: Bagaimana kerja bakti di lorong ini?\n"
    "\n"
    "K: Warga datang setiap Minggu. Pembersihan selokan selesai sebelum siang 🙂🙂, "
    "dan tidak ada yang menolak.\n"
    "K: Gerobak sampah tidak pernah datang. Kami membayar sendiri.\n"
    "\n"
    "P: Siapa yang mendampingi?\n"
    "K: Pendamping datang dua kali setahun.\n"
)
MANY_LETTERS = (
    "Emoji 👩‍👩‍👧 lebih dahulu, lalu huruf gabungan: cafe\u0301 dan n\u0303.\r\n"
    "\r\n"
    "Aksara Jawa ꦲꦏ꧀ꦱꦫꦗꦮ di papan lorong.\r\n"
    "Baris terakhir sesudah 🏘️ rumah.\r\n"
)


@pytest.fixture
def talk_study(write_small: Callable[..., Path]) -> Study:
    """A small study with two transcripts, of which one may be quoted and one is private."""
    return load_study(add_documents(write_small()))


def add_documents(folder: Path) -> Path:
    """Put documents into a study written by `write_small`."""
    (folder / "documents").mkdir()
    (folder / "documents" / "talk.txt").write_bytes(TALK.encode())
    (folder / "documents" / "letters.txt").write_bytes(MANY_LETTERS.encode())
    sources = folder / "sources.csv"
    more = "letters,interview,Sumber huruf,Source letters,ketua RT,quote\n"
    more += "diary,interview,Sumber harian,Source diary,warga,none\n"
    sources.write_text(sources.read_text("utf-8") + more, "utf-8")
    (folder / "private").mkdir()
    (folder / "private" / "diary.txt").write_text("Rahasia: nama saya Budi.\n", "utf-8")
    return folder


# The browser

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
                None)  # fmt: skip
BLIND_NET = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


def missing() -> str:
    """Say in one line what the browser tests lack here, or nothing."""
    if CHROMIUM is None:
        return "no Chromium is installed"
    for module in ("playwright", "axe_playwright_python", "jupyterlab", "anywidget"):
        try:
            __import__(module)
        except ImportError:
            return f"{module} is not installed"
    return ""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium, which can reach nothing but this machine."""
    if lack := missing():
        pytest.skip(lack)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # No sandbox: a test may run as root in a container.
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", BLIND_NET]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """One JupyterLab on this machine with a home of its own: its address and folder."""
    if lack := missing():
        pytest.skip(lack)
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


class LabPage:
    """A notebook open in JupyterLab, with the coder of its one cell."""

    def __init__(self, browser: Any, address: str, path: Path, **context: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1400, "height": 900}} | context)
        self.page = self.context.new_page()
        self.address, self.path = address, path
        self.outside: list[str] = []
        self.faults: list[str] = []
        self.page.on("request", self._note)
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        self.open()

    def _note(self, request: Any) -> None:
        own = (self.address, self.address.replace("http", "ws"), "data:", "blob:")
        if not request.url.startswith(own):
            self.outside.append(request.url)

    def open(self) -> None:
        """Open the notebook; wait until its kernel answers."""
        # A workspace of its own: JupyterLab opens there what stood open in it before.
        self.page.goto(f"{self.address}/lab/workspaces/{self.path.stem}/tree/{self.path.name}")
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
            "?.status === 'idle'", timeout=60_000)  # fmt: skip

    def run(self, *, opens: bool = True) -> None:
        """Run all cells."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        if opens:
            self.text.wait_for(timeout=60_000)

    def restart_kernel(self) -> None:
        self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()"
        )
        self.page.wait_for_function(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status"
            " === 'idle'", timeout=60_000)  # fmt: skip

    @property
    def coder(self) -> Any:
        return self.page.locator(".bantar-coder")

    @property
    def text(self) -> Any:
        return self.coder.locator(".bc-text")

    @property
    def marks(self) -> list[str]:
        return self.text.locator("mark").all_text_contents()

    def says(self, words: str) -> None:
        """Wait until the status line says `words`."""
        self.coder.locator(".bc-status", has_text=words).wait_for(timeout=20_000)

    def select(self, words: str, *, through: str = "") -> None:
        """Select by mouse from the start of `words` to its end (or to the end of `through`)."""
        places = self.page.evaluate(_PLACES, [words, through or words])
        mouse = self.page.mouse
        mouse.move(*places[0])
        mouse.down()
        mouse.move(places[0][0] + 5, places[0][1])
        mouse.move(*places[1], steps=4)
        mouse.up()

    def choose(self, code: int, valence: str) -> None:
        """Choose the `code`-th code and a valence by mouse."""
        self.coder.locator(".bc-code").nth(code - 1).click()
        self.coder.locator(f".bc-valence.bc-{valence}").click()

    def close(self) -> None:
        self.context.close()


_PLACES = """([first, last]) => {
  const text = document.querySelector(".bantar-coder .bc-text");
  const place = (words, end) => {
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.data.indexOf(words);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + words.length);
      node.parentElement.scrollIntoView({ block: "center" });
      const boxes = range.getClientRects();
      const box = end ? boxes[boxes.length - 1] : boxes[0];
      return [end ? box.right : box.left + 0.5, box.top + box.height / 2];
    }
    throw new Error(`not in the document: ${words}`);
  };
  place(first, false);
  return [place(first, false), place(last, true)];
}"""


@pytest.fixture(scope="session")
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
        path.write_text(json.dumps(_notebook(source)), "utf-8")
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


def _notebook(source: str) -> dict[str, Any]:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cell = {"cell_type": "code", "id": "coder", "source": source, "metadata": {}, "outputs": [],
            "execution_count": None}  # fmt: skip
    return {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def codings_of(study: Path, coder: str = "ani", *, private: bool = False) -> list[dict[str, Any]]:
    """Return what the log on the disk says."""
    return CodingLog(load_study(study), coder, private=private).codings


__all__ = ["LabPage", "add_documents", "codings_of", "os"]
