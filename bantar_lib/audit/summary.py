"""What the audit found, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bantar_lib.audit.claims import audit_claims
from bantar_lib.audit.tables import audit_tables
from bantar_lib.study import Study
from bantar_lib.study.tables import CLAIM_VERDICTS, SLIPS
from bantar_lib.words import number, room_words

_ = room_words("audit")


@dataclass(frozen=True)
class AuditSummary:
    """Counts of the audit.

    Parameters
    ----------
    figures : mapping
        Checks of printed figures, by verdict.
    claims : mapping
        Statements of the source, by verdict.
    slips : mapping
        Distinct slips found, by class: one that shows in several statements counts once, and
        one in a statement that is merely unproven or beyond checking is not found.
    """

    figures: Mapping[str, int]
    claims: Mapping[str, int]
    slips: Mapping[str, int]

    def sentence(self) -> str:
        """Say it in the current language.

        Examples
        --------
        >>> from bantar_lib.words import language
        >>> with language("en"):
        ...     AuditSummary({"agrees": 3, "differs": 1}, {"agrees": 2}, {}).sentence()
        '1 of 4 recomputed figures differs from what is printed. Of 2 statements 2 agree \
with the data; 0 distinct slips were found.'
        """
        differing, checked = self.figures.get("differs", 0), sum(self.figures.values())
        figures = _(
            "{n} of {checked} recomputed figures differs from what is printed.",
            plural="{n} of {checked} recomputed figures differ from what is printed.",
            n=differing,
            checked=number(checked),
        )
        agreeing = self.claims.get("agrees", 0) + self.claims.get("agrees_rounded", 0)
        claims = _(
            "Of {total} statements {agreeing} agree with the data; {n} distinct slip was found.",
            plural="Of {total} statements {agreeing} agree with the data; "
            "{n} distinct slips were found.",
            total=number(sum(self.claims.values())),
            agreeing=number(agreeing),
            n=sum(self.slips.values()),
        )
        return f"{figures} {claims}"


def audit_summary(study: Study) -> AuditSummary:
    """Count what :func:`audit_tables` and :func:`audit_claims` found, by verdict and slip.

    A percentage reckoned again on the recomputed total is not a further printed figure, and is
    left out.

    Parameters
    ----------
    study : Study
        A study with published tables or claims; without any, all counts are 0.

    Returns
    -------
    AuditSummary
        Every verdict and class of slip is there, with 0 where nothing fell under it.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> audit_summary(load_study("kampung_bantar")).figures["differs"]
    7
    """
    tables = audit_tables(study)
    tables = tables[tables["check"] != "percentage_of_sum"]
    claims = audit_claims(study)
    of_tables, of_claims = tables["verdict"].value_counts(), claims["verdict"].value_counts()
    found = claims[claims["verdict"].isin(["differs", "inconsistent"]) & (claims["slip"] != "")]
    first = found["same_slip"].where(found["same_slip"] != "", found["claim_id"])
    slips = found.loc[~first.duplicated(), "slip"].value_counts()
    figure_verdicts = ("agrees", "agrees_rounded", "differs", "cannot_be_checked")
    return AuditSummary(
        {v: int(of_tables.get(v, 0)) for v in figure_verdicts},
        {v: int(of_claims.get(v, 0)) for v in CLAIM_VERDICTS},
        {s: int(slips.get(s, 0)) for s in SLIPS},
    )
