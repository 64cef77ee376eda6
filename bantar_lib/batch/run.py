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
from urllib.parse import quote

import pandas as pd

from bantar_lib.audit import audit_tables
from bantar_lib.batch.execute import Record, execute, one_line, write_whole
from bantar_lib.batch.plan import Job, plan, safe_name
from bantar_lib.coding import check_conclusions
from bantar_lib.errors import UserError
from bantar_lib.measures.shared import warm
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
        Before anything runs: for a study with faults, an unknown district or parameter, or a
        conclusion that does not come back to evidence.
    """
    opened = study if isinstance(study, Study) else load_study(study)
    root = Path(outputs).resolve()
    jobs = plan(opened, districts, lang=lang, outputs=root, parameters=parameters)
    pages = _pages(opened, jobs, plan(opened, None, lang=lang, outputs=root), lang)
    if opened.districts.empty:
        raise UserError(_("The study has no districts yet: fill in the table districts."))
    if faults := check_conclusions(opened):
        raise UserError("\n".join(map(str, faults)))
    warm(opened, audit_tables)  # else each worker would compute what all pages share
    own = executor is None
    pool = executor or ProcessPoolExecutor(
        max_workers=min(workers or os.cpu_count() or 1, len(jobs) or 1),
        # A fresh interpreter: nothing of this process leaks into a notebook, on any system.
        mp_context=multiprocessing.get_context("spawn"),
    )
    try:
        waiting = {pool.submit(execute, job, page): job for job, page in pages}
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
        return Record(
            job.notebook.stem, job.district_id, job.district, "failed", 0.0, str(job.output),
            one_line(fault),
        )  # fmt: skip


def _pages(
    study: Study, jobs: Sequence[Job], every: Sequence[Job], lang: str
) -> list[tuple[Job, Page]]:
    """Return each job with what its page says beside its notebook: title, and links to others."""
    with language(lang):
        titles = {
            "00_reading_guide": _("Reading guide"),
            "01_city": study.text("place", lang),
            "03_evidence": _("Evidence"),
            "04_audit": _("Check of figures and statements"),
        }
        many = terms(study)["districts"].capitalize()
    # A page links to what this run makes and to what an earlier one left, not to what is not there.
    coming = {job.output for job in jobs}
    every = [j for j in every if j.output in coming or j.output.with_suffix(".html").exists()]
    wide = [j for j in every if not j.district_id]
    near = [j for j in every if j.district_id] if len(every) <= _MOST_LINKS else []

    def label(job: Job) -> str:
        return job.district or titles.get(job.notebook.stem, job.notebook.stem)

    def links(here: Job, others: Sequence[Job]) -> list[Link]:
        # A path is put into the form of an address: a blank or # in a name must not cut it.
        return [
            Link(
                label(j),
                quote(relative(j.output.with_suffix(".html"), here.output.parent)),
                j.output == here.output,
            )
            for j in others
        ]

    return [
        (job, Page(
            title=f"{label(job)} · {study.text('title', lang)}",
            lang=lang,
            synthetic=study.synthetic,
            links=links(job, wide),
            districts=links(job, near),
            districts_label=many,
            kicker=", ".join(filter(None, (job.district, study.text("place", lang)))),
        ))
        for job in jobs
    ]  # fmt: skip


def relative(path: Path, start: Path) -> str:
    """Return `path` as seen from `start`, with forward slashes."""
    return Path(os.path.relpath(path, start)).as_posix()


def collect_results(study: Study, lang: str, outputs: Path) -> Path | None:
    """Gather every district's ``result.json`` into one tidy ``results.csv``.

    Results of an earlier state of the study, of which its inputs no longer tell, stay out.
    """
    root = outputs / safe_name(study.id) / lang
    target = root / "results.csv"
    rows: list[dict[str, Any]] = []
    for path in sorted(root.glob("districts/*/result.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        if record.get("input_hash") == study.content_hash:
            rows.extend(record["results"])
    if not rows:
        target.unlink(missing_ok=True)
        return None
    write_whole(target, pd.DataFrame(rows).to_csv(index=False, lineterminator="\n"))
    return target
