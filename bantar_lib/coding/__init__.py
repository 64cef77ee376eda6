"""Text to codes to ratings: logs of coders, what their codes say, and how surely."""

from bantar_lib.coding.adjudication import adjudicate, adjudication_table
from bantar_lib.coding.agreement import (
    agreement_by_indicator,
    brennan_prediger,
    coding_table,
    cohen_kappa,
    disagreements,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
)
from bantar_lib.coding.anchors import anchors
from bantar_lib.coding.citations import unresolved
from bantar_lib.coding.coding_log import CodingLog
from bantar_lib.coding.conclusions import check_conclusions
from bantar_lib.coding.confidence import check_judgements, confidence, judgements
from bantar_lib.coding.contribution import contributions, standing
from bantar_lib.coding.documents import Document, find_document, read_document
from bantar_lib.coding.links import orphans
from bantar_lib.coding.log import codes, codings, logs, read_log, replay
from bantar_lib.coding.ratings import evidence, first_coder, rate_indicators, tally
from bantar_lib.coding.saturation import saturation, saturation_curve
from bantar_lib.coding.spans import anchor, find_again
from bantar_lib.coding.triangulation import cooccurrence, triangulation

__all__ = [
    "CodingLog",
    "Document",
    "adjudicate",
    "adjudication_table",
    "agreement_by_indicator",
    "anchor",
    "anchors",
    "brennan_prediger",
    "check_conclusions",
    "check_judgements",
    "codes",
    "coding_table",
    "codings",
    "cohen_kappa",
    "confidence",
    "contributions",
    "cooccurrence",
    "disagreements",
    "evidence",
    "find_again",
    "find_document",
    "first_coder",
    "fleiss_kappa",
    "gwet_ac1",
    "judgements",
    "krippendorff_alpha",
    "logs",
    "orphans",
    "percent_agreement",
    "rate_indicators",
    "read_document",
    "read_log",
    "replay",
    "saturation",
    "saturation_curve",
    "standing",
    "tally",
    "triangulation",
    "unresolved",
]
