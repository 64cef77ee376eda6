"""How far a coder agrees with another log, such as a model answer, and where they differ."""

from __future__ import annotations

import pandas as pd

from bantar_lib.coding import codings, gwet_ac1, krippendorff_alpha, percent_agreement
from bantar_lib.coding.agreement import EXTREME_PREVALENCE
from bantar_lib.coding.units import UNCODED, sentences, unit_table
from bantar_lib.errors import UserError
from bantar_lib.lab.shelf import take_down
from bantar_lib.present.display import Table, Text, escape_markdown
from bantar_lib.present.evidence_figures import indicator_labels, valence_label
from bantar_lib.study import Study
from bantar_lib.words import number, percent, room_words

_ = room_words("lab")
_in_markdown = room_words("lab", escape=escape_markdown)

FEW = 30
"""Sentences below which an interval says more than the figure in it."""


def compare_with(
    study: Study, coder: str, model: str, *, finished: bool = False
) -> list[Table | Text]:
    """Compare a coder's log with another one, sentence by sentence.

    Nothing of the other log is told before the coder says that he or she has finished.

    Parameters
    ----------
    study : Study
        A study with documents that both have coded.
    coder, model : str
        The two logs.
    finished : bool
        Whether the coder wants to see the other's answer now.

    Returns
    -------
    list of Table or Text
        For :func:`bantar_lib.present.show`: agreement (percent agreement, Krippendorff's alpha
        and Gwet's AC1, each with its 95% interval and number of sentences), what to mind in
        reading it, and each sentence on which the two differ, with the other's reason.

    Raises
    ------
    UserError
        For a log that does not exist or cannot be read, and where a coded document was edited.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> (note,) = compare_with(load_study("kampung_bantar"), "reader_a", "reader_b")
    >>> note.role
    'text'
    """
    if not finished:
        return [Text(_in_markdown(
            "The answer of {model} stays hidden until you have finished. Then set *finished* to "
            "*True* in this cell, and run it again.", model=model))]  # fmt: skip
    have = set(codings(study)["coder"])
    if coder not in have:
        return [Text(_in_markdown("{coder} has coded nothing yet; code a document first.",
                                  coder=coder))]  # fmt: skip
    if model not in have:
        raise UserError(_("No coding log of {coder} holds any coding; there are: {known}.",
                          coder=model, known=", ".join(sorted(have))))  # fmt: skip
    codes, valences = (
        unit_table(study, value, "sentence").reindex(columns=[coder, model]).dropna()
        for value in ("indicator", "valence")
    )
    if codes.empty:
        return [Text(_in_markdown("{coder} and {model} have coded no document in common.",
                                  coder=coder, model=model))]  # fmt: skip
    differ = codes.index[(codes[coder] != codes[model]) | (valences[coder] != valences[model])]
    return [
        _agreement(codes, valences),
        _reading_note(codes),
        _differences(study, list(differ), coder, model),
    ]


def _aspects(codes: pd.DataFrame, valences: pd.DataFrame) -> dict[str, pd.DataFrame]:
    coded = codes != UNCODED
    both = coded.all(axis=1)
    return {
        _("whether it is evidence"): coded.map(lambda c: "coded" if c else UNCODED),
        _("indicator"): codes,
        _("indicator, where both coded"): codes[both],
        _("valence, where both coded"): valences[both],
    }


def _agreement(codes: pd.DataFrame, valences: pd.DataFrame) -> Table:
    coefficients = {
        _("percent agreement"): percent_agreement,
        _("Krippendorff's alpha"): krippendorff_alpha,
        _("Gwet's AC1"): gwet_ac1,
    }
    rows = []
    for aspect, table in _aspects(codes, valences).items():
        for name, coefficient in coefficients.items():
            if table.empty:
                rows.append((aspect, name, "–", "–", number(0), _("no sentence to compare")))
                continue
            found = coefficient(table)
            rows.append((
                aspect, name, _two(found.estimate), _interval(found.low, found.high),
                number(found.units), _warning(found.units, found.extreme_prevalence,
                                              found.estimate),
            ))  # fmt: skip
    columns = [_("Agreement on"), _("Coefficient"), _("Estimate"), _("95% interval"),
               _("Sentences"), _("Mind")]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    caption = _("Agreement with the model answer. Unit: the sentences of the documents that both "
                "have coded; a coding counts for each sentence it touches.")  # fmt: skip
    return Table(frame, caption, tuple(columns[2:5]))


def _two(value: float) -> str:
    return "–" if pd.isna(value) else number(value, 2)


def _interval(low: float, high: float) -> str:
    return "–" if pd.isna(low) else f"{_two(low)}–{_two(high)}"


def _warning(units: int, extreme: bool, estimate: float) -> str:
    if pd.isna(estimate):
        return _("not defined: all answers are the same")
    found = []
    if units < FEW:
        found.append(_("few sentences"))
    if extreme:
        found.append(_("over {share} of the answers are the same",
                       share=percent(EXTREME_PREVALENCE)))  # fmt: skip
    return "; ".join(found) or "–"


def _reading_note(codes: pd.DataFrame) -> Text:
    same = int((codes.iloc[:, 0] == codes.iloc[:, 1]).sum())
    return Text(_in_markdown(
        "On {same} of {n} sentences both gave the same indicators or none. Where most sentences "
        "hold no evidence, agreeing on those is easy: read the lines “where both coded” as well. "
        "The interval takes sentences as independent, which in a conversation they are not, so "
        "it is rather too narrow. The model answer is one reasoned answer, not the truth: where "
        "you differ, weigh its reason against yours.",
        same=number(same), n=number(len(codes))))  # fmt: skip


def _differences(study: Study, places: list[str], coder: str, model: str) -> Table:
    table = codings(study)
    labels = indicator_labels(study.framework)
    cells: dict[str, list[str]] = {
        name: [] for name in (_("Sentence"), _("You"), _("Model answer"), _("Its reason"))
    }
    texts: dict[str, tuple[str, dict[int, int], bool]] = {}
    for place in places:
        document, _colon, start = place.rpartition(":")
        if document not in texts:
            shelved = take_down(study, document)
            text = shelved.content.text
            texts[document] = text, dict(sentences(text)), shelved.quotable
        text, ends, quotable = texts[document]
        a, b = int(start), ends[int(start)]
        here = table[(table["document"] == document) & (table["start"] < b) & (table["end"] > a)]
        own, theirs = here[here["coder"] == coder], here[here["coder"] == model]
        reasons = "; ".join(m for m in dict.fromkeys(theirs["memo"]) if m) or "–"
        hidden = _("(not released)")
        row = (text[a:b] if quotable else hidden, _given(own, labels), _given(theirs, labels),
               reasons if quotable else hidden)  # fmt: skip
        for column, cell in zip(cells.values(), row, strict=True):
            column.append(cell)
    caption = _("Sentences on which you differ from the model answer ({n})", n=number(len(places)))
    return Table(pd.DataFrame(cells), caption)


def _given(rows: pd.DataFrame, labels: dict[str, str]) -> str:
    given = [f"{labels.get(c, labels.get(i, c))}: {valence_label(v)}"
             for c, i, v in zip(rows["code"], rows["indicator"], rows["valence"],
                                strict=True)]  # fmt: skip
    return "; ".join(dict.fromkeys(given)) or _("not coded")
