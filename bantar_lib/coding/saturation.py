"""Saturation: how many new themes each further source still brings.

After Guest, Namey & Chen (2020): themes that are new in a run of sources, over the distinct themes
of the first few. What is counted are the themes that a coder made while reading, not the
indicators of a framework, which are there from the start.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np
import pandas as pd

from bantar_lib.coding.log import codings
from bantar_lib.coding.ratings import first_coder, root_source
from bantar_lib.errors import UserError
from bantar_lib.study import Study
from bantar_lib.words import room_words

_ = room_words("coding")

COLUMNS = ("order", "k", "source_id", "new", "cumulative", "run_new", "ratio", "reached", "note")


def saturation(
    study: Study,
    coder: str | None = None,
    *,
    base: int = 4,
    run: int = 2,
    threshold: float = 0.05,
    orders: int = 200,
    seed: int = 20200505,
) -> pd.DataFrame:
    """Return the whole curve of new themes over sources, in the order of sampling and others.

    Parameters
    ----------
    study : Study
        A study with a coding log. Sources come in the order of the table sources; parts of one
        source are one, and a source that was coded but brought no theme counts.
    coder : str, optional
        Whose themes; by default the first coder with a log.
    base : int
        Sources whose distinct themes are the yardstick.
    run : int
        Sources in which new themes are sought.
    threshold : float
        Saturation is reached where new themes of a run ÷ themes of the base is at most this.
    orders : int
        Random orders beside that of sampling: a curve depends on which source came first.
    seed : int
        Of the random orders.

    Returns
    -------
    pandas.DataFrame
        One row for each source of each order: order (0: of sampling), k (sources so far),
        source_id, new (themes), cumulative, run_new (new themes among the last `run` sources),
        ratio (run_new ÷ themes of the base), reached, note. Ratio and reached are blank until
        base + run sources are in; the paper reports saturation at k − run sources, confirmed by
        `run` more. note is ``too_few_sources`` (under base + run), ``no_themes`` (the coder made
        none), ``no_themes_in_base`` or blank; without any coded source there is one blank row.

    Raises
    ------
    UserError
        For a base or run under 1, a threshold outside 0–1, or fewer than 0 orders.

    References
    ----------
    Guest, Namey & Chen 2020, PLoS ONE 15(5): e0232076.

    Examples
    --------
    The bundled study's readers made no themes of their own:

    >>> from bantar_lib import load_study
    >>> set(saturation(load_study("kampung_bantar"), orders=5)["note"])
    {'no_themes'}
    """
    if base < 1 or run < 1 or not 0 <= threshold <= 1 or orders < 0:
        raise UserError(_("Saturation needs a base and a run of at least 1, a threshold between 0 "
                          "and 1, and 0 orders or more."))  # fmt: skip
    themes = themes_by_source(study, coder)
    names = list(themes)
    if not names:
        return _typed([{"order": 0, "note": "no_themes"}])
    rng = np.random.default_rng(seed)
    rows = []
    for order in range(orders + 1):
        turn = list(range(len(names))) if order == 0 else list(rng.permutation(len(names)))
        curve = saturation_curve([themes[names[n]] for n in turn], base, run, threshold)
        for n, row in zip(turn, curve, strict=True):
            rows.append({"order": order, "source_id": names[n], **row})
    return _typed(rows)


def saturation_curve(
    themes: Sequence[Set[str]], base: int = 4, run: int = 2, threshold: float = 0.05
) -> list[dict[str, object]]:
    """Return one row for each source of one order; see :func:`saturation`.

    Examples
    --------
    Guest, Namey & Chen's worked figures: 37 themes in the base, 7 new in the first run, 19%.

    >>> sources = [set(range(n)) for n in (20, 28, 34, 37, 41, 44)]
    >>> round(saturation_curve(sources)[-1]["ratio"], 2)
    0.19
    """
    seen: set[str] = set()
    new: list[int] = []
    rows: list[dict[str, object]] = []
    note = "" if len(themes) >= base + run else "too_few_sources"
    yardstick = len(set().union(*themes[:base]))
    if not set().union(*themes):
        note = "no_themes"
    elif not note and not yardstick:
        note = "no_themes_in_base"
    for k, own in enumerate(themes, 1):
        new.append(len(own - seen))
        seen |= own
        row: dict[str, object] = {"k": k, "new": new[-1], "cumulative": len(seen), "note": note}
        if k >= base + run:
            row["run_new"] = sum(new[-run:])
            if yardstick:
                row["ratio"] = sum(new[-run:]) / yardstick
                row["reached"] = row["ratio"] <= threshold  # type: ignore[operator]
        rows.append(row)
    return rows


def themes_by_source(study: Study, coder: str | None = None) -> dict[str, set[str]]:
    """Return the themes that each coded source holds, in the order of the table sources."""
    coded = codings(study, coder or first_coder(study))
    segments = study.table("segments").set_index("segment_id")["source_id"]
    source = coded["segment_id"].map(segments).fillna("")
    coded["source"] = source.where(source != "", coded["source_id"])
    sources = study.table("sources")
    part_of = sources.set_index("source_id")["part_of"]
    indicators = {i.id for i in study.framework.indicators}
    found: dict[str, set[str]] = {}
    for name, code in zip(coded["source"], coded["code"], strict=True):
        if name:
            held = found.setdefault(root_source(part_of, name), set())
            if code and code not in indicators:
                held.add(code)
    place = {s: n for n, s in enumerate(sources["source_id"])}
    return {s: found[s] for s in sorted(found, key=lambda s: place.get(s, len(place)))}


def _typed(rows: list[dict[str, object]]) -> pd.DataFrame:
    table = pd.DataFrame(rows).reindex(columns=list(COLUMNS))
    table[["source_id", "note"]] = table[["source_id", "note"]].astype("object").fillna("")
    whole = dict.fromkeys(("order", "k", "new", "cumulative", "run_new"), "Int64")
    return table.astype({**whole, "ratio": "Float64", "reached": "boolean"})
