"""What a district's evaluation costs among 11 districts, and among thousands.

Run ``python benchmarks/shared_results.py SOURCE.csv`` (the file that ``padigitale.py`` describes).
It makes studies of several sizes from the one source and runs, in rounds in which every size and
way takes its turn, the code of the notebooks without a kernel:

* ``district``: the cells of ``02_district`` for one and the same district, after results of the
  whole study were kept; ``figures`` of it is what the cells that draw took;
* ``district, nothing kept``: the same in an empty cache, as each district would cost alone;
* ``whole study``: what is computed once: opening with all checks, and every measure;
* ``city page``: the cells of ``01_city`` after that.

Each is a process of its own, which first runs the same cells on the bundled study, so that imports
and first drawings do not count. Seconds of CPU, median of the rounds; peak memory of the process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from padigitale import make_study

SIZES = (11, 110, 1000, 7642)
WAYS = ("whole study", "city page", "district", "district, nothing kept")
BUNDLED = ("kampung_bantar", "15.71.07")

RUN = """
import contextlib, io, json, resource, sys, time
import matplotlib
matplotlib.use("Agg")
import bantar_lib as bl
from bantar_lib import measures
from bantar_lib.batch.plan import has_tag, one_language, read_notebook
from bantar_lib.places import shared_folder

MEASURES = ("execution", "reach", "funnel", "heterogeneity", "leave_one_out", "trend", "equity",
            "lorenz", "size", "detectability", "separable_share", "targets")

def page(name, study, district):
    path = shared_folder("notebooks") / (name + ".ipynb")
    names, drawing, start = {}, 0.0, time.process_time()
    for cell in one_language(read_notebook(path), "id").cells:
        if cell.cell_type != "code":
            continue
        before = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            exec(cell.source, names)
        if has_tag(cell, "parameters"):
            names.update(study=study, district=district)
        if "figures." in cell.source:
            drawing += time.process_time() - before
    return time.process_time() - start, drawing

def whole(study):
    start = time.process_time()
    opened = bl.load_study(study)
    bl.audit_tables(opened)
    for name in MEASURES:
        getattr(measures, name)(opened)
    return time.process_time() - start, 0.0

way, study, district, bundled, its_district = sys.argv[1:]
def run(study, district):
    if way == "whole study":
        return whole(study)
    return page("01_city" if way == "city page" else "02_district", study, district)
run(bundled, its_district)
seconds, drawing = run(study, district)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([seconds, drawing, peak]))
"""


def measure(way: str, study: Path, cache: Path) -> list[float]:
    """Return seconds of CPU, those of drawing, and the peak in MB, of one run."""
    district = (study / "districts.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    command = [sys.executable, "-c", RUN, way, str(study), district, *BUNDLED]
    env = {**os.environ, "BANTAR_CACHE": str(cache), "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True)
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def rounds(studies: dict[int, Path], top: Path, times: int) -> dict[tuple[str, int], list[float]]:
    """Run every way at every size in turn; return the medians."""
    found: dict[tuple[str, int], list[list[float]]] = {}
    for n in range(times):
        for size, study in studies.items():
            kept = top / f"kept_{n}"
            for way in WAYS:
                empty = top / f"empty_{n}_{size}"
                cache = empty if way == "district, nothing kept" else kept
                found.setdefault((way, size), []).append(measure(way, study, cache))
        print(f"round {n + 1} of {times}", file=sys.stderr)
    return {key: [statistics.median(v) for v in zip(*runs, strict=True)]
            for key, runs in found.items()}  # fmt: skip


def show(results: dict[tuple[str, int], list[float]]) -> None:
    """Print the table: seconds at each size, and their ratio to those at the smallest."""
    rows: dict[str, dict[int, float]] = {}
    for (way, size), (seconds, drawing, _peak) in results.items():
        rows.setdefault(way, {})[size] = seconds
        if way == "district":
            rows.setdefault("  of it, figures", {})[size] = drawing
            rows.setdefault("  of it, the rest", {})[size] = seconds - drawing
    print(f"{'CPU seconds (times the smallest)':34}" + "".join(f"{n:>18,}" for n in SIZES))
    for name, cells in rows.items():
        shown = [f"{s:.3f} ({s / cells[SIZES[0]]:.2f}x)" for s in cells.values()]
        print(f"{name:34}" + "".join(f"{text:>18}" for text in shown))
    for way in WAYS:
        peaks = "".join(f"{results[way, n][2]:>18,.0f}" for n in SIZES)
        print(f"{'peak MB, ' + way:34}{peaks}")


def main() -> None:
    """Make the studies, run the rounds and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        studies = {n: make_study(top / f"of_{n}", options.source, n) for n in SIZES}
        show(rounds(studies, top, options.rounds))


if __name__ == "__main__":
    main()
