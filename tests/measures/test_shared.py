"""Measures of the whole study are kept exactly as they are computed."""

from __future__ import annotations

import inspect
from pathlib import Path

import pandas as pd
import pytest

from bantar_lib import audit, measures, store
from bantar_lib.measures import reach as reach_function
from bantar_lib.measures.shared import warm
from bantar_lib.study import Study, load_study, shared

NAMES = (
    "detectability",
    "district_totals",
    "equity",
    "execution",
    "funnel",
    "heterogeneity",
    "leave_one_out",
    "logit_normal",
    "lorenz",
    "rank_intervals",
    "separable_share",
    "size",
    "targets",
    "trend",
)
REGISTER = """\
unit_id,district_id,year,stage
a,15.71.07,2015,implemented
a,15.71.07,2016,implemented
b,15.71.07,2016,implemented
c,15.71.01,2015,proposed
"""


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("BANTAR_CACHE", str(tmp_path / "cache"))
    shared._held.clear()
    return tmp_path / "cache"


def same(kept: pd.DataFrame | None, computed: pd.DataFrame) -> None:
    assert kept is not None
    pd.testing.assert_frame_equal(kept, computed, check_exact=True)
    assert kept.attrs == computed.attrs


@pytest.mark.parametrize("name", NAMES)
def test_a_measure_comes_back_from_disk_as_it_was_computed(name, bantar):
    measure = getattr(measures, name)
    computed = inspect.unwrap(measure)(bantar)
    same(measure(bantar), computed)
    shared._held.clear()
    place = shared._place(inspect.unwrap(measure), inspect.signature(measure), (bantar,), {})
    same(store.fetch(*place), computed)
    same(measure(bantar), computed)


def test_the_audit_comes_back_from_disk_as_it_was_computed(bantar, fresh):
    computed = inspect.unwrap(audit.audit_tables)(bantar)
    same(audit.audit_tables(bantar), computed)
    shared._held.clear()
    same(audit.audit_tables(bantar), computed)
    assert len(list(fresh.rglob("audit_tables-*"))) == 1


def test_one_districts_reach_is_that_of_the_whole(bantar):
    alone = reach_function(bantar, "Kota Baru")
    whole = reach_function(bantar)
    own = whole[whole["district_id"] == "15.71.07"].reset_index(drop=True)
    same(alone, own)
    shared._held.clear()
    same(reach_function(bantar, "Kota Baru"), own)


@pytest.mark.parametrize("kept", [False, True])
def test_one_districts_reach_with_a_register(bantar, tmp_path, kept):
    folder = tmp_path / "with_register"
    folder.mkdir()
    for path in bantar.path.glob("*.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "register.csv").write_text(REGISTER, encoding="utf-8")
    study = load_study(folder)
    if kept:
        reach_function(study)
        shared._held.clear()
    own = reach_function(study, "Kota Baru").set_index("scenario")["numerator"]
    assert own["exact_distinct"] == 2
    assert own["lower_bound"] == 11


def test_warming_leaves_nothing_for_the_pages_to_compute(bantar, monkeypatch):
    warm(bantar, audit.audit_tables)
    shared._held.clear()
    # Without tables nothing can be computed; what is kept needs none.
    bare = Study(bantar.path, bantar.config, bantar.framework, opened=bantar.opened)
    monkeypatch.setattr(Study, "_whole", None)
    assert len(measures.execution(bare)) == 11
    assert len(reach_function(bare)) > 11
    assert len(measures.targets(bare)) == 11
    assert len(audit.audit_tables(bare)) > 11


def test_warming_leaves_an_error_to_the_page_that_needs_the_measure(made_up, tmp_path):
    falling = [("a", 2020, "implemented", 5), ("a", 2021, "implemented", 3)]
    study = made_up({"a": 9}, falling, counts_are="stock", path=tmp_path)
    with pytest.raises(ValueError, match="stock"):
        measures.execution(study)
    warm(study)
