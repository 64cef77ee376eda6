"""From codes to a suggested rating: what evidence says of an indicator, and whether it suffices."""

from __future__ import annotations

import pandas as pd

from bantar_lib.coding.documents import private_documents
from bantar_lib.coding.log import codings
from bantar_lib.coding.remembered import while_logs_stay
from bantar_lib.study import Study
from bantar_lib.study.release import releases

RATED_KINDS = ("finding", "element", "actor", "factor")
"""Efforts and recommendations are linked to findings; they are not evidence of how it went."""

MIN_SOURCES, MIN_KINDS, STABLE = 3, 2, 0.8
UNRATED = ("no_evidence", "insufficient_evidence")
"""Suggestions that are no rating."""

_SIGN = {"supports": 1, "inhibits": -1, "mixed": 0}


@while_logs_stay
def evidence(study: Study, district: str, coder: str | None = None) -> pd.DataFrame:
    """Return the coded segments that speak of a district, one row a coding.

    Parameters
    ----------
    study : Study
        A study with segments and coding logs.
    district : str
        Code, name or alias. Segments about the programme as a whole (no district) count with
        those of the district; a district without any of its own gets an empty table.
    coder : str, optional
        Whose reading; by default the first coder of ``coders.csv`` who has a log.

    Returns
    -------
    pandas.DataFrame
        The columns of ``segments`` and those of :func:`codings` that say how it was coded, with
        theme (the code as given), code (the indicator it is or stands under), root (the source
        that the segment's source is part of), source_kind and role. A coded span of a document
        is a segment of its own, called after its coding: a finding, with its quote as text
        where its source may be quoted and the document is not private.
    """
    district_id = study.district(district)["district_id"]
    coded = codings(study, coder or first_coder(study))
    segments = study.table("segments")
    if (coded["segment_id"] == "").any():
        segments = pd.concat([segments, _spans(study, coded)], ignore_index=True)
    own = segments["district_id"] == district_id
    speaks = own | (segments["district_id"] == "")
    segments = segments[speaks if own.any() else own]
    coded["theme"] = coded["code"]
    coded["code"] = coded["indicator"].where(coded["indicator"] != "", coded["code"])
    coded["segment_id"] = coded["segment_id"].where(coded["segment_id"] != "", coded["event"])
    own_columns = ["document", "start", "end", "quote", "source_id", "district_id", "indicator"]
    sources = study.table("sources").set_index("source_id")
    table = coded.drop(columns=own_columns).merge(segments, on="segment_id")
    table["root"] = [root_source(sources["part_of"], s) for s in table["source_id"]]
    table["source_kind"] = table["source_id"].map(sources["kind"]).fillna("")
    table["role"] = table["source_id"].map(sources["role"]).fillna("")
    return table


def _spans(study: Study, coded: pd.DataFrame) -> pd.DataFrame:
    """Return the coded spans as rows of the table of segments."""
    spans = coded[coded["segment_id"] == ""]
    private = spans["document"].isin(private_documents(study, spans["document"]))
    open_ = (spans["source_id"].map(releases(study)) == "quote") & ~private
    text = spans["quote"].where(open_, "")
    rows = spans[["source_id", "district_id", "document", "start", "end"]].assign(
        segment_id=spans["event"], kind="finding", datum=spans["event"], text_id=text,
        text_en=text, section="", paragraph="", inference=False, note_id="", note_en="",
    )  # fmt: skip
    return rows[list(study.table("segments").columns)]


def first_coder(study: Study) -> str | None:
    """Return the first coder of ``coders.csv`` with a log, or None."""
    have = set(codings(study)["coder"])
    named = [c for c in study.table("coders")["coder_id"] if c in have]
    return named[0] if named else next(iter(sorted(have)), None)


def root_source(part_of: pd.Series, source: str) -> str:
    """Return the source that `source` is part of, in the end; itself where of none."""
    seen = set()
    while source in part_of.index and part_of[source] and source not in seen:
        seen.add(source)
        source = part_of[source]
    return source


def _weighed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the codings that bear on a rating, with their sign and the source they count for.

    Efforts, recommendations and neutral statements give no direction. A datum that a second
    source repeats stays with the first: the repetition is no independent evidence.
    """
    rows = table[table["kind"].isin(RATED_KINDS) & table["valence"].isin(_SIGN)].copy()
    rows["sign"] = rows["valence"].map(_SIGN)
    rows["root"] = rows.groupby(["code", "datum"])["root"].transform("first")
    return rows


def tally(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count evidence by indicator, once for each `by` (``root`` or ``datum``).

    Within one datum, and then within one source, the valences are added up and only their sign
    counts, so that a source that says a thing ten times does not outweigh one that says it once.
    """
    once = _weighed(table).groupby(["code", "root", "datum"], as_index=False)["sign"].sum()
    once["sign"] = once["sign"].clip(-1, 1)
    sums = once.groupby(["code", by], as_index=False)["sign"].sum()
    sums["side"] = sums["sign"].clip(-1, 1).map({1: "supports", 0: "mixed", -1: "inhibits"})
    counts = sums.groupby(["code", "side"]).size().unstack("side", fill_value=0)
    return counts.reindex(columns=["supports", "mixed", "inhibits"], fill_value=0)


def band(balance: float) -> str:
    """Return the band of a balance; an edge belongs to the band that leans.

    Examples
    --------
    >>> band(0.2), band(0.6), band(0.61), band(-0.2), band(0.0)
    ('leans_supports', 'leans_supports', 'strongly_supports', 'leans_inhibits', 'contested')
    """
    if abs(balance) < 0.2:
        return "contested"
    side = "supports" if balance > 0 else "inhibits"
    return f"strongly_{side}" if abs(balance) > 0.6 else f"leans_{side}"


@while_logs_stay
def rate_indicators(
    study: Study, district: str, coder: str | None = None, *, by: str = "source"
) -> pd.DataFrame:
    """Weigh the evidence for each indicator of the study's framework in one district.

    Parameters
    ----------
    study : Study
        A study with segments and coding logs.
    district : str
        Code, name or alias.
    coder : str, optional
        Whose reading; by default the first coder with a log.
    by : str
        ``source``: a source counts once. ``datum``: each datum counts once; arithmetic only,
        for where all segments are one source's statements.

    Returns
    -------
    pandas.DataFrame
        One row an indicator, in the framework's order: indicator, supports, mixed, inhibits
        (numbers of sources or data), balance = (S − I)/(S + M + I), contestedness =
        2·min(S, I)/(S + I), sources, kinds (of sources other than the author's own
        statements; of both only what gives a direction), stability (share of
        leave-one-source-out and leave-one-role-out runs that keep the band),
        suggestion. The suggestion is ``no_evidence`` where nothing is coded and
        ``insufficient_evidence`` under 3 sources or 2 kinds: neither is "neutral". A datum that
        several segments or sources share counts once.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> from bantar_lib.coding import rate_indicators
    >>> table = rate_indicators(load_study("kampung_bantar"), "Jelutung")
    >>> set(table["suggestion"])
    {'no_evidence'}
    """
    table = evidence(study, district, coder)
    counts = tally(table, "datum" if by == "datum" else "root")
    coded = set(table.loc[table["kind"].isin(RATED_KINDS), "code"])
    weighed = dict(iter(_weighed(table).groupby("code")))
    nothing = table.iloc[:0]
    rows = []
    for indicator in study.framework.indicators:
        bearing = weighed.get(indicator.id, nothing)
        s, m, i = (int(counts[c].get(indicator.id, 0)) for c in ("supports", "mixed", "inhibits"))
        kinds = len(set(bearing["source_kind"]) - {"author_statement", ""})
        sources = bearing["root"].nunique()
        balance = (s - i) / (s + m + i) if s + m + i else pd.NA
        rows.append({
            "indicator": indicator.id,
            "supports": s,
            "mixed": m,
            "inhibits": i,
            "balance": balance,
            "contestedness": 2 * min(s, i) / (s + i) if s + i else pd.NA,
            "sources": sources,
            "kinds": kinds,
            "stability": _stability(bearing) if sources >= 2 else pd.NA,
            "suggestion": _suggestion(balance, indicator.id not in coded, sources, kinds),
        })  # fmt: skip
    frame = pd.DataFrame(rows)
    for column in ("balance", "contestedness", "stability"):
        frame[column] = frame[column].astype("Float64")
    return frame


def _suggestion(balance: object, nothing: bool, sources: int, kinds: int) -> str:
    if nothing:
        return "no_evidence"
    if balance is pd.NA or sources < MIN_SOURCES or kinds < MIN_KINDS:
        return "insufficient_evidence"
    return band(float(balance))  # type: ignore[arg-type]


def _stability(own: pd.DataFrame) -> float | None:
    """Return the share of runs without one source, or one role, that keep the band."""

    def of(rows: pd.DataFrame) -> str:
        counts = tally(rows, "root").sum()
        total = counts.sum()
        return band((counts["supports"] - counts["inhibits"]) / total) if total else "none"

    whole = of(own)
    runs = [of(own[own["root"] != r]) for r in own["root"].unique()]
    runs += [of(own[own["role"] != r]) for r in own["role"].unique() if r]
    return sum(r == whole for r in runs) / len(runs)
