"""A coded document without a kernel: plain HTML and plain text that need no program."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from bantar_lib.lab.desk import Desk
from bantar_lib.lab.paragraphs import Paragraph
from bantar_lib.present.evidence_figures import indicator_labels, valence_label
from bantar_lib.words import room_words

_ = room_words("lab")
_in_html = room_words("lab", escape=lambda text: html.escape(text, quote=True))

MOST_LETTERS = 60_000
"""A document that is longer shows only its coded paragraphs, so that a notebook stays small."""
SIGNS = {"supports": "+", "inhibits": "−", "mixed": "±", "neutral": "○"}
_STYLES = {"supports": "solid", "inhibits": "dashed", "mixed": "double", "neutral": "dotted"}

Coding = Mapping[str, Any]


def still_html(desk: Desk) -> str:
    """Return the coder's document as HTML that says all in text, for where no kernel runs.

    Everything from data is escaped. Where the document's source does not release its words, none
    of them appear, nor memos, nor what a private document is called.
    """
    if not desk.shelved.quotable:
        return f"<p>{html.escape(still_text(desk))}</p>"
    codings = [c for c in desk.codings() if c["status"] == "exact"]
    title = html.escape(desk.document)
    heading = _in_html("{document}, as coded by {coder}", document=desk.document, coder=desk.coder)
    parts = [f'<section class="bantar-still" aria-label="{title}">', f"<p><b>{heading}</b></p>"]
    if not codings:
        parts.append(f"<p>{_in_html('No codings yet.')}</p>")
    parts += _text(desk, codings)
    if codings:
        labels = _labels(desk)
        items = "".join(_item(coding, labels) for coding in codings)
        parts.append(f"<p><b>{_in_html('Codings')}</b></p><ol>{items}</ol>")
    return "".join([*parts, "</section>"])


def _text(desk: Desk, codings: Sequence[Coding]) -> list[str]:
    shown, left_out = [], 0
    whole = len(desk.text) <= MOST_LETTERS
    numbered = list(enumerate(codings, 1))
    for paragraph in desk.paragraphs:
        inside = [(n, c) for n, c in numbered
                  if c["start"] < paragraph.end and c["end"] > paragraph.start]  # fmt: skip
        if inside or whole:
            shown.append(f'<p dir="auto">{_paragraph(paragraph, inside)}</p>')
        else:
            left_out += 1
    if left_out:
        note = _in_html("{n} paragraph without codings is left out here.",
                        plural="{n} paragraphs without codings are left out here.",
                        n=left_out)  # fmt: skip
        shown.append(f"<p><i>{note}</i></p>")
    return shown


def _paragraph(paragraph: Paragraph, inside: list[tuple[int, Coding]]) -> str:
    """Return a paragraph in pieces, cut wherever a coding begins or ends."""
    edges = sorted({paragraph.start, paragraph.end,
                    *(min(max(c[k], paragraph.start), paragraph.end)
                      for _n, c in inside for k in ("start", "end"))})  # fmt: skip
    parts = []
    for start, end in pairwise(edges):
        piece = html.escape(paragraph.text[start - paragraph.start : end - paragraph.start])
        over = [c for _n, c in inside if c["start"] <= start and c["end"] >= end]
        if over:
            style = _STYLES.get(over[-1]["valence"], "solid")
            piece = (f'<mark style="background:none;color:inherit;border-bottom:3px {style}">'
                     f"{piece}</mark>")  # fmt: skip
        ends = [f"{n}{SIGNS.get(c['valence'], '')}" for n, c in inside if c["end"] == end]
        parts.append(piece + (f"<sup>[{', '.join(ends)}]</sup>" if ends else ""))
    return "".join(parts)


def _labels(desk: Desk) -> dict[str, str]:
    return indicator_labels(desk.study.framework) | desk.log.codes


def _item(coding: Coding, labels: Mapping[str, str]) -> str:
    label = html.escape(labels.get(coding["code"], coding["code"]))
    valence = html.escape(valence_label(coding["valence"]))
    quote = html.escape(" ".join(coding["quote"].split()))
    memo = f"<br><i>{html.escape(coding['memo'])}</i>" if coding["memo"] else ""
    sign = SIGNS.get(coding["valence"], "")
    return f"<li><b>{label}</b>: {sign} {valence}. <q>{quote}</q>{memo}</li>"


def still_text(desk: Desk) -> str:
    """Return the codings as plain text, with the same words left out."""
    if not desk.shelved.quotable:
        return _("The words of this document may not be shown: its source does not release them. "
                 "Open the notebook where the study is kept to see them.")  # fmt: skip
    labels = _labels(desk)
    lines = [_("{document}, as coded by {coder}", document=desk.document, coder=desk.coder)]
    for n, coding in enumerate((c for c in desk.codings() if c["status"] == "exact"), 1):
        label = labels.get(coding["code"], coding["code"])
        quote = " ".join(coding["quote"].split())
        lines.append(f"{n}. {label}: {valence_label(coding['valence'])}. “{quote}”")
    return "\n".join(lines if len(lines) > 1 else [*lines, _("No codings yet.")])
