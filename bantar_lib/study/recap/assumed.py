"""What a study made of a recap takes for granted, so that its maker can say otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Answers

from bantar_lib.study.numbers import whole_number
from bantar_lib.study.recap.mapping import DASHES, Mapping, TakenAs
from bantar_lib.study.recap.questions import settled
from bantar_lib.words import room_words

_ = room_words("scaffold")


def assumptions(mapping: Mapping, answers: Answers[str, str]) -> list[str]:
    r"""Return what was taken for granted in reading a recap, one sentence each.

    Parameters
    ----------
    mapping : Mapping
        What :func:`~bantar_lib.study.recap.mapping.propose_mapping` returned.
    answers : mapping of str to str
        What was answered; a question that was answered is not taken for granted.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from bantar_lib.study.recap import propose_mapping, read_recap
    >>> file = Path(tempfile.mkdtemp()) / "rekap.csv"
    >>> _ = file.write_text("REKAP 2021\nKode;Kecamatan;Usulan\n01;Melati;1.250\n02;Mawar;-\n")
    >>> for line in assumptions(propose_mapping(read_recap(file)), {})[1:]:
    ...     print(line)
    rekap.csv, C3: 1.250 was read as 1250: the sign marks thousands. (1 such cell)
    rekap.csv, C4: a dash was read as not known, not as 0; else: --answer dash=zero (1 such cell)
    """
    by_column = {k: v for k, v in answers.items() if k.startswith("column.")}
    mapping = settled(mapping, by_column)
    title = answers.get("title") or mapping.title
    said = [
        _("study.yml: “{title}” stands as title and programme in both languages; write the other "
          "language there.", title=title)
    ]  # fmt: skip
    marked = list(_cells(mapping, "count", "units", "subdistricts"))
    thousands = [(where, text) for where, text in marked if _has_thousands(text)]
    if thousands:
        where, text = thousands[0]
        said.append(
            _("{where}: {text} was read as {number}: the sign marks thousands.",
              where=where, text=text, number=whole_number(text)[0])
            + _such(len(thousands))
        )  # fmt: skip
    dashes = [where for where, text in _cells(mapping, "count") if text in DASHES]
    if dashes and "dash" not in answers:
        said.append(
            _("{where}: a dash was read as not known, not as 0; else: --answer dash=zero",
              where=dashes[0])
            + _such(len(dashes))
        )  # fmt: skip
    if not mapping.of("code") and "codes" not in answers:
        said.append(
            _("{file}: no column holds the official codes, so provisional ones (d01, d02, …) were "
              "given; else: --answer codes=FILE.csv", file=mapping.recap.path.name)
        )  # fmt: skip
    return said


def _cells(mapping: Mapping, *kinds: TakenAs) -> Iterator[tuple[str, str]]:
    """Yield where and what each cell of columns of these kinds is."""
    for row in mapping.recap.details:
        for column in mapping.of(*kinds):
            if column.index not in row.continued:
                yield (
                    mapping.recap.where(row.number, column.index),
                    row.cells[column.index].strip(),
                )


def _has_thousands(text: str) -> bool:
    try:
        return whole_number(text.rstrip("*)").strip())[1]
    except ValueError:
        return False


def _such(cells: int) -> str:
    return " " + _("({n} such cell)", plural="({n} such cells)", n=cells)
