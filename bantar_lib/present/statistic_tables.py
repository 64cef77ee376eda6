"""Tables of statistics for the annex."""

from __future__ import annotations

import pandas as pd

from bantar_lib import measures
from bantar_lib.present.display import Table
from bantar_lib.present.terms import terms
from bantar_lib.study import Study
from bantar_lib.words import listing, number, room_words

_ = room_words("present")

MOST_DISTRICTS = 60
"""With more districts than this, separable pairs are counted and not listed."""


def separable_table(study: Study, execution: pd.DataFrame) -> Table:
    """Lay out, for each district, those that it is very probably higher than (at least 95%).

    Parameters
    ----------
    study : Study
        For its words.
    execution : pandas.DataFrame
        As :func:`bantar_lib.execution` returns it.

    Examples
    --------
    >>> from bantar_lib import execution, load_study
    >>> study = load_study("kampung_bantar")
    >>> len(separable_table(study, execution(study)).frame)  # no pair has Danau Sipin on top
    7
    """
    words = terms(study)
    known = int(execution["rate"].notna().sum())
    listed = known <= MOST_DISTRICTS
    pairs = measures.separable_pairs(execution) if listed else pd.DataFrame()
    columns = [words["district"].capitalize(), _("very probably higher than"), _("pairs")]
    rows = []
    if len(pairs):
        for _id, own in pairs.sort_values(["higher", "higher_id"]).groupby("higher_id", sort=False):
            lower = listing(sorted(own["lower"]))
            rows.append((own["higher"].iloc[0], lower, number(len(own))))
    frame = pd.DataFrame(rows, columns=columns)
    caption = _("Pairs of {districts} that can be told apart: the rate of the first is very "
                "probably higher (probability ≥ 95% under the pooled model, which takes entries as "
                "independent of each other; alphabetical)", **words)  # fmt: skip
    if not listed:
        caption += ". " + _("Not listed for {n} {districts}.", n=number(known), **words)
    # Without any pair the sentence on them has said so; that they are not listed only this says.
    return Table(frame, caption, (_("pairs"),), optional=listed)
