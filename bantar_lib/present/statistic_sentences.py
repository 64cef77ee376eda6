"""Sentences on statistics. Each is chosen by the result, and every number in it comes from data.

What counts cannot show is not said: no order without a demonstrated one, no change without an
interval, no cause, no verdict without a target.
"""

from __future__ import annotations

import pandas as pd

from bantar_lib import measures
from bantar_lib.measures.counts import stage_counts
from bantar_lib.present.count_figures import without_start
from bantar_lib.present.display import Text, escape_markdown
from bantar_lib.present.statistic_figures import chance_text, flag_text, points_text, too_near
from bantar_lib.present.terms import terms
from bantar_lib.study import Study
from bantar_lib.words import listing, number, percent, room_words

_ = room_words("present", escape=escape_markdown)

ALPHA = 0.05
"""From which p on a difference is not called demonstrated."""

_MOST_LEFT_OUT = 5


def _own(table: pd.DataFrame, district_id: str) -> pd.Series:
    return table.set_index("district_id").loc[district_id]


def p_text(p: float) -> str:
    """Write a p-value: two digits, three where it is small.

    Examples
    --------
    >>> from bantar_lib.words import language
    >>> with language("en"):
    ...     p_text(0.353), p_text(0.0123), p_text(0.0001)
    ('p = 0.35', 'p = 0.012', 'p < 0.001')
    """
    if p < 0.001:
        return f"p < {number(0.001, 3)}"
    return f"p = {number(p, 2 if p >= 0.1 else 3)}"


def no_rate_text(study: Study, reason: str) -> str:
    """Say why a district has no execution rate."""
    return {
        "no_proposals": _("no {unit} was {first}, which is not a rate of 0", **terms(study)),
        "more_implemented_than_proposed": _(
            "more {unit} are counted as {last} than as {first}, so that one of the counts is wrong",
            **terms(study),
        ),
        "one_stage": _("the study counts one stage only"),
    }.get(reason) or _("the numbers {first} and {last} are not both known for any year",
                       **terms(study))  # fmt: skip


def end_alone(study: Study, district_id: str) -> list[str]:
    """Say of each year of which only the last stage is known how many reached it."""
    ended = without_start(study, study.table("counts", district=district_id))
    return [
        _("For {year} the number {first} is not known; {n} entries {last}.", year=str(year),
          n=number(n), **terms(study))
        for year, n in ended.items()
    ]  # fmt: skip


def _no_rate(study: Study, row: pd.Series) -> Text:
    return Text(_("{name} has no execution rate: {reason}.", name=row["district"],
                  reason=no_rate_text(study, str(row.get("reason", "")))))  # fmt: skip


def funnel_note(study: Study, execution: pd.DataFrame, district_id: str) -> Text:
    """Say where a district lies in the funnel, and what that means.

    Parameters
    ----------
    study : Study
        For its words.
    execution : pandas.DataFrame
        As :func:`bantar_lib.execution` returns it.
    district_id : str
        The district.

    Examples
    --------
    >>> from bantar_lib import execution, load_study
    >>> from bantar_lib.words import language
    >>> study = load_study("kampung_bantar")
    >>> with language("en"):
    ...     text = funnel_note(study, execution(study), "15.71.10").markdown
    >>> "outside naive limits, inside overdispersion-adjusted limits" in text
    True
    """
    row = _own(execution, district_id)
    if pd.isna(row["rate"]):
        return _no_rate(study, row)
    table = measures.funnel(execution)
    own, k = _own(table, district_id), int(table["rate"].notna().sum())
    values = {"name": own["district"], "overall": percent(own["city"]), **terms(study)}
    if k < 2:
        return Text(_("{name} is the only {district} with a rate: there is nothing to compare it "
                      "with.", **values))  # fmt: skip
    if not own["flag_95"]:
        return Text(_("All {districts} together have a rate of {overall}, so that there are no "
                      "limits within which {name} could lie.", **values))  # fmt: skip
    where = flag_text(str(own["flag_95"]))
    text = _("{name}, with {rate} of {n} entries {first}, lies {where} (95%). Around the overall "
             "rate of {overall} the naive limits for this number run from {low} to {high}.",
             rate=percent(own["rate"]), n=number(own["proposed"]), where=where,
             low=percent(own["low_95"]), high=percent(own["high_95"]), **values)  # fmt: skip
    text = f"{text} {_funnel_meaning(study, str(own['flag_95']), k)}"
    if own["flag_95"] == "inside" and not row["low"] <= own["city"] <= row["high"]:
        text += " " + _("That its own interval does not contain the overall rate is no "
                        "contradiction: interval and limits are drawn in different ways, and so "
                        "near their edge they need not agree.")  # fmt: skip
    return Text(text)


def _funnel_meaning(study: Study, flag: str, k: int) -> str:
    if flag == "inside":
        return _("A difference from the other {districts} is not demonstrated, which is not the "
                 "same as no difference.", **terms(study))  # fmt: skip
    if flag == "outside_naive_inside_adjusted":
        return _(
            "Chance alone would rarely put it there; but the {districts} as a whole differ by more "
            "than chance, and among such {districts} its place is not unusual.", **terms(study),
        )  # fmt: skip
    return _(
        "Its place is unusual even among {districts} that differ as much as these. Among {k} "
        "{districts}, the chance that at least one lies outside such limits although none is "
        "unusual is {chance}; why it lies there, the counts do not say.",
        k=number(k), chance=chance_text(measures.false_alarm_chance(k)), **terms(study),
    )  # fmt: skip


def heterogeneity_note(study: Study, execution: pd.DataFrame) -> Text:
    """Say whether rates differ by more than chance, how much, and whether one district makes it.

    Parameters
    ----------
    execution : pandas.DataFrame
        As :func:`bantar_lib.execution` returns it.
    """
    row = measures.heterogeneity(execution).iloc[0]
    if row["reason"] == "too_few_districts":
        return Text(_("Fewer than two {districts} have a rate: whether rates differ cannot be "
                      "asked.", **terms(study)))  # fmt: skip
    if row["reason"]:
        return Text(_("The rate of all {n} {districts} is {rate}: there is nothing in which they "
                      "differ.", n=number(row["districts"]), rate=percent(row["rate"]),
                      **terms(study)))  # fmt: skip
    values = {
        "n": number(row["districts"]), "p": p_text(row["p_permutation"]),
        "phi": number(row["phi"], 1), "share": percent(row["i2"]),
        "sd": points_text(row["tau2"] ** 0.5), **terms(study),
    }  # fmt: skip
    demonstrated = bool(row["p_permutation"] < ALPHA)
    if demonstrated:
        text = _(
            "The rates of {n} {districts} differ by more than chance would give (permutation test, "
            "{p}; dispersion φ = {phi}, where 1 is chance alone; {share} of the variation is not "
            "explained by chance). The true rates spread by about {sd} percentage points (standard "
            "deviation).", **values,
        )  # fmt: skip
    else:
        text = _(
            "That the rates of {n} {districts} differ by more than chance would give is not "
            "demonstrated (permutation test, {p}; dispersion φ = {phi}, where 1 is chance alone), "
            "which is not the same as no difference.", **values,
        )  # fmt: skip
    return Text(f"{text} {_without_one(study, execution, demonstrated)}".strip())


def _without_one(study: Study, execution: pd.DataFrame, demonstrated: bool) -> str:
    left = measures.leave_one_out(execution).dropna(subset=["phi"])
    if left.empty:
        return ""
    turns = left[(left["p_asymptotic"] < ALPHA) != demonstrated]
    least = left.loc[left["phi"].astype(float).idxmin()]
    values = {
        "names": listing(list(turns["district"][:5])), "name": least["district"],
        "phi": number(least["phi"], 1), "k": number(len(turns)), **terms(study),
    }  # fmt: skip
    if demonstrated and len(turns):
        return _("It hangs on single {districts}: without {names} it would no longer be "
                 "demonstrated, each left out alone.", **values)  # fmt: skip
    if demonstrated:
        return _("No single {district} drives this: without {name} too, which matters most, the "
                 "difference stays demonstrated (φ = {phi}).", **values)  # fmt: skip
    if len(turns):
        return _("Leaving out {names}, each alone, would make it demonstrated.", **values)
    return _("Leaving out any single {district} does not alter this.", **values)


def separable_note(study: Study, execution: pd.DataFrame) -> Text:
    """Say how many pairs of districts the counts can put in order.

    Parameters
    ----------
    execution : pandas.DataFrame
        As :func:`bantar_lib.execution` returns it.
    """
    row = measures.separable_share(execution).iloc[0]
    if not row["pairs"]:
        return Text(_("There is no pair of {districts} with rates to compare.", **terms(study)))
    values = {
        "k": number(row["separable"]), "pairs": number(row["pairs"]),
        "share": percent(row["share"]), "rest": number(row["pairs"] - row["separable"]),
        **terms(study),
    }  # fmt: skip
    if row["separable"] == 0:
        return Text(_("None of the {pairs} pairs of {districts} can be told apart: for none is "
                      "it at least 95% probable which has the higher rate, under a model that "
                      "takes entries as independent of each other.", **values))  # fmt: skip
    if row["separable"] == row["pairs"]:
        text = _("All {pairs} pairs of {districts} can be told apart: which of two has the "
                 "higher rate is at least 95% probable for each, under a model that takes entries "
                 "as independent of each other.", **values)  # fmt: skip
    else:
        text = _(
            "Of {pairs} pairs of {districts}, {k} ({share}) can be told apart: which of the two "
            "has the higher rate is at least 95% probable, under a model that takes entries as "
            "independent of each other. For the other {rest} an order is not shown.", **values,
        )  # fmt: skip
    return Text(f"{text} {_hanging_together(study, execution)}")


def _hanging_together(study: Study, execution: pd.DataFrame) -> str:
    """Say how sensitive the pairs are to entries that are not independent."""
    years = measures.year_dispersion(study).iloc[0]
    if pd.isna(years["phi"]):
        return _("Where the entries of a {district} hang together, fewer pairs could be told "
                 "apart.", **terms(study))  # fmt: skip
    values = {"phi": number(years["phi"], 2), "p": p_text(years["p_asymptotic"]), **terms(study)}
    if years["phi"] <= 1:
        return _("Between years the rates of a {district} differ no more than by chance "
                 "(φ = {phi}): no sign that its entries hang together.", **values)  # fmt: skip
    fewer = measures.separable_share(execution, dispersion=float(years["phi"])).iloc[0]
    return _("Between years the rates of a {district} differ {phi} times as much as by chance "
             "(φ; {p}); with the counts divided by that, {k} pairs can be told apart.",
             k=number(fewer["separable"]), **values)  # fmt: skip


def detectability_note(study: Study, execution: pd.DataFrame, district_id: str) -> Text:
    """Say which difference a district's counts could show at all, and which they show.

    Parameters
    ----------
    execution : pandas.DataFrame
        As :func:`bantar_lib.execution` returns it.
    """
    row = _own(execution, district_id)
    if pd.isna(row["rate"]):
        return _no_rate(study, row)
    table = measures.detectability(execution).assign(rate=execution["rate"].to_numpy())
    own = _own(table, district_id)
    text = _("{name} has {n} entries {first}.", name=own["district"], n=number(own["proposed"]),
             **terms(study))  # fmt: skip
    values = {
        "overall": percent(own["city"]), "rate": percent(own["rate"]),
        "points": points_text(abs(own["rate"] - own["city"])), **terms(study),
    }  # fmt: skip
    sides = []
    if pd.notna(own["detectable_below"]):
        sides.append(_("{share} or less", share=percent(own["detectable_below"])))
    if pd.notna(own["detectable_above"]):
        sides.append(_("{share} or more", share=percent(own["detectable_above"])))
    if not sides:
        return Text(text + " " + _(
            "That is too few to show reliably any difference from the overall rate of {overall}, "
            "however large.", **values,
        ))  # fmt: skip
    text += " " + _(
        "To be told from the overall rate of {overall} with a chance of 80% (test at 5%), its true "
        "rate would have to be {sides}.", sides=_(", or ").join(sides), **values,
    )  # fmt: skip
    if bool(too_near(table[table["district_id"] == district_id]).iloc[0]):
        return Text(text + " " + _(
            "The recorded rate is {rate}, {points} percentage points away: a true difference of "
            "that size would be missed with a probability of more than 20%.", **values,
        ))  # fmt: skip
    return Text(text + " " + _(
        "The recorded rate is {rate}, {points} percentage points away: a true difference of that "
        "size would be found with a probability of 80% or more.", **values,
    ))  # fmt: skip


def trend_note(study: Study, trend: pd.DataFrame) -> Text:
    """Say whether a change over the years is demonstrated, crude and inside districts.

    Parameters
    ----------
    trend : pandas.DataFrame
        As :func:`bantar_lib.trend` returns it.
    """
    rows = trend.set_index(["test", "quantity"])
    crude = rows.loc[("crude", "rate_difference")]
    if pd.isna(crude["estimate"]):
        few = crude["note"] == "no_two_years"
        text = (
            _("The numbers {first} and {last} are known together in fewer than two years, so that "
              "a change of the rate cannot be computed.", **terms(study))
            if few
            else _("No {district} knows both numbers in two years, so that a change of the rate "
                   "cannot be computed.", **terms(study))
        )  # fmt: skip
    else:
        text = _rate_change(study, crude, rows.loc[("mantel_haenszel", "odds_ratio")])
    return Text(f"{text} {_entries_change(study, rows)}".strip())


def _levels(study: Study, crude: pd.Series) -> tuple[pd.Series, pd.Series] | None:
    """Return the two years' proposed and implemented, of the districts that the trend compares."""
    years = [int(year) for year in crude["years"].split("|")]
    pairs = stage_counts(study)
    wide = pairs[pairs["year"].isin(years)].astype({"proposed": "float", "implemented": "float"})
    wide = wide.pivot(index="district_id", columns="year", values=["proposed", "implemented"])
    if not {("proposed", y) for y in years} <= set(wide.columns):
        return None
    asked, done = wide["proposed"][years], wide["implemented"][years]
    fit = wide.notna().all(axis=1) & (asked > 0).all(axis=1) & (done <= asked).all(axis=1)
    n, k = asked[fit].sum(), done[fit].sum()
    rate = (k / n).to_numpy()
    # Only levels that have the difference which the trend gives.
    return (n, k) if abs(rate[1] - rate[0] - crude["estimate"]) < 1e-9 else None


def _rate_change(study: Study, crude: pd.Series, inside: pd.Series) -> str:
    early, late = crude["years"].split("|")
    values = {
        "early": early, "late": late, "n": number(crude["n"]),
        "points": points_text(crude["estimate"]), "low": points_text(crude["low"]),
        "high": points_text(crude["high"]), **terms(study),
    }  # fmt: skip
    levels = _levels(study, crude)
    if levels:
        asked, done = levels
        said = [
            _("{rate} ({done} of {asked}) in {year}", rate=percent(done[y] / asked[y]),
              done=number(done[y]), asked=number(asked[y]), year=str(y))
            for y in asked.index
        ]  # fmt: skip
        text = _("The rate of {n} {districts} together is {levels}: {points} percentage points "
                 "(95% interval {low} to {high}).", levels=listing(said), **values)  # fmt: skip
    else:
        text = _("Between {early} and {late} the rate of {n} {districts} together differs by "
                 "{points} percentage points (95% interval {low} to {high}).",
                 **values)  # fmt: skip
    clear = bool(crude["low"] > 0 or crude["high"] < 0)
    if pd.isna(inside["estimate"]):
        text += " " + _("Inside the {districts} it cannot be compared.", **terms(study))
    else:
        text += " " + _(
            "Within {n} {districts} (those that can tell) the odds ratio is {odds} ({low} to "
            "{high}).",
            n=number(inside["n"]), odds=number(inside["estimate"], 2),
            low=number(inside["low"], 2), high=number(inside["high"], 2), **terms(study),
        )  # fmt: skip
    stratified = bool(inside["low"] > 1 or inside["high"] < 1) if pd.notna(inside["low"]) else None
    return f"{text} {_change_verdict(study, clear, stratified)}{_left_out(study, crude)}"


def _change_verdict(study: Study, clear: bool, stratified: bool | None) -> str:
    if not clear and not stratified:
        return _("A difference is not demonstrated, which is not the same as no change.")
    if clear and stratified is not False:
        return _("A difference is demonstrated, as far as entries are independent of each other; "
                 "where those of a {district} hang together, the intervals are too narrow.",
                 **terms(study))  # fmt: skip
    if clear:
        return _("All together it is demonstrated, inside the {districts} it is not: that other "
                 "{districts} entered more can be enough for it.", **terms(study))  # fmt: skip
    return _("Inside the {districts} a difference is demonstrated, all together it is not.",
             **terms(study))  # fmt: skip


def _left_out(study: Study, row: pd.Series) -> str:
    text = ""
    if row["note"] == "districts_left_out":
        text = " " + _("Left out: {districts} where more are {last} than {first}.", **terms(study))
    return text + _in_one_year(study, [int(year) for year in row["years"].split("|")])


def _in_one_year(study: Study, years: list[int]) -> str:
    """Name the districts that know both numbers in one of the two years alone."""
    pairs = stage_counts(study)
    pairs = pairs[pairs["year"].isin(years) & (pairs["proposed"] > 0)]
    single = pairs[~pairs["district_id"].duplicated(keep=False)]
    if single.empty:
        return ""
    names = list(single["district"])
    if len(names) > _MOST_LEFT_OUT:
        return " " + _("Left out: {n} {districts} of which both numbers are known in only one of "
                       "the two years.", n=number(len(names)), **terms(study))  # fmt: skip
    return " " + _("Left out: {names}, of which both numbers are known in only one of the two "
                   "years.", names=listing(names))  # fmt: skip


def _entries_change(study: Study, rows: pd.DataFrame) -> str:
    row = rows.loc[("quasi_poisson", "rate_ratio_per_year")]
    if pd.isna(row["low"]):
        return ""
    years = row["years"].split("|")
    if _mixed_stages(study):
        return _("The counts of {years} may not hold the same stage, so that no trend over them "
                 "can be judged.", years=f"{years[0]}–{years[-1]}")  # fmt: skip
    clear = bool(row["low"] > 1 or row["high"] < 1)
    text = _(
        "The entries recorded in {years} differ from year to year by a factor of {ratio} (95% "
        "interval {low} to {high})",
        years=f"{years[0]}–{years[-1]}", ratio=number(row["estimate"], 2),
        low=number(row["low"], 2), high=number(row["high"], 2),
    )  # fmt: skip
    return text + (
        _(": a trend is demonstrated.")
        if clear
        else _(": a trend is not demonstrated, which is not the same as no change.")
    )


def _mixed_stages(study: Study) -> bool:
    """Return whether the entries are of a stage that the source does not name."""
    loose = [stage.id for stage in study.stages if not stage.ordered]
    counts = study.counts
    return bool(counts.loc[counts["stage"].isin(loose), "count"].notna().any())
