"""A research object: study, notebooks, results and how they were made, in one RO-Crate.

The crate follows RO-Crate 1.1 with the profile Process Run Crate 0.5: each notebook that ran is a
``CreateAction`` from the manifest. What a study may not release is not in it.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from bantar_lib.batch.manifest import read_manifest, sha256
from bantar_lib.batch.plan import batch_notebooks, safe_name
from bantar_lib.errors import UserError
from bantar_lib.exchange.released_study import write_released_study
from bantar_lib.publish.crate_metadata import STUDY, Run, describe
from bantar_lib.words import LANGUAGES, room_words

if TYPE_CHECKING:
    from bantar_lib.study import Study

_ = room_words("publish")

_BESIDE = ("report*.docx", "report*.pdf", "report*.html", "laporan*.docx", "laporan*.pdf",
           "laporan*.html", "table*.xlsx", "tabel*.xlsx")  # fmt: skip
"""What `bantar report` leaves beside a notebook."""
_TEXT = {".ipynb", ".html", ".json", ".jsonl", ".csv"}
RESULTS = "results.csv"


@dataclass(frozen=True)
class Crate:
    """A crate that was written.

    Parameters
    ----------
    path : Path
        The zip file, or the folder.
    kept_back : Counter
        Reason → how many things did not leave for it.
    runs : int
        How many notebook runs it tells of.
    """

    path: Path
    kept_back: Counter[str]
    runs: int


def write_crate(
    study: Study,
    *,
    lang: str | None = None,
    outputs: Path = Path("outputs"),
    folder: bool = False,
) -> Crate:
    """Write study, notebooks, outputs and manifest as an RO-Crate.

    Parameters
    ----------
    study : Study
        The study that was run.
    lang : str, optional
        Only the pages of this language; by default those of every language that was run.
    outputs : Path
        The folder that ``bantar run`` wrote to.
    folder : bool
        Write a folder instead of a zip file.

    Returns
    -------
    Crate
        ``<outputs>/<study>/crate.zip``, or the folder ``crate`` beside it. The same runs give
        the same bytes.

    Raises
    ------
    UserError
        Where nothing has been run, the study has changed since, or it names no licence.
    """
    root = outputs.resolve() / safe_name(study.id)
    runs = _runs(study, root, lang)
    if not study.config.get("licence"):
        raise UserError(
            _("{file}: says no licence, without which nobody may use the crate; add for example "
              "licence: CC-BY-4.0", file=study.path / "study.yml"))  # fmt: skip
    target = root / ("crate" if folder else "crate.zip")
    with tempfile.TemporaryDirectory(dir=root, prefix=".crate-") as name:
        top = Path(name) / "crate"
        kept_back = write_released_study(study, top / STUDY)
        for notebook in batch_notebooks():
            _copy(notebook, top / "notebooks" / notebook.name)
        made = [_take(study, run, root, top) for run in runs]
        for one in sorted({run.lang for run in made}):
            _write_manifest(top / "outputs" / one, [run for run in made if run.lang == one])
        _write_results(study, made, top)
        ended = max(run.ended for run in made)
        describe(study, made, top, ended)
        _put(top, target, ended)
    return Crate(target, kept_back, len(made))


# What ran


def _runs(study: Study, root: Path, lang: str | None) -> list[Run]:
    """Return the finished notebook runs of which the outputs are there, as the manifest has them.

    Raises
    ------
    UserError
        Where there is none, or one read the study in an earlier state.
    """
    notebooks = {path.stem for path in batch_notebooks()}
    found = [
        Run(one, root / one / output, line)
        for one in ([lang] if lang else LANGUAGES)
        if (root / one).is_dir()
        for output, line in sorted(read_manifest(root / one).items())
        if line.get("status") == "done"
        and str(line.get("notebook", "")).removesuffix(".ipynb") in notebooks
        and _inside(root / one / output, root / one)
    ]
    command = f"bantar run {study.id}" + (f" --lang {lang}" if lang else "")
    if not found:
        raise UserError(_("There is nothing to export yet. Run first: {command}", command=command))
    stale = [run for run in found if run.line.get("inputs") != study.content_hash]
    if stale:
        raise UserError(
            _("{n} of {all} pages were made before the study last changed, among them {file}. "
              "Run again: {command}", n=len(stale), all=len(found),
              file=stale[0].output.relative_to(root), command=command))  # fmt: skip
    return found


def _inside(path: Path, folder: Path) -> bool:
    """Say whether a file that the manifest names is there, and truly below `folder`."""
    return path.is_file() and path.resolve().is_relative_to(folder)


# What is taken in


def _take(study: Study, run: Run, root: Path, top: Path) -> Run:
    """Copy what a run left, and return the run with the files it made."""
    folder = run.output.parent
    made = [run.output, run.output.with_suffix(".html")]
    if run.line.get("district_id"):
        made.append(folder / "result.json")
    beside = [p for pattern in _BESIDE for p in sorted(folder.glob(pattern))]
    inside = []
    for path in [*made, *beside]:
        if _inside(path, root):
            to = PurePosixPath("outputs", path.relative_to(root).as_posix())
            if not (top / to).exists():
                _copy(path, top / to, names=_private_paths(study))
            if path in made:
                inside.append(to.as_posix())
    return Run(run.lang, run.output, run.line, tuple(inside))


def _private_paths(study: Study) -> dict[str, str]:
    """Return how the study's place on this machine is called in what leaves it."""
    return {str(study.path): study.id, study.path.as_posix(): study.id}


def _copy(path: Path, target: Path, *, names: Mapping[str, str] | None = None) -> None:
    """Copy a file; of a text file without the places of this machine."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix not in _TEXT:
        shutil.copyfile(path, target)
        return
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = _without_places(text)
    for place, called in (names or {}).items():
        # As it stands, and as JSON writes it.
        text = text.replace(json.dumps(place)[1:-1], called).replace(place, called)
    target.write_text(text, encoding="utf-8", newline="\n")


def _without_places(text: str) -> str:
    """Return a notebook without what papermill notes of the files of this machine."""
    notebook = json.loads(text)
    noted = notebook.get("metadata", {}).get("papermill")
    if not noted:
        return text
    for key in ("input_path", "output_path", "environment_variables"):
        noted.pop(key, None)
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _write_manifest(folder: Path, runs: Iterable[Run]) -> None:
    """Write the lines of the runs that are taken in, each with the hashes of its files here."""
    with (folder / "manifest.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for run in runs:
            output = folder / str(run.line["output"])
            made = [output.with_name(PurePosixPath(name).name) for name in run.made]
            files = {
                path.name: {"sha256": sha256(path), "bytes": path.stat().st_size} for path in made
            }
            line = {**run.line, "parameters": run.parameters, "files": files,
                    "output_sha256": files[output.name]["sha256"]}  # fmt: skip
            line.pop("error", None)
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _write_results(study: Study, runs: Iterable[Run], top: Path) -> None:
    """Gather the result rows of all districts; the same in every language, they are taken once."""
    import pandas as pd

    rows: dict[str, list[dict[str, Any]]] = {}
    for run in runs:
        for name in run.made:
            if name.endswith("/result.json"):
                record = json.loads((top / name).read_text(encoding="utf-8"))
                rows[record["district_id"]] = record["results"]
    if not rows:
        return
    first = ["study", "district_id", "district", "measure", "reading", "role", "value", "low",
             "high", "numerator", "denominator"]  # fmt: skip
    frame = pd.DataFrame([row for code in sorted(rows) for row in rows[code]])
    frame.insert(0, "study", study.id)
    order = [c for c in first if c in frame] + [c for c in frame if c not in first]
    frame[order].to_csv(top / RESULTS, index=False, lineterminator="\n")


# Into one file


def _put(top: Path, target: Path, ended: datetime) -> None:
    """Put the finished crate in its place, whole or not at all."""
    if target.suffix != ".zip":
        if target.exists():
            shutil.rmtree(target)
        top.replace(target)
        return
    part = top.with_suffix(".zip")
    # The hour and the system it is packed on must not change its bytes.
    when = (max(ended.year, 1980), ended.month, ended.day, 0, 0, 0)
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        archive.writestr(
            zipfile.ZipInfo(STUDY, when), ""
        )  # named in the crate, so it must be there
        for path in _files(top):
            entry = zipfile.ZipInfo(path.relative_to(top).as_posix(), when)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            entry.external_attr = 0o644 << 16
            with path.open("rb") as read, archive.open(entry, "w", force_zip64=False) as write:
                shutil.copyfileobj(read, write)
    try:
        part.replace(target)
    except OSError:
        raise UserError(_("{file} cannot be written; close it if it is open in another program.",
                          file=target)) from None  # fmt: skip


def _files(top: Path) -> Iterator[Path]:
    """Yield the crate's files in an order that no system changes."""
    files = [path for path in top.rglob("*") if path.is_file()]
    yield from sorted(files, key=lambda path: path.relative_to(top).as_posix())
