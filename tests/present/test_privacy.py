"""What may not leave a study reaches no page: a marker is planted in each kind of place."""

import csv
import json
import shutil

import pytest

from bantar_lib import execution, load_study, reach
from bantar_lib.places import shared_folder
from bantar_lib.present import evidence_tables, notes, sections, tables
from bantar_lib.present.display import Figure, Table
from bantar_lib.words import language

MARK = "RAHASIA77"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The bundled study with confidential material planted in a copy of it."""
    folder = tmp_path_factory.mktemp("private") / "kampung_bantar"
    shutil.copytree(shared_folder("data") / "kampung_bantar", folder)
    add(folder / "sources.csv", {
        "source_id": "closed", "kind": "interview", "title_id": "Wawancara",
        "title_en": "Interview", "release": "none", "role": "lurah",
    })  # fmt: skip
    add(folder / "segments.csv", {
        "segment_id": "F900", "district_id": "15.71.07", "source_id": "closed", "kind": "factor",
        "datum": "d_closed", "text_id": MARK, "text_en": MARK, "note_id": MARK, "note_en": MARK,
    })  # fmt: skip
    add(folder / "responses.csv", {"response_id": "R900", "factor": "F900"})
    event = {"id": "s1", "at": "2026-01-01T00:00:00Z", "event": "code", "code": "context.power",
             "valence": "inhibits", "directness": "direct", "memo": MARK}  # fmt: skip
    log = folder / "codings" / "reader_a.jsonl"
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**event, "id": "a900", "segment": "F900"}) + "\n")
    private = folder / "private" / "codings"
    private.mkdir(parents=True)
    (private / "third.jsonl").write_text(json.dumps({**event, "segment": "F01"}) + "\n", "utf-8")
    documents = folder / "private" / "documents"
    documents.mkdir()
    (documents / "closed.txt").write_text(MARK, encoding="utf-8")
    return load_study(folder)


def add(path, row):
    with path.open(encoding="utf-8", newline="") as file:
        heads = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, heads, lineterminator="\n").writerow(row)


def words(item):
    if isinstance(item, Table):
        return item.frame.to_csv() + item.caption
    return f"{item.alt} {item.caption}" if isinstance(item, Figure) else item.markdown


@pytest.mark.parametrize("lang", ["id", "en"])
def test_no_page_shows_it(study, lang):
    place = "15.71.07"
    with language(lang):
        items = [
            notes.district_lead(study, place, execution(study), reach(study)),
            notes.evidence_lead(study, place),
            *sections.evidence_section(study, place),
            *sections.evidence_details(study, place),
            *sections.agreement_section(study),
            notes.uncoded_note(study),
            tables.all_segments_table(study),
            tables.responses_table(study),
            tables.actors_table(study),
            tables.elements_table(study),
            evidence_tables.orphans_table(study),
            evidence_tables.triangulation_table(study, place),
            evidence_tables.confidence_table(study, place),
            *sections.contributions_section(study),
        ]
        told = "\n".join(words(item) for item in items)
    assert "F900" in told  # the segment is counted and listed, without what it says
    assert MARK not in told
