"""Results that depend on a whole study, computed once and used by every district's page."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import pandas as pd

from bantar_lib import store
from bantar_lib.study.study import Study

Function = TypeVar("Function", bound=Callable[..., pd.DataFrame])
Place = tuple[str, str]

_MOST_HELD = 64
_held: OrderedDict[Place, pd.DataFrame] = OrderedDict()


def shared(function: Function) -> Function:
    """Make a function of a study compute each result once for as long as the study stays.

    The result is held in this process, and kept on disk (:mod:`bantar_lib.store`) under the
    study's content, the function and its other arguments. It is computed as without this wherever
    it cannot be kept: for a study put together in memory or changed since it was opened, for
    a table given instead of a study, and with arguments that are no plain values. An error is
    not kept. Each call returns a copy.

    Parameters
    ----------
    function : callable
        A function of a module. It takes a study first and returns a table that depends on
        nothing but its arguments: not on the language, the clock or ``private/``.

    Returns
    -------
    callable
        With the same signature.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> times = []
    >>> @shared
    ... def large_districts(study, units=100):
    ...     times.append(units)
    ...     table = study.districts
    ...     return table[table["units"] > units].reset_index(drop=True)
    >>> study = load_study("kampung_bantar")
    >>> len(large_districts(study)), len(large_districts(study, units=100)), len(times) <= 1
    (8, 8, True)
    """
    signature = inspect.signature(function)

    @wraps(function)
    def once(*args: Any, **kwargs: Any) -> pd.DataFrame:
        place = _place(function, signature, args, kwargs)
        if place is None:
            return function(*args, **kwargs)
        frame = _held.get(place)
        if frame is None:
            frame = store.fetch(*place)
        if frame is None:
            frame = function(*args, **kwargs)
            study = signature.bind(*args, **kwargs).args[0]
            if not study.opened.holds(study.path, study.framework):
                return frame
            store.keep(*place, frame)
        _hold(place, frame)
        return frame.copy()

    return cast(Function, once)


def kept_rows(
    function: Callable[[Study], pd.DataFrame], study: Study, district_id: str
) -> pd.DataFrame | None:
    """Return one district's rows of a shared result, or None where it is not kept.

    Of a result on disk the rows of other districts are not built.

    Parameters
    ----------
    function : callable
        Made by :func:`shared`, with a column ``district_id`` in its result.
    study : Study
        The study.
    district_id : str
        The district's code.

    Examples
    --------
    >>> from bantar_lib.study import load_study
    >>> @shared
    ... def all_districts(study):
    ...     return study.districts
    >>> study = load_study("kampung_bantar")
    >>> _table = all_districts(study)
    >>> kept_rows(all_districts, study, "15.71.07")["name"].tolist()
    ['Kota Baru']
    """
    plain = inspect.unwrap(function)
    place = _place(plain, inspect.signature(plain), (study,), {})
    if place is None:
        return None
    if place not in _held:
        return store.fetch(*place, district=district_id)
    whole = _held[place]
    return whole[whole["district_id"] == district_id].reset_index(drop=True)


def _hold(place: Place, frame: pd.DataFrame) -> None:
    _held[place] = frame
    _held.move_to_end(place)
    while len(_held) > _MOST_HELD:
        _held.popitem(last=False)


def _place(function: Any, signature: inspect.Signature, args: Any, kwargs: Any) -> Place | None:
    """Return under what a call's result is kept; None where it is not to be kept."""
    try:
        call = signature.bind(*args, **kwargs)
    except TypeError:
        return None  # the call itself says what is wrong
    call.apply_defaults()
    (_first, study), *given = call.arguments.items()
    # A function inside another may depend on more than its arguments.
    if not isinstance(study, Study) or study.opened is None or "<" in function.__qualname__:
        return None
    try:
        text = json.dumps([[name, _plain(value)] for name, value in given])
    except TypeError:
        return None
    digest = hashlib.sha256(f"{function.__module__}\0{text}".encode()).hexdigest()[:16]
    return study.opened.content_hash, f"{function.__name__}-{digest}"


def _plain(value: Any) -> Any:
    """Return a value as JSON; a list counts as the same numbers in a tuple or range."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, list | tuple | range):
        return [_plain(v) for v in value]
    raise TypeError(type(value))
