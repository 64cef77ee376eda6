"""Run a batch: all districts or some, on several workers, one failure never stopping another."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from bantar_lib.batch.execute import Record, execute, write_whole
from bantar_lib.batch.plan import Job, plan, safe_name
from bantar_lib.present.page import Link, Page
from bantar_lib.present.terms import terms
from bantar_lib.study import Study, load_study
from bantar_lib.words import language, room_words

_ = room_words("batch")
_MOST_LINKS = 80  # a longer list of districts would bury the page


def run_batch(
    study: Study | str | Path,
    districts: Sequence[str] | None = None,
    *,
    lang: str = "id",
    executor: Executor | None = None,
    workers: int | None = None,
    parameters: Mapping[str, str] | None = None,
    outputs: str | Path = "outputs",
    on_record: Callable[[Record, int], None] | None = None,
) -> pd.DataFrame:
    """Evaluate districts: run their notebooks and collect their results.

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
    parameters : mapping, optional
        Further notebook parameters, as text.
    outputs : str or Path
        The folder under which ``<study>/<lang>/`` is written.
    on_record : callable, optional
        Called with each finished :class:`Record` and the number of jobs.

    Returns
    -------
    pandas.DataFrame
        One row a notebook: notebook, district_id, district, status, seconds, output, error.
        ``<study>/<lang>/results.csv`` holds the results of all districts that have one.

    Raises
    ------
    UserError
        Before anything runs: for a study with faults, an unknown district or parameter.
    """
    opened = study if isinstance(study, Study) else load_study(study)
    root = Path(outputs).resolve()
    jobs = plan(opened, districts, lang=lang, outputs=root, parameters=parameters)
    every = plan(opened, None, lang=lang, outputs=root)
    pages = {job.output: _page(opened, job, every, lang) for job in jobs}
    own = executor is None
    pool = executor or ProcessPoolExecutor(
        max_workers=min(workers or os.cpu_count() or 1, len(jobs) or 1),
        # A fresh interpreter: nothing of this process leaks into a notebook, on any system.
        mp_context=multiprocessing.get_context("spawn"),
    )
    try:
        waiting = {pool.submit(execute, job, pages[job.output]): job for job in jobs}
        records = []
        for future in as_completed(waiting):
            record = _settle(future, waiting[future])
            records.append(record)
            if on_record:
                on_record(record, len(jobs))
    finally:
        if own:
            pool.shutdown(cancel_futures=True)
    collect_results(opened, lang, root)
    order = {job.output: n for n, job in enumerate(jobs)}
    records.sort(key=lambda r: order[Path(r.output)])
    return pd.DataFrame([asdict(r) for r in records], columns=list(Record.__annotations__))


def _settle(future: Future[Record], job: Job) -> Record:
    """Return a job's record, also where its worker died or could not write."""
    try:
        return future.result()
    except Exception as fault:  # the other districts go on
        text = f"{type(fault).__name__}: {fault}".splitlines()[0]
        return Record(
            job.notebook.stem, job.district_id, job.district, "failed", 0.0, str(job.output), text
        )


def _page(study: Study, job: Job, every: Sequence[Job], lang: str) -> Page:
    """Return what the job's page says beside its notebook: title, and links to the others."""
    here = job.output.parent

    def link(other: Job, label: str) -> Link:
        path = os.path.relpath(other.output.with_suffix(".html"), here)
        return Link(label, Path(path).as_posix(), other.output == job.output)

    with language(lang):
        titles = {
            "00_reading_guide": _("Reading guide"),
            "01_city": study.text("place", lang),
            "03_evidence": _("Evidence"),
            "04_audit": _("Check of figures and statements"),
        }
        many = terms(study)["districts"].capitalize()
    wide = [
        link(j, titles.get(j.notebook.stem, j.notebook.stem)) for j in every if not j.district_id
    ]
    near = [j for j in every if j.district_id] if len(every) <= _MOST_LINKS else []
    name = job.district or titles.get(job.notebook.stem, job.notebook.stem)
    return Page(
        title=f"{name} · {study.text('title', lang)}",
        lang=lang,
        synthetic=study.synthetic,
        links=wide,
        districts=[link(j, j.district) for j in near],
        districts_label=many,
    )


def collect_results(study: Study, lang: str, outputs: Path) -> Path | None:
    """Gather every district's ``result.json`` into one tidy ``results.csv``."""
    root = outputs / safe_name(study.id) / lang
    rows: list[dict[str, Any]] = []
    for path in sorted(root.glob("districts/*/result.json")):
        rows.extend(json.loads(path.read_text(encoding="utf-8"))["results"])
    if not rows:
        return None
    target = root / "results.csv"
    write_whole(target, pd.DataFrame(rows).to_csv(index=False, lineterminator="\n"))
    return target
