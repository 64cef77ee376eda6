"""Whether every segment that is cited anywhere in a study exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from bantar_lib.coding.contribution import FILE, read_contributions
from bantar_lib.coding.log import codings
from bantar_lib.study import Study
from bantar_lib.study.contents import read_typed
from bantar_lib.study.tables import TABLES

_BRACKETS = re.compile(r"\[([^\[\]]+)\]")
_IDENTIFIER = re.compile(r"[A-Za-z_][\w.-]*\d\w*")


def cited_in(text: str) -> list[str]:
    """Return the segment ids that a text cites, as in ``[F12]`` or ``[F12, F13]``.

    What stands in brackets and has no digit, such as ``[sic]``, is no citation.

    Examples
    --------
    >>> cited_in("Nobody was coached [F25, F71], it says [sic] (F3).")
    ['F25', 'F71']
    """
    parts = [part for group in _BRACKETS.findall(text) for part in re.split(r"[\s,;|]+", group)]
    return [part for part in parts if _IDENTIFIER.fullmatch(part)]


def table_rows(study: Study, name: str) -> tuple[str, list[int], pd.DataFrame]:
    """Return the file a table stands in, the line of each row, and the table."""
    frame = study.table(name)
    read = read_typed(study.path, name) if study.path.is_dir() else None
    if read is not None and len(read.frame) == len(frame):
        return read.file, [int(n) for n in read.rows], frame
    return f"{name}.csv", list(range(2, len(frame) + 2)), frame


def unresolved(study: Study) -> pd.DataFrame:
    """Return every citation of a segment that the study does not have.

    Looked through are the columns of segment ids of all tables (claims, actors, elements,
    responses), the citations in the reasons of judgements, the causal statements, and the coding
    logs.

    Returns
    -------
    pandas.DataFrame
        file, row (as a spreadsheet shows it; blank where there is none), column, cited. Empty
        where every conclusion comes back to its evidence.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> len(unresolved(load_study("kampung_bantar")))
    0
    """
    known = set(study.table("segments")["segment_id"])
    rows = [found for found in _citations(study) if found[3] not in known]
    table = pd.DataFrame(rows, columns=["file", "row", "column", "cited"])
    return table.drop_duplicates(ignore_index=True).astype({"row": "Int64"})


def _citations(study: Study) -> Iterator[tuple[str, int | None, str, str]]:
    for name, form in TABLES.items():
        columns = [c.name for c in form.columns if c.refers_to == "segments.segment_id"]
        texts = ["reason_id", "reason_en"] if name == "judgements" else []
        if not columns and not texts:
            continue
        file, lines, frame = table_rows(study, name)
        for line, row in zip(lines, frame.to_dict("records"), strict=True):
            for column in columns:
                for cited in study.ids(row[column]):
                    yield file, line, column, cited
            for column in texts:
                for cited in cited_in(row[column]):
                    yield file, line, column, cited
    for contribution in read_contributions(study):
        for test in contribution.tests:
            for cited in test.segments:
                yield FILE, test.line, "segments", cited
    coded = codings(study)
    for coder, segment in zip(coded["coder"], coded["segment_id"], strict=True):
        if segment:
            yield f"{coder}.jsonl", None, "segment", segment
