"""Whether what a study concludes comes back to its evidence."""

from __future__ import annotations

import pandas as pd

from bantar_lib.coding.citations import unresolved
from bantar_lib.coding.confidence import check_judgements
from bantar_lib.coding.contribution import FILE
from bantar_lib.errors import UserError
from bantar_lib.study import Problem, Study
from bantar_lib.study.problems import in_order
from bantar_lib.words import room_words

_ = room_words("coding")


def check_conclusions(study: Study) -> list[Problem]:
    """Return what stops a build: conclusions that do not come back to evidence.

    Citations of segments that do not exist, judgements beyond what the evidence allows without a
    reason, and causal statements that cannot be read.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> check_conclusions(load_study("kampung_bantar"))
    []
    """
    try:
        problems = [
            Problem("error", row["file"], None if pd.isna(row["row"]) else int(row["row"]),
                    row["column"], _("there is no segment {id}", id=row["cited"]),
                    _("Cite a segment of the table segments."))
            for row in unresolved(study).to_dict("records")
        ]  # fmt: skip
    except UserError as fault:
        return [Problem("error", FILE, None, "", str(fault), "")]
    return in_order([*problems, *check_judgements(study)])
