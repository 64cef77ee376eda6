"""The bundled study, and a made-up one that shares nothing with it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from bantar_lib.study import Study, load_study

CONFIG = {
    "format": 1,
    "id": "wells",
    "synthetic": True,
    "title": {"id": "Sumur (contoh buatan)", "en": "Wells (made up)"},
    "question": {"id": "Berapa sumur yang digali?", "en": "How many wells were dug?"},
    "place": {"id": "Lembah", "en": "The Valley"},
    "district": {"id": "distrik", "en": "district"},
    "unit": {"id": "sumur", "en": "well"},
    "framework": "grindle",
    "stages": [
        {"id": "planned", "label": {"id": "direncanakan", "en": "planned"}},
        {"id": "dug", "label": {"id": "digali", "en": "dug"}},
    ],
    "counts_are": "flow",
}
DISTRICTS = [("01.10", "North", 8, 40), ("01.2", "South", 9, 50), ("01.3", "West", 7, 1500)]
PLANNED = {"01.10": (10, 12), "01.2": (20, 18), "01.3": (5, "")}
HEADS = {
    "districts": "district_id name aliases parent subdistricts units facilitators source_id",
    "counts": "district_id year stage count source_id",
    "sources": "source_id kind title_id title_en release",
    "published": "source_id table row district_id column year stage printed",
    "claims": "claim_id source_id text_id text_en kind check arguments stated verdict slip "
    "same_slip why_id why_en",
}


def write(folder: Path, name: str, rows: list[tuple[object, ...]]) -> None:
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADS[name].split())
        writer.writerows(rows)


@pytest.fixture(scope="session")
def bundled() -> Study:
    return load_study(Path(__file__).parents[2] / "data" / "kampung_bantar")


MakeStudy = Callable[..., Study]


@pytest.fixture
def make_study(tmp_path: Path) -> MakeStudy:
    """Return a maker of small studies.

    `tables` maps a table's name to its rows (name → cells) under the heads ``columns``, rules are
    those of study.yml; claims are rows of ``claims.csv`` from ``check`` to ``slip`` or to
    ``same_slip``.
    """

    def make(
        tables: dict[str, tuple[list[str], dict[str, list[str]]]] | None = None,
        *,
        rules: dict[str, object] | None = None,
        claims: list[tuple[str, ...]] | None = None,
    ) -> Study:
        config = CONFIG | ({"published": rules} if rules is not None else {})
        text = yaml.safe_dump(config, allow_unicode=True)
        (tmp_path / "study.yml").write_text(text, encoding="utf-8")
        write(
            tmp_path, "districts", [(d, n, "", "", s, u, 1, "report") for d, n, s, u in DISTRICTS]
        )
        write(
            tmp_path,
            "counts",
            [
                (district, year, "planned", count, "report")
                for district, counts in PLANNED.items()
                for year, count in zip((2020, 2021), counts, strict=True)
            ],
        )
        write(tmp_path, "sources", [("report", "document", "Laporan", "Report", "quote")])
        ids = {name: code for code, name, *_rest in DISTRICTS}
        published = []
        for table, (columns, rows) in (tables or {}).items():
            for row, cells in rows.items():
                for column, cell in zip(columns, cells, strict=True):
                    stage, _, year = column.partition(" ")
                    dated = (year, stage) if year else ("", "")
                    published.append(("report", table, row, ids.get(row, ""), column, *dated, cell))
        write(tmp_path, "published", published)
        numbered = enumerate(claims or [], start=1)
        write(
            tmp_path,
            "claims",
            [
                (f"k{n}", "report", "teks", "text", "numeric", *claim, *[""] * (8 - len(claim)))
                for n, claim in numbered
            ],
        )
        return load_study(tmp_path)

    return make
