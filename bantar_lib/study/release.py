"""What of a source may leave a study: its words, a paraphrase, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from bantar_lib.study.study import Study


def releases(study: Study) -> dict[str, str]:
    """Return each source's release; a part of a source that may not leave may not either.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> releases(load_study("kampung_bantar"))["article"]
    'paraphrase'
    """
    return releases_of(study.table("sources"))


def releases_of(sources: pd.DataFrame) -> dict[str, str]:
    """Return the same from the table of sources: source_id, release and part_of."""
    own = dict(zip(sources["source_id"], sources["release"], strict=True))
    above = dict(zip(sources["source_id"], sources["part_of"], strict=True))

    def closed(source: str) -> bool:
        seen: set[str] = set()
        while source in own and source not in seen:
            if own[source] not in ("quote", "paraphrase"):
                return True
            seen.add(source)
            source = above[source]
        return False

    return {source: "none" if closed(source) else release for source, release in own.items()}
