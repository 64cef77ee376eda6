"""What every district's page needs of the whole study, computed before the first page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from bantar_lib.errors import UserError
from bantar_lib.measures.execution import execution
from bantar_lib.measures.reach import reach, uncertain_entries
from bantar_lib.measures.targets import targets
from bantar_lib.measures.workload import workload
from bantar_lib.study.study import Study


def warm(study: Study, *others: Callable[[Study], object]) -> None:
    """Compute and keep what pages of districts share, so that none of them has to.

    A batch calls it once, before its workers start; they would else compute the same at the same
    time. What cannot be computed is left for the page that needs it to say so.

    Parameters
    ----------
    study : Study
        Opened by :func:`~bantar_lib.study.load_study`.
    *others : callable
        Shared functions of rooms that this one does not know.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> warm(load_study("kampung_bantar"))
    """
    functions: list[Callable[[Study], object]] = [
        execution, reach, uncertain_entries, targets, workload, *others,
    ]  # fmt: skip
    for function in functions:
        with suppress(UserError):
            function(study)
