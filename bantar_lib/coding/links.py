"""Links from factor to effort to recommendation, and what hangs in the air."""

from __future__ import annotations

import pandas as pd

from bantar_lib.study import Study

_PARTNERS = {
    "factor": ("effort", "recommendation"),
    "effort": ("factor",),
    "recommendation": ("factor",),
}


def orphans(study: Study) -> pd.DataFrame:
    """Return factors nobody answers, efforts that answer nothing, advice without a finding.

    Parameters
    ----------
    study : Study
        A study with the tables responses and segments.

    Returns
    -------
    pandas.DataFrame
        kind (``factor``, ``effort``, ``recommendation``), segment_id, lacks (a factor: its
        ``effort`` or ``recommendation``; an effort: its ``factor``; a recommendation: its
        ``finding``), response_ids (where the segment stands, ``|``; blank for an effort or
        recommendation that no response names), text_id, text_en. A segment that stands in
        several responses lacks only what none of them gives. Factors come from responses alone:
        a factor that supports the programme calls for no effort.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> table = orphans(load_study("kampung_bantar"))
    >>> table[table["lacks"] == "finding"]["segment_id"].tolist()
    ['F56']
    """
    held: dict[tuple[str, str], dict[str, set[str]]] = {}
    for row in study.table("responses").to_dict("records"):
        parts = {kind: study.ids(row[kind]) for kind in _PARTNERS}
        for kind, partners in _PARTNERS.items():
            for segment in parts[kind]:
                entry = held.setdefault((kind, segment), {"in": set(), "has": set()})
                entry["in"].add(row["response_id"])
                entry["has"] |= {partner for partner in partners if parts[partner]}
    segments = study.table("segments")
    for kind, segment in zip(segments["kind"], segments["segment_id"], strict=True):
        if kind in ("effort", "recommendation"):
            held.setdefault((kind, segment), {"in": set(), "has": set()})
    texts = segments.set_index("segment_id")[["text_id", "text_en"]]
    rows = [
        {
            "kind": kind,
            "segment_id": segment,
            "lacks": "finding" if kind == "recommendation" else partner,
            "response_ids": "|".join(sorted(entry["in"])),
        }
        for kind in _PARTNERS
        for (own, segment), entry in held.items()
        if own == kind
        for partner in _PARTNERS[kind]
        if partner not in entry["has"]
    ]
    frame = pd.DataFrame(rows, columns=["kind", "segment_id", "lacks", "response_ids"])
    return frame.join(texts, on="segment_id").fillna({"text_id": "", "text_en": ""})
