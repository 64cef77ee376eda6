"""What a recap does not tell is asked, and what cannot be read is said; figures are made up."""

from __future__ import annotations

import pytest
from openpyxl import Workbook
from recaps import counts, errors, made, mapped, table, workbook

from bantar_lib.errors import UserError
from bantar_lib.study import load_study
from bantar_lib.study.recap import (
    assumptions,
    open_questions,
    propose_mapping,
    read_recap,
    settled,
    study_from_recap,
)
from bantar_lib.words import language


@pytest.fixture(autouse=True)
def in_english():
    with language("en"):
        yield


# Questions --------------------------------------------------------------------------------------

UNKNOWN = [["Kecamatan", "Jumlah RT", "Lolos"], ["Melati", 40, 12], ["Mawar", 30, 9]]


def test_what_the_recap_does_not_tell_is_asked(tmp_path):
    path = workbook(tmp_path / "r.xlsx", UNKNOWN)
    mapping = propose_mapping(read_recap(path))
    assert [q.key for q in open_questions(mapping) if q.default is None] == [
        "year", "stage.lolos", "place",
    ]  # fmt: skip
    assert "lolos" in open_questions(mapping)[1].text
    with pytest.raises(UserError) as fault:
        study_from_recap(mapping, tmp_path / "s", lang="en")
    assert "--answer year=" in str(fault.value)
    assert "--answer stage.lolos=proposed" in str(fault.value)
    assert not (tmp_path / "s").exists()


def test_questions_are_in_indonesian_too(tmp_path):
    mapping = propose_mapping(read_recap(workbook(tmp_path / "r.xlsx", UNKNOWN)))
    with language("id"):
        texts = [q.text for q in open_questions(mapping)]
        heads = list(mapping.table().columns)
    assert texts[0].startswith("Tahun berapa")
    assert heads[:3] == ["kolom", "judul kolom", "diartikan sebagai"]


@pytest.mark.parametrize(
    ("answer", "stages", "unstaged"),
    [("implemented", ["implemented"], []), ("own", ["proposed", "implemented"], ["lolos"])],
)
def test_an_unknown_stage_word_is_answered(tmp_path, answer, stages, unstaged):
    path = workbook(tmp_path / "r.xlsx", UNKNOWN)
    folder = made(path, tmp_path, year="2021", stage__lolos=answer)
    study = load_study(folder)
    assert [s.id for s in study.stages if s.ordered] == stages
    assert [s.id for s in study.stages if not s.ordered] == unstaged
    assert counts(folder)["Melati", "2021", answer if answer != "own" else "lolos"] == "12"
    assert errors(folder) == []


def test_a_column_can_be_corrected(tmp_path):
    path = workbook(
        tmp_path / "r.xlsx", [[*r, x] for r, x in zip(UNKNOWN, ("Luas", 5, 6), strict=True)]
    )
    mapping = settled(propose_mapping(read_recap(path)), {"column.C": "winner 2020"})
    assert (mapping.columns[2].stage, mapping.columns[2].year) == ("winner", 2020)
    folder = made(path, tmp_path, column__C="winner 2020", column__D="printed")
    assert counts(folder)["Mawar", "2020", "winner"] == "9"
    assert {r["column"] for r in table(folder, "published")} == {"units", "winner 2020", "Luas"}


@pytest.mark.parametrize(
    ("answers", "part"),
    [
        ({"column.Z": "units"}, "A to C"),
        ({"column.C": "nonsense"}, "nonsense"),
        ({"stage.lolos": "nonsense", "year": "2021"}, "choose one of"),
        ({"stage.lolos": "winner", "year": "21"}, "not a year"),
        ({"tahun": "2021"}, "nothing of this name"),
    ],
)
def test_wrong_answers(tmp_path, answers, part):
    mapping = propose_mapping(read_recap(workbook(tmp_path / "r.xlsx", UNKNOWN)))
    with pytest.raises(UserError, match=part):
        study_from_recap(mapping, tmp_path / "s", answers={"place": "X", **answers}, lang="en")


def test_not_implemented_is_not_taken_as_implemented(tmp_path):
    rows = [["Kecamatan", "Terlaksana 2021", "Belum terlaksana 2021"], ["Melati", 3, 4]]
    path = workbook(tmp_path / "r.xlsx", rows)
    assert mapped(path)["C"] == ("count", 2021, "")
    keys = [q.key for q in open_questions(propose_mapping(read_recap(path)))]
    assert "stage.belum_terlaksana" in keys


def test_the_year_of_a_regulation_is_not_that_of_the_counts(tmp_path):
    rows = [["Rekap menurut Perwal Nomor 40 Tahun 2014"], *[["Kecamatan", "Usulan"], ["Melati", 3]]]
    assert mapped(workbook(tmp_path / "r.xlsx", rows))["B"] == ("count", None, "proposed")


def test_a_column_without_a_heading_is_kept_under_its_letter(tmp_path):
    rows = [["Kecamatan", None, "Usulan 2021"], ["Melati", 7, 3]]
    path = workbook(tmp_path / "r.xlsx", rows)
    assert mapped(path)["B"][0] == "printed"
    folder = made(path, tmp_path)
    assert {r["column"] for r in table(folder, "published")} == {"B", "proposed 2021"}
    assert errors(folder) == []


def test_personal_columns_are_left_out(tmp_path):
    rows = [["Kecamatan", "Usulan 2021", "Nama ketua", "NIK", "No. HP"],
            ["Melati", 3, "N. N.", "1571000000000001", 81200000001]]  # fmt: skip
    path = workbook(tmp_path / "r.xlsx", rows)
    assert [kind for kind, *_rest in list(mapped(path).values())[2:]] == ["left_out"] * 3
    folder = made(path, tmp_path)
    assert "1571" not in (folder / "published.csv").read_text(encoding="utf-8")


# Codes ------------------------------------------------------------------------------------------


def test_codes_made_up_are_said_to_be_provisional(tmp_path):
    folder = made(workbook(tmp_path / "r.xlsx", UNKNOWN), tmp_path, column__C="winner 2021")
    rows = table(folder, "districts")
    assert [r["district_id"] for r in rows] == ["d01", "d02"]
    assert all("provisional" in r["note"] for r in rows)


def test_every_default_can_be_taken_with_the_enter_key(tmp_path):
    mapping = propose_mapping(read_recap(workbook(tmp_path / "r.xlsx", UNKNOWN)))
    assert all(q.default != "" for q in open_questions(mapping))


def test_codes_of_the_recap_are_text(tmp_path):
    rows = [["Kode", "Kecamatan", "Usulan 2021"], ["15.70", "Melati", 3], ["15.71", "Mawar", 4]]
    folder = made(workbook(tmp_path / "r.xlsx", rows), tmp_path)
    assert [r["district_id"] for r in table(folder, "districts")] == ["15.70", "15.71"]
    rows[1][0] = 15.7
    with pytest.raises(UserError, match=r"A2.*Text"):
        made(workbook(tmp_path / "n.xlsx", rows), tmp_path / "n")


def test_codes_given_must_name_every_district(tmp_path):
    codes = tmp_path / "kode.csv"
    codes.write_text("kode,nama\n01,MELATI\n", encoding="utf-8")
    path = workbook(tmp_path / "r.xlsx", UNKNOWN)
    with pytest.raises(UserError, match=r"kode\.csv.*Mawar"):
        made(path, tmp_path, column__C="winner 2021", codes=str(codes))


# Faults -----------------------------------------------------------------------------------------


def test_a_file_that_is_locked(tmp_path, monkeypatch):
    path = workbook(tmp_path / "r.xlsx", UNKNOWN)

    def refuse(*_args, **_kwargs):
        raise PermissionError

    monkeypatch.setattr("openpyxl.load_workbook", refuse)
    with pytest.raises(UserError, match="Close it in Excel"):
        read_recap(path)


@pytest.mark.parametrize("name", ["r.xls", "r.ods", "r.pdf"])
def test_other_formats(tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UserError, match=r"Save it as \.xlsx"):
        read_recap(tmp_path / name)


def test_a_file_that_is_not_there_or_damaged(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        read_recap(tmp_path / "r.xlsx")
    (tmp_path / "r.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(UserError, match="password"):
        read_recap(tmp_path / "r.xlsx")


def test_one_sheet_of_several_must_be_named(tmp_path):
    path = tmp_path / "r.xlsx"
    book = Workbook()
    for page, year in ((book.active, "2020"), (book.create_sheet(), "2021")):
        page.title = year
        for row in (["Kecamatan", "Usulan"], ["Melati", 3]):
            page.append(row)
    book.save(path)
    with pytest.raises(UserError, match='--sheet "2020", --sheet "2021"'):
        read_recap(path)
    mapping = propose_mapping(read_recap(path, "2021"))
    assert mapping.columns[1].year == 2021, "the sheet's name tells the year"


def test_formulas_and_texts_like_formulas(tmp_path):
    rows = [["Kecamatan", "Usulan 2021"], ["Melati", "=1+1"]]
    with pytest.raises(UserError, match=r"B2.*not saved"):
        read_recap(workbook(tmp_path / "r.xlsx", rows))
    path = tmp_path / "r.csv"
    for text in ("=1+1", "@SUM(A1)", "+cmd|x"):
        path.write_text(f"Kecamatan;Usulan 2021\n{text};3\n", encoding="utf-8")
        with pytest.raises(UserError, match=r"A2.*like a formula"):
            read_recap(path)


def test_a_word_among_the_figures(tmp_path):
    rows = [["Kecamatan", "Usulan 2021"], ["Melati", 3], ["Mawar", "banyak"], ["Anggrek", 4]]
    with pytest.raises(UserError, match=r"r\.xlsx, Rekap, B3.*column\.B=printed"):
        made(workbook(tmp_path / "r.xlsx", rows), tmp_path)


def test_no_table_of_areas(tmp_path):
    with pytest.raises(UserError, match="heading Kecamatan"):
        read_recap(workbook(tmp_path / "r.xlsx", [["Nama", "Nilai"], ["A", 3]]))


def test_a_district_twice_without_anything_to_tell_the_rows_apart(tmp_path):
    rows = [["Kecamatan", "Usulan 2021"], ["Kota Baru", 3], ["KOTABARU", 4]]
    with pytest.raises(UserError, match="rows 2 and 3"):
        made(workbook(tmp_path / "r.xlsx", rows), tmp_path)


def test_spellings_of_one_district_become_aliases(tmp_path):
    rows = [["Kecamatan", "Kelurahan", "Usulan 2021"], ["Kota Baru", "A", 3], ["KOTABARU", "B", 4]]
    (row,) = table(made(workbook(tmp_path / "r.xlsx", rows), tmp_path), "districts")
    assert (row["name"], row["aliases"]) == ("Kota Baru", "KOTABARU")


# What is taken for granted ----------------------------------------------------------------------


def test_what_was_taken_for_granted_is_said_and_what_was_answered_is_not(tmp_path):
    path = workbook(
        tmp_path / "r.xlsx",
        [["Kecamatan", "Usulan 2021"], ["Melati", "1.250"], ["Mawar", "-"], ["Kenanga", "2.000"]],
    )
    mapping = propose_mapping(read_recap(path))
    title, thousands, dash, codes = assumptions(mapping, {})
    assert "“r” stands as title" in title
    assert "B2" in thousands
    assert "1250" in thousands
    assert "2 such cells" in thousands
    assert "B3" in dash
    assert "provisional" in codes
    assert assumptions(mapping, {"dash": "zero", "codes": "none"}) == [title, thousands]
    assert "“Mine” stands as title" in assumptions(mapping, {"title": "Mine"})[0]


def test_nothing_but_the_title_is_said_where_nothing_else_was_taken_for_granted(tmp_path):
    path = workbook(
        tmp_path / "r.xlsx", [["Kode", "Kecamatan", "Usulan 2021"], ["01.01", "Melati", 1250]]
    )
    assert len(assumptions(propose_mapping(read_recap(path)), {})) == 1
