"""Tables kept on disk between runs, so that what depends on a whole study is computed once.

They lie in the folder that the environment variable ``BANTAR_CACHE`` names, else in the system's
folder for such things. Nothing in it is needed: what is missing, damaged or of another version of
the library counts as absent, and a folder that cannot be written is done without. A file is arrays
and JSON, never a pickle: reading one runs no code of whoever wrote it.

Tables lie on *shelves*, one for each content that they were computed from.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MOST_SHELVES = 50
MOST_BYTES = 1_000_000_000
_MOST_NOTES = 500
_MASKED = {"Int64": "int64", "Float64": "float64", "boolean": "bool"}
_PLAIN = ("int64", "float64", "bool")


class UnstorableError(TypeError):
    """A table or value that could not be restored exactly."""


def cache_folder() -> Path:
    """Return the folder in which tables are kept; it need not exist.

    Examples
    --------
    >>> cache_folder().is_absolute()
    True
    """
    if named := os.environ.get("BANTAR_CACHE"):
        return Path(named).expanduser().resolve()
    from platformdirs import user_cache_path

    return user_cache_path("bantar", appauthor=False).absolute()


@cache
def library_stamp() -> str:
    """Return what results depend on besides their input: this library and those it calls.

    Of this library not only the version but also when its files were written, so that a change
    made while working on it forgets all that was kept.
    """
    from importlib.metadata import version

    top = Path(__file__).parent
    digest = hashlib.sha256(sys.version.encode())
    for name in ("numpy", "pandas", "scipy", "statsmodels"):
        digest.update(f"{name} {version(name)}\0".encode())
    for path in sorted(top.rglob("*.py")):
        seen = path.stat()
        digest.update(f"{path.relative_to(top).as_posix()} {seen.st_size} {seen.st_mtime_ns}\0"
                      .encode())  # fmt: skip
    return digest.hexdigest()


def keep(shelf: str, name: str, frame: pd.DataFrame) -> bool:
    """Keep a table; say whether it is kept.

    Parameters
    ----------
    shelf : str
        What it was computed from: a hash of content.
    name : str
        What it is, as a file name without its ending.
    frame : DataFrame
        Columns of text, ``Int64``, ``Float64``, ``boolean``, ``int64``, ``float64`` or ``bool``,
        numbered rows, and ``attrs`` of plain values; another is not kept.

    Examples
    --------
    >>> import pandas as pd
    >>> keep("0" * 64, "example", pd.DataFrame({"a": [1j]}))
    False
    """
    try:
        data = pack(frame)
    except UnstorableError:
        return False
    folder = cache_folder() / "studies" / shelf
    fresh = not folder.is_dir()
    kept = _write(folder / f"{name}.npz", data)
    if kept and fresh:
        prune()
    return kept


def fetch(shelf: str, name: str, *, district: str | None = None) -> pd.DataFrame | None:
    """Return a table that was kept, or None.

    Parameters
    ----------
    shelf, name : str
        As given to :func:`keep`.
    district : str, optional
        Only the rows with this ``district_id``; columns of the others are not built.

    Examples
    --------
    >>> fetch("0" * 64, "never kept") is None
    True
    """
    path = cache_folder() / "studies" / shelf / f"{name}.npz"
    try:
        return unpack(path.read_bytes(), district)
    except Exception:  # whatever is wrong with the file: it is computed again and replaced
        return None


def keep_note(name: str, note: Any) -> None:
    """Keep a small value of JSON under `name`."""
    text = json.dumps({"library": library_stamp(), "note": note})
    _write(cache_folder() / "notes" / f"{name}.json", text.encode())


def fetch_note(name: str) -> Any:
    """Return what :func:`keep_note` kept, or None.

    Examples
    --------
    >>> fetch_note("never kept") is None
    True
    """
    try:
        kept = json.loads((cache_folder() / "notes" / f"{name}.json").read_bytes())
        return kept["note"] if kept["library"] == library_stamp() else None
    except Exception:
        return None


def _write(path: Path, data: bytes) -> bool:
    """Write a file whole: a reader, a second writer or a crash never meets half of it."""
    part = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            part = file.name
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)  # noqa: PTH105
        return True
    except OSError:
        if part:
            Path(part).unlink(missing_ok=True)
        return False


def prune() -> None:
    """Remove the shelves longest unused beyond 50 or 1 GB in all, and old notes.

    Only files of the kinds that are kept here are ever removed.
    """
    root = cache_folder()
    try:
        shelves = sorted((root / "studies").iterdir(), key=lambda p: -p.stat().st_mtime)
        total = 0
        for n, shelf in enumerate(shelves):
            total += sum(p.stat().st_size for p in _kept_files(shelf))
            if n and (n >= MOST_SHELVES or total > MOST_BYTES):
                _remove(_kept_files(shelf))
                with suppress(OSError):  # somebody's own file lies in it
                    shelf.rmdir()
        notes = sorted(_kept_files(root / "notes"), key=lambda p: -p.stat().st_mtime)
        _remove(notes[_MOST_NOTES:])
    except OSError:
        return  # another process prunes too, or holds a file open


def _kept_files(folder: Path) -> list[Path]:
    endings = (".npz", ".json", ".part")
    return [p for p in folder.iterdir() if p.suffix in endings] if folder.is_dir() else []


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def pack(frame: pd.DataFrame) -> bytes:
    """Return a table as bytes from which :func:`unpack` makes the same table.

    Raises
    ------
    UnstorableError
        For a table that it could not restore exactly.
    """
    import numpy as np
    import pandas as pd

    whole = pd.RangeIndex(len(frame))
    if not frame.index.equals(whole) or frame.index.name is not None or frame.columns.name:
        raise UnstorableError("rows")
    columns: list[list[str]] = []
    arrays: dict[str, np.ndarray] = {}
    for n, name in enumerate(frame.columns):
        if not isinstance(name, str):
            raise UnstorableError(name)
        column = frame.iloc[:, n]
        columns.append([name, str(column.dtype)])
        arrays |= {f"{n}.{part}": values for part, values in _split(column).items()}
    head = {
        "library": library_stamp(),
        "columns": columns,
        "rows": len(frame),
        "attrs": [[_coded(k), _coded(v)] for k, v in frame.attrs.items()],
    }
    arrays["head"] = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def unpack(data: bytes, district: str | None = None) -> pd.DataFrame:
    """Return the table that :func:`pack` packed, or one district's rows of it.

    Raises
    ------
    Exception
        Of many kinds, for bytes that are damaged or of another version.
    """
    import numpy as np
    import pandas as pd

    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        head = json.loads(arrays["head"].tobytes())
        if head["library"] != library_stamp():
            raise ValueError("kept by another version")
        names = [name for name, _kind in head["columns"]]
        rows: np.ndarray | slice = slice(None)
        if district is not None:
            rows = _rows_of(arrays, names.index("district_id"), district)
        made = [_join(arrays, n, kind, rows) for n, (_name, kind) in enumerate(head["columns"])]
    size = head["rows"] if district is None else len(made[0])
    frame = pd.DataFrame(dict(enumerate(made)), index=pd.RangeIndex(size))
    frame.columns = pd.Index(names)
    frame.attrs = {_decoded(k): _decoded(v) for k, v in head["attrs"]}
    return frame


def _split(column: pd.Series) -> dict[str, np.ndarray]:
    """Return a column as arrays of plain numbers."""
    import numpy as np
    import pandas as pd

    kind = str(column.dtype)
    if kind in _PLAIN:
        return {"values": column.to_numpy()}
    if kind in _MASKED:
        blank = np.nan if kind == "Float64" else 0
        values = column.to_numpy(_MASKED[kind], na_value=blank)
        return {"values": values, "mask": column.isna().to_numpy()}
    text = kind == "str" or (
        kind == "object" and pd.api.types.infer_dtype(column, skipna=False) == "string"
    )
    if not text:
        raise UnstorableError(kind)
    codes, words = pd.factorize(column)
    listed = [str(word) for word in words]
    sizes = np.array([len(word) for word in listed], dtype=np.int64)
    letters = np.frombuffer("".join(listed).encode("utf-8", "surrogatepass"), dtype=np.uint8)
    return {"codes": codes.astype(np.int32), "sizes": sizes, "letters": letters}


def _words(arrays: Any, n: int) -> list[str]:
    letters = arrays[f"{n}.letters"].tobytes().decode("utf-8", "surrogatepass")
    ends = arrays[f"{n}.sizes"].cumsum().tolist()
    return [letters[a:b] for a, b in zip([0, *ends], ends, strict=False)]


def _rows_of(arrays: Any, n: int, word: str) -> np.ndarray:
    import numpy as np

    words = _words(arrays, n)
    code = words.index(word) if word in words else -2  # −1 stands for blank
    return np.flatnonzero(arrays[f"{n}.codes"] == code)


def _join(arrays: Any, n: int, kind: str, rows: np.ndarray | slice) -> Any:
    import numpy as np
    import pandas as pd

    if kind in _PLAIN:
        return arrays[f"{n}.values"][rows]
    if kind in _MASKED:
        values, mask = arrays[f"{n}.values"][rows], arrays[f"{n}.mask"][rows]
        if kind == "Int64":
            return pd.arrays.IntegerArray(values, mask)
        make = pd.arrays.FloatingArray if kind == "Float64" else pd.arrays.BooleanArray
        return make(values, mask)
    words = np.array([*_words(arrays, n), np.nan], dtype=object)  # the code −1 takes the last
    return pd.array(words[arrays[f"{n}.codes"][rows]], dtype=kind)


def _coded(value: Any) -> Any:
    """Return a value of ``attrs`` as JSON that tells a tuple from a list."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) in (tuple, list):
        return {type(value).__name__: [_coded(v) for v in value]}
    raise UnstorableError(type(value))


def _decoded(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, values),) = value.items()
    made = [_decoded(v) for v in values]
    return tuple(made) if kind == "tuple" else made
