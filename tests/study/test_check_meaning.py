"""A check names what was meant, which number counts, and the one fault behind several."""

from __future__ import annotations

from pathlib import Path

import pytest

from bantar_lib.measures.counts import stage_counts
from bantar_lib.measures.stocks import known_flows
from bantar_lib.places import shared_folder
from bantar_lib.study import check_study, load_study
from bantar_lib.words import language

from .conftest import TABLES, append, cells_of, change, half, write, write_xlsx


def said_of(folder: Path, lang: str) -> list[str]:
    with language(lang):
        return [str(p) for p in check_study(folder)]


def renamed(folder: Path, codes: dict[str, str]) -> None:
    """Give the districts of the study other codes."""
    for name in ("districts.csv", "counts.csv", "segments.csv", "judgements.csv", "study.yml"):
        text = (folder / name).read_text(encoding="utf-8")
        for old, new in codes.items():
            text = text.replace(old, new)
        write(folder / name, text)


@pytest.mark.parametrize(
    ("written", "remedies"),
    [
        ("15.71.1", {"en": "write 15.71.01 (Melati) or 15.71.10 (Kota Baru), and",
                     "id": "tulis 15.71.01 (Melati) atau 15.71.10 (Kota Baru), dan"}),
        ("15.71.2", {"en": "write 15.71.02 (Kenanga), and", "id": "tulis 15.71.02 (Kenanga), dan"}),
    ],
)  # fmt: skip
def test_the_zero_of_a_part_of_a_code_is_sought_before_a_like_code(study_folder, written, remedies):
    renamed(study_folder, {"15.70": "15.71.01", "15.71,": "15.71.10,", "15.72": "15.71.02"})
    lost = {"15.71.1": "15.71.01", "15.71.2": "15.71.02"}[written]
    text = (study_folder / "counts.csv").read_text(encoding="utf-8")
    write(study_folder / "counts.csv", text.replace(f"{lost},", f"{written},"))
    for lang, remedy in remedies.items():
        # No word of a district without counts: they are there, under the other code.
        (said,) = said_of(study_folder, lang)
        assert said.startswith(f"counts.csv:{2 if lost[-1] == '1' else 6}:district_id: “{written}”")
        assert remedy in said


def test_counts_under_a_district_s_name_are_not_missed(study_folder):
    text = (study_folder / "counts.csv").read_text(encoding="utf-8")
    write(study_folder / "counts.csv", text.replace("15.71,", "Kota Baru,"))
    (said,) = said_of(study_folder, "en")
    assert "Write the code: 15.71." in said


def test_sources_that_agree_are_no_conflict(study_folder):
    append("counts.csv", "15.70,2015,proposed,10,talk,,\n")(study_folder)
    assert said_of(study_folder, "en") == []


def test_of_two_sources_it_is_said_which_counts(study_folder):
    """The first in sources.csv counts, but a rate needs both of its stages from one source."""
    change(study_folder / "sources.csv", "report,statistic,Laporan,Report,quote\n", "")
    append("sources.csv", "report,statistic,Laporan,Report,quote\n")(study_folder)
    append("counts.csv", "15.70,2015,proposed,17,talk,,\n15.72,2015,proposed,8,talk,,\n")(
        study_folder
    )
    (said,) = said_of(study_folder, "en")
    assert said == (
        "counts.csv:8:count: says 17 (talk), but row 2 says 10 (report): 17 is used, because its "
        "source stands first in sources.csv; the execution rate uses 10 (report), the first with "
        "both of its stages (also in rows 9) — Compare with the sources; if both are right, give "
        "the reason in the column known."
    )
    (said,) = said_of(study_folder, "id")
    assert "17 yang dipakai" in said and "tingkat keterlaksanaan memakai 10 (report)" in said
    study = load_study(study_folder)
    pairs = stage_counts(study).set_index("district_id")
    assert pairs.loc["15.70", ["proposed", "source_id"]].tolist() == [10, "report"]
    known = known_flows(study)
    first = known[(known["district_id"] == "15.70") & (known["stage"] == "proposed")]
    assert first["count"].tolist() == [17]


def test_a_thousands_point_is_no_error_where_the_number_can_be(study_folder):
    change(study_folder / "districts.csv", ",30,", ",3000,")
    change(study_folder / "counts.csv", "proposed,12", "proposed,1.250")
    (problem,) = check_study(study_folder)
    assert (problem.severity, problem.row) == ("warning", 4)


def test_a_workbook_that_cannot_be_opened_is_the_only_fault(study_folder):
    for name in ("districts", "counts", "sources"):
        (study_folder / f"{name}.csv").unlink()
    write_xlsx(
        study_folder / "study.xlsx",
        **{n: cells_of(TABLES[n]) for n in ("districts", "counts", "sources")},
    )
    path = study_folder / "study.xlsx"
    path.write_bytes(path.read_bytes()[:2000])
    for lang, (message, remedy) in {
        "en": ("it may be damaged", "Copy it again"),
        "id": ("mungkin rusak", "Salin lagi"),
    }.items():
        (said,) = said_of(study_folder, lang)
        assert said.startswith("study.xlsx: ") and message in said and remedy in said


@pytest.mark.parametrize("table", ["districts", "counts", "sources"])
def test_a_table_that_cannot_be_opened_is_the_only_fault(study_folder, table):
    half(table)(study_folder)
    for lang in ("en", "id"):
        (said,) = said_of(study_folder, lang)
        assert said.startswith(f"{table}.xlsx: ")


@pytest.mark.parametrize("lock", ["~$study.xlsx", ".~lock.study.xlsx#"])
def test_an_open_workbook_is_said_to_be_read_as_it_was_saved(study_folder, lock):
    (study_folder / "counts.csv").unlink()
    write_xlsx(study_folder / "study.xlsx", counts=cells_of(TABLES["counts"]))
    write(study_folder / lock, "lock")
    (said,) = said_of(study_folder, "en")
    assert "study.xlsx: is open in a spreadsheet program: what is not saved yet" in said
    (said,) = said_of(study_folder, "id")
    assert "study.xlsx: sedang terbuka di program lembar kerja" in said


@pytest.mark.parametrize("word", ["diusulkan", "DIUSULKAN", "Proposed", " diusulkan "])
def test_a_stage_may_be_written_by_its_label(study_folder, word):
    text = (study_folder / "counts.csv").read_text(encoding="utf-8")
    write(study_folder / "counts.csv", text.replace("proposed", word))
    write(study_folder / "targets.csv",
          f"year,stage,target,source_id\n2015,{word},20,report\n")  # fmt: skip
    assert said_of(study_folder, "id") == []
    study = load_study(study_folder)
    assert set(study.counts["stage"]) == {"proposed", "implemented"}
    assert study.table("targets")["stage"].tolist() == ["proposed"]
    assert study.table("counts", district="15.70")["stage"].tolist() == ["proposed", "implemented"]


def test_the_label_and_the_id_of_a_stage_name_one_row(study_folder):
    append("counts.csv", "15.70,2015,diusulkan,11,report,,\n")(study_folder)
    (said,) = said_of(study_folder, "en")
    assert "repeats row 2: 15.70, 2015, proposed, report; the rows say 10, 11" in said


@pytest.mark.parametrize("name", ["kampung_bantar", "pelatihan"])
def test_the_bundled_studies_have_no_faults(name):
    problems = check_study(shared_folder("data") / name)
    assert [str(p) for p in problems if p.severity != "note"] == []
