"""Coded spans of documents as a page may show them: their names, places, words and codes."""

from __future__ import annotations

import pandas as pd

from bantar_lib.coding import codes, codings
from bantar_lib.coding.documents import private_documents
from bantar_lib.present.evidence_figures import indicator_labels, valence_label
from bantar_lib.present.shown import closed_segments, source_titles
from bantar_lib.study import Study
from bantar_lib.study.release import releases
from bantar_lib.words import LANGUAGES, number, room_words

_ = room_words("present")

_LONGEST = 40
"""Letters of a source's title that a name takes."""


def coded_spans(study: Study) -> pd.DataFrame:
    """Return the coded spans of a study's documents, as rows of its table of segments.

    A span has no name of its own: its coding has a number that only programs read. It is called
    after its source (an interview by a number) and its turn among the places coded in it, the
    same for the same logs. Codings of one place by several coders share the name.

    Parameters
    ----------
    study : Study
        A study with coding logs.

    Returns
    -------
    pandas.DataFrame
        Index event (the coding's id), in the order of the sources and of their places;
        segment_id (the name), text_id, text_en, note_id, note_en, section (characters from–to,
        as the log counts them), paragraph (blank), kind. The words stand in quotation marks, and
        only where the source may be quoted and the document is not private; of a source of
        which nothing may leave, neither title nor place.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> from bantar_lib.words import language
    >>> with language("en"):
    ...     coded_spans(load_study("pelatihan"))["segment_id"].iloc[0]
    'Interview 1 #1'
    """
    rows = codings(study)
    rows = rows[rows["segment_id"] == ""]
    titles, withheld = source_titles(study), _("(not released)")
    release = rows["source_id"].map(releases(study)).fillna("none")
    private = private_documents(study, rows["document"])
    release = release.mask(rows["document"].isin(private), "none")
    source = rows["source_id"].map(titles).fillna(withheld).map(_short)
    source = source.mask(release == "none", withheld)
    places = pd.DataFrame({
        "source": source, "document": rows["document"], "start": rows["start"],
        "end": rows["end"],
    })  # fmt: skip
    turn = places.drop_duplicates().sort_values(list(places.columns), kind="stable")
    turn["turn"] = turn.groupby("source").cumcount() + 1
    turns = places.merge(turn, how="left")["turn"]
    quoted = [f"“{' '.join(quote.split())}”" for quote in rows["quote"]]
    text = pd.Series(quoted, index=rows.index, dtype="str").where(release == "quote", withheld)
    where = [_("characters {start}–{end}", start=number(s), end=number(e))
             for s, e in zip(rows["start"], rows["end"], strict=True)]  # fmt: skip
    found = {
        "segment_id": [f"{s} #{n}" for s, n in zip(source, turns, strict=True)],
        **{f"text_{lang}": text for lang in LANGUAGES},
        **{f"note_{lang}": "" for lang in LANGUAGES},
        "section": pd.Series(where, index=rows.index, dtype="str").where(release != "none", ""),
        "paragraph": "",
        "kind": "finding",
    }
    rank = {title: n for n, title in enumerate(dict.fromkeys(map(_short, titles.values())))}
    order = pd.DataFrame({"rank": source.map(rank).fillna(len(rank)).to_numpy(), "turn": turns})
    order = order.sort_values(["rank", "turn"], kind="stable")
    return pd.DataFrame(found, index=rows.index).set_axis(rows["event"]).iloc[order.index]


def name_spans(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of evidence whose coded spans are named, placed and quoted for a reader.

    Parameters
    ----------
    study : Study
        The study.
    rows : pandas.DataFrame
        As :func:`bantar_lib.coding.evidence` returns them, masked by
        :func:`~bantar_lib.present.shown.shown`.
    """
    spans = coded_spans(study)
    named = rows.copy()
    are_spans = named["segment_id"].isin(spans.index)
    own = spans.loc[named.loc[are_spans, "segment_id"]]
    for column in own.columns:
        named.loc[are_spans, column] = own[column].to_numpy()
    return named


def codings_in_words(study: Study) -> pd.DataFrame:
    """Return what each coding says of which segment or span, in words.

    Parameters
    ----------
    study : Study
        A study with coding logs.

    Returns
    -------
    pandas.DataFrame
        coder, segment_id (of a span, its name) and said: code and valence. What a coder called
        a code of his or her own is not told where nothing of the source may leave.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> from bantar_lib.words import language
    >>> with language("en"):
    ...     codings_in_words(load_study("pelatihan"))["said"].iloc[0]
    'Interests affected: supports'
    """
    coded, spans, known = codings(study), coded_spans(study), codes(study)
    segments, closed = coded["segment_id"], closed_segments(study)
    named = coded["event"].map(spans["segment_id"].to_dict())
    hidden = segments.isin(closed) | (coded["event"].map(spans["section"].to_dict()) == "")
    labels = indicator_labels(study.framework)
    own = dict(zip(known["code"], known["label"], strict=True))
    words = [
        labels.get(code, _("(not released)") if shut else own.get(code, code))
        for code, shut in zip(coded["code"], hidden, strict=True)
    ]
    return pd.DataFrame({
        "coder": coded["coder"],
        "segment_id": segments.where(segments != "", named),
        "said": [f"{w}: {valence_label(v)}" if c else valence_label(v)
                 for w, c, v in zip(words, coded["code"], coded["valence"], strict=True)],
    })  # fmt: skip


def said_heading(study: Study, rows: pd.DataFrame, paraphrased: str) -> str:
    """Return the heading over what sources say: `paraphrased`, unless coded spans are among it."""
    if rows["segment_id"].isin(study.table("segments")["segment_id"]).all():
        return paraphrased
    return _("What the source says: its own words in quotation marks, else ours [our note]")


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1].rstrip()}…"
