"""Practice copies: coding in a study that came with the library, without writing into it."""

from __future__ import annotations

import shutil
from pathlib import Path

from bantar_lib.errors import UserError
from bantar_lib.places import shared_folder
from bantar_lib.study import find_study
from bantar_lib.words import room_words

_ = room_words("lab")

FOLDER = "practice"


def is_bundled(path: Path) -> bool:
    """Say whether a study's folder came with the library."""
    return path.resolve().is_relative_to(shared_folder("data").resolve())


def practice_copy(study: str | Path, *, folder: str | Path = FOLDER) -> Path:
    """Return a study's folder to code in; of one that came with the library, a copy.

    The copy is made when it is first asked for and is kept from then on, so that nothing coded
    in it is lost. Git ignores it. A study of one's own is coded where it stands.

    Parameters
    ----------
    study : str or Path
        A study's name or folder.
    folder : str or Path
        Where copies stand: by default ``practice/`` in the working folder.

    Returns
    -------
    Path
        The folder to open with :func:`~bantar_lib.study.load_study`.

    Raises
    ------
    UserError
        For a study that is nowhere, or where the copy cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as here:
    ...     copy = practice_copy("kampung_bantar", folder=here)
    ...     copy.name, (copy / "study.yml").exists()
    ('kampung_bantar', True)
    """
    origin = find_study(study)
    if not is_bundled(origin):
        return origin
    copies = Path(folder).resolve()
    copy = copies / origin.name
    if (copy / "study.yml").is_file():
        return copy
    try:
        copies.mkdir(parents=True, exist_ok=True)
        (copies / ".gitignore").write_text("*\n", encoding="utf-8")
        # Made beside it and then renamed, so that an interrupted copy is never taken for a whole.
        half = copies / f".{origin.name}.half"
        shutil.rmtree(half, ignore_errors=True)
        # Contents only: what is installed read-only must be writable in its copy.
        shutil.copytree(origin, half, copy_function=shutil.copyfile,
                        ignore=shutil.ignore_patterns(".*", "~$*"))  # fmt: skip
        half.chmod(0o755)
        half.replace(copy)
    except OSError as fault:
        raise UserError(_("No practice copy can be written to {folder}: {why}. Choose another "
                          "folder with folder=….", folder=copies,
                          why=fault.strerror or fault)) from None  # fmt: skip
    return copy
