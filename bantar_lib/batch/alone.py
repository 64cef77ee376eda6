"""One run at a time writes the pages of a study in a language."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bantar_lib.errors import UserError
from bantar_lib.words import room_words

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_ = room_words("batch")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder of outputs, and clear away what a killed run left half written.

    The system lets go of it when this process ends, however it ends.

    Raises
    ------
    UserError
        Where another run holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("ab") as file:
        try:
            if sys.platform == "win32":
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:  # of this process alone: the workers that it forks do not hold it on
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UserError(
                _("Another run is writing {folder}. Wait until it has finished, or choose another "
                  "folder: --outputs FOLDER", folder=folder)
            ) from None  # fmt: skip
        for part in [p for p in folder.rglob(".*.part*") if p.is_file()]:
            with suppress(OSError):
                part.unlink()
        yield
