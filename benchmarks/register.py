"""Time and memory of counting distinct units in a large register of made-up units.

Run ``python benchmarks/register.py``. It writes a register (by default 2 million units in 7,285
districts, 5 years) to a temporary folder, as Parquet and as CSV, and prints for each how long one
district and the whole take, with the peak memory of the process that did it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import subprocess
import sys
import tempfile
from pathlib import Path

STUDY = """\
format: 1
id: made_up_register
synthetic: true
title: {id: Register rekaan, en: Made-up register}
question: {id: Berapa lama?, en: How long?}
place: {id: Rekaan, en: Made up}
district: {id: kecamatan, en: district}
unit: {id: RT, en: RT}
framework: grindle
stages:
  - {id: proposed, label: {id: diusulkan, en: proposed}}
  - {id: implemented, label: {id: terlaksana, en: implemented}}
counts_are: flow
"""

# Each step runs in a process of its own, so that the peak is this step's alone (a child's peak
# starts at its parent's size: therefore the writing has one, too). What stands before the step is
# the library's, whatever the register's size.
MEASURE = """
import resource, sys, time
import duckdb
from bantar_lib.study import load_study
from bantar_lib.measures.register import distinct_units
study = load_study(sys.argv[1])
study.districts
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
rows = distinct_units(study, sys.argv[2] or None)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f"{seconds:.2f} s, peak {peak / 1024:.0f} MB (+{(peak - before) / 1024:.0f}), "
      f"{len(rows)} rows, {rows['distinct'].sum()} units x stages")
"""


def write_study(folder: Path, units: int, districts: int, ending: str) -> None:
    """Write a made-up study with a register of `units` × 5 years, sorted by district."""
    import duckdb

    folder.mkdir()
    (folder / "study.yml").write_text(STUDY, encoding="utf-8")
    (folder / "sources.csv").write_text(
        "source_id,kind,title_id,title_en,release\nmade_up,dataset,Data rekaan,Made-up data,quote\n"
    )
    codes = [f"{i // 100:02}.{i % 100:02}.00" for i in range(districts)]
    with (folder / "districts.csv").open("w") as file:
        file.write("district_id,name,units\n")
        file.writelines(f"{c},Made up {c},{units // districts}\n" for c in codes)
    with (folder / "counts.csv").open("w") as file:
        file.write("district_id,year,stage,count,source_id\n")
        file.writelines(f"{c},2021,proposed,,made_up\n" for c in codes)
    kind = "FORMAT parquet" if ending == "parquet" else "FORMAT csv, HEADER"
    query = f"""
        COPY (
            SELECT 'u' || u AS unit_id,
                   printf('%02d.%02d.00', d // 100, d % 100) AS district_id,
                   2021 + y AS year,
                   CASE WHEN hash(u, y) % 5 < 2 THEN 'implemented' ELSE 'proposed' END AS stage
            FROM (SELECT u, u * {districts} // {units} AS d FROM range({units}) AS t(u)),
                 range(5) AS s(y)
            ORDER BY d, u, y
        ) TO '{folder / f"register.{ending}"}' ({kind})
    """
    duckdb.sql(query)


def main() -> None:
    """Write both forms of the register and print what each costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=2_000_000)
    parser.add_argument("--districts", type=int, default=7_285)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as top:
        for ending in ("parquet", "csv"):
            folder = Path(top) / ending
            values = (folder, options.units, options.districts, ending)
            writer = multiprocessing.get_context("spawn").Process(target=write_study, args=values)
            writer.start()
            writer.join()
            size = (folder / f"register.{ending}").stat().st_size / 2**20
            print(f"register.{ending}: {5 * options.units:,} rows, {size:.0f} MB")
            for what, district in (("one district", "00.07.00"), ("all districts", "")):
                command = [sys.executable, "-c", MEASURE, str(folder), district]
                done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
                print(f"  {what}: {done.stdout.strip()}")


if __name__ == "__main__":
    main()
