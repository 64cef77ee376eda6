"""Figures, tables and sentences of the pages, in both languages."""

from bantar_lib.present import evidence_tables, figures, notes, sections, tables
from bantar_lib.present.display import show
from bantar_lib.present.record import district_result

__all__ = ["district_result", "evidence_tables", "figures", "notes", "sections", "show", "tables"]
