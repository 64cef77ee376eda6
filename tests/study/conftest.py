"""A small valid study, written afresh for each test that spoils it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

SETTINGS = """\
format: 1
id: small
synthetic: true
title: {id: Studi kecil, en: A small study}
question: {id: Seberapa jauh?, en: How far?}
place: {id: Kota Uji, en: Test City}
district: {id: kecamatan, en: district}
unit: {id: RT, en: RT}
framework: tiny
focus_district: "15.70"
stages:
  - {id: proposed, label: {id: diusulkan, en: proposed}}
  - {id: implemented, label: {id: terlaksana, en: implemented}}
unstaged:
  - {id: took_part, label: {id: ikut, en: took part}}
counts_are: flow
"""

FRAMEWORK = """\
id: tiny
version: "1"
name: {id: Kecil, en: Tiny}
source: made up for tests
dimensions:
  - id: content
    label: {id: Isi, en: Content}
    definition: {id: Isi kebijakan, en: What the policy holds}
    indicators:
      - id: resources
        label: {id: Sumber daya, en: Resources}
        definition: {id: Yang tersedia, en: What is at hand}
        aliases: [sumberdaya]
      - id: interests
        label: {id: Kepentingan, en: Interests}
        definition: {id: Yang berkepentingan, en: Who has a stake}
"""

TABLES = {
    "districts": """\
district_id,name,aliases,parent,units,source_id
15.70,Melati,Mlati,Kota Uji,20,report
15.71,Kota Baru,Kotabaru|Kobar,Kota Uji,30,report
15.72,Kenanga,,Kota Uji,40,report
""",
    "counts": """\
district_id,year,stage,count,source_id,known,note
15.70,2015,proposed,10,report,,
15.70,2015,implemented,4,report,,
15.71,2015,proposed,12,report,,
15.71,2015,implemented,,report,,
15.72,2015,proposed,9,report,,
15.72,2015,implemented,9,report,,
""",
    "sources": """\
source_id,kind,title_id,title_en,release
report,statistic,Laporan,Report,quote
talk,interview,Wawancara,Interview,none
""",
    "segments": """\
segment_id,district_id,source_id,kind,datum,text_id,text_en,document
S1,15.70,report,finding,d1,Dana ada.,There is money.,
S2,15.70,report,finding,d2,Dana kurang.,Money is short.,
S3,15.70,talk,finding,d3,,,talk.txt
""",
    "coders": """\
coder_id,name_id,name_en,kind,blind
ani,Ani,Ani,person,yes
""",
    "actors": """\
actor_id,name_id,name_en,gap,segment_ids
mayor,Wali kota,Mayor,partly,S1|S2
""",
    "judgements": """\
district_id,indicator,rating,reason_id,reason_en,by,on
15.70,content.resources,contested,Berimbang,Balanced,ani,2024-05-01
""",
}

LOG = """\
{"id": "e1", "event": "code", "segment": "S1", "code": "content.resources", "valence": "supports"}
{"id": "e2", "event": "code", "segment": "S2", "code": "content.resources", "valence": "inhibits"}
{"id": "e3", "event": "memo", "of": "e2", "memo": "why?"}
"""


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def cells_of(text: str) -> list[list[str]]:
    return list(csv.reader(text.splitlines()))


def write_xlsx(path: Path, **sheets: Sequence[Sequence[object]]) -> None:
    """Write a workbook; each cell keeps the type it has here."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(["" if v is None else v for v in row])
    book.save(path)


def change(path: Path, old: str, new: str) -> None:
    """Replace `old`, which must stand in the file exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    write(path, text.replace(old, new))


Spoil = Callable[[Path], None]


def swap(file: str, old: str, new: str) -> Spoil:
    return lambda folder: change(folder / file, old, new)


def append(file: str, line: str) -> Spoil:
    def spoil(folder: Path) -> None:
        path = folder / file
        write(path, path.read_text(encoding="utf-8") + line)

    return spoil


def remove(file: str) -> Spoil:
    return lambda folder: (folder / file).unlink()


def add(file: str, text: str) -> Spoil:
    return lambda folder: write(folder / file, text)


def as_xlsx(table: str, convert: Callable[[int, int, str], object]) -> Spoil:
    """Turn a table into a workbook; `convert` gets row (from 1), column (from 0) and text."""

    def spoil(folder: Path) -> None:
        rows = cells_of((folder / f"{table}.csv").read_text(encoding="utf-8"))
        (folder / f"{table}.csv").unlink()
        made = [[convert(i, j, c) for j, c in enumerate(r)] for i, r in enumerate(rows, 1)]
        write_xlsx(folder / f"{table}.xlsx", **{table: made})

    return spoil


def half(table: str) -> Spoil:
    """Turn a table into a workbook of which only a part was copied."""

    def spoil(folder: Path) -> None:
        as_xlsx(table, lambda i, j, c: c)(folder)
        path = folder / f"{table}.xlsx"
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    return spoil


@pytest.fixture
def write_study(tmp_path: Path) -> Callable[[str], Path]:
    """Write a valid study into a folder of this name and return the folder."""

    def write_it(name: str = "small") -> Path:
        folder = tmp_path / name
        write(folder / "study.yml", SETTINGS)
        write(folder / "tiny.yml", FRAMEWORK)
        for table, text in TABLES.items():
            write(folder / f"{table}.csv", text)
        write(folder / "codings" / "ani.jsonl", LOG)
        return folder

    return write_it


@pytest.fixture
def study_folder(write_study: Callable[[str], Path]) -> Path:
    """The folder of a valid study, to spoil."""
    return write_study("small")
