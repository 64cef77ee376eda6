"""A figure as a file of its own, from which caption, source and words for the blind do not part."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from bantar_lib.errors import UserError
from bantar_lib.present import style
from bantar_lib.present.display import Figure
from bantar_lib.study import Study
from bantar_lib.words import current_language, room_words

_ = room_words("present")

KINDS = ("png", "svg")
_DPI = 300  # for print
_SIZE, _LINE = 7.5, 0.135  # points of a letter, inches of a line
_WIDE = 96  # letters that go on a line


def write_figure(study: Study, figure: Figure, path: Path, *, sources: str = "") -> Path:
    """Write a figure with its caption and source printed under it.

    Parameters
    ----------
    study : Study
        The study, which is named with its licence and the hash of its inputs.
    figure : Figure
        Its drawing is changed and closed.
    path : Path
        A ``.png`` or ``.svg`` file; its folder is made.
    sources : str
        The sources of what is drawn, in words.

    Returns
    -------
    Path
        `path`. The words for who cannot see the figure stand in the file's metadata, and with
        the caption in a text file beside it (``<name>.txt``).

    Raises
    ------
    UserError
        For another kind of file, or one that cannot be written.
    """
    import matplotlib.pyplot as plt

    kind = path.suffix.removeprefix(".").lower()
    if kind not in KINDS:
        raise UserError(_("{file}: a figure is saved as {known}.", file=path.name,
                          known=", ".join(KINDS)))  # fmt: skip
    printed = [f"{figure.caption} {figure.not_shown}", _source(study, sources)]
    _print_below(figure, [line for text in printed for line in _lines(text)])
    said = {"Title": figure.caption, "Description": figure.alt}
    # Without the hour and the program's version the same figure is the same file.
    said |= {"Software": None} if kind == "png" else {"Date": None, "Creator": None}  # type: ignore[dict-item]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.drawing.savefig(path, format=kind, dpi=_DPI, metadata=said)
        beside = "\n\n".join([figure.alt, *printed]) + "\n"
        path.with_suffix(".txt").write_text(beside, encoding="utf-8", newline="\n")
    except OSError as fault:
        raise UserError(_("{file} cannot be written: {why}", file=path,
                          why=fault.strerror or fault)) from None  # fmt: skip
    finally:
        plt.close(figure.drawing)
    return path


def _source(study: Study, sources: str) -> str:
    parts = [
        _("Source: {sources}.", sources=sources) if sources else "",
        _("Study: {title}, licence {licence}, input hash {digest}.",
          title=study.text("title", current_language()),
          licence=study.config.get("licence") or _("not stated"), digest=study.content_hash[:12]),
        _("Made-up data, for practice and tests only.") if study.synthetic else "",
    ]  # fmt: skip
    return " ".join(filter(None, parts))


def _lines(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDE)


def _print_below(figure: Figure, lines: list[str]) -> None:
    """Make room under the drawing and print the lines there; the drawing keeps its size."""
    drawing = figure.drawing
    width, height = drawing.get_size_inches()
    room = _LINE * (len(lines) + 1)
    drawing.set_size_inches(width, height + room)
    engine: Any = drawing.get_layout_engine()
    share = room / (height + room)
    if engine is not None:
        engine.set(rect=(0, share, 1, 1 - share))
    text = drawing.text(
        0.012, share - _LINE / 3 / (height + room), "\n".join(lines), fontsize=_SIZE,
        va="top", ha="left", color=style.INK, linespacing=1.3,
    )  # fmt: skip
    text.set_in_layout(False)  # else it would take its room a second time
