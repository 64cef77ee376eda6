"""Tables kept on disk come back exactly, and nothing depends on their being there."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bantar_lib import store

SHELF = "a" * 64


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("BANTAR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def table() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "district_id": pd.Series(["15.70", "", "15.7", "15.70"], dtype="str"),
            "text": pd.Series(["é", "NA", None, "a\0b\n"], dtype="str"),
            "whole": pd.Series([1, pd.NA, 2**62, -3], dtype="Int64"),
            "real": pd.array([0.1, pd.NA, -0.0, 1e300], dtype="Float64"),
            "maybe": pd.array([True, pd.NA, False, True], dtype="boolean"),
            "plain": [1.5, np.nan, np.inf, -0.0],
            "number": np.arange(4),
            "flag": [True, False, True, False],
        }
    )
    frame.attrs = {"years": (2015, 2016), "rate": 0.5, "note": "", "of": [1, ("a", None)]}
    return frame


def same(a: pd.DataFrame | None, b: pd.DataFrame) -> None:
    assert a is not None
    pd.testing.assert_frame_equal(a, b, check_exact=True)
    assert a.dtypes.tolist() == b.dtypes.tolist()
    assert repr(a.attrs) == repr(b.attrs)


def test_a_table_comes_back_exactly():
    assert store.keep(SHELF, "t", table())
    same(store.fetch(SHELF, "t"), table())
    assert np.signbit(store.fetch(SHELF, "t")["real"].iloc[2])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.none() | st.text(st.characters(codec="utf-8"), max_size=5),
            st.none() | st.integers(-(2**63), 2**63 - 1),
            st.none() | st.floats(allow_nan=False),
        ),
        max_size=6,
    )
)
def test_any_values_come_back(rows):
    texts, wholes, reals = zip(*rows, strict=True) if rows else ((), (), ())
    frame = pd.DataFrame(
        {
            "a": pd.Series(texts, dtype="str"),
            "b": pd.array(wholes, dtype="Int64"),
            "c": pd.array(reals, dtype="Float64"),
        }
    )
    same(store.unpack(store.pack(frame)), frame)


@pytest.mark.parametrize("code", ["15.70", "15.7", "", "nowhere"])
def test_one_districts_rows(code):
    store.keep(SHELF, "t", table())
    whole = table()
    own = whole[whole["district_id"] == code].reset_index(drop=True)
    own.attrs = whole.attrs
    same(store.fetch(SHELF, "t", district=code), own)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1, 2]}, index=[1, 0]),
        pd.DataFrame({"a": [[1], [2]]}),
        pd.DataFrame({"a": ["x", 1]}, dtype="object"),
        pd.DataFrame({1: [1.0]}),
        pd.DataFrame({"a": pd.to_datetime(["2020-01-01"])}),
    ],
    ids=["rows", "lists", "mixed", "heading", "dates"],
)
def test_what_would_not_come_back_exactly_is_not_kept(frame, cache):
    assert not store.keep(SHELF, "t", frame)
    assert not cache.exists()


def test_attrs_that_would_not_come_back_exactly_are_not_kept():
    frame = pd.DataFrame({"a": [1.0]})
    frame.attrs["rate"] = np.float64(0.5)
    assert not store.keep(SHELF, "t", frame)


def test_every_damage_counts_as_absent(cache):
    store.keep(SHELF, "t", table())
    (path,) = cache.rglob("*.npz")
    whole = path.read_bytes()
    damaged = [b"", b"not a table", whole[:-10], whole[: len(whole) // 2]]
    for at in range(0, len(whole), 37):
        damaged.append(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
    for data in damaged:
        path.write_bytes(data)
        found = store.fetch(SHELF, "t")
        if found is not None:  # the byte was none of the table's
            same(found, table())
    path.write_bytes(b"")
    assert store.keep(SHELF, "t", table())
    same(store.fetch(SHELF, "t"), table())


def test_a_pickle_is_never_read(cache, tmp_path):
    class Evil:
        def __reduce__(self):
            return (Path(tmp_path / "run").touch, ())

    path = cache / "studies" / SHELF / "t.npz"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        np.savez(file, head=np.array([Evil()], dtype=object))
    assert store.fetch(SHELF, "t") is None
    assert not (tmp_path / "run").exists()


def test_another_version_of_the_library_counts_as_absent(monkeypatch):
    store.keep(SHELF, "t", table())
    store.keep_note("n", [1])
    monkeypatch.setattr(store, "library_stamp", lambda: "newer")
    assert store.fetch(SHELF, "t") is None
    assert store.fetch_note("n") is None


def test_notes_come_back():
    store.keep_note("n", {"a": [1, "é"]})
    assert store.fetch_note("n") == {"a": [1, "é"]}
    assert store.fetch_note("other") is None


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("BANTAR_CACHE", str(tmp_path / "file"))
    assert not store.keep(SHELF, "t", table())
    store.keep_note("n", 1)
    assert store.fetch(SHELF, "t") is None
    assert store.fetch_note("n") is None


def test_nothing_is_left_of_a_write_that_fails(cache, monkeypatch):
    def full(_file):
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    assert not store.keep(SHELF, "t", table())
    assert [p for p in cache.rglob("*") if p.is_file()] == []


def write_often(cache: str, seed: int) -> None:
    os.environ["BANTAR_CACHE"] = cache
    store.library_stamp = lambda: "the same"  # whoever works on the library meanwhile
    frame = pd.DataFrame({"a": np.full(50_000, float(seed))})
    for _time in range(15):
        store.keep(SHELF, "t", frame)


@pytest.mark.slow
def test_two_writers_at_once_leave_one_whole_table(cache, monkeypatch):
    monkeypatch.setattr(store, "library_stamp", lambda: "the same")
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write_often, args=(str(cache), seed)) for seed in (1, 2)]
    for writer in writers:
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in writers):
        if (frame := store.fetch(SHELF, "t")) is not None:
            assert frame["a"].nunique() == 1
            seen.add(frame["a"].iloc[0])
        time.sleep(0.001)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert seen | {store.fetch(SHELF, "t")["a"].iloc[0]} <= {1.0, 2.0}
    assert [p.suffix for p in cache.rglob("*") if p.is_file()] == [".npz"]


def test_only_the_newest_studies_are_kept(cache, monkeypatch):
    monkeypatch.setattr(store, "MOST_SHELVES", 3)
    for n in range(5):
        store.keep(f"{n:064}", "t", table())
        folder = cache / "studies" / f"{n:064}"
        os.utime(folder, (n, n))  # as if written long ago, one after the other
    store.prune()
    assert sorted(p.name[-1] for p in (cache / "studies").iterdir()) == ["2", "3", "4"]


def test_no_more_than_so_many_bytes_are_kept_and_the_newest_always(cache, monkeypatch):
    monkeypatch.setattr(store, "MOST_BYTES", 1)
    for n in range(3):
        store.keep(f"{n:064}", "t", table())
        os.utime(cache / "studies" / f"{n:064}", (n, n))
    store.prune()
    assert [p.name[-1] for p in (cache / "studies").iterdir()] == ["2"]


def test_pruning_removes_nobody_elses_files(cache, monkeypatch):
    for n in range(3):
        store.keep(f"{n:064}", "t", table())
        os.utime(cache / "studies" / f"{n:064}", (n, n))
    monkeypatch.setattr(store, "MOST_SHELVES", 1)
    letter = cache / "studies" / f"{1:064}" / "letter.txt"
    letter.write_text("mine")
    os.utime(letter.parent, (1, 1))
    store.prune()
    assert letter.read_text() == "mine"
    assert sorted(p.name[-1] for p in (cache / "studies").iterdir()) == ["1", "2"]


def test_the_folder_is_the_systems_unless_one_is_named(monkeypatch, tmp_path):
    from platformdirs import user_cache_dir

    assert store.cache_folder() == (tmp_path / "cache").resolve()
    monkeypatch.delenv("BANTAR_CACHE")
    assert str(store.cache_folder()) == user_cache_dir("bantar", appauthor=False)


def test_a_kept_file_says_what_it_holds(cache):
    store.keep(SHELF, "t", table())
    (path,) = cache.rglob("*.npz")
    with np.load(path) as arrays:
        head = json.loads(arrays["head"].tobytes())
    assert head["rows"] == 4
    assert [name for name, _kind in head["columns"]] == list(table().columns)
