"""Make a study of thousands of districts from open data, to try the library's scale on.

The data: PA digitale 2026, Dipartimento per la trasformazione digitale (Italy), CC BY 4.0; of each
municipality and year the calls open to it, and how many it applied for, had funded and was paid
out, each cumulated to the end of the year. They are no part of this project.

Run ``python benchmarks/padigitale.py SOURCE.csv FOLDER [MOST]``.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

STAGES = ("applied", "funded", "paid_out")
SOURCE = "padigitale"

STUDY = """\
format: 1
id: padigitale
synthetic: false
title: {id: PA digitale 2026 menurut komune, en: PA digitale 2026 by municipality}
question:
  id: Seberapa jauh peluang pendanaan digitalisasi diajukan dan didanai?
  en: How far have calls for digitalisation been applied for and funded?
place: {id: Italia, en: Italy}
district: {id: komune, en: municipality, en_plural: municipalities}
unit: {id: peluang pendanaan, en: calls}
framework: grindle
stages:
  - {id: applied, label: {id: diajukan, en: applied for}}
  - {id: funded, label: {id: didanai, en: funded}}
  - {id: paid_out, label: {id: dibayarkan, en: paid out}}
counts_are: stock
licence: CC-BY-4.0
"""

TITLES = ("Data terbuka PA digitale 2026", "Open data of PA digitale 2026")
CITATION = "Dipartimento per la trasformazione digitale, PA digitale 2026"


def make_study(folder: Path, source_csv: Path, most: int | None = None) -> Path:
    """Write the study's folder.

    Parameters
    ----------
    folder : Path
        Made where it does not exist; files of an earlier run are replaced.
    source_csv : Path
        One row a municipality and year: ``cod_comune, comune, provincia, year,
        calls_open_total, applied, funded, paid_out``.
    most : int, optional
        So many municipalities, evenly spaced by code, the first always among them; by default
        all.

    Returns
    -------
    Path
        The folder. `units` are the calls open by the last year. Whatever the source holds stays:
        more applications than calls, names that repeat. A blank name becomes the code, and a
        blank province stays blank.
    """
    with source_csv.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = _evenly(sorted({row["cod_comune"] for row in rows}), most)
    rows = [row for row in rows if row["cod_comune"] in kept]
    rows.sort(key=lambda row: (row["cod_comune"], row["year"]))
    latest = {row["cod_comune"]: row for row in rows}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.yml").write_text(STUDY, encoding="utf-8", newline="\n")
    _write(
        folder / "sources.csv",
        "source_id,kind,title_id,title_en,citation,licence,sampled,release",
        [[SOURCE, "dataset", *TITLES, CITATION, "CC BY 4.0", "census", "quote"]],
    )
    _write(
        folder / "districts.csv",
        "district_id,name,parent,units,source_id",
        (
            [code, row["comune"] or code, row["provincia"], row["calls_open_total"], SOURCE]
            for code, row in latest.items()
        ),
    )
    _write(
        folder / "counts.csv",
        "district_id,year,stage,count,source_id",
        (
            [row["cod_comune"], row["year"], stage, row[stage], SOURCE]
            for row in rows
            for stage in STAGES
        ),
    )
    return folder


def _evenly(codes: list[str], most: int | None) -> set[str]:
    if most is None or most >= len(codes):
        return set(codes)
    return {codes[i * len(codes) // most] for i in range(most)}


def _write(path: Path, heading: str, rows: Iterable[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading.split(","))
        writer.writerows(rows)


if __name__ == "__main__":
    source, target, *rest = sys.argv[1:]
    print(make_study(Path(target), Path(source), int(rest[0]) if rest else None))
