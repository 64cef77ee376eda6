"""Run a batch: all districts or some, on several workers, one failure never stopping another."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from bantar_lib.audit import audit_tables
from bantar_lib.batch.alone import alone
from bantar_lib.batch.engine import can_fork
from bantar_lib.batch.execute import (
    Limits,
    Record,
    Task,
    execute,
    one_line,
    record_of,
    write_whole,
)
from bantar_lib.batch.manifest import (
    Line,
    add_line,
    basis,
    hash_of,
    output_files,
    read_manifest,
    reason_to_run,
)
from bantar_lib.batch.pages import pages_of, relative
from bantar_lib.batch.plan import plan, safe_name
from bantar_lib.batch.pool import Worked, local_workers, stop
from bantar_lib.batch.warm import warm_up
from bantar_lib.coding import check_conclusions
from bantar_lib.errors import UserError
from bantar_lib.measures.counts import SEED
from bantar_lib.measures.shared import warm
from bantar_lib.study import Study, load_study
from bantar_lib.words import room_words

_ = room_words("batch")
LOG = "run.log"


@dataclass(frozen=True)
class Planned:
    """A task, and why it must run; blank where its outputs are up to date."""

    task: Task
    why: str


def run_batch(
    study: Study | str | Path,
    districts: Sequence[str] | None = None,
    *,
    lang: str = "id",
    executor: Executor | None = None,
    workers: int | None = None,
    parameters: Mapping[str, str] | None = None,
    outputs: str | Path = "outputs",
    force: bool = False,
    engine: Literal["auto", "kernel"] = "auto",
    timeout: float | None = None,
    memory_mb: int | None = None,
    on_record: Callable[[Record, int], None] | None = None,
) -> pd.DataFrame:
    """Evaluate districts: run their notebooks and collect their results.

    What is up to date is not run again: the study, the notebook, its parameters, the library and
    its packages are those of the last run, and its files are as that run left them.

    Parameters
    ----------
    study : Study, str or Path
        A study, its name or its folder.
    districts : sequence of str, optional
        Codes, names or aliases; without it all districts and the study-wide notebooks run.
    lang : str
        Language of the pages, ``id`` or ``en``.
    executor : concurrent.futures.Executor, optional
        Where the notebooks run; by default `workers` processes on this machine. Workers on other
        machines must see the study and `outputs` under the same paths.
    workers : int, optional
        Notebooks at a time; by default one a processor.
    parameters : mapping, optional
        Further notebook parameters, as text.
    outputs : str or Path
        The folder under which ``<study>/<lang>/`` is written.
    force : bool
        Also run what is up to date.
    engine : str
        ``kernel`` starts a new kernel for every notebook, as papermill does; by default a process
        is forked for it where the system can.
    timeout : float, optional
        Seconds that a notebook may take.
    memory_mb : int, optional
        Megabytes that a notebook's process may hold.
    on_record : callable, optional
        Called with each finished :class:`Record` and the number of notebooks to run.

    Returns
    -------
    pandas.DataFrame
        One row a notebook: notebook, district_id, district, status (``done``, ``failed``, or
        ``kept`` where it was up to date), seconds, output, error, cpu_seconds, peak_memory_mb,
        engine, note, started. ``<study>/<lang>/results.csv`` holds the results of all districts
        that have one, ``manifest.jsonl`` how each output was made.

    Raises
    ------
    UserError
        Before anything runs: for a study with faults, an unknown district or parameter, a
        conclusion that does not come back to evidence, or where another run writes there.
    """
    opened = study if isinstance(study, Study) else load_study(study)
    root = Path(outputs).resolve()
    folder = root / safe_name(opened.id) / lang
    limits = Limits(engine, timeout, memory_mb)
    laid_out = partial(_lay_out, opened, districts, lang, root, parameters, limits, force)
    laid_out()  # a mistake is said before a folder is made
    with alone(folder):
        every = laid_out()  # what another run did meanwhile need not be done again
        tasks = [p.task for p in every if p.why]
        records = [record_of(p.task.job, "kept") for p in every if not p.why]
        if tasks:
            warm(opened, audit_tables)  # else each worker would compute what all pages share
        for record, task in _run(tasks, executor, workers, engine, opened, lang):
            records.append(record)
            _note(folder, record, task)
            if on_record:
                on_record(record, len(tasks))
        collect_results(opened, lang, root)
    order = {str(p.task.job.output): n for n, p in enumerate(every)}
    records.sort(key=lambda r: order[r.output])
    return pd.DataFrame([asdict(r) for r in records], columns=list(Record.__annotations__))


def planned(
    study: Study | str | Path,
    districts: Sequence[str] | None = None,
    *,
    lang: str = "id",
    parameters: Mapping[str, str] | None = None,
    outputs: str | Path = "outputs",
    force: bool = False,
) -> pd.DataFrame:
    """Return what :func:`run_batch` would do, without doing it.

    Returns
    -------
    pandas.DataFrame
        One row a notebook: notebook, district_id, district, why (blank where it is up to date).

    Raises
    ------
    UserError
        As :func:`run_batch`.
    """
    opened = study if isinstance(study, Study) else load_study(study)
    every = _lay_out(
        opened, districts, lang, Path(outputs).resolve(), parameters, Limits(), force
    )  # fmt: skip
    columns = ["notebook", "district_id", "district", "why"]
    rows = [
        (p.task.job.notebook.stem, p.task.job.district_id, p.task.job.district, p.why)
        for p in every
    ]
    return pd.DataFrame(rows, columns=columns)


def _lay_out(
    study: Study,
    districts: Sequence[str] | None,
    lang: str,
    root: Path,
    parameters: Mapping[str, str] | None,
    limits: Limits,
    force: bool,
) -> list[Planned]:
    jobs = plan(study, districts, lang=lang, outputs=root, parameters=parameters)
    if study.districts.empty:
        raise UserError(_("The study has no districts yet: fill in the table districts."))
    if faults := check_conclusions(study):
        raise UserError("\n".join(map(str, faults)))
    pages = pages_of(study, jobs, plan(study, None, lang=lang, outputs=root), lang)
    folder = root / safe_name(study.id) / lang
    known = read_manifest(folder)
    every = []
    for job, page in zip(jobs, pages, strict=True):
        task = Task(job, page, basis(job, page, study.content_hash), limits)
        why = reason_to_run(job, dict(task.basis), known.get(relative(job.output, folder)))
        every.append(Planned(task, why or (_("asked for") if force else "")))
    return every


def _run(
    tasks: Sequence[Task],
    executor: Executor | None,
    workers: int | None,
    engine: str,
    study: Study,
    lang: str,
) -> Any:
    """Yield the record of each task, as it ends."""
    number = workers or os.cpu_count() or 1
    renewed = None
    if executor is None and tasks:
        number = min(number, len(tasks))
        where = study.path
        if engine == "auto":
            warm_up(study, lang, draw=len(tasks) > number)
        forked = engine == "auto" and not can_fork()
        prepare = None if forked or engine != "auto" else partial(warm_up, where, lang, draw=False)
        renewed = partial(local_workers, number, forked=forked, prepare=prepare)
        executor = renewed()
    if executor is None:
        return
    work = Worked(execute, tasks, executor=executor, window=number, renewed=renewed)
    try:
        for task, done in work:
            if isinstance(done, Exception):
                done = record_of(task.job, "failed", one_line(done))
            yield done, task
    except BaseException:
        if renewed:
            stop(work.executor)
        raise
    if renewed:
        work.executor.shutdown()


def _note(folder: Path, record: Record, task: Task) -> None:
    """Note how an output was made, in the manifest and in the log."""
    output = relative(task.job.output, folder)
    line: Line = {
        **{k: v for k, v in asdict(record).items() if k != "note"},
        **task.basis,
        "output": output,
        "seed": SEED,
        **{key: hash_of(file) for key, file in output_files(task.job).items()},
    }
    text = f"{record.started}\t{record.status}\t{record.seconds:.2f} s\t{output}\t{record.error}"
    with suppress(OSError):  # of a full disk the record tells
        add_line(folder, line)
        with (folder / LOG).open("a", encoding="utf-8") as log:
            log.write(text.rstrip() + "\n")


def collect_results(study: Study, lang: str, outputs: Path) -> Path | None:
    """Gather every district's ``result.json`` into one tidy ``results.csv``.

    Results of an earlier state of the study, of which its inputs no longer tell, stay out.
    """
    root = outputs / safe_name(study.id) / lang
    target = root / "results.csv"
    rows: list[dict[str, Any]] = []
    for path in sorted(root.rglob("result.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        if record.get("input_hash") == study.content_hash:
            rows.extend(record["results"])
    if not rows:
        target.unlink(missing_ok=True)
        return None
    write_whole(target, pd.DataFrame(rows).to_csv(index=False, lineterminator="\n"))
    return target
