"""Run a batch: all districts or some, on several workers, one failure never stopping another."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from bantar_lib.audit import audit_tables
from bantar_lib.batch.due import Task, basis, due, tasks_of
from bantar_lib.batch.execute import Record, one_line
from bantar_lib.batch.helper import run_anywhere
from bantar_lib.batch.pages import with_pages
from bantar_lib.batch.plan import plan, reference
from bantar_lib.batch.pool import LocalPool, run_all
from bantar_lib.batch.results import collect_results
from bantar_lib.batch.run_log import RunLog
from bantar_lib.coding import check_conclusions
from bantar_lib.errors import UserError
from bantar_lib.measures.shared import warm
from bantar_lib.study import Study, load_study
from bantar_lib.words import room_words

_ = room_words("batch")
COLUMNS = ["notebook", "district_id", "district", "status", "seconds", "output", "error"]
_WINDOW = 256
"""Tasks that wait at once at an executor of which the size is not known."""
_SCRATCH = ".run"


def run_batch(
    study: Study | str | Path,
    districts: Sequence[str] | None = None,
    *,
    lang: str = "id",
    executor: Executor | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    parameters: Mapping[str, str] | None = None,
    outputs: str | Path = "outputs",
    force: bool = False,
    timeout: float | None = None,
    memory_mb: int | None = None,
    engine: Literal["auto", "kernel"] = "auto",
    on_start: Callable[[int, int], None] | None = None,
    on_record: Callable[[Record, int], None] | None = None,
) -> pd.DataFrame:
    """Evaluate districts: run their notebooks and collect their results.

    Only what is due runs: what never ran, failed, or rests on something that has changed since.
    So a batch that was stopped, or killed, is gone on with by running it again.

    Parameters
    ----------
    study : Study, str or Path
        A study, its name or its folder.
    districts : sequence of str, optional
        Codes, names or aliases; without it all districts and the study-wide notebooks run.
    lang : str
        Language of the pages, ``id`` or ``en``.
    executor : concurrent.futures.Executor, optional
        Where the notebooks run; by default `workers` processes on this machine.
    workers : int, optional
        Number of processes; by default one a processor.
    scheduler : str, optional
        Address of a Dask scheduler whose workers run the notebooks.
    parameters : mapping, optional
        Further notebook parameters, as text.
    outputs : str or Path
        The folder under which ``<study>/<lang>/`` is written.
    force : bool
        Run everything, due or not.
    timeout : float, optional
        Seconds that one notebook may take.
    memory_mb : int, optional
        Megabytes that one notebook may hold.
    engine : str
        ``auto`` forks notebooks from a process that is ready, where that is possible; ``kernel``
        starts a new kernel for each, as papermill does.
    on_start : callable, optional
        Called with the number of jobs that are due, and of all.
    on_record : callable, optional
        Called with each finished :class:`Record` and the number of jobs that are due.

    Returns
    -------
    pandas.DataFrame
        One row a notebook: notebook, district_id, district, status (done, failed or unchanged),
        seconds, output, error. ``<study>/<lang>/results.csv`` holds the results of all districts
        that have one, ``manifest.jsonl`` the record of every run, ``run.log`` its details.

    Raises
    ------
    UserError
        Before anything runs: for a study with faults, an unknown district or parameter, a
        conclusion that does not come back to evidence, another run that writes to the same
        folder, or a cluster that cannot do the work.
    """
    opened = study if isinstance(study, Study) else load_study(study)
    root = Path(outputs).resolve()
    limits = {"timeout": timeout, "memory_mb": memory_mb, "engine": engine}
    tasks = _tasks(opened, districts, lang, root, parameters, limits)
    if faults := check_conclusions(opened):
        raise UserError("\n".join(map(str, faults)))
    with RunLog(tasks[0].job.root) as log:
        waiting = [task for task, _reason in due(tasks, force=force)]
        log.start(len(waiting), len(tasks))
        if on_start:
            on_start(len(waiting), len(tasks))
        records: dict[Path, Record] = {}
        try:
            with _scratch(tasks[0]):
                for record in _run(waiting, opened, lang, executor, workers, scheduler, log):
                    records[Path(record.output)] = record
                    log.record(record)
                    if on_record:
                        on_record(record, len(waiting))
        finally:  # also where the user stops it: what had finished counts
            _collect(opened, lang, root)
        log.end(records.values())
    rows = [records.get(task.job.output) or _unchanged(task) for task in tasks]
    return pd.DataFrame([{c: getattr(r, c) for c in COLUMNS} for r in rows], columns=COLUMNS)


def list_due(
    study: Study | str | Path,
    districts: Sequence[str] | None = None,
    *,
    lang: str = "id",
    parameters: Mapping[str, str] | None = None,
    outputs: str | Path = "outputs",
    force: bool = False,
) -> pd.DataFrame:
    """Return what :func:`run_batch` would run, and why; nothing is run or written.

    Parameters
    ----------
    study, districts, lang, parameters, outputs, force
        As for :func:`run_batch`.

    Returns
    -------
    pandas.DataFrame
        One row a job that is due: notebook, district_id, district, reason (one of
        :data:`~bantar_lib.batch.due.REASONS`), output.

    Raises
    ------
    UserError
        As :func:`run_batch` before anything runs.

    Examples
    --------
    >>> table = list_due("kampung_bantar", ["Kota Baru"], outputs="no such folder")
    >>> table[["notebook", "district_id", "reason"]].values.tolist()
    [['02_district', '15.71.07', 'new']]
    """
    opened = study if isinstance(study, Study) else load_study(study)
    tasks = _tasks(opened, districts, lang, Path(outputs).resolve(), parameters)
    rows = [
        (t.job.notebook.stem, t.job.district_id, t.job.district, reason, str(t.job.output))
        for t, reason in due(tasks, force=force)
    ]
    return pd.DataFrame(rows, columns=["notebook", "district_id", "district", "reason", "output"])


def _tasks(
    study: Study, districts: Sequence[str] | None, lang: str, outputs: Path,
    parameters: Mapping[str, str] | None, limits: Mapping[str, Any] | None = None,
) -> list[Task]:  # fmt: skip
    """Lay out all tasks, due or not."""
    jobs = plan(study, districts, lang=lang, outputs=outputs, parameters=parameters)
    if study.districts.empty:
        raise UserError(_("The study has no districts yet: fill in the table districts."))
    pages = with_pages(study, jobs, plan(study, None, lang=lang, outputs=outputs), lang)
    scratch = jobs[0].root / _SCRATCH / uuid.uuid4().hex
    return tasks_of(pages, basis(study), scratch, limits or {})


@contextmanager
def _scratch(task: Task) -> Iterator[None]:
    """Make the run's own folder; remove it afterwards, and those of runs that were killed."""
    runs = task.scratch.parent
    shutil.rmtree(runs, ignore_errors=True)
    task.scratch.mkdir(parents=True)
    try:
        yield
    finally:
        shutil.rmtree(runs, ignore_errors=True)


def _run(
    tasks: Sequence[Task], study: Study, lang: str, executor: Executor | None,
    workers: int | None, scheduler: str | None, log: RunLog,
) -> Iterator[Record]:  # fmt: skip
    """Run tasks where they are to run."""
    if not tasks:
        return
    warm(study, audit_tables)  # else each worker would compute what all pages share
    if executor is not None:
        with closing(run_all(tasks, executor, window=_WINDOW, run=run_anywhere)) as records:
            yield from records
    elif scheduler is not None:
        from bantar_lib.batch.cluster import cluster

        one = tasks[0]
        with (
            cluster(scheduler, study, reference(study), one.basis, one.scratch) as (pool, threads),
            closing(
                run_all(tasks, pool, window=max(_WINDOW, 2 * threads), run=run_anywhere)
            ) as records,
        ):
            yield from records
    else:
        many = min(workers or os.cpu_count() or 1, len(tasks))
        local, done = LocalPool(many, study, lang, log.file), False
        try:
            yield from run_all(tasks, local.executor, window=2 * many + 1, renew=local.renew)
            done = True
        finally:
            local.end(now=not done)


def _collect(study: Study, lang: str, outputs: Path) -> None:
    try:
        collect_results(study, lang, outputs)
    except OSError as fault:  # the pages are there all the same
        raise UserError(
            _("The results cannot be written: {fault}", fault=one_line(fault))
        ) from None


def _unchanged(task: Task) -> Record:
    job = task.job
    return Record(job.notebook.stem, job.district_id, job.district, "unchanged", 0.0,
                  str(job.output))  # fmt: skip
