"""Results that depend on coding logs, computed once for as long as no log changes.

A page asks for the same reading of the evidence many times: for its summary, a figure, tables.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import pandas as pd

from bantar_lib.study import Study
from bantar_lib.study.coding_logs import log_files

Function = TypeVar("Function", bound=Callable[..., pd.DataFrame])


def while_logs_stay(function: Function) -> Function:
    """Make a function of a study's coding logs compute each result once until a log changes.

    Results are held with the :class:`~bantar_lib.study.Study` they were computed from, in memory
    alone, since logs may be private. An error is not held. Each call returns a copy.

    Parameters
    ----------
    function : callable
        It takes a study first, then texts or None, and returns a table that depends on nothing
        but these, the study's tables and its logs.

    Returns
    -------
    callable
        With the same signature.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> times = []
    >>> @while_logs_stay
    ... def coders(study):
    ...     times.append(1)
    ...     return study.table("coders")
    >>> study = load_study("kampung_bantar")
    >>> coders(study).equals(coders(study)), len(times)
    (True, 1)
    """
    signature = inspect.signature(function)

    @wraps(function)
    def once(study: Study, *args: Any, **kwargs: Any) -> pd.DataFrame:
        held: dict[Any, pd.DataFrame] = vars(study).setdefault("_of_logs", {})
        stamp = tuple((str(p), s.st_size, s.st_mtime_ns, s.st_ctime_ns)
                      for p, s in ((p, p.stat()) for p in log_files(study.path)))  # fmt: skip
        if vars(study).get("_logs") != stamp:
            held.clear()
            vars(study)["_logs"] = stamp
        bound = signature.bind(study, *args, **kwargs)
        bound.apply_defaults()
        call = (function.__name__, *bound.args[1:], *bound.kwargs.values())
        if call not in held:
            held[call] = function(study, *args, **kwargs)
        return held[call].copy()

    return cast(Function, once)
