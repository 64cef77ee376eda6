"""What running notebooks costs here, beside papermill as it comes.

Run ``python benchmarks/notebooks.py``; ``--rounds`` sets how often, ``--batch`` adds whole batches
(minutes). Each figure is a ratio: both sides run in turn, pair by pair, so that what else the
machine does meets both alike. Printed are the median of the pairs and, in brackets, the least and
the most. CPU counts every process that a side started.

* ``district with its page``: the commands ``papermill`` and ``jupyter nbconvert --to html``
  against the same notebook and page from a process that is warm already;
* ``beside a plain script``: the notebook, without its page, against its code run by ``exec`` in a
  process forked from the same warm one: what no notebook could undercut;
* ``memory``: a warm process and six notebooks running at once against six kernels that have
  imported the same, in summed proportional set sizes;
* ``batch``: all notebooks of the bundled study on two workers, from the first import to the last
  page, against papermill's API in a pool of two processes, each page by nbconvert's command.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STUDY, DISTRICT, LANG = "kampung_bantar", "15.71.07", "id"
SPENT = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
Cost = tuple[float, float]  # seconds of CPU, of the clock


def cpu() -> float:
    """Return the CPU seconds of this process and all it has waited for."""
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, SPENT))


def costs(work: Callable[[], object]) -> Cost:
    """Return what a piece of work takes."""
    before, start = cpu(), time.perf_counter()
    work()
    return cpu() - before, time.perf_counter() - start


def source(folder: Path) -> Path:
    """Write the district's notebook in one language."""
    import nbformat

    from bantar_lib.batch.plan import one_language, read_notebook
    from bantar_lib.places import shared_folder

    path = folder / "02_district.ipynb"
    notebook = read_notebook(shared_folder("notebooks") / path.name)
    nbformat.write(one_language(notebook, LANG), path)
    return path


def commands(notebook: Path, out: Path) -> None:
    """Run papermill's command, then nbconvert's."""
    given = [x for kv in (("study", STUDY), ("lang", LANG), ("district", DISTRICT))
             for x in ("-r", *kv)]  # fmt: skip
    for command in (
        ["papermill", str(notebook), str(out), *given, "-k", "python3", "--no-progress-bar"],
        ["nbconvert", "--to", "html", str(out)],
    ):
        subprocess.run([sys.executable, "-m", *command], check=True, stderr=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)  # fmt: skip


class Warm:
    """A warm process that is told what to do, and says what it cost."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--warm"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        self.pid = self._process.pid
        assert self._ask("ready")

    def _ask(self, *words: str) -> Any:
        assert self._process.stdin and self._process.stdout
        print(json.dumps(words), file=self._process.stdin, flush=True)
        for line in self._process.stdout:
            if line.startswith("> "):
                return json.loads(line[2:])
        raise RuntimeError("the warm process ended")

    def cost(self, *words: str) -> Cost:
        """Return what doing this cost."""
        spent, took = self._ask(*words)
        return spent, took

    def stop(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def serve() -> None:
    """Be the warm process."""
    from bantar_lib.batch.warm import warm_up

    warm_up(STUDY, LANG)
    import nbformat

    from bantar_lib.batch.engine import can_fork, execute_notebook
    from bantar_lib.present.page import Page, page_html

    assert can_fork() == "", can_fork()
    parameters = {"study": STUDY, "lang": LANG, "district": DISTRICT}

    def page(given: str, out: str) -> None:
        notebook(given, out)
        html = page_html(nbformat.read(out, 4), Page("x", LANG))
        Path(out).with_suffix(".html").write_text(html, encoding="utf-8")

    def notebook(given: str, out: str) -> None:
        used = execute_notebook(nbformat.read(given, 4), Path(out), parameters)
        assert used.engine == "forked", used

    def script(given: str) -> None:
        child = os.fork()
        if child == 0:
            _exec(nbformat.read(given, 4), parameters)
            os._exit(0)
        os.waitpid(child, 0)

    ways: dict[str, Callable[..., object]] = {
        "ready": lambda: None, "page": page, "notebook": notebook, "script": script,
    }  # fmt: skip
    for line in sys.stdin:
        what, *words = json.loads(line)
        print("> " + json.dumps(costs(lambda: ways[what](*words))), flush=True)  # noqa: B023


def _exec(notebook: Any, parameters: dict[str, str]) -> None:
    from bantar_lib.batch.forked import make_kernel
    from bantar_lib.present import display

    display._publish = lambda *_args, **_options: None  # type: ignore[assignment]
    names: dict[str, Any] = {}
    with make_kernel().shell.builtin_trap:
        for cell in notebook.cells:
            if cell.cell_type == "code":
                exec(cell.source, names)
                names.update(parameters if "parameters" in cell.metadata.get("tags", []) else {})


def pss(process: int) -> float:
    """Return the megabytes of a process, what it shares with others divided among them."""
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


IMPORTS = """\
import bantar_lib as bl
from bantar_lib.present import figures, notes, sections, show, tables
s = bl.load_study("kampung_bantar")
show(figures.rates(s, bl.execution(s)))
"""
HOLD = """
import sys
from bantar_lib.batch.warm import warm_up
warm_up("kampung_bantar", "id")
from bantar_lib.batch.forked import fork_kernel
from bantar_lib.batch.pipe import PipeClient
kernels = [fork_kernel() for _n in range(6)]
import asyncio
async def run(pipe):
    client = PipeClient(pipe, lambda: None)
    client.execute(sys.argv[1])
    while True:
        if (await client.shell_channel.get_msg())["msg_type"] == "execute_reply":
            return
for _process, pipe in kernels:
    asyncio.run(run(pipe))
print(*[process for process, _pipe in kernels], flush=True)
sys.stdin.read()
"""


@contextmanager
def forked_kernels() -> Iterator[list[int]]:
    """Hold a warm process and six notebooks forked from it."""
    held = subprocess.Popen([sys.executable, "-c", HOLD, IMPORTS], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)  # fmt: skip
    assert held.stdin and held.stdout
    yield [held.pid, *map(int, held.stdout.readline().split())]
    held.stdin.close()
    held.wait()


@contextmanager
def new_kernels() -> Iterator[list[int]]:
    """Hold six new kernels that have run the same."""
    from jupyter_client.manager import start_new_kernel

    quiet = ["--log-level=CRITICAL"]
    kernels = [start_new_kernel(kernel_name="python3", extra_arguments=quiet) for _n in range(6)]
    for _manager, client in kernels:
        client.execute_interactive(IMPORTS, output_hook=lambda _message: None)
    yield [manager.provisioner.process.pid for manager, _client in kernels]
    for manager, client in kernels:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def memory() -> tuple[float, float]:
    """Return the megabytes of six new kernels, and of a warm process with six notebooks."""
    sizes = []
    for hold in (new_kernels, forked_kernels):
        with hold() as processes:
            sizes.append(sum(map(pss, processes)))
    return sizes[0], sizes[1]


STOCK = """
import subprocess, sys, multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from bantar_lib import load_study
from bantar_lib.batch.plan import one_language, plan, read_notebook

def run(job):
    import papermill
    job.output.parent.mkdir(parents=True, exist_ok=True)
    notebook = one_language(read_notebook(job.notebook), "id")
    papermill.execute_notebook(notebook, str(job.output), parameters=dict(job.parameters),
                               progress_bar=False, kernel_name="python3", language="python")
    subprocess.run([sys.executable, "-m", "nbconvert", "--to", "html", str(job.output)], check=True,
                   stderr=subprocess.DEVNULL)

if __name__ == "__main__":
    jobs = plan(load_study("kampung_bantar"), None, lang="id", outputs=Path(sys.argv[1]))
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(run, jobs))
"""


def batches(folder: Path) -> tuple[Cost, Cost]:
    """Return what a whole batch costs: papermill's API, and `bantar run`."""
    script = folder / "stock.py"
    script.write_text(STOCK, encoding="utf-8")
    found = []
    ours = ["-m", "bantar_lib.cli", "run", STUDY, "--lang", LANG, "--workers", "2"]
    for command in ([str(script), str(folder / "stock")], ours):
        target = folder / f"batch_{len(found)}"
        target.mkdir(exist_ok=True)
        found.append(costs(lambda: subprocess.run(
            [sys.executable, *command], check=True, stdout=subprocess.DEVNULL,  # noqa: B023
            stderr=subprocess.DEVNULL, cwd=target)))  # fmt: skip  # noqa: B023
        shutil.rmtree(target)
    return found[0], found[1]


def ratio(pairs: list[tuple[float, float]]) -> str:
    """Return the median of the ratios, with the least and the most."""
    found = sorted(a / b for a, b in pairs)
    return f"{statistics.median(found):.2f} ({found[0]:.2f}–{found[-1]:.2f})"


def row(name: str, unit: str, pairs: list[tuple[float, float]], *, within: bool = False) -> str:
    """Return a row of the table: both medians, and the ratio that is promised."""
    first, second = (statistics.median(side) for side in zip(*pairs, strict=True))
    turned = [(b, a) for a, b in pairs] if within else pairs
    return f"| {name} | {unit} | {first:.2f} | {second:.2f} | {ratio(turned)} |"


def main() -> None:
    """Run the rounds and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batch", action="store_true")
    parser.add_argument("--warm", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.warm:
        return serve()
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    with tempfile.TemporaryDirectory() as top:
        os.environ.setdefault("BANTAR_CACHE", f"{top}/cache")
        folder = Path(top)
        notebook, out = source(folder), folder / "out.ipynb"
        warm = Warm()
        pages, scripts, memories, wholes = [], [], [], []
        for n in range(options.rounds):
            pages.append((costs(lambda: commands(notebook, out)),
                          warm.cost("page", str(notebook), str(out))))  # fmt: skip
            scripts.append((warm.cost("script", str(notebook)),
                            warm.cost("notebook", str(notebook), str(out))))  # fmt: skip
            print(f"round {n + 1} of {options.rounds}", file=sys.stderr)
        warm.stop()
        memories = [memory() for _n in range(3)]
        wholes = [batches(folder) for _n in range(3)] if options.batch else []
    print("| what | measured in | before | here | ratio |\n|---|---|---|---|---|")
    for name, found, within in (
        ("district with its page", pages, False), ("beside a plain script", scripts, True),
        ("batch, two workers, cold", wholes, False),
    ):  # fmt: skip
        for unit, part in (("CPU s", 0), ("clock s", 1)) if found else ():
            print(row(name, unit, [(a[part], b[part]) for a, b in found], within=within))
    print(row("memory of six notebooks", "MB", memories, within=True))
    return None


if __name__ == "__main__":
    main()
