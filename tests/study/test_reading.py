"""A table reads the same from whatever file holds it, and no row is lost."""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bantar_lib.study import load_study
from bantar_lib.study.cells import typed
from bantar_lib.study.numbers import (
    UnreadableError,
    any_number,
    decimal_mark,
    stored_number,
    whole_number,
)
from bantar_lib.study.parquet_file import connect
from bantar_lib.study.reading import RawTable, places, plain_heading, read_table
from bantar_lib.study.tables import DISTRICTS, TABLES

from .conftest import write, write_xlsx

HEAD = ["district_id", "name", "units", "note"]


def read(folder: Path, name: str = "districts") -> RawTable:
    raw = read_table(folder, name)
    assert raw is not None
    return raw


def csv_text(rows: list[list[str]], separator: str = ",", end: str = "\n") -> str:
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    text = io.StringIO()
    frame.to_csv(text, sep=separator, index=False, lineterminator=end)
    return text.getvalue()


# What people type into a cell; surrounding space and line ends do not survive and do not matter.
WORDS = st.text(
    st.characters(codec="cp1252", exclude_categories=["Cc", "Cf", "Zs"]) | st.just(" "),
    max_size=12,
).map(str.strip)  # fmt: skip
CELLS = WORDS | st.sampled_from(["NA", "NULL", "None", "nan", "N/A", 'say "x"', "a;b,c\td", "1\n2"])
CODES = st.from_regex(r"[0-9]{2}\.[0-9]{2}", fullmatch=True)
UNITS = st.one_of(st.just(""), st.integers(0, 10**9).map(str))
ROWS = st.lists(st.tuples(CODES, CELLS, UNITS, CELLS).map(list), min_size=1, max_size=8)
FORMS = ["csv", "xlsx", "parquet"]


def write_table(folder: Path, form: str, rows: list[list[str]], encoding: str, sep: str) -> None:
    if form == "csv":
        (folder / "districts.csv").write_bytes(csv_text(rows, sep).encode(encoding))
    elif form == "xlsx":
        numbered = [[int(c) if j == 2 and c else c for j, c in enumerate(r)] for r in rows[1:]]
        write_xlsx(folder / "districts.xlsx", districts=[rows[0], *numbered])
    else:
        with connect() as database:
            database.execute(
                "CREATE TABLE t (district_id VARCHAR, name VARCHAR, units BIGINT, note VARCHAR)"
            )
            filled = [[None if j == 2 and not c else c for j, c in enumerate(r)] for r in rows[1:]]
            database.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", filled)
            database.execute(f"COPY t TO '{folder / 'districts.parquet'}' (FORMAT parquet)")


@settings(deadline=None, max_examples=40, derandomize=True)
@given(
    rows=ROWS,
    form=st.sampled_from(["csv", *FORMS]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    separator=st.sampled_from([",", ";", "\t"]),
)
def test_every_form_reads_the_same(rows, form, encoding, separator):
    table = [HEAD, *rows]
    if encoding == "cp1252":  # bytes that happen to be valid UTF-8 are read as that
        data = csv_text(table, separator).encode("cp1252")
        with contextlib.suppress(UnicodeDecodeError):
            assume(data.decode("utf-8") == csv_text(table, separator))
    with tempfile.TemporaryDirectory() as name:
        write_table(Path(name), form, table, encoding, separator)
        raw = read(Path(name))
        frame, problems = typed(raw)
    assert [p for p in (*raw.problems, *problems) if p.severity != "note"] == []
    assert frame["district_id"].tolist() == [r[0] for r in rows]
    assert frame["name"].tolist() == [r[1] for r in rows]
    assert frame["units"].tolist() == [int(r[2]) if r[2] else pd.NA for r in rows]
    assert frame["note"].tolist() == [r[3] for r in rows]
    assert raw.rows.tolist() == list(range(2, len(rows) + 2))


@pytest.mark.parametrize("form", FORMS)
def test_na_is_text_and_blank_is_unknown(tmp_path, form):
    rows = [HEAD, ["15.70", "NA", "", "null"], ["15.71", "nan", "0", ""]]
    write_table(tmp_path, form, rows, "utf-8", ",")
    frame, problems = typed(read(tmp_path))
    assert problems == []
    assert frame["name"].tolist() == ["NA", "nan"]
    assert frame["note"].tolist() == ["null", ""]
    assert frame["units"].isna().tolist() == [True, False]
    assert frame["district_id"].tolist() == ["15.70", "15.71"]


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", None), ("utf-8-sig", None), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"),
     ("utf-16-be", "UTF-16"), ("cp1252", "Windows-1252")],
)  # fmt: skip
def test_encoding_is_found_and_said(tmp_path, encoding, named):
    text = csv_text([HEAD, ["15.70", "Café", "3", ""]])
    (tmp_path / "districts.csv").write_bytes(text.encode(encoding))
    raw = read(tmp_path)
    assert raw.cells["name"].tolist() == ["Café"]
    assert [p.severity for p in raw.problems] == ["note"] * (named is not None)
    assert all(str(named) in p.message for p in raw.problems)


def test_headings_are_read_in_any_case_and_in_indonesian(tmp_path):
    write(tmp_path / "districts.csv", " KODE ;Nama;Jumlah  RT;Catatan\n15.70;Melati;20;x\n")
    raw = read(tmp_path)
    assert list(raw.cells.columns) == HEAD
    assert [p.severity for p in raw.problems] == ["note"]  # the separator


def test_every_alias_belongs_to_one_column():
    for table in TABLES.values():
        texts = [plain_heading(t) for c in table.columns for t in (c.name, *c.aliases)]
        doubled = {t for t in texts if texts.count(t) > 1}
        assert not doubled, f"{table.name}: {doubled}"


def test_excel_s_own_separator_line(tmp_path):
    write(tmp_path / "districts.csv", "sep=;\ndistrict_id;name\n15.70;a,b\n")
    raw = read(tmp_path)
    assert raw.cells["name"].tolist() == ["a,b"]
    assert raw.rows.tolist() == [2]  # Excel does not show the line


def test_blank_rows_keep_the_numbers_of_the_others(tmp_path):
    write(tmp_path / "districts.csv", "\ndistrict_id,name\n\n15.70,a\n,\n15.71,b\n")
    assert read(tmp_path).rows.tolist() == [4, 6]


def test_no_row_is_lost_to_faults(tmp_path):
    write(tmp_path / "districts.csv",
          "district_id,name,units\n15.70,a,x,y,z\n15.71\n,,\n15.72,c,zwölf\n")  # fmt: skip
    raw = read(tmp_path)
    frame, _problems = typed(raw)
    assert frame["district_id"].tolist() == ["15.70", "15.71", "15.72"]


def test_columns_right_of_the_table_in_a_workbook_are_named(tmp_path):
    write_xlsx(tmp_path / "districts.xlsx", districts=[["district_id", "name"], ["1", "a", "?"]])
    (problem,) = read(tmp_path).problems
    assert problem.severity == "warning" and "3" in problem.message


def test_workbook_cells_keep_what_they_are(tmp_path):
    import datetime

    rows = [
        ["district_id", "name", "units", "boundary_year", "note"],
        ["15.70", 12, 20.0, 2015, datetime.datetime(2024, 5, 1)],
        [None, None, None, None, None],
        ["15.71", True, 1.5, "2.015", "x"],
    ]
    write_xlsx(tmp_path / "districts.xlsx", districts=rows)
    raw = read(tmp_path)
    frame, problems = typed(raw)
    assert frame["name"].tolist() == ["12", "yes"]
    assert frame["note"].tolist() == ["2024-05-01", "x"]
    assert frame["units"].tolist() == [20, pd.NA]
    assert frame["boundary_year"].tolist() == [2015, 2015]
    assert [(p.severity, p.row, p.column) for p in problems] == [
        ("error", 4, "units"), ("warning", 4, "boundary_year"),
    ]  # fmt: skip


def test_a_formula_gives_what_it_last_came_to(tmp_path):
    """As Excel stores it: formula and value. openpyxl cannot write that, so the XML is mended."""
    import zipfile

    write_xlsx(tmp_path / "made.xlsx", districts=[["district_id", "units"], ["15.70", "=6*2"]])
    with (
        zipfile.ZipFile(tmp_path / "made.xlsx") as made,
        zipfile.ZipFile(tmp_path / "districts.xlsx", "w") as kept,
    ):
        for part in made.namelist():
            data = made.read(part)
            if part.startswith("xl/worksheets/"):
                assert b"<v />" in data or b"<v></v>" in data
                data = data.replace(b"<v />", b"<v>12</v>").replace(b"<v></v>", b"<v>12</v>")
            kept.writestr(part, data)
    (tmp_path / "made.xlsx").unlink()
    frame, problems = typed(read(tmp_path))
    assert problems == [] and frame["units"].tolist() == [12]


def test_codes_stored_as_numbers_in_parquet_are_flagged(tmp_path):
    with connect() as database:
        database.execute(f"COPY (SELECT 15.7::DOUBLE district_id, 'a' AS name, 3.0 units) "
                         f"TO '{tmp_path / 'districts.parquet'}' (FORMAT parquet)")  # fmt: skip
    frame, problems = typed(read(tmp_path))
    assert [(p.severity, p.row, p.column) for p in problems] == [("warning", 2, "district_id")]
    assert frame["units"].tolist() == [3]


def test_a_broken_parquet_file_is_a_problem(tmp_path):
    write(tmp_path / "districts.parquet", "no")
    assert [p.severity for p in read(tmp_path).problems] == ["error"]


def test_a_sheet_is_found_whatever_its_case(tmp_path):
    write_xlsx(tmp_path / "study.xlsx", readme=[["x"]], Districts=[["kode", "nama"], ["1", "a"]])
    (place,) = places(tmp_path, "districts")
    assert place.file == "study.xlsx[Districts]"
    assert read(tmp_path).cells["name"].tolist() == ["a"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), (" 12 ", 12), ("12.0", 12), ("12,00", 12), ("1.234", 1234), ("1,234", 1234),
     ("1.234.567", 1234567), ("1 234", 1234), ("1\u00a0234", 1234), ("-3", -3), ("1.234,00", 1234),
     ("0", 0), ("007", 7), ("1234.000", 1234)],
)  # fmt: skip
def test_whole_numbers(text, value):
    assert whole_number(text)[0] == value


@pytest.mark.parametrize(
    "text",
    ["", "-", "NA", "1.5", "1,5", "12.34.56", "1.23", "1e3", "12 RT", "1 2", "0.123", "٣", "1_000",
     "3201234567890001"],
)  # fmt: skip
def test_what_is_no_whole_number(text):
    with pytest.raises(UnreadableError):
        whole_number(text)


def test_a_thousands_mark_is_said_only_where_it_was_guessed():
    assert whole_number("1.234")[1] and not whole_number("1 234")[1]


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [("1,5", "", 1.5), ("1.5", "", 1.5), ("1.234", ",", 1234), ("1.234", ".", 1.234),
     ("1,234", ".", 1234), ("1.234,5", "", 1234.5), ("1,234.5", "", 1234.5), ("75%", "", 0.75),
     ("37,5 %", "", 0.375), ("0.125", "", 0.125), ("1.234.567", "", 1234567), ("2e3", "", 2000),
     (",5", "", 0.5)],
)  # fmt: skip
def test_numbers_with_decimals(text, mark, value):
    assert any_number(text, mark) == pytest.approx(value)


@pytest.mark.parametrize("text", ["1.234", "12,500", "a", "-", "1,2,3", "nan", "inf"])
def test_what_may_be_two_numbers_is_none(text):
    with pytest.raises(UnreadableError):
        any_number(text)


def test_a_column_tells_which_mark_is_decimal():
    assert decimal_mark(["1.234", "2,5"]) == ","
    assert decimal_mark(["1.234.567"]) == ","
    assert decimal_mark(["1.25", "1.234"]) == "."
    assert decimal_mark(["1.25", "2,5"]) == decimal_mark(["12", ""]) == ""


@pytest.mark.parametrize("text", ["1.5", "nan", "inf", "1e300"])
def test_a_stored_number_that_is_not_whole(text):
    with pytest.raises(UnreadableError):
        stored_number(text, whole=True)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_one_district_of_a_large_file_is_read_alone(study_folder, monkeypatch, form):
    from bantar_lib.study import slices

    lines = [f"{d}.{n:03d},{d},{y},proposed" for d in ("15.70", "15.71") for n in range(9)
             for y in (2015, 2016)]  # fmt: skip
    write(study_folder / "register.csv", "\n".join(["unit_id,district_id,year,stage", *lines]))
    whole = load_study(study_folder).table("register", district="Melati")
    if form == "parquet":
        source = f"read_csv('{study_folder / 'register.csv'}', all_varchar=true)"
        with connect() as database:
            database.execute(
                f"COPY (SELECT * FROM {source})"
                f" TO '{study_folder / 'register.parquet'}' (FORMAT parquet)"
            )
        (study_folder / "register.csv").unlink()
    monkeypatch.setattr(slices, "LARGE", 0)
    study = load_study(study_folder)
    part = study.table("register", district="Melati")
    assert "register" not in study._tables  # the rest was not loaded
    pd.testing.assert_frame_equal(part, whole)
    assert len(part) == 18 and DISTRICTS.key[0] in part
