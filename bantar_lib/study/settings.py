"""``study.yml``: what a study says of itself, and whether it can be used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bantar_lib.errors import UserError
from bantar_lib.frameworks import Framework, read_framework
from bantar_lib.places import data_folders
from bantar_lib.study.csv_file import decode
from bantar_lib.study.grid import cannot_open
from bantar_lib.study.problems import Problem, choose_from, nearest
from bantar_lib.words import LANGUAGES, room_words
from bantar_lib.yaml_file import Wrong, what_is_wrong

_ = room_words("study")

FILE = "study.yml"
FORMAT = 1
BILINGUAL = ("title", "question", "place", "district", "unit")
_REQUIRED = ("format", "id", "synthetic", *BILINGUAL, "framework", "stages", "counts_are")
_KNOWN = (
    *_REQUIRED, "programme", "focus_district", "unstaged", "primary", "published", "licence",
    "execution", "workload",
)  # fmt: skip


@dataclass
class Settings:
    """The contents of ``study.yml`` and its faults.

    Parameters
    ----------
    config : dict
        As read; empty where the file cannot be read.
    lines : dict
        Dotted key → line, such as ``stages.0.id``.
    written : dict
        Dotted key → a plain value as it is written in the file.
    file : str
        The file's name.
    """

    config: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    file: str = FILE

    def report(self, severity: str, key: str, message: str, remedy: str) -> None:
        """Note a problem of one key."""
        line = self.lines.get(key) or self.lines.get(key.rpartition(".")[0])
        self.problems.append(Problem(severity, self.file, line, key, message, remedy))  # type: ignore[arg-type]

    @property
    def stages(self) -> dict[str, Mapping[str, str]]:
        """Stage id → label, of those that are well written; the ordered ones first."""
        listed = [*_list(self.config.get("stages")), *_list(self.config.get("unstaged"))]
        good = [s for s in listed if isinstance(s, dict) and isinstance(s.get("id"), str)]
        return {s["id"]: s["label"] if isinstance(s.get("label"), dict) else {} for s in good}

    @property
    def ordered(self) -> list[str]:
        """The ids of the stages in order."""
        listed = [s for s in _list(self.config.get("stages")) if isinstance(s, dict)]
        return [s["id"] for s in listed if isinstance(s.get("id"), str)]


def folded(text: str) -> str:
    """Return a text without the differences that do not matter: case and spaces."""
    return " ".join(text.split()).casefold()


def stages_called(stages: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    """Return every id and label of stages, :func:`folded` → the stages it may mean.

    Examples
    --------
    >>> stages_called({"proposed": {"id": "diusulkan", "en": "proposed"}})
    {'proposed': ['proposed'], 'diusulkan': ['proposed']}
    """
    meant: dict[str, list[str]] = {}
    for stage, label in stages.items():
        for word in dict.fromkeys(folded(str(text)) for text in (stage, *label.values())):
            meant.setdefault(word, []).append(stage)
    return meant


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def read_yaml(path: Path) -> tuple[Any, Any, Problem | None]:
    """Return a YAML file's value and its parsed nodes, or the one fault that prevents it."""
    import yaml

    try:
        text, _encoding = decode(path.read_bytes())
        # The loader in C, where it is there, reads a framework in a tenth of the time.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return yaml.load(text, loader), yaml.compose(text, Loader=loader), None
    except OSError as fault:
        return None, None, Problem("error", path.name, None, "", *cannot_open(path, fault))
    except (yaml.YAMLError, ValueError) as fault:  # ValueError: a date that is none
        return None, None, Problem("error", path.name, *_placed(what_is_wrong(text, fault)))


def _placed(wrong: Wrong) -> tuple[int | None, str, str, str]:
    return wrong.line, "", wrong.message, wrong.remedy


def read_settings(folder: Path) -> Settings:
    """Read and check ``study.yml``.

    Examples
    --------
    >>> from bantar_lib.places import shared_folder
    >>> settings = read_settings(shared_folder("data") / "kampung_bantar")
    >>> settings.problems, settings.ordered
    ([], ['proposed', 'implemented'])
    """
    settings = Settings()
    if not (folder / FILE).exists():
        settings.report("error", "", _("is missing"), _("`bantar new` makes one."))
        return settings
    value, node, fault = read_yaml(folder / FILE)
    if fault:
        settings.problems.append(fault)
        return settings
    if not isinstance(value, dict):
        settings.report("error", "", _("holds no keys"), _("Start from another study's study.yml."))
        return settings
    settings.config = value
    trace(node, "", settings)
    _check_keys(settings)
    _check_plain(settings)
    for key in BILINGUAL:
        if key in value:
            _check_bilingual(settings, key, value[key])
    if "programme" in value:
        _check_bilingual(settings, "programme", value["programme"])
    _check_stages(settings)
    return settings


def trace(node: Any, key: str, settings: Settings) -> None:
    """Remember on which line each key stands, and how its value is written."""
    import yaml

    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            below = f"{key}.{name.value}".lstrip(".")
            twice = below in settings.lines
            settings.lines[below] = name.start_mark.line + 1
            if twice:
                settings.report("error", below, _("the key stands here twice"),
                                _("Delete one of them."))  # fmt: skip
            trace(value, below, settings)
    elif isinstance(node, yaml.SequenceNode):
        for n, value in enumerate(node.value):
            settings.lines[f"{key}.{n}"] = value.start_mark.line + 1
            trace(value, f"{key}.{n}", settings)
    elif isinstance(node, yaml.ScalarNode):
        settings.written[key] = node.value


def _check_keys(settings: Settings) -> None:
    for key in _REQUIRED:
        if key not in settings.config:
            settings.report("error", key, _("the key is missing"), _how_to_write(key))
    for key in map(str, settings.config):
        near = "" if key in _KNOWN else nearest(key, _KNOWN, cutoff=0.8)
        if near:
            settings.report("warning", key, _("unknown key"),
                            _("Did you mean “{near}”?", near=near))  # fmt: skip


def _how_to_write(key: str) -> str:
    if key in BILINGUAL:
        return _("Add {example}", example=f"{key}: {{id: …, en: …}}")
    examples = {
        "format": "format: 1",
        "id": "id: my_study",
        "synthetic": "synthetic: false",
        "framework": "framework: grindle",
        "stages": "stages: [{id: proposed, label: {id: diusulkan, en: proposed}}]",
        "counts_are": "counts_are: flow",
    }
    if key == "synthetic":
        return _("Add {example} (true only if the data are made up).", example=examples[key])
    return _("Add {example}", example=examples[key])


def _check_plain(settings: Settings) -> None:
    config = settings.config
    for key in ("id", "framework"):
        if key in config:
            check_text(settings, key, config[key])
    for key in ("focus_district",):
        if config.get(key) is not None:
            check_text(settings, key, config[key])
    if "format" in config and config["format"] != FORMAT:
        settings.report("error", "format",
                        _("format {value} is not known to this version", value=config["format"]),
                        _how_to_write("format"))  # fmt: skip
    if "synthetic" in config and not isinstance(config["synthetic"], bool):
        settings.report("error", "synthetic", _("is neither true nor false"),
                        _how_to_write("synthetic"))  # fmt: skip
    if "counts_are" in config and config["counts_are"] not in ("flow", "stock"):
        settings.report(
            "error", "counts_are",
            _("“{text}” is not one of the choices", text=config["counts_are"]),
            _("Write flow where a count is of one year, stock where it is of all years so far."),
        )  # fmt: skip


def check_text(settings: Settings, key: str, value: Any) -> bool:
    """Report a value that YAML does not read as text: 15.70 would become 15.7, no false."""
    if isinstance(value, str) and value.strip():
        if _is_unfilled(value):
            _report_unfilled(settings, key)
        return True
    if value is None or isinstance(value, (str, dict, list)):
        settings.report("error", key, _("is blank or not a text"),
                        _("Write a text."))  # fmt: skip
    else:
        written = settings.written.get(key, str(value))
        settings.report("error", key,
                        _("{written} is read as {value}, not as text", written=written,
                          value=value),
                        _("Put it in quotation marks: {example}",
                          example=f'{key.rpartition(".")[2]}: "{written}"'))  # fmt: skip
    return False


def _is_unfilled(value: Any) -> bool:
    """Say whether a text stands as `bantar new` leaves it."""
    return isinstance(value, str) and value.startswith(("[isi:", "[fill in:"))


def _report_unfilled(settings: Settings, key: str) -> None:
    settings.report("warning", key, _("is still to be filled in"),
                    _("Replace the text in square brackets."))  # fmt: skip


def _check_bilingual(settings: Settings, key: str, value: Any) -> None:
    if not isinstance(value, dict):
        settings.report("error", key, _("must be given in both languages"),
                        _("Write {example}",
                          example=f"{key.rpartition('.')[2]}: {{id: …, en: …}}"))  # fmt: skip
        return
    if all(_is_unfilled(value.get(lang)) for lang in LANGUAGES):
        _report_unfilled(settings, key)
        return
    for lang in LANGUAGES:
        if lang not in value:
            settings.report("error", f"{key}.{lang}", _("the text in this language is missing"),
                            _("Add {example}", example=f"{lang}: …"))  # fmt: skip
        else:
            check_text(settings, f"{key}.{lang}", value[lang])


def _check_stages(settings: Settings) -> None:
    seen: set[str] = set()
    example = "- {id: proposed, label: {id: diusulkan, en: proposed}}"
    for key in ("stages", "unstaged"):
        if key not in settings.config or (key == "unstaged" and not settings.config[key]):
            continue
        stages = settings.config[key]
        if not isinstance(stages, list) or not stages:
            settings.report("error", key, _("must be a list of stages, the first step first"),
                            _("Write {example}", example=example))  # fmt: skip
            continue
        for n, stage in enumerate(stages):
            place = f"{key}.{n}"
            if not isinstance(stage, dict) or "id" not in stage or "label" not in stage:
                settings.report("error", place, _("a stage needs an id and a label"),
                                _("Write {example}", example=example))  # fmt: skip
                continue
            _check_bilingual(settings, f"{place}.label", stage["label"])
            if not check_text(settings, f"{place}.id", stage["id"]):
                continue
            if stage["id"] in seen:
                settings.report("error", f"{place}.id",
                                _("the stage “{id}” stands twice", id=stage["id"]),
                                _("Delete one of them."))  # fmt: skip
            seen.add(stage["id"])
    _check_execution(settings)


def _check_execution(settings: Settings) -> None:
    chosen = settings.config.get("execution")
    if chosen is None:
        return
    ordered = settings.ordered
    if not isinstance(chosen, dict):
        settings.report("error", "execution", _("must name two stages"),
                        _("Write {example}", example="execution: {from: …, to: …}"))  # fmt: skip
        return
    # YAML reads neither `from` nor `to` as anything but text.
    places = []
    for key in ("from", "to"):
        if key in chosen and chosen[key] not in ordered:
            settings.report("error", f"execution.{key}",
                            _("“{text}” is not one of the stages in order", text=chosen[key]),
                            choose_from(str(chosen[key]), ordered))  # fmt: skip
        elif ordered:
            places.append(ordered.index(chosen.get(key, ordered[0 if key == "from" else -1])))
    if len(places) == 2 and places[0] > places[1]:
        settings.report("error", "execution", _("goes from a later stage to an earlier one"),
                        _("Swap the two stages."))  # fmt: skip


def find_framework(settings: Settings, folder: Path) -> tuple[Framework | None, list[Problem]]:
    """Return the study's framework, from its own folder or from those that hold data."""
    name = settings.config.get("framework")
    if not isinstance(name, str) or not name.strip():
        return None, []
    folders = [folder, *(f / "frameworks" for f in data_folders())]
    for path in (f / f"{name}.yml" for f in folders):
        if path.is_file():
            return _usable_framework(path)
    known = {p.stem for f in folders[1:] if f.is_dir() for p in f.glob("*.yml")}
    found = Settings(lines=settings.lines)
    found.report("error", "framework", _("there is no framework “{name}”", name=name),
                 choose_from(name, sorted(known)))  # fmt: skip
    return None, found.problems


def _usable_framework(path: Path) -> tuple[Framework | None, list[Problem]]:
    try:
        return read_framework(path), []
    except UserError as wrong:
        place = re.fullmatch(r"(?:.*:([0-9]+): )?(.*)", str(wrong), re.DOTALL)
        line, said = place.groups() if place else (None, str(wrong))
        message, _sign, remedy = said.rpartition("; ")
        return None, [Problem(
            "error", path.name, int(line) if line else None, "", message or remedy,
            remedy if message else _("Compare it with the frameworks that come with the library."),
        )]  # fmt: skip
