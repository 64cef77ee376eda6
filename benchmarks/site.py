"""What a page of the reading site costs among 11 districts, and among a thousand.

Run ``python benchmarks/site.py OUTPUTS`` where OUTPUTS is what ``bantar run kampung_bantar`` left.
It makes made-up studies of several sizes whose districts' notebooks are copies of an executed one,
under other names, and builds their site in one language, each size in a process of its own:

* ``first``: from nothing;
* ``nothing changed`` and ``one district changed``: again after that.

CPU seconds and peak memory are those of all processes of the build; the ratios are to the smallest
study. A build that reads every page has to cost more for more pages: what should stay flat is the
cost of one page.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

SIZES = (11, 100, 1000)
HEAD = "district_id,name,parent,units\n"
IN_A_PARENT = 20

BUILD = """
import json, resource, sys, time
from pathlib import Path
from bantar_lib import load_study
from bantar_lib.publish.site import build_site

def used():
    own, others = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime, others.ru_maxrss / 1024

if __name__ == "__main__":
    before, start = used()[0], time.perf_counter()
    site = build_site(load_study(sys.argv[1]), outputs=Path(sys.argv[2]))
    cpu, memory = used()
    print(json.dumps({"cpu": cpu - before, "seconds": time.perf_counter() - start,
                      "memory": memory, "pages": sum(site.pages.values()),
                      "changed": sum(site.changed.values())}))
"""


def make_study(folder: Path, size: int) -> Path:
    """Write a made-up study of `size` districts in groups."""
    folder.mkdir(parents=True)
    both = {"id": "Studi", "en": "Study"}
    stages = [{"id": s, "label": {"id": s, "en": s}} for s in ("proposed", "implemented")]
    settings = {
        "format": 1, "id": "many", "synthetic": True, "title": both, "question": both,
        "place": both, "district": both, "unit": both, "framework": "grindle", "stages": stages,
        "counts_are": "flow",
    }  # fmt: skip
    (folder / "study.yml").write_text(yaml.safe_dump(settings), "utf-8")
    rows = [f"{n:05d},District {n:05d},Parent {n // IN_A_PARENT:03d},40\n" for n in range(size)]
    (folder / "districts.csv").write_text(HEAD + "".join(rows), "utf-8")
    (folder / "sources.csv").write_text(
        "source_id,kind,title_id,title_en,release\nx,statistic,x,x,quote\n"
    )
    (folder / "counts.csv").write_text("district_id,year,stage,count,source_id\n", "utf-8")
    return folder


def leave_run(study: Path, outputs: Path, notebook: Path) -> list[Path]:
    """Leave a copy of an executed notebook for each district; return the copies."""
    from bantar_lib import load_study
    from bantar_lib.batch.plan import plan

    text = notebook.read_text("utf-8")
    copies = []
    for job in plan(load_study(study), None, lang="id", outputs=outputs):
        if job.district_id:
            job.output.parent.mkdir(parents=True)
            job.output.write_text(text.replace("Kota Baru", job.district), "utf-8")
            job.output.with_suffix(".html").touch()
            copies.append(job.output)
    return copies


def build(study: Path, outputs: Path) -> dict[str, float]:
    """Build the site in a process of its own; return what it took."""
    script = outputs / "build.py"
    script.write_text(BUILD, "utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(study), str(outputs)], capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(notebook: Path, size: int) -> dict[str, dict[str, float]]:
    """Build the site of a study of `size` districts three times."""
    with tempfile.TemporaryDirectory() as folder:
        study = make_study(Path(folder) / "many", size)
        outputs = Path(folder) / "outputs"
        copies = leave_run(study, outputs, notebook)
        found = {"first": build(study, outputs), "nothing changed": build(study, outputs)}
        one = copies[len(copies) // 2]
        one.write_text(one.read_text("utf-8").replace("diusulkan", "diajukan"), "utf-8")
        found["one district changed"] = build(study, outputs)
        index = next((outputs / "many" / "site" / "id").glob("searchindex.js"))
        found["first"]["index_kb"] = index.stat().st_size / 1000
        return found


def main() -> int:
    """Measure all sizes and print a table of CPU a page, its ratio, and memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outputs", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    options = parser.parse_args()
    found = options.outputs.rglob("id/districts/*Kota_Baru/02_district.ipynb")
    notebook = next(iter(found), None)
    if notebook is None:
        sys.exit(f"{options.outputs}: no executed notebook of Kota Baru; run bantar run first")
    base = 0.0
    print(f"{'districts':>9} {'build':<21} {'pages':>6} {'CPU s':>7} {'s/page':>7} {'ratio':>6}"
          f" {'MB':>5} {'MB/page':>8}")  # fmt: skip
    for size in options.sizes:
        for name, took in measure(notebook, size).items():
            each = took["cpu"] / took["pages"]
            base = base or each
            print(f"{size:>9} {name:<21} {took['pages']:>6.0f} {took['cpu']:>7.1f} {each:>7.3f} "
                  f"{each / base:>6.2f} {took['memory']:>5.0f} "
                  f"{took['memory'] / took['pages']:>8.2f}"
                  + (f"  index {took['index_kb']:.0f} kB" if "index_kb" in took else ""),
                  flush=True)  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
