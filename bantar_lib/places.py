"""Where studies, frameworks and notebooks are looked for."""

from __future__ import annotations

import os
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[1]
_PACKAGED = Path(__file__).resolve().parent / "share"


def shared_folder(name: str) -> Path:
    """Return ``data``, ``notebooks`` or ``CITATION.cff`` as it came with the library.

    In a checkout that is the folder at its top; after ``pip install`` it lies in the package.
    """
    checkout = _CHECKOUT / name
    return checkout if (_CHECKOUT / "pyproject.toml").exists() else _PACKAGED / name


def data_folders() -> list[Path]:
    """Return the folders in which a study or framework is looked up by name, in order.

    ``./data``, each folder of the environment variable ``BANTAR_DATA`` (separated as in
    ``PATH``), and the data that came with the library.
    """
    named = [Path(p) for p in os.environ.get("BANTAR_DATA", "").split(os.pathsep) if p]
    folders: list[Path] = []
    for folder in (Path("data").resolve(), *named, shared_folder("data")):
        if folder not in folders:
            folders.append(folder)
    return folders
