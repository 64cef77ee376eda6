"""In and out: REFI-QDA, Taguette, QualCoder, Excel and Word."""

from bantar_lib.exchange.any_file import read_any
from bantar_lib.exchange.documents import codebook_document, interview_guide
from bantar_lib.exchange.found import FoundProject, RefiProject
from bantar_lib.exchange.into_study import ImportReport, import_codings
from bantar_lib.exchange.losses import Loss, LossesReport
from bantar_lib.exchange.mapping import (
    Mapped,
    apply_code_map,
    propose_code_map,
    read_code_map,
    write_code_map,
)
from bantar_lib.exchange.qualcoder import read_qualcoder
from bantar_lib.exchange.quotes import quote_table, source_table, write_quote_tables
from bantar_lib.exchange.refi_read import read_refi
from bantar_lib.exchange.refi_write import write_refi
from bantar_lib.exchange.taguette import read_taguette
from bantar_lib.exchange.word import read_word_comments
from bantar_lib.exchange.workbook import read_workbook, write_workbook

__all__ = [
    "FoundProject",
    "ImportReport",
    "Loss",
    "LossesReport",
    "Mapped",
    "RefiProject",
    "apply_code_map",
    "codebook_document",
    "import_codings",
    "interview_guide",
    "propose_code_map",
    "quote_table",
    "read_any",
    "read_code_map",
    "read_qualcoder",
    "read_refi",
    "read_taguette",
    "read_word_comments",
    "read_workbook",
    "source_table",
    "write_code_map",
    "write_quote_tables",
    "write_refi",
    "write_workbook",
]
