"""Every sentence of the pages, under one name for the notebooks."""

from bantar_lib.present.audit_sentences import audit_lead, audit_note, district_audit_note
from bantar_lib.present.city_sentences import city_lead
from bantar_lib.present.evidence_sentences import uncoded_note
from bantar_lib.present.sentences import (
    about,
    district_lead,
    evidence_lead,
    guide_lead,
    interval_example,
    provenance,
    rate_note,
)
from bantar_lib.present.size_sentences import equity_note, size_note, target_note, workload_note
from bantar_lib.present.statistic_sentences import (
    detectability_note,
    funnel_note,
    heterogeneity_note,
    separable_note,
    trend_note,
)

__all__ = [
    "about",
    "audit_lead",
    "audit_note",
    "city_lead",
    "detectability_note",
    "district_audit_note",
    "district_lead",
    "equity_note",
    "evidence_lead",
    "funnel_note",
    "guide_lead",
    "heterogeneity_note",
    "interval_example",
    "provenance",
    "rate_note",
    "separable_note",
    "size_note",
    "target_note",
    "trend_note",
    "uncoded_note",
    "workload_note",
]
