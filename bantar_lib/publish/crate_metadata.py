"""What ``ro-crate-metadata.json`` says: who, what, from which sources, by which software."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import bantar_lib
from bantar_lib.places import shared_folder
from bantar_lib.study.settings import read_yaml
from bantar_lib.words import LANGUAGES

if TYPE_CHECKING:
    from rocrate.model import ContextEntity, File
    from rocrate.rocrate import ROCrate

    from bantar_lib.study import Study

STUDY = "study/"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_FORMATS = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".geojson": "application/geo+json",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yml": "application/yaml",
}
_FILES = {
    "results.csv": "Every measure of every district, one row each",
    "manifest.jsonl": "What ran, when, with which parameters and software; one line a notebook",
    "result.json": "The measures of one district",
}


@dataclass(frozen=True)
class Run:
    """One run of a notebook.

    Parameters
    ----------
    lang : str
        ``id`` or ``en``.
    output : Path
        The executed notebook.
    line : mapping
        Its line of the manifest.
    made : tuple of str
        The files it made, by their path in the crate.
    """

    lang: str
    output: Path
    line: Mapping[str, Any]
    made: tuple[str, ...] = ()

    @property
    def started(self) -> datetime:
        """When it began; 1980 where the manifest does not say."""
        try:
            started = datetime.fromisoformat(str(self.line.get("started")))
        except ValueError:
            return datetime(1980, 1, 1, tzinfo=UTC)
        return started if started.tzinfo else started.replace(tzinfo=UTC)

    @property
    def ended(self) -> datetime:
        """When it ended."""
        return self.started + timedelta(seconds=float(self.line.get("seconds") or 0))

    @property
    def parameters(self) -> dict[str, str]:
        """The notebook's parameters; the study by its folder's name, whatever its place was."""
        given = {str(k): str(v) for k, v in (self.line.get("parameters") or {}).items()}
        if "study" in given:
            given["study"] = given["study"].replace("\\", "/").rpartition("/")[2]
        return given


def describe(study: Study, runs: Iterable[Run], top: Path, ended: datetime) -> None:
    """Write ``ro-crate-metadata.json`` for the files that lie in `top`.

    Parameters
    ----------
    study : Study
        The study; its released form lies in ``study/``.
    runs : iterable of Run
        In order.
    top : Path
        The crate's folder.
    ended : datetime
        When the last run ended: the crate's date.
    """
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version="1.1")
    crate.metadata.extra_terms = {"sha256": "http://schema.org/sha256"}
    _root(crate, study, ended)
    files = _add_files(crate, top)
    _add_sources(crate, study, top, files)
    runs = list(runs)
    _add_software(crate, runs, files)
    for n, run in enumerate(runs, 1):
        _add_action(crate, n, run, files)
    crate.metadata.write(top)


def _add(crate: ROCrate, identity: str, kind: str | list[str], **said: Any) -> ContextEntity:
    from rocrate.model import ContextEntity

    kept = {k: v for k, v in said.items() if v not in (None, "", [])}
    entity: ContextEntity = crate.add(ContextEntity(crate, identity, {"@type": kind, **kept}))
    return entity


def _alone(values: list[Any]) -> Any:
    """Return a value that stands alone without its list, as RO-Crate 1.1 recommends."""
    return values[0] if len(values) == 1 else values


# The whole


def _root(crate: ROCrate, study: Study, ended: datetime) -> None:
    root = crate.root_dataset
    titles = [study.text("title", lang) for lang in LANGUAGES]
    crate.name = " / ".join(dict.fromkeys(titles))
    said = [study.text("question", lang) for lang in LANGUAGES]
    if study.synthetic:
        said.insert(0, "Data rekaan, hanya untuk latihan dan pengujian. / "
                       "Made-up data, for practice and tests only.")  # fmt: skip
    crate.description = " ".join(said)
    crate.datePublished = ended.date().isoformat()
    root["inLanguage"] = list(LANGUAGES)
    root["identifier"] = study.content_hash
    crate.license = _licence(crate, str(study.config["licence"]))
    root["conformsTo"] = _add(crate, PROFILE, "CreativeWork", name="Process Run Crate",
                              version=PROFILE.rpartition("/")[2])  # fmt: skip
    own = study.path / "CITATION.cff"
    bundled = study.path.parent == shared_folder("data").resolve()
    # Who wrote a study of one's own is not known unless it says so.
    citation = _citation(own) if own.is_file() else _project() if bundled else {}
    if authors := _authors(crate, citation):
        root["author"] = _alone(authors)
        # Who publishes it is not stated beside the authors; only a body can stand for both.
        if bodies := [author for author in authors if author.type == "Organization"]:
            root["publisher"] = _alone(bodies)
    if citation.get("keywords"):
        root["keywords"] = ", ".join(map(str, citation["keywords"]))


def _licence(crate: ROCrate, name: str) -> ContextEntity:
    """Return a licence: an address as it is, a short name (SPDX) by its address."""
    url = name if "://" in name else f"https://spdx.org/licenses/{quote(name)}"
    return _add(crate, url, "CreativeWork", name=name)


def _citation(path: Path) -> dict[str, Any]:
    value, _nodes, _fault = read_yaml(path)
    return value if isinstance(value, dict) else {}


def _project() -> dict[str, Any]:
    return _citation(shared_folder("CITATION.cff"))


def _authors(crate: ROCrate, citation: Mapping[str, Any]) -> list[ContextEntity]:
    """Return the authors of a CITATION.cff: people with a family name, else organisations."""
    entities = []
    for n, author in enumerate(citation.get("authors") or [], 1):
        person = "family-names" in author
        names = (author.get("given-names"), author.get("name-particle"), author.get("family-names"))
        name = " ".join(filter(None, names)) if person else author.get("name")
        entities.append(
            _add(
                crate,
                author.get("orcid") or author.get("website") or f"#author-{n}",
                "Person" if person else "Organization",
                name=name,
                affiliation=author.get("affiliation"),
            )
        )
    return entities


# Files and sources


def _add_files(crate: ROCrate, top: Path) -> dict[str, File]:
    """Add every file of the crate's folder, each with its kind, size and hash."""
    files = {}
    for path in sorted(p for p in top.rglob("*") if p.is_file()):
        name = path.relative_to(top).as_posix()
        data = path.read_bytes()
        said: dict[str, Any] = {
            "name": name,
            "encodingFormat": _FORMATS.get(path.suffix, "application/octet-stream"),
            "contentSize": str(len(data)),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        if path.name in _FILES:
            said["description"] = _FILES[path.name]
        if name.startswith("outputs/"):
            said["inLanguage"] = name.split("/")[1]
        if name.startswith("notebooks/"):
            said["@type"] = ["File", "SoftwareSourceCode"]
            said["programmingLanguage"] = "Python"
            said["version"] = bantar_lib.__version__
        files[name] = crate.add_file(path, quote(name), properties=said)
    study = [file for name, file in files.items() if name.startswith(STUDY)]
    crate.add_dataset(dest_path=STUDY, properties={"name": "The study", "hasPart": study})
    return files


def _add_sources(crate: ROCrate, study: Study, top: Path, files: Mapping[str, File]) -> None:
    """Add the sources as they leave the study, and which table rests on which of them."""
    import pandas as pd

    if "study/sources.csv" not in files:
        return
    table = pd.read_csv(top / "study/sources.csv", dtype=str, keep_default_na=False)
    entities: dict[str, ContextEntity] = {}
    for row in table.to_dict("records"):
        titles = dict.fromkeys((row["title_id"], row["title_en"]))
        licence = row.get("licence")
        entities[row["source_id"]] = _add(
            crate, f"#source-{quote(row['source_id'], safe='')}", "CreativeWork",
            name=" / ".join(titles),
            identifier=row["source_id"],
            genre=row["kind"],
            creditText=row.get("citation"),
            license=_licence(crate, licence) if licence else None,
            # What may leave of a source: its words, a paraphrase of them.
            conditionsOfAccess=f"release: {row['release']}",
        )  # fmt: skip
    for row in table.to_dict("records"):
        if row.get("part_of") in entities:
            entities[row["source_id"]]["isPartOf"] = entities[row["part_of"]]
    if entities:
        crate.root_dataset["isBasedOn"] = _alone(list(entities.values()))
    for name, file in files.items():
        if name.startswith("study/") and name.endswith(".csv") and name != "study/sources.csv":
            cells = pd.read_csv(top / name, dtype=str, keep_default_na=False)
            used = [s for s in dict.fromkeys(cells.get("source_id", ())) if s in entities]
            if used:
                file["isBasedOn"] = _alone([entities[s] for s in used])


# What ran, and with what


def _add_software(crate: ROCrate, runs: Iterable[Run], files: Mapping[str, File]) -> None:
    """Add the software that the runs used; notebooks require it."""
    citation = _project()
    library = _add(
        crate, f"pkg:pypi/bantar-lib@{bantar_lib.__version__}", "SoftwareApplication",
        name="BANTAR Lab", softwareVersion=bantar_lib.__version__,
        description=" ".join(str(citation.get("title", "")).split()),
        license=_licence(crate, str(citation.get("license", "MIT"))),
    )  # fmt: skip
    used = {(str(name), str(version)) for run in runs
            for name, version in (run.line.get("versions") or {}).items()}  # fmt: skip
    needed = [library]
    for name, version in sorted(used):
        if name.replace("-", "_") == "bantar_lib":
            continue
        identity = f"pkg:generic/python@{quote(version)}" if name == "python" else \
                   f"pkg:pypi/{quote(name)}@{quote(version)}"  # fmt: skip
        needed.append(_add(crate, identity, "SoftwareApplication", name=name,
                           softwareVersion=version))  # fmt: skip
    for name, file in files.items():
        if name.startswith("notebooks/"):
            file["softwareRequirements"] = _alone(needed)


def _add_action(crate: ROCrate, n: int, run: Run, files: Mapping[str, File]) -> None:
    """Add one run: which notebook, with which parameters, on what, when, and what it made."""
    stem = str(run.line.get("notebook", run.output.stem)).removesuffix(".ipynb")
    called = " ".join(filter(None, (stem, str(run.line.get("district") or ""), f"({run.lang})")))
    notebook = files.get(f"notebooks/{stem}.ipynb")
    given = [
        _add(crate, f"#parameter-{quote(name, safe='')}-{quote(value, safe='')}",
             "PropertyValue", name=name, value=value)
        for name, value in sorted(run.parameters.items())
    ]  # fmt: skip
    action = _add(
        crate, f"#run-{n}", "CreateAction",
        name=called,
        description=f"The notebook {stem} was run on the study.",
        startTime=run.started.isoformat(timespec="milliseconds"),
        endTime=run.ended.isoformat(timespec="milliseconds"),
        instrument=notebook,
        object=[crate.get(STUDY), *given],
        result=_alone([files[name] for name in run.made]),
        actionStatus="http://schema.org/CompletedActionStatus",
    )  # fmt: skip
    crate.root_dataset.append_to("mentions", action)
