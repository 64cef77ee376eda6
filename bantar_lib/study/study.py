"""A study: one folder of tables, opened once and read by everything after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from bantar_lib.frameworks import Framework, read_framework
from bantar_lib.study.places import data_folders
from bantar_lib.study.tables import TABLES


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
    """

    path: Path
    config: Mapping[str, Any]
    framework: Framework
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

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
        loose = [Stage(s["id"], s["label"], False) for s in self.config.get("unstaged", [])]
        return (*ordered, *loose)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table as a fresh copy, with the columns of :data:`~.tables.TABLES`.

        A table that the study does not have comes back empty.
        """
        if name not in self._tables:
            self._tables[name] = _read(self.path, name)
        return self._tables[name].copy()

    @property
    def districts(self) -> pd.DataFrame:
        """One row a district."""
        return self.table("districts")

    @property
    def counts(self) -> pd.DataFrame:
        """One row a district, year, stage and source."""
        return self.table("counts")

    def district(self, key: str) -> pd.Series:
        """Return the row of the district whose code, name or alias is `key`."""
        districts = self.districts
        wanted = key.casefold().strip()
        for _, row in districts.iterrows():
            names = [row["district_id"], row["name"], *row["aliases"].split("|")]
            if wanted in {n.casefold() for n in names if n}:
                return row
        raise KeyError(key)


def _read(folder: Path, name: str) -> pd.DataFrame:
    table = TABLES[name]
    path = folder / f"{name}.csv"
    columns = [c.name for c in table.columns]
    if not path.exists():
        frame = pd.DataFrame({c: pd.Series(dtype="str") for c in columns})
    else:
        frame = pd.read_csv(path, dtype="str", keep_default_na=False)
    for column in table.columns:
        if column.name not in frame:
            frame[column.name] = ""
        if column.kind in ("int", "year"):
            frame[column.name] = pd.to_numeric(frame[column.name]).astype("Int64")
        elif column.kind == "number":
            frame[column.name] = pd.to_numeric(frame[column.name]).astype("Float64")
        elif column.kind == "bool":
            frame[column.name] = frame[column.name].map({"yes": True, "no": False, "": False})
    return frame[columns]


def load_study(name_or_path: str | Path) -> Study:
    """Open a study by its path or by its name."""
    import yaml

    candidates = [Path(name_or_path), *(f / str(name_or_path) for f in data_folders())]
    for path in candidates:
        if (path / "study.yml").exists():
            config = yaml.safe_load((path / "study.yml").read_text(encoding="utf-8"))
            for folder in (path, *(f / "frameworks" for f in data_folders())):
                if (folder / f"{config['framework']}.yml").exists():
                    framework = read_framework(folder / f"{config['framework']}.yml")
                    return Study(path.resolve(), config, framework)
            raise FileNotFoundError(config["framework"])
    raise FileNotFoundError(name_or_path)
