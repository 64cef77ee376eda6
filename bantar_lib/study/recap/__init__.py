"""From a wide recap, as offices keep it, to a study: read, propose, ask, make."""

from bantar_lib.study.recap.assumed import assumptions
from bantar_lib.study.recap.making import study_from_recap
from bantar_lib.study.recap.mapping import MappedColumn, Mapping, propose_mapping
from bantar_lib.study.recap.questions import Question, open_questions, settled
from bantar_lib.study.recap.table import Recap, RecapRow, read_recap

__all__ = [
    "MappedColumn",
    "Mapping",
    "Question",
    "Recap",
    "RecapRow",
    "assumptions",
    "open_questions",
    "propose_mapping",
    "read_recap",
    "settled",
    "study_from_recap",
]
