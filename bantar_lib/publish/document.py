"""What a report consists of, before it is Word, PDF, a page or a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bantar_lib.study.report_settings import ReportSettings


@dataclass(frozen=True)
class Heading:
    """A heading; `text` is Markdown, `level` 1 for a chapter."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Prose:
    """Paragraphs or a list in Markdown, names from data escaped; `role` sets the look."""

    markdown: str
    role: str = ""


@dataclass(frozen=True)
class Picture:
    """A figure as PNG with its alternative text (plain) and its caption (Markdown)."""

    png: bytes
    alt: str
    caption: str


@dataclass(frozen=True)
class Grid:
    """A table; heads, cells and caption are plain text.

    Parameters
    ----------
    numeric : tuple of bool
        Which columns are set to the right.
    blank : tuple of int
        Columns that are left to be filled in by hand: they get room.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str
    numeric: tuple[bool, ...]
    blank: tuple[int, ...] = ()


@dataclass(frozen=True)
class Part:
    """Blocks that stand together under one look, such as the letterhead or the signature."""

    role: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class NewPage:
    """The next block begins a page, where there are pages."""


@dataclass(frozen=True)
class Logo:
    """The picture of a letterhead."""

    path: Path
    alt: str


Block = Heading | Prose | Picture | Grid | Part | NewPage | Logo


@dataclass(frozen=True)
class Report:
    """A whole report.

    Parameters
    ----------
    title, subtitle : str
        Plain text.
    lang : {"id", "en"}
    office : ReportSettings
    marks : sequence of str
        What every page says at its head: that it is a draft, that the data are made up.
    seconds : int
        When the notebooks were run, in seconds since 1970: the date of the file.
    blocks : sequence of Block
    """

    title: str
    subtitle: str
    lang: str
    office: ReportSettings
    marks: Sequence[str]
    seconds: int
    blocks: Sequence[Block] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        """Title and place: what the file is called inside."""
        return f"{self.title} · {self.subtitle}"

    def grids(self) -> list[Grid]:
        """Return its tables in order."""
        return [b for b in _flat(self.blocks) if isinstance(b, Grid)]


def _flat(blocks: Sequence[Block]) -> list[Block]:
    found: list[Block] = []
    for block in blocks:
        found.extend(_flat(block.blocks) if isinstance(block, Part) else [block])
    return found
