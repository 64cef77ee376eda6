"""Zip archives (Word, Excel) that are the same bytes for the same content."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime


def same_bytes(
    archive: bytes,
    seconds: int,
    said: Mapping[str, bytes],
    changed: Mapping[str, Callable[[str], str]] | None = None,
) -> bytes:
    """Return the archive with one date on all its files.

    Parameters
    ----------
    archive : bytes
    seconds : int
        The date, in seconds since 1970.
    said : mapping
        What is put in the place of an element of ``docProps/core.xml``, by the element's name.
    changed : mapping, optional
        By the name of a file in the archive, what makes its text another.
    """
    date = datetime.fromtimestamp(seconds, UTC).timetuple()[:6]
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                for element, value in said.items():
                    data = _put(data, element.encode(), value)
            if changed and name in changed:
                data = changed[name](data.decode("utf-8")).encode("utf-8")
            entry = zipfile.ZipInfo(name, date)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # else it tells on which system it was written
            new.writestr(entry, data)
    return made.getvalue()


def _put(data: bytes, element: bytes, value: bytes) -> bytes:
    """Put a value into an element, be it empty or not; its attributes stay."""
    whole = rb"<" + element + rb"(?P<has>(?:\s[^<>]*?)?)(?:/>|>[^<]*</" + element + rb">)"
    return re.sub(whole, lambda m: b"".join(
        [b"<", element, m["has"], b">", value, b"</", element, b">"]), data)  # fmt: skip
