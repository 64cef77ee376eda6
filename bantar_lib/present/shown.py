"""What of a study's words a page may show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from bantar_lib.exchange.quotes import source_table
from bantar_lib.study import Study
from bantar_lib.study.release import releases
from bantar_lib.words import LANGUAGES, room_words

_ = room_words("present")


def shown(study: Study, frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows of segments as a page may show them: what must not leave the study is masked.

    A source whose release is ``none`` shows neither text nor note; a quoted span of a document
    shows only where its source may be quoted.
    """
    release = releases(study)
    segments = study.table("segments").set_index("segment_id")["source_id"]
    ids = frame["segment_id"]
    source = frame["source_id"] if "source_id" in frame else ids.map(segments)
    allowed = source.map(release).fillna("none")
    hidden = (allowed == "none") | (~ids.isin(segments.index) & (allowed != "quote"))
    return _masked(frame, hidden, ("text", "note"))


def shown_rows(
    study: Study, frame: pd.DataFrame, columns: Iterable[str], rests_on: Iterable[str]
) -> pd.DataFrame:
    """Return rows of another table with the same care.

    Parameters
    ----------
    study : Study
        The study.
    frame : DataFrame
        Rows of a table of the study.
    columns : iterable of str
        Texts in both languages (``note`` is note_id and note_en) that are masked where a row
        rests on a segment, or comes from a source, of which nothing may leave.
    rests_on : iterable of str
        The columns that list segments, or ``source_id``.
    """
    release = releases(study)
    closed = closed_segments(study)
    hidden = pd.Series(False, index=frame.index)
    for column in rests_on:
        if column == "source_id":
            hidden |= frame[column].map(release).fillna("none") == "none"
        else:
            cites = [not closed.isdisjoint(study.ids(cell)) for cell in frame[column]]
            hidden |= pd.Series(cites, index=frame.index, dtype=bool)
    return _masked(frame, hidden, columns)


def _masked(frame: pd.DataFrame, hidden: pd.Series, columns: Iterable[str]) -> pd.DataFrame:
    masked = frame.copy()
    for column in columns:
        instead = "" if column == "note" else _("(not released)")
        for name in {f"{column}_{lang}" for lang in LANGUAGES} & set(masked.columns):
            masked[name] = masked[name].mask(hidden, instead)
    return masked


def closed_segments(study: Study) -> set[str]:
    """Return the segments of sources of which nothing may leave."""
    segments = study.table("segments")
    closed = segments["source_id"].map(releases(study)).fillna("none") == "none"
    return set(segments.loc[closed, "segment_id"])


def source_titles(study: Study) -> Mapping[str, str]:
    """Return what each source may be called: an interview by a number, a closed one not at all.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> source_titles(load_study("kampung_bantar"))["table_1_1"]
    'Table 1.1: Kampung BANTAR locations 2015–2016'
    """
    table = source_table(study)
    titles = dict(zip(table["source_id"], table["source"], strict=True))
    return {s: titles.get(s, _("(not released)")) for s in study.table("sources")["source_id"]}
