"""What each page of a batch says beside its notebook: its title, and links to the other pages."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from bantar_lib.batch.plan import Job
from bantar_lib.present.page import Link, Page
from bantar_lib.present.terms import terms
from bantar_lib.study import Study
from bantar_lib.words import language, room_words

_ = room_words("batch")
_MOST_LINKS = 80  # a longer list of districts would bury the page


def with_pages(
    study: Study, jobs: Sequence[Job], every: Sequence[Job], lang: str
) -> list[tuple[Job, Page]]:
    """Return each job with its page.

    Parameters
    ----------
    study : Study
        The study.
    jobs : sequence of Job
        The jobs of this run.
    every : sequence of Job
        Those of the whole study. A page links to what this run makes and to what an earlier one
        left, not to what is not there.
    lang : str
        ``id`` or ``en``.
    """
    with language(lang):
        titles = {
            "00_reading_guide": _("Reading guide"),
            "01_city": study.text("place", lang),
            "03_evidence": _("Evidence"),
            "04_audit": _("Check of figures and statements"),
        }
        many = terms(study)["districts"].capitalize()
    coming = {job.output for job in jobs}
    wide = [j for j in every if not j.district_id and (j.output in coming or j.page.exists())]
    near: list[Job] = []
    if len(every) <= _MOST_LINKS:
        near = [j for j in every if j.district_id and (j.output in coming or j.page.exists())]

    def label(job: Job) -> str:
        return job.district or titles.get(job.notebook.stem, job.notebook.stem)

    def links(here: Job, others: Sequence[Job]) -> list[Link]:
        # A path is put into the form of an address: a blank or # in a name must not cut it.
        return [
            Link(label(j), quote(relative(j.page, here.output.parent)), j.output == here.output)
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
