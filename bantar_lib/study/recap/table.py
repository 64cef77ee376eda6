"""Reads a wide recap as offices keep it: titles above, headings over several rows, notes below.

This module finds the table in the sheet and says nothing about its meaning; what each column is
taken as is proposed by :mod:`~bantar_lib.study.recap.mapping`, and a study is made of it by
:mod:`~bantar_lib.study.recap.making`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from bantar_lib.errors import UserError
from bantar_lib.study.recap.sheet import Sheet, letter, read_sheet
from bantar_lib.words import room_words

_ = room_words("scaffold")

AREA_WORDS = {
    # Most wanted first: the first that some column is headed with becomes the district.
    "district": r"(nama )?(kec|kecamatan|distrik|district|sub-?districts?)",
    "regency": r"(nama )?(kab|kabupaten|kota|kab/kota|kabupaten/kota|regency|city)",
    "subdistrict": r"(nama )?(kel|kelurahan|desa|kelurahan/desa|desa/kelurahan|kel/desa|village)",
    "place": r"(nama )?(wilayah|lokasi|daerah|area)",
}
"""Headings that name an area, as a pattern of the heading's :func:`plain` form."""

_TOTAL = re.compile(r"^(sub ?-?)?(jumlah|jml|total|grand total)\b", re.IGNORECASE)
_SUMMARY = re.compile(r"^(rata-? ?rata|persentase|prosentase|average|mean|percent)\b|^%", re.I)
_VALUE = re.compile(r"[-–—]|[-\d.,\s]*\d[\d.,\s%*]*")
_CARRYING = re.compile(r"tahun|year|(nama |no |nomor )?rt")
_REMARK = re.compile(r"^(catatan|cat|keterangan|ket|sumber|note|notes|source|nb)\b\.?\s*:?", re.I)
_SEARCHED_ROWS = 40
"""The headings are looked for in this many rows from the top."""

RowKind = Literal["detail", "subtotal", "total", "summary"]


@dataclass(frozen=True)
class RecapRow:
    """A row of the recap.

    Parameters
    ----------
    number : int
        Its row in the sheet, from 1.
    kind : {"detail", "subtotal", "total", "summary"}
        Whether it counts something itself, adds up rows above it, or (``summary``) says
        something else of them, such as their mean.
    area : tuple of str
        The cells of the area columns from the left, carried down where the sheet leaves them
        blank or merged. A subtotal has the area whose rows it adds up, then its label; a total
        and a summary have their label.
    cells : tuple of str
        Each cell as printed.
    continued : frozenset of int
        Columns (from 0) whose cell continues a merged cell of the row above: not a blank.
    """

    number: int
    kind: RowKind
    area: tuple[str, ...]
    cells: tuple[str, ...]
    continued: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Recap:
    """A recap as it stands in its sheet.

    Parameters
    ----------
    path : Path
    sheet : str
        Sheet name; blank for a CSV file.
    titles : tuple of str
        The lines above the table.
    headings : tuple of tuple of str
        Per column, its headings from the top one down.
    area_columns : mapping of str to int
        Column (from 0) by the word of :data:`AREA_WORDS` that its heading is.
    rows : tuple of RecapRow
    remarks : tuple of str
        The lines below the table that begin with a word such as "Catatan" or "Sumber".
    """

    path: Path
    sheet: str
    titles: tuple[str, ...]
    headings: tuple[tuple[str, ...], ...]
    area_columns: dict[str, int]
    rows: tuple[RecapRow, ...]
    remarks: tuple[str, ...] = ()

    @property
    def details(self) -> tuple[RecapRow, ...]:
        """The rows that count something themselves."""
        return tuple(r for r in self.rows if r.kind == "detail")

    def where(self, row: int, column: int) -> str:
        """Name a cell as a message does: file, sheet and cell."""
        sheet = f", {self.sheet}" if self.sheet else ""
        return f"{self.path.name}{sheet}, {letter(column)}{row}"


def read_recap(path: str | Path, sheet: str | None = None) -> Recap:
    r"""Read a wide recap from an Excel workbook (``.xlsx``) or a CSV file.

    Parameters
    ----------
    path : str or Path
    sheet : str, optional
        The sheet; needed only where the workbook has several.

    Returns
    -------
    Recap

    Raises
    ------
    UserError
        Where the file is missing, open in Excel, of another format, or holds no table with a
        column of areas; where a cell holds a formula without a saved result; where a text
        begins like a formula.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "rekap.csv"
    >>> _ = file.write_text("REKAP 2021\nNo;Kecamatan;Diusulkan\n1;Melati;12\n;Jumlah;12\n")
    >>> recap = read_recap(file)
    >>> recap.titles, recap.headings[2], [r.kind for r in recap.rows]
    (('REKAP 2021',), ('Diusulkan',), ['detail', 'total'])
    """
    path = Path(path)
    page = read_sheet(path, sheet)
    found = _find_areas(page)
    if found is None:
        raise UserError(
            _(
                "{file}: no row of headings with a column such as Kecamatan was found in the "
                "first {n} rows. Give that column the heading Kecamatan.",
                file=path.name,
                n=_SEARCHED_ROWS,
            )
        )
    row, areas = found
    top, bottom = _heading_rows(page, row, areas)
    headings = _headings(page, top, bottom)
    carries = any(h and _CARRYING.fullmatch(plain(h[-1])) for h in headings)
    rows, after = _Body(page, path.name, len(headings), sorted(areas.values()), carries).read(
        bottom + 1
    )
    below = [line for r in range(after, len(page.cells)) if (line := page.line(r))]
    return Recap(
        path=path,
        sheet=page.name,
        titles=tuple(line for r in range(top) if (line := page.line(r))),
        headings=headings,
        area_columns=areas,
        rows=tuple(_settle(rows)),
        remarks=tuple(line for line in below if _REMARK.match(line)),
    )


def plain(text: str) -> str:
    """Return a heading for comparison: small letters, no dots or brackets, single spaces.

    Examples
    --------
    >>> plain(" Kab. / Kota (*) ")
    'kab/kota'
    """
    text = re.sub(r"[().,:*\[\]]+", " ", text.casefold())
    return re.sub(r"\s*/\s*", "/", " ".join(text.split()))


# Headings --------------------------------------------------------------------------------------


def _find_areas(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """Return the row that names the areas, and the area columns of that row."""
    for word in AREA_WORDS:
        for r, cells in enumerate(sheet.cells[:_SEARCHED_ROWS]):
            here = {
                w: c
                for w, pattern in AREA_WORDS.items()
                for c in reversed(range(len(cells)))
                if re.fullmatch(pattern, plain(cells[c]))
            }
            # A title such as "Kecamatan" alone in its row heads no table.
            if word in here and sum(bool(c.strip()) for c in cells) > 1:
                return r, here
    return None


def _heading_rows(sheet: Sheet, row: int, areas: dict[str, int]) -> tuple[int, int]:
    """Return the first and last row of the headings around the row that names the areas."""
    last_label = max(areas.values())
    filled = sheet.filled()
    bottom = row
    for first, last, left, right in sheet.merges:
        if first <= row <= last and any(left <= c <= right for c in areas.values()):
            bottom = max(bottom, last)
    while bottom + 1 < len(sheet.cells):
        below = sheet.cells[bottom + 1]
        if any(c.strip() for c in below[: last_label + 1]) or not any(c.strip() for c in below):
            break
        bottom += 1
    top = row
    while top > 0:
        above = filled[top - 1]
        distinct = {c.strip() for c in above} - {""}
        left_blank = not any(c.strip() for c in above[: min(areas.values()) + 1])
        if not distinct or not (left_blank or len(distinct) > 2):
            break
        top -= 1
    return top, bottom


def _headings(sheet: Sheet, top: int, bottom: int) -> tuple[tuple[str, ...], ...]:
    rows = [[" ".join(c.split()) for c in row] for row in sheet.filled()[top : bottom + 1]]
    width = len(rows[0])
    for r, row in enumerate(rows[:-1]):
        for c in range(1, width):
            # A heading that spans columns without a merged cell (in a CSV file always): it goes
            # on to the right over columns that have a heading of their own further down.
            if not row[c] and all(any(low[k] for low in rows[r + 1 :]) for k in (c - 1, c)):
                row[c] = row[c - 1]
    headings = []
    for c in range(width):
        path = [row[c] for row in rows if row[c]]
        headings.append(tuple(t for n, t in enumerate(path) if n == 0 or t != path[n - 1]))
    while headings and not headings[-1]:
        headings.pop()
    return tuple(headings)


# Rows ------------------------------------------------------------------------------------------


@dataclass
class _Body:
    """The rows below the headings.

    `columns` are the area columns from the left, `width` the number of columns that have a
    heading; with `carries` a row without any label may belong to the area above it.
    """

    sheet: Sheet
    file: str
    width: int
    columns: list[int]
    carries: bool

    def read(self, start: int) -> tuple[list[RecapRow], int]:
        """Return the rows of the table and the row at which what stands below it begins."""
        cells = self.sheet.cells
        if start < len(cells) and re.fullmatch(
            r"\(?\d+\)?", cells[start][self.columns[-1]].strip()
        ):
            start += 1  # a row that numbers the columns
        last = max((r for r in range(start, len(cells)) if self._values(r)), default=start)
        rows: list[RecapRow] = []
        area = [""] * len(self.columns)
        for r in range(start, len(cells)):
            if not any(c.strip() for c in cells[r][: self.width]):
                continue
            if self._is_below(r, last):
                return rows, r
            self._refuse_formulas(r)
            kind, label = self._kind(r)
            if kind == "detail":
                area = self._area(r, area)
                if len(area) > 1 and not area[-1] and not self._values(r):
                    continue  # the district's name alone, as a heading of the rows under it
            rows.append(
                RecapRow(
                    r + 1,
                    kind,
                    tuple(area) if kind == "detail" else (label,),
                    tuple(cells[r][: self.width]),
                    self.sheet.continued(r),
                )
            )
        return rows, len(cells)

    def _labels(self, r: int) -> list[str]:
        return [" ".join(c.split()) for c in self.sheet.cells[r][: self.columns[-1] + 1]]

    def _values(self, r: int) -> list[str]:
        """Return the cells right of the areas that hold a number or a dash."""
        cells = [c.strip() for c in self.sheet.cells[r][self.columns[-1] + 1 : self.width]]
        return [c for c in cells if _VALUE.fullmatch(c)]

    def _kind(self, r: int) -> tuple[RowKind, str]:
        labels = self._labels(r)
        for label in labels:
            if _TOTAL.match(label):
                return "total", label
            if _SUMMARY.match(label):
                return "summary", label
        unlabelled = not any(labels) and not self.sheet.continued(r) & set(self.columns)
        return ("total", _("(total)")) if unlabelled and not self.carries else ("detail", "")

    def _is_below(self, r: int, last: int) -> bool:
        """Tell whether a row stands below the table rather than in it."""
        labels = self._labels(r)
        if any(_REMARK.match(t) for t in labels):
            return True
        named = [plain(labels[c]) for c in self.columns if labels[c]]
        if any(re.fullmatch(p, t) for t in named for p in AREA_WORDS.values()):
            return True  # the headings of another table
        # A district of which nothing is known still has its number.
        numbered = any(t for c, t in enumerate(labels) if c not in self.columns)
        return r > last and not (named and numbered)

    def _area(self, r: int, above: list[str]) -> list[str]:
        area = list(above)
        labels = self._labels(r)
        for n, c in enumerate(self.columns):
            if labels[c]:
                if labels[c] != area[n]:
                    area[n + 1 :] = [""] * (len(area) - n - 1)
                area[n] = labels[c]
        return area

    def _refuse_formulas(self, r: int) -> None:
        for c, text in enumerate(self.sheet.cells[r][: self.width]):
            if re.match(r"[=@]|\+\D", text.strip()):
                raise UserError(
                    _(
                        "{where}: the text {text} begins like a formula. Write it without the "
                        "first sign.",
                        where=f"{self.file}, {letter(c)}{r + 1}",
                        text=repr(text.strip()[:40]),
                    )
                )


def _settle(rows: list[RecapRow]) -> list[RecapRow]:
    """Tell subtotals from the total: something follows a subtotal, or it closes each district."""
    settled = list(rows)
    districts = {row.area[0] for row in rows if row.kind == "detail"}
    totals = [n for n, row in enumerate(rows) if row.kind == "total"]
    for n in totals:
        above, row = (rows[n - 1] if n else None), rows[n]
        if above is None or above.kind != "detail":
            continue
        followed = any(later.kind != "summary" for later in rows[n + 1 :])
        if len(above.area) == 2 and (followed or 1 < len(districts) == len(totals)):
            settled[n] = replace(row, kind="subtotal", area=(above.area[0], *row.area))
        elif followed:
            # Of which rows it is the sum cannot be seen.
            settled[n] = replace(row, kind="summary")
    return settled
