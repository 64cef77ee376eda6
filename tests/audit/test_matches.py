"""Columns that are the same under other headings."""

from __future__ import annotations

from bantar_lib.audit import matching_columns


def test_took_part_is_proposed_and_not_implemented(bundled):
    pairs = matching_columns(bundled).set_index(["column_a", "column_b"])
    for year in (2015, 2016):
        proposed = pairs.loc[(f"proposed {year}", f"took_part {year}")]
        assert (proposed["rows"], proposed["equal"]) == (11, 11)
        assert pairs.loc[(f"implemented {year}", f"took_part {year}"), "equal"] < 3
    same = pairs[pairs["equal"] == pairs["rows"]]
    assert len(same) == 3  # the two above and the number of RT


def test_unknown_cells_and_total_rows_are_left_out(make_study):
    first = (["a"], {"North": ["1"], "South": ["2"], "West": ["-"], "Total": ["9"]})
    second = (["b", "c"], {"West": ["3", "-"], "South": ["2", "-"], "Total": ["9", "9"]})
    pairs = matching_columns(make_study({"A": first, "B": second}))
    assert pairs.values.tolist() == [["A", "a", "B", "b", 1, 1]]


def test_one_table_has_no_pairs(make_study):
    assert matching_columns(make_study({"A": (["a", "b"], {"North": ["1", "1"]})})).empty
