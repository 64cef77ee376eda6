"""The form of a study: which tables it may have, and which columns each table has.

This module is the one place that knows column names and types. ``data/dictionary.csv`` says in
words, in both languages, what each column means; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "code", "int", "number", "year", "date", "bool", "choice", "ids"]
"""What a cell holds. ``code`` is text that looks like a number (an area code): it is never read
as one. ``ids`` is a list of identifiers separated by ``|``. ``bool`` is ``yes`` or ``no``."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Heading, as it stands in the file.
    kind : Kind
        What its cells hold.
    required : bool
        Whether the heading must be there and each cell filled.
    heading : bool
        Whether the heading must be there although a cell may be blank (blank = unknown).
    choices : tuple of str
        The allowed words of a ``choice``.
    refers_to : str
        ``table.column``, ``study.stage`` or ``framework.indicator``: where the cell's value
        (for ``ids``: each of them) must be found.
    aliases : tuple of str
        Other headings, Indonesian ones among them, that are read as this column.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    heading: bool = False
    choices: tuple[str, ...] = ()
    refers_to: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table of a study.

    Parameters
    ----------
    name : str
        File name without its ending, and sheet name in ``study.xlsx``.
    columns : tuple of Column
        In the order in which they are written.
    key : tuple of str
        The columns that together name a row once.
    required : bool
        Whether a study must have it.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    required: bool = False
    names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", frozenset(c.name for c in self.columns))

    def column(self, name: str) -> Column:
        """Return the column called `name`; ``KeyError`` where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


SEGMENT_KINDS = ("finding", "element", "actor", "factor", "effort", "recommendation")
SOURCE_KINDS = (
    "author_statement",  # what the author of a report says in his or her own voice
    "document",
    "observation",
    "interview",
    "statistic",
    "dataset",
    "press",
    "website",
)
RELEASES = ("quote", "paraphrase", "none")
VALENCES = ("supports", "inhibits", "mixed", "neutral")
SLIPS = ("arithmetic", "labelling", "cross_reference", "conceptual")
SAYS = (
    "stated",  # the source's own words say it
    "implied",  # a reader's reading of a heading, a table or a sentence
    "layout",  # numbering, headings, captions, footnotes
)
CLAIM_VERDICTS = (
    "agrees",  # the data say the same
    "agrees_rounded",  # the same, after rounding as printed
    "differs",  # the data say something else
    "inconsistent",  # the source says something else elsewhere
    "no_evidence",  # stated, with nothing shown for it
    "cannot_be_checked",  # nothing at hand could show it or refute it
)
ROLE_GAPS = ("as_mandated", "partly", "not_as_mandated", "unknown")
ELEMENT_STATUSES = ("reported_present", "reported_partly", "reported_absent", "no_evidence")
RATINGS = (
    "strongly_inhibits",
    "leans_inhibits",
    "contested",
    "leans_supports",
    "strongly_supports",
    "insufficient_evidence",
)
CONFIDENCES = ("high", "moderate", "low", "very_low")


def _bilingual(name: str, *, required: bool = False) -> tuple[Column, Column]:
    return (
        Column(f"{name}_id", required=required),
        Column(f"{name}_en", required=required),
    )


_DISTRICT = Column(
    "district_id",
    "code",
    required=True,
    refers_to="districts.district_id",
    aliases=("kode", "kode_kecamatan"),
)
_SOURCE = Column(
    "source_id", required=True, refers_to="sources.source_id", aliases=("sumber", "id_sumber")
)
_SECTION = Column("section", aliases=("bagian",))
_PARAGRAPH = Column("paragraph", aliases=("paragraf",))
_SEGMENTS = Column("segment_ids", "ids", refers_to="segments.segment_id")

DISTRICTS = Table(
    "districts",
    (
        Column("district_id", "code", required=True, aliases=("kode", "kode_kecamatan")),
        Column("name", required=True, aliases=("nama", "kecamatan")),
        Column("aliases", "ids", aliases=("nama_lain",)),
        Column("parent", aliases=("induk", "kota")),
        Column("subdistricts", "int", aliases=("jumlah_kelurahan",)),
        Column("units", "int", heading=True, aliases=("jumlah_rt",)),
        Column("facilitators", "int", aliases=("sarjana_pendamping",)),
        Column("boundary_year", "year", aliases=("tahun_batas",)),
        Column("tile_row", "int"),
        Column("tile_column", "int"),
        Column("source_id", refers_to="sources.source_id", aliases=("sumber", "id_sumber")),
        Column("note", aliases=("catatan",)),
    ),
    key=("district_id",),
    required=True,
)

COUNTS = Table(
    "counts",
    (
        _DISTRICT,
        Column("year", "year", required=True, aliases=("tahun",)),
        Column("stage", required=True, refers_to="study.stage", aliases=("tahap",)),
        Column("count", "int", heading=True, aliases=("jumlah", "banyaknya")),
        _SOURCE,
        Column("known", aliases=("catatan_diketahui",)),
        Column("note", aliases=("catatan",)),
    ),
    key=("district_id", "year", "stage", "source_id"),
    required=True,
)

SOURCES = Table(
    "sources",
    (
        Column("source_id", required=True),
        Column("part_of", refers_to="sources.source_id"),
        Column("kind", "choice", required=True, choices=SOURCE_KINDS),
        *_bilingual("title", required=True),
        Column("locator"),
        Column("citation"),
        Column("licence"),
        Column("role"),
        Column("sampled", "choice", choices=("purposive", "snowball", "census", "not_stated")),
        Column("referred_by", refers_to="sources.source_id"),
        Column("release", "choice", required=True, choices=RELEASES),
        Column("retrieved", "date"),
        *_bilingual("note"),
    ),
    key=("source_id",),
    required=True,
)

PUBLISHED = Table(
    "published",
    (
        _SOURCE,
        Column("table", required=True),
        Column("row", required=True),
        Column("district_id", "code", refers_to="districts.district_id"),
        Column("column", required=True),
        Column("year", "year"),
        Column("stage", refers_to="study.stage"),
        Column("printed", heading=True),
    ),
    key=("source_id", "table", "row", "column"),
)

CLAIMS = Table(
    "claims",
    (
        Column("claim_id", required=True),
        _SOURCE,
        _SECTION,
        _PARAGRAPH,
        *_bilingual("text", required=True),
        Column("kind", "choice", required=True, choices=("numeric", "categorical")),
        Column("says", "choice", choices=SAYS),
        Column("check"),
        Column("arguments"),
        Column("stated"),
        Column("verdict", "choice", choices=CLAIM_VERDICTS),
        Column("slip", "choice", choices=SLIPS),
        Column("same_slip", refers_to="claims.claim_id"),
        *_bilingual("why"),
        _SEGMENTS,
    ),
    key=("claim_id",),
)

SEGMENTS = Table(
    "segments",
    (
        Column("segment_id", required=True),
        Column("district_id", "code", refers_to="districts.district_id"),
        _SOURCE,
        _SECTION,
        _PARAGRAPH,
        Column("kind", "choice", required=True, choices=SEGMENT_KINDS),
        Column("datum", required=True),
        *_bilingual("text", required=True),
        Column("document"),
        Column("start", "int"),
        Column("end", "int"),
        Column("inference", "bool"),
        *_bilingual("note"),
    ),
    key=("segment_id",),
)

CODERS = Table(
    "coders",
    (
        Column("coder_id", required=True),
        *_bilingual("name", required=True),
        Column("kind", "choice", required=True, choices=("person", "model", "not_stated")),
        *_bilingual("training"),
        *_bilingual("seen"),
        Column("blind", "bool", required=True),
        *_bilingual("unit"),
        Column("coded_on", "date"),
        *_bilingual("note"),
    ),
    key=("coder_id",),
)

ACTORS = Table(
    "actors",
    (
        Column("actor_id", required=True),
        *_bilingual("name", required=True),
        *_bilingual("mandated"),
        *_bilingual("actual"),
        Column("gap", "choice", required=True, choices=ROLE_GAPS),
        Column("inference", "bool"),
        _SEGMENTS,
        *_bilingual("note"),
    ),
    key=("actor_id",),
)

ELEMENTS = Table(
    "elements",
    (
        Column("element", required=True),
        Column("district_id", "code", refers_to="districts.district_id"),
        *_bilingual("element", required=True),
        *_bilingual("criterion", required=True),
        Column("status", "choice", required=True, choices=ELEMENT_STATUSES),
        Column("inference", "bool"),
        _SEGMENTS,
        *_bilingual("note"),
    ),
    key=("element",),
)

RESPONSES = Table(
    "responses",
    (
        Column("response_id", required=True),
        Column("factor", "ids", refers_to="segments.segment_id"),
        Column("effort", "ids", refers_to="segments.segment_id"),
        Column("recommendation", "ids", refers_to="segments.segment_id"),
        Column("inference", "bool"),
        *_bilingual("note"),
    ),
    key=("response_id",),
)

JUDGEMENTS = Table(
    "judgements",
    (
        _DISTRICT,
        Column("indicator", required=True, refers_to="framework.indicator"),
        Column("rating", "choice", required=True, choices=RATINGS),
        Column("confidence", "choice", choices=CONFIDENCES),
        *_bilingual("reason", required=True),
        Column("by", required=True),
        Column("on", "date", required=True),
    ),
    key=("district_id", "indicator", "by"),
)

TARGETS = Table(
    "targets",
    (
        Column("district_id", "code", refers_to="districts.district_id"),
        Column("year", "year", required=True),
        Column("stage", required=True, refers_to="study.stage"),
        Column("target", "number", required=True),
        _SOURCE,
    ),
    key=("district_id", "year", "stage", "source_id"),
)

BUDGET = Table(
    "budget",
    (
        Column("district_id", "code", refers_to="districts.district_id"),
        Column("year", "year", required=True),
        Column("allotted", "number", heading=True),
        Column("spent", "number", heading=True),
        _SOURCE,
    ),
    key=("district_id", "year", "source_id"),
)

REGISTER = Table(
    "register",
    (
        Column("unit_id", "code", required=True),
        _DISTRICT,
        Column("year", "year", required=True),
        Column("stage", required=True, refers_to="study.stage"),
    ),
    key=("unit_id", "district_id", "year", "stage"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        DISTRICTS,
        COUNTS,
        SOURCES,
        PUBLISHED,
        CLAIMS,
        SEGMENTS,
        CODERS,
        ACTORS,
        ELEMENTS,
        RESPONSES,
        JUDGEMENTS,
        TARGETS,
        BUDGET,
        REGISTER,
    )
}
"""Every table a study may have, by name."""

CODING_EVENTS = (
    "code",
    "uncode",
    "memo",
    "undo",
    "change",
    "reanchor",
    "make",
    "rename",
    "move",
    "merge",
    "split",
    "repair",
)
"""What a line of ``codings/<coder>.jsonl`` may record."""
