"""Recaps as offices keep them become studies; all figures are made up unless a test says else."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml
from recaps import counts, errors, made, mapped, table, workbook

from bantar_lib.audit import audit_tables
from bantar_lib.places import shared_folder
from bantar_lib.study import load_study
from bantar_lib.study.recap import (
    open_questions,
    propose_mapping,
    read_recap,
    study_from_recap,
)
from bantar_lib.words import language


@pytest.fixture(autouse=True)
def in_english():
    with language("en"):
        yield


YEAR_OVER_STAGE = [
    ["REKAPITULASI KAMPUNG BERSIH KOTA X"],
    [],
    ["No.", "Kecamatan", "Jumlah RT", 2015, None, 2016, None],
    [None, None, None, "Diusulkan", "Terlaksana", "Diusulkan", "Terlaksana"],
    [1, "Melati", "1.234", " 12 ", "-", 14, 9],
    [2, "Mawar, Timur", 45, 7, 5, None, 3],
    ["JUMLAH TOTAL", None, 1279, 19, 5, 14, 13],
    ["Catatan: - berarti belum dilaporkan"],
    ["Sumber: Dinas X, 2017"],
    [None, None, None, None, "Kepala Dinas"],
]
YEAR_MERGES = ("A1:G1", "A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:G3", "A7:B7")


def test_year_over_stage(tmp_path):
    path = workbook(tmp_path / "rekap.xlsx", YEAR_OVER_STAGE, YEAR_MERGES)
    recap = read_recap(path)
    assert recap.titles == ("REKAPITULASI KAMPUNG BERSIH KOTA X",)
    assert [r.kind for r in recap.rows] == ["detail", "detail", "total"]
    assert recap.remarks == ("Catatan: - berarti belum dilaporkan", "Sumber: Dinas X, 2017")
    assert list(mapped(path).values()) == [
        ("number", None, ""), ("district", None, ""), ("units", None, ""),
        ("count", 2015, "proposed"), ("count", 2015, "implemented"),
        ("count", 2016, "proposed"), ("count", 2016, "implemented"),
    ]  # fmt: skip


def test_numbers_as_text_and_unknown_cells(tmp_path):
    path = workbook(tmp_path / "rekap.xlsx", YEAR_OVER_STAGE, YEAR_MERGES)
    folder = made(path, tmp_path)
    assert counts(folder) == {
        ("Melati", "2015", "proposed"): "12", ("Melati", "2015", "implemented"): "",
        ("Melati", "2016", "proposed"): "14", ("Melati", "2016", "implemented"): "9",
        ("Mawar, Timur", "2015", "proposed"): "7", ("Mawar, Timur", "2015", "implemented"): "5",
        ("Mawar, Timur", "2016", "proposed"): "", ("Mawar, Timur", "2016", "implemented"): "3",
    }  # fmt: skip
    assert [r["units"] for r in table(folder, "districts")] == ["1234", "45"]
    printed = {(r["row"], r["column"]): r["printed"] for r in table(folder, "published")}
    assert printed["Melati", "units"] == "1.234"
    assert printed["Melati", "proposed 2015"] == " 12 "
    assert printed["Melati", "implemented 2015"] == "-"
    assert printed["Mawar, Timur", "proposed 2016"] == ""
    source = table(folder, "sources")[0]
    assert source["citation"] == "Dinas X, 2017"
    assert "belum dilaporkan" in source["note_id"]
    assert errors(folder) == []


def test_a_dash_is_zero_only_where_answered(tmp_path):
    path = workbook(tmp_path / "rekap.xlsx", YEAR_OVER_STAGE, YEAR_MERGES)
    (question,) = [q for q in open_questions(propose_mapping(read_recap(path))) if q.key == "dash"]
    assert question.default == "unknown"
    found = counts(made(path, tmp_path, dash="zero"))
    assert found["Melati", "2015", "implemented"] == "0"
    assert found["Mawar, Timur", "2016", "proposed"] == "", "a blank stays unknown"


def test_a_total_row_that_is_wrong_is_flagged_and_nothing_is_repaired(tmp_path):
    path = workbook(tmp_path / "rekap.xlsx", YEAR_OVER_STAGE, YEAR_MERGES)
    folder = made(path, tmp_path)
    audit = audit_tables(load_study(folder))
    verdicts = dict(zip(audit["column"], audit["verdict"], strict=True))
    assert verdicts == {
        "units": "agrees", "proposed 2015": "agrees", "implemented 2016": "differs",
        "implemented 2015": "cannot_be_checked", "proposed 2016": "cannot_be_checked",
    }  # fmt: skip
    assert ("JUMLAH TOTAL" in counts(folder)) is False
    assert len(table(folder, "districts")) == 2


def test_stage_over_year_with_totals_across(tmp_path):
    rows = [
        ["No", "Kecamatan", "Diusulkan", None, None, "Terlaksana", None, None],
        [None, None, "2015", "2016", "Jumlah", "2015", "2016", "Jumlah"],
        [1, "Melati", 4, 5, 9, 1, 2, 3],
        [2, "Mawar", 3, 3, 6, 2, 2, 5],
        [None, "Jumlah", 7, 8, 15, 3, 4, 8],
    ]
    path = workbook(tmp_path / "r.xlsx", rows, ("A1:A2", "B1:B2", "C1:E1", "F1:H1"))
    assert list(mapped(path).values())[2:] == [
        ("count", 2015, "proposed"), ("count", 2016, "proposed"), ("total", None, "proposed"),
        ("count", 2015, "implemented"), ("count", 2016, "implemented"),
        ("total", None, "implemented"),
    ]  # fmt: skip
    folder = made(path, tmp_path)
    assert counts(folder)["Mawar", "2016", "implemented"] == "2"
    rules = yaml.safe_load((folder / "study.yml").read_text(encoding="utf-8"))["published"]
    assert [r["of"] for r in rules["recap"]["sums"]] == [
        ["proposed 2015", "proposed 2016"],
        ["implemented 2015", "implemented 2016"],
    ]
    audit = audit_tables(load_study(folder))
    assert audit[audit["verdict"] == "differs"][["row", "check"]].values.tolist() == [
        ["Mawar", "row_total"],
        ["Jumlah", "row_total"],
    ]
    assert errors(folder) == []


def test_headings_without_merged_cells_in_a_csv_of_semicolons(tmp_path):
    path = tmp_path / "rekap.csv"
    text = (
        "\ufeffREKAP KAMPUNG KABUPATEN Y;;;;;\n"
        ";;;Tahun 2015;;Tahun 2016;\n"
        "No;Kecamatan;Jumlah RT;Usulan;Juara;Usulan;Juara\n"
        "(1);(2);(3);(4);(5);(6);(7)\n"
        '1;"Melati ""Baru"", Utara\nTua";20;4;1;5;2\n'
        "2;Mawar;10;3;2;3;2\n"
        "Jumlah;;30;7;3;8;4\n"
    )
    path.write_text(text, encoding="utf-8")
    assert list(mapped(path).values())[3:] == [
        ("count", 2015, "proposed"), ("count", 2015, "winner"),
        ("count", 2016, "proposed"), ("count", 2016, "winner"),
    ]  # fmt: skip
    mapping = propose_mapping(read_recap(path))
    folder = study_from_recap(mapping, tmp_path / "s", synthetic=True, lang="id")
    names = [r["name"] for r in table(folder, "districts")]
    assert names == ['Melati "Baru", Utara Tua', "Mawar"], "kept, but for the line break"
    study = load_study(folder)
    assert study.text("place", "id") == "Kabupaten Y"
    assert [s.id for s in study.stages] == ["proposed", "winner"]
    assert study.label("winner", "id") == "pemenang"
    assert errors(folder) == []


# The programme's own layout ---------------------------------------------------------------------

OWN = [
    ["REKAP LOMBA KAMPUNG KOTA X TAHUN 2021"],
    [],
    ["No.", "Kecamatan", "Kelurahan", "RT", "RT yang diusulkan", "Pemenang", None, None,
     "Jumlah", "Keterangan"],
    [None, None, None, None, None, "Besar", "Sedang", "Kecil", None, None],
    [1, "Melati", "Satu", 20, 6, 1, 1, 2, 4, "susulan Bpk. N"],
    [2, None, "Dua", 30, 5, 0, 1, 1, 2, None],
    [3, "Mawar", "Tiga", 25, "8", 2, 1, 0, 4, None],
    [4, None, "Empat", 10, 3, "-", 1, 1, 2, None],
    ["TOTAL", None, None, 85, 22, 3, 4, 4, 12, None],
]  # fmt: skip
OWN_MERGES = ("A1:J1", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:E4", "F3:H3", "I3:I4", "J3:J4",
              "B5:B6", "B7:B8", "A9:C9")  # fmt: skip


def test_the_programmes_own_layout_becomes_a_checked_study(tmp_path):
    path = workbook(tmp_path / "laporan.xlsx", OWN, OWN_MERGES)
    assert mapped(path) == {
        "A": ("number", None, ""), "B": ("district", None, ""), "C": ("subdistrict", None, ""),
        "D": ("units", None, ""), "E": ("count", 2021, "proposed"),
        "F": ("count", 2021, "winner"), "G": ("count", 2021, "winner"),
        "H": ("count", 2021, "winner"), "I": ("total", None, ""), "J": ("left_out", None, ""),
    }  # fmt: skip
    mapping = propose_mapping(read_recap(path))
    assert [q.key for q in open_questions(mapping) if q.default is None] == []
    folder = study_from_recap(mapping, tmp_path / "s", synthetic=True, lang="id")
    assert errors(folder) == []
    assert counts(folder) == {
        ("Melati", "2021", "proposed"): "11", ("Melati", "2021", "winner"): "6",
        ("Mawar", "2021", "proposed"): "11", ("Mawar", "2021", "winner"): "",
    }  # fmt: skip
    notes = {r["note"] for r in table(folder, "counts")}
    assert "5 dari 6 angka diketahui; jumlahnya 5" in notes
    assert [r["units"] for r in table(folder, "districts")] == ["50", "35"]
    study = load_study(folder)
    assert study.synthetic
    assert [s.id for s in study.stages if s.ordered] == ["proposed", "winner"]
    audit = audit_tables(study)
    rows = audit[audit["check"] == "row_total"].set_index("row")["verdict"].to_dict()
    assert rows == {
        "Melati, Satu": "agrees", "Melati, Dua": "agrees", "Mawar, Tiga": "differs",
        "Mawar, Empat": "cannot_be_checked", "TOTAL": "differs",
    }  # fmt: skip
    text = "".join(p.read_text(encoding="utf-8") for p in folder.glob("*.*") if p.is_file())
    assert "Bpk. N" not in text, "a remark may name a person and is not kept"


def test_subtotals_are_not_counted_and_their_faults_are_noted(tmp_path):
    rows = [
        ["Kecamatan", "Kelurahan", "Diusulkan 2021"],
        ["Melati", "Satu", 6],
        [None, "Dua", 5],
        ["Jumlah", None, 11],
        ["Mawar", "Tiga", 8],
        [None, "Empat", 3],
        ["Jumlah", None, 12],
        ["Jumlah Total", None, 23],
    ]
    folder = made(workbook(tmp_path / "r.xlsx", rows), tmp_path)
    found = table(folder, "counts")
    assert [(r["count"], r["note"]) for r in found] == [
        ("11", ""),
        ("11", "the recap's own subtotal is 12"),
    ]
    printed = table(folder, "published")
    subtotals = {r["row"]: r["district_id"] for r in printed if r["table"] == "recap, subtotals"}
    assert subtotals == {"Melati": "d01", "Mawar": "d02"}
    details = {r["district_id"] for r in printed if r["table"] == "recap"}
    assert details == {""}, "a kelurahan's figure is not its district's"
    audit = audit_tables(load_study(folder))
    assert audit["verdict"].tolist() == ["differs"]
    assert audit["recomputed"].tolist() == [22.0], "subtotals are not in the sum"
    assert errors(folder) == []


def test_subtotals_without_a_grand_total(tmp_path):
    rows = [
        ["Kecamatan", "Kelurahan", "Diusulkan 2021"],
        ["Melati", "Satu", 6], ["Jumlah", None, 6],
        ["Mawar", "Tiga", 8], ["Jumlah", None, 8],
    ]  # fmt: skip
    recap = read_recap(workbook(tmp_path / "r.xlsx", rows))
    assert [r.kind for r in recap.rows] == ["detail", "subtotal", "detail", "subtotal"]


def test_units_merged_over_the_kelurahan_of_a_district_count_once(tmp_path):
    rows = [
        ["Kecamatan", "Jumlah RT", "Kelurahan", "Usulan 2021"],
        ["Melati", 50, "Satu", 6],
        [None, None, "Dua", 5],
    ]
    folder = made(workbook(tmp_path / "r.xlsx", rows, ("A2:A3", "B2:B3")), tmp_path)
    assert [r["units"] for r in table(folder, "districts")] == ["50"]


def test_headings_of_districts_and_rows_of_means_are_no_counts(tmp_path):
    rows = [
        ["No", "Kecamatan", "Kelurahan", "Usulan 2021"],
        [1, "Melati", None, None],
        [None, None, "Satu", 6],
        [None, None, "Dua", 5],
        [2, "Mawar", None, None],
        [None, None, "Tiga", 8],
        [None, "Jumlah", None, 19],
        [None, "Rata-rata", None, "6,3"],
        [],
        ["Mengetahui,", None, None, "Jambi, 3 Januari 2022"],
    ]
    path = workbook(tmp_path / "r.xlsx", rows)
    kinds = [r.kind for r in read_recap(path).rows]
    assert kinds == ["detail", "detail", "detail", "total", "summary"]
    folder = made(path, tmp_path)
    assert counts(folder) == {
        ("Melati", "2021", "proposed"): "11", ("Mawar", "2021", "proposed"): "8",
    }  # fmt: skip
    assert audit_tables(load_study(folder))["verdict"].tolist() == ["agrees"]


def test_a_total_row_without_a_label(tmp_path):
    rows = [["Kecamatan", "Usulan 2021"], ["Melati", 3], ["Mawar", 4], [None, 7]]
    path = workbook(tmp_path / "r.xlsx", rows)
    assert [r.kind for r in read_recap(path).rows] == ["detail", "detail", "total"]
    folder = made(path, tmp_path)
    assert audit_tables(load_study(folder))["verdict"].tolist() == ["agrees"]


def test_a_column_of_years(tmp_path):
    rows = [
        ["Kecamatan", "Tahun", "Jumlah RT", "Peserta"],
        ["Melati", 2020, 40, 6],
        [None, 2021, 41, 7],
        ["Kec. Mawar", 2020, 30, 2],
        [None, 2021, 30, 4],
    ]
    folder = made(workbook(tmp_path / "r.xlsx", rows), tmp_path)
    assert counts(folder) == {
        ("Melati", "2020", "took_part"): "6", ("Melati", "2021", "took_part"): "7",
        ("Mawar", "2020", "took_part"): "2", ("Mawar", "2021", "took_part"): "4",
    }  # fmt: skip
    assert [r["units"] for r in table(folder, "districts")] == ["41", "30"], "of the latest year"
    assert errors(folder) == []


# The article's two tables -----------------------------------------------------------------------


def article_table(path: Path, number: str, headings: dict[str, str]) -> Path:
    """Lay out a published table of the bundled study as the article prints it."""
    with (shared_folder("data") / "kampung_bantar/published.csv").open(encoding="utf-8") as file:
        cells = [r for r in csv.DictReader(file) if r["table"] == number]
    names = list(dict.fromkeys(r["row"] for r in cells))
    value = {(r["row"], r["column"]): r["printed"] for r in cells}
    rows = [["No", "Kecamatan", *headings.values()]]
    for n, name in enumerate(names, 1):
        place = [name, None] if name == "Jumlah" else [n, name]
        rows.append([*place, *(value[name, c] for c in headings)])
    return workbook(path, rows)


def bundled_counts(source: str) -> dict[tuple[str, str, str], str]:
    folder = shared_folder("data") / "kampung_bantar"
    return {
        (r["district_id"], r["year"], r["stage"]): r["count"]
        for r in table(folder, "counts")
        if r["source_id"] == source
    }


def coded(tmp_path: Path) -> str:
    """Return a CSV file of the official codes, as a user would give it."""
    rows = table(shared_folder("data") / "kampung_bantar", "districts")
    lines = [f"{r['district_id']};{r['name']};{r['aliases']}" for r in rows]
    path = tmp_path / "kode.csv"
    path.write_text("\n".join(["district_id;name;aliases", *lines]), encoding="utf-8")
    return str(path)


def test_the_layout_of_table_1_1(tmp_path):
    headings = {
        "subdistricts": "Jumlah Kelurahan",
        "units": "Jumlah RT",
        "proposed 2015": "Pengusulan RT untuk mengikuti Lomba (2015)",
        "implemented 2015": "Terlaksana (2015)",
        "proposed 2016": "Pengusulan RT untuk mengikuti Lomba (2016)",
        "implemented 2016": "Terlaksana (2016)",
    }
    path = article_table(tmp_path / "t.xlsx", "1.1", headings)
    folder = made(path, tmp_path, codes=coded(tmp_path))
    found = {(r["district_id"], r["year"], r["stage"]): r["count"] for r in table(folder, "counts")}
    assert found == bundled_counts("table_1_1")
    districts = {r["district_id"]: r for r in table(folder, "districts")}
    assert districts["15.71.07"]["units"] == "165"
    assert districts["15.71.07"]["subdistricts"] == "5"
    assert errors(folder) == []


def test_the_layout_of_table_1_2(tmp_path):
    headings = {
        "units": "Jumlah RT",
        **{f"took_part {y}": f"Jumlah RT yang Ikut ({y})" for y in range(2015, 2019)},
        "total": "Total RT Kampung",
        "percent": "(%) Capaian 2015-2018",
    }
    path = article_table(tmp_path / "t.xlsx", "1.2", headings)
    folder = made(path, tmp_path, codes=coded(tmp_path))
    found = {(r["district_id"], r["year"], r["stage"]): r["count"] for r in table(folder, "counts")}
    expected = bundled_counts("table_1_2")
    assert found == {key: n for key, n in expected.items() if key[2] == "took_part"}
    assert len(found) == 44
    config = yaml.safe_load((folder / "study.yml").read_text(encoding="utf-8"))
    rules = config["published"]["recap"]
    assert rules["total_row"] == "Jumlah"
    assert rules["sums"][0]["of"] == [f"took_part {y}" for y in range(2015, 2019)]
    assert rules["percentages"] == [{"column": "percent", "of": "total", "by": "units"}]
    assert [s["id"] for s in config["unstaged"]] == ["took_part"]
    # The audit finds what it finds in the bundled study's table 1.2.
    checks = ["row_total", "column_total", "percentage", "percentage_of_sum"]
    columns = ["row", "column", "check", "printed", "recomputed", "verdict"]

    def findings(study, number):
        audit = audit_tables(study)
        audit = audit[(audit["table"] == number) & audit["check"].isin(checks)]
        return audit[columns].reset_index(drop=True)

    ours, theirs = (
        findings(load_study(folder), "recap"),
        findings(load_study("kampung_bantar"), "1.2"),
    )
    assert ours.equals(theirs)
    assert (ours["verdict"] == "differs").any()
    assert errors(folder) == []
