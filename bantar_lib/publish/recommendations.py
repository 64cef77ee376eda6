"""What the source recommends and what is left to decide: nothing here is of our making."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from bantar_lib.present.tables import shown
from bantar_lib.publish.conclusions import coded_districts
from bantar_lib.publish.document import Grid
from bantar_lib.study import Study
from bantar_lib.words import current_language, room_words

_ = room_words("publish")
_BLANK_ROWS = 4
"""Rows of a follow-up plan that begins empty."""


def responses_of(study: Study, district_id: str) -> pd.DataFrame:
    """Return the links factor → effort → recommendation that concern a district.

    Segments about other districts are left out of each link, and so is a link of which nothing
    is left. Without a district all links come whole.

    Returns
    -------
    DataFrame
        ``response_id, factor, effort, recommendation`` (tuples of segment ids),
        ``inference``.
    """
    about = study.table("segments").set_index("segment_id")["district_id"]
    coded = district_id in coded_districts(study) if district_id else True
    parts = ("factor", "effort", "recommendation")

    def concerns(segment: str) -> bool:
        return not district_id or about.get(segment, "") in (("", district_id) if coded else ("",))

    kept = []
    for row in study.table("responses").to_dict("records"):
        own = {k: tuple(filter(concerns, study.ids(row[k]))) for k in parts}
        if any(own.values()):
            kept.append({"response_id": row["response_id"], **own, "inference": row["inference"]})
    return pd.DataFrame(kept, columns=["response_id", *parts, "inference"])


def recommended(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the links that hold a recommendation of the source."""
    return rows[rows["recommendation"].map(len) > 0]


def recommendations_grid(study: Study, rows: pd.DataFrame) -> Grid:
    """Lay out the source's recommendations with the factor and effort they are linked to."""
    told = _texts(study)
    own = recommended(rows)
    cells = [
        (
            str(n),
            told(r.recommendation),
            told(r.factor),
            told(r.effort),
            _linked(r),
            r.response_id,
        )
        for n, r in enumerate(own.itertuples(), 1)
    ]
    heads = (_("No."), _("Recommendation of the source"), _("Factor it is linked to"),
             _("Effort the source reports"), _("Link is our inference"), _("Link no."))  # fmt: skip
    return Grid(heads, tuple(cells), _("Recommendations, all of them the source's"),
                (False,) * len(heads))  # fmt: skip


def _linked(link: Any) -> str:
    """Say whether a link is our inference; a recommendation alone has none."""
    if not link.factor and not link.effort:
        return "–"
    return _("yes") if link.inference else _("no")


def unanswered_grid(study: Study, rows: pd.DataFrame) -> Grid:
    """Lay out the factors for which the source recommends nothing."""
    told = _texts(study)
    own = rows[(rows["recommendation"].map(len) == 0) & (rows["factor"].map(len) > 0)]
    cells = [
        (str(n), told(r.factor), told(r.effort), r.response_id)
        for n, r in enumerate(own.itertuples(), 1)
    ]
    heads = (_("No."), _("Factor"), _("Effort the source reports"), _("Link no."))
    return Grid(heads, tuple(cells), _("Factors for which the source recommends nothing"),
                (False,) * len(heads))  # fmt: skip


def plan_grid(study: Study, rows: pd.DataFrame) -> Grid:
    """Lay out the follow-up plan: what, who and when are for the office to fill in."""
    told = _texts(study)
    own = recommended(rows)
    cells = [(str(n), told(r.recommendation, ids=False), "", "", "")
             for n, r in enumerate(own.itertuples(), 1)]  # fmt: skip
    heads: tuple[str, ...] = (_("No."), _("Recommendation of the source"), _("Follow-up"),
                              _("Who"), _("When"))  # fmt: skip
    caption = _("Follow-up plan, to be filled in by the office")
    if not cells:  # nor then a column for them
        heads = (heads[0], *heads[2:])
        rows = tuple((str(n), "", "", "") for n in range(1, _BLANK_ROWS + 1))
        return Grid(heads, rows, caption, (False,) * len(heads), blank=(1, 2, 3))
    return Grid(heads, tuple(cells), caption, (False,) * len(heads), blank=(2, 3, 4))


def _texts(study: Study) -> Callable[..., str]:
    segments = shown(study, study.table("segments"))
    texts = segments.set_index("segment_id")[f"text_{current_language()}"]

    def told(segments: Iterable[str], *, ids: bool = True) -> str:
        said = [f"{texts.get(i, i)} ({i})" if ids else str(texts.get(i, i)) for i in segments]
        return " / ".join(said) or "—"

    return told
