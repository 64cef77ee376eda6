"""Published tables, against a recomputation of their own from the transcribed cells."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from bantar_lib.audit import audit_tables, proposed_corrections
from bantar_lib.audit.tables import COLUMNS
from bantar_lib.errors import UserError

DATA = Path(__file__).parents[2] / "data" / "kampung_bantar"
YEARS = [f"took_part {y}" for y in range(2015, 2019)]


@pytest.fixture(scope="module")
def audit(bundled) -> pd.DataFrame:
    return audit_tables(bundled)


@pytest.fixture(scope="module")
def cells() -> dict[tuple[str, str, str], int]:
    """Read the transcription without the library: table, row, column → number."""
    with (DATA / "published.csv").open(encoding="utf-8") as file:
        return {
            (r["table"], r["row"], r["column"]): int(r["printed"].rstrip("%"))
            for r in csv.DictReader(file)
        }


def of(audit: pd.DataFrame, check: str, **where: str) -> pd.DataFrame:
    found = audit[audit["check"] == check]
    for column, value in where.items():
        found = found[found[column] == value]
    return found


def test_columns(audit):
    assert tuple(audit.columns) == COLUMNS


def test_row_totals_of_table_1_2(audit, cells):
    rows = list(dict.fromkeys(row for table, row, _column in cells if table == "1.2"))
    expected = {}
    for row in rows:
        total = sum(cells["1.2", row, year] for year in YEARS)
        if total != cells["1.2", row, "total"]:
            expected[row] = (cells["1.2", row, "total"], total)
    # Worked out by hand from the printed table.
    assert expected == {
        "Danau sipin": (56, 55),
        "Pelayangan": (27, 30),
        "Danau Teluk": (31, 30),
        "Jelutung": (54, 48),
        "Jambi Selatan": (50, 49),
        "Pall Merah": (59, 58),
        "Jumlah": (581, 574),
    }
    totals = of(audit, "row_total")
    assert len(totals) == 12
    wrong = totals[totals["verdict"] == "differs"].set_index("row")
    found = {row: (int(line["printed"]), line["recomputed"]) for row, line in wrong.iterrows()}
    assert found == expected
    assert set(totals["verdict"]) == {"agrees", "differs"}
    assert (wrong["difference"] == [p - r for p, r in expected.values()]).all()


def test_every_column_of_both_tables_adds_up(audit, cells):
    totals = of(audit, "column_total")
    expected = {
        (table, column): sum(
            n for (t, r, c), n in cells.items() if (t, c) == (table, column) and r != "Jumlah"
        )
        for table, row, column in cells
        if row == "Jumlah" and column != "percent"
    }
    assert len(expected) == 12
    found = totals.set_index(["table", "column"])["recomputed"].to_dict()
    assert found == expected
    for (table, column), total in expected.items():
        assert cells[table, "Jumlah", column] == total
    assert set(totals["verdict"]) == {"agrees"}


def test_printed_percentages_follow_the_printed_totals(audit, cells):
    rows = list(dict.fromkeys(row for table, row, _column in cells if table == "1.2"))

    def rounds(row: str, total: int) -> bool:
        share = Fraction(100 * total, cells["1.2", row, "units"])
        return abs(share - cells["1.2", row, "percent"]) <= Fraction(1, 2)

    assert all(rounds(row, cells["1.2", row, "total"]) for row in rows)
    follow_wrong = [r for r in rows if not rounds(r, sum(cells["1.2", r, y] for y in YEARS))]
    assert len(follow_wrong) == 5
    assert set(of(audit, "percentage")["verdict"]) == {"agrees_rounded"}
    again = of(audit, "percentage_of_sum")
    assert list(again.loc[again["verdict"] == "differs", "row"]) == follow_wrong
    kota_baru = of(audit, "percentage", row="Kota Baru").iloc[0]
    assert kota_baru["recomputed"] == pytest.approx(100 * 61 / 165)
    assert kota_baru["added"] == "61 / 165"


def test_same_elsewhere_compares_units_only(audit):
    same = of(audit, "same_elsewhere")
    assert set(same["column"]) == {"units"}
    assert len(same) == 12
    assert set(same["verdict"]) == {"agrees"}


def test_what_was_added_is_said(audit):
    line = of(audit, "row_total", row="Kota Baru").iloc[0]
    assert line["added"] == "12 + 15 + 15 + 19"
    assert line["added_from"] == "|".join(YEARS)
    assert line["district_id"] == "15.71.07"


def test_corrections_are_alternatives_that_each_make_the_sum_right(audit, cells):
    changes = proposed_corrections(audit)
    assert len(changes) == 7 * 5
    for change in changes.itertuples():
        changed = {
            c: cells["1.2", change.row, c] if c != change.cell_column else change.would_be
            for c in [*YEARS, "total"]
        }
        assert sum(changed[y] for y in YEARS) == changed["total"]
        assert int(change.printed) == cells["1.2", change.cell_row, change.cell_column]
    # Every column adds up as printed, so that no single change is free.
    assert set(changes["breaks"]) == {"column_total"}


def test_the_audit_changes_nothing(bundled, audit):
    before = bundled.table("published")
    proposed_corrections(audit_tables(bundled))
    pd.testing.assert_frame_equal(before, bundled.table("published"))


SHEET = (
    ["planned 2020", "planned 2021", "both", "share"],
    {
        "North": ["10", "12", "22", "22,0%"],
        "South": ["1.020", "18", "1.038", "98,3%"],
        "West": ["5", "–", "5", "1%"],
        "Grand sum": ["1.035", "30", "1.060", ""],
    },
)
RULES = {
    "A": {
        "total_row": "Grand sum",
        "sums": [{"column": "both", "of": ["planned 2020", "planned 2021"]}],
        "percentages": [{"column": "share", "of": "planned 2020", "by": "both"}],
    }
}


def verdicts(found: pd.DataFrame) -> dict[str, str]:
    return {f"{r.row}/{r.column}": r.verdict for r in found.itertuples()}


def test_another_study_by_its_own_rules(make_study):
    audit = audit_tables(make_study({"A": SHEET}, rules=RULES))
    assert verdicts(of(audit, "row_total")) == {
        "North/both": "agrees",
        "South/both": "agrees",
        "West/both": "cannot_be_checked",
        "Grand sum/both": "differs",
    }
    assert verdicts(of(audit, "column_total")) == {
        "Grand sum/planned 2020": "agrees",
        "Grand sum/planned 2021": "cannot_be_checked",
        "Grand sum/both": "differs",
    }
    assert verdicts(of(audit, "percentage")) == {
        "North/share": "differs",
        "South/share": "agrees_rounded",
        "West/share": "differs",
        "Grand sum/share": "cannot_be_checked",
    }


def test_corrections_of_a_column_total_name_its_rows(make_study):
    changes = proposed_corrections(audit_tables(make_study({"A": SHEET}, rules=RULES)))
    column = changes[changes["check"] == "column_total"]
    assert list(column["cell_row"]) == ["Grand sum", "North", "South", "West"]
    assert list(column["would_be"]) == [1065, 17, 1033, 0]
    assert list(column["breaks"]) == ["", "row_total", "row_total", ""]


def test_without_rules_a_row_called_total_is_footed(make_study):
    sheet = (["a", "b", "c"], {"North": ["1", "1,5", "10%"], "Total": ["2", "1,6", "10%"]})
    audit = audit_tables(make_study({"A": sheet}))
    assert verdicts(audit) == {"Total/a": "differs", "Total/b": "agrees_rounded"}


def test_without_rules_or_total_row_nothing_is_said(make_study):
    audit = audit_tables(make_study({"A": (["a"], {"North": ["1"], "South": ["2"]})}))
    assert audit.empty
    assert tuple(audit.columns) == COLUMNS
    assert proposed_corrections(audit).empty


def test_no_published_table_at_all(make_study):
    assert audit_tables(make_study()).empty


def test_a_division_by_zero_cannot_be_checked(make_study):
    sheet = (["a", "b", "share"], {"North": ["0", "0", "0%"]})
    rules = {"A": {"percentages": [{"column": "share", "of": "a", "by": "b"}]}}
    audit = audit_tables(make_study({"A": sheet}, rules=rules))
    assert verdicts(audit) == {"North/share": "cannot_be_checked"}


def test_the_same_quantity_in_two_tables(make_study):
    first = (["units", "planned 2020"], {"North": ["40", "10"], "South": ["50", "20"]})
    second = (["units", "planned 2020"], {"South": ["50", "-"], "North": ["41", "10"]})
    audit = audit_tables(make_study({"A": first, "B": second}))
    same = of(audit, "same_elsewhere")
    assert set(same["table"]) == {"B"}
    assert verdicts(same) == {
        "South/units": "agrees",
        "North/units": "differs",
        "South/planned 2020": "cannot_be_checked",
        "North/planned 2020": "agrees",
    }


def test_a_long_sum_is_shown_by_its_ends(make_study):
    rows = {f"Row {n}": ["1"] for n in range(60)} | {"Jumlah": ["61"]}
    audit = audit_tables(make_study({"A": (["a"], rows)}))
    (line,) = audit.to_dict("records")
    assert line["recomputed"] == 60
    assert line["added"] == "1 + 1 + 1 + … + 1 + 1"
    assert list(proposed_corrections(audit)["would_be"]) == [60]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"total_row": "Sumtotal"}, r"study\.yml, published: table A has no row 'Sumtotal'"),
        (
            {"sums": [{"column": "planned 2O20", "of": ["both"]}]},
            r"study\.yml, published: table A has no column 'planned 2O20'; it has planned 2020",
        ),
        (
            {"percentages": [{"column": "share", "of": "bo", "by": "both"}]},
            r"study\.yml, published: table A has no column 'bo'",
        ),
    ],
)
def test_a_rule_that_names_nothing_stops(make_study, rule, message):
    with pytest.raises(UserError, match=message):
        audit_tables(make_study({"A": SHEET}, rules={"A": rule}))
