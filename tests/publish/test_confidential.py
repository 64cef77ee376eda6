"""A marker in every confidential place of a study, and every output searched for it.

``MAKERS`` lists what makes outputs. A new room that makes one adds its line there.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bantar_lib import load_study, run_batch
from bantar_lib.coding.spans import anchor
from bantar_lib.exchange import write_quote_tables, write_refi, write_workbook
from bantar_lib.lab.explore import Explorer
from bantar_lib.publish import FORMATS, write_report
from bantar_lib.publish.crate import write_crate
from bantar_lib.publish.site.build import build_site
from bantar_lib.study import Study
from bantar_lib.study.tables import TABLES

pytestmark = pytest.mark.slow

MARK = "RAHASIA"
SAFE = "TERBUKA"
COUNTS = [
    (district, year, stage, count)
    for district, asked, done in (("01", 12, 9), ("02", 20, 11))
    for year in (2020, 2021)
    for stage, count in (("proposed", asked), ("implemented", done))
]
TALK = f"Kas RT {SAFE} kosong.\nKalimat lain.\n"
CODE = {"event": "code", "code": "content.resources", "valence": "supports", "at": ""}


class Hidden:
    """Hands out a marker for each place, so that a failure tells which one was found."""

    def __init__(self) -> None:
        self.places: list[str] = []

    def __call__(self, place: str) -> str:
        self.places.append(place)
        return f"{MARK}{len(self.places):02d}"


secret = Hidden()


def add(folder: Path, table: str, *rows: dict[str, str]) -> None:
    """Add rows to a table of the study, which gets all columns that it may have."""
    path, names = folder / f"{table}.csv", [c.name for c in TABLES[table].columns]
    old = list(csv.DictReader(path.open(encoding="utf-8"))) if path.exists() else []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows([*old, *rows])


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def both(name: str, text: str) -> dict[str, str]:
    return {f"{name}_id": text, f"{name}_en": text}


def spoken(text: str) -> dict[str, str]:
    return {"id": text, "en": text}


def plant(folder: Path) -> None:
    """Put a marker into each confidential place.

    A judgement is none: it stands on the pages with its reason and the person who answers for it.
    """
    document = f"Isi {secret('a document that may not leave')} lengkap.\n"
    names = ("closed", "retold", "orphan")
    for path in (*(f"documents/{name}.txt" for name in names), "private/own.txt",
                 "private/documents/deep.txt"):  # fmt: skip
        put(folder / path, document)
    put(folder / "documents/talk.txt", TALK)
    put(folder / "private/notes.csv", secret("a file of private/"))
    put(folder / "documents/.hidden.txt", secret("a hidden file"))
    add(
        folder, "sources",
        {"source_id": "closed", "kind": "interview", "release": "none",
         **both("title", secret("the title of a closed source")),
         **both("note", secret("the note of a closed source")),
         "citation": secret("the citation of a closed source"),
         "locator": secret("the locator of a closed source"),
         "role": secret("the role of a closed source")},
        {"source_id": "part", "part_of": "closed", "kind": "document", "release": "quote",
         **both("title", secret("the title of a part of a closed source"))},
        {"source_id": "one", "kind": "interview", "release": "paraphrase",
         **both("title", secret("the title of an interview")),
         **both("note", secret("the note of an interview")),
         "citation": secret("the citation of an interview"),
         "role": secret("a role that points to one person")},
        {"source_id": "retold", "kind": "document", "release": "paraphrase",
         **both("title", "Laporan")},
    )  # fmt: skip
    shut = {"district_id": "01", "kind": "finding", **both("text", secret("a closed segment")),
            **both("note", secret("the note of a closed segment")), "datum": "d_shut"}  # fmt: skip
    free = {"district_id": "01", "kind": "finding", **both("text", f"Ringkasan {SAFE}.")}
    add(
        folder, "segments",
        {"segment_id": "C1", "source_id": "closed", **shut},
        {"segment_id": "C2", "source_id": "part", **shut},
        {"segment_id": "P1", "source_id": "one", "datum": "d_p1", **free},
        {"segment_id": "P2", "source_id": "retold", "datum": "d_p2", "document": "retold.txt",
         "start": "0", "end": "20", **free},
    )  # fmt: skip
    cited = secret("a text that rests on a closed segment")
    name = both("name", "Lurah")
    add(folder, "responses", {"response_id": "r1", "factor": "C1", **both("note", cited)})
    add(folder, "actors", {"actor_id": "a", "gap": "unknown", **name, **both("actual", cited),
                           **both("note", cited), "segment_ids": "P1|C1"})  # fmt: skip
    add(folder, "elements", {"element": "e", "status": "no_evidence", "segment_ids": "C1",
                             **both("element", "Bersih"), **both("criterion", "Rapi"),
                             **both("note", cited)})  # fmt: skip
    claim = {"source_id": "closed", "kind": "categorical", "verdict": "differs",
             "slip": "conceptual", **both("text", secret("a statement of a closed source")),
             **both("why", secret("the verdict on one"))}  # fmt: skip
    add(folder, "claims", {"claim_id": "K1", **claim}, {"claim_id": "K2", **claim})
    put(folder / "contributions.yml", json.dumps({"contributions": [{
        "id": "c", "district": "01",
        "outcome": spoken(secret("what a causal statement explains")),
        "explanations": [{"id": "a", "text": spoken(cited)}, {"id": "b", "text": spoken(cited)}],
        "tests": [{"id": "t", "of": "a", "kind": "hoop", "result": "passed",
                   "expects": spoken(cited), "found": spoken(cited), "segments": ["C1"]}],
        "conclusion": spoken(secret("what one concludes")),
    }]}))  # fmt: skip
    (span,) = [anchor(document, 4, 14, document="closed.txt")]
    theme = secret("the label of a code of closed segments only")
    memo = secret("a memo on what may not leave")
    shared = [
        {"id": "m", "event": "make", "at": "", "code": "new.shut", "label": theme, "memo": memo},
        {**CODE, "id": "c1", "segment": "C1", "memo": memo, "code": "new.shut"},
        {**CODE, "id": "c2", "segment": "C2", "memo": memo},
        {**CODE, "id": "p1", "segment": "P1", "memo": SAFE},
        {**CODE, "id": "p2", "segment": "P2", "memo": SAFE},
        {**CODE, "id": "s1", "span": span, "source": "closed", "district": "01", "memo": memo},
        {**CODE, "id": "s2", "span": {**span, "document": "retold.txt"}, "source": "retold",
         "district": "01", "memo": memo},
        {**CODE, "id": "s3", "span": anchor(TALK, 0, 22, document="talk.txt"), "source": "talk",
         "district": "01", "memo": SAFE},
    ]  # fmt: skip
    private = {**CODE, "segment": "P1", "memo": secret("a coder's private note")}
    write_log(folder / "codings/ani.jsonl", shared)
    write_log(folder / "private/codings/ani.jsonl", [
        {**private, "id": "x1"},
        {"id": "x2", "event": "memo", "of": "p1", "memo": private["memo"]},
    ])  # fmt: skip
    write_log(folder / "private/codings/dina.jsonl", [{**private, "id": "x3"}])
    add(folder, "coders", {"coder_id": "dina", **both("name", "Dina"), "kind": "person",
                           "blind": "yes"})  # fmt: skip


def write_log(path: Path, events: list[dict[str, object]]) -> None:
    put(path, "".join(json.dumps(event) + "\n" for event in events))


# What makes outputs: each leaves files below the folder it is given.


def run(study: Study, outputs: Path) -> None:
    for lang, districts in (("id", None), ("en", ["01"])):
        table = run_batch(study, districts, lang=lang, workers=2, outputs=outputs)
        assert set(table["status"]) == {"done"}, table["error"].tolist()


def report(study: Study, outputs: Path) -> None:
    for district, lang in (("01", "id"), ("01", "en"), (None, "id")):
        for form in FORMATS:
            write_report(study, district, format=form, lang=lang, outputs=outputs)


def exchange(study: Study, outputs: Path) -> None:
    write_refi(study, outputs / "p.qdpx")
    write_workbook(study, outputs / "w.xlsx")
    write_quote_tables(study, outputs / "q.docx")
    write_quote_tables(study, outputs / "q.xlsx")


def crate(study: Study, outputs: Path) -> None:
    write_crate(study, outputs=outputs)
    write_crate(study, outputs=outputs, folder=True)


def site(study: Study, outputs: Path) -> None:
    build_site(study, outputs=outputs)


def figures(study: Study, outputs: Path) -> None:
    look = Explorer(study, "01")
    look.indicator.value = "content.resources"
    for view in ("entries", "rates", "reach", "evidence"):
        look.view.value = view
        look.save("svg", folder=outputs / "figures")
        seen = [output.data for output in look._outputs().values()]
        put(outputs / f"figures/{view}.json", json.dumps(seen))


MAKERS: list[Callable[[Study, Path], None]] = [run, report, exchange, site, crate, figures]


@pytest.fixture(scope="module")
def made(tmp_path_factory, write_small_at) -> Path:
    """Make a study with all its secrets, and every output of it."""
    top = tmp_path_factory.mktemp("confidential")
    folder = write_small_at(
        top / "small", (("01", "Melati", 40), ("02", "Kenanga", 50)), COUNTS, licence="CC-BY-4.0"
    )
    plant(folder)
    for maker in MAKERS:
        maker(load_study(folder), top / "outputs")
    return top / "outputs"


def texts(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the texts of a file: its bytes, the parts of a ZIP however deep, a PDF's pages."""
    yield name, name
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            for part in parts.namelist():
                yield from texts(f"{name} » {part}", parts.read(part))
    elif data.startswith(b"%PDF"):
        from pypdf import PdfReader

        reader = PdfReader(io.BytesIO(data))
        pages = "".join(page.extract_text() for page in reader.pages)
        yield name, pages + str(reader.metadata)
    else:
        yield name, data.decode("utf-8", "replace")


def everything(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        yield from texts(path.relative_to(folder).as_posix(), path.read_bytes())


def test_nothing_confidential_is_in_any_output(made):
    found = set()
    for name, text in everything(made):
        # A PDF or a table may break a word.
        for place in re.findall(rf"{MARK}(\d\d)", re.sub(r"\s", "", text)):
            found.add(f"{name}: {secret.places[int(place) - 1]}")
    assert not found, "\n".join(sorted(found))


def test_the_search_reaches_into_every_kind_of_output(made):
    """What may leave is found in the same places, so that a secret there would be found too."""
    names = " ".join(name for name, text in everything(made) if SAFE in text)
    for place in ("02_district.ipynb", "02_district.html", "03_evidence.html", ".docx » word/",
                  "p.qdpx » ", "w.xlsx » xl/", "crate.zip » study/segments.csv",
                  "crate.zip » study/documents/talk.txt", "crate.zip » outputs/id/districts",
                  "crate/study/codings/ani.jsonl", "figures/evidence.json"):  # fmt: skip
        assert place in names, place


def test_every_secret_is_where_it_should_be(made):
    """The markers stand in the study: opened, it would show them."""
    study = made.parent / "small"
    held = "\n".join(p.read_text("utf-8") for p in study.rglob("*") if p.is_file())
    for n, place in enumerate(secret.places, 1):
        assert f"{MARK}{n:02d}" in held, place
