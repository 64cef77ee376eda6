"""Small made-up studies in which anything can be planted."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bantar_lib.coding.spans import anchor
from bantar_lib.study.tables import TABLES

STUDY = """
format: 1
id: kampung_rekaan
synthetic: true
title: {id: Studi rekaan, en: Made-up study}
question: {id: Apa?, en: What?}
programme: {id: Program rekaan, en: Made-up programme}
place: {id: Kota Rekaan, en: Made-up City}
district: {id: kecamatan, en: district, en_first: kecamatan (sub-district)}
unit: {id: RT, en: RT, en_first: RT (rukun tetangga)}
framework: grindle
focus_district: "01"
stages:
  - id: proposed
    label: {id: diusulkan, en: proposed}
counts_are: flow
primary:
  reach: [lower_bound, upper_bound]
  execution: pooled
  years: [2020]
licence: CC-BY-4.0
"""
Rows = Sequence[Mapping[str, str]]
Make = Callable[..., Path]


def write_table(folder: Path, name: str, rows: Rows) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        columns = [c.name for c in TABLES[name].columns]
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def source(identity: str, release: str = "quote", **more: str) -> dict[str, str]:
    title = {"title_id": f"Judul {identity}", "title_en": f"Title {identity}"}
    return {"source_id": identity, "kind": "document", "release": release, **title, **more}


def segment(identity: str, source_id: str, **more: str) -> dict[str, str]:
    texts = {"text_id": f"Isi segmen {identity}.", "text_en": f"Text of segment {identity}."}
    return {"segment_id": identity, "source_id": source_id, "district_id": "01",
            "kind": "finding", "datum": f"d_{identity}", **texts, **more}  # fmt: skip


def code(identity: str, place: str | Mapping[str, Any], **more: Any) -> dict[str, Any]:
    where = {"segment": place} if isinstance(place, str) else {"span": dict(place)}
    return {"id": identity, "at": "2026-01-02T03:04:05.000Z", "event": "code", **where,
            "code": "content.resources", "valence": "supports", **more}  # fmt: skip


def span(text: str, quote: str, document: str) -> dict[str, Any]:
    start = text.index(quote)
    return anchor(text, start, start + len(quote), document=document)


def write_log(path: Path, events: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(e, ensure_ascii=False) + "\n" for e in events)
    path.write_bytes(lines.encode("utf-8"))


@pytest.fixture
def make_study(tmp_path: Path) -> Make:
    def make(
        sources: Rows = (),
        segments: Rows = (),
        *,
        files: Mapping[str, str] | None = None,
        logs: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        tables: Mapping[str, Rows] | None = None,
    ) -> Path:
        folder = tmp_path / "kampung_rekaan"
        folder.mkdir()
        (folder / "study.yml").write_text(STUDY, encoding="utf-8")
        write_table(folder, "districts", [
            {"district_id": "01", "name": "Satu", "units": "10"},
            {"district_id": "02", "name": "Dua", "units": "20"},
        ])  # fmt: skip
        write_table(folder, "counts", [{"district_id": "01", "year": "2020", "count": "1",
                                        "stage": "proposed", "source_id": "recap"}])  # fmt: skip
        write_table(folder, "sources", [source("recap"), *sources])
        write_table(folder, "segments", segments)
        for name, rows in (tables or {}).items():
            write_table(folder, name, rows)
        for name, text in (files or {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text.encode("utf-8"))
        for name, events in (logs or {}).items():
            write_log(folder / f"{name}.jsonl", events)
        return folder

    return make


class Helpers:
    """What tests of this room share."""

    source = staticmethod(source)
    segment = staticmethod(segment)
    code = staticmethod(code)
    span = staticmethod(span)
    write_log = staticmethod(write_log)
    data = Path(__file__).parent / "data"
    shared = Path(__file__).parents[2] / "../shared/refi-qda"


@pytest.fixture
def made() -> type[Helpers]:
    return Helpers
