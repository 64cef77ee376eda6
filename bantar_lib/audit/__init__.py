"""The source held against itself: printed against recomputed, statements against evidence.

This room flags and never repairs.
"""

from bantar_lib.audit.claims import audit_claims
from bantar_lib.audit.matches import matching_columns
from bantar_lib.audit.summary import AuditSummary, audit_summary
from bantar_lib.audit.tables import audit_tables, proposed_corrections

__all__ = [
    "AuditSummary",
    "audit_claims",
    "audit_summary",
    "audit_tables",
    "matching_columns",
    "proposed_corrections",
]
