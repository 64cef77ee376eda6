"""Printed figures are read leniently, and what is no number stays unknown."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bantar_lib.audit.figures import printed_tables, read_figure, write_figure
from bantar_lib.errors import UserError


@pytest.mark.parametrize(
    ("printed", "value", "decimals"),
    [
        ("165", 165, 0),
        ("0", 0, 0),
        ("1.562", 1562, 0),
        ("1,562", 1562, 0),
        ("1.562.300", 1562300, 0),
        ("1 562", 1562, 0),
        ("12,5", 12.5, 1),
        ("12.50", 12.5, 2),
        ("1.562,5", 1562.5, 1),
        ("1,562.5", 1562.5, 1),
        ("37%", 37, 0),
        ("57,7 %", 57.7, 1),
        ("37,125%", 37.125, 3),
        ("0.125", 0.125, 3),
        ("−3", -3, 0),
        ("-1.500", -1500, 0),
        ("12*", 12, 0),
        ("Rp15.000.000,00", 15_000_000, 2),
    ],
)
def test_read_figure(printed: str, value: float, decimals: int):
    assert read_figure(printed) == (value, decimals)


@pytest.mark.parametrize("printed", ["", " ", "-", "–", "—", "NA", "n/a", "12-15", "1.2.3", "%"])
def test_what_is_no_number_is_unknown(printed: str):
    value, decimals = read_figure(printed)
    assert math.isnan(value)
    assert decimals == 0


@given(st.integers(min_value=0, max_value=10**9))
def test_both_ways_of_parting_thousands_say_the_same(n: int):
    for printed in (f"{n}", f"{n:,}", f"{n:,}".replace(",", ".")):
        assert read_figure(printed) == (n, 0)


def test_write_figure():
    assert [write_figure(v) for v in (61.0, 36.9697, -7.0)] == ["61", "36.97", "-7"]


def test_a_cell_given_twice_is_named(make_study):
    study = make_study({"A": (["planned 2020", "planned 2020"], {"North": ["1", "2"]})})
    with pytest.raises(UserError, match=r"published\.csv: table A, row 'North'.*twice"):
        printed_tables(study)


def test_row_and_district_together_name_a_row(make_study):
    # Two rows of one name are kept apart by their codes; nothing of a key may get lost.
    study = make_study({"A": (["planned 2020"], {"North": ["1"], "South": ["2"]})})
    (table,) = printed_tables(study)
    assert list(table.rows["key"]) == ["01.10", "01.2"]
    assert table.values["planned 2020"].to_list() == [1, 2]
    assert table.meaning["planned 2020"] != "planned2020"
