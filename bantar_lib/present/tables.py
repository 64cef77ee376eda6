"""Tables for people: headings in words, numbers as the language writes them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bantar_lib.coding import evidence, rate_indicators
from bantar_lib.present.coded_spans import coded_spans, codings_in_words, name_spans, said_heading
from bantar_lib.present.count_figures import scenario_label, span_text, years_text
from bantar_lib.present.display import Table
from bantar_lib.present.evidence_figures import (
    column_label,
    indicator_labels,
    suggestion_label,
    valence_label,
    verdict_label,
)
from bantar_lib.present.shown import shown as shown
from bantar_lib.present.shown import shown_rows, source_titles
from bantar_lib.present.statistic_figures import sampled
from bantar_lib.present.statistic_tables import separable_table as separable_table
from bantar_lib.present.terms import terms
from bantar_lib.study import Study
from bantar_lib.words import current_language, number, percent, room_words

_ = room_words("present")


def _number(value: Any, digits: int = 0) -> str:
    return "–" if pd.isna(value) else number(float(value), digits)


def _percent(value: Any, digits: int = 0) -> str:
    return "–" if pd.isna(value) else percent(float(value), digits)


def _figure(value: Any) -> str:
    """Write a whole number as one and anything else with one decimal."""
    whole = pd.isna(value) or float(value) == round(float(value))
    return _number(value, 0 if whole else 1)


def _interval(low: Any, high: Any) -> str:
    return "–" if pd.isna(low) else f"{_percent(low)}–{_percent(high)}"


def source_kind_label(kind: str) -> str:
    """Return a kind of source in words."""
    return {
        "author_statement": _("author's statement"),
        "document": _("document"),
        "observation": _("observation"),
        "interview": _("interview"),
        "statistic": _("statistic"),
        "dataset": _("data set"),
        "press": _("press"),
        "website": _("website"),
    }.get(kind, kind)


def in_language(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return the column's text in the current language."""
    return frame[f"{column}_{current_language()}"]


def with_note(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return the column's text with our note behind it, where there is one."""
    notes = in_language(frame, "note")
    return in_language(frame, column) + notes.map(lambda n: f" [{n}]" if n else "")


def locator(frame: pd.DataFrame) -> list[str]:
    """Return where in its source each row stands: section, and paragraph where there is one."""
    return [
        f"{s} ¶{p}" if p else s for s, p in zip(frame["section"], frame["paragraph"], strict=True)
    ]


def execution_table(study: Study, execution: pd.DataFrame, *, mark: str = "") -> Table:
    """Lay out execution rates, districts in alphabetical order: no league table.

    With `mark`, a ``district_id``, a long list is cut to an even sample that holds this district.
    """
    rows = execution.sort_values("district")
    if mark:
        rows = sampled(rows, mark)
    first, last = (
        study.label(s, current_language()) for s in (study.first_stage, study.last_stage)
    )
    frame = pd.DataFrame({
        terms(study)["district"].capitalize(): _with_fewer_years(rows, execution),
        first: rows["proposed"].map(_number),
        last: rows["implemented"].map(_number),
        _("rate"): rows["rate"].map(_percent),
        _("95% interval"): list(map(_interval, rows["low"], rows["high"])),
        _("pooled"): rows["pooled"].map(_percent),
        _("pooled, 95% interval"): list(map(_interval, rows["pooled_low"], rows["pooled_high"])),
        _("rank, 90% interval"): [
            "–" if pd.isna(a) else f"{a:.0f}–{b:.0f}"
            for a, b in zip(rows["rank_low"], rows["rank_high"], strict=True)],
    })  # fmt: skip
    caption = _("Execution rate by {district}, {years} (alphabetical)",
                years=years_text(execution), **terms(study))  # fmt: skip
    if len(rows) < len(execution):
        caption += ". " + _(
            "{shown} of {of} {districts} are listed, evenly spaced; the page of all {districts} "
            "has the others.",
            shown=number(len(rows)), of=number(len(execution)), **terms(study),
        )  # fmt: skip
    return Table(frame, caption, tuple(frame.columns[1:]))


def _of_fewer(study: Study, known: int, most: int, district_id: str) -> str:
    """Say of how many districts a scenario of the whole can tell, where others tell of more."""
    if district_id or known == most:
        return ""
    return " " + _("({k} of {n} {districts})", k=number(known), n=number(most), **terms(study))


def _with_fewer_years(rows: pd.DataFrame, execution: pd.DataFrame) -> list[str]:
    """Return the districts, with the years of those whose rate rests on fewer than the others'."""
    every = "|".join(str(y) for y in execution.attrs.get("years", ()))
    return [
        f"{district} ({span_text(map(int, years.split('|')))})"
        if years and every and years != every else district
        for district, years in zip(rows["district"], rows["years"], strict=True)
    ]  # fmt: skip


def reach_table(study: Study, reach: pd.DataFrame, district_id: str = "") -> Table:
    """Lay out every reach scenario of one district, or of all together."""
    rows = reach[reach["district_id"] == district_id]
    frame = pd.DataFrame({
        _("Scenario"): [
            scenario_label(s) + _of_fewer(study, k, rows["districts_known"].max(), district_id)
            for s, k in zip(rows["scenario"], rows["districts_known"], strict=True)],
        _("number"): rows["numerator"].map(lambda v: _number(v, 0)),
        _("of {unit}", unit=study.text("unit", current_language())):
            rows["denominator"].map(_number),
        _("share"): rows["share"].map(lambda v: _percent(v, 1)),
    })  # fmt: skip
    name = rows["district"].iloc[0] if district_id else study.text("place", current_language())
    return Table(frame, _("Reach under each scenario, {name}", name=name), tuple(frame.columns[1:]))


def counts_table(study: Study, district_id: str) -> Table:
    """Lay out one district's counts as they stand in the study, each with its source."""
    lang = current_language()
    rows = study.table("counts", district=district_id)
    titles = source_titles(study)
    frame = pd.DataFrame({
        _("Year"): rows["year"].astype("str"),
        _("Stage"): [study.label(s, lang) for s in rows["stage"]],
        _("Count"): [_("unknown") if pd.isna(v) else number(v) for v in rows["count"]],
        _("Source"): rows["source_id"].map(titles).where(rows["count"].notna(), "–"),
    })  # fmt: skip
    name = study.district(district_id)["name"]
    return Table(frame, _("Counts of {name} in the study", name=name), (_("Count"),))


def ratings_table(study: Study, district_id: str, coder: str | None = None) -> Table:
    """Lay out, per indicator, what supports and inhibits and whether it suffices for a rating."""
    by_datum = rate_indicators(study, district_id, coder, by="datum")
    by_source = rate_indicators(study, district_id, coder)
    coded = evidence(study, district_id, coder)
    neutral = coded[coded["valence"] == "neutral"].groupby("code")["segment_id"].nunique()
    labels = indicator_labels(study.framework)
    frame = pd.DataFrame({
        _("Indicator"): by_datum["indicator"].map(labels),
        _("supports"): by_datum["supports"].map(_number),
        _("mixed"): by_datum["mixed"].map(_number),
        _("inhibits"): by_datum["inhibits"].map(_number),
        _("neutral segments"): by_datum["indicator"].map(neutral).fillna(0).map(_number),
        _("sources"): by_source["sources"].map(_number),
        _("rating"): by_source["suggestion"].map(suggestion_label),
    })  # fmt: skip
    name = study.district(district_id)["name"]
    return Table(
        frame,
        _("Items of evidence by indicator, {name}", name=name),
        tuple(frame.columns[1:6]),
    )


def segments_table(
    study: Study, district_id: str, indicator: str, coder: str | None = None
) -> Table:
    """Lay out the segments behind one indicator: what the source says, and where."""
    table = evidence(study, district_id, coder)
    rows = shown(study, table[table["code"] == indicator])
    heading = said_heading(study, rows, _("What the source says, in our words [our note]"))
    rows = name_spans(study, rows)
    frame = pd.DataFrame({
        _("Segment"): rows["segment_id"],
        heading: with_note(rows, "text"),
        _("Valence"): rows["valence"].map(valence_label),
        _("Kind of source"): rows["source_kind"].map(source_kind_label),
        _("Where"): locator(rows),
    })  # fmt: skip
    return Table(frame, indicator_labels(study.framework)[indicator])


def actors_table(study: Study) -> Table:
    """Lay out each actor's mandated against actual role."""
    gaps = {
        "as_mandated": _("as the source states it"),
        "partly": _("partly"),
        "not_as_mandated": _("otherwise than stated"),
        "unknown": _("unknown"),
    }
    rows = shown_rows(study, study.table("actors"), ("actual", "note"), ("segment_ids",))
    frame = pd.DataFrame({
        _("Actor"): in_language(rows, "name"),
        _("Mandated role, by the source"): in_language(rows, "mandated"),
        _("Actual role, by the source [our note]"): with_note(rows, "actual"),
        _("Comparison"): rows["gap"].map(gaps),
        _("Our inference"): [_("yes") if v else "" for v in rows["inference"]],
    })  # fmt: skip
    return Table(frame, _("Actors: mandated and actual role"))


def elements_table(study: Study) -> Table:
    """Lay out each element's criteria and what the source reports of them."""
    statuses = {
        "reported_present": _("reported present"),
        "reported_partly": _("reported in part"),
        "reported_absent": _("reported absent"),
        "no_evidence": _("no evidence"),
    }
    rows = shown_rows(study, study.table("elements"), ("note",), ("segment_ids",))
    frame = pd.DataFrame({
        _("Element"): in_language(rows, "element"),
        _("Criterion [our note]"): with_note(rows, "criterion"),
        _("Status"): rows["status"].map(statuses),
        _("Segments"): rows["segment_ids"].str.replace("|", ", "),
    })  # fmt: skip
    return Table(frame, _("Elements of the programme and their criteria"))


def responses_table(study: Study) -> Table:
    """Lay out factor → effort → recommendation; an empty place is a link that is missing."""
    segments = shown(study, study.table("segments"))
    texts = segments.set_index("segment_id")[f"text_{current_language()}"]

    def said(cell: str) -> str:
        return " / ".join(f"{texts.get(i, i)} ({i})" for i in study.ids(cell)) or "—"

    links = ("factor", "effort", "recommendation")
    rows = shown_rows(study, study.table("responses"), ("note",), links)
    frame = pd.DataFrame({
        _("Factor"): rows["factor"].map(said),
        _("Effort"): rows["effort"].map(said),
        _("Recommendation"): rows["recommendation"].map(said),
        _("Our note"): in_language(rows, "note"),
        _("Our inference"): [_("yes") if v else "" for v in rows["inference"]],
    })  # fmt: skip
    return Table(frame, _("From factor to effort to recommendation"))


def audit_table(study: Study, audit: pd.DataFrame, *, district_id: str = "") -> Table:
    """Lay out the cells that do not follow, or every recomputed cell of one district."""
    if district_id:
        rows = audit[audit["district_id"] == district_id]
        caption = _("The printed figures of {name}, recomputed",
                    name=study.district(district_id)["name"])  # fmt: skip
    else:
        rows = audit[audit["verdict"] == "differs"]
        caption = _("Printed figures that do not follow from the others")
    frame = pd.DataFrame({
        _("Table"): rows["table"],
        _("Row"): rows["row"],
        _("Column"): [column_label(study, c) for c in rows["column"]],
        _("Check"): rows["check"].map(check_label),
        _("Printed"): rows["printed"],
        _("Recomputed"): [
            _figure(v) + ("%" if c.startswith("percentage") and pd.notna(v) else "")
            for v, c in zip(rows["recomputed"], rows["check"], strict=True)],
        _("Difference"): rows["difference"].map(_figure),
        _("Result"): rows["verdict"].map(verdict_label),
    })  # fmt: skip
    return Table(frame, caption, tuple(frame.columns[4:7]), optional=bool(district_id))


def claims_table(study: Study, claims: pd.DataFrame) -> Table:
    """Lay out the source's statements with what the check found."""
    claims = shown_rows(study, claims, ("text", "why"), ("source_id",))
    says = {"stated": _("stated"), "implied": _("implied"), "layout": _("layout")}
    frame = pd.DataFrame({
        _("Id"): claims["claim_id"],
        _("Statement, in our words"): in_language(claims, "text"),
        _("the source says it"): claims["says"].map(says),
        _("Where"): locator(claims),
        _("Result"): claims["verdict"].map(verdict_label),
        _("Slip"): claims["slip"].map(slip_label),
        _("Why"): in_language(claims, "why"),
    })  # fmt: skip
    return Table(frame, _("Statements of the source and what the check found"))


def slips_table(study: Study, claims: pd.DataFrame) -> Table:
    """Lay out each slip once: statements that differ, or are at odds with another part."""
    claims = shown_rows(study, claims, ("text", "why"), ("source_id",))
    found = claims["verdict"].isin(["differs", "inconsistent"]) & (claims["slip"] != "")
    rows = claims[found & (claims["same_slip"] == "")].sort_values("slip", kind="stable")
    frame = pd.DataFrame({
        _("Slip"): rows["slip"].map(slip_label),
        _("Statement, in our words"): in_language(rows, "text"),
        _("Where"): locator(rows),
        _("Why"): in_language(rows, "why"),
        _("Id"): rows["claim_id"],
    })  # fmt: skip
    return Table(frame, _("Slips, each where it first shows"))


def slip_label(slip: str) -> str:
    """Return a class of slip in words."""
    return {
        "arithmetic": _("arithmetic"),
        "labelling": _("labelling"),
        "cross_reference": _("cross-reference"),
        "conceptual": _("conceptual"),
    }.get(slip, slip)


def codebook_table(study: Study) -> Table:
    """Lay out the framework's indicators with their definitions."""
    lang = current_language()
    rows = [
        (d.label[lang], i.label[lang], i.definition[lang])
        for d in study.framework.dimensions
        for i in d.indicators
    ]
    frame = pd.DataFrame(rows, columns=[_("Dimension"), _("Indicator"), _("Definition")])
    return Table(frame, f"{study.framework.name[lang]} (v{study.framework.version})")


def all_segments_table(study: Study) -> Table:
    """Lay out every segment and coded span with each coder's code: the way back to evidence."""
    kinds = {
        "finding": _("finding"),
        "element": _("element"),
        "actor": _("actor"),
        "factor": _("factor"),
        "effort": _("effort"),
        "recommendation": _("recommendation"),
    }
    spans = coded_spans(study).drop_duplicates("segment_id")
    rows = pd.concat([shown(study, study.table("segments")), spans], ignore_index=True)
    frame = pd.DataFrame({
        _("Segment"): rows["segment_id"],
        said_heading(study, rows, _("What the source says, in our words")):
            in_language(rows, "text"),
        _("Kind"): rows["kind"].map(kinds),
        _("Where"): locator(rows),
    })  # fmt: skip
    coded = codings_in_words(study)
    names = study.table("coders").set_index("coder_id")[f"name_{current_language()}"]
    for coder in dict.fromkeys(coded["coder"]):
        said = coded[coded["coder"] == coder].groupby("segment_id")["said"].agg("; ".join)
        frame[names.get(coder, coder)] = rows["segment_id"].map(said).fillna("–")
    return Table(frame, _("All segments"))


def matches_table(study: Study) -> Table:
    """Lay out columns of different tables that hold the same figures: a label may be wrong."""
    from bantar_lib.audit import matching_columns

    rows = matching_columns(study)
    rows = rows[rows["equal"] == rows["rows"]]
    frame = pd.DataFrame({
        _("Column"): [
            f"{t}: {column_label(study, c)}"
            for t, c in zip(rows["table_a"], rows["column_a"], strict=True)],
        _("holds the same figures as"): [
            f"{t}: {column_label(study, c)}"
            for t, c in zip(rows["table_b"], rows["column_b"], strict=True)],
        _("rows"): rows["rows"].map(_number),
    })  # fmt: skip
    return Table(frame, _("Columns of different tables with the same figures in every row"),
                 (_("rows"),))  # fmt: skip


def corrections_table(study: Study, audit: pd.DataFrame) -> Table:
    """Lay out, for each sum that differs, the single changes that would make it add up."""
    from bantar_lib.audit import proposed_corrections

    rows = proposed_corrections(audit)
    frame = pd.DataFrame({
        _("Table"): rows["table"],
        _("Sum"): [
            f"{r}, {column_label(study, c)}"
            for r, c in zip(rows["row"], rows["column"], strict=True)
        ],
        _("Cell to change"): [
            f"{r}, {column_label(study, c)}"
            for r, c in zip(rows["cell_row"], rows["cell_column"], strict=True)],
        _("Printed"): rows["printed"],
        _("would be"): rows["would_be"].map(_number),
        _("but then breaks"): rows["breaks"].map(lambda c: check_label(c) if c else ""),
    })  # fmt: skip
    caption = _("Changes that would make a sum agree: alternatives, none of them applied")
    return Table(frame, caption, (_("Printed"), _("would be")))


def check_label(check: str) -> str:
    """Return an audit's check in words."""
    return {
        "row_total": _("sum of the years"),
        "column_total": _("sum of the rows"),
        "percentage": _("percentage"),
        "percentage_of_sum": _("percentage of the recomputed total"),
        "same_elsewhere": _("same figure elsewhere"),
    }.get(check, check)


def coders_table(study: Study) -> Table:
    """Lay out who read: a person or a model, with what training, having seen what."""
    kinds = {
        "person": _("person"),
        "model": _("language model"),
        "not_stated": _("not stated"),
    }
    rows = study.table("coders")
    frame = pd.DataFrame({
        _("Reader"): in_language(rows, "name"),
        _("is a"): rows["kind"].map(kinds),
        _("Training"): in_language(rows, "training"),
        _("Had seen beforehand"): in_language(rows, "seen"),
        _("Blind to the other reading"): [_("yes") if v else _("no") for v in rows["blind"]],
    })  # fmt: skip
    return Table(frame, _("The readers"))


def agreement_table(study: Study) -> Table:
    """Lay out agreement on the indicator and on the valence, each with its interval."""
    from bantar_lib.coding import agreement

    what = {"code": _("indicator"), "valence": _("valence")}
    coefficients = {
        _("percent agreement"): agreement.percent_agreement,
        _("Krippendorff's alpha"): agreement.krippendorff_alpha,
        _("Gwet's AC1"): agreement.gwet_ac1,
    }
    rows = []
    for value, label in what.items():
        table = agreement.coding_table(study, value)
        for name, coefficient in coefficients.items():
            found = coefficient(table)
            rows.append((
                label, name, _number(found.estimate, 2),
                f"{_number(found.low, 2)}–{_number(found.high, 2)}",
                number(found.units), number(found.coders),
            ))  # fmt: skip
    frame = pd.DataFrame(
        rows,
        columns=[_("Agreement on"), _("coefficient"), _("estimate"), _("95% interval"),
                 _("segments"), _("readers")],
    )  # fmt: skip
    caption = _("Agreement between readers on paraphrased segments, segmentation given")
    return Table(frame, caption, tuple(frame.columns[2:]))


def disagreements_table(study: Study) -> Table:
    """Lay out the segments on which readers differ, each reader's code and valence."""
    from bantar_lib.coding.agreement import disagreements

    labels = indicator_labels(study.framework)
    names = study.table("coders").set_index("coder_id")[f"name_{current_language()}"]
    rows = shown(study, disagreements(study))
    frame = pd.DataFrame({
        _("Segment"): rows["segment_id"],
        _("What the source says, in our words"): in_language(rows, "text"),
    })  # fmt: skip
    for column in rows.columns:
        coder, sign, part = column.partition(": ")
        if sign and part == "code":
            valence = rows[f"{coder}: valence"]
            frame[names.get(coder, coder)] = [
                f"{'; '.join(labels.get(c, c) for c in code.split('|'))}: "
                f"{'; '.join(valence_label(v) for v in val.split('|'))}"
                for code, val in zip(rows[column], valence, strict=True)
            ]
    return Table(frame, _("Segments on which the readers differ: to be settled together"))
