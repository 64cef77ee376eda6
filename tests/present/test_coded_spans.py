"""Coded spans get names that people can say, and show no more than their source releases."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from bantar_lib import load_study
from bantar_lib.coding import codings
from bantar_lib.places import shared_folder
from bantar_lib.present import sections, tables
from bantar_lib.present.coded_spans import coded_spans
from bantar_lib.present.display import Table
from bantar_lib.words import language

PLACE = "99.01.01"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
HEAD = "warga meminta perbaikan selokan"  # a head of an RT said so: Interview 1 #1
RESIDENT = "the cart tips both bags together"


@pytest.fixture
def folder(tmp_path):
    """A copy of the made-up practice study, all of whose evidence is coded in documents."""
    shutil.copytree(shared_folder("data") / "pelatihan", tmp_path / "pelatihan")
    return tmp_path / "pelatihan"


def told(study):
    items = [tables.all_segments_table(study), *sections.evidence_details(study, PLACE)]
    return "\n".join(i.frame.to_csv() if isinstance(i, Table) else i.markdown for i in items)


def release(folder, source, allowed):
    path = folder / "sources.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(
        line.replace(",quote,", f",{allowed},") if line.startswith(f"{source},") else line
        for line in lines), "utf-8")  # fmt: skip


@pytest.mark.parametrize(("lang", "name", "where"), [
    ("id", "Wawancara 1 #1", "karakter 397–515"),
    ("en", "Interview 1 #1", "characters 397–515"),
])  # fmt: skip
def test_a_span_has_a_name_a_place_and_its_words_in_quotation_marks(folder, lang, name, where):
    study = load_study(folder)
    with language(lang):
        every = tables.all_segments_table(study).frame
        row = every[every.iloc[:, 0] == name].iloc[0]
        some = tables.segments_table(study, PLACE, "content.interests").frame
        text = told(study)
    assert row.iloc[1].startswith(f"“{HEAD}") and row.iloc[1].endswith("”")
    assert where in row.tolist() and where in some.iloc[0].tolist()
    assert name == some.iloc[0, 0]
    assert not UUID.search(text) and "wawancara_ketua_rt" not in text


def test_every_coding_finds_its_row(folder):
    study = load_study(folder)
    with language("en"):
        frame = tables.all_segments_table(study).frame
        spans = coded_spans(study)
    assert sorted(spans.index) == sorted(codings(study)["event"])
    assert frame.iloc[:, 0].is_unique and set(frame.iloc[:, 0]) == set(spans["segment_id"])
    assert not frame.iloc[:, -1].isin(["–", ""]).any()


def test_two_coders_at_one_place_share_its_row(folder):
    line = (folder / "codings" / "kunci.jsonl").read_text("utf-8").splitlines()[0]
    event = json.loads(line) | {"id": "other", "valence": "mixed"}
    (folder / "codings" / "ani.jsonl").write_text(json.dumps(event) + "\n", "utf-8")
    with language("en"):
        frame = tables.all_segments_table(load_study(folder)).frame.set_index("Segment")
    row = frame.loc["Interview 1 #1"]
    assert row["ani"].endswith("mixed") and row.iloc[-1].endswith("supports")


@pytest.mark.parametrize("lang", ["id", "en"])
def test_words_show_only_where_the_source_may_be_quoted(folder, lang):
    release(folder, "wawancara_ketua_rt", "none")
    release(folder, "interview_resident", "paraphrase")
    study = load_study(folder)
    with language(lang):
        text, spans = told(study), coded_spans(study)
    assert HEAD not in text and RESIDENT not in text
    closed = spans[spans["segment_id"].str.startswith("(")]
    assert len(closed) == 12 and set(closed["section"]) == {""}
    assert "538–578" in text  # the place of a paraphrased one says no word of it
    # What a coder called a code of a closed source only may be a name; elsewhere it is told.
    assert "waday" not in text and "Hujan sebagai pengingat" in text


def test_a_document_in_private_shows_nothing_of_itself(folder):
    (folder / "private").mkdir()
    shutil.move(folder / "documents" / "wawancara_ketua_rt.txt", folder / "private")
    (folder / "private" / "codings").mkdir()
    shutil.move(folder / "codings" / "kunci.jsonl", folder / "private" / "codings")
    with language("en"):
        text = told(load_study(folder))
    assert HEAD not in text and "397" not in text and "Interview 1 #" not in text
    assert RESIDENT in text
