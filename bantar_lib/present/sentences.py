"""Sentences of the pages. Each is chosen by the result, and every number in it comes from data.

What these counts and statements cannot show is not said: no best or worst district, no rise or
fall without a demonstrated difference, no cause, no verdict without a target.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from bantar_lib.audit import audit_summary
from bantar_lib.coding import codings, evidence, rate_indicators
from bantar_lib.measures import uncertain_entries
from bantar_lib.present.count_figures import span_text, years_text
from bantar_lib.present.display import Markdown, Text, code_span, escape_markdown
from bantar_lib.present.evidence_figures import column_label, indicator_labels, slip_text
from bantar_lib.present.shown import source_titles
from bantar_lib.present.statistic_sentences import end_alone
from bantar_lib.present.terms import terms
from bantar_lib.study import Study
from bantar_lib.study.tables import CLAIM_VERDICTS
from bantar_lib.words import current_language, listing, number, percent, room_words

_ = room_words("present", escape=escape_markdown)


def district_lead(study: Study, district_id: str, execution: pd.DataFrame,
                  reach: pd.DataFrame) -> Text:  # fmt: skip
    """Say what is known of a district, how surely, and what is not: three short paragraphs."""
    own = study.district(district_id)
    name = _bold(own["name"])
    if pd.isna(own["units"]):
        size = _("{name}.", name=name)
    else:
        size = _("{name} has {n} {unit}.", name=name, n=number(own["units"]),
                 unit=first_mention(study, "unit"))  # fmt: skip
    parts = {
        _("Known"): [size, _rate_sentence(study, execution, district_id)],
        _("How sure"): [
            _interval_sentence(study, execution, district_id),
            _evidence_sentence(study, district_id),
        ],
        _("Not known"): [_reach_sentence(study, reach, district_id)],
    }
    told = {head: " ".join(s for s in said if s) for head, said in parts.items()}
    return Text("\n\n".join(f"**{head}.** {text}" for head, text in told.items()), "lead")


def _bold(text: str) -> Markdown:
    return Markdown(f"**{escape_markdown(text)}**")


def first_mention(study: Study, key: str) -> str:
    """Return what a district or unit is called where a page first speaks of it."""
    words = study.config[key]
    return str(words.get(f"{current_language()}_first", words[current_language()]))


def sources_used(study: Study) -> pd.DataFrame:
    """Return the rows of ``sources`` that counts, segments and codings rest on, parts left out."""
    sources = study.table("sources")
    used = {s for t in ("counts", "segments") for s in study.table(t)["source_id"].unique()}
    used |= set(codings(study)["source_id"])  # of spans of documents
    used |= set(sources.loc[sources["source_id"].isin(used), "part_of"])
    return sources[sources["source_id"].isin(used) & (sources["part_of"] == "")]


def about(study: Study) -> Text:
    """Name the programme and the sources that the study rests on."""
    lang = current_language()
    roots = sources_used(study)
    titles = listing(list(dict.fromkeys(roots["source_id"].map(source_titles(study)))))
    programme = study.config.get("programme", {}).get(lang, "")
    text = f"{escape_markdown(programme)}. " if programme else ""
    if len(roots) == 1:
        return Text(text + _("All figures and statements come from one source: {title}.",
                             title=titles))  # fmt: skip
    return Text(text + _("Sources: {titles}.", titles=titles))


def _rate_sentence(study: Study, execution: pd.DataFrame, district_id: str) -> str:
    row = execution.set_index("district_id").loc[district_id]
    if pd.isna(row["proposed"]):
        return _("How many {unit} were {first} and {last} is not known for any year.",
                 **terms(study))  # fmt: skip
    years = [int(year) for year in row["years"].split("|")]
    if row["proposed"] == 0:
        return _("In {years} no {unit} was {first}.", years=span_text(years), **terms(study))
    text = _(
        "For {years} the source records {asked} entries {first}, {done} of them {last}: an "
        "execution rate of {rate}.",
        years=span_text(years), asked=number(row["proposed"]), done=number(row["implemented"]),
        rate=percent(row["rate"]), **terms(study),
    )  # fmt: skip
    if len(years) > 1:
        text += " " + _("One {unit} can be entered in more than one year.", **terms(study))
    return " ".join([text, *end_alone(study, district_id)])


def _interval_sentence(study: Study, execution: pd.DataFrame, district_id: str) -> str:
    row = execution.set_index("district_id").loc[district_id]
    if pd.isna(row["rate"]):
        return ""
    return _(
        "With this many entries the rate has a 95% interval from {low} to {high}; read together "
        "with the other {districts} it is {pooled} ({pooled_low} to {pooled_high}).",
        low=percent(row["low"]), high=percent(row["high"]), pooled=percent(row["pooled"]),
        pooled_low=percent(row["pooled_low"]), pooled_high=percent(row["pooled_high"]),
        **terms(study),
    )  # fmt: skip


def _reach_sentence(study: Study, reach: pd.DataFrame, district_id: str) -> str:
    own = reach[reach["district_id"] == district_id].set_index("scenario")
    known = own["share"].dropna().index
    if not {"lower_bound", "upper_bound"} <= set(known):
        return _("How many different {unit} took part cannot be bounded from these counts.",
                 **terms(study))  # fmt: skip
    low, high = own.loc["lower_bound"], own.loc["upper_bound"]
    text = _bounds_text(study, low, high, [district_id])
    text += " " + _("A list of {unit} by year and stage would close the gap.", **terms(study))
    if "as_printed" in known:
        text += " " + _printed_sentence(study, own["numerator"], district_id)
    return text


def _bounds_text(study: Study, low: pd.Series, high: pd.Series, district_ids: Iterable[str]) -> str:
    of_these = uncertain_entries(study).set_index("district_id").loc[list(district_ids)]
    earlier, unstaged = of_these["earlier"].sum(), of_these["unstaged"].sum()
    values = {
        "low": number(low["numerator"]),
        "high": number(high["numerator"]),
        "low_share": percent(low["share"]),
        "high_share": percent(high["share"]),
        "years": span_text(int(y) for y in high["years"].split("|")),
        **terms(study),
    }
    if earlier:
        return _(
            "How many different {unit} reached the stage “{last}” in {years}: at least {low} "
            "(the same ones every year) and at most {high} (all different, and the {k} entries of "
            "which the source does not say whether they reached it all did); that is {low_share} "
            "to {high_share} of all.",
            k=number(earlier + unstaged), **values,
        )  # fmt: skip
    if unstaged:
        return _(
            "How many different {unit} reached the stage “{last}” in {years}: at least {low} "
            "(the same ones every year) and at most {high} (all different, and the {k} entries "
            "whose stage is not stated all reached it); that is {low_share} to {high_share} of "
            "all.",
            k=number(unstaged), **values,
        )  # fmt: skip
    return _("How many different {unit} reached the stage “{last}” in {years}: at least {low} "
             "(the same ones every year) and at most {high} (all different); that is {low_share} "
             "to {high_share} of all.", **values)  # fmt: skip


def _printed_sentence(study: Study, totals: pd.Series, district_id: str) -> str:
    """Say what the source's own total is made of, where that can be told."""
    printed = totals["as_printed"]
    added = totals.get("recomputed_sum", pd.NA)
    if pd.notna(added) and added != printed:
        return _("The source prints a total of {total}; its yearly entries add up to {sum}. Both "
                 "count entries, not {unit}.", total=number(printed), sum=number(added),
                 **terms(study))  # fmt: skip
    own = study.table("counts", district=district_id).dropna(subset=["count"])
    loose = {s.id for s in study.stages if not s.ordered}
    # Two sources may count one year.
    first = own[own["stage"] == study.first_stage].groupby("year")["count"].max()
    taken = own[own["stage"].isin(loose)].groupby("year")["count"].max()
    same = [y for y in taken.index if y in first.index and taken[y] == first[y]]
    done = own[own["stage"] == study.last_stage]["count"].sum()
    if same and set(same) == set(first.index) and first.sum() != done:
        return _(
            "The source's own total of {total} counts entries, not {unit}; the {k} of {years} "
            "among them equal the number {first}, not the number {last}.",
            total=number(printed), k=number(sum(int(taken[y]) for y in same)),
            years=span_text(same), **terms(study),
        )  # fmt: skip
    return _("The source's own total of {total} counts entries, not {unit}.",
             total=number(printed), **terms(study))  # fmt: skip


def _evidence_sentence(study: Study, district_id: str) -> str:
    table = evidence(study, district_id)
    if table.empty:
        return no_evidence_text(study)
    own = table[table["district_id"] != ""]["segment_id"].nunique()
    every = table["segment_id"].nunique()
    ratings = rate_indicators(study, district_id, by="datum")
    s, m, i = (int(ratings[c].sum()) for c in ("supports", "mixed", "inhibits"))
    text = _(
        "{n} segments are coded, {own} about {name} and {wide} about the programme at large; of "
        "the items of evidence with a direction {i} inhibit, {s} support and {m} are mixed.",
        n=number(every), own=number(own), wide=number(every - own), i=number(i), s=number(s),
        m=number(m), name=study.district(district_id)["name"],
    )  # fmt: skip
    text += _most_said(study, ratings)
    if table["root"].nunique() == 1:
        return text + " " + _(
            "All of it comes from one source: it shows what that source says, not what is the "
            "case, and suffices for no rating."
        )  # fmt: skip
    rated = rate_indicators(study, district_id)["suggestion"]
    enough = int((~rated.isin(["no_evidence", "insufficient_evidence"])).sum())
    return text + " " + _("{k} of {all} indicators have enough independent sources for a rating.",
                          k=enough, all=len(ratings))  # fmt: skip


def _most_said(study: Study, ratings: pd.DataFrame) -> str:
    """Name the indicators of which most inhibits, and most supports, where one or two stand out."""
    labels = indicator_labels(study.framework)

    def names(side: str) -> str:
        top = ratings[(ratings[side] == ratings[side].max()) & (ratings[side] > 1)]
        return listing([labels[k].lower() for k in top["indicator"]]) if len(top) <= 2 else ""

    text = ""
    if against := names("inhibits"):
        text += " " + _("Most that inhibits is said of {names}.", names=against)
    if for_it := names("supports"):
        text += " " + _("Most that supports is said of {names}.", names=for_it)
    return text


def no_evidence_text(study: Study) -> str:
    """Say that a district has no evidence of its own, and what there is at large."""
    wide = int((study.table("segments")["district_id"] == "").sum())
    if wide:
        return _("No coded segment is about this {district}; {k} about the programme at large "
                 "stand on the page of the evidence and are not counted for it.", k=number(wide),
                 **terms(study))  # fmt: skip
    return _("No evidence on its implementation is coded for this {district}: what follows rests "
             "on counts alone.", **terms(study))  # fmt: skip


def rate_note(study: Study, execution: pd.DataFrame, district_id: str) -> Text:
    """Say how a district's rate stands to that of all districts together."""
    known = execution.dropna(subset=["rate"])
    row = execution.set_index("district_id").loc[district_id]
    if pd.isna(row["rate"]):
        return Text(_("There is no rate to compare."))
    overall = float(known["implemented"].sum() / known["proposed"].sum())
    values = {
        "low": percent(row["low"]),
        "high": percent(row["high"]),
        "overall": percent(overall),
        **terms(study),
    }
    if row["low"] <= overall <= row["high"]:
        text = _("The interval from {low} to {high} contains the rate of all {districts} "
                 "together, "
                 "{overall}: a difference is not demonstrated, which is not the same as no "
                 "difference.", **values)  # fmt: skip
    elif row["low"] > overall:
        text = _("The interval from {low} to {high} lies above the rate of all {districts} "
                 "together, "
                 "{overall}. With several {districts} looked at, one such interval can arise by "
                 "chance.", **values)  # fmt: skip
    else:
        text = _("The interval from {low} to {high} lies below the rate of all {districts} "
                 "together, "
                 "{overall}. With several {districts} looked at, one such interval can arise by "
                 "chance.", **values)  # fmt: skip
    if pd.notna(row["rank_low"]):
        text += " " + _("Its rank lies between {a} and {b} of {n} (90% interval, "
                        "1 = highest rate).",
                        a=number(row["rank_low"]), b=number(row["rank_high"]),
                        n=len(known))  # fmt: skip
    return Text(text)


def audit_lead(study: Study, tables: pd.DataFrame, claims: pd.DataFrame) -> Text:
    """Say how many of the source's figures and statements hold."""
    printed = tables[tables["check"] != "percentage_of_sum"]
    checked = printed[printed["verdict"] != "cannot_be_checked"]
    bad = printed[printed["verdict"] == "differs"]
    text = _(
        "Of {n} printed figures that can be recomputed from other printed figures, {bad} differ.",
        n=number(len(checked)), bad=number(len(bad)),
    )  # fmt: skip
    totals = bad[(bad["check"] == "row_total") & (bad["district_id"] != "")]
    for table, rows in totals.groupby("table"):
        text += " " + _("In table {table} the row totals of {k} {districts} are not the sum of "
                        "their years: {names}.", table=table, k=len(rows),
                        names=listing(list(rows["row"])), **terms(study))  # fmt: skip
    following = tables[(tables["check"] == "percentage_of_sum") & (tables["verdict"] == "differs")]
    if len(following):
        text += " " + _("{k} percentages follow such a total.", k=number(len(following)))
    return Text(f"{text} {_claims_text(study, claims)}".strip(), "lead")


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
    own = own[own["check"] != "percentage_of_sum"]
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
    return Text(_("{bad} of {n} printed figures for this {district} do not follow from the others: "
                  "{said}.", bad=len(bad), n=len(own), said=Markdown("; ".join(said)),
                  **terms(study)))  # fmt: skip


def city_lead(study: Study, execution: pd.DataFrame, reach: pd.DataFrame) -> Text:
    """Say in one paragraph what is known of all districts together."""
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
    parts += [_city_reach(study, reach), _city_evidence(study)]
    return Text(" ".join(p for p in parts if p), "lead")


def _city_size(study: Study) -> str:
    units = study.districts["units"]
    said = {
        "place": _bold(study.text("place", current_language())),
        "n": number(len(units)),
        "units": number(units.sum()),
        "k": number(units.notna().sum()),
        "unit_first": first_mention(study, "unit"),
        **terms(study),
    }
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
    text = _bounds_text(
        study,
        pd.Series({"numerator": least, "share": least / units}),
        pd.Series({"numerator": most, "share": most / units, "years": years}),
        both,
    )
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


def provenance(study: Study, parameters: dict[str, str]) -> Text:
    """Give study, framework, library and input hash: where a page comes from."""
    from bantar_lib import __version__

    lang = current_language()
    lines = [
        _("Study: {title} (`{id}`), licence {licence}.", title=study.text("title", lang),
          id=code_span(study.id), licence=study.config.get("licence") or _("not stated")),
        _("Framework: {name}, version {version}.", name=study.framework.name[lang],
          version=study.framework.version),
        _("Library: bantar_lib {version}. Input hash: `{digest}`.", version=__version__,
          digest=study.content_hash[:12]),
        _("Parameters: {values}.", values=Markdown(", ".join(
            f"`{code_span(f'{k}={v}')}`" for k, v in parameters.items()))),
    ]  # fmt: skip
    if study.synthetic:
        lines.insert(0, _("**Made-up data, for practice and tests only.**"))
    return Text("  \n".join(lines))


def evidence_lead(study: Study, district_id: str) -> Text:
    """Say how much is coded, by whom, from how many sources, and what it suffices for."""
    table = evidence(study, district_id)
    ratings = rate_indicators(study, district_id)
    name = study.district(district_id)["name"]
    if table.empty:
        return Text(_("No evidence is coded."), "lead")
    coder = study.table("coders").set_index("coder_id")
    who = table["coder"].iloc[0]
    reader = coder[f"name_{current_language()}"].get(who, who)
    text = _(
        "{n} segments about {name} and the programme as a whole are coded, from {data} different "
        "data in {roots} independent source(s). The reading shown is that of {reader}.",
        n=number(table["segment_id"].nunique()), name=_bold(name),
        data=number(table["datum"].nunique()), roots=number(table["root"].nunique()), reader=reader,
    )  # fmt: skip
    enough = ~ratings["suggestion"].isin(["no_evidence", "insufficient_evidence"])
    if enough.any():
        labels = indicator_labels(study.framework)
        names = listing([labels[k] for k in ratings.loc[enough, "indicator"]])
        text += " " + _("Enough independent sources for a rating: {names}.", names=names)
    else:
        text += " " + _("No indicator has enough independent sources for a rating.")
    return Text(text, "lead")


def guide_lead(study: Study) -> Text:
    """Say what the evaluation asks, of what, and with which framework."""
    lang = current_language()
    return Text(
        _("This evaluation asks: *{question}* It covers {n} {districts} of {place}, joins yearly "
          "counts with coded evidence, and reads implementation through {k} indicators in {d} "
          "groups.",
          question=study.text("question", lang), n=len(study.districts),
          place=study.text("place", lang), k=len(study.framework.indicators),
          d=len(study.framework.dimensions), **terms(study)),
        "lead",
    )  # fmt: skip


def interval_example(study: Study, execution: pd.DataFrame) -> Text:
    """Read the widest and the narrowest interval aloud."""
    known = execution.dropna(subset=["rate"])
    if known.empty:
        return Text(_("There is no rate to compare."))
    width = known["high"] - known["low"]
    wide, narrow = known.loc[width.idxmax()], known.loc[width.idxmin()]
    said = {
        f"{key}_{part}": value
        for key, row in (("wide", wide), ("narrow", narrow))
        for part, value in (
            ("name", row["district"]), ("n", number(row["proposed"])),
            ("low", percent(row["low"])), ("high", percent(row["high"])),
        )
    }  # fmt: skip
    return Text(
        _("Example: the widest interval is that of {wide_name} ({wide_n} proposals: {wide_low} to "
          "{wide_high}), the narrowest that of {narrow_name} ({narrow_n} proposals: {narrow_low} "
          "to {narrow_high}).", **said)
    )  # fmt: skip
