"""Makes a new study: a folder with ``study.yml`` and the tables to fill in."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bantar_lib.errors import UserError
from bantar_lib.places import data_folders
from bantar_lib.study.report_settings import REPORT_FILE, template_text
from bantar_lib.study.tables import TABLES
from bantar_lib.words import LANGUAGES, language, room_words

_ = room_words("scaffold")

FILLED_IN = ("districts", "counts", "sources")
"""The tables that a new study gets, empty but for their headings."""

_RESERVED = {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(10))}
_STAGES = (
    ("proposed", {"id": "diusulkan", "en": "proposed"}),
    ("implemented", {"id": "terlaksana", "en": "implemented"}),
)
_UNIT = {"id": "RT", "en": "RT", "en_first": "RT (rukun tetangga)"}
_DISTRICT = {"id": "kecamatan", "en": "district", "en_first": "kecamatan (sub-district)"}

Labels = Mapping[str, str]
Stages = Sequence[tuple[str, Labels]]


@dataclass(frozen=True)
class StudySettings:
    """What ``study.yml`` of a new study says; texts by language.

    Parameters
    ----------
    id : str
    title, programme, place : mapping
        A text left out becomes a text in square brackets that asks for itself.
    unit, district : mapping
        What a unit and a district are called.
    framework : str
    stages, unstaged : sequence of (id, label)
        The stages in order, and those without a place in it.
    published : mapping
        The rules of the published tables, by table.
    synthetic : bool
        Whether the data are made up.
    """

    id: str
    title: Labels = field(default_factory=dict)
    programme: Labels = field(default_factory=dict)
    place: Labels = field(default_factory=dict)
    unit: Labels = field(default_factory=lambda: _UNIT)
    district: Labels = field(default_factory=lambda: _DISTRICT)
    framework: str = "grindle"
    stages: Stages = _STAGES
    unstaged: Stages = ()
    published: Mapping[str, Any] = field(default_factory=dict)
    synthetic: bool = False


def new_study(
    folder: str | Path,
    *,
    title: str | None = None,
    framework: str = "grindle",
    workbook: bool = False,
    lang: str,
) -> Path:
    """Make the folder of a new study, its tables empty.

    Parameters
    ----------
    folder : str or Path
        A name, which becomes ``data/<name>``, or a path.
    title : str, optional
        The study's title.
    framework : str
        A framework that there is in a data folder.
    workbook : bool
        Whether the tables are sheets of one workbook ``study.xlsx`` instead of CSV files.
    lang : {"id", "en"}
        The language of the comments in ``study.yml`` and of the workbook's instructions.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UserError
        Where the name cannot be a folder's on every system, the folder is not empty, or there
        is no such framework.

    Examples
    --------
    >>> import tempfile
    >>> folder = new_study(Path(tempfile.mkdtemp()) / "kampung_iklim", lang="id")
    >>> sorted(p.name for p in folder.iterdir() if p.is_file())
    ['.gitignore', 'counts.csv', 'districts.csv', 'report.yml', 'sources.csv', 'study.yml']
    """
    from bantar_lib.study.template import write_template

    with language(lang):
        path = free_folder(folder)
        require_framework(framework)
        texts = dict.fromkeys(LANGUAGES, title) if title else {}
        settings = StudySettings(id=identifier(path.name), title=texts, framework=framework)
        make_folder(path, settings)
        if workbook:
            # A stage may be chosen by its id, or by its label in the workbook's language.
            words = [w for stage, label in settings.stages for w in (stage, label[lang])]
            write_template(path / "study.xlsx", lang=lang, stages=list(dict.fromkeys(words)))
        else:
            for name in FILLED_IN:
                write_rows(path / f"{name}.csv", name, ())
    return path


def free_folder(folder: str | Path) -> Path:
    """Return the path of a study that can be made there.

    Raises
    ------
    UserError
        For a name that no folder can have on Windows, and for a folder that is not empty.

    Examples
    --------
    >>> free_folder("kampung_iklim").as_posix()
    'data/kampung_iklim'
    """
    given = str(folder).strip()
    path = Path(given)
    name = path.name
    if (
        not identifier(name)
        or name.split(".")[0].strip().casefold() in _RESERVED
        or re.search(r'[<>:"\\|?*\x00-\x1f]', name)
        or name[0] in ".-"
        or name[-1] in ". "
    ):
        raise UserError(
            _(
                "{name}: this cannot be a folder's name. Use letters, digits and _, such as "
                "kampung_bersih.",
                name=given or "“”",
            )
        )
    if path.parent == Path() and not given.startswith("."):
        path = Path("data") / name
    if path.is_file() or (path.is_dir() and any(path.iterdir())):
        raise UserError(
            _("{folder} exists already and is not empty. If it is the study that you began, go on "
              "filling it in and call `bantar check {folder}`; for another study choose another "
              "name.", folder=path)
        )  # fmt: skip
    return path


def require_framework(name: str) -> None:
    """Raise :class:`UserError` unless there is a framework called `name`."""
    folders = [f / "frameworks" for f in data_folders()]
    known = sorted({p.stem for f in folders if f.is_dir() for p in f.glob("*.yml")})
    if name not in known:
        raise UserError(
            _("There is no framework {name}. Choose one of: {known}.",
              name=name, known=", ".join(known))
        )  # fmt: skip


def identifier(name: str) -> str:
    """Return `name` as the identifier of a study.

    Examples
    --------
    >>> identifier("Kampung Bersih 2021")
    'kampung_bersih_2021'
    """
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")


def make_folder(path: Path, settings: StudySettings) -> None:
    """Make a study's folder: ``study.yml``, ``report.yml``, what git is to leave alone."""
    for sub in ("private", "codings"):
        (path / sub).mkdir(parents=True, exist_ok=True)
    _write(path / ".gitignore", "private/\n")
    _write(path / "study.yml", settings_text(settings))
    _write(path / REPORT_FILE, template_text())


def write_rows(path: Path, table: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Write a table of a study as CSV; a column that a row does not have is left blank."""
    with path.open("w", encoding="utf-8", newline="") as file:
        columns = [c.name for c in TABLES[table].columns]
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def both_languages(english: str, **values: object) -> dict[str, str]:
    """Return a message of this room in each language."""
    texts = {}
    for lang in LANGUAGES:
        with language(lang):
            texts[lang] = _(english, **values)
    return texts


def settings_text(settings: StudySettings) -> str:
    """Return the text of ``study.yml``, with comments in the current language."""
    title = settings.title or both_languages("[fill in: title of the study]")
    question = both_languages(
        "How far has the programme been implemented, and what supports or inhibits it?"
    )
    programme = settings.programme or both_languages("[fill in: the programme, and since when]")
    place = settings.place or both_languages("[fill in: city or regency]")
    parts = [
        f"# {_('What this study is. A line that begins with # explains the one below it.')}",
        "format: 1",
        f"id: {_quoted(settings.id)}",
        f"# {_('true only if the data are made up; every page then says so.')}",
        f"synthetic: {str(settings.synthetic).lower()}",
        f"# {_('Texts stand in both languages. Replace those in square brackets.')}",
        f"title: {_inline(title)}",
        f"question: {_inline(question)}",
        f"programme: {_inline(programme)}",
        f"place: {_inline(place)}",
        f"# {_('What an area and a counted unit are called; en_first stands at first mention.')}",
        f"district: {_inline(settings.district)}",
        f"unit: {_inline(settings.unit)}",
        f"framework: {settings.framework}",
        f"# {_('The district that leads, by its code in quotation marks; may be left out.')}",
        '# focus_district: "00.00.01"',
        "",
        f"# {_('Stages in order: a later one cannot exceed an earlier one.')}",
        "stages:",
        *_stage_lines(settings.stages),
    ]
    if settings.unstaged:
        parts += [
            f"# {_('Counts whose place in the order is not known.')}",
            "unstaged:",
            *_stage_lines(settings.unstaged),
        ]
    parts += [
        f"# {_('flow: a count is of one year; stock: of all years so far.')}",
        "counts_are: flow",
        *_published_lines(settings.published),
        f"# {_('The terms under which others may use the data; may be left out.')}",
        "# licence: CC-BY-4.0",
    ]
    return "\n".join([*parts, ""])


def _published_lines(rules: Mapping[str, Any]) -> list[str]:
    import yaml

    if not rules:
        return []
    text = yaml.safe_dump(
        {"published": dict(rules)}, allow_unicode=True, sort_keys=False, width=100
    )
    why = _("How the printed figures hang together, so that they can be added up again.")
    return ["", f"# {why}", text.rstrip()]


def _stage_lines(stages: Stages) -> list[str]:
    return [
        line
        for id_, label in stages
        for line in (f"  - id: {_quoted(id_)}", f"    label: {_inline(label)}")
    ]


def _inline(texts: Labels) -> str:
    return "{" + ", ".join(f"{key}: {_quoted(text)}" for key, text in texts.items()) + "}"


def _quoted(text: str) -> str:
    if re.fullmatch(r"[a-z][a-z_]*", text) and text not in ("yes", "no", "true", "false", "null"):
        return text
    return json.dumps(text, ensure_ascii=False)
