"""Each statement of the source against the evidence for it."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from bantar_lib.audit.checks import CHECKS, Found, plain
from bantar_lib.audit.facts import Facts
from bantar_lib.audit.figures import nearest, read_figure
from bantar_lib.errors import UserError
from bantar_lib.study import Study
from bantar_lib.words import LANGUAGES, current_language, language, number, room_words

_ = room_words("audit")
COLUMNS = (
    "claim_id",
    "source_id",
    "section",
    "paragraph",
    "text_id",
    "text_en",
    "kind",
    "says",
    "check",
    "stated",
    "recomputed",
    "verdict",
    "slip",
    "same_slip",
    "why_id",
    "why_en",
)


def audit_claims(study: Study) -> pd.DataFrame:
    """Judge each statement of ``claims.csv``.

    A claim that names a check has its verdict from the data; any other has the verdict and the
    reason that its reader gave.

    Parameters
    ----------
    study : Study
        A study with ``claims.csv``.

    Returns
    -------
    pandas.DataFrame
        One line a claim: ``claim_id``, ``source_id``, ``section``, ``paragraph``, ``text_id``,
        ``text_en``, ``kind``, ``says`` (whether the source's words, a reading of them or its
        layout says it), ``check``, ``stated``, ``recomputed`` (text; blank where a reader judged
        or where it is unknown), ``verdict``, ``slip`` and ``same_slip`` (the first claim with
        that slip, blank in it itself; for a computed claim both stand only where it does not
        agree), ``why_id``, ``why_en``.

    Raises
    ------
    UserError
        For an unknown check or argument, and for a claim with neither check nor verdict or with
        both. The message names the file, the claim and the remedy.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> claims = audit_claims(load_study("kampung_bantar"))
    >>> missing = claims[(claims["check"] == "table_exists") & (claims["verdict"] == "differs")]
    >>> missing[["stated", "recomputed", "slip"]].iloc[0].to_list()
    ['yes', 'no', 'cross_reference']
    """
    facts = Facts(study)
    _tables = facts.published  # a fault in them is none of the first claim that reads them
    claims = study.table("claims")
    lines = [_judge(facts, claim) for claim in claims.to_dict("records")]
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _judge(facts: Facts, claim: Mapping[Any, Any]) -> dict[str, str]:
    if bool(claim["check"]) == bool(claim["verdict"]):
        raise _fault(
            claim, _("give it either a check or a reader's verdict, with the other left blank")
        )
    line = {c: str(claim[c]) for c in COLUMNS if c != "recomputed"} | {"recomputed": ""}
    if not claim["check"]:
        return line
    # A fault shows in the first round, and must be told in the user's language.
    for lang in sorted(LANGUAGES, key=lambda code: code != current_language()):
        with language(lang):
            found = _run(facts, claim)
            verdict = _verdict(claim, found)
            note = f" {claim[f'why_{lang}']}" if claim[f"why_{lang}"] else ""
            line[f"why_{lang}"] = _reason(found, str(claim["stated"]), verdict) + note
    line |= {"recomputed": plain(found.value), "verdict": verdict}
    if verdict in ("agrees", "agrees_rounded"):
        line |= {"slip": "", "same_slip": ""}
    return line


def _fault(claim: Mapping[Any, Any], message: str) -> UserError:
    return UserError(f"claims.csv, {claim['claim_id']}: {message}.")


def _run(facts: Facts, claim: Mapping[Any, Any]) -> Found:
    name = claim["check"]
    if name not in CHECKS:
        known = nearest(name, list(CHECKS), at_most=len(CHECKS))
        raise _fault(
            claim, _("there is no check {name!r}; the checks are {known}", name=name, known=known)
        )
    function = CHECKS[name]
    try:
        return function(facts, **_arguments(function, claim["arguments"]))
    except UserError as error:
        raise _fault(claim, str(error)) from error


def _arguments(function: Any, text: str) -> dict[str, str | list[str]]:
    """Read ``key=value; key=value`` as the check's signature asks for it."""
    wanted = {
        n: p for n, p in inspect.signature(function).parameters.items() if p.kind is p.KEYWORD_ONLY
    }
    given: dict[str, str | list[str]] = {}
    for pair in filter(None, (p.strip() for p in text.split(";"))):
        key, equals, value = (p.strip() for p in pair.partition("="))
        if key not in wanted or not equals or not value:
            known = nearest(key, list(wanted))
            raise UserError(
                _(
                    "{pair!r} is no argument here; write key=value with {known}",
                    pair=pair,
                    known=known,
                )
            )
        several = wanted[key].annotation in ("list[str]", list[str])
        given[key] = [v.strip() for v in value.split(",")] if several else value
    missing = [n for n, p in wanted.items() if p.default is p.empty and n not in given]
    if missing:
        raise UserError(_("it lacks the argument {missing}", missing=", ".join(missing)))
    return given


def _verdict(claim: Mapping[Any, Any], found: Found) -> str:
    stated = str(claim["stated"]).strip()
    if isinstance(found.value, bool):
        return _compare_words(claim, stated, plain(found.value), ("yes", "no"), found.otherwise)
    if isinstance(found.value, str):
        return _compare_words(claim, stated, found.value, found.words, found.otherwise)
    value, decimals = read_figure(stated)
    if found.value is None:
        return "cannot_be_checked"
    if math.isnan(value):
        raise _fault(claim, _("stated must be a number, and is {stated!r}", stated=stated))
    if math.isclose(value, found.value, rel_tol=1e-9):
        return "agrees"
    half = 0.5 * 10.0**-decimals
    return "agrees_rounded" if abs(value - found.value) <= half + 1e-9 else found.otherwise


def _compare_words(
    claim: Mapping[Any, Any], stated: str, found: str, allowed: tuple[str, ...], otherwise: str
) -> str:
    # A word outside the list would differ from everything, and the fault be laid on the source.
    if not stated or (allowed and stated not in allowed):
        words = ", ".join(allowed) or _("what the source says")
        raise _fault(
            claim, _("stated must be {words}, and is {stated!r}", words=words, stated=stated)
        )
    return "agrees" if stated.casefold() == found.casefold() else otherwise


def _reason(found: Found, stated: str, verdict: str) -> str:
    words = {"fell": _("fell"), "rose": _("rose"), "unchanged": _("unchanged")}
    # What “yes” or “no” answers is the statement itself: repeating the word would say nothing.
    shown = "" if stated in ("yes", "no") else f" ({words.get(stated, stated)})"
    if isinstance(found.value, float) and stated.isdecimal():
        shown = f" ({number(float(stated))})"
    ends = {
        "agrees": _("the statement{stated} agrees with this", stated=shown),
        "agrees_rounded": _("the statement{stated} agrees after rounding", stated=shown),
        "differs": _("the statement{stated} does not agree with this", stated=shown),
        "inconsistent": _("here it states “{stated}”", stated=stated),
        "cannot_be_checked": _("the statement{stated} cannot be checked by this", stated=shown),
    }
    return f"{found.how}; {ends[verdict]}."
