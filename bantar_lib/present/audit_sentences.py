"""Sentences on the audit: which printed figures and statements hold."""

from __future__ import annotations

import pandas as pd

from bantar_lib.audit import audit_summary
from bantar_lib.present.display import Markdown, Text, escape_markdown
from bantar_lib.present.evidence_figures import column_label, slip_text
from bantar_lib.present.terms import terms
from bantar_lib.study import Study
from bantar_lib.study.tables import CLAIM_VERDICTS
from bantar_lib.words import listing, number, percent, room_words

_ = room_words("present", escape=escape_markdown)


def audit_lead(study: Study, tables: pd.DataFrame, claims: pd.DataFrame) -> Text:
    """Say how many of the source's figures and statements hold."""
    return Text(f"{_tables_text(study, tables)} {_claims_text(study, claims)}".strip(), "lead")


def audit_note(study: Study, tables: pd.DataFrame) -> Text:
    """Say how many of the source's printed figures hold."""
    return Text(_tables_text(study, tables))


def _tables_text(study: Study, tables: pd.DataFrame) -> str:
    printed = tables[tables["check"] != "percentage_of_sum"]
    checked = printed[printed["verdict"] != "cannot_be_checked"]
    bad = printed[printed["verdict"] == "differs"]
    text = _checked_text(len(checked), len(bad))
    totals = bad[(bad["check"] == "row_total") & (bad["district_id"] != "")]
    for table, rows in totals.groupby("table"):
        text += " " + _("In table {table} the row totals of {k} {districts} are not the sum of "
                        "their years: {names}.", table=table, k=len(rows),
                        names=listing(list(rows["row"])), **terms(study))  # fmt: skip
    following = tables[(tables["check"] == "percentage_of_sum") & (tables["verdict"] == "differs")]
    if len(following):
        text += " " + _("{k} percentages follow such a total.", k=number(len(following)))
    return text


def _checked_text(checked: int, bad: int) -> str:
    if not checked:
        return _("No printed figure can be recomputed from other printed figures.")
    if not bad:
        return _("All {n} printed figures that can be recomputed from other printed figures agree.",
                 n=number(checked))  # fmt: skip
    return _("Of {n} printed figures that can be recomputed from other printed figures, {bad} "
             "differ.", n=number(checked), bad=number(bad))  # fmt: skip


def _claims_text(study: Study, claims: pd.DataFrame) -> str:
    if claims.empty:
        return ""
    found = claims["verdict"].value_counts()
    count = {v: number(int(found.get(v, 0))) for v in CLAIM_VERDICTS}
    agrees = number(int(found.get("agrees", 0) + found.get("agrees_rounded", 0)))
    slips = audit_summary(study).slips
    text = _(
        "Of {n} statements {agrees} do not conflict with the data or with the rest of the source; "
        "{differs} differ, {inconsistent} are at odds with another part of it, {no_evidence} are "
        "stated without evidence and {cannot_be_checked} cannot be checked.",
        n=number(len(claims)), **{**count, "agrees": agrees},
    )  # fmt: skip
    said = [slip_text(s, int(k)) for s, k in slips.items() if k]
    if said:
        text += " " + _("Slips found, each counted once: {slips}.", slips=listing(said))
    return text


def district_audit_note(study: Study, tables: pd.DataFrame, district_id: str) -> Text:
    """Say whether the source's figures for a district follow from each other."""
    own = tables[
        (tables["district_id"] == district_id) & (tables["verdict"] != "cannot_be_checked")
    ]
    follows = own["check"] == "percentage_of_sum"
    following, own = own[follows & (own["verdict"] == "differs")], own[~follows]
    bad = own[own["verdict"] == "differs"]
    if own.empty:
        return Text(
            _("None of the printed figures for this {district} can be recomputed.", **terms(study))
        )
    if bad.empty:
        return Text(_("All {n} printed figures for this {district} that can be recomputed "
                      "follow from the others.", n=len(own), **terms(study)))  # fmt: skip
    said = [
        _("{column} in table {table}: printed {printed}, recomputed {recomputed}",
          column=column_label(study, c.column), table=c.table, printed=c.printed,
          recomputed=number(c.recomputed))
        for c in bad.itertuples()
    ]  # fmt: skip
    text = _("{bad} of {n} printed figures for this {district} do not follow from the others: "
             "{said}.", bad=len(bad), n=len(own), said=Markdown("; ".join(said)),
             **terms(study))  # fmt: skip
    for row in following.itertuples():
        text += " " + _("The printed {printed} follows that number; from the recomputed one it "
                        "would be {recomputed}.", printed=row.printed,
                        recomputed=percent(row.recomputed / 100, 1))  # fmt: skip
    return Text(text)
