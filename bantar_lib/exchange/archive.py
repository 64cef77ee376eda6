"""Opening files that anyone may have sent: nothing is unpacked, and nothing grows without end."""

from __future__ import annotations

import re
import stat
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from bantar_lib.errors import UserError
from bantar_lib.words import room_words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ = room_words("exchange")

MOST_ENTRIES = 10_000
MOST_BYTES = 100_000_000
"""The most that is read from one file, all its parts together."""
MOST_RATIO = 200
"""How many times larger than its packed form a part may be."""
_SMALL = 1_000_000  # below this a high ratio is harmless: a short text repeats itself
MOST_DEPTH = 200


class SafeZip:
    """A ZIP file of which single parts are read, within limits.

    Parameters
    ----------
    file : Path or BytesIO
        The file, or its bytes where it lies in another one.
    name : str, optional
        What messages call it; by default the file's name.

    Raises
    ------
    UserError
        Where it is no ZIP file, or has an entry that no honest program writes: a path that
        leads out of it, a link, a locked or a repeated one; or too many of them.
    """

    def __init__(self, file: Path | BytesIO, *, name: str = "") -> None:
        self._file = file
        self.name = name or (file.name if isinstance(file, Path) else "")
        self._left = MOST_BYTES
        try:
            with zipfile.ZipFile(file) as opened:
                entries = opened.infolist()
        except OSError as fault:
            raise UserError(
                _("{file} cannot be opened: {why}.", file=self.name, why=fault.strerror or fault)
            ) from None
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise UserError(
                _("{file} is damaged or is no project file: it cannot be opened as a ZIP.",
                  file=self.name)) from None  # fmt: skip
        if len(entries) > MOST_ENTRIES:
            raise UserError(
                _("{file} holds {n} entries; more than {most} are not opened.",
                  file=self.name, n=len(entries), most=MOST_ENTRIES))  # fmt: skip
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            self._check(entry)
            if not entry.is_dir():
                self._entries[entry.filename] = entry

    def _check(self, entry: zipfile.ZipInfo) -> None:
        name, why = entry.filename, ""
        # The raw name: zipfile turns backslashes into slashes on Windows only.
        parts = re.split(r"[/\\]", entry.orig_filename)
        if ".." in parts or parts[0] == "" or ":" in parts[0] or "\0" in entry.orig_filename:
            why = _("its path leads out of the file")
        elif stat.S_ISLNK(entry.external_attr >> 16):
            why = _("it is a link to another file")
        elif entry.flag_bits & 0x1:
            why = _("it is locked by a password")
        elif name in self._entries:
            why = _("it stands twice")
        if why:
            raise UserError(
                _("{file}: the entry “{name}” is refused: {why}. Ask for the file to be exported "
                  "again.", file=self.name, name=name[:80], why=why))  # fmt: skip

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its parts."""
        return tuple(self._entries)

    def read(self, name: str) -> bytes:
        """Return one part.

        Raises
        ------
        UserError
            Where it is too large, grows too much when unpacked, or is damaged.
        """
        entry = self._entries[name]
        large = entry.file_size > _SMALL
        if large and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise self._too_large(name)
        try:
            with zipfile.ZipFile(self._file) as file, file.open(entry) as part:
                data = part.read(self._left + 1)  # the stated size may be a lie
        except Exception as fault:  # each method of packing has errors of its own
            raise UserError(
                _("{file}: “{name}” is damaged: {why}.",
                  file=self.name, name=name[:80], why=fault)) from None  # fmt: skip
        if len(data) > self._left:
            raise self._too_large(name)
        self._left -= len(data)
        return data

    def _too_large(self, name: str) -> UserError:
        return UserError(
            _("{file}: “{name}” would grow too large when unpacked; nothing was read.",
              file=self.name, name=name[:80]))  # fmt: skip


def read_limited(path: Path) -> bytes:
    """Return a file's bytes; ``UserError`` where it is missing or too large."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as fault:
        raise UserError(
            _("{file} cannot be opened: {why}.", file=path.name, why=fault.strerror or fault)
        ) from None
    if len(data) > MOST_BYTES:
        raise UserError(
            _("{file} is larger than {most} bytes and is not read.",
              file=path.name, most=MOST_BYTES))  # fmt: skip
    return data


def parse_xml(data: bytes, name: str) -> Element:
    """Return the root of an XML text without ever resolving an entity.

    Parameters
    ----------
    data : bytes
        The XML.
    name : str
        What messages call it.

    Raises
    ------
    UserError
        Where it declares a document type or entities, is not well-formed, or is nested deeper
        than :data:`MOST_DEPTH`.

    Examples
    --------
    >>> parse_xml(b"<a><b/></a>", "a.xml").tag
    'a'
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise UserError(
            _("{file} declares entities or a document type and is refused: no program that "
              "writes such files needs them.", file=name)) from None  # fmt: skip
    except (ParseError, ValueError, LookupError) as fault:
        raise UserError(
            _("{file} is no well-formed XML: {why}.", file=name, why=fault)) from None  # fmt: skip
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > MOST_DEPTH:
            raise UserError(_("{file} is nested too deeply and is refused.", file=name))
        level = [child for element in level for child in element]
    return root
