"""Sentences of the pages. Each is chosen by the result, and every number in it comes from data.

What these counts and statements cannot show is not said: no best or worst district, no rise or
fall without a demonstrated difference, no cause, no verdict without a target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from bantar_lib.coding import codings, evidence, rate_indicators
from bantar_lib.coding.ratings import UNRATED, first_coder, tally
from bantar_lib.measures import uncertain_entries
from bantar_lib.present.count_figures import span_text
from bantar_lib.present.display import Markdown, Text, code_span, escape_markdown
from bantar_lib.present.evidence_figures import indicator_labels
from bantar_lib.present.shown import source_titles
from bantar_lib.present.statistic_sentences import end_alone
from bantar_lib.present.terms import directions_text, terms
from bantar_lib.study import Study
from bantar_lib.words import current_language, listing, number, percent, room_words

_ = room_words("present", escape=escape_markdown)


def district_lead(study: Study, district_id: str, execution: pd.DataFrame,
                  reach: pd.DataFrame) -> Text:  # fmt: skip
    """Say what is known of a district, how surely, and what is not: three short paragraphs."""
    own = study.district(district_id)
    name = bold(own["name"])
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
    return paragraphs(parts)


def paragraphs(parts: Mapping[str, Iterable[str]]) -> Text:
    """Return a lead of paragraphs by their heads; one with nothing to say is left out."""
    told = {head: " ".join(s for s in said if s) for head, said in parts.items()}
    return Text("\n\n".join(f"**{head}.** {text}" for head, text in told.items() if text), "lead")


def bold(text: str) -> Markdown:
    """Return a text from data in bold letters, its own markup escaped."""
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
        return Text(text + (
            _("All counts and coded statements come from one source: {title}.", title=titles)
            if len(study.table("segments")) else
            _("All counts come from one source: {title}.", title=titles)
        ))  # fmt: skip
    return Text(text + _("Sources: {titles}.", titles=titles))


def _rate_sentence(study: Study, execution: pd.DataFrame, district_id: str) -> str:
    row = execution.set_index("district_id").loc[district_id]
    if pd.isna(row["proposed"]):
        return _("How many {unit} were {first} and {last} is not known for any year.",
                 **terms(study))  # fmt: skip
    years = [int(year) for year in row["years"].split("|")]
    if row["proposed"] == 0:
        return _("In {years} no {unit} was {first}.", years=span_text(years), **terms(study))
    values = {
        "years": span_text(years),
        "asked": number(row["proposed"]),
        "done": number(row["implemented"]),
        "rate": percent(row["rate"]),
        **terms(study),
    }
    text = (
        _("For {years} the source records {asked} entries {first}, all of them {last}.", **values)
        if row["implemented"] == row["proposed"]
        else _(
            "For {years} the source records {asked} entries {first}, {done} of them {last}: an "
            "execution rate of {rate}.",
            **values,
        )
    )
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
    text = bounds_text(study, low, high, [district_id])
    text += " " + _("A list of {unit} by year and stage would close the gap.", **terms(study))
    if "as_printed" in known:
        text += " " + _printed_sentence(study, own["numerator"], district_id)
    for more in beyond_bounds(reach[reach["district_id"] == district_id]):
        most = high["numerator"] + more
        text += " " + _("Which of these numbers is wrong cannot be told; if the total is right, up "
                        "to {most} ({share}) are possible.", most=number(most),
                        share=percent(most / high["denominator"]))  # fmt: skip
    return text


def bounds_text(study: Study, low: pd.Series, high: pd.Series, district_ids: Iterable[str]) -> str:
    """Say the bounds of reach (rows with numerator and share) and what each assumes."""
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
            "How many different {unit} reached the stage “{last}” in {years}: at least {low} (if "
            "they are the same every year, and none of the {k} entries of which the source does "
            "not say whether they reached it did) and at most {high} (if all are different, and "
            "all of those entries did); that is {low_share} to {high_share} of all.",
            k=number(earlier + unstaged), **values,
        )  # fmt: skip
    if unstaged:
        return _(
            "How many different {unit} reached the stage “{last}” in {years}: at least {low} (if "
            "they are the same every year, and none of the {k} entries whose stage is not stated "
            "reached it) and at most {high} (if all are different, and all of those entries "
            "reached it); that is {low_share} to {high_share} of all.",
            k=number(unstaged), **values,
        )  # fmt: skip
    return _("How many different {unit} reached the stage “{last}” in {years}: at least {low} (if "
             "they are the same every year) and at most {high} (if all are different); that is "
             "{low_share} to {high_share} of all.", **values)  # fmt: skip


def beyond_bounds(reach: pd.DataFrame) -> pd.Series:
    """Return how far the upper bound rises where a printed total is right, not its years' sum.

    Parameters
    ----------
    reach : DataFrame
        Rows of :func:`~bantar_lib.measures.reach` of some districts.

    Returns
    -------
    Series
        Code → units, of the districts whose printed total exceeds the sum of the years by as much
        as lifts the bound: if a year of unknown stage is the wrong one, it holds that many more.
    """
    table = reach.pivot(index="district_id", columns="scenario", values="numerator")
    if not {"as_printed", "recomputed_sum", "upper_bound"} <= set(table.columns):
        return pd.Series(dtype=float)
    units = reach.groupby("district_id")["denominator"].first()
    lifted = table["upper_bound"] + table["as_printed"] - table["recomputed_sum"]
    lifted = lifted.clip(upper=units.reindex(lifted.index))
    more = lifted - table["upper_bound"]
    return more[(more > 0).fillna(False)]


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
    values = {"n": number(every), "name": study.district(district_id)["name"],
              "directions": directions_text(s, m, i)}  # fmt: skip
    if own < every:
        text = _("{n} segments are coded, {own} about {name} and {wide} about the programme at "
                 "large; {directions}.", own=number(own), wide=number(every - own),
                 **values)  # fmt: skip
        alone = tally(table[table["district_id"] != ""], "datum").sum()
        text += " " + _("Counted from the segments about {name} alone, {i} inhibit, {s} support "
                        "and {m} are mixed.", name=values["name"], i=number(alone["inhibits"]),
                        s=number(alone["supports"]), m=number(alone["mixed"]))  # fmt: skip
    else:
        text = _("{n} segments are coded, all of them about {name}; {directions}.", **values)
    if reader_kind(study, table["coder"].iloc[0]) == "model":
        text += " " + _("A language model coded them; no person has checked them yet.")
    text += _most_said(study, ratings)
    if table["root"].nunique() == 1:
        return text + " " + _(
            "All of it comes from one source: it shows what that source says, not what is the "
            "case, and suffices for no rating."
        )  # fmt: skip
    rated = rate_indicators(study, district_id)["suggestion"]
    enough = int((~rated.isin(UNRATED)).sum())
    return text + " " + _("{k} of {all} indicators have enough independent sources for a rating.",
                          k=enough, all=len(ratings))  # fmt: skip


def reader_kind(study: Study, coder: str) -> str:
    """Return whether a coder is a ``person``, a ``model`` or ``not_stated``."""
    return str(study.table("coders").set_index("coder_id")["kind"].get(coder, "not_stated"))


def _most_said(study: Study, ratings: pd.DataFrame) -> str:
    """Name the indicators of which most inhibits, and most supports, where one or two stand out."""
    labels = indicator_labels(study.framework)
    text = ""
    for side in ("inhibits", "supports"):
        top = ratings[(ratings[side] == ratings[side].max()) & (ratings[side] > 1)]
        said = {
            "names": listing([labels[k].lower() for k in top["indicator"]]),
            "k": number(ratings[side].max()),
            "all": number(ratings[side].sum()),
        }
        if len(top) == 1 and side == "inhibits":
            text += " " + _("Most items that inhibit: {names} ({k} of {all}).", **said)
        elif len(top) == 1:
            text += " " + _("Most items that support: {names} ({k} of {all}).", **said)
        elif len(top) == 2 and side == "inhibits":
            text += " " + _("Most items that inhibit: {names} ({k} of {all} each).", **said)
        elif len(top) == 2:
            text += " " + _("Most items that support: {names} ({k} of {all} each).", **said)
    return text


def no_evidence_text(study: Study) -> str:
    """Say that a district has no evidence of its own, and what there is at large."""
    segments = study.table("segments")
    coded = set(codings(study, first_coder(study))["segment_id"])
    wide = int(((segments["district_id"] == "") & segments["segment_id"].isin(coded)).sum())
    if wide:
        return _("No coded segment is about this {district}. The {k} about the programme at large "
                 "stand on the page of the evidence; they are not counted for it, since none "
                 "of them names it.", k=number(wide), **terms(study))  # fmt: skip
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
        n=number(table["segment_id"].nunique()), name=bold(name),
        data=number(table["datum"].nunique()), roots=number(table["root"].nunique()), reader=reader,
    )  # fmt: skip
    enough = ~ratings["suggestion"].isin(UNRATED)
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
