"""The documents of a study, whose words they hold, and what may be shown of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bantar_lib.coding import Document, find_document, logs, read_document
from bantar_lib.coding.documents import FOLDERS
from bantar_lib.coding.state import state_of
from bantar_lib.errors import UserError
from bantar_lib.exchange.release import document_sources
from bantar_lib.present.display import Table
from bantar_lib.study import Study
from bantar_lib.study.release import releases
from bantar_lib.words import current_language, number, room_words

_ = room_words("lab")

_ENDINGS = (".txt", ".md", ".html", ".htm", ".docx", ".odt", ".pdf")


@dataclass(frozen=True)
class Shelved:
    """A document opened for coding.

    Parameters
    ----------
    name : str
        Its file name.
    content : Document
        Its text.
    source : str
        The source whose words it holds.
    private : bool
        Whether codings of it must stay in ``private/``.
    quotable : bool
        Whether its words may be shown where the study's own people do not sit.
    """

    name: str
    content: Document
    source: str
    private: bool
    quotable: bool


def documents_of(study: Study) -> list[str]:
    """Return the names of the documents that a study holds, shared ones first.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> documents_of(load_study("kampung_bantar"))
    []
    """
    found: dict[str, None] = {}
    for folder in FOLDERS:
        for path in sorted((study.path / folder).glob("*")):
            if path.is_file() and path.suffix.lower() in _ENDINGS and path.name[0] not in ".~":
                found.setdefault(path.name)
    return list(found)


def take_down(study: Study, name: str, *, source: str = "") -> Shelved:
    """Open a document of a study for coding.

    Parameters
    ----------
    study : Study
        A study with documents.
    name : str
        A file name; blank: the first document.
    source : str
        Whose words it holds; needed where the study does not say so.

    Raises
    ------
    UserError
        Where there is no such document, or the study does not say whose words it holds.
    """
    known = documents_of(study)
    if not known:
        raise UserError(_("{study} has no documents; put some into {folder}.",
                          study=study.id, folder=study.path / "documents"))  # fmt: skip
    name = name or known[0]
    if name not in known:
        raise UserError(_("{study} has no document “{name}”; it has: {known}.",
                          study=study.id, name=name, known=", ".join(known)))  # fmt: skip
    path = find_document(study, name)
    source = _source_of(study, name, source)
    release = releases(study).get(source, "none")
    private = "private" in path.relative_to(study.path).parts or release == "none"
    return Shelved(name, read_document(path), source, private,
                   quotable=release == "quote" and not private)  # fmt: skip


def _source_of(study: Study, name: str, given: str) -> str:
    sources = list(study.table("sources")["source_id"])
    owners = (given,) if given else document_sources(study, logs(study)).get(name, ())
    if not owners and Path(name).stem in sources:
        owners = (Path(name).stem,)  # a private one, which nothing that may leave speaks of
    if len(owners) != 1 or owners[0] not in sources:
        raise UserError(_("Whose words does {name} hold? Say so with source=…; the table sources "
                          "has: {known}.", name=name, known=", ".join(sources)))  # fmt: skip
    return owners[0]


def documents_table(study: Study, coder: str) -> Table:
    """Lay out the documents of a study, with what one coder has coded in each.

    What stands in ``private/`` is not named.
    """
    have = logs(study)
    held = state_of(have[coder]).live() if coder in have else []
    titles = study.table("sources").set_index("source_id")[f"title_{current_language()}"]
    owners = document_sources(study, have)
    rows = [
        (name, "; ".join(titles.get(s, s) for s in owners.get(name, ())) or "–",
         number(sum(c.get("span", {}).get("document") == name for c in held)))
        for name in documents_of(study) if (study.path / "documents" / name).is_file()
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=[_("Document"), _("Source"), _("Your codings")])
    return Table(frame, _("Documents to code"), (_("Your codings"),))
