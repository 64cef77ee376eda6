"""Sentences on how far evidence carries: readers, new themes, and causes put to the test.

New themes are compared with a threshold under stated settings; that there are no more to be found
is never said, nor a cause that the tests do not bear out.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from bantar_lib.coding import coding_table, codings, percent_agreement, saturation, standing
from bantar_lib.coding.contribution import Contribution, read_contributions
from bantar_lib.coding.ratings import first_coder
from bantar_lib.coding.saturation import themes_by_source
from bantar_lib.coding.units import UNCODED
from bantar_lib.present import saturation_figures
from bantar_lib.present.display import Figure, Table, Text, escape_markdown
from bantar_lib.present.evidence_tables import contribution_table, explanation_labels
from bantar_lib.present.shown import closed_segments
from bantar_lib.study import Study
from bantar_lib.words import current_language, listing, number, percent, room_words

_ = room_words("present", escape=escape_markdown)
Item = Figure | Table | Text

MOST_IDS = 20
"""How many names of segments, or spans of names, a sentence lists."""


def _names(study: Study) -> dict[str, str]:
    coders = study.table("coders")
    return dict(zip(coders["coder_id"], coders[f"name_{current_language()}"], strict=True))


def uncoded_note(study: Study) -> Text:
    """Name the segments that only some readers coded, and what they would do to agreement.

    Parameters
    ----------
    study : Study
        A study with two coding logs or more.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> from bantar_lib.words import language
    >>> with language("en"):
    ...     "F15–F18" in uncoded_note(load_study("kampung_bantar")).markdown
    True
    """
    table = coding_table(study)
    if table.shape[1] < 2:
        return Text(_("There is only one reading so far, so agreement cannot be computed."))
    missing = table[table.isna().any(axis=1)]
    if missing.empty:
        return Text(_("Every segment that one reader coded was coded by the others too."))
    names = _names(study)
    groups: dict[tuple[str, ...], list[str]] = {}
    for segment, has in missing.notna().iterrows():
        groups.setdefault(tuple(table.columns[has]), []).append(str(segment))
    lines = [
        _("- Only {who} coded {n} of {all} segments ({ids}). If a missing code counted as "
          "disagreement, percent agreement would be {then} of {units} segments.",
          who=listing([names.get(c, c) for c in coders]), n=number(len(own)),
          all=number(len(table)), ids=_spans(study, own), **_if_counted(table, own))
        for coders, own in groups.items()
    ]  # fmt: skip
    if len(groups) > 1:
        whole = _if_counted(table, list(missing.index))
        lines.append(_("- With all {n} counted so, it would be {then} of {units} segments.",
                       n=number(len(missing)), **whole))  # fmt: skip
    last = _("The logs do not tell whether a reader left a segment out on purpose or never had it; "
             "therefore agreement is printed without missing codes.")  # fmt: skip
    return Text("\n\n".join([_as_printed(table), "\n".join(lines), last]))


def _as_printed(table: pd.DataFrame) -> str:
    """Say how far readers agree where at least two of them coded."""
    if not (table.notna().sum(axis=1) >= 2).any():
        return _("No segment was coded by two readers, so agreement cannot be computed.")
    found = percent_agreement(table)
    return _("Percent agreement on the indicator is {now} of the {paired} segments that at least "
             "two readers coded. Not every reader coded every segment:",
             now=percent(found.estimate), paired=number(found.units))  # fmt: skip


def _if_counted(table: pd.DataFrame, units: list[str]) -> dict[str, str]:
    """Return percent agreement, and its number of units, with blanks as disagreements."""
    counted = table.copy()
    for coder in table.columns:  # each blank its own answer: two blanks are no agreement either
        counted.loc[units, coder] = table.loc[units, coder].fillna(f"{UNCODED} {coder}")
    found = percent_agreement(counted)
    return {"then": percent(found.estimate), "units": number(found.units)}


def _spans(study: Study, ids: Sequence[str]) -> str:
    """Return ids in the order of the study, those that follow each other as first–last."""
    place = {s: n for n, s in enumerate(study.table("segments")["segment_id"])}
    spans: list[list[str]] = []
    for one in sorted(ids, key=lambda s: place.get(s, len(place))):
        if spans and place.get(one) == place.get(spans[-1][-1], -2) + 1:
            spans[-1].append(one)
        else:
            spans.append([one])
    told = [t for s in spans for t in ([f"{s[0]}–{s[-1]}"] if len(s) > 2 else s)]
    if len(told) > MOST_IDS:
        told = [*told[:MOST_IDS], "…"]
    return ", ".join(told)


def saturation_note(
    study: Study, table: pd.DataFrame, coder: str | None = None, *, base: int = 4, run: int = 2,
    threshold: float = 0.05,
) -> Text:  # fmt: skip
    """Say whether further sources still bring new themes, under the settings used.

    Parameters
    ----------
    study : Study
        For its words.
    table : pandas.DataFrame
        As :func:`bantar_lib.saturation` returns it.
    coder : str, optional
        Whose themes; by default the first coder with a log.
    base, run, threshold
        With which the table was made.

    Examples
    --------
    >>> from bantar_lib import load_study, saturation as curve
    >>> from bantar_lib.words import language
    >>> study = load_study("kampung_bantar")
    >>> with language("en"):
    ...     saturation_note(study, curve(study, orders=5)).markdown[:25]
    'No reader has made themes'
    """
    own = table[table["order"] == 0]
    note, n = own["note"].iloc[0], int(own["k"].notna().sum())
    who = coder or first_coder(study)
    words = {"reader": _names(study).get(who or "", who or "–"), "base": number(base),
             "run": number(run), "t": percent(threshold), "n": number(n)}  # fmt: skip
    if note == "no_themes":
        return Text(_no_themes(study, words))
    if note == "too_few_sources":
        return Text(_(
            "The themes of {reader} come from {n} coded source; a base of {base} and a run of "
            "{run} need {needed}, so whether further sources still bring new themes cannot be "
            "looked at.",
            plural="The themes of {reader} come from {n} coded sources; a base of {base} and a run "
            "of {run} need {needed}, so whether further sources still bring new themes cannot be "
            "looked at.", needed=number(base + run), **{**words, "n": n},
        ))  # fmt: skip
    if note == "no_themes_in_base":
        return Text(_("The first {base} sources hold no theme of {reader}, so there is nothing to "
                      "measure new themes against.", **words))  # fmt: skip
    return Text(_reached(table, own, words, base))


def _no_themes(study: Study, words: dict[str, str]) -> str:
    others = [_names(study).get(c, c) for c in _readers(study) if _has_themes(study, c)]
    if others:
        return _("{reader} has made no themes while reading; {others} did.",
                 others=listing(others), **words)  # fmt: skip
    return _("No reader has made themes of their own while reading: only the framework's "
             "indicators were coded, and these are there from the start. Whether further sources "
             "still bring new themes cannot be looked at.")  # fmt: skip


def _reached(table: pd.DataFrame, own: pd.DataFrame, words: dict[str, str], base: int) -> str:
    hits, last = own[own["reached"].fillna(False)], own.iloc[-1]
    first = own[own["k"] == base].iloc[0]
    told = {"new": number(last["run_new"]), "of": number(first["cumulative"]),
            "ratio": percent(last["ratio"], 1), **words}  # fmt: skip
    if hits.empty:
        text = _("New themes > {t} at {base}+{run}, under these settings, up to the last of {n} "
                 "sources in the order of sampling.", **told)  # fmt: skip
    else:
        text = _("New themes ≤ {t} at {base}+{run}, under these settings: first at source {k} of "
                 "{n} in the order of sampling.", k=number(hits["k"].iloc[0]), **told)  # fmt: skip
        if not last["reached"]:
            text += " " + _("At the last source they are above it again.")
    text += " " + _(
        "The last {run} sources brought {new} new themes, against {of} in the first {base}: "
        "{ratio}.", **told,
    )  # fmt: skip
    others = table[table["order"] > 0]
    if len(others):
        met = others.groupby("order")["reached"].agg(lambda r: bool(r.fillna(False).any()))
        text += " " + _("Of {orders} random orders of the same sources, {met} meet the threshold "
                        "by the last source.",
                        orders=number(len(met)), met=number(int(met.sum())))  # fmt: skip
    return text + " " + _("These are the themes of {reader}; another reader, order or setting may "
                          "give another answer.", **words)  # fmt: skip


def _readers(study: Study) -> list[str]:
    """Return the coders with a log, in the order of ``coders.csv``."""
    have = set(codings(study)["coder"])
    named = [c for c in study.table("coders")["coder_id"] if c in have]
    return named + sorted(have - set(named))


def _has_themes(study: Study, coder: str) -> bool:
    return any(themes_by_source(study, coder).values())


def saturation_section(
    study: Study, *, base: int = 4, run: int = 2, threshold: float = 0.05
) -> list[Item]:
    """Return the curve of new themes of the first reader who made any, and what it says.

    Where there is no curve to judge: one paragraph that says why.
    """
    coder = next((c for c in _readers(study) if _has_themes(study, c)), None)
    table = saturation(study, coder, base=base, run=run, threshold=threshold)
    note = saturation_note(study, table, coder, base=base, run=run, threshold=threshold)
    figure = saturation_figures.saturation(study, table, base=base, run=run, threshold=threshold)
    return [figure, note] if figure else [note]


def contributions_section(study: Study) -> list[Item]:
    """Return each causal statement with its rivals, their tests and the conclusion; none: a note.

    Parameters
    ----------
    study : Study
        A study; ``contributions.yml`` is optional.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> [type(item).__name__ for item in contributions_section(load_study("kampung_bantar"))]
    ['Text', 'Text', 'Table', 'Text']
    """
    found = read_contributions(study)
    if not found:
        return [Text(_("The study states no cause to be tested, so there are no rival explanations "
                       "to weigh."))]  # fmt: skip
    stands = standing(study)
    items: list[Item] = [Text(_kinds_of_test())]
    closed = closed_segments(study)
    for one in found:
        if any(not closed.isdisjoint(test.segments) for test in one.tests):
            items.append(Text(_("A causal statement is not shown here: it rests on evidence that "
                                "may not be released.")))  # fmt: skip
            continue
        own = stands[stands["contribution"] == one.id].set_index("explanation")
        items += [_explanations(one), contribution_table(one), _conclusion(one, own)]
    return items


def _kinds_of_test() -> str:
    return _(
        "Four kinds of test tell explanations apart. A *straw in the wind* only hints, whether it "
        "is passed or failed. A *hoop test* must be passed: failing it rules the explanation out. "
        "A *smoking gun* is passed by this explanation alone: passing it bears the explanation "
        "out, failing it says little. A *doubly decisive* test is both."
    )


def _explanations(one: Contribution) -> Text:
    lang = current_language()
    head = _("**To be explained:** {outcome}", outcome=one.outcome[lang])
    lines = [f"- **{name}:** {escape_markdown(one.explanations[key][lang])}"
             for key, name in explanation_labels(one).items()]  # fmt: skip
    return Text(head + "\n\n" + "\n".join(lines))


def _conclusion(one: Contribution, own: pd.DataFrame) -> Text:
    """Say how each explanation stands, whether they are told apart, and what people conclude."""
    parts = [_stands(name, str(own["standing"][key]))
             for key, name in explanation_labels(one).items()]  # fmt: skip
    if own["open"].sum():
        parts.append(_("{n} of {all} tests lack data or a clear result.",
                       n=number(own["open"].sum()), all=number(len(one.tests))))  # fmt: skip
    parts.append(_("The tests tell the explanations apart.") if own["separated"].any()
                 else _("The tests do not tell the explanations apart."))  # fmt: skip
    said = _("**The study's conclusion:** {text}", text=one.conclusion[current_language()])
    return Text(" ".join(parts) + "\n\n" + said)


def _stands(name: str, standing: str) -> str:
    return {
        "confirmed": _("{name} is borne out by a test that it alone would pass.", name=name),
        "eliminated": _("{name} is ruled out by a test that it had to pass.", name=name),
        "conflicting": _("{name} is borne out by one test and ruled out by another.", name=name),
        "undecided": _("{name} is neither borne out nor ruled out by its tests.", name=name),
        "untested": _("{name} has no test with a result.", name=name),
    }[standing]
