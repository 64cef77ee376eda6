"""Tables of how far coded evidence carries: confidence, triangulation, agreement, tests, gaps."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bantar_lib.coding import (
    agreement_by_indicator,
    codes,
    coding_table,
    confidence,
    cooccurrence,
    orphans,
    triangulation,
)
from bantar_lib.coding.agreement import EXTREME_PREVALENCE
from bantar_lib.coding.contribution import Contribution
from bantar_lib.present.display import Table, Text
from bantar_lib.present.evidence_figures import indicator_labels, suggestion_label, valence_label
from bantar_lib.present.style import MOST_ROWS
from bantar_lib.present.tables import in_language, shown, source_kind_label
from bantar_lib.study import Study
from bantar_lib.study.tables import CONFIDENCES
from bantar_lib.words import current_language, number, percent, room_words

_ = room_words("present")


def confidence_label(level: str) -> str:
    """Return a level of confidence in words."""
    return {
        "high": _("high"),
        "moderate": _("moderate"),
        "low": _("low"),
        "very_low": _("very low"),
    }.get(level, level)


def prompt_label(prompt: str) -> str:
    """Return one of the four prompts of confidence in words."""
    return {
        "limitations": _("limitations"),
        "coherence": _("coherence"),
        "adequacy": _("adequacy"),
        "relevance": _("relevance"),
    }.get(prompt, prompt)


def confidence_table(study: Study, district_id: str, coder: str | None = None) -> Table:
    """Lay out what bears on the confidence in each rating, and what a person made of it.

    Parameters
    ----------
    study : Study
        A study with segments and coding logs.
    district_id : str
        The district.
    coder : str, optional
        Whose reading; by default the first coder with a log.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> from bantar_lib.words import language
    >>> with language("en"):
    ...     table = confidence_table(load_study("kampung_bantar"), "15.71.07")
    >>> set(table.frame["Highest confidence allowed"])
    {'very low'}
    """
    facts = confidence(study, district_id, coder)
    rows = facts.to_dict("records")
    coded = facts["inferred"].notna()
    frame = pd.DataFrame({
        _("Indicator"): facts["indicator"].map(indicator_labels(study.framework)),
        _("Limitations"): [_limitations(row) for row in rows],
        _("Coherence"): [_coherence(row) for row in rows],
        _("Adequacy"): [_adequacy(row) for row in rows],
        _("Relevance"): [_relevance(row) for row in rows],
        _("Concerns"): [
            ", ".join(prompt_label(c) for c in cell.split("|") if c) or "–"
            for cell in facts["concerns"]],
        _("Highest confidence allowed"): facts["ceiling"].map(confidence_label).where(
            coded, suggestion_label("no_evidence")),
        _("A person's judgement"): _judgements(study, district_id, facts),
    })  # fmt: skip
    caption = _("Prompts for the confidence in each rating, {name} (informed by GRADE-CERQual; the "
                "level is a person's)", name=study.district(district_id)["name"])  # fmt: skip
    explained = _(
        "Contestedness compares independent sources: 0 where all are on one side, 1 where they are "
        "evenly divided. A dash as judgement: no person has judged yet."
    )
    return Table(frame, f"{caption}. {explained}")


def _limitations(row: dict[str, Any]) -> str:
    if pd.isna(row["inferred"]):
        return "–"
    return _("{inferred} of codings inferred; {unsampled} of sources without a statement of how "
             "they were chosen",
             inferred=_share(row["inferred"]), unsampled=_share(row["unsampled"]))  # fmt: skip


def _coherence(row: dict[str, Any]) -> str:
    if pd.isna(row["inferred"]):
        return "–"
    if not row["sources"]:
        return _("no direction")
    contested, stable = row["contestedness"], row["stability"]
    parts = [
        _("mixed only") if pd.isna(contested)
        # Within one source only the sign of the sum counts: it cannot contradict itself.
        else _("contestedness unknown") if row["sources"] < 2
        else _("contestedness {value}", value=number(float(contested), 2)),
        _("stability unknown with one independent source") if pd.isna(stable)
        else _("the rating stays in {share} of the runs without a source or role",
               share=_share(stable)),
    ]  # fmt: skip
    return "; ".join(parts)


def _adequacy(row: dict[str, Any]) -> str:
    if pd.isna(row["inferred"]):
        return "–"
    return _("independent sources: {sources}; kinds beside the author's statements: {kinds}",
             sources=number(row["sources"]), kinds=number(row["kinds"]))  # fmt: skip


def _relevance(row: dict[str, Any]) -> str:
    if pd.isna(row["own"]):
        return "–"
    return _("{share} of codings speak of this place itself", share=_share(row["own"]))


def _share(value: Any) -> str:
    return percent(float(value))


def _judgements(study: Study, district_id: str, facts: pd.DataFrame) -> list[str]:
    """Return what people judged of each indicator, with who and why."""
    judged = study.table("judgements")
    judged = judged[judged["district_id"] == study.district(district_id)["district_id"]]
    cells = []
    for indicator, ceiling in zip(facts["indicator"], facts["ceiling"], strict=True):
        said = judged[judged["indicator"] == indicator]
        cells.append("; ".join(
            _("{rating}, {level} ({by}: {reason})", rating=suggestion_label(rating),
              level=_level(level, ceiling), by=by, reason=reason or "–")
            for rating, level, by, reason in zip(said["rating"], said["confidence"], said["by"],
                                                 in_language(said, "reason"), strict=True)
        ) or "–")  # fmt: skip
    return cells


def _level(level: str, ceiling: str) -> str:
    if not level:
        return _("confidence not stated")
    words = _("confidence {level}", level=confidence_label(level))
    allowed = CONFIDENCES.index(ceiling) if ceiling else len(CONFIDENCES)
    if CONFIDENCES.index(level) < allowed:
        words += " " + _("[above what the evidence allows]")
    return words


def triangulation_table(study: Study, district_id: str, coder: str | None = None) -> Table:
    """Lay out what each kind of source says of each indicator, and whether they agree.

    Roles have a column where sources have any; one that could point to a person is generalised.

    Parameters
    ----------
    study : Study
        A study with segments and coding logs.
    district_id : str
        The district.
    coder : str, optional
        Whose reading; by default the first coder with a log.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> table = triangulation_table(load_study("kampung_bantar"), "15.71.07")
    >>> len(table.frame.columns)  # no role is stated
    8
    """
    rows, roles = triangulation(study, district_id, coder), _shown_roles(study)
    columns = {
        _("Indicator"): rows["indicator"].map(indicator_labels(study.framework)),
        _("Kind of source"): [source_kind_label(k) or "–" for k in rows["source_kind"]],
        _("Role"): [roles.get(r, "–") for r in rows["role"]],
        _("supports"): rows["supports"].map(number),
        _("mixed"): rows["mixed"].map(number),
        _("inhibits"): rows["inhibits"].map(number),
        _("direction"): [valence_label(d) or "–" for d in rows["direction"]],
        _("independent sources"): rows["independent"].map(number),
        _("together"): rows["agreement"].map(agreement_label),
    }
    if not (rows["role"] != "").any():
        del columns[_("Role")]
    caption = _("What each kind of source says of each indicator, {name} (numbers of independent "
                "sources)", name=study.district(district_id)["name"])  # fmt: skip
    numeric = (_("supports"), _("mixed"), _("inhibits"), _("independent sources"))
    return Table(pd.DataFrame(columns), caption, numeric)


def _shown_roles(study: Study) -> dict[str, str]:
    """Return each role as a page may show it: as it is only where no source of it is hidden."""
    from bantar_lib.exchange.quotes import source_table

    shown = source_table(study).set_index("source_id")["role"].to_dict()
    sources = study.table("sources")
    pairs = list(zip(sources["source_id"], sources["role"], strict=True))
    hidden = {role for source, role in pairs if shown.get(source) != role}
    return {role: _("informant") if role in hidden else role for _source, role in pairs if role}


def agreement_label(agreement: str) -> str:
    """Return in words whether kinds of sources and roles say the same."""
    return {
        "agrees": _("agree"),
        "contradicts": _("contradict each other"),
        "one_source": _("several kinds, but of one source: no confirmation"),
        "single": _("one kind only"),
        "unclear": _("unclear: mixed among them"),
        "no_direction": _("no direction"),
        "no_evidence": _("no evidence"),
    }.get(agreement, agreement)


def orphans_table(study: Study) -> Table | Text:
    """Lay out factors, efforts and recommendations without a counterpart; none: a note.

    Parameters
    ----------
    study : Study
        A study with segments, and with responses where anything is linked.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> orphans_table(load_study("kampung_bantar")).frame.iloc[-1, 0]
    'F56'
    """
    kinds = {
        "factor": _("factor"),
        "effort": _("effort"),
        "recommendation": _("recommendation"),
    }
    lacks = {
        "effort": _("without an effort"),
        "recommendation": _("without a recommendation"),
        "factor": _("without a factor"),
        "finding": _("without a finding"),
    }
    rows = orphans(study)
    if rows.empty:
        linked = len(study.table("responses")) > 0
        if not linked:
            return Text(_("The study links no factors to efforts or recommendations."))
        return Text(_("Every factor has an effort and a recommendation, every effort has a factor, "
                      "and every recommendation a finding."))  # fmt: skip
    rows["text"] = in_language(shown(study, rows), "text")
    rows["lacks"] = rows["lacks"].map(lacks)
    whole = rows.groupby(["kind", "segment_id"], sort=False, as_index=False).agg(
        {"text": "first", "lacks": "; ".join}
    )
    frame = pd.DataFrame({
        _("Segment"): whole["segment_id"],
        _("Kind"): whole["kind"].map(kinds),
        _("What the source says, in our words"): whole["text"],
        _("Gap"): whole["lacks"],
    })  # fmt: skip
    caption = _("Factors, efforts and recommendations without a counterpart: a gap in what the "
                "source says or in our links, no proof that nothing was done")  # fmt: skip
    return Table(frame, caption)


def agreement_by_indicator_table(study: Study) -> Table | Text:
    """Lay out agreement on each indicator, given to a segment or not; one reader: a note.

    Parameters
    ----------
    study : Study
        A study with two coding logs or more.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> len(agreement_by_indicator_table(load_study("kampung_bantar")).frame)
    9
    """
    by_coder = coding_table(study, "indicator")
    both = by_coder.notna().sum(axis=1) >= 2
    if by_coder.shape[1] < 2:
        return Text(_("There is only one reading so far, so agreement cannot be computed."))
    if not both.any():
        return Text(_("No segment was coded by two readers, so agreement cannot be computed."))
    table = agreement_by_indicator(study).set_index(["indicator", "coefficient"])
    order = [i.id for i in study.framework.indicators]
    plain, ac1 = (table.xs(name, level="coefficient").loc[order]
                  for name in ("percent_agreement", "gwet_ac1"))  # fmt: skip
    frame = pd.DataFrame({
        _("Indicator"): [indicator_labels(study.framework)[i] for i in order],
        _("segments given it"): plain["given"].map(number).to_list(),
        _("percent agreement"): [
            "–" if pd.isna(v) else percent(v) for v in plain["estimate"]],
        _("Gwet's AC1"): [_two_digits(v) for v in ac1["estimate"]],
        _("95% interval of AC1"): [
            "–" if pd.isna(a) else f"{number(a, 2)}–{number(b, 2)}"
            for a, b in zip(ac1["low"], ac1["high"], strict=True)],
        _("Warning"): [
            _warning(n, extreme)
            for n, extreme in zip(plain["given"], plain["extreme_prevalence"], strict=True)],
    })  # fmt: skip
    quoted = study.table("segments").set_index("segment_id")["document"]
    values = {"n": number(both.sum()), "readers": number(by_coder.shape[1])}
    if (quoted.reindex(by_coder.index[both]).fillna("") == "").all():
        caption = _("Agreement on each indicator. Unit: {n} paraphrased segments, segmentation "
                    "given, coded by at least two of {readers} readers", **values)  # fmt: skip
    else:
        caption = _("Agreement on each indicator. Unit: {n} segments, segmentation given, coded "
                    "by at least two of {readers} readers", **values)  # fmt: skip
    return Table(frame, caption, tuple(frame.columns[1:5]))


def _two_digits(value: float) -> str:
    return "–" if pd.isna(value) else number(value, 2)


def _warning(given: int, extreme: bool) -> str:
    if not given:
        return _("no reader gave it, so there is nothing to compare")
    if extreme:
        return _("over {share} of the answers are the same, so that agreement comes easily",
                 share=percent(EXTREME_PREVALENCE))  # fmt: skip
    return "–"


def cooccurrence_table(study: Study, coder: str | None = None) -> Table | Text:
    """Lay out which codes a reader gave to the same segment or sentence; none: a note.

    Parameters
    ----------
    study : Study
        A study with coding logs.
    coder : str, optional
        By default the first coder with a log.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> from bantar_lib.words import language
    >>> with language("en"):
    ...     cooccurrence_table(load_study("kampung_bantar")).markdown[:31]
    'No segment or sentence holds tw'
    """
    rows = cooccurrence(study, coder)
    if rows.empty:
        return Text(_("No segment or sentence holds two codes of this reading, so which codes go "
                      "together cannot be looked at."))  # fmt: skip
    known = codes(study, coder)
    labels = dict(zip(known["code"], known["label"], strict=True))
    first = rows.head(MOST_ROWS)
    frame = pd.DataFrame({
        _("Code"): [labels.get(c, c) for c in first["code_a"]],
        _("with"): [labels.get(c, c) for c in first["code_b"]],
        _("units with both"): first["together"].map(number),
        _("units with the one"): first["a"].map(number),
        _("units with the other"): first["b"].map(number),
        _("both, of all with either"): first["jaccard"].map(percent),
    })  # fmt: skip
    caption = _("Codes that one reader gave to the same segment, or the same sentence")
    if len(first) < len(rows):
        caption += ". " + _("The {shown} most frequent of {of} pairs are listed.",
                            shown=number(len(first)), of=number(len(rows)))  # fmt: skip
    return Table(frame, caption, tuple(frame.columns[2:]))


def explanation_labels(one: Contribution) -> dict[str, str]:
    """Return what the explanations of an outcome are called: the claim, and its rivals."""
    claim, *rivals = one.explanations
    if len(rivals) == 1:
        return {claim: _("The claim"), rivals[0]: _("The rival explanation")}
    return {claim: _("The claim")} | {
        rival: _("Rival explanation {n}", n=n) for n, rival in enumerate(rivals, 1)
    }


def kind_of_test(kind: str) -> str:
    """Return a kind of causal test in words."""
    return {
        "straw_in_the_wind": _("straw in the wind"),
        "hoop": _("hoop test"),
        "smoking_gun": _("smoking gun"),
        "doubly_decisive": _("doubly decisive"),
    }.get(kind, kind)


def contribution_table(one: Contribution) -> Table:
    """Lay out the tests of an outcome's explanations: what each expects, and what was found.

    Parameters
    ----------
    one : Contribution
        From :func:`bantar_lib.coding.contribution.read_contributions`.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> from bantar_lib.coding.contribution import read_contributions
    >>> len(contribution_table(read_contributions(load_study("kampung_bantar"))[0]).frame)
    9
    """
    results = {
        "passed": _("passed"),
        "failed": _("failed"),
        "unclear": _("unclear"),
        "not_available": _("no data"),
    }
    bearings = {
        "hints": _("hints at it"),
        "weakens": _("weakens it"),
        "survives": _("leaves it possible"),
        "eliminates": _("rules it out"),
        "confirms": _("bears it out"),
        "none": _("says nothing of it"),
    }
    lang = current_language()
    heads = [_("Explanation"), _("What it leads us to expect"), _("Kind of test"), _("Test result"),
             _("What was found"), _("What that says of the explanation"),
             _("Segments")]  # fmt: skip
    rows = []
    for explanation, name in explanation_labels(one).items():
        own = [test for test in one.tests if test.explanation == explanation]
        rows += [
            (name, t.expects[lang], kind_of_test(t.kind), results[t.result], t.found[lang],
             bearings[t.bearing], ", ".join(t.segments) or "–")
            for t in own
        ] or [(name, "–", _("no test"), "–", "–", "–", "–")]  # fmt: skip
    return Table(pd.DataFrame(rows, columns=heads),
                 _("Tests of the explanations: {outcome}", outcome=one.outcome[lang]))  # fmt: skip
