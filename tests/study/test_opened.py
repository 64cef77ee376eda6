"""A study's hash is over its content, however it is read."""

from __future__ import annotations

import hashlib

import pytest

from bantar_lib.study import load_study, opened

CONTENT = b"a\r\nb\r\r\n\r\nc\n\rd\r"


def naive(folder, framework) -> str:
    """Hash as the docstring says, each file as a whole."""
    digest = hashlib.sha256()
    for name, path in sorted(opened.input_files(folder, framework).items()):
        data = path.read_bytes()
        if path.suffix in (".csv", ".yml", ".jsonl", ".txt"):
            data = data.replace(b"\r\n", b"\n")
        digest.update(name.encode() + b"\0" + str(len(data)).encode() + b"\0" + data)
    return digest.hexdigest()


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 1 << 20])
def test_the_hash_does_not_depend_on_how_much_is_read_at_once(study_folder, monkeypatch, piece):
    study = load_study(study_folder)
    (study_folder / "notes.txt").write_bytes(CONTENT)
    (study_folder / "picture.png").write_bytes(CONTENT)
    (study_folder / "empty.txt").write_bytes(b"")
    monkeypatch.setattr(opened, "PIECE", piece)
    assert opened.hash_of(study.path, study.framework) == naive(study.path, study.framework)


def test_files_that_vanish_have_no_stamp(study_folder, monkeypatch):
    study = load_study(study_folder)
    gone = {"a.csv": study_folder / "a.csv"}
    monkeypatch.setattr(opened, "input_files", lambda *_args: gone)
    assert opened.stamp_of(study.path, study.framework) == []


def test_a_file_that_cannot_be_read_keeps_no_study_from_opening(study_folder, monkeypatch):
    def locked(_path):
        raise PermissionError("open in another program")
        yield b""

    monkeypatch.setattr(opened, "_pieces", locked)
    study = load_study(study_folder)
    assert study.opened is None
    assert len(study.counts) > 0
