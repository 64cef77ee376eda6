"""Proposes what each column of a recap is, from its headings and from how its figures add up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bantar_lib.study.numbers import whole_number
from bantar_lib.study.recap import headings as words
from bantar_lib.study.recap.sheet import letter
from bantar_lib.study.recap.table import AREA_WORDS, Recap, plain
from bantar_lib.words import current_language, room_words

if TYPE_CHECKING:
    import pandas as pd

_ = room_words("scaffold")

TakenAs = Literal[
    "number",  # of the row
    "district",
    "parent",  # what the districts lie in
    "subdistrict",
    "unit",  # the name of one unit
    "code",  # of the district
    "year",
    "units",  # how many there are
    "subdistricts",  # how many there are
    "count",
    "total",  # across columns
    "percent",
    "printed",  # another figure: kept as printed, counted nowhere
    "left_out",  # a text, perhaps a person's name: not kept
]
"""What a column of a recap can be taken as."""

DASHES = frozenset({"-", "–", "—"})
_ENOUGH = 1 / 3
"""The share of rows in which figures must agree for a sum or percentage to be recognised. Printed
totals are often wrong, and agreement by chance in a third of the rows is not to be expected."""


@dataclass(frozen=True)
class MappedColumn:
    """A column of the recap and what it is taken as.

    Parameters
    ----------
    index : int
        From 0.
    heading : str
        Its headings, from the top one down.
    word : str
        The headings as plain text without years.
    taken_as : str
        One of :data:`TakenAs`.
    year : int, optional
        The year of a count; None where it is not known or stands in a column of its own.
    stage : str
        The stage of a count; blank where the word is not known.
    sure : bool
        Whether a person need not look.
    why : str
        Where the year or stage came from, or why it is not sure.
    parts : tuple of int
        Of a total: the columns it adds up. Of a percentage: what, of what.
    """

    index: int
    heading: str
    word: str
    taken_as: TakenAs
    year: int | None = None
    stage: str = ""
    sure: bool = True
    why: str = ""
    parts: tuple[int, ...] = ()


@dataclass(frozen=True)
class Mapping:
    """A recap with a meaning for each of its columns."""

    recap: Recap
    columns: tuple[MappedColumn, ...]

    def of(self, *kinds: TakenAs) -> tuple[MappedColumn, ...]:
        """Return the columns taken as one of `kinds`."""
        return tuple(c for c in self.columns if c.taken_as in kinds)

    @property
    def unknown_words(self) -> dict[str, str]:
        """Words over counts that name no known stage: the question's key → the words."""
        return {
            f"stage.{words.slug(c.word) or 'count'}": c.word
            for c in self.of("count")
            if not c.stage
        }

    @property
    def without_year(self) -> tuple[MappedColumn, ...]:
        """Counts of which no heading, title or column says the year."""
        return () if self.of("year") else tuple(c for c in self.of("count") if c.year is None)

    @property
    def title(self) -> str:
        """The lines above the table as one, or the file's name."""
        return " ".join(self.recap.titles) or self.recap.path.stem

    def table(self) -> pd.DataFrame:
        """Return the mapping as a table to look through, headings in the current language."""
        import pandas as pd

        kinds = {
            "number": _("row number"), "district": _("district"), "parent": _("larger area"),
            "subdistrict": _("kelurahan (village)"), "unit": _("name of a unit"),
            "code": _("district code"), "year": _("year"), "units": _("number of units"),
            "subdistricts": _("number of kelurahan (villages)"), "count": _("count"),
            "total": _("total across columns"), "percent": _("percentage"),
            "printed": _("kept as printed"), "left_out": _("left out"),
        }  # fmt: skip
        stages = {s.id: s.label[current_language()] for s in words.STAGES}
        rows = [
            (letter(c.index), c.heading, kinds[c.taken_as], str(c.year or ""),
             stages.get(c.stage, c.stage),
             _("yes") if c.sure else _("no"), c.why)
            for c in self.columns
        ]  # fmt: skip
        heads = [_("column"), _("heading"), _("taken as"), _("year"), _("stage"), _("sure"),
                 _("why")]  # fmt: skip
        return pd.DataFrame(rows, columns=heads)


def propose_mapping(recap: Recap) -> Mapping:
    r"""Propose what each column of a recap is.

    Parameters
    ----------
    recap : Recap
        What :func:`~bantar_lib.study.recap.table.read_recap` returned.

    Returns
    -------
    Mapping
        Nothing in it is asked of anybody yet; see
        :func:`~bantar_lib.study.recap.questions.open_questions`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from bantar_lib.study.recap import read_recap
    >>> file = Path(tempfile.mkdtemp()) / "rekap.csv"
    >>> _ = file.write_text("Kecamatan;Jumlah RT;Diusulkan 2021\nMelati;40;12\n")
    >>> [(c.taken_as, c.year, c.stage) for c in propose_mapping(read_recap(file)).columns]
    [('district', None, ''), ('units', None, ''), ('count', 2021, 'proposed')]
    """
    columns = [_first_guess(recap, n) for n in range(len(recap.headings))]
    columns = _with_units(recap, columns)
    columns = _from_titles(recap, columns)
    return with_sums(Mapping(recap, tuple(columns)))


def figure(text: str) -> int | None:
    """Read a count as printed; blank and a dash are unknown, a footnote's asterisk is passed over.

    Raises
    ------
    ValueError
        For what is no whole number.

    Examples
    --------
    >>> figure(" 1.234 "), figure("-"), figure("12*")
    (1234, None, 12)
    """
    text = text.strip().rstrip("*)").strip()
    return None if not text or text in DASHES else whole_number(text)[0]


# Columns one by one ------------------------------------------------------------------------------


def _first_guess(recap: Recap, index: int) -> MappedColumn:
    path = recap.headings[index]
    word = words.word_of(path)
    column = MappedColumn(index, " / ".join(path), word, "left_out")
    if (area := _area(recap, index)) is not None:
        return replace(column, taken_as=area)
    cells = [t for row in recap.details if (t := row.cells[index].strip())]
    numeric = sum(bool(words.NUMERIC.fullmatch(t)) for t in cells) * 2 >= max(len(cells), 1)
    for pattern, kind in _BY_HEADING:
        if pattern.fullmatch(word or plain(column.heading)):
            return replace(column, taken_as=kind)
    if words.CODE.fullmatch(word):
        return replace(column, taken_as="code" if _one_a_district(recap, index) else "left_out")
    shares = sum(t.endswith("%") for t in cells) * 2 > len(cells)
    if words.PERCENT.search(column.heading.casefold()) or shares:
        return replace(column, taken_as="percent")
    if words.UNITS.fullmatch(word) and _names_units(recap, word):
        return replace(column, taken_as="unit")
    if not cells or not numeric or not path:
        kept: TakenAs = "printed" if cells and numeric else "left_out"
        return replace(column, taken_as=kept, sure=not cells, why=_("no figures") if path else "")
    if words.PERSONAL.search(word):
        return replace(column, taken_as="left_out")
    if words.MONEY_OR_TARGET.search(word):
        return replace(column, taken_as="printed")
    years = words.years_in(path)
    stage = words.stage_in(path)
    return replace(
        column,
        taken_as="total" if words.TOTAL_LEAF.fullmatch(words.word_of(path[-1:])) else "count",
        year=years[0] if len(years) == 1 else None,
        stage=stage,
        sure=bool(stage),
        why="" if stage else _("no word for a stage that is known"),
    )


_BY_HEADING: tuple[tuple[re.Pattern[str], TakenAs], ...] = (
    (words.NUMBER, "number"),
    (words.YEAR_COLUMN, "year"),
    (words.UNIT_LABEL, "unit"),
    (words.NOTE, "left_out"),
    (words.SUBDISTRICTS, "subdistricts"),
)


def _area(recap: Recap, index: int) -> TakenAs | None:
    # The first word of AREA_WORDS that heads a column makes it the district; what is larger
    # holds the districts, what is smaller lies in them.
    found = [w for w in AREA_WORDS if w in recap.area_columns]
    for word in found:
        if recap.area_columns[word] == index:
            if word == found[0]:
                return "district"
            return "parent" if word == "regency" else "subdistrict"
    return None


def district_column(recap: Recap) -> int:
    """Return the column (from 0) of the districts."""
    return next(recap.area_columns[w] for w in AREA_WORDS if w in recap.area_columns)


def _one_a_district(recap: Recap, index: int) -> bool:
    at = sorted(recap.area_columns.values()).index(district_column(recap))
    pairs = {(row.area[at], row.cells[index].strip()) for row in recap.details}
    pairs = {(area, code) for area, code in pairs if code}
    return len(pairs) == len({a for a, _code in pairs}) == len({c for _area, c in pairs})


def _names_units(recap: Recap, word: str) -> bool:
    """Tell a column *RT* that names an RT in each row of an area from one that counts them."""
    areas = [row.area for row in recap.details]
    return word in ("rt", "rukun tetangga") and len(set(areas)) < len(areas)


def _with_units(recap: Recap, columns: Sequence[MappedColumn]) -> list[MappedColumn]:
    """Find the column that counts the units there are: *Jumlah RT*, else *Jumlah <a word>*."""
    for pattern, sure in ((words.UNITS, True), (words.OTHER_UNITS, False)):
        for column in columns:
            counts = column.taken_as in ("count", "total") and not column.stage
            left = any(c.taken_as == "count" and c.stage for c in columns[: column.index])
            if counts and pattern.fullmatch(column.word) and not left:
                rivals = [c for c in columns if c.word == column.word]
                if len(rivals) == 1:
                    why = "" if sure else _("the first number that no stage explains")
                    found = replace(column, taken_as="units", year=None, sure=sure, why=why)
                    return [found if c is column else c for c in columns]
    return list(columns)


def _from_titles(recap: Recap, columns: Sequence[MappedColumn]) -> list[MappedColumn]:
    """Give counts the year and the stage that the title, and no heading of theirs, names."""
    above = (*recap.titles, recap.sheet)
    years = words.years_in(above)
    stages = {s for t in above if (s := words.stage_in((t,)))}
    filled = []
    for column in columns:
        why = []
        if column.taken_as == "count":
            years_of_its_own = any(c.taken_as == "year" for c in columns)
            if column.year is None and len(years) == 1 and not years_of_its_own:
                column = replace(column, year=years[0])
                why.append(_("year from the title"))
            bare = not column.word or words.UNITS.fullmatch(column.word)
            if not column.stage and bare and len(stages) == 1:
                column = replace(column, stage=stages.copy().pop())
                why.append(_("stage from the title"))
            if why:
                known = column.why if not column.stage else ""
                column = replace(column, why="; ".join(filter(None, [*why, known])))
        filled.append(column)
    return filled


# How figures hang together ----------------------------------------------------------------------


def with_sums(mapping: Mapping) -> Mapping:
    """Find which columns a total adds up, and which figures a percentage compares."""
    columns = list(mapping.columns)
    for n, column in enumerate(columns):
        last = words.word_of(mapping.recap.headings[n][-1:])
        begins = bool(words.BEGINS_AS_TOTAL.match(last))
        if column.taken_as == "total" or (column.taken_as == "count" and begins):
            columns[n] = _as_total(mapping.recap, columns, column)
    for n, column in enumerate(columns):
        if column.taken_as == "percent":
            columns[n] = _as_percentage(mapping.recap, columns, column)
    return replace(mapping, columns=tuple(columns))


def _as_total(recap: Recap, columns: Sequence[MappedColumn], column: MappedColumn) -> MappedColumn:
    pure = column.taken_as == "total"
    found: tuple[int, ...] = ()
    share = 0.0
    for parts in _addends(columns, column):
        agree = _agreement(recap, column.index, parts)
        if (len(parts) > 1 or pure) and agree > share:
            found, share = parts, agree
    if share >= _ENOUGH:
        why = _("adds up {columns}", columns=", ".join(letter(p) for p in found))
        return replace(column, taken_as="total", parts=found, sure=share > 0.5, why=why)
    if pure and column.stage and not any(c.stage == column.stage for c in columns[: column.index]):
        return replace(column, taken_as="count", sure=True, why=column.why)
    if pure:
        return replace(column, sure=False, why=_("which columns it adds up was not found"))
    return column


def _addends(columns: Sequence[MappedColumn], column: MappedColumn) -> Iterator[tuple[int, ...]]:
    """Yield the sets of columns that a total may add up, the likeliest first."""
    left = columns[: column.index]
    counts = [c for c in left if c.taken_as == "count"]
    if column.stage:
        counts = [c for c in counts if c.stage == column.stage]
    if column.year:
        counts = [c for c in counts if c.year == column.year]
    if not counts:
        return
    near = []  # the counts next to it that are of one stage
    for c in reversed(counts):
        gap = any(x.taken_as == "total" for x in left[c.index :])
        if gap or c.stage != counts[-1].stage:
            break
        near.append(c.index)
    yield tuple(reversed(near))
    yield tuple(c.index for c in counts if c.stage == counts[-1].stage)
    yield tuple(c.index for c in counts)
    yield tuple(c.index for c in left if c.taken_as == "total")


def _agreement(recap: Recap, total: int, parts: Sequence[int]) -> float:
    if not parts:
        return 0.0
    known = agree = 0
    for row in recap.details:
        whole, *addends = (_number(row.cells[c]) for c in (total, *parts))
        if whole is not None and any(a is not None for a in addends):
            known += 1
            agree += whole == sum(a or 0 for a in addends)
    return agree / known if known else 0.0


def _as_percentage(
    recap: Recap, columns: Sequence[MappedColumn], column: MappedColumn
) -> MappedColumn:
    left = columns[: column.index]
    tops = [c.index for c in reversed(left) if c.taken_as in ("total", "count")]
    wholes = [c.index for c in columns if c.taken_as in ("units", "count", "total")]
    pairs = ((top, whole) for top in tops for whole in wholes if whole != top)
    best = max(pairs, key=lambda p: _share_agreement(recap, column.index, *p), default=None)
    if best is None or (share := _share_agreement(recap, column.index, *best)) < _ENOUGH:
        return replace(column, parts=(), sure=False, why=_("what it compares was not found"))
    why = _("{part} of {whole}", part=letter(best[0]), whole=letter(best[1]))
    return replace(column, parts=best, sure=share > 0.5, why=why)


def _share_agreement(recap: Recap, percent: int, top: int, whole: int) -> float:
    known = agree = 0
    for row in recap.details:
        text = row.cells[percent].strip().rstrip("%").strip().replace(",", ".")
        a, b = _number(row.cells[top]), _number(row.cells[whole])
        if a is None or not b or not text.replace(".", "", 1).isdigit():
            continue
        known += 1
        step = 10.0 ** -len(text.partition(".")[2])
        agree += abs(float(text) - 100 * a / b) <= step / 2 + 1e-9
    return agree / known if known else 0.0


def _number(text: str) -> int | None:
    try:
        return figure(text)
    except ValueError:
        return None
