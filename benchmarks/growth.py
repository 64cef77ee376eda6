"""What a batch costs as it grows: from 11 districts to 1,000, run for real.

Run ``python benchmarks/growth.py SOURCE.csv`` (the file that ``padigitale.py`` describes). Of the
one study of all its districts, 11, 110 and 1,000 are run on two workers, evenly spaced by code,
each into an empty folder, the smallest once beforehand so that what is kept of the whole study is
there. It takes a quarter of an hour or more. Printed are, for each size:

* CPU and clock seconds a district, start-up taken off (what one district takes, alone);
* of the first process, by its own count every half second: the most memory, open files, children
  and zombies (children that have ended and not been waited for);
* the most memory of all its processes together (proportional set size);
* the most entries that a folder of the outputs holds, and megabytes written a district.

The last column says what all districts would take: clock seconds by the slope between the two
largest sizes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from padigitale import make_study

from notebooks import pss

SIZES = (1, 11, 110, 1000)
WORKERS = 2
RUN = """
import sys, json
from bantar_lib.batch.warm import stay_single
stay_single()
if __name__ == "__main__":
    from bantar_lib import run_batch
    study, outputs, codes = json.loads(sys.stdin.read())
    table = run_batch(study, codes, outputs=outputs, workers=2)
    assert set(table["status"]) == {"done"}, table["error"].unique()
"""


def descendants(process: int) -> dict[int, str]:
    """Return all processes that descend from one, each with its state (``Z``: a zombie)."""
    seen: dict[int, tuple[int, str]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:2]
        except OSError:
            continue
        seen[int(folder.name)] = (int(parent), state)
    family = {process}
    while more := {p for p, (parent, _s) in seen.items() if parent in family} - family:
        family |= more
    return {p: seen[p][1] for p in family - {process} if p in seen}


def look(process: int) -> dict[str, float]:
    """Return what a process and its descendants hold now."""
    below = descendants(process)
    held = {"children": len(below), "zombies": sum(state == "Z" for state in below.values())}
    try:
        held["files"] = len(list(Path(f"/proc/{process}/fd").iterdir()))
        held["own MB"] = pss(process)
        held["all MB"] = held["own MB"]
    except OSError:
        return {}
    for child, state in below.items():
        try:
            held["all MB"] += pss(child) if state != "Z" else 0
        except OSError:
            continue
    return held


def run(study: Path, outputs: Path, codes: list[str]) -> dict[str, float]:
    """Run a batch; return what it took."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, text=True)
    assert process.stdin
    process.stdin.write(json.dumps([str(study), str(outputs), codes]))
    process.stdin.close()
    most: dict[str, float] = {}
    while True:
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        for name, value in look(process.pid).items():
            most[name] = max(most.get(name, 0), value)
        time.sleep(0.5)
    assert status == 0, status
    folders = [outputs, *(path for path in outputs.rglob("*") if path.is_dir())]
    written = sum(path.stat().st_size for path in outputs.rglob("*.*") if path.is_file())
    return {
        "clock": time.perf_counter() - start,
        "CPU": used.ru_utime + used.ru_stime,
        **most,
        "entries": max(len(list(folder.iterdir())) for folder in folders),
        "MB": written / 1e6 / len(codes),
    }


def main() -> None:
    """Run every size and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        os.environ["BANTAR_CACHE"] = str(top / "cache")
        study = make_study(top / "all", options.source)
        lines = (study / "districts.csv").read_text(encoding="utf-8").splitlines()[1:]
        codes = [line.split(",")[0] for line in lines]
        found = {}
        for n in (SIZES[0], *SIZES):  # the first fills the cache
            some = [codes[i * len(codes) // n] for i in range(n)]
            outputs = top / "outputs"
            found[n] = run(study, outputs, some)
            shutil.rmtree(outputs)
            print(f"{n}: {found[n]}", file=sys.stderr)
    show(found, len(codes))


def show(found: dict[int, dict[str, float]], every: int) -> None:
    """Print the table."""
    first, *sizes = SIZES
    print("| districts | " + " | ".join(f"{n:,}" for n in sizes) + f" | {every:,}, extrapolated |")
    print("|---" * (len(sizes) + 2) + "|")
    for name in ("CPU", "clock"):
        a_district = [(found[n][name] - found[first][name]) / (n - first) for n in sizes]
        low, high = sizes[-2:]
        slope = (found[high][name] - found[low][name]) / (high - low)
        whole = found[high][name] + slope * (every - high)
        print(f"| {name} seconds a district | " + " | ".join(f"{s:.2f}" for s in a_district)
              + f" | {whole:,.0f} s in all |")  # fmt: skip
    for name, called in (
        ("own MB", "first process, MB"), ("files", "its open files"), ("children", "its processes"),
        ("zombies", "of them zombies"), ("all MB", "all processes, MB"),
        ("entries", "most entries in a folder"), ("MB", "MB written a district"),
    ):  # fmt: skip
        cells = " | ".join(f"{found[n][name]:,.{1 if name == 'MB' else 0}f}" for n in sizes)
        print(f"| {called} | {cells} | |")


if __name__ == "__main__":
    main()
