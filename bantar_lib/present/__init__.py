"""Figures, tables and sentences of the pages, in both languages."""

from bantar_lib.present import count_figures, evidence_figures, sections, sentences, tables
from bantar_lib.present.display import show
from bantar_lib.present.record import district_result

__all__ = [
    "count_figures",
    "district_result",
    "evidence_figures",
    "sections",
    "sentences",
    "show",
    "tables",
]
