"""Makes a study of a recap: its districts, counts and printed figures, and how these add up."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from collections.abc import Mapping as Answers
from dataclasses import dataclass, field
from pathlib import Path

from bantar_lib.errors import UserError
from bantar_lib.study.csv_file import decode
from bantar_lib.study.recap import headings as words
from bantar_lib.study.recap.mapping import (
    DASHES,
    MappedColumn,
    Mapping,
    district_column,
    figure,
)
from bantar_lib.study.recap.published import Published, published_tables
from bantar_lib.study.recap.questions import NO_FILE, answered, settled
from bantar_lib.study.recap.table import Recap, RecapRow, plain
from bantar_lib.study.scaffold import (
    StudySettings,
    both_languages,
    free_folder,
    identifier,
    make_folder,
    require_framework,
    write_rows,
)
from bantar_lib.words import LANGUAGES, language, room_words

_ = room_words("scaffold")

SOURCE = "rekap"
"""The ``source_id`` of the recap in its study."""
_PREFIX = re.compile(r"^(kec|kecamatan)\b\.?\s+", re.IGNORECASE)
_AREA_LABELS = {
    "regency": {"id": "kabupaten/kota", "en": "regency or city"},
    "subdistrict": {"id": "kelurahan", "en": "kelurahan", "en_first": "kelurahan (village)"},
    "place": {"id": "wilayah", "en": "area"},
}


@dataclass
class District:
    """A district of the recap with its rows."""

    id: str
    name: str
    spellings: list[str] = field(default_factory=list)
    rows: list[RecapRow] = field(default_factory=list)
    provisional: bool = False


def study_from_recap(
    mapping: Mapping,
    folder: str | Path,
    *,
    answers: Answers[str, str] | None = None,
    framework: str = "grindle",
    synthetic: bool = False,
    lang: str,
) -> Path:
    r"""Make a study of a recap.

    Parameters
    ----------
    mapping : Mapping
        What :func:`~bantar_lib.study.recap.mapping.propose_mapping` returned.
    folder : str or Path
        A name, which becomes ``data/<name>``, or a path; nothing is made where a fault is found.
    answers : mapping of str to str, optional
        Answers to :func:`~bantar_lib.study.recap.questions.open_questions`, by key.
    framework : str
    synthetic : bool
        Whether the recap is made up.
    lang : {"id", "en"}
        Language of the comments and notes that are written.

    Returns
    -------
    Path
        The folder, with ``study.yml``, ``districts.csv``, ``counts.csv`` (by district, year and
        stage; rows by kelurahan summed), ``sources.csv`` and ``published.csv``.

    Raises
    ------
    UserError
        For questions left open, a cell that should be a number and is none, rows that nothing
        tells apart, and whatever :func:`~bantar_lib.study.scaffold.free_folder` refuses.

    Notes
    -----
    A blank, and a dash unless ``dash=zero`` is answered, is unknown; where one of the figures
    that make up a district's count is unknown, so is the count. Printed totals are kept in
    ``published.csv`` and never used as counts.

    Examples
    --------
    >>> import tempfile
    >>> from bantar_lib.study.recap import propose_mapping, read_recap
    >>> file = Path(tempfile.mkdtemp()) / "rekap.csv"
    >>> _ = file.write_text("REKAP KOTA X 2021\nKecamatan;Jumlah RT;Usulan\nMelati;40;12\n")
    >>> folder = study_from_recap(
    ...     propose_mapping(read_recap(file)), file.parent / "x", synthetic=True, lang="en"
    ... )
    >>> print((folder / "counts.csv").read_text().splitlines()[1])
    d01,2021,proposed,12,rekap,,
    """
    given = dict(answers or {})
    with language(lang):
        path = free_folder(folder)
        require_framework(framework)
        mapping = settled(mapping, {k: v for k, v in given.items() if k.startswith("column.")})
        asked = answered(mapping, given)
        mapping = settled(mapping, asked)
        if not mapping.of("count"):
            raise UserError(
                _("{file}: no column was taken as a count. Name one: --answer column.D=proposed",
                  file=mapping.recap.path.name)
            )  # fmt: skip
        districts = _districts(mapping, asked)
        count_rows = list(_counts(mapping, districts, zero=asked.get("dash") == "zero"))
        district_rows = [_district_row(mapping, d, asked["place"]) for d in districts]
        ids = {id(row): d for d in districts for row in d.rows}
        names = {key: d for d in districts for key in map(_key, d.spellings)}
        published = published_tables(
            mapping,
            SOURCE,
            district_of=lambda row: ids[id(row)].id,
            district_named=lambda name: names[_key(name)].id if _key(name) in names else "",
        )
        make_folder(path, _settings(mapping, asked, path.name, framework, synthetic, published))
        write_rows(path / "districts.csv", "districts", district_rows)
        write_rows(path / "counts.csv", "counts", count_rows)
        write_rows(path / "sources.csv", "sources", [_source_row(mapping, asked)])
        write_rows(path / "published.csv", "published", published.rows)
    return path


# Districts --------------------------------------------------------------------------------------


def _key(name: str) -> str:
    """Return what two spellings of a district's name have in common."""
    return re.sub(r"[\W_]+", "", _PREFIX.sub("", name).casefold())


def _districts(mapping: Mapping, asked: Answers[str, str]) -> list[District]:
    recap = mapping.recap
    at = sorted(recap.area_columns.values()).index(district_column(recap))
    found: dict[str, District] = {}
    for row in recap.details:
        printed = row.area[at]
        if not _key(printed):
            raise UserError(
                _("{where}: the row has figures but no district.",
                  where=recap.where(row.number, district_column(recap)))
            )  # fmt: skip
        district = found.setdefault(_key(printed), District("", _PREFIX.sub("", printed)))
        district.rows.append(row)
        if printed not in district.spellings:
            district.spellings.append(printed)
    districts = list(found.values())
    _refuse_twins(mapping, districts)
    _give_codes(mapping, districts, asked.get("codes", NO_FILE))
    return districts


def _refuse_twins(mapping: Mapping, districts: list[District]) -> None:
    """Refuse rows of a district that nothing tells apart: one of them would be counted twice."""
    apart = mapping.of("subdistrict", "unit", "year")
    for district in districts:
        seen: dict[tuple[str, ...], int] = {}
        for row in district.rows:
            label = (*row.area[1:], *(row.cells[c.index].strip() for c in apart))
            label = tuple(_key(t) or t for t in label)
            if label in seen:
                raise UserError(
                    _("{file}: rows {first} and {second} are both {name}, and nothing tells them "
                      "apart. Delete one, or add a column Kelurahan or Tahun.",
                      file=mapping.recap.path.name, first=seen[label], second=row.number,
                      name=", ".join(filter(None, row.area)))
                )  # fmt: skip
            seen[label] = row.number


def _give_codes(mapping: Mapping, districts: list[District], file: str) -> None:
    own = mapping.of("code")
    given = file != NO_FILE and not own
    known = _codes_in(Path(file)) if given else {}
    width = max(2, len(str(len(districts))))
    for n, district in enumerate(districts, 1):
        if own:
            district.id = _own_code(mapping.recap, district, own[0].index)
        elif given:
            codes = set().union(*(known.get(_key(s), set()) for s in district.spellings))
            if len(codes) != 1:
                text = (
                    _("{file}: there are several codes for {name}; keep one.")
                    if codes
                    else _("{file}: there is no code for {name}; add a row.")
                )
                raise UserError(text.format(file=file, name=district.name))
            district.id = codes.pop()
        if not district.id:
            district.id, district.provisional = f"d{n:0{width}}", True


def _own_code(recap: Recap, district: District, column: int) -> str:
    for row in district.rows:
        code = row.cells[column].strip()
        if "," in code:  # so a sheet shows decimals: 15.70 has become 15.7
            raise UserError(
                _("{where}: the code is stored as a number and may have lost a zero. Format the "
                  "column as Text and type the codes again.",
                  where=recap.where(row.number, column))
            )  # fmt: skip
        if code:
            return code
    return ""


def _codes_in(path: Path) -> dict[str, set[str]]:
    """Read a table of districts: a name's key → its codes."""
    try:
        text, _encoding = decode(path.read_bytes())
    except OSError:
        raise UserError(_("{file}: there is no such file.", file=path)) from None
    separator = ";" if ";" in text.partition("\n")[0] else ","
    rows = [
        {plain(k or ""): (v or "").strip() for k, v in row.items() if isinstance(v, str)}
        for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    ]
    found: dict[str, set[str]] = {}
    for row in rows:
        code = row.get("district_id") or row.get("kode") or ""
        names = [row.get("name") or row.get("nama") or row.get("kecamatan") or ""]
        for name in [*names, *row.get("aliases", "").split("|")]:
            if code and name:
                found.setdefault(_key(name), set()).add(code)
    if not found:
        raise UserError(
            _("{file}: it needs the columns district_id and name, filled in.", file=path)
        )
    return found


def _district_row(mapping: Mapping, district: District, place: str) -> dict[str, object]:
    rows = district.rows
    years = mapping.of("year")
    if years:  # the number of units belongs to the latest year
        last = max(_row_year(mapping.recap, r, years[0]) for r in rows)
        rows = [r for r in rows if _row_year(mapping.recap, r, years[0]) == last]
    parent = mapping.of("parent")
    numbers: dict[str, object] = {}
    for kind in ("units", "subdistricts"):
        for column in mapping.of(kind)[:1]:
            values = list(_figures(mapping.recap, rows, [column], zero=False))
            if values and None not in values:
                numbers[kind] = sum(v for v in values if v is not None)
    return {
        "district_id": district.id,
        "name": district.name,
        "aliases": "|".join(s.replace("|", "/") for s in district.spellings if s != district.name),
        "parent": rows[0].cells[parent[0].index].strip() or place if parent else place,
        "source_id": SOURCE,
        "note": _("provisional code, not the official one") if district.provisional else "",
        **numbers,
    }


# Counts -----------------------------------------------------------------------------------------


def _counts(
    mapping: Mapping, districts: list[District], *, zero: bool
) -> Iterator[dict[str, object]]:
    recap = mapping.recap
    year_column = mapping.of("year")
    columns: dict[tuple[str, int | None], list[MappedColumn]] = {}
    for column in mapping.of("count"):
        columns.setdefault((column.stage, column.year), []).append(column)
    for district in districts:
        by_year: dict[int | None, list[RecapRow]] = {None: district.rows}
        if year_column:
            by_year = {}
            for row in district.rows:
                by_year.setdefault(_row_year(recap, row, year_column[0]), []).append(row)
        for (stage, year), parts in columns.items():
            for row_year, rows in by_year.items():
                values = list(_figures(recap, rows, parts, zero=zero))
                known = [v for v in values if v is not None]
                whole = len(known) == len(values) > 0
                yield {
                    "district_id": district.id,
                    "year": year or row_year,
                    "stage": stage,
                    "count": sum(known) if whole else "",
                    "source_id": SOURCE,
                    "note": _count_note(mapping, district, parts, known, len(values)),
                }


def _count_note(
    mapping: Mapping,
    district: District,
    parts: list[MappedColumn],
    known: list[int],
    wanted: int,
) -> str:
    if known and len(known) < wanted:
        return _("{known} of {all} figures are known; they add up to {sum}",
                 known=len(known), all=wanted, sum=sum(known))  # fmt: skip
    recap = mapping.recap
    for row in recap.rows:
        same = row.kind == "subtotal" and _key(row.area[0]) in map(_key, district.spellings)
        if not same or mapping.of("year") or len(known) != wanted:
            continue
        printed = [row.cells[c.index].strip() for c in parts]
        read = list(_figures(recap, [row], parts, zero=False))
        if None not in read and sum(v for v in read if v is not None) != sum(known):
            return _("the recap's own subtotal is {printed}", printed=" + ".join(printed))
    return ""


def _figures(
    recap: Recap, rows: list[RecapRow], columns: list[MappedColumn], *, zero: bool
) -> Iterator[int | None]:
    """Yield the figures of rows × columns, without the cells that continue a merged one."""
    for row in rows:
        for column in columns:
            if column.index in row.continued:
                continue
            text = row.cells[column.index]
            if zero and text.strip() in DASHES:
                yield 0
                continue
            try:
                value = figure(text)
            except ValueError:
                value = -1
            if value is not None and value < 0:
                raise UserError(
                    _("{where}: {text} is not a whole number. Correct it, or keep the column as "
                      "printed: --answer column.{letter}=printed",
                      where=recap.where(row.number, column.index), text=repr(text.strip()),
                      letter=recap.where(row.number, column.index).split()[-1].rstrip("0123456789"))
                )  # fmt: skip
            yield value


def _row_year(recap: Recap, row: RecapRow, column: MappedColumn) -> int:
    years = words.years_in([row.cells[column.index]])
    if len(years) != 1:
        raise UserError(
            _("{where}: this is not a year.", where=recap.where(row.number, column.index))
        )
    return years[0]


# study.yml and sources.csv ----------------------------------------------------------------------


def _settings(
    mapping: Mapping,
    asked: Answers[str, str],
    name: str,
    framework: str,
    synthetic: bool,
    published: Published,
) -> StudySettings:
    counted = {c.stage: c.word for c in mapping.of("count")}
    labels = {s.id: s.label for s in words.STAGES}
    ordered = [s.id for s in words.STAGES if s.ordered and s.id in counted]
    if set(ordered) <= {"proposed"}:
        # Something must come after a proposal, or proposals would pass for what was done.
        ordered = ["proposed", "implemented"]
    loose = [s for s in counted if s not in ordered]
    title = dict.fromkeys(LANGUAGES, asked["title"])
    recap = mapping.recap
    area = next(w for w, c in recap.area_columns.items() if c == district_column(recap))
    units = [m[1] for c in mapping.of("units") if (m := words.OTHER_UNITS.fullmatch(c.word))]
    optional = {}
    if units and units[0] not in ("rt", "rukun"):
        optional["unit"] = dict.fromkeys((*LANGUAGES, "en_first"), units[0])
    if area in _AREA_LABELS:
        optional["district"] = _AREA_LABELS[area]
    return StudySettings(
        id=identifier(name),
        title=title,
        programme=title,
        place=dict.fromkeys(LANGUAGES, asked["place"]),
        framework=framework,
        stages=[(s, labels[s]) for s in ordered],
        unstaged=[(s, labels.get(s) or dict.fromkeys(LANGUAGES, counted[s] or s)) for s in loose],
        published=published.rules,
        synthetic=synthetic,
        **optional,
    )


def _source_row(mapping: Mapping, asked: Answers[str, str]) -> dict[str, object]:
    recap = mapping.recap
    first, last = recap.rows[0].number, recap.rows[-1].number
    title = both_languages("Recap: {title}", title=asked["title"])
    return {
        "source_id": SOURCE,
        "kind": "statistic",
        "title_id": title["id"],
        "title_en": title["en"],
        "locator": ", ".join(filter(None, [recap.path.name, recap.sheet, f"{first}–{last}"])),
        "citation": asked["citation"],
        "sampled": "not_stated",
        "release": "quote",
        "note_id": " ".join(recap.remarks),
        "note_en": " ".join(recap.remarks),
    }
