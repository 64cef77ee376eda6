"""Sentences on all districts of a study together."""

from __future__ import annotations

import pandas as pd

from bantar_lib.present.count_figures import years_text
from bantar_lib.present.display import Text, escape_markdown
from bantar_lib.present.sentences import (
    beyond_bounds,
    bold,
    bounds_text,
    first_mention,
    paragraphs,
)
from bantar_lib.present.terms import terms
from bantar_lib.study import Study
from bantar_lib.words import current_language, listing, number, percent, room_words

_ = room_words("present", escape=escape_markdown)


def city_lead(study: Study, execution: pd.DataFrame, reach: pd.DataFrame) -> Text:
    """Say what is known of all districts together, and what is not: two short paragraphs."""
    known = execution.dropna(subset=["rate"])
    asked, done = int(known["proposed"].sum()), int(known["implemented"].sum())
    parts = [_city_size(study)]
    if asked:
        parts.append(_(
            "For {years} the source records {asked} entries {first}, {done} of them {last} "
            "({rate}).",
            years=years_text(execution), asked=number(asked), done=number(done),
            rate=percent(done / asked), **terms(study),
        ))  # fmt: skip
    if 0 < len(known) < len(execution):
        parts.append(_("Both are known for {k} of the {n} {districts}.", k=number(len(known)),
                       n=number(len(execution)), **terms(study)))  # fmt: skip
    if known["years"].nunique() > 1:
        parts.append(_("A year counts only in the {districts} where both are known for it.",
                       **terms(study)))  # fmt: skip
    parts.append(_city_evidence(study))
    told = {_("Known"): parts, _("Not known"): [_city_reach(study, reach)]}
    return paragraphs(told)


def _city_size(study: Study) -> str:
    units = study.districts["units"]
    said = {
        "place": bold(study.text("place", current_language())),
        "n": number(len(units)),
        "units": number(units.sum()),
        "k": number(units.notna().sum()),
        "unit_first": first_mention(study, "unit"),
        **terms(study),
    }
    if len(units) == 1:
        said["districts"] = said["district"]
    if units.notna().all():
        return _("{place} has {n} {districts} with {units} {unit_first}.", **said)
    if units.isna().all():
        return _("{place} has {n} {districts}.", **said)
    return _("{place} has {n} {districts}; the {k} whose number of {unit} is known have {units}.",
             **said)  # fmt: skip


def _city_reach(study: Study, reach: pd.DataFrame) -> str:
    own = reach[(reach["district_id"] != "") & reach["share"].notna()].set_index("district_id")
    low = own[own["scenario"] == "lower_bound"]
    high = own[own["scenario"] == "upper_bound"]
    both = low.index.intersection(high.index)
    if both.empty:
        return ""
    units = float(low.loc[both, "denominator"].sum())
    least, most = (float(bound.loc[both, "numerator"].sum()) for bound in (low, high))
    years = max(high.loc[both, "years"], key=len)
    text = bounds_text(
        study,
        pd.Series({"numerator": least, "share": least / units}),
        pd.Series({"numerator": most, "share": most / units, "years": years}),
        both,
    )
    beyond = beyond_bounds(reach[reach["district_id"].isin(both)])
    if len(beyond):
        more = float(beyond.sum())
        text += " " + _(
            "In {k} of the {n} {districts} the source's printed total exceeds the sum of its "
            "years; if the totals are right, up to {most} ({share}) are possible.",
            k=number(len(beyond)), n=number(len(both)), most=number(most + more),
            share=percent((most + more) / units, 1), **terms(study),
        )  # fmt: skip
    if len(both) < len(study.districts):
        text += " " + _("This can be said of {k} of the {n} {districts}.", k=number(len(both)),
                        n=number(len(study.districts)), **terms(study))  # fmt: skip
    return text


def _city_evidence(study: Study) -> str:
    segments = study.table("segments")
    coded = sorted(set(segments["district_id"]) - {""})
    names = study.districts.set_index("district_id")["name"]
    if not coded:
        return _("No evidence on implementation is coded for any {district}.", **terms(study))
    if len(coded) > 5:
        return _(
            "Evidence on implementation is coded for {k} {districts}.",
            k=number(len(coded)),
            **terms(study),
        )
    return _("Evidence on implementation is coded for {names} only.",
             names=listing([names[c] for c in coded]))  # fmt: skip
