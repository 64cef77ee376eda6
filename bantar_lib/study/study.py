"""A study: one folder of tables, opened once and read by everything after it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bantar_lib import store
from bantar_lib.errors import UserError
from bantar_lib.frameworks import Framework
from bantar_lib.places import data_folders
from bantar_lib.study.cells import no_rows
from bantar_lib.study.check import NEEDED, faults_of
from bantar_lib.study.contents import read_contents, read_typed
from bantar_lib.study.opened import Opened, hash_of, recall, remember, stamp_of
from bantar_lib.study.problems import Problem, in_order, nearest
from bantar_lib.study.settings import FILE, find_framework, read_settings
from bantar_lib.study.slices import read_district
from bantar_lib.study.tables import TABLES
from bantar_lib.words import room_words

_ = room_words("study")

_MOST_FAULTS = 5
_KEPT = ("districts", "counts")
"""The tables that grow with the districts; evidence is kept nowhere but in the study's folder."""


@dataclass(frozen=True)
class Stage:
    """A step that a unit can reach; `ordered` is false for one whose place is not known."""

    id: str
    label: Mapping[str, str]
    ordered: bool = True


@dataclass(frozen=True)
class Study:
    """A programme's counts, sources and coded evidence.

    Text cells that are blank are ``""``; numbers that are blank are ``<NA>`` (unknown, never 0).

    Parameters
    ----------
    path : Path
        The study's folder.
    config : mapping
        ``study.yml``.
    framework : Framework
        The framework that evidence is coded to.
    opened : Opened, optional
        What its files were when :func:`load_study` read them; None for a study put together in
        memory, of which nothing is kept on disk.
    """

    path: Path
    config: Mapping[str, Any]
    framework: Framework
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)
    opened: Opened | None = field(default=None, repr=False, compare=False)

    @property
    def id(self) -> str:
        """The study's identifier."""
        return str(self.config["id"])

    @property
    def synthetic(self) -> bool:
        """Whether the data are made up."""
        return bool(self.config["synthetic"])

    def text(self, key: str, lang: str) -> str:
        """Return a text of ``study.yml`` such as ``title`` or ``unit`` in `lang`."""
        return str(self.config[key][lang])

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in order, then those without a place in it."""
        ordered = [Stage(s["id"], s["label"]) for s in self.config["stages"]]
        loose = [Stage(s["id"], s["label"], False) for s in self.config.get("unstaged") or []]
        return (*ordered, *loose)

    @cached_property
    def _labels(self) -> dict[str, Mapping[str, str]]:
        return {s.id: s.label for s in self.stages}

    def label(self, stage: str, lang: str) -> str:
        """Return a stage's label in `lang`.

        Raises
        ------
        KeyError
            For a stage that the study does not have.

        Examples
        --------
        >>> load_study("kampung_bantar").label("proposed", "id")
        'diusulkan'
        """
        return str(self._labels[stage][lang])

    @property
    def first_stage(self) -> str:
        """The stage from which execution counts: ``execution: from``, else the first in order."""
        ordered = [s.id for s in self.stages if s.ordered]
        return str((self.config.get("execution") or {}).get("from", ordered[0]))

    @property
    def last_stage(self) -> str:
        """The stage up to which execution counts: ``execution: to``, else the last in order."""
        ordered = [s.id for s in self.stages if s.ordered]
        return str((self.config.get("execution") or {}).get("to", ordered[-1]))

    def table(self, name: str, *, district: str | None = None) -> pd.DataFrame:
        """Return a table as a fresh copy, with the columns of :data:`~.tables.TABLES`.

        Parameters
        ----------
        name : str
            A table; one that the study does not have comes back empty.
        district : str, optional
            Only this district's rows (code, name or alias). Of a table that was read before, and
            of a large CSV or Parquet file, the rest is not loaded.

        Returns
        -------
        DataFrame
            Text, codes, choices, ids and dates as ``str``, blank ``""``; whole numbers and years
            ``Int64``; numbers ``Float64``; yes/no ``bool``.

        Raises
        ------
        UserError
            Where a cell is not what its column holds; the first faults are named.
        KeyError
            For a table that no study has.

        Examples
        --------
        >>> study = load_study("kampung_bantar")
        >>> study.table("counts", district="Kota Baru")["district_id"].unique().tolist()
        ['15.71.07']
        """
        form = TABLES[name]
        if district is None:
            return self._whole(name).copy()
        code = self.district(district)["district_id"]
        if "district_id" not in form.names:
            raise KeyError("district_id")
        if name not in self._tables:
            part = self._kept(name, code)
            if part is None:
                part = read_district(self.path, name, code, self._labels)
            if part is not None:
                return part
        whole = self._whole(name)
        return whole[whole["district_id"] == code].reset_index(drop=True)

    def _whole(self, name: str) -> pd.DataFrame:
        if name not in self._tables:
            kept = self._kept(name)
            self._tables[name] = self._read(name) if kept is None else kept
        return self._tables[name]

    def _kept(self, name: str, code: str | None = None) -> pd.DataFrame | None:
        if self.opened is None or name not in _KEPT:
            return None
        return store.fetch(self.opened.content_hash, f"table-{name}", district=code)

    def _read(self, name: str) -> pd.DataFrame:
        read = read_typed(self.path, name, self._labels)
        if read is None:
            return no_rows(TABLES[name])
        _stop_at(self.path, read.problems)
        self._keep(name, read.frame)
        return read.frame

    def _keep(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a table on disk for the next to open this study.

        Not where the files have changed since the study was opened: the table might then be of
        another content than it is kept under.
        """
        if self.opened and name in _KEPT and self.opened.holds(self.path, self.framework):
            store.keep(self.opened.content_hash, f"table-{name}", frame)

    @property
    def districts(self) -> pd.DataFrame:
        """One row a district."""
        return self.table("districts")

    @property
    def counts(self) -> pd.DataFrame:
        """One row a district, year, stage and source."""
        return self.table("counts")

    @staticmethod
    def ids(cell: str) -> tuple[str, ...]:
        """Return the identifiers in a cell that lists them.

        Examples
        --------
        >>> Study.ids("F01| F02 |")
        ('F01', 'F02')
        """
        return tuple(part.strip() for part in cell.split("|") if part.strip())

    @cached_property
    def _names(self) -> dict[str, list[int]]:
        """Every code, name and alias → positions in the table of districts."""
        found: dict[str, list[int]] = {}
        table = self._whole("districts")
        for n, (name, aliases) in enumerate(zip(table["name"], table["aliases"], strict=True)):
            for text in {_plain(t) for t in (name, *self.ids(aliases))} - {""}:
                found.setdefault(text, []).append(n)
        for n, code in enumerate(table["district_id"]):
            found[_plain(code)] = [n]  # a code is never ambiguous, whatever districts are called
        return found

    def district(self, key: str) -> pd.Series:
        """Return the row of the district whose code, name or alias is `key`.

        Neither case nor spaces matter.

        Raises
        ------
        UserError
            For a name that two districts share, or that none has; the nearest are named.

        Examples
        --------
        >>> load_study("kampung_bantar").district("kotabaru")["district_id"]
        '15.71.07'
        """
        table = self._whole("districts")
        # A code, as a page is given, needs no index of all names.
        found: list[int] = np.flatnonzero(table["district_id"] == str(key)).tolist()
        if len(found) != 1:
            found = self._names.get(_plain(str(key)), [])
        if len(found) == 1:
            return table.iloc[found[0]].copy()
        if found:
            rows = table.iloc[found]
            pairs = zip(rows["district_id"], rows["parent"], strict=True)
            shared = [f"{code} ({parent})" if parent else str(code) for code, parent in pairs]
            raise UserError(
                _("{n} districts are called “{key}”; give the code: {codes}.",
                  n=len(found), key=key, codes=", ".join(shared)))  # fmt: skip
        raise UserError(self._unknown(str(key)))

    def _unknown(self, key: str) -> str:
        import difflib

        table = self._whole("districts")
        names = dict.fromkeys([*table["name"], *table["district_id"]])
        plain = {_plain(n): n for n in names}
        near = [plain[p] for p in difflib.get_close_matches(_plain(key), plain, n=3)]
        if near:
            return _("There is no district “{key}” in {study}. Did you mean {near}?",
                     key=key, study=self.id, near=", ".join(near))  # fmt: skip
        if table.empty:
            return _("There is no district “{key}”: {study} has no districts yet. Fill in the "
                     "table districts.", key=key, study=self.id)  # fmt: skip
        called = list(dict.fromkeys(table["name"]))
        known = [*called[:12], "…"] if len(called) > 12 else called
        return _("There is no district “{key}” in {study}. There are: {known}.",
                 key=key, study=self.id, known=", ".join(known))  # fmt: skip

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over all input files and the framework, the same on every system.

        Line ends of text files do not count, nor do ``private/``, hidden and lock files.
        """
        if self.opened is not None:
            return self.opened.content_hash
        return hash_of(self.path, self.framework)


def _plain(text: str) -> str:
    """Return a name without the differences that do not matter: case and spaces."""
    return "".join(text.split()).casefold()


def _stop_at(path: Path, problems: Iterable[Problem]) -> None:
    """Raise one error that names the first faults, where there are errors."""
    errors = [p for p in in_order(problems) if p.severity == "error"]
    if not errors:
        return
    lines = [str(p) for p in errors[:_MOST_FAULTS]]
    if len(errors) > _MOST_FAULTS:
        lines.append(_("… and {n} more.", n=len(errors) - _MOST_FAULTS))
    head = _("{path} has {n} fault; `bantar check {path}` lists all:",
             plural="{path} has {n} faults; `bantar check {path}` lists all:",
             path=path, n=len(errors))  # fmt: skip
    raise UserError("\n".join([head, *lines]))


def find_study(name_or_path: str | Path) -> Path:
    """Return the folder of a study.

    Parameters
    ----------
    name_or_path : str or Path
        A folder, or a name looked up in :func:`~bantar_lib.places.data_folders`.

    Raises
    ------
    UserError
        When it is nowhere: the message lists where it was sought, and the nearest names.

    Examples
    --------
    >>> find_study("kampung_bantar").name
    'kampung_bantar'
    """
    given = Path(name_or_path).expanduser()
    if given.name == FILE:
        given = given.parent
    candidates = list(
        dict.fromkeys(p.resolve() for p in (given, *(f / given for f in data_folders())))
    )
    for path in candidates:
        if (path / FILE).is_file():
            return path
    for path in candidates:
        if path.is_dir():
            raise UserError(_("{path} is no study: it has no study.yml. `bantar new` makes one.",
                              path=path))  # fmt: skip
    near = nearest(given.name, _found_studies())
    hint = _(" Did you mean {near}?", near=near) if near else ""
    sought = ", ".join(str(p) for p in candidates)
    raise UserError(_("There is no study “{name}”. Sought: {sought}.",
                      name=name_or_path, sought=sought) + hint)  # fmt: skip


def _found_studies() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in data_folders():
        if folder.is_dir():
            for path in sorted(folder.iterdir()):
                if (path / FILE).is_file():
                    found.setdefault(path.name, path)
    return found


def list_studies() -> pd.DataFrame:
    """Return the studies that can be found by name.

    Returns
    -------
    DataFrame
        ``name, title_id, title_en, districts, path, synthetic``; `districts` is their number.
        What cannot be read of a study with faults is blank.

    Examples
    --------
    >>> "kampung_bantar" in set(list_studies()["name"])
    True
    """
    rows = []
    for name, path in _found_studies().items():
        config = read_settings(path).config
        title = config.get("title")
        title = title if isinstance(title, dict) else {}
        districts = read_typed(path, "districts")
        rows.append({
            "name": name,
            "title_id": str(title.get("id", "")),
            "title_en": str(title.get("en", "")),
            "districts": len(districts.frame) if districts else pd.NA,
            "path": str(path),
            "synthetic": config.get("synthetic") is True,
        })  # fmt: skip
    columns = ["name", "title_id", "title_en", "districts", "path", "synthetic"]
    return pd.DataFrame(rows, columns=columns).astype({"districts": "Int64", "synthetic": "bool"})


def load_study(name_or_path: str | Path) -> Study:
    """Open a study.

    Parameters
    ----------
    name_or_path : str or Path
        A study's folder, or its name.

    Returns
    -------
    Study
        Its other tables are read when they are asked for.

    Raises
    ------
    UserError
        When there is no such study, or ``study.yml``, the framework, districts, counts or
        sources have errors; the first ones are named.

    Examples
    --------
    >>> study = load_study("kampung_bantar")
    >>> study.id, len(study.districts)
    ('kampung_bantar', 11)
    """
    path = find_study(name_or_path)
    settings = read_settings(path)
    framework, _faults = find_framework(settings, path)
    if framework and (opened := recall(path, framework)):
        return Study(path, settings.config, framework, opened=opened)
    since, before = time.time(), stamp_of(path, framework) if framework else []
    contents = read_contents(path, NEEDED)
    _stop_at(path, faults_of(contents, NEEDED))
    assert contents.framework is not None  # its absence is an error, raised above
    tables = {name: table.frame for name, table in contents.tables.items()}
    opened = remember(path, contents.framework, before, since)
    study = Study(path, contents.settings.config, contents.framework, tables, opened)
    for name, table in tables.items():
        study._keep(name, table)
    return study
