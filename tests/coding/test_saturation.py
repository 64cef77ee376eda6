"""Saturation against the paper's worked figures and curves counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bantar_lib.coding import CodingLog, saturation, saturation_curve
from bantar_lib.errors import UserError


def growing(*new: int) -> list[set[str]]:
    """Return sources of which each brings so many new themes, and repeats one old one."""
    sources, n = [], 0
    for count in new:
        sources.append({f"t{k}" for k in range(max(n - 1, 0), n + count)})
        n += count
    return sources


def test_the_paper_s_worked_figures():
    """Guest, Namey & Chen (2020): 37 themes in the base of 4; 7 new in the first run of 2: 19%.

    The runs after it are ours: the run slides by one source, and the yardstick stays the base.
    """
    curve = saturation_curve(growing(20, 8, 6, 3, 4, 3, 1, 0, 1, 0), base=4, run=2, threshold=0.05)
    assert [row.get("run_new") for row in curve] == [None] * 5 + [7, 4, 1, 1, 1]
    assert round(curve[5]["ratio"], 2) == 0.19
    assert [row.get("reached") for row in curve][5:] == [False, False, True, True, True]
    assert curve[-1]["cumulative"] == 46
    at = next(row["k"] for row in curve if row.get("reached"))
    assert at - 2 == 6  # "saturation at 6, confirmed by 2 more"


def test_the_threshold_may_be_nothing_new_at_all():
    curve = saturation_curve(growing(10, 0, 1, 0, 0), base=1, run=2, threshold=0)
    assert [row.get("reached") for row in curve] == [None, None, False, False, True]


@given(st.lists(st.sets(st.sampled_from("abcdefgh")), max_size=12), st.integers(1, 4),
       st.integers(1, 3))  # fmt: skip
def test_against_counting_anew_at_each_step(themes, base, run):
    curve = saturation_curve(themes, base, run, 0.1)
    yardstick = len(set().union(*themes[:base]))
    for k, row in enumerate(curve, 1):
        before = set().union(*themes[: max(0, k - run)])
        assert row["cumulative"] == len(set().union(*themes[:k]))
        if k >= base + run and yardstick:
            assert row["ratio"] == pytest.approx(
                (len(set().union(*themes[:k])) - len(before)) / yardstick
            )
        else:
            assert "ratio" not in row


def interviews(make_study, indicators, *themes, coder="ani"):
    sources = [{"source_id": f"talk_{n}", "kind": "interview", "release": "quote"}
               for n in range(1, len(themes) + 1)]  # fmt: skip
    segments = [{"source_id": f"talk_{n}"} for n in range(1, len(themes) + 1)]
    study = make_study(*segments, sources=sources)
    log = CodingLog(study, coder)
    made = {}
    for n, own in enumerate(themes, 1):
        log.code(f"S{n}", indicators[0], "supports")  # an indicator is no theme
        for theme in own:
            made[theme] = made.get(theme) or log.make(theme)
            log.code(f"S{n}", made[theme], "supports")
    return study, log, made


def test_themes_over_sources_in_the_order_of_sampling(make_study, indicators):
    study, _log, _made = interviews(make_study, indicators, "abc", "cd", "", "e", "ab", "")
    table = saturation(study, base=2, run=2, threshold=0.1, orders=0)
    assert table["source_id"].tolist() == [f"talk_{n}" for n in range(1, 7)]
    assert table["new"].tolist() == [3, 1, 0, 1, 0, 0]
    assert table["ratio"].dropna().tolist() == [1 / 4, 1 / 4, 0]
    assert table["reached"].dropna().tolist() == [False, False, True]
    assert set(table["note"]) == {""}


def test_a_theme_merged_away_is_none_any_more(make_study, indicators):
    study, log, made = interviews(make_study, indicators, "a", "b", "c", "d", "e", "f")
    log.merge([made["f"]], made["a"])
    assert saturation(study, orders=0)["cumulative"].iloc[-1] == 5
    log.merge([made["e"]], indicators[0])
    assert saturation(study, orders=0)["cumulative"].iloc[-1] == 4


def test_parts_of_one_source_are_one(make_study, indicators):
    study = make_study({"source_id": "article"}, {"source_id": "annex"}, {"source_id": "talk_1"})
    log = CodingLog(study, "ani")
    for n in (1, 2, 3):
        log.code(f"S{n}", log.make(f"tema {n}"), "supports")
    table = saturation(study, orders=0)
    assert table[["source_id", "new"]].values.tolist() == [["article", 2], ["talk_1", 1]]
    assert set(table["note"]) == {"too_few_sources"}
    assert table["ratio"].isna().all()


def test_every_order_ends_with_the_same_themes_and_the_same_seed_gives_the_same_orders(
    make_study, indicators
):
    study, _log, _made = interviews(make_study, indicators, "abc", "cd", "x", "e", "ab", "y", "z")
    table = saturation(study, orders=50)
    assert table.groupby("order")["cumulative"].last().nunique() == 1
    assert table.groupby("order")["source_id"].nunique().eq(7).all()
    assert table.groupby("k")["cumulative"].nunique().loc[3] > 1
    assert table.equals(saturation(study, orders=50))
    assert not table.equals(saturation(study, orders=50, seed=1))


def test_no_themes_and_no_sources_are_said(study, make_study, indicators):
    CodingLog(study, "ani").code("S1", indicators[0], "supports")
    assert set(saturation(study)["note"]) == {"no_themes"}
    empty = make_study({})
    empty.path.joinpath("codings/ani.jsonl").unlink()
    assert saturation(empty)[["note"]].values.tolist() == [["no_themes"]]


def test_a_base_without_themes_is_no_yardstick():
    curve = saturation_curve([set(), set(), {"a"}], base=1, run=1)
    assert {row["note"] for row in curve} == {"no_themes_in_base"}
    assert all("ratio" not in row for row in curve)


@pytest.mark.parametrize("wrong", [{"base": 0}, {"run": 0}, {"threshold": 2}, {"orders": -1}])
def test_settings_that_make_no_sense(study, wrong):
    with pytest.raises(UserError, match="Saturation needs"):
        saturation(study, **wrong)
