"""What a report concludes: one sentence for each result, chosen by it and no stronger than it."""

from __future__ import annotations

import pandas as pd

from bantar_lib.coding import evidence, rate_indicators
from bantar_lib.coding.ratings import UNRATED
from bantar_lib.measures import execution, heterogeneity, reach, targets, uncertain_entries
from bantar_lib.present.display import escape_markdown
from bantar_lib.present.evidence_figures import indicator_labels, suggestion_label
from bantar_lib.present.sentences import beyond_bounds
from bantar_lib.present.terms import terms
from bantar_lib.publish.document import Grid
from bantar_lib.study import Study
from bantar_lib.words import current_language, listing, number, percent, room_words

_ = room_words("publish", escape=escape_markdown)
_plain = room_words("publish")
_CLEAR = 0.05
"""The level of the test of whether districts differ."""


def conclusions(study: Study, district_id: str, *, brief: bool = False) -> list[str]:
    """Return the conclusions on a district, or on all together (``""``), as Markdown.

    Parameters
    ----------
    study : Study
    district_id : str
    brief : bool
        For a summary, whose first lines say already where a study has no evidence at all.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> from bantar_lib.words import language
    >>> with language("en"):
    ...     conclusions(load_study("kampung_bantar"), "15.71.08")[2][:41]
    'No evidence is coded for this district: w'
    """
    rates = execution(study)
    known = _evidence(study, district_id) if district_id else _coded(study)
    said = [
        f"{_reach(study, district_id)} {_target(study, district_id)}",
        _rate(study, rates, district_id) if district_id else _overall(study, rates),
        *([] if brief and not coded_districts(study) else [known]),
        _("No cause is inferred: what the counts and the evidence show together may have reasons "
          "that neither holds."),
    ]  # fmt: skip
    return said


def _bounds(study: Study, district_id: str) -> tuple[pd.Series, pd.Series] | None:
    table = reach(study)
    own = table[table["district_id"] == district_id].set_index("scenario")
    if not {"lower_bound", "upper_bound"} <= set(own["share"].dropna().index):
        return None
    return own.loc["lower_bound"], own.loc["upper_bound"]


def _reach(study: Study, district_id: str) -> str:
    bounds = _bounds(study, district_id)
    if bounds is None:
        return _("How wide reach is cannot be bounded from these counts.")
    low, high = bounds
    values = {"low": percent(low["share"]), "high": percent(high["share"]),
              "n": number(low["denominator"]), **terms(study)}  # fmt: skip
    if low["numerator"] == high["numerator"]:
        return _("Reach is {low} of {n} {unit}.", low=values["low"], n=values["n"],
                 unit=values["unit"])  # fmt: skip
    lifted = _lifted(study, district_id, high)
    open_ = uncertain_entries(study)
    if district_id:
        open_ = open_[open_["district_id"] == district_id]
    if entries := open_[["earlier", "unstaged"]].to_numpy().sum():
        return _(
            "Reach lies between {low} and {high} of {n} {unit}; a single number cannot be given, "
            "since it is not recorded whether the same {unit} was entered more than once, nor what "
            "became of {k} entries.", k=number(entries), low=values["low"], high=values["high"],
            n=values["n"], unit=values["unit"],
        ) + lifted  # fmt: skip
    return _("Reach lies between {low} and {high} of {n} {unit}; a single number cannot be given, "
             "since it is not recorded whether the same {unit} was entered more than once.",
             low=values["low"], high=values["high"], n=values["n"],
             unit=values["unit"]) + lifted  # fmt: skip


def _lifted(study: Study, district_id: str, high: pd.Series) -> str:
    """Say how far the upper bound goes where a total that the source prints is right."""
    rows = reach(study)
    own = rows["district_id"] == district_id if district_id else rows["district_id"] != ""
    more = float(beyond_bounds(rows[own]).sum())
    if not more:
        return ""
    return " " + _(
        "If what the source prints as totals is right, the upper bound is {share}.",
        share=percent((high["numerator"] + more) / high["denominator"], 1),
    )


def _target(study: Study, district_id: str) -> str:
    table = targets(study)
    if not table["source_states_target"].any():
        return _("No target by year or number is stated, so that whether this is much or little is "
                 "not said.")  # fmt: skip
    if not ((table["district_id"] == district_id) | (table["district_id"] == "")).any():
        return _("No target is stated for this {district}.", district=terms(study)["district"])
    return _("How it stands to the stated target is given in chapter III.")


def _rate(study: Study, rates: pd.DataFrame, district_id: str) -> str:
    row = rates.set_index("district_id").loc[district_id]
    if pd.isna(row["rate"]):
        return _("The execution rate is not known: there is no year in which both stages are "
                 "counted.")  # fmt: skip
    known = rates.dropna(subset=["rate"])
    overall = float(known["implemented"].sum() / known["proposed"].sum())
    values = {
        "done": number(row["implemented"]), "asked": number(row["proposed"]),
        "rate": percent(row["rate"]), "low": percent(row["low"]), "high": percent(row["high"]),
        "overall": percent(overall), "districts": terms(study)["districts"],
    }  # fmt: skip
    words = {k: terms(study)[k] for k in ("first", "last")}
    text = _("Of {asked} entries {first}, {done} are {last} ({rate}; 95% interval {low} to "
             "{high}).", **words, **{k: values[k] for k in ("asked", "done", "rate", "low",
                                                            "high")})  # fmt: skip
    beside = {k: values[k] for k in ("overall", "districts")}
    if row["low"] <= overall <= row["high"]:
        return text + " " + _(
            "That the rate differs from the one of all {districts} together, {overall}, is not "
            "demonstrated, which is not the same as no difference.", **beside)  # fmt: skip
    if row["low"] > overall:
        return text + " " + _(
            "The interval lies above the rate of all {districts} together, {overall}; with several "
            "{districts} looked at, one such interval can arise by chance.", **beside)  # fmt: skip
    return text + " " + _(
        "The interval lies below the rate of all {districts} together, {overall}; with several "
        "{districts} looked at, one such interval can arise by chance.", **beside)  # fmt: skip


def _overall(study: Study, rates: pd.DataFrame) -> str:
    known = rates.dropna(subset=["rate"])
    if known.empty:
        return _("The execution rate is not known: there is no year in which both stages are "
                 "counted.")  # fmt: skip
    done, asked = known["implemented"].sum(), known["proposed"].sum()
    text = _("Of {asked} entries {first}, {done} are {last} ({rate}).", asked=number(asked),
             done=number(done), rate=percent(done / asked), first=terms(study)["first"],
             last=terms(study)["last"])  # fmt: skip
    p = heterogeneity(study)["p_permutation"].iloc[0]
    beside = {"districts": terms(study)["districts"]}
    if pd.isna(p):
        return text
    if p < _CLEAR:
        return text + " " + _("The rates of the {districts} differ by more than chance would "
                              "explain; why is not shown, and there is no order of merit.",
                              **beside)  # fmt: skip
    return text + " " + _("That the rates of the {districts} differ is not demonstrated, which is "
                          "not the same as no difference.", **beside)  # fmt: skip


def _evidence(study: Study, district_id: str) -> str:
    if evidence(study, district_id).empty:
        return _("No evidence is coded for this {district}: what supports or inhibits "
                 "implementation cannot be said.", district=terms(study)["district"])  # fmt: skip
    ratings = rate_indicators(study, district_id)
    rated = ratings[~ratings["suggestion"].isin(UNRATED)]
    said = [s for s in [_unrated(ratings["suggestion"])] if s]
    if rated.empty:
        return " ".join([*said, _("No factor is rated; chapter III counts what the source says.")])
    labels = indicator_labels(study.framework)
    told = [f"{labels[r.indicator]} ({suggestion_label(r.suggestion)})" for r in rated.itertuples()]
    said.append(_("Suggested by the evidence, for a person to decide: {ratings}.",
                  ratings=listing(told)))  # fmt: skip
    return " ".join(said)


def _unrated(suggestions: pd.Series) -> str:
    """Say how many indicators are not rated, and why; of what there is none nothing is said."""
    few, none = (int((suggestions == s).sum())
                 for s in ("insufficient_evidence", "no_evidence"))  # fmt: skip
    values = {"n": number(len(suggestions)), "few": number(few), "none": number(none)}
    if few == len(suggestions):
        return _("None of the {n} indicators has evidence enough for a rating, which is not the "
                 "same as neutral.", **values)  # fmt: skip
    if few and none:
        return _("Of {n} indicators {few} have insufficient evidence for a rating and {none} have "
                 "no evidence, which is not the same as neutral.", **values)  # fmt: skip
    if few:
        return _("Of {n} indicators {few} have insufficient evidence for a rating, which is not "
                 "the same as neutral.", **values)  # fmt: skip
    if none:
        return _("Of {n} indicators {none} have no evidence, which is not the same as neutral.",
                 **values)  # fmt: skip
    return ""


def coded_districts(study: Study) -> list[str]:
    """Return the codes of the districts for which evidence is coded, in order."""
    spoken = set(study.table("segments")["district_id"]) - {""}
    every = study.districts["district_id"]
    return [d for d in every if d in spoken and not evidence(study, d).empty]


def _coded(study: Study) -> str:
    coded = coded_districts(study)
    if not coded:
        return _("No evidence is coded for any {district}: what supports or inhibits "
                 "implementation cannot be said.", district=terms(study)["district"])  # fmt: skip
    ratings = (rate_indicators(study, d)["suggestion"] for d in coded)
    if all(suggested.isin(UNRATED).all() for suggested in ratings):
        return _("Evidence is coded for {k} of {n} {districts} and suffices to rate no indicator "
                 "there; for the others none is coded.", k=number(len(coded)),
                 n=number(len(study.districts)), districts=terms(study)["districts"])  # fmt: skip
    return _("Evidence is coded for {k} of {n} {districts}; for the others what supports or "
             "inhibits implementation cannot be said.", k=number(len(coded)),
             n=number(len(study.districts)), districts=terms(study)["districts"])  # fmt: skip


def key_figures(study: Study, district_id: str) -> Grid:
    """Return the figures that a summary gives, each with what it is counted from."""
    words, lang = terms(study), current_language()
    unknown = _plain("unknown")
    rates = execution(study)
    known = rates.dropna(subset=["rate"])
    own = rates[rates["district_id"] == district_id].iloc[0] if district_id else None
    units = study.district(district_id)["units"] if district_id else study.districts["units"].sum(
        min_count=len(study.districts))  # fmt: skip
    rows = [(_plain("Number of {unit}", unit=words["unit"]), _number(units), "–")]
    if own is None:
        done, asked = known["implemented"].sum(), known["proposed"].sum()
        shown = unknown if known.empty else percent(done / asked)
        rows.append((_plain("Execution rate, all together"), shown,
                     _counted(study, done, asked) if len(known) else "–"))  # fmt: skip
    elif pd.isna(own["rate"]):
        rows.append((_plain("Execution rate"), unknown, "–"))
    else:
        counted = _counted(study, own["implemented"], own["proposed"])
        rows.append((_plain("Execution rate, as counted"), _span(own, "rate", "low", "high"),
                     counted))  # fmt: skip
        rows.append((_plain("Execution rate, read together with the others"),
                     _span(own, "pooled", "pooled_low", "pooled_high"),
                     _plain("{counted} (read together with all {districts})", counted=counted,
                            districts=words["districts"])))  # fmt: skip
    bounds = _bounds(study, district_id)
    if bounds is None:
        rows.append((_plain("Reach, lower and upper bound"), unknown, "–"))
    else:
        low, high = bounds
        rows.append((
            _plain("Reach, lower and upper bound"),
            _plain("{low} to {high}", low=percent(low["share"]), high=percent(high["share"])),
            _plain("{low} to {high} of {n} {unit}", low=number(low["numerator"]),
                   high=number(high["numerator"]), n=number(low["denominator"]),
                   unit=study.text("unit", lang)),
        ))  # fmt: skip
    heads = (_plain("Measure"), _plain("Value"), _plain("Counted from"))
    return Grid(heads, tuple(rows), _plain("Figures to read first"), (False, True, True))


def _number(value: object) -> str:
    return _plain("unknown") if pd.isna(value) else number(float(value))  # type: ignore[arg-type]


def _span(row: pd.Series, value: str, low: str, high: str) -> str:
    if pd.isna(row[value]):
        return _plain("unknown")
    return _plain("{value} ({low} to {high})", value=percent(row[value]), low=percent(row[low]),
                  high=percent(row[high]))  # fmt: skip


def _counted(study: Study, done: float, asked: float) -> str:
    words = terms(study)
    return _plain("{done} {last} of {asked} {first}", done=number(done), asked=number(asked),
                  first=words["first"], last=words["last"])  # fmt: skip
