"""Recaps written and read back, as the tests of recaps need them."""

from __future__ import annotations

import csv
from pathlib import Path

from openpyxl import Workbook

from bantar_lib.study import check_study
from bantar_lib.study.recap import propose_mapping, read_recap, study_from_recap


def workbook(path: Path, rows: list[list], merges: tuple[str, ...] = (), sheet="Rekap") -> Path:
    book = Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(row)
    for cells in merges:
        page.merge_cells(cells)
    book.save(path)
    return path


def mapped(path: Path) -> dict[str, tuple]:
    """Return letter → (taken as, year, stage) of the proposed mapping."""
    columns = propose_mapping(read_recap(path)).columns
    return {chr(65 + c.index): (c.taken_as, c.year, c.stage) for c in columns}


def made(path: Path, tmp_path: Path, **answers: str) -> Path:
    mapping = propose_mapping(read_recap(path))
    answers = {key.replace("__", "."): value for key, value in answers.items()}
    return study_from_recap(
        mapping, tmp_path / "study", answers={"place": "Kota X", **answers}, synthetic=True,
        lang="en",
    )  # fmt: skip


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counts(folder: Path) -> dict[tuple[str, str, str], str]:
    names = {r["district_id"]: r["name"] for r in table(folder, "districts")}
    return {
        (names[r["district_id"]], r["year"], r["stage"]): r["count"]
        for r in table(folder, "counts")
    }


def errors(folder: Path) -> list[str]:
    return [str(p) for p in check_study(folder) if p.severity == "error"]
