"""What is known of a study's files since they were last opened: their hash, and no error.

Reading and checking a large study takes seconds, and a batch opens it once for every district.
Where no file has changed since a study was found without error, it is not read again.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bantar_lib import store
from bantar_lib.frameworks import Framework

_TEXT_FILES = {
    ".csv", ".tsv", ".txt", ".md", ".yml", ".yaml", ".json", ".jsonl", ".geojson", ".html",
}  # fmt: skip
# How a report looks is no input: no notebook need run again for another letterhead.
_NOT_INPUT = {"private", "report.yml", "__pycache__", "Thumbs.db", "desktop.ini"}
_PICTURES = {".png", ".jpg", ".jpeg"}
SETTLED = 3.0
"""Seconds: a file changed later than this before it was read may change again unnoticed, since
the clocks of file systems tick as coarsely as that."""
PIECE = 1 << 20
"""Bytes read at once."""

Stamp = list[list[str | int]]
"""Each input file's name, size and times of change: as long as these stay, so does the content."""


@dataclass(frozen=True)
class Opened:
    """A study's input as it was when it was opened.

    Parameters
    ----------
    content_hash : str
        See :func:`hash_of`.
    stamp : list
        The stamp of its files then.
    """

    content_hash: str
    stamp: Stamp

    def holds(self, folder: Path, framework: Framework) -> bool:
        """Say whether the files are still those that were opened."""
        return stamp_of(folder, framework) == self.stamp


def input_files(folder: Path, framework: Framework) -> dict[str, Path]:
    """Return the files that a study's content is made of, by the name that its hash takes."""
    files = {unicodedata.normalize("NFC", p.relative_to(folder).as_posix()): p
             for p in _files(folder)}  # fmt: skip
    if framework.path.parent != folder:
        files[f"../frameworks/{framework.path.name}"] = framework.path
    return files


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in _NOT_INPUT or path.name.startswith((".", "~$")):
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.suffix.lower() not in _PICTURES:
            yield path


def hash_of(folder: Path, framework: Framework) -> str:
    """Return SHA-256 over all input files and the framework, the same on every system.

    Line ends of text files do not count, nor do ``private/``, hidden and lock files, nor what
    only a report's look is made of: ``report.yml`` and pictures.
    """
    digest = hashlib.sha256()
    files = input_files(folder, framework)
    for name in sorted(files):
        size = sum(map(len, _pieces(files[name])))
        digest.update(f"{name}\0{size}\0".encode())
        for piece in _pieces(files[name]):
            digest.update(piece)
    return digest.hexdigest()


def _pieces(path: Path) -> Iterator[bytes]:
    """Yield a file in pieces, so that a large register need not fit into memory."""
    text, held = path.suffix.lower() in _TEXT_FILES, b""
    with path.open("rb") as file:
        while read := file.read(PIECE):
            piece, held = held + read, b""
            if text:
                if piece.endswith(b"\r"):  # the line end may be cut in two
                    piece, held = piece[:-1], b"\r"
                piece = piece.replace(b"\r\n", b"\n")
            yield piece
    yield held


def stamp_of(folder: Path, framework: Framework) -> Stamp:
    """Return the stamp of a study's files; empty where one cannot be seen."""
    stamp: Stamp = []
    try:
        for name, path in sorted(input_files(folder, framework).items()):
            seen = path.stat()
            stamp.append([name, str(path), seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns])
    except OSError:
        return []
    return stamp


def recall(folder: Path, framework: Framework) -> Opened | None:
    """Return a study's hash where it was found without error and has not changed since."""
    note = store.fetch_note(_note(folder))
    if not isinstance(note, dict) or not note.get("stamp"):
        return None
    opened = Opened(str(note.get("content_hash")), note["stamp"])
    return opened if opened.holds(folder, framework) else None


def remember(folder: Path, framework: Framework, before: Stamp, since: float) -> Opened | None:
    """Note that a study was found without error; None where its files changed meanwhile.

    Parameters
    ----------
    folder, framework
        The study.
    before, since
        The stamp from before the files were read, and the time when it was taken.
    """
    try:
        opened = Opened(hash_of(folder, framework), before)
    except OSError:  # a file that no table needs is open elsewhere
        return None
    if not before or not opened.holds(folder, framework):
        return None
    newest = max(int(t) for _name, _path, _size, *times in before for t in times)
    if since - newest / 1e9 > SETTLED:
        content = {"content_hash": opened.content_hash, "stamp": before}
        store.keep_note(_note(folder), content)
    return opened


def _note(folder: Path) -> str:
    return hashlib.sha256(str(folder).encode("utf-8", "surrogatepass")).hexdigest()[:32]
