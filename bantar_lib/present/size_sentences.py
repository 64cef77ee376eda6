"""Sentences on a district's units: size, spread of reach, workload, targets.

Each is chosen by the result, and every number in it comes from data. No cause is given, and no
verdict without a target.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from bantar_lib.measures.size import FEWEST
from bantar_lib.present import size_figures
from bantar_lib.present.count_figures import scenario_label
from bantar_lib.present.display import Text, escape_markdown
from bantar_lib.present.size_figures import (
    assumed_text,
    days_text,
    doubling_text,
    plain_text,
    recent_text,
    slope_text,
)
from bantar_lib.present.terms import terms
from bantar_lib.study import Study
from bantar_lib.words import current_language, listing, number, percent, room_words

_ = room_words("present", escape=escape_markdown)

_MOST_LEFT_OUT = 5


def size_note(study: Study, size: pd.DataFrame) -> Text:
    """Say what the counts tell of intake and district size: which slopes the interval leaves out.

    Parameters
    ----------
    size : pandas.DataFrame
        As :func:`bantar_lib.size` returns it.
    """
    first = size[size["role"] == "primary"].iloc[0]
    if first["note"] == "too_few_districts":
        text = _("Too few {districts} ({n}) know both their {unit} and every year's number "
                 "{first} to judge how the one goes with the other; at least {least} are needed.",
                 n=number(first["n"]), least=number(FEWEST), **terms(study))  # fmt: skip
        return Text(" ".join(filter(None, [text, _not_in_it(study, int(first["n"]))])))
    if pd.isna(first["estimate"]):
        return Text(_("How the number of entries {first} goes with the number of {unit} cannot be "
                      "estimated: {reason}.", reason=_no_slope(study, str(first["note"])),
                      **terms(study)))  # fmt: skip
    text = _(
        "The slope over {n} {districts} (the elasticity of entries {first} to the number of "
        "{unit}) is {slope} (95% interval {low} to {high}).",
        n=number(first["n"]), slope=slope_text(first["estimate"]), low=slope_text(first["low"]),
        high=slope_text(first["high"]), **terms(study),
    )  # fmt: skip
    parts = [escape_markdown(doubling_text(study, first)), text, _slopes(study, first)]
    if not first["excludes_fixed_intake"] or first["estimate"] < 0.5:
        parts.append(_("The pattern can come from an intake limit or from other causes; these "
                       "counts do not tell."))  # fmt: skip
    other = size[size["role"] != "primary"].dropna(subset=["estimate"])
    if len(other):
        parts.append(_by_model(study, first, other.iloc[0]))
    parts.append(_not_in_it(study, int(first["n"])))
    return Text(" ".join(filter(None, parts)))


def _not_in_it(study: Study, used: int) -> str:
    """Say which districts the slope leaves out, and why."""
    districts = study.districts[["district_id", "name", "units"]]
    inside = set(size_figures.sizes(study)["district_id"])
    out = districts[~districts["district_id"].isin(inside)]
    # Only where the slope is of this study's own districts.
    if out.empty or used != len(inside):
        return ""
    without = ~(out["units"] > 0).fillna(False)
    why = [
        _("{names} (number of {unit} not known)", names=_some(study, out["name"][without]),
          **terms(study)) if without.any() else "",
        _("{names} (number {first} not known for some year)",
          names=_some(study, out["name"][~without]), **terms(study)) if (~without).any() else "",
    ]  # fmt: skip
    return _("Left out: {names}.", names=listing([w for w in why if w]))


def _some(study: Study, names: pd.Series) -> str:
    if len(names) > _MOST_LEFT_OUT:
        return _("{n} {districts}", n=number(len(names)), **terms(study))
    return listing(list(names))


def _by_model(study: Study, first: pd.Series, other: pd.Series) -> str:
    """Say on which reference slope the two models disagree, if on any."""
    values = {"slope": slope_text(other["estimate"]), "low": slope_text(other["low"]),
              "high": slope_text(other["high"]), **terms(study)}  # fmt: skip
    if first["excludes_fixed_intake"] != other["excludes_fixed_intake"]:
        text = _(
            "Whether entries {first} are simply equal in number depends on the model: a "
            "second one (of logarithms) gives {slope} ({low} to {high}).",
            **values,
        )
    elif first["excludes_proportional"] != other["excludes_proportional"]:
        text = _(
            "Whether entries {first} are in proportion to the number of {unit} depends on the "
            "model: a second one (of logarithms) gives {slope} ({low} to {high}).",
            **values,
        )
    else:
        return ""
    return text


def _no_slope(study: Study, note: str) -> str:
    if note == "no_variation":
        return _("all {districts} are of one size, or none was {first}", **terms(study))
    return _("all that was {first} comes from the largest or the smallest", **terms(study))


def _slopes(study: Study, row: pd.Series) -> str:
    fixed, share = bool(row["excludes_fixed_intake"]), bool(row["excludes_proportional"])
    if fixed and share:
        return _("The interval excludes both 0 (the same number in each {district}) and 1 (the "
                 "same share of {unit}).", **terms(study))  # fmt: skip
    if share:
        return _("The interval excludes 1 (the same share of {unit} in each {district}), but not 0 "
                 "(the same number).", **terms(study))  # fmt: skip
    if fixed:
        return _("The interval excludes 0 (the same number in each {district}), but not 1 (the "
                 "same share of {unit}).", **terms(study))  # fmt: skip
    return _("The interval excludes neither 0 (the same number in each {district}) nor 1 (the same "
             "share of {unit}): the counts do not tell the two apart.", **terms(study))  # fmt: skip


def equity_note(study: Study, equity: pd.DataFrame) -> Text:
    """Say how evenly reach is spread: the Gini of each primary scenario.

    Parameters
    ----------
    equity : pandas.DataFrame
        As :func:`bantar_lib.equity` returns it.
    """
    gini = equity[(equity["measure"] == "gini") & (equity["weights"] == "units")]
    known = gini.dropna(subset=["value"])
    if known.empty:
        return Text(_("How evenly reach is spread over the {districts} cannot be said: it is not "
                      "known, or nothing was reached.", **terms(study)))  # fmt: skip
    said = [
        _("{value} ({scenario})", value=number(row["value"], 2),
          scenario=scenario_label(row["scenario"]))
        for _n, row in known.iterrows()
    ]  # fmt: skip
    text = _(
        "The Gini of reach over {n} {districts}, weighted by their {unit}, is {values}; 0 is the "
        "same reach everywhere.", n=number(known["n"].max()), values=listing(said), **terms(study),
    )  # fmt: skip
    if {"lower_bound", "upper_bound"} <= set(known["scenario"]):
        text += " " + _("These are the values if all {districts} lie at one bound; the true Gini "
                        "need not lie between them.", **terms(study))  # fmt: skip
    return Text(text + " " + _("It measures how evenly, not why."))


def workload_note(study: Study, workload: pd.DataFrame, district_id: str) -> Text:
    """Say what a district's facilitators could do, under which assumptions.

    Parameters
    ----------
    workload : pandas.DataFrame
        As :func:`bantar_lib.workload` returns it, of all districts or of this one.
    """
    own = workload[workload["district_id"] == district_id]
    known = own.dropna(subset=["weeks_per_round"])
    if known.empty:
        return Text(_("The workload in {name} cannot be computed: its {unit} or its facilitators "
                      "are not known, or it has none.", name=own["district"].iloc[0],
                      **terms(study)))  # fmt: skip
    first = known.iloc[0]
    spans = {key: _span(known[key]) for key in ("visits_per_day", "weeks_per_round", "weeks")}
    text = _(
        "With {people}, {days} and {visits} visits a day, one round of all {units} {unit} takes "
        "{rounds} weeks. In {weeks} working weeks a year each {unit} could be visited {contacts} "
        "times; monthly visits would need {needed} facilitators.",
        people=_("{people} facilitator", plural="{people} facilitators",
                 n=int(first["facilitators"]), people=number(first["facilitators"])),
        days=days_text(float(first["days_per_week"])),
        visits=spans["visits_per_day"], units=number(first["units"]),
        rounds=_span(np.ceil(known["weeks_per_round"].astype(float).round(9))),
        weeks=spans["weeks"], contacts=_span(known["contacts_per_unit"], digits=1),
        needed=_span(known["facilitators_for_monthly"]), **terms(study),
    )  # fmt: skip
    parts = [text, recent_text(own), assumed_text(study, own), _confounded(study, first)]
    return Text(" ".join(filter(None, parts)))


def _span(values: pd.Series, *, digits: int | None = None) -> str:
    """Write the least and the most, with as many decimals as asked or as each has."""
    low, high = (
        plain_text(float(v)) if digits is None else number(float(v), digits)
        for v in (values.min(), values.max())
    )
    return low if low == high else f"{low}–{high}"


def _confounded(study: Study, row: pd.Series) -> str:
    if pd.isna(row["size_confounded"]):
        return ""
    if not row["size_confounded"]:
        return _("Facilitators differ in number between {districts}, so that workload does "
                 "not merely mirror the number of {unit}; what either does, these counts do not "
                 "show.",
                 **terms(study))  # fmt: skip
    if row["facilitators"] == 1:
        return _("With one facilitator in each {district} workload merely mirrors the number of "
                 "{unit}: its effect cannot be told apart.", **terms(study))  # fmt: skip
    return _("With equally many facilitators in each {district} ({people}) workload merely mirrors "
             "the number of {unit}: its effect cannot be told apart.",
             people=number(row["facilitators"]), **terms(study))  # fmt: skip


def target_note(study: Study, targets: pd.DataFrame, district_id: str) -> Text:
    """Set realisation against the targets, or say that no target is stated.

    Parameters
    ----------
    targets : pandas.DataFrame
        As :func:`bantar_lib.measures.targets` returns it.
    """
    if not targets["source_states_target"].any():
        return Text(_(
            "No target by year or number is stated, so that reach is given and not judged: whether "
            "it is much or little is not said here. An aim without year and number, where the "
            "source has one, is no target to compute an achievement from."
        ))  # fmt: skip
    rows, of = targets[targets["district_id"] == district_id], "district"
    if rows.empty:
        rows, of = targets[targets["district_id"] == ""], "whole"
    if rows.empty:
        return Text(_("No target is stated for this {district}.", **terms(study)))
    said = " ".join(_achievement(study, row) for _n, row in rows.iterrows())
    if of == "whole":
        said = _("No target is stated for this {district}; for all {districts} together:",
                 **terms(study)) + " " + said  # fmt: skip
    citation = rows["scale_citation"].iloc[0]
    return Text(said + (" " + _("Scale: {citation}.", citation=citation) if citation else ""))


def _achievement(study: Study, row: pd.Series) -> str:
    low, high = row["realised_low"], row["realised_high"]
    text = _("{year}: target {target} {unit} {stage}, realisation {realised}",
             year=row["year"], target=number(row["target"]),
             stage=study.label(row["stage"], current_language()),
             realised=_range(low, high, number), unit=terms(study)["unit"])  # fmt: skip
    low, high = row["achievement_low"], row["achievement_high"]
    if pd.isna(low) and pd.isna(high):
        return text + "."
    text += "; " + _("achievement {share}",
                     share=_range(low, high, lambda x: percent(x / 100)))  # fmt: skip
    lang = current_language()
    bands = dict.fromkeys(b for b in (row[f"band_low_{lang}"], row[f"band_high_{lang}"]) if b)
    return text + (f" ({_(' to ').join(f'“{b}”' for b in bands)})." if bands else ".")


def _range(low: float, high: float, write: Callable[[float], str]) -> str:
    if pd.isna(low) and pd.isna(high):
        return _("not known")
    if pd.isna(high):
        return _("at least {number}", number=write(low))
    return write(low) if low == high else _("{low} to {high}", low=write(low),
                                                 high=write(high))  # fmt: skip
