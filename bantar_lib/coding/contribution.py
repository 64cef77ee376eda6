"""Causal statements: a claim, its rivals, and the tests that could tell them apart.

The kinds of tests are Van Evera's (1997, chapter 1): what passing or failing one is worth depends
on whether the explanation had to pass it (certain) and whether only it could (unique).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import bantar_lib
from bantar_lib.errors import UserError
from bantar_lib.study import Study
from bantar_lib.study.problems import choose_from
from bantar_lib.words import LANGUAGES, room_words
from bantar_lib.yaml_file import Entries, fault, read_yaml

_ = room_words("coding")

FILE = "contributions.yml"
KINDS = ("straw_in_the_wind", "hoop", "smoking_gun", "doubly_decisive")
RESULTS = ("passed", "failed", "unclear", "not_available")
BEARINGS = {
    ("straw_in_the_wind", "passed"): "hints",
    ("straw_in_the_wind", "failed"): "weakens",
    ("hoop", "passed"): "survives",
    ("hoop", "failed"): "eliminates",
    ("smoking_gun", "passed"): "confirms",
    ("smoking_gun", "failed"): "weakens",
    ("doubly_decisive", "passed"): "confirms",
    ("doubly_decisive", "failed"): "eliminates",
}
"""What the result of a test of a kind says of the explanation; any other result says nothing."""


@dataclass(frozen=True)
class CausalTest:
    """One test of one explanation: what it would show if true, and what the data show."""

    id: str
    explanation: str
    kind: str
    result: str
    expects: dict[str, str]
    found: dict[str, str]
    segments: tuple[str, ...]
    measures: tuple[str, ...]
    line: int

    @property
    def bearing(self) -> str:
        """What the result says of the explanation: a value of :data:`BEARINGS`, or ``none``."""
        return BEARINGS.get((self.kind, self.result), "none")


@dataclass(frozen=True)
class Contribution:
    """An outcome with its explanations, the claimed one first, their tests and a conclusion."""

    id: str
    district_id: str
    outcome: dict[str, str]
    explanations: dict[str, dict[str, str]]
    tests: tuple[CausalTest, ...]
    conclusion: dict[str, str]


def read_contributions(study: Study) -> tuple[Contribution, ...]:
    """Read ``contributions.yml``; nothing where the study has none.

    Raises
    ------
    UserError
        For a missing text or language, an unknown key, kind, result, explanation, district or
        measure, or an id that stands twice; it names the line.
    """
    path = study.path / FILE
    if not path.is_file():
        return ()
    top = read_yaml(path)
    reader = _Reader(path, study)
    reader.keys(top, ("contributions",))
    return tuple(reader.contribution(entry) for entry in reader.listed(top, "contributions"))


def contributions(study: Study) -> pd.DataFrame:
    """Return the tests of a study's causal statements, one row a test.

    Parameters
    ----------
    study : Study
        A study; ``contributions.yml`` is optional.

    Returns
    -------
    pandas.DataFrame
        contribution, district_id, explanation, role (``claim`` or ``rival``), test, kind,
        result, bearing (``hints``, ``weakens``, ``survives``, ``eliminates``, ``confirms`` or
        ``none``), explanation_id/_en, expects_id/_en, found_id/_en, segment_ids and measures
        (``|``). An explanation without a test has one row with blanks.

    Raises
    ------
    UserError
        For a fault in the file; it names the line.

    Examples
    --------
    >>> from bantar_lib import load_study
    >>> table = contributions(load_study("kampung_bantar"))
    >>> sorted(set(table["role"])), {"confirms", "eliminates"} & set(table["bearing"])
    (['claim', 'rival'], set())
    """
    rows = []
    for one in read_contributions(study):
        for n, (explanation, text) in enumerate(one.explanations.items()):
            shared = {"contribution": one.id, "district_id": one.district_id,
                      "explanation": explanation, "role": "rival" if n else "claim",
                      **{f"explanation_{lang}": text[lang] for lang in LANGUAGES}}  # fmt: skip
            own = [test for test in one.tests if test.explanation == explanation]
            rows += [shared | _row(test) for test in own] or [shared]
    columns = [
        "contribution", "district_id", "explanation", "role", "test", "kind", "result", "bearing",
        "explanation_id", "explanation_en", "expects_id", "expects_en", "found_id", "found_en",
        "segment_ids", "measures",
    ]  # fmt: skip
    return pd.DataFrame(rows).reindex(columns=columns).fillna("")


def _row(test: CausalTest) -> dict[str, str]:
    texts = {f"{key}_{lang}": getattr(test, key)[lang]
             for key in ("expects", "found") for lang in LANGUAGES}  # fmt: skip
    return {"test": test.id, "kind": test.kind, "result": test.result, "bearing": test.bearing,
            "segment_ids": "|".join(test.segments), "measures": "|".join(test.measures),
            **texts}  # fmt: skip


def standing(study: Study) -> pd.DataFrame:
    """Return how each explanation stands after its tests, and whether they can be told apart.

    Returns
    -------
    pandas.DataFrame
        contribution, explanation, role, passed, failed, open (numbers of tests; open: unclear or
        without data), standing (``confirmed``, ``eliminated``, ``conflicting``, ``undecided``,
        or ``untested``), separated (whether the data leave exactly one explanation of this
        contribution standing, or confirm exactly one), conclusion_id, conclusion_en.

    Examples
    --------
    The data cannot tell "one facilitator" from "an intake limit":

    >>> from bantar_lib import load_study
    >>> table = standing(load_study("kampung_bantar"))
    >>> set(table["standing"]), bool(table["separated"].any())
    ({'undecided'}, False)
    """
    rows = []
    for one in read_contributions(study):
        own = {name: [t for t in one.tests if t.explanation == name] for name in one.explanations}
        stands = {name: _standing(tests) for name, tests in own.items()}
        left = [name for name, s in stands.items() if s != "eliminated"]
        sure = [name for name, s in stands.items() if s == "confirmed"]
        for n, (name, tests) in enumerate(own.items()):
            results = [test.result for test in tests]
            rows.append({
                "contribution": one.id,
                "explanation": name,
                "role": "rival" if n else "claim",
                "passed": results.count("passed"),
                "failed": results.count("failed"),
                "open": results.count("unclear") + results.count("not_available"),
                "standing": stands[name],
                "separated": len(sure) == 1 or (len(left) == 1 and len(own) > 1),
                **{f"conclusion_{lang}": one.conclusion[lang] for lang in LANGUAGES},
            })  # fmt: skip
    columns = [
        "contribution", "explanation", "role", "passed", "failed", "open", "standing", "separated",
        "conclusion_id", "conclusion_en",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _standing(tests: list[CausalTest]) -> str:
    bearings = {test.bearing for test in tests}
    if {"confirms", "eliminates"} <= bearings:
        return "conflicting"
    if "confirms" in bearings:
        return "confirmed"
    if "eliminates" in bearings:
        return "eliminated"
    return "undecided" if bearings - {"none"} else "untested"


class _Reader:
    """Turns the entries of the file into contributions, or says which line is at fault."""

    def __init__(self, path: Path, study: Study) -> None:
        self.path, self.study = path, study
        self.ids: set[str] = set()

    def wrong(self, entries: Entries, key: str, value: object, known: Iterable[str]) -> UserError:
        message = _("{key}: “{word}” is not known.", key=key, word=value)
        return fault(self.path, entries.line, f"{message} {choose_from(str(value), known)}")

    def missing(self, entries: Entries, key: str) -> UserError:
        return fault(self.path, entries.line, _("“{key}” is missing or empty; add it.", key=key))

    def keys(self, entries: Entries, known: tuple[str, ...]) -> None:
        for key in entries:
            if key not in known:
                raise self.wrong(entries, "key", key, known)

    def listed(self, entries: Entries, key: str) -> list[Entries]:
        value = entries.get(key)
        if not isinstance(value, list) or not all(isinstance(v, Entries) for v in value):
            raise self.missing(entries, key)
        return value

    def texts(self, entries: Entries, key: str) -> dict[str, str]:
        value = entries.get(key)
        for lang in LANGUAGES:
            if not isinstance(value, Entries) or not str(value.get(lang) or "").strip():
                raise self.missing(entries, f"{key}: {lang}")
        assert isinstance(value, Entries)
        return {lang: str(value[lang]).strip() for lang in LANGUAGES}

    def identity(self, entries: Entries) -> str:
        name = str(entries.get("id") or "")
        if not name:
            raise self.missing(entries, "id")
        if name in self.ids:
            raise fault(self.path, entries.line, _("the id “{id}” stands twice; change one.",
                                                   id=name))  # fmt: skip
        self.ids.add(name)
        return name

    def names(self, entries: Entries, key: str) -> tuple[str, ...]:
        value: Any = entries.get(key) or []
        if not isinstance(value, list):
            raise self.missing(entries, key)
        return tuple(str(v) for v in value)

    def contribution(self, entries: Entries) -> Contribution:
        self.keys(entries, ("id", "district", "outcome", "explanations", "tests", "conclusion"))
        identity = self.identity(entries)
        explanations: dict[str, dict[str, str]] = {}
        for one in self.listed(entries, "explanations"):
            self.keys(one, ("id", "text"))
            explanations[self.identity(one)] = self.texts(one, "text")
        if len(explanations) < 2:
            raise fault(
                self.path,
                entries.line,
                _("{id}: a claim needs a rival; add another explanation.", id=identity),
            )
        district = entries.get("district")
        return Contribution(
            id=identity,
            district_id=str(self.study.district(str(district))["district_id"]) if district else "",
            outcome=self.texts(entries, "outcome"),
            explanations=explanations,
            tests=tuple(self.test(t, explanations) for t in self.listed(entries, "tests")),
            conclusion=self.texts(entries, "conclusion"),
        )

    def test(self, entries: Entries, explanations: dict[str, dict[str, str]]) -> CausalTest:
        self.keys(entries, ("id", "of", "kind", "result", "expects", "found", "segments",
                            "measures"))  # fmt: skip
        chosen = {}
        for key, known in (("of", tuple(explanations)), ("kind", KINDS), ("result", RESULTS)):
            if entries.get(key) not in known:
                raise self.wrong(entries, key, entries.get(key), known)
            chosen[key] = str(entries[key])
        measures = self.names(entries, "measures")
        for name in measures:
            if name not in bantar_lib.__all__:
                raise self.wrong(entries, "measures", name, bantar_lib.__all__)
        return CausalTest(
            id=self.identity(entries),
            explanation=chosen["of"],
            kind=chosen["kind"],
            result=chosen["result"],
            expects=self.texts(entries, "expects"),
            found=self.texts(entries, "found"),
            segments=self.names(entries, "segments"),
            measures=measures,
            line=entries.line,
        )
