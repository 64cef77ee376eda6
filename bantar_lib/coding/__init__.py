"""Text to codes to ratings: logs of coders, and what their codes say of an indicator."""

from bantar_lib.coding.agreement import (
    brennan_prediger,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
)
from bantar_lib.coding.log import codings, read_log, replay
from bantar_lib.coding.ratings import evidence, first_coder, rate_indicators, tally

__all__ = [
    "brennan_prediger",
    "codings",
    "cohen_kappa",
    "evidence",
    "first_coder",
    "fleiss_kappa",
    "gwet_ac1",
    "krippendorff_alpha",
    "percent_agreement",
    "rate_indicators",
    "read_log",
    "replay",
    "tally",
]
