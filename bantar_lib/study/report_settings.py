"""``report.yml``: what an office writes on a report, from its letterhead to who signs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bantar_lib.errors import UserError
from bantar_lib.study.problems import Problem, nearest
from bantar_lib.study.settings import Settings, check_text, read_yaml, trace
from bantar_lib.words import LANGUAGES, current_language, room_words

_ = room_words("study")

REPORT_FILE = "report.yml"
PAPERS = ("A4", "F4")
_TEXTS = ("number", "place", "purpose", "scope")
_LISTS = ("letterhead", "legal_basis", "copies")
_SIGNATORY = ("name", "title", "nip")
_KNOWN = (*_LISTS, *_TEXTS, "logo", "logo_alt", "date", "signatory", "paper", "released")
_LOGO = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}
_LARGEST_LOGO = 500_000  # bytes: the whole page must open on a phone


@dataclass(frozen=True)
class ReportSettings:
    """What a study's ``report.yml`` says, in one language; what it leaves out is blank.

    Parameters
    ----------
    letterhead, legal_basis, copies : tuple of str
    number, place, purpose, scope : str
    logo : Path or None
        A PNG or JPEG file inside the study, with `logo_alt` for who cannot see it.
    date : datetime.date or None
    signatory : mapping
        ``name``, ``title`` and ``nip``.
    paper : {"A4", "F4"}
    released : bool
        False marks every page as a draft.
    """

    letterhead: tuple[str, ...] = ()
    logo: Path | None = None
    logo_alt: str = ""
    number: str = ""
    date: date | None = None
    place: str = ""
    legal_basis: tuple[str, ...] = ()
    purpose: str = ""
    scope: str = ""
    signatory: Mapping[str, str] | None = None
    copies: tuple[str, ...] = ()
    paper: str = "A4"
    released: bool = False


def report_settings(folder: Path) -> ReportSettings:
    """Return what ``report.yml`` says in the current language; without the file all is blank.

    Raises
    ------
    UserError
        For the first fault in it.

    Examples
    --------
    >>> from bantar_lib.places import shared_folder
    >>> report_settings(shared_folder("data") / "kampung_bantar").released
    False
    """
    settings = read_report(folder)
    for problem in settings.problems:
        if problem.severity == "error":
            raise UserError(str(problem))
    told = settings.config
    logo = told.get("logo")
    day = told.get("date")

    def lines(key: str) -> tuple[str, ...]:
        return tuple(map(_said, told.get(key) or ()))

    return ReportSettings(
        letterhead=lines("letterhead"),
        logo=folder / logo if logo else None,
        logo_alt=_said(told.get("logo_alt")),
        number=_said(told.get("number")),
        date=date.fromisoformat(day) if isinstance(day, str) else day,
        place=_said(told.get("place")),
        legal_basis=lines("legal_basis"),
        purpose=_said(told.get("purpose")),
        scope=_said(told.get("scope")),
        signatory={k: _said((told.get("signatory") or {}).get(k)) for k in _SIGNATORY},
        copies=lines("copies"),
        paper=told.get("paper") or "A4",
        released=bool(told.get("released")),
    )


def _said(value: Any) -> str:
    """Return a text in the current language; one that is not bilingual holds for both."""
    if isinstance(value, dict):
        value = value.get(current_language())
    return " ".join(value.split()) if isinstance(value, str) else ""


def check_report(folder: Path) -> list[Problem]:
    """Return all faults of ``report.yml``; none where there is no such file."""
    return read_report(folder).problems


def read_report(folder: Path) -> Settings:
    """Read and check ``report.yml``."""
    settings = Settings(file=REPORT_FILE)
    if not (folder / REPORT_FILE).exists():
        return settings
    value, node, fault = read_yaml(folder / REPORT_FILE)
    if fault:
        settings.problems.append(fault)
    if fault or value is None:  # a file of comments, as `bantar new` leaves it
        return settings
    if not isinstance(value, dict):
        settings.report("error", "", _("holds no keys"), _("Write “key: value” lines."))
        return settings
    settings.config = value
    trace(node, "", settings)
    for key in map(str, value):
        if key not in _KNOWN:
            near = nearest(key, _KNOWN, cutoff=0.6)
            settings.report("warning", key, _("unknown key"),
                            _("Did you mean “{near}”?", near=near) if near
                            else _("Use one of: {known}.", known=", ".join(_KNOWN)))  # fmt: skip
    _check_texts(settings)
    _check_choices(settings)
    _check_date(settings)
    _check_logo(settings, folder)
    return settings


def _check_texts(settings: Settings) -> None:
    config = settings.config
    for key in (*_TEXTS, "logo", "logo_alt"):
        if config.get(key) is not None:
            _check_either(settings, key, config[key])
    for key in _LISTS:
        lines = config.get(key)
        if lines is None:
            continue
        if not isinstance(lines, list):
            settings.report("error", key, _("is not a list"),
                            _("Write each line below it, after a hyphen."))  # fmt: skip
            continue
        for n, line in enumerate(lines):
            _check_either(settings, f"{key}.{n}", line)
    signatory = config.get("signatory")
    if signatory is None:
        return
    if not isinstance(signatory, dict):
        settings.report("error", "signatory", _("must hold name, title and nip"),
                        _("Write {example}",
                          example="signatory: {name: …, title: …, nip: …}"))  # fmt: skip
        return
    for part, value in signatory.items():
        if part not in _SIGNATORY:
            settings.report("warning", f"signatory.{part}", _("unknown key"),
                            _("Use one of: {known}.", known=", ".join(_SIGNATORY)))  # fmt: skip
        elif value is not None:
            _check_either(settings, f"signatory.{part}", value)


def _check_either(settings: Settings, key: str, value: Any) -> None:
    """Report what is neither a text nor one for each language."""
    if isinstance(value, dict):
        for lang in LANGUAGES:
            if lang not in value:
                settings.report("error", key, _("the text in this language is missing"),
                                _("Add {example}", example=f"{lang}: …"))  # fmt: skip
            else:
                check_text(settings, f"{key}.{lang}", value[lang])
        return
    check_text(settings, key, value)


def _check_choices(settings: Settings) -> None:
    config = settings.config
    if config.get("paper") is not None and config["paper"] not in PAPERS:
        settings.report("error", "paper",
                        _("“{text}” is not one of the choices", text=config["paper"]),
                        _("Use one of: {known}.", known=", ".join(PAPERS)))  # fmt: skip
    if "released" in config and not isinstance(config["released"], bool):
        settings.report("error", "released", _("is neither true nor false"),
                        _("Write {example}", example="released: false"))  # fmt: skip


def _check_date(settings: Settings) -> None:
    given = settings.config.get("date")
    if given is None:
        return
    try:
        good = type(given) is date or (isinstance(given, str) and date.fromisoformat(given))
    except ValueError:
        good = False
    if not good:
        settings.report("error", "date", _("“{text}” is not a date", text=given),
                        _("Write {example}", example="date: 2026-03-31"))  # fmt: skip


def _check_logo(settings: Settings, folder: Path) -> None:
    logo = settings.config.get("logo")
    if not isinstance(logo, str):
        return
    path = (folder / logo).resolve()
    inside = path.is_relative_to(folder.resolve())
    private = inside and path.relative_to(folder.resolve()).parts[:1] == ("private",)
    if not inside or private:
        settings.report("error", "logo", _("“{text}” lies outside the study", text=logo),
                        _("Put the file into the study's folder."))  # fmt: skip
        return
    if not path.is_file():
        settings.report("error", "logo", _("there is no file “{text}”", text=logo),
                        _("Put the file into the study's folder."))  # fmt: skip
        return
    data = path.read_bytes()
    sign = _LOGO.get(path.suffix.lower())
    if sign is None or not data.startswith(sign):
        settings.report("error", "logo", _("“{text}” is no PNG or JPEG picture", text=logo),
                        _("Save the picture as PNG or JPEG."))  # fmt: skip
    elif len(data) > _LARGEST_LOGO:
        settings.report("error", "logo", _("“{text}” is larger than 500 kB", text=logo),
                        _("Save a smaller picture."))  # fmt: skip


def template_text() -> str:
    """Return a ``report.yml`` to fill in: every key stands in it as a comment."""
    return "\n".join([
        f"# {_('What an office writes on a report. Delete the # before what you fill in.')}",
        f"# {_('A text may be given in both languages: {example}', example='{id: …, en: …}')}",
        f"# {_('What is left out becomes a dotted line to fill in by hand.')}",
        "",
        "# letterhead:",
        f"#   - {_('name of the government')}",
        f"#   - {_('name of the office')}",
        f"# {_('A PNG or JPEG file in this folder, and what it shows.')}",
        "# logo: logo.png",
        f"# logo_alt: {_('the coat of arms')}",
        '# number: ""',
        "# date: 2026-03-31",
        "# place: …",
        "# legal_basis:",
        "#   - …",
        "# purpose: …",
        "# scope: …",
        f"# {_('nip in quotation marks, so that it stays a text.')}",
        '# signatory: {name: …, title: …, nip: "…"}',
        f"# {_('Who receives a copy.')}",
        "# copies:",
        "#   - …",
        f"# {_('A4 or F4 (215 × 330 mm).')}",
        "# paper: A4",
        f"# {_('true once the report is signed; until then every page is marked as a draft.')}",
        "# released: false",
        "",
    ])  # fmt: skip
