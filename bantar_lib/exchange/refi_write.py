"""Writing REFI-QDA: a codebook (``.qdc``) or a whole project (``.qdpx``) for other programs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bantar_lib import __version__
from bantar_lib.errors import UserError
from bantar_lib.exchange.codebook import CodeNode, code_guids, code_tree, guid, guid_of
from bantar_lib.exchange.losses import Loss, LossesReport
from bantar_lib.exchange.release import Coding, Released, released, segment_place, segment_text
from bantar_lib.study import Study
from bantar_lib.words import LANGUAGES, current_language, language, room_words

if TYPE_CHECKING:
    import pandas as pd

_ = room_words("exchange")

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
SEGMENTS = "segments"
"""Stands for the text of paraphrased segments where a file name is expected."""


def write_refi(study: Study, path: str | Path, *, coder: str | None = None) -> LossesReport:
    """Write a study's codes, texts and codings for other programs.

    Parameters
    ----------
    study : Study
        The study. Names are written in the current language.
    path : str or Path
        ``.qdpx`` for a project, ``.qdc`` for the codes alone. Writing again what has not changed
        gives the same bytes.
    coder : str, optional
        Only this coder's codings; by default everyone's in ``codings/``.

    Returns
    -------
    LossesReport
        What the file holds, what the format has no place for, and what may not be released.

    Raises
    ------
    UserError
        For another ending, a coder without a log, or a place that cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> from bantar_lib import load_study
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = write_refi(load_study("kampung_bantar"), Path(folder) / "codes.qdc")
    >>> report.written["codes"]
    47
    """
    path = Path(path)
    if path.suffix.lower() not in (".qdc", ".qdpx"):
        raise UserError(_("{file}: the name must end in .qdpx (a project) or .qdc (codes alone).",
                          file=path.name))  # fmt: skip
    leaves = released(study, coder=coder)
    tree = code_tree(study, leaves)
    written = {"codes": len(code_guids(tree)) + sum(not node.codable for node in tree)}
    if path.suffix.lower() == ".qdc":
        data = _xml(_codebook(tree))
        left = [Loss(_("codings"), len(leaves.codings), _("a codebook file holds codes alone"))]
    else:
        project = _ProjectWriter(study, leaves, tree)
        data = project.packed()
        written |= project.written
        left = _losses(study, leaves)
    _save(path, data)
    kept = [Loss(what, n, _("may not be released"), True) for what, n in leaves.withheld.items()]
    return LossesReport(path, written, (*(x for x in left if x.count), *kept))


def _save(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as fault:
        part.unlink(missing_ok=True)
        raise UserError(_("{file} cannot be written: {why}.",
                          file=path, why=fault.strerror or fault)) from None  # fmt: skip


def _clean(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)


def _xml(root: Element) -> bytes:
    indent(root, " ")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "utf-8") + b"\n"


def _codebook(tree: Sequence[CodeNode]) -> Element:
    root = Element("CodeBook", xmlns="urn:QDA-XML:codebook:1.0", origin=_origin())
    _add_codes(root, tree)
    return root


def _origin() -> str:
    return f"BANTAR Lab {__version__}"


def _add_codes(parent: Element, tree: Sequence[CodeNode]) -> None:
    def add(above: Element, node: CodeNode) -> None:
        element = SubElement(above, "Code", guid=node.guid, name=_clean(node.name),
                             isCodable=str(node.codable).lower())  # fmt: skip
        if node.colour:
            element.set("color", node.colour)
        if node.description:
            SubElement(element, "Description").text = _clean(node.description)
        for child in node.below:
            add(element, child)

    box = SubElement(parent, "Codes")
    for node in tree:
        add(box, node)


def segments_title(study_id: str) -> str:
    """Return the first line of the text of paraphrased segments, in the current language."""
    return _("Paraphrased segments of the study {study}. Not a transcript: one paragraph is one "
             "segment, in the words of the study.", study=study_id)  # fmt: skip


def is_segments_text(text: str, study_id: str) -> bool:
    r"""Say whether a text is the one of paraphrased segments that this module wrote.

    Examples
    --------
    >>> is_segments_text(segments_title("kb") + "\n\nA segment.", "kb")
    True
    """
    first = " ".join(text.partition("\n")[0].split())
    for lang in LANGUAGES:
        with language(lang):
            if first == segments_title(study_id):
                return True
    return False


def segments_text(study_id: str, rows: pd.DataFrame) -> tuple[str, dict[str, tuple[int, int]]]:
    """Return the text of paraphrased segments, and where in it each segment stands."""
    text, places = segments_title(study_id), {}
    for row in rows.to_dict("records"):
        paragraph = segment_text(row)
        if paragraph:
            text += "\n\n"
            places[row["segment_id"]] = (len(text), len(text) + len(paragraph))
            text += paragraph
    return text + "\n", places


def _time(text: str) -> str:
    """Return a time of a log as XML wants it, in UTC; ``""`` where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


class _ProjectWriter:
    """One project on its way into a file."""

    def __init__(self, study: Study, leaves: Released, tree: tuple[CodeNode, ...]) -> None:
        self.study, self.leaves, self.tree = study, leaves, tree
        self.guids = code_guids(tree)
        rows = leaves.segments
        placed = {r["segment_id"]: segment_place(r, leaves.documents)
                  for r in rows.to_dict("records")}  # fmt: skip
        self.in_document = {s: place for s, place in placed.items() if place[0]}
        loose = rows[~rows["segment_id"].isin(list(self.in_document))]
        self.text, self.paragraphs = segments_text(study.id, loose)
        self.selections: dict[str, str] = {}  # segment → identifier of a selection of it
        self.written: dict[str, int] = {}

    def packed(self) -> bytes:
        """Return the whole project as a ZIP file."""
        texts = dict(sorted(self.leaves.documents.items()))
        files = {f"sources/{self._source_guid(n)}.txt": t.encode("utf-8") for n, t in texts.items()}
        if self.paragraphs:
            files[f"sources/{self._source_guid(SEGMENTS)}.txt"] = self.text.encode("utf-8")
        files["project.qde"] = _xml(self._project())
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name in sorted(files):
                entry = zipfile.ZipInfo(name, _ZIP_DATE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system, entry.external_attr = 3, 0o644 << 16  # as on any system
                archive.writestr(entry, files[name])
        return buffer.getvalue()

    def _source_guid(self, document: str) -> str:
        return guid("source", self.study.id, document)

    def _user(self, coder: str) -> str:
        return guid("user", self.study.id, coder)

    def _project(self) -> Element:
        lang = current_language()
        times = sorted(filter(None, (_time(c.at) for c in self.leaves.codings)))
        root = Element("Project", xmlns="urn:QDA-XML:project:1.0", origin=_origin(),
                       name=_clean(self.study.text("title", lang)))  # fmt: skip
        if times:
            root.set("creationDateTime", times[0])
            root.set("modifiedDateTime", times[-1])
        if self.leaves.coders:
            users = SubElement(root, "Users")
            for coder in self.leaves.coders:
                SubElement(users, "User", guid=self._user(coder), name=_clean(coder),
                           id=_clean(coder))  # fmt: skip
        _add_codes(SubElement(root, "CodeBook"), self.tree)
        sources = self._sources()
        self._add_cases(root)
        if len(sources):
            root.append(sources)
        self._add_notes(root)
        SubElement(root, "Description").text = _clean(self._description())
        self.written |= {"coders": len(self.leaves.coders), "codings": len(self.leaves.codings),
                         "sources": len(sources)}  # fmt: skip
        return root

    def _description(self) -> str:
        return _("Written by BANTAR Lab from the study {study}. The texts of segments are "
                 "paraphrases in the words of the study, not quotes. Sub-codes named “code » "
                 "valence” say whether a statement supports or inhibits the implementation.",
                 study=self.study.id)  # fmt: skip

    def _sources(self) -> Element:
        box = Element("Sources")
        by_document: dict[str, list[Coding]] = {}
        for coding in self.leaves.codings:
            by_document.setdefault(coding.document or SEGMENTS, []).append(coding)
        for name, text in sorted(self.leaves.documents.items()):
            self._source(box, name, name, text, by_document.get(name, []))
        if self.paragraphs:
            title = _("Paraphrased segments ({study})", study=self.study.id)
            self._source(box, SEGMENTS, title, self.text, by_document.get(SEGMENTS, []))
        return box

    def _source(
        self, box: Element, document: str, name: str, text: str, codings: Sequence[Coding]
    ) -> None:
        own = self._source_guid(document)
        source = SubElement(box, "TextSource", guid=own, name=_clean(name),
                            plainTextPath=f"internal://{own}.txt")  # fmt: skip
        groups: dict[tuple[int, int, str, str], list[Coding]] = {}
        for coding in codings:
            start, end = coding.start, coding.end
            if document == SEGMENTS:
                if coding.segment not in self.paragraphs:
                    continue
                start, end = self.paragraphs[coding.segment]
            groups.setdefault((start, end, coding.coder, coding.segment), []).append(coding)
        for (start, end, coder, segment), group in sorted(groups.items()):
            identity = guid(
                "selection", self.study.id, document, segment or f"{start}-{end}", coder
            )
            if segment:
                self.selections.setdefault(segment, identity)
            selection = SubElement(
                source, "PlainTextSelection", guid=identity, name=_clean(text[start:end]),
                startPosition=str(start), endPosition=str(end), creatingUser=self._user(coder),
            )  # fmt: skip
            for coding in group:
                self._coding(selection, coding)

    def _coding(self, selection: Element, coding: Coding) -> None:
        names = (self.study.id, coding.coder, coding.event)
        element = SubElement(selection, "Coding", guid=guid("coding", *names),
                             creatingUser=self._user(coding.coder))  # fmt: skip
        if time := _time(coding.at):
            element.set("creationDateTime", time)
        SubElement(element, "CodeRef", targetGUID=guid_of(coding, self.guids))
        if coding.memo:
            SubElement(element, "NoteRef", targetGUID=guid("memo", *names))

    def _add_cases(self, root: Element) -> None:
        """Add the districts, each with its name and code, its documents and its segments."""
        names = {"name": _("name"), "code": _("code")}
        variables = SubElement(root, "Variables")
        for key, word in names.items():
            SubElement(variables, "Variable", guid=guid("variable", key), name=word,
                       typeOfVariable="Text")  # fmt: skip
        rows = self.leaves.segments
        box = SubElement(root, "Cases")
        for district in self.study.districts.to_dict("records"):
            code = district["district_id"]
            case = SubElement(box, "Case", guid=guid("case", self.study.id, code),
                              name=_clean(district["name"]))  # fmt: skip
            for key, value in (("name", district["name"]), ("code", code)):
                held = SubElement(case, "VariableValue")
                SubElement(held, "VariableRef", targetGUID=guid("variable", key))
                SubElement(held, "TextValue").text = _clean(value)
            own = rows.loc[rows["district_id"] == code, "segment_id"]
            texts = {self.in_document[s][0] for s in own if s in self.in_document}
            for name in sorted(texts):
                SubElement(case, "SourceRef", targetGUID=self._source_guid(name))
            for segment in own:
                if segment in self.selections:
                    SubElement(case, "SelectionRef", targetGUID=self.selections[segment])

    def _add_notes(self, root: Element) -> None:
        noted = [c for c in self.leaves.codings if c.memo]
        self.written["memos"] = len(noted)
        box = SubElement(root, "Notes") if noted else None
        for coding in noted:
            assert box is not None
            identity = guid("memo", self.study.id, coding.coder, coding.event)
            note = SubElement(box, "Note", guid=identity, name=_("Memo"),
                              creatingUser=self._user(coding.coder))  # fmt: skip
            if time := _time(coding.at):
                note.set("creationDateTime", time)
            SubElement(note, "PlainTextContent").text = _clean(coding.memo)


def _losses(study: Study, leaves: Released) -> list[Loss]:
    """List what the format has no place for; counts are of the whole study."""
    segments = leaves.segments
    no_place = _("the format has no place for it")
    links = sum(len(study.table(t)) for t in ("actors", "elements", "responses"))
    return [
        Loss(_("earlier steps of the coding (taken back, changed)"),
             leaves.events - len(leaves.codings), _("the format holds what is coded now")),
        Loss(_("directness and kind of evidence of codings"), len(leaves.codings), no_place),
        Loss(_("data that segments share and that count once"),
             int(segments["datum"].nunique()), no_place),
        Loss(_("weights of evidence (a source counts once)"),
             int(segments["source_id"].nunique()), no_place),
        Loss(_("locators, kinds and notes of segments"), len(segments), no_place),
        Loss(_("actors, elements and responses with their links"), links, no_place),
        Loss(_("judgements"), len(study.table("judgements")), no_place),
    ]  # fmt: skip
