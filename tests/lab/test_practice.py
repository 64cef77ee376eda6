"""Practice leaves the bundled study as it is; a study of one's own is coded where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from bantar_lib.coding import CodingLog
from bantar_lib.errors import UserError
from bantar_lib.lab import practice_copy
from bantar_lib.study import find_study, load_study


def test_a_bundled_study_is_copied_once_and_git_ignores_it(tmp_path):
    copy = practice_copy("kampung_bantar", folder=tmp_path / "practice")
    CodingLog(copy, "ani").make("Mine")
    again = practice_copy("kampung_bantar", folder=tmp_path / "practice")
    assert again == copy and CodingLog(again, "ani").codes
    assert (tmp_path / "practice" / ".gitignore").read_text() == "*\n"
    assert not (find_study("kampung_bantar") / "codings" / "ani.jsonl").exists()
    assert load_study(copy).id == "kampung_bantar"
    assert [p.name for p in copy.parent.iterdir() if p.name.endswith(".half")] == []


def test_by_default_it_stands_in_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert practice_copy("kampung_bantar") == tmp_path / "practice" / "kampung_bantar"


def test_a_half_copy_is_not_taken_for_a_whole(tmp_path):
    (tmp_path / ".kampung_bantar.half").mkdir()
    assert (practice_copy("kampung_bantar", folder=tmp_path) / "sources.csv").exists()


def test_a_study_of_ones_own_stays_where_it_is(write_small):
    folder = write_small()
    assert practice_copy(folder) == folder.resolve()


def test_where_nothing_can_be_written_it_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="Choose another"):
        practice_copy("kampung_bantar", folder=Path(tmp_path, "file"))
