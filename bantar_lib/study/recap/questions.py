"""Asks what a recap itself cannot tell, and puts the answers into its mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping as Answers
from dataclasses import dataclass, replace
from typing import get_args

from bantar_lib.errors import UserError
from bantar_lib.study.recap import headings as words
from bantar_lib.study.recap.mapping import DASHES, MappedColumn, Mapping, TakenAs, with_sums
from bantar_lib.study.recap.sheet import letter
from bantar_lib.words import room_words

_ = room_words("scaffold")

NO_FILE = "-"
"""The answer that there is no file."""
_STAGE_IDS = tuple(s.id for s in words.STAGES)
_PLACE = re.compile(
    r"(?<!kecamatan )\b(?:kota|kabupaten|provinsi|regency|city of)\s+[a-z'\- ]+", re.IGNORECASE
)


@dataclass(frozen=True)
class Question:
    """Something to ask of the user.

    Parameters
    ----------
    key : str
        The key under which the answer is given: ``--answer KEY=VALUE``.
    text : str
        In the current language.
    choices : mapping of str to str
        Answer → what it means; empty where any text will do.
    default : str or None
        Taken where nothing is answered; None where it must be answered.
    """

    key: str
    text: str
    choices: dict[str, str]
    default: str | None

    @property
    def option(self) -> str:
        """The option of the command that answers it."""
        value = next(iter(self.choices), "…")
        return f"--answer {self.key}={value if re.fullmatch(r'[^ ]+', value) else '…'}"


def open_questions(mapping: Mapping) -> list[Question]:
    r"""Return what must or may be asked before a study is made of a recap.

    Parameters
    ----------
    mapping : Mapping
        What :func:`~bantar_lib.study.recap.mapping.propose_mapping` returned.

    Returns
    -------
    list of Question
        Those without a default first. Any column can be corrected besides, by an answer
        ``column.<letter>``; see :func:`settled`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from bantar_lib.study.recap import propose_mapping, read_recap
    >>> file = Path(tempfile.mkdtemp()) / "rekap.csv"
    >>> _ = file.write_text("Kecamatan;Jumlah RT;Lolos;Usulan\nMelati;40;12;14\n")
    >>> [q.key for q in open_questions(propose_mapping(read_recap(file))) if q.default is None]
    ['year', 'stage.lolos', 'place']
    """
    found = [*_year_question(mapping), *_stage_questions(mapping), *_dash_question(mapping)]
    found += _study_questions(mapping)
    return sorted(found, key=lambda q: q.default is not None)


def answered(mapping: Mapping, answers: Answers[str, str]) -> dict[str, str]:
    """Return an answer to every question, defaults where none was given.

    Raises
    ------
    UserError
        Naming every question that is open, each with the option that answers it; or an answer
        that answers nothing or is none of the choices.
    """
    questions = {q.key: q for q in open_questions(mapping)}
    for key, value in answers.items():
        if key.startswith("column."):
            continue
        if key not in questions:
            raise UserError(
                _("--answer {key}: nothing of this name is asked. Asked are: {keys}.",
                  key=key, keys=", ".join([*questions, "column.<A–Z>"]))
            )  # fmt: skip
        if questions[key].choices and key != "year" and value not in questions[key].choices:
            raise UserError(
                _("--answer {key}={value}: choose one of {choices}.",
                  key=key, value=value, choices=", ".join(questions[key].choices))
            )  # fmt: skip
    missing = [q for k, q in questions.items() if q.default is None and not answers.get(k)]
    if missing:
        listed = "\n".join(f"  {q.option}   {q.text}" for q in missing)
        raise UserError(_("The recap does not tell this; answer it:") + "\n" + listed)
    return {k: answers.get(k) or q.default or "" for k, q in questions.items()}


def settled(mapping: Mapping, answers: Answers[str, str]) -> Mapping:
    """Put the answers about columns, year and stages into a mapping.

    Parameters
    ----------
    mapping : Mapping
    answers : mapping of str to str
        ``year``: a year for counts without one. ``stage.<word>``: a stage, ``own`` (a stage of
        its own), ``units``, or ``printed``. ``column.<letter>``: what a column is taken as, or
        a stage and a year such as ``proposed 2015``.

    Returns
    -------
    Mapping

    Raises
    ------
    UserError
        For a column, year or meaning that there is not.
    """
    keys = {word: key for key, word in mapping.unknown_words.items()}
    lacking = {c.index for c in mapping.without_year}
    columns = []
    for column in mapping.columns:
        value = answers.get(keys.get(column.word, ""), "")
        if value and column.taken_as == "count" and not column.stage:
            column = _meant(column, value, own=words.slug(column.word) or "count")
        if column.index in lacking and answers.get("year") and column.taken_as == "count":
            column = replace(column, year=_year(answers["year"]), why=_("year as answered"))
        columns.append(column)
    for key, value in answers.items():
        if key.startswith("column."):
            index = _index(mapping, key)
            columns[index] = _meant(columns[index], value, own="")
    return with_sums(Mapping(mapping.recap, tuple(columns)))


# Questions --------------------------------------------------------------------------------------


def _year_question(mapping: Mapping) -> list[Question]:
    without = mapping.without_year
    if not without:
        return []
    recap = mapping.recap
    years = words.years_in([*recap.titles, recap.sheet, recap.path.stem])
    text = _("Of which year are the counts in {columns}? No heading or title says it.",
             columns=_letters(without))  # fmt: skip
    return [Question("year", text, {str(y): str(y) for y in years}, None)]


def _stage_questions(mapping: Mapping) -> list[Question]:
    from bantar_lib.words import current_language

    choices = {s.id: s.label[current_language()] for s in words.STAGES}
    choices |= {
        "own": _("a stage of its own, outside the order"),
        "units": _("the number of units there are"),
        "printed": _("none: only keep the figures as printed"),
    }
    questions = []
    for key, word in mapping.unknown_words.items():
        columns = [c for c in mapping.of("count") if not c.stage and c.word == word]
        text = _("Which stage do the counts under “{word}” ({columns}) show?",
                 word=word or "–", columns=_letters(columns))  # fmt: skip
        questions.append(Question(key, text, choices, None))
    return questions


def _dash_question(mapping: Mapping) -> list[Question]:
    cells = (row.cells[c.index] for row in mapping.recap.details for c in mapping.of("count"))
    if not any(cell.strip() in DASHES for cell in cells):
        return []
    choices = {"unknown": _("not known"), "zero": _("none, 0")}
    return [Question("dash", _("What does a dash in place of a count mean?"), choices, "unknown")]


def _study_questions(mapping: Mapping) -> list[Question]:
    recap = mapping.recap
    sources = (r for r in recap.remarks if r.casefold().startswith(("sumber", "source")))
    file = recap.path.name + (f" ({recap.sheet})" if recap.sheet else "")
    questions = [
        Question("place", _("Which city or regency is this?"), {}, _place(mapping)),
        Question("title", _("What is the study's title?"), {}, mapping.title),
        Question(
            "citation",
            _("Where does the recap come from (office, date, letter or page)?"),
            {},
            next(sources, "").partition(":")[2].strip() or file,
        ),
    ]
    if not mapping.of("code"):
        text = _("Which CSV file has the districts' official codes (columns district_id and "
                 "name)? Without one, provisional codes d01, d02, … are made.")  # fmt: skip
        questions.append(Question("codes", text, {}, NO_FILE))
    return questions


def _place(mapping: Mapping) -> str | None:
    parents = mapping.of("parent")
    if parents:
        column = parents[0].index
        names = {t for row in mapping.recap.details if (t := row.cells[column].strip())}
        return names.pop() if len(names) == 1 else None
    for title in mapping.recap.titles:
        if match := _PLACE.search(title):
            text = re.split(r"\b(tahun|year|periode|per|in|bulan)\b| - ", match[0], flags=re.I)[0]
            kept = text.split()[:4]
            return " ".join(w.capitalize() if w.isupper() else w for w in kept)
    return None


def _letters(columns: tuple[MappedColumn, ...] | list[MappedColumn]) -> str:
    return ", ".join(letter(c.index) for c in columns)


# Answers ----------------------------------------------------------------------------------------


def _index(mapping: Mapping, key: str) -> int:
    wanted = key.partition(".")[2].strip().upper()
    for column in mapping.columns:
        if letter(column.index) == wanted:
            return column.index
    raise UserError(
        _("--answer {key}: the recap has the columns A to {last}.",
          key=key, last=letter(len(mapping.columns) - 1))
    )  # fmt: skip


def _meant(column: MappedColumn, value: str, *, own: str) -> MappedColumn:
    kind, _space, year = value.strip().partition(" ")
    changed = replace(column, sure=True, why=_("as answered"), parts=())
    if year:
        changed = replace(changed, year=_year(year))
    if kind == "own" and own:
        return replace(changed, stage=own)
    if kind in _STAGE_IDS:
        return replace(changed, taken_as="count", stage=kind)
    for known in get_args(TakenAs):
        if kind == known and kind not in ("district", "subdistrict", "parent", "count"):
            return replace(changed, taken_as=known, stage="")
    raise UserError(
        _("{column}: “{value}” is not known. Choose a stage ({stages}) or one of {kinds}.",
          column=letter(column.index), value=value, stages=", ".join(_STAGE_IDS),
          kinds="units, subdistricts, code, total, percent, printed, left_out")
    )  # fmt: skip


def _year(text: str) -> int:
    if not re.fullmatch(r"\s*(19|20)\d{2}\s*", text):
        raise UserError(_("{text} is not a year; write four digits, such as 2021.", text=text))
    return int(text)
