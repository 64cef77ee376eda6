"""A coded file of any program that can be read, told apart by its name."""

from __future__ import annotations

from pathlib import Path

from bantar_lib.errors import UserError
from bantar_lib.exchange.found import FoundProject
from bantar_lib.exchange.qualcoder import read_qualcoder
from bantar_lib.exchange.refi_read import read_refi
from bantar_lib.exchange.taguette import read_taguette
from bantar_lib.exchange.word import read_word_comments
from bantar_lib.exchange.workbook import read_workbook
from bantar_lib.words import room_words

_ = room_words("exchange")
KNOWN = (".qdpx", ".qdc", ".sqlite3", ".csv", ".html", ".qda", ".docx", ".xlsx")


def read_any(path: str | Path) -> FoundProject:
    """Read a file with the reader that its ending calls for.

    A workbook of this library is tried first; one that is none is read as an export of Taguette.

    Parameters
    ----------
    path : str or Path
        ``.qdpx`` or ``.qdc`` (REFI-QDA), ``.sqlite3``, ``.csv`` or ``.html`` (Taguette), a
        folder or ``.qda`` (QualCoder), ``.docx`` (comments), ``.xlsx``.

    Raises
    ------
    UserError
        For a file that is not there, or of another ending; else what the reader refuses.

    Examples
    --------
    >>> read_any("nowhere.txt")
    Traceback (most recent call last):
    bantar_lib.errors.UserError: ...
    """
    path = Path(path)
    if not path.exists():
        raise UserError(_("{file}: there is no such file.", file=path))
    ending = path.suffix.lower()
    if path.is_dir() or ending == ".qda":
        return read_qualcoder(path)
    if ending in (".qdpx", ".qdc"):
        return read_refi(path)
    if ending in (".sqlite3", ".csv", ".html"):
        return read_taguette(path)
    if ending == ".docx":
        return read_word_comments(path)
    if ending == ".xlsx":
        try:
            return read_workbook(path)
        except UserError:
            return read_taguette(path)
    raise UserError(_("{file}: files of this kind cannot be read; known are {known}.",
                      file=path.name, known=", ".join(KNOWN)))  # fmt: skip
