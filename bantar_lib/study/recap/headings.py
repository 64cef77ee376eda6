"""What the words over a recap's columns mean: years, stages, totals, numbers of units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bantar_lib.study.recap.table import plain


@dataclass(frozen=True)
class StageWords:
    """A stage and the words by which recaps name it (a pattern of the plain heading)."""

    id: str
    label: Mapping[str, str] = field(hash=False)
    ordered: bool
    pattern: str


STAGES = (
    StageWords(
        "proposed",
        {"id": "diusulkan", "en": "proposed"},
        True,
        r"\b(\w*usul(an|kan)?|diajukan|pengajuan|propos\w*)\b",
    ),
    StageWords(
        "implemented",
        {"id": "terlaksana", "en": "implemented"},
        True,
        r"\b((ter|di|pe)laksana(kan|an)?|(te)?realisasi|implement\w*)\b",
    ),
    StageWords(
        "winner",
        {"id": "pemenang", "en": "winner"},
        True,
        r"\b(juara|pemenang|menang|winners?)\b",
    ),
    StageWords(
        "took_part",
        {"id": "“ikut” (tahap tidak disebut)", "en": "“took part” (stage not stated)"},
        False,
        r"\b(ikut|mengikuti|keikutsertaan|peserta|participa\w*|took part)\b",
    ),
)
"""The stages that a recap's words can name, the ordered ones in their order."""

# "RT proposed to take part" is a proposal, "winners of the contest implemented in …" are winners.
_ASKED_ORDER = ("proposed", "winner", "implemented", "took_part")
_NEGATED = re.compile(r"\b(tidak|tdk|belum|batal|gagal|ditolak|bukan|tanpa|not|non|without)\b")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_REGULATION = re.compile(r"\b(nomor|no\.?)\s*\d+\s*(tahun|/)\s*\d{4}", re.IGNORECASE)
_COUNT_OF = r"(?:jumlah|jml|banyaknya|banyak|total|number of|no of)"
TOTAL_LEAF = re.compile(
    r"(sub ?)?(jumlah|jml|total)( (total|jumlah|semua|seluruhnya|keseluruhan))?"
)
"""A heading that says nothing but that figures are added up."""
BEGINS_AS_TOTAL = re.compile(rf"{_COUNT_OF}\b")
UNITS = re.compile(
    rf"({_COUNT_OF} )?(rt|rukun tetangga)( (seluruhnya|keseluruhan|yang ada|jumlah|total))?"
)
UNIT_LABEL = re.compile(r"(nama|no|nomor) (rt|rukun tetangga)")
SUBDISTRICTS = re.compile(
    rf"{_COUNT_OF} (kel|kelurahan|desa|kelurahan/desa|desa/kelurahan|villages?)"
)
OTHER_UNITS = re.compile(rf"{_COUNT_OF} (\w+)")
NUMBER = re.compile(r"(no|nomor|number)( urut)?|#")
NOTE = re.compile(r"(ket|keterangan|catatan|notes?|remarks?)")
CODE = re.compile(r"(kode|code|id)( (kec|kecamatan|wilayah|kemendagri|bps|district))?")
PERCENT = re.compile(r"%|\b(persen|persentase|prosentase|percent|percentage|rate)\b")
YEAR_COLUMN = re.compile(r"tahun|year")
MONEY_OR_TARGET = re.compile(r"\b(target|anggaran|pagu|dana|biaya|hadiah|rp|rupiah|budget)\b")
PERSONAL = re.compile(r"\b(nik|nip|nkk|no kk|hp|telp|telepon|phone|rekening|npwp)\b")
"""Numbers that name a person: such a column is never kept."""
NUMERIC = re.compile(r"[-–—]|[-\d.,\s]*\d[\d.,\s]*[%*]?")


def years_in(texts: Iterable[str]) -> tuple[int, ...]:
    """Return the years named in `texts`, each once; the year of a regulation is none of them.

    Examples
    --------
    >>> years_in(["Diusulkan (2015)", "Perwal Nomor 40 Tahun 2014"])
    (2015,)
    """
    found = (y for t in texts for y in _YEAR.findall(_REGULATION.sub("", t)))
    return tuple(dict.fromkeys(int(y) for y in found))


def word_of(path: Sequence[str]) -> str:
    """Return a column's headings as one plain text without years.

    Examples
    --------
    >>> word_of(("Tahun 2021", "Pemenang", "Besar"))
    'pemenang besar'
    """
    bare = (re.sub(r"\b(tahun|year)\b", " ", _YEAR.sub(" ", plain(t))) for t in path)
    return " ".join(" ".join(bare).replace("–", " ").split()).strip(" -/")


def stage_in(path: Sequence[str]) -> str:
    """Return the stage that headings name, the lowest first; ``""`` where none does.

    Examples
    --------
    >>> stage_in(("Jumlah RT yang ikut", "Juara")), stage_in(("Belum terlaksana",))
    ('winner', '')
    """
    if any(_NEGATED.search(plain(t)) for t in path):
        return ""
    patterns = {s.id: s.pattern for s in STAGES}
    for text in reversed(path):
        for stage in _ASKED_ORDER:
            if re.search(patterns[stage], plain(text)):
                return stage
    return ""


def slug(text: str) -> str:
    """Return `text` as an identifier.

    Examples
    --------
    >>> slug("RT yang lolos (tahap 1)")
    'rt_yang_lolos_tahap_1'
    """
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")
