"""In and out: REFI-QDA, Taguette, QualCoder, Excel and Word."""

from bantar_lib.exchange.found import FoundProject, RefiProject
from bantar_lib.exchange.losses import Loss, LossesReport
from bantar_lib.exchange.refi_read import read_refi
from bantar_lib.exchange.refi_write import write_refi
from bantar_lib.exchange.word import read_word_comments

__all__ = [
    "FoundProject",
    "Loss",
    "LossesReport",
    "RefiProject",
    "read_refi",
    "read_word_comments",
    "write_refi",
]
