"""Reading QualCoder: the project folder's ``data.qda``."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath
from typing import Any

from bantar_lib.errors import UserError
from bantar_lib.exchange.found import (
    CODES,
    CODINGS,
    SOURCES,
    UNPLACED,
    FoundProject,
    name_codes,
    tidy,
    unique_names,
)
from bantar_lib.exchange.offsets import Selection, StoredText, place_all
from bantar_lib.exchange.sqlite_file import Row, Tables, open_tables
from bantar_lib.words import room_words

_ = room_words("exchange")

_FILE = "data.qda"


def read_qualcoder(path: str | Path) -> FoundProject:
    """Read a QualCoder project.

    Parameters
    ----------
    path : str or Path
        The project's folder (``name.qda``), or the ``data.qda`` in it.

    Returns
    -------
    FoundProject
        Categories are codes that are not codable. The texts are those of the database, so that
        places hold whatever became of the files.

    Raises
    ------
    UserError
        Where there is no such project, or it is damaged or of an unknown form.

    Examples
    --------
    >>> try:
    ...     read_qualcoder("nowhere.qda")
    ... except UserError as fault:
    ...     print(fault)
    nowhere.qda cannot be opened: No such file or directory.
    """
    path = Path(path)
    file = path / _FILE if path.is_dir() else path
    with open_tables(file, path.name) as tables:
        return _read(tables)


def _text(row: Row, key: str) -> str:
    value = row[key]
    return "" if value is None else str(value)


def _read(tables: Tables) -> FoundProject:
    codes, code_of = _codes(tables)
    wanted = ("id", "name", "fulltext", "mediapath")
    sources = tables.rows("source", wanted, "id")
    names = unique_names(PureWindowsPath(_text(s, "name")).name or str(s["id"]) for s in sources)
    texts = {s["id"]: StoredText.of(_text(s, "fulltext")) for s in sources if s["fulltext"]}
    name_of = dict(zip((s["id"] for s in sources), names, strict=True))
    columns = ("ctid", "cid", "fid", "seltext", "pos0", "pos1", "owner", "date", "memo")
    by_file: dict[object, list[Row]] = {}
    for row in tables.rows("code_text", columns, "fid, pos0, pos1, ctid"):
        by_file.setdefault(row["fid"], []).append(row)
    codings, unplaced = _codings(by_file, texts, name_of, code_of)
    unplaced += _pictures(tables, name_of, code_of)
    rows = [{"document": name_of[s["id"]], "kind": "text" if s["fulltext"] else "other",
             "text": texts[s["id"]].text if s["id"] in texts else ""} for s in sources]  # fmt: skip
    return FoundProject(
        program=_program(tables),
        codes=tidy(codes, CODES),
        sources=tidy(rows, SOURCES),
        codings=tidy(codings, CODINGS),
        unplaced=tidy(unplaced, UNPLACED),
    )


def _program(tables: Tables) -> str:
    project = tables.rows("project", ("databaseversion", "about"), "1")
    return _text(project[0], "about") or "QualCoder" if project else "QualCoder"


def _codes(tables: Tables) -> tuple[list[dict[str, Any]], dict[object, str]]:
    """Return the codes, categories first, and the name of each code by its number."""
    categories = tables.rows("code_cat", ("catid", "name", "memo", "supercatid"), "name, catid")
    codes = tables.rows("code_name", ("cid", "name", "memo", "catid", "supercid"), "name, cid")
    cat_at = {c["catid"]: n for n, c in enumerate(categories)}
    code_at = {c["cid"]: len(categories) + n for n, c in enumerate(codes)}
    parents = [cat_at.get(c["supercatid"]) for c in categories]
    # Newer versions have codes below codes.
    parents += [code_at.get(c["supercid"], cat_at.get(c["catid"])) for c in codes]
    given = [" ".join(_text(c, "name").split()) for c in (*categories, *codes)]
    names = name_codes(given, parents)
    rows = []
    for n, row in enumerate((*categories, *codes)):
        above = parents[n]
        rows.append({
            "code": names[n],
            "name": given[n],
            "parent": "" if above is None else names[above],
            "codable": n >= len(categories),
            "description": _text(row, "memo"),
        })  # fmt: skip
    return rows, {cid: names[n] for cid, n in code_at.items()}


def _codings(
    by_file: dict[object, list[Row]],
    texts: dict[object, StoredText],
    name_of: dict[object, str],
    code_of: dict[object, str],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    readable = [f for f in by_file if f in texts]
    placed = place_all([
        (name_of[f], texts[f], [_selection(row, name_of[f]) for row in by_file[f]])
        for f in readable
    ])  # fmt: skip
    found = dict(zip(readable, placed, strict=True))
    codings, unplaced = [], []
    for f, rows in by_file.items():
        for n, row in enumerate(rows):
            coded = {"document": name_of.get(f, ""), "code": code_of.get(row["cid"], ""),
                     "coder": _text(row, "owner"), "quote": _text(row, "seltext")}  # fmt: skip
            if f not in found:
                unplaced.append(coded | {"why": _("its text is not in the file")})
            elif not coded["code"]:
                unplaced.append(coded | {"why": _("its code is not in the codebook")})
            elif not found[f][n].sure:
                unplaced.append(coded | {"why": found[f][n].how})
            else:
                at = found[f][n]
                codings.append(coded | {
                    "start": at.start, "end": at.end, "quote": texts[f].text[at.start : at.end],
                    "memo": _text(row, "memo"), "at": _text(row, "date").replace(" ", "T"),
                    "sure": at.sure, "how": at.how,
                })  # fmt: skip
    return codings, unplaced


def _selection(row: Row, document: str) -> Selection:
    start, end = row["pos0"], row["pos1"]
    if not isinstance(start, int) or not isinstance(end, int):
        raise UserError(
            _("{document}: a selection from {start} to {end} lies outside the text, however "
              "it is counted. Export the project again.",
              document=document, start=str(start)[:20], end=str(end)[:20]))  # fmt: skip
    return Selection(start, end, _text(row, "seltext"))


def _pictures(
    tables: Tables, name_of: dict[object, str], code_of: dict[object, str]
) -> list[dict[str, Any]]:
    """List the codings of pictures and recordings, which no text can hold."""
    why = _("it marks a part of a picture, a page or a recording, not of a text")
    return [
        {"document": name_of.get(row["id"], ""), "code": code_of.get(row["cid"], ""),
         "coder": _text(row, "owner"), "why": why}
        for table in ("code_image", "code_av")
        if tables.columns(table)
        for row in tables.rows(table, ("id", "cid", "owner"), "id")
    ]  # fmt: skip
