"""Opening a study: by name or path, whole or refused with its faults."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest

from bantar_lib.errors import UserError
from bantar_lib.study import Study, find_study, list_studies, load_study
from bantar_lib.words import language

from .conftest import TABLES, cells_of, change, write, write_xlsx


@pytest.fixture
def study(study_folder) -> Study:
    return load_study(study_folder)


def test_types_and_blanks(study):
    counts = study.counts
    assert str(counts["count"].dtype) == str(counts["year"].dtype) == "Int64"
    assert counts["count"].isna().sum() == 1
    assert counts["known"].tolist() == [""] * 6
    assert str(study.table("budget")["spent"].dtype) == "Float64"
    assert study.table("budget").empty
    segments = study.table("segments")
    assert segments["inference"].dtype == bool and not segments["inference"].any()
    assert study.table("coders")["blind"].tolist() == [True]
    assert list(segments.columns) == [
        "segment_id", "district_id", "source_id", "section", "paragraph", "kind", "datum",
        "text_id", "text_en", "document", "start", "end", "inference", "note_id", "note_en",
    ]  # fmt: skip


def test_a_table_is_a_copy(study):
    counts = study.counts
    counts.loc[0, "count"] = 99
    assert study.counts.loc[0, "count"] == 10


@pytest.mark.parametrize("key", ["15.71", "Kota Baru", "kota baru", "KOTABARU", " kobar "])
def test_a_district_is_found_by_code_name_and_alias(study, key):
    assert study.district(key)["district_id"] == "15.71"


def test_an_unknown_district_names_the_nearest(study):
    with pytest.raises(UserError, match="Melati"):
        study.district("Melatti")
    with pytest.raises(UserError, match="Kenanga"):
        study.district("zzz")


def test_a_name_that_two_districts_share_asks_for_the_code(study_folder):
    change(study_folder / "districts.csv", "15.72,Kenanga,,Kota Uji", "15.72,Kota Baru,,Kota Lain")
    study = load_study(study_folder)
    with pytest.raises(UserError, match=r"15\.71.*15\.72"):
        study.district("Kota Baru")
    assert study.district("15.72")["parent"] == "Kota Lain"


def test_a_code_wins_over_a_name_that_looks_like_it(study_folder):
    change(study_folder / "districts.csv", "15.72,Kenanga", "15.72,15.71")
    assert load_study(study_folder).district("15.71")["name"] == "Kota Baru"


def test_only_one_districts_rows(study):
    assert study.table("counts", district="melati")["count"].tolist() == [10, 4]
    with pytest.raises(UserError):
        study.table("counts", district="nowhere")


def test_stages_and_labels(study, study_folder):
    assert [(s.id, s.ordered) for s in study.stages] == [
        ("proposed", True), ("implemented", True), ("took_part", False),
    ]  # fmt: skip
    assert (study.first_stage, study.last_stage) == ("proposed", "implemented")
    assert study.label("took_part", "id") == "ikut"
    change(study_folder / "study.yml", "flow", "flow\nexecution: {from: proposed, to: proposed}")
    assert load_study(study_folder).last_stage == "proposed"


def test_ids():
    assert Study.ids("") == () and Study.ids("a| b|") == ("a", "b")


def test_the_hash_follows_the_inputs_and_nothing_else(study_folder):
    first = load_study(study_folder).content_hash
    path = study_folder / "counts.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    for aside in ("private/talk.txt", ".hidden", "~$counts.xlsx", ".git/config"):
        write(study_folder / aside, "x")
    assert load_study(study_folder).content_hash == first
    change(path, "15.70,2015,proposed,10", "15.70,2015,proposed,11")
    second = load_study(study_folder).content_hash
    change(study_folder / "codings" / "ani.jsonl", "why?", "why not?")
    third = load_study(study_folder).content_hash
    change(study_folder / "tiny.yml", "made up for tests", "made up")
    assert len({first, second, third, load_study(study_folder).content_hash}) == 4


def test_the_hash_covers_a_framework_that_lies_elsewhere(study_folder, tmp_path, monkeypatch):
    (tmp_path / "frameworks").mkdir()
    (study_folder / "tiny.yml").rename(tmp_path / "frameworks" / "tiny.yml")
    monkeypatch.setenv("BANTAR_DATA", str(tmp_path))
    first = load_study(study_folder).content_hash
    change(tmp_path / "frameworks" / "tiny.yml", "made up for tests", "made up")
    assert load_study(study_folder).content_hash != first


def test_the_hash_does_not_depend_on_the_folder(write_study):
    hashes = [load_study(write_study(n)).content_hash for n in ("one", "two")]
    assert hashes[0] == hashes[1]


def test_a_study_travels_to_another_process(study):
    assert study.district("Melati")["units"] == 20 and study.stages
    twin = pickle.loads(pickle.dumps(study))
    assert twin == study
    assert twin.district("Kobar")["district_id"] == "15.71"
    pd.testing.assert_frame_equal(twin.counts, study.counts)


def test_a_study_is_frozen(study):
    with pytest.raises(AttributeError):
        study.path = None


def test_a_study_in_one_workbook_is_the_same_study(write_study):
    csv, xlsx = load_study(write_study("one")), write_study("two")
    for table in TABLES:
        (xlsx / f"{table}.csv").unlink()
    write_xlsx(xlsx / "study.xlsx", **{t: cells_of(text) for t, text in TABLES.items()})
    book = load_study(xlsx)
    for table in TABLES:
        pd.testing.assert_frame_equal(csv.table(table), book.table(table))


def test_a_study_is_found_by_name(study_folder, monkeypatch, tmp_path):
    monkeypatch.setenv("BANTAR_DATA", str(study_folder.parent))
    monkeypatch.chdir(tmp_path)
    assert find_study("small") == study_folder.resolve()
    assert find_study(study_folder / "study.yml") == study_folder.resolve()
    assert "small" in set(list_studies()["name"])
    with pytest.raises(UserError, match=r"(?s)smal\b.*Did you mean small\?") as refused:
        load_study("smal")
    assert str(study_folder.parent) in str(refused.value)


def test_a_folder_without_settings_is_no_study(tmp_path):
    with pytest.raises(UserError, match=r"study\.yml"):
        load_study(tmp_path)


def test_list_studies_shows_also_a_study_with_faults(study_folder, monkeypatch):
    monkeypatch.setenv("BANTAR_DATA", str(study_folder.parent))
    write(study_folder.parent / "broken" / "study.yml", "title: {id: [}")
    listed = list_studies().set_index("name")
    assert listed.loc["small", ["title_en", "districts", "synthetic"]].tolist() == [
        "A small study", 3, True,
    ]  # fmt: skip
    assert listed.loc["broken", "title_id"] == "" and pd.isna(listed.loc["broken", "districts"])


@pytest.mark.parametrize("lang", ["id", "en"])
def test_faults_in_what_is_needed_refuse_the_study(study_folder, lang):
    text = TABLES["counts"]
    for n in range(6):
        text += f"15.7{n},20x{n},proposed,many{n},report,,\n"
    write(study_folder / "counts.csv", text)
    with language(lang), pytest.raises(UserError) as refused:
        load_study(study_folder)
    lines = str(refused.value).splitlines()
    assert len(lines) == 7 and "bantar check" in lines[0]
    assert lines[1].startswith("counts.csv:8:")


def test_warnings_do_not_refuse_a_study(study_folder):
    change(study_folder / "counts.csv", "implemented,4", "implemented,14")
    assert load_study(study_folder).id == "small"


def test_faults_elsewhere_are_said_when_the_table_is_asked_for(study_folder):
    change(study_folder / "segments.csv", "S1,15.70,report,finding", "S1,15.70,report,findings")
    study = load_study(study_folder)
    with pytest.raises(UserError, match=r"segments\.csv:2:kind"):
        study.table("segments")


def test_a_study_without_its_framework_is_refused(study_folder):
    (study_folder / "tiny.yml").unlink()
    with pytest.raises(UserError, match=r"study\.yml:9:framework"):
        load_study(study_folder)
