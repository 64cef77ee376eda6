"""A text in paragraphs, each with its place counted in code points."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """A line of a text that holds words.

    Parameters
    ----------
    start : int
        Its place in the text, in code points.
    text : str
        Without line end.
    gap : bool
        Whether a blank line stands before it.
    """

    start: int
    text: str
    gap: bool

    @property
    def end(self) -> int:
        """The place after its last letter."""
        return self.start + len(self.text)


def paragraphs(text: str) -> list[Paragraph]:
    r"""Return the lines of a text that hold words; only a newline ends one.

    Examples
    --------
    >>> [(p.start, p.text, p.gap) for p in paragraphs("Tanya 🙂\n\nJawab\n")]
    [(0, 'Tanya 🙂', False), (9, 'Jawab', True)]
    """
    found: list[Paragraph] = []
    start, gap = 0, False
    for line in text.split("\n"):
        if line.strip():
            found.append(Paragraph(start, line, gap and bool(found)))
        gap = not line.strip()
        start += len(line) + 1
    return found
