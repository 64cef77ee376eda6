"""What depends on a whole study is computed once, and again as soon as the study changes."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from bantar_lib import store
from bantar_lib.errors import UserError
from bantar_lib.study import Study, load_study, opened, shared, study
from bantar_lib.study.shared import kept_rows

TIMES: list[tuple[object, ...]] = []


@shared.shared
def sums(study: Study | pd.DataFrame, stages=None, *, least: int = 0) -> pd.DataFrame:
    """Sum the counts of each district."""
    TIMES.append((stages, least))
    counts = study if isinstance(study, pd.DataFrame) else study.counts
    if stages is not None:
        counts = counts[counts["stage"].isin(list(stages))]
    frame = counts.groupby("district_id", as_index=False)["count"].sum()
    frame = frame[frame["count"] >= least].reset_index(drop=True)
    frame.attrs["stages"] = ("all",)
    return frame


@shared.shared
def refused(study: Study) -> pd.DataFrame:
    TIMES.append(())
    raise UserError("no")


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    """Start with nothing kept, and take files as settled however new they are."""
    monkeypatch.setenv("BANTAR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(opened, "SETTLED", -1e9)
    forget()


def forget() -> None:
    """Be another process: hold nothing in memory."""
    shared._held.clear()
    TIMES.clear()


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "counts.csv"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def test_computed_once_in_a_process_and_once_on_disk(study_folder):
    s = load_study(study_folder)
    first = sums(s)
    pd.testing.assert_frame_equal(sums(s), first)
    pd.testing.assert_frame_equal(sums(load_study(study_folder)), first)
    assert len(TIMES) == 1
    forget()
    again = sums(load_study(study_folder))
    pd.testing.assert_frame_equal(again, first, check_exact=True)
    assert again.attrs == first.attrs == {"stages": ("all",)}
    assert TIMES == []


def test_a_changed_file_is_computed_anew(study_folder):
    before = sums(load_study(study_folder))
    change(study_folder, "15.70,2015,proposed,10,", "15.70,2015,proposed,11,")
    after = sums(load_study(study_folder))
    assert after["count"].sum() == before["count"].sum() + 1
    assert len(TIMES) == 2


def test_a_changed_file_of_the_same_size_and_time_is_seen(study_folder):
    path = study_folder / "counts.csv"
    before, when = sums(load_study(study_folder)), path.stat()
    change(study_folder, "15.70,2015,proposed,10,", "15.70,2015,proposed,11,")
    os.utime(path, ns=(when.st_atime_ns, when.st_mtime_ns))
    assert path.stat().st_size == when.st_size
    if sys.platform == "win32":
        pytest.skip("its files have no time of the last change of any kind")
    assert not sums(load_study(study_folder)).equals(before)


def test_the_content_decides_and_not_the_place(study_folder, tmp_path):
    sums(load_study(study_folder))
    moved = study_folder.rename(tmp_path / "elsewhere")
    sums(load_study(moved))
    assert len(TIMES) == 1


def test_another_framework_of_the_same_name_is_another_content(study_folder):
    first = load_study(study_folder)
    path = first.framework.path
    path.write_text(path.read_text("utf-8").replace("Sumber daya", "Sumber"), "utf-8")
    second = load_study(study_folder)
    assert second.framework.indicators[0].label["id"] == "Sumber"
    assert second.content_hash != first.content_hash


def test_each_argument_has_its_own_result(study_folder):
    s = load_study(study_folder)
    whole, some = sums(s), sums(s, ["implemented"])
    assert whole["count"].sum() > some["count"].sum()
    assert len(sums(s, least=13)) < len(whole)
    assert len(TIMES) == 3
    # The same in other words, by place and by name.
    assert sums(study=s, stages=("implemented",), least=0).equals(some)
    assert sums(s, None, least=0).equals(whole)
    assert len(TIMES) == 3


def test_an_argument_that_is_no_plain_value_is_computed_each_time(study_folder):
    s = load_study(study_folder)
    for _time in range(2):
        assert len(sums(s, (stage for stage in ["implemented"]))) > 0
    assert len(TIMES) == 2


def test_a_caller_that_changes_a_result_changes_no_other(study_folder):
    s = load_study(study_folder)
    for _time in range(2):
        frame = sums(s)
        frame["count"] = 0
        frame.loc[0, "district_id"] = "changed"
        frame.attrs["stages"] = ()
    assert sums(s)["count"].sum() > 0
    assert "changed" not in set(sums(s)["district_id"])
    assert sums(s).attrs == {"stages": ("all",)}
    assert len(TIMES) == 1


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no table"])
def test_a_damaged_file_is_computed_anew_and_replaced(study_folder, tmp_path, damage):
    first = sums(load_study(study_folder))
    (kept,) = (tmp_path / "cache").rglob("sums-*.npz")
    kept.write_bytes(damage)
    for times in (1, 0):
        forget()
        pd.testing.assert_frame_equal(sums(load_study(study_folder)), first)
        assert len(TIMES) == times


def test_without_a_folder_to_write_everything_works(study_folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BANTAR_CACHE", str(tmp_path / "file"))
    first = sums(load_study(study_folder))
    assert sums(load_study(study_folder)).equals(first)
    forget()
    assert sums(load_study(study_folder)).equals(first)
    assert len(TIMES) == 1


def test_a_study_in_memory_and_a_table_are_computed_each_time(study_folder, tmp_path):
    s = load_study(study_folder)
    made_up = Study(s.path, s.config, s.framework, {"counts": s.counts})
    for _time in range(2):
        sums(made_up)
        sums(s.counts)
    assert len(TIMES) == 4
    assert list((tmp_path / "cache").rglob("sums-*")) == []


def test_what_was_read_before_a_change_is_not_kept_as_what_is_there_now(study_folder, tmp_path):
    old = load_study(study_folder)
    change(study_folder, "15.70,2015,proposed,10,", "15.70,2015,proposed,11,")
    before = sums(old)
    assert list((tmp_path / "cache").rglob("sums-*")) == []
    after = sums(load_study(study_folder))
    assert after["count"].sum() == before["count"].sum() + 1


def test_a_change_while_a_study_is_opened_is_noticed(study_folder, tmp_path, monkeypatch):
    read = study.read_contents

    def read_while_saved(*args):
        contents = read(*args)
        change(study_folder, "15.70,2015,proposed,10,", "15.70,2015,proposed,11,")
        return contents

    monkeypatch.setattr(study, "read_contents", read_while_saved)
    s = load_study(study_folder)
    assert s.opened is None
    sums(s)
    assert list((tmp_path / "cache").rglob("*.npz")) == []


def test_an_error_is_not_kept(study_folder):
    s = load_study(study_folder)
    for _time in range(2):
        with pytest.raises(UserError):
            refused(s)
    assert len(TIMES) == 2


def test_one_districts_rows_are_those_of_the_whole(study_folder):
    s = load_study(study_folder)
    assert kept_rows(sums, s, "15.71") is None
    whole = sums(s)
    own = whole[whole["district_id"] == "15.71"].reset_index(drop=True)
    for _place in ("memory", "disk"):
        pd.testing.assert_frame_equal(kept_rows(sums, s, "15.71"), own, check_exact=True)
        forget()
    assert len(kept_rows(sums, s, "nowhere")) == 0


def test_a_study_without_error_is_not_read_again(study_folder, monkeypatch):
    first = load_study(study_folder)
    monkeypatch.setattr(study, "read_contents", None)
    monkeypatch.setattr(study, "read_typed", None)
    second = load_study(study_folder)
    assert second.content_hash == first.content_hash == opened.hash_of(first.path, first.framework)
    for name in ("districts", "counts"):
        pd.testing.assert_frame_equal(second.table(name), first.table(name), check_exact=True)
    own = load_study(study_folder).table("counts", district="Kotabaru")
    pd.testing.assert_frame_equal(own, first.table("counts", district="15.71"), check_exact=True)


def test_a_file_that_may_change_unnoticed_is_read_again(study_folder, monkeypatch):
    monkeypatch.setattr(opened, "SETTLED", 1e9)
    load_study(study_folder)
    assert opened.recall(study_folder.resolve(), load_study(study_folder).framework) is None
    sums(load_study(study_folder))
    sums(load_study(study_folder))
    assert len(TIMES) == 1  # what is computed is kept by content all the same


def test_a_study_with_an_error_is_refused_each_time(study_folder):
    load_study(study_folder)
    change(study_folder, "15.70,2015,proposed,10,", "15.70,2015,proposed,ten,")
    for _time in range(2):
        with pytest.raises(UserError, match="ten"):
            load_study(study_folder)


def test_a_whole_table_is_read_from_its_file_where_it_is_not_kept(study_folder, tmp_path):
    first = load_study(study_folder).counts
    for kept in (tmp_path / "cache").rglob("table-*.npz"):
        kept.unlink()
    pd.testing.assert_frame_equal(load_study(study_folder).counts, first, check_exact=True)
    assert list((tmp_path / "cache").rglob("table-counts.npz"))


def test_evidence_is_kept_nowhere_but_in_the_study(study_folder, tmp_path):
    s = load_study(study_folder)
    assert len(s.table("segments")) == 3
    assert len(s.table("sources")) == 2
    kept = sorted(p.stem for p in (tmp_path / "cache").rglob("*.npz"))
    assert kept == ["table-counts", "table-districts"]


def test_a_function_inside_another_is_computed_each_time(study_folder):
    @shared.shared
    def inside(study: Study) -> pd.DataFrame:
        TIMES.append(())
        return study.districts

    for _time in range(2):
        inside(load_study(study_folder))
    assert len(TIMES) == 2


PROCESS = """
import sys
from bantar_lib.study import load_study, opened
from bantar_lib import execution
opened.SETTLED = -1e9
print(execution(load_study(sys.argv[1])).to_csv(index=False), end="")
"""


@pytest.mark.slow
def test_processes_at_once_agree(study_folder):
    command = [sys.executable, "-c", PROCESS, str(study_folder)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _n in range(2)]
    texts = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert texts[0] == texts[1]
    assert len(list(csv.DictReader(texts[0].splitlines()))) == 3
    shelf = load_study(study_folder).content_hash
    assert [p.stem.partition("-")[0] for p in store.cache_folder().glob(f"studies/{shelf}/e*")] == [
        "execution"
    ]
