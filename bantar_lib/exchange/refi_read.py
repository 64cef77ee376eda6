"""Reading REFI-QDA: codebooks (``.qdc``) and projects (``.qdpx``) of any program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bantar_lib.errors import UserError
from bantar_lib.exchange.archive import MOST_BYTES, SafeZip, parse_xml, read_limited
from bantar_lib.exchange.found import (
    CODES,
    CODINGS,
    SOURCES,
    UNPLACED,
    RefiProject,
    name_codes,
    tidy,
    unique_names,
)
from bantar_lib.exchange.offsets import Placed, Reading, Selection, StoredText, place_all
from bantar_lib.exchange.word import document_text
from bantar_lib.words import room_words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ = room_words("exchange")

_SOURCE_KINDS = ("TextSource", "PictureSource", "PDFSource", "AudioSource", "VideoSource")
_OTHER_SELECTIONS = ("PictureSelection", "PDFSelection", "AudioSelection", "VideoSelection",
                     "TranscriptSelection")  # fmt: skip
_MOST_NUMBER = 12  # digits; no text is longer


def read_refi(path: str | Path, *, assume_standard: bool = False) -> RefiProject:
    """Read a REFI-QDA codebook or project.

    Parameters
    ----------
    path : str or Path
        A ``.qdc`` or ``.qdpx`` file of any program.
    assume_standard : bool
        Some programs name selections otherwise than by their text, so that nothing can be
        compared. Then do without comparing, take positions as the standard counts them where
        counting matters, and mark those codings as ``assumed``; by default all stay in
        `unplaced`.

    Returns
    -------
    RefiProject
        Every coding whose place is certain, in code points of its document's text, with how
        sure it is and under which way of counting; and every other one in `unplaced`, with the
        reason. A ``.qdc`` has codes only.

    Raises
    ------
    UserError
        For a file that is damaged, hostile (paths that lead out of it, links, entities, sizes
        beyond measure) or states a place outside a text. Reading never writes anything.

    Examples
    --------
    >>> import tempfile
    >>> from bantar_lib import load_study
    >>> from bantar_lib.exchange import write_refi
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _report = write_refi(load_study("kampung_bantar"), Path(folder) / "kb.qdpx")
    ...     project = read_refi(Path(folder) / "kb.qdpx")
    >>> set(project.codings["sure"]), len(project.unplaced)
    ({'verified'}, 0)
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending == ".qdc":
        root = parse_xml(read_limited(path), path.name)
        return _Project(path.name, root, None).result()
    if ending == ".qdpx":
        archive = SafeZip(path)
        root = parse_xml(_project_xml(archive), path.name)
        return _Project(path.name, root, archive, assume=assume_standard).result()
    raise UserError(
        _("{file} is no REFI-QDA file: its name ends neither in .qdpx nor in .qdc.",
          file=path.name))  # fmt: skip


def _project_xml(archive: SafeZip) -> bytes:
    names = [n for n in archive.names if n.lower().endswith(".qde") and "/" not in n]
    named = [n for n in names if n.lower() == "project.qde"] or names
    if len(named) != 1:
        raise UserError(
            _("{file} holds {n} project descriptions (.qde); one is expected.",
              file=archive.name, n=len(named)))  # fmt: skip
    return archive.read(named[0])


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: Element, *tags: str) -> Iterator[Element]:
    return (child for child in element if _tag(child) in tags)


def _child(element: Element, tag: str) -> Element | None:
    return next(_children(element, tag), None)


def _text(element: Element, tag: str) -> str:
    found = _child(element, tag)
    return (found.text or "") if found is not None else ""


def _guid(element: Element | None, key: str = "guid") -> str:
    """Return an identifier in one form: small letters, no braces."""
    return "" if element is None else element.get(key, "").strip().strip("{}").lower()


@dataclass
class _Source:
    """A text with the selections that are coded in it."""

    document: str
    kind: str
    guid: str
    text: StoredText | None
    why: str  # there is no text
    selections: list[tuple[Selection, Element]] = field(default_factory=list)
    whole: list[Element] = field(default_factory=list)  # codings of the document itself


def _no_text_agrees() -> str:
    return _(
        "Nothing could be placed. If this program names selections otherwise than by "
        "their text, read the file again with the standard's way of counting."
    )


class _Project:
    """One file on its way into tables."""

    def __init__(
        self, file: str, root: Element, archive: SafeZip | None, *, assume: bool = False
    ) -> None:
        self.assume = assume
        self.file, self.root, self.archive = file, root, archive
        if _tag(root) not in ("Project", "CodeBook"):
            raise UserError(_("{file} is no REFI-QDA file: it begins with “{tag}”.",
                              file=file, tag=_tag(root)[:40]))  # fmt: skip
        self.parts = {n.lower(): n for n in archive.names} if archive else {}
        self.codes: list[dict[str, Any]] = []
        self.code_of: dict[str, str] = {}
        self.users = {
            _guid(u): u.get("name") or u.get("id") or ""
            for box in _children(root, "Users")
            for u in _children(box, "User")
        }
        self.notes: dict[str, str] = {}
        self.codings: list[dict[str, Any]] = []
        self.unplaced: list[dict[str, Any]] = []
        self.report: list[str] = []
        self._quoted = 0

    def result(self) -> RefiProject:
        root = self.root
        book = root if _tag(root) == "CodeBook" else _child(root, "CodeBook")
        if book is not None:
            self._read_codes(book)
        for box in _children(root, "Notes"):
            for note in _children(box, "Note"):
                self.notes[_guid(note)] = self._note_text(note)
        sources = self._sources()
        rows = self._place(sources)
        if self.unplaced and not self.codings and not self.assume:
            self.report.append(_no_text_agrees())
        return RefiProject(
            program=root.get("origin", ""),
            codes=tidy(self.codes, CODES),
            sources=tidy(rows, SOURCES),
            codings=tidy(self.codings, CODINGS),
            unplaced=tidy(self.unplaced, UNPLACED),
            report=tuple(self.report),
            cases=tidy(self._cases(), ("case", "variable", "value")),
        )

    def _read_codes(self, book: Element) -> None:
        elements: list[Element] = []
        parents: list[int | None] = []
        tops = [c for box in _children(book, "Codes") for c in _children(box, "Code")]
        open_: list[tuple[Element, int | None]] = [(c, None) for c in reversed(tops)]
        while open_:
            element, parent = open_.pop()
            # Children follow their parent, in the file's order.
            below = reversed(list(_children(element, "Code")))
            open_ += [(c, len(elements)) for c in below]
            elements.append(element)
            parents.append(parent)
        names = name_codes([" ".join(e.get("name", "").split()) for e in elements], parents)
        for n, (element, parent) in enumerate(zip(elements, parents, strict=True)):
            self.code_of[_guid(element)] = names[n]
            self.codes.append({
                "code": names[n],
                "name": " ".join(element.get("name", "").split()),
                "parent": "" if parent is None else names[parent],
                "codable": element.get("isCodable", "true").strip().lower() in ("true", "1"),
                "description": _text(element, "Description"),
                "guid": _guid(element),
            })  # fmt: skip

    def _note_text(self, note: Element) -> str:
        found = _text(note, "PlainTextContent")
        if found:
            return found
        data = self._part(note.get("plainTextPath", ""))
        return StoredText.from_bytes(data).text if data is not None else ""

    def _part(self, address: str) -> bytes | None:
        """Return a part of the archive by its address; an address outside it is never opened."""
        name = re.sub(r"^internal://", "", address.strip(), flags=re.IGNORECASE)
        if self.archive is None or not name or "://" in name:
            return None
        found = self.parts.get(f"sources/{name.lstrip('/')}".lower())
        return self.archive.read(found) if found else None

    def _sources(self) -> list[_Source]:
        elements = [e for box in _children(self.root, "Sources")
                    for e in _children(box, *_SOURCE_KINDS)]  # fmt: skip
        given = [" ".join(e.get("name", "").split())
                 or e.get("plainTextPath", "").rpartition("/")[2] or _guid(e)
                 for e in elements]  # fmt: skip
        names = unique_names(given)
        if names != given:
            numbered = ", ".join(n for n, g in zip(names, given, strict=True) if n != g)
            self.report.append(
                _("Sources that share a name were numbered: {names}.", names=numbered)
            )
        return [self._source(e, name) for e, name in zip(elements, names, strict=True)]

    def _source(self, element: Element, name: str) -> _Source:
        kind = _tag(element)
        holder: Element | None = element
        if kind == "PDFSource":
            holder = _child(element, "Representation")
        elif kind == "PictureSource":
            holder = _child(element, "TextDescription")
        text, why = (None, _("it is no text")) if kind != "TextSource" else (None, "")
        if holder is not None and (kind in ("TextSource", "PDFSource", "PictureSource")):
            text, why = self._stored(holder)
        source = _Source(name, kind, _guid(element), text, why)
        source.whole = list(_children(element, "Coding"))
        for selection in _children(holder if holder is not None else element, "PlainTextSelection"):
            source.selections.append((self._selection(selection, name), selection))
        for other in element.iter():
            if _tag(other) in _OTHER_SELECTIONS:
                why_not = _("it marks a part of a picture, a page or a recording, not of a text")
                for coding in _children(other, "Coding"):
                    self._leave(name, None, coding, other, why_not)
        return source

    def _stored(self, holder: Element) -> tuple[StoredText | None, str]:
        inner = _child(holder, "PlainTextContent")
        if inner is not None and inner.text:
            return StoredText.of(inner.text), ""
        address = holder.get("plainTextPath", "")
        if address:
            data = self._part(address)
            if data is not None:
                return StoredText.from_bytes(data), ""
            if not holder.get("richTextPath"):
                return None, _("its text “{path}” is not in the file", path=address[:80])
        rich = holder.get("richTextPath", "")
        if rich.lower().endswith(".docx") and (data := self._part(rich)) is not None:
            return StoredText.of(document_text(data, self.file)), ""
        if rich.lower().endswith(".txt") and (data := self._part(rich)) is not None:
            return StoredText.from_bytes(data), ""
        return None, _("it has no plain text in the file")

    def _selection(self, element: Element, document: str) -> Selection:
        ends = []
        for key in ("startPosition", "endPosition"):
            value = element.get(key, "").strip()
            if not re.fullmatch(rf"[+-]?[0-9]{{1,{_MOST_NUMBER}}}", value):
                raise UserError(
                    _("{file}: in “{document}” a selection has the position “{value}”, which is "
                      "no number.", file=self.file, document=document,
                      value=value[:20]))  # fmt: skip
            ends.append(int(value))
        return Selection(ends[0], ends[1], element.get("name", ""))

    def _place(self, sources: list[_Source]) -> list[dict[str, Any]]:
        ours = self.root.get("origin", "").startswith("BANTAR Lab")
        writer = Reading() if ours else None
        readable = [s for s in sources if s.text is not None]
        texts = [(s.document, s.text, [x for x, _element in s.selections])
                 for s in readable if s.text is not None]  # fmt: skip
        placed = dict(
            zip(
                (id(s) for s in readable),
                place_all(texts, assume=self.assume, writer=writer),
                strict=True,
            )
        )
        rows = []
        for source in sources:
            found = placed.get(id(source), [])
            for n, (selection, element) in enumerate(source.selections):
                at = found[n] if found else Placed(0, 0, "", source.why)
                self._add(source, selection, element, at)
            self._add_whole(source)
            hows = list(dict.fromkeys(p.how for p in found if p.sure))
            rows.append({
                "document": source.document,
                "kind": source.kind,
                "text": source.text.text if source.text else "",
                "reading": " | ".join(hows),
                "guid": source.guid,
            })  # fmt: skip
        return rows

    def _add(self, source: _Source, selection: Selection, element: Element, at: Placed) -> None:
        for coding in _children(element, "Coding"):
            code = self.code_of.get(_guid(_child(coding, "CodeRef"), "targetGUID"), "")
            if not code or not at.sure or source.text is None:
                why = at.how if not at.sure else _("its code is not in the codebook")
                self._leave(source.document, selection, coding, element, why)
                continue
            quote = source.text.text[at.start : at.end]
            self._quoted += len(quote)
            if self._quoted > MOST_BYTES:
                raise UserError(_("{file} codes more text than can be read.", file=self.file))
            self._keep(source, coding, element, code, quote, at)

    def _keep(
        self, source: _Source, coding: Element, element: Element, code: str, quote: str, at: Placed
    ) -> None:
        self.codings.append({
            "document": source.document,
            "start": at.start,
            "end": at.end,
            "quote": quote,
            "code": code,
            "coder": self._coder(coding, element),
            "memo": self._memo(coding, element),
            "at": coding.get("creationDateTime") or element.get("creationDateTime", ""),
            "sure": at.sure,
            "how": at.how,
        })  # fmt: skip

    def _add_whole(self, source: _Source) -> None:
        for coding in source.whole:
            code = self.code_of.get(_guid(_child(coding, "CodeRef"), "targetGUID"), "")
            if code and source.text is not None and source.text.text:
                at = Placed(0, len(source.text.text), "whole", _("the whole document is coded"))
                self._keep(source, coding, coding, code, source.text.text, at)
            else:
                why = source.why or _("its code is not in the codebook")
                self._leave(source.document, None, coding, coding, why)

    def _leave(
        self,
        document: str,
        selection: Selection | None,
        coding: Element,
        element: Element,
        why: str,
    ) -> None:
        self.unplaced.append({
            "document": document,
            "start": selection.start if selection else None,
            "end": selection.end if selection else None,
            "quote": selection.name if selection else element.get("name", ""),
            "code": self.code_of.get(_guid(_child(coding, "CodeRef"), "targetGUID"), ""),
            "coder": self._coder(coding, element),
            "why": why,
        })  # fmt: skip

    def _coder(self, coding: Element, element: Element) -> str:
        user = _guid(coding, "creatingUser") or _guid(element, "creatingUser")
        return self.users.get(user, "")

    def _memo(self, coding: Element, element: Element) -> str:
        refs = [*_children(coding, "NoteRef"), *_children(element, "NoteRef")]
        notes = [self.notes.get(_guid(ref, "targetGUID"), "") for ref in refs]
        texts = [_text(element, "Description"), *notes] if element is not coding else notes
        return "\n".join(dict.fromkeys(t for t in texts if t.strip()))

    def _cases(self) -> Iterator[dict[str, str]]:
        variables = {
            _guid(v): v.get("name", "")
            for box in _children(self.root, "Variables")
            for v in _children(box, "Variable")
        }
        for box in _children(self.root, "Cases"):
            for case in _children(box, "Case"):
                for value in _children(case, "VariableValue"):
                    name = variables.get(_guid(_child(value, "VariableRef"), "targetGUID"), "")
                    for held in value:
                        if _tag(held) != "VariableRef":
                            yield {"case": case.get("name", ""), "variable": name,
                                   "value": held.text or ""}  # fmt: skip
