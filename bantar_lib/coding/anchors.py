"""Whether coded spans still stand where the logs say, and where else they may stand."""

from __future__ import annotations

import pandas as pd

from bantar_lib.coding.documents import find_document, read_document
from bantar_lib.coding.log import logs
from bantar_lib.coding.spans import find_again
from bantar_lib.coding.state import state_of
from bantar_lib.errors import UserError
from bantar_lib.study import Study


def anchors(study: Study, coder: str | None = None) -> pd.DataFrame:
    """Look for every coded span in its document as it is now.

    What has moved or changed is a proposal: a person confirms it with
    :meth:`~.coding_log.CodingLog.reanchor`, and only then the log says so.

    Parameters
    ----------
    study : Study
        A study with coding logs.
    coder : str, optional
        Only this coder's spans.

    Returns
    -------
    pandas.DataFrame
        coder, event (the coding), document, start, end, quote (as logged), status (``exact``,
        ``moved``, ``ambiguous``, ``changed`` or ``lost`` as in :func:`~.spans.find_again`;
        ``no_document`` where the file is missing or unreadable), new_start, new_end, new_quote
        (the proposal), candidates (their number).

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> len(anchors(load_study("kampung_bantar")))  # its readers coded segments, not documents
    0
    """
    texts: dict[str, str | None] = {}
    rows = []
    for name, events in logs(study, coder).items():
        for coding in state_of(events).live():
            if "span" not in coding:
                continue
            span = coding["span"]
            document = str(span["document"])
            if document not in texts:
                texts[document] = _text(study, document)
            text = texts[document]
            row = {"coder": name, "event": coding["id"], "document": document,
                   "start": span["start"], "end": span["end"], "quote": span["quote"]}  # fmt: skip
            if text is None:
                rows.append(row | {"status": "no_document", "candidates": 0})
                continue
            found = find_again(span, text)
            rows.append(row | {
                "status": found.status,
                "new_start": found.start,
                "new_end": found.end,
                "new_quote": "" if found.start is None else text[found.start : found.end],
                "candidates": len(found.candidates),
            })  # fmt: skip
    columns = ["coder", "event", "document", "start", "end", "quote", "status", "new_start",
               "new_end", "new_quote", "candidates"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table["new_quote"] = table["new_quote"].fillna("")
    return table.astype(dict.fromkeys(("start", "end", "new_start", "new_end"), "Int64"))


def _text(study: Study, document: str) -> str | None:
    try:
        return read_document(find_document(study, document)).text
    except UserError:
        return None
