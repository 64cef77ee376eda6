"""Text to codes to ratings: logs of coders, and what their codes say of an indicator."""

from bantar_lib.coding.log import codings, read_log, replay
from bantar_lib.coding.ratings import evidence, first_coder, rate_indicators, tally

__all__ = [
    "codings",
    "evidence",
    "first_coder",
    "rate_indicators",
    "read_log",
    "replay",
    "tally",
]
