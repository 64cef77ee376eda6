"""A notebook with a coding widget, driven in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any


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

    def save(self) -> None:
        """Save the notebook, with its cell's output."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")

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

    def lacks(self, words: str) -> Any:
        """Wait until a hint at its place in the form says `words`; return it."""
        hint = self.coder.locator(".bc-hint", has_text=words)
        hint.wait_for(timeout=20_000)
        return hint

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


def notebook(source: str) -> dict[str, Any]:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cell = {"cell_type": "code", "id": "coder", "source": source, "metadata": {}, "outputs": [],
            "execution_count": None}  # fmt: skip
    return {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
