"""Parts of a page whose length depends on the data: shown by one call."""

from __future__ import annotations

import pandas as pd

from bantar_lib.coding import evidence, rate_indicators
from bantar_lib.coding.ratings import MIN_KINDS, MIN_SOURCES, RATED_KINDS, STABLE
from bantar_lib.frameworks import Indicator
from bantar_lib.present import size_figures
from bantar_lib.present.coded_spans import coded_spans
from bantar_lib.present.display import Figure, Table, Text, escape_markdown
from bantar_lib.present.evidence_figures import (
    SIDE_COLOURS,
    audit_grid,
    evidence_bars,
    suggestion_label,
)
from bantar_lib.present.evidence_sentences import (
    contributions_section as contributions_section,
)
from bantar_lib.present.evidence_sentences import saturation_section as saturation_section
from bantar_lib.present.map_figures import place
from bantar_lib.present.sentences import no_evidence_text, reader_kind
from bantar_lib.present.size_sentences import size_note, workload_note
from bantar_lib.present.statistic_sentences import separable_note
from bantar_lib.present.statistic_tables import separable_table
from bantar_lib.present.tables import ratings_table, segments_table
from bantar_lib.present.terms import terms
from bantar_lib.study import Study
from bantar_lib.words import current_language, listing, number, room_words

_ = room_words("present", escape=escape_markdown)
Item = Figure | Table | Text


def focus(study: Study) -> str:
    """Return the code of the district that a page of the whole study looks into.

    It is the study's ``focus_district``; else the one of which most segments speak; else the
    first.
    """
    if declared := study.config.get("focus_district"):
        return str(study.district(declared)["district_id"])
    spoken = study.table("segments")["district_id"]
    spoken = spoken[spoken != ""]
    return str(spoken.mode().iloc[0] if len(spoken) else study.districts["district_id"].iloc[0])


def size_section(study: Study, size: pd.DataFrame) -> list[Item]:
    """Return how entries go with size: figure and note, or one sentence for too few districts."""
    note = size_note(study, size)
    if (size["note"] == "too_few_districts").all():
        return [note]
    return [size_figures.size(study, size), note]


def pairs_section(study: Study, execution: pd.DataFrame) -> list[Item]:
    """Return which districts can be told apart: how many, and which where some can."""
    table = separable_table(study, execution)
    return [separable_note(study, execution), *([table] if len(table.frame) else [])]


def evidence_section(study: Study, district_id: str) -> list[Item]:
    """Return a district's evidence at a glance: who read it, a figure and a table.

    For a district without coded evidence: one paragraph that says so.
    """
    table = evidence(study, district_id)
    if table.empty:
        return [Text(no_evidence_text(study))]
    return [
        _reading_note(study, table),
        evidence_bars(study, district_id),
        ratings_table(study, district_id),
    ]


def _reading_note(study: Study, table: pd.DataFrame) -> Text:
    """Say whose reading is shown and what a rating needs."""
    coders = study.table("coders").set_index("coder_id")
    who = table["coder"].iloc[0]
    name = coders[f"name_{current_language()}"].get(who, who)
    unsaid = _("The directions of evidence were coded by {name}; whether a person or a program is "
               "not stated.", name=name)  # fmt: skip
    text = {
        "model": _(
            "The directions of evidence were coded by {name}, and no person has checked them yet.",
            name=name,
        ),
        "person": _("The directions of evidence were coded by {name}.", name=name),
    }.get(reader_kind(study, who), unsaid)
    return Text(text + " " + _(
        "An item of evidence is one sentence or figure of a source and counts once. A rating needs "
        "{sources} independent sources and {kinds} kinds of source beside an author's own "
        "statements.", sources=MIN_SOURCES, kinds=MIN_KINDS))  # fmt: skip


def evidence_details(study: Study, district_id: str) -> list[Item]:
    """Return each indicator with what the source says, and then what we make of it."""
    table = evidence(study, district_id)
    if table.empty:
        return [Text(_("No coded segment is about this {district}.", **terms(study)))]
    items: list[Item] = []
    names = coded_spans(study)["segment_id"]
    by_datum = rate_indicators(study, district_id, by="datum").set_index("indicator")
    by_source = rate_indicators(study, district_id).set_index("indicator")
    for indicator in study.framework.indicators:
        items.append(_heading(indicator))
        if by_source["suggestion"][indicator.id] != "no_evidence":
            items.append(segments_table(study, district_id, indicator.id))
        items.append(
            _reading(table, names, by_datum.loc[indicator.id], by_source.loc[indicator.id])
        )
    return items


def _heading(indicator: Indicator) -> Text:
    lang = current_language()
    label, definition = indicator.label[lang], indicator.definition[lang]
    return Text(f"#### {escape_markdown(label)}\n\n*{escape_markdown(definition)}*")


def _reading(table: pd.DataFrame, names: pd.Series, datum: pd.Series, source: pd.Series) -> Text:
    """Say what we make of one indicator, after what the source says."""
    if source["suggestion"] == "no_evidence":
        return Text(_("**No evidence.** Nothing coded speaks of this indicator; that is not the "
                      "same as neutral."))  # fmt: skip
    s, m, i = (int(datum[c]) for c in ("supports", "mixed", "inhibits"))
    lead = _("**What we make of it.** Items that support: {s}; that inhibit: {i}; mixed: {m}.",
             s=number(s), i=number(i), m=number(m))  # fmt: skip
    lead += _joined(table, names, datum.name)
    if source["suggestion"] == "insufficient_evidence":
        return Text(lead + " " + _("**Insufficient evidence** for a rating."))
    verdict = (_("The evidence is contested.") if source["suggestion"] == "contested"
               else _("The evidence {rating}.",
                      rating=suggestion_label(source["suggestion"])))  # fmt: skip
    if pd.notna(source["stability"]) and source["stability"] < STABLE:
        verdict += " " + _("Provisional: it changes when a source is left out.")
    return Text(f"{lead} {verdict}{_against(table, names, datum, s, i)}")


def _joined(table: pd.DataFrame, names: pd.Series, indicator: object) -> str:
    """Name the segments that are one item, so that the counts can be followed."""
    rows = table[(table["code"] == indicator) & table["kind"].isin(RATED_KINDS)]
    rows = rows[rows["valence"].isin(list(SIDE_COLOURS))]
    items = []
    for _datum, parts in rows.groupby("datum", sort=False):
        ids = dict.fromkeys(names.get(i, i) for i in parts["segment_id"])
        if len(ids) > 1:
            items.append(" + ".join(ids))
    if not items:
        return ""
    return " " + _("Counted as one item each, by what outweighs in it: {items}.",
                   items="; ".join(items))  # fmt: skip


def _against(table: pd.DataFrame, names: pd.Series, datum: pd.Series, s: int, i: int) -> str:
    """Name the negative cases: segments that go against what most of the data say."""
    if s == i:
        return ""
    other = "inhibits" if s > i else "supports"
    rows = table[(table["code"] == datum.name) & (table["valence"] == other)]
    if rows.empty:
        return ""
    ids = [names.get(i, i) for i in sorted(set(rows["segment_id"]))]
    return " " + _("Against it: {ids}.", ids=listing(list(dict.fromkeys(ids))))


def where(study: Study, execution: pd.DataFrame) -> list[Item]:
    """Return a map or a schematic one; where the study has neither, a note that says so."""
    figure = place(study, execution)
    if figure is None:
        return [Text(_("The study holds neither outlines nor places of its {districts}.",
                       **terms(study)))]  # fmt: skip
    return [Text(_("The shade is the pooled execution rate.")), figure]


def workload_section(study: Study, workload: pd.DataFrame, district_id: str) -> list[Item]:
    """Return what a district's facilitators could do; a figure where any district's is known."""
    note = workload_note(study, workload, district_id)
    if workload["weeks_per_round"].isna().all():
        return [note]
    return [size_figures.workload(study, workload, mark=district_id), note]


def audit_grids(study: Study, audit: pd.DataFrame) -> list[Item]:
    """Return a grid for each published table of the study."""
    return [audit_grid(study, audit, t) for t in dict.fromkeys(study.table("published")["table"])]


def agreement_section(study: Study) -> list[Item]:
    """Return who read, how far they agree and where they differ; one reader: a note."""
    from bantar_lib.coding import codings
    from bantar_lib.present import tables

    if codings(study)["coder"].nunique() < 2:
        return [Text(_("There is only one reading so far, so agreement cannot be computed."))]
    return [
        tables.coders_table(study),
        tables.agreement_table(study),
        tables.disagreements_table(study),
    ]
