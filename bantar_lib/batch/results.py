"""The results of all districts as one tidy table, gathered without opening a notebook."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bantar_lib.batch.files import write_whole
from bantar_lib.batch.plan import Job, plan
from bantar_lib.study import Study


def collect_results(study: Study, lang: str, outputs: Path) -> Path | None:
    """Gather every district's ``result.json`` into one tidy ``results.csv``.

    Results of an earlier state of the study, of which its inputs no longer tell, stay out. The
    rows of a district follow each other, the districts as in the study; a blank is unknown.

    Returns
    -------
    Path or None
        The table, or None where no district has results: then there is no file either.
    """
    jobs = plan(study, None, lang=lang, outputs=outputs)
    target = jobs[0].root / "results.csv"
    columns = list(next(_rows(jobs, study.content_hash), {}))
    text = io.StringIO()
    while True:  # once more, should a later district have a column that the first had not
        known = list(columns)
        text.seek(0)
        text.truncate()
        writer = csv.DictWriter(text, known, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        for row in _rows(jobs, study.content_hash):
            columns += [name for name in row if name not in columns]
            writer.writerow(row)
        if columns == known:
            break
    if not columns:
        target.unlink(missing_ok=True)
        return None
    write_whole(target, text.getvalue())
    return target


def _rows(jobs: Sequence[Job], inputs: str) -> Iterator[dict[str, Any]]:
    for path in dict.fromkeys(job.result for job in jobs if job.district_id):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # its notebook failed, was not run or shows no result
            continue
        if record.get("input_hash") == inputs:
            yield from record["results"]
