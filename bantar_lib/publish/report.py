"""Writes a report of a study from what a run left: no notebook is executed again."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd

from bantar_lib.batch.plan import safe_name
from bantar_lib.errors import UserError
from bantar_lib.publish.compose import compose
from bantar_lib.publish.document import Report
from bantar_lib.publish.executed import executed
from bantar_lib.publish.pdf import pdf_bytes
from bantar_lib.publish.tables import workbook_bytes
from bantar_lib.publish.web import web_bytes
from bantar_lib.publish.word import word_bytes
from bantar_lib.study import Study
from bantar_lib.words import language, room_words

_ = room_words("publish")
FORMATS = ("docx", "pdf", "html", "xlsx")
RESULT_COLUMNS = ("district_id", "district", "measure", "reading", "value", "low", "high",
                  "numerator", "denominator", "role")  # fmt: skip


def write_report(
    study: Study,
    district: str | None = None,
    *,
    format: str = "docx",
    lang: str = "id",
    outputs: Path = Path("outputs"),
    tell: Callable[[str], object] = warnings.warn,
) -> Path:
    """Write a report of one district, or of all together.

    Parameters
    ----------
    study : Study
        The study that was run.
    district : str, optional
        Code, name or alias; without it the study-wide report.
    format : {"docx", "pdf", "html", "xlsx"}
        ``xlsx`` holds the tables of the report and its result rows.
    lang : str
        ``id`` or ``en``.
    outputs : Path
        The folder that ``bantar run`` wrote to.
    tell : callable
        Takes a line on what a reader would not see in the file.

    Returns
    -------
    Path
        The file, beside the notebook it was made from. The same run and the same study give the
        same bytes.

    Raises
    ------
    UserError
        Where the notebook has not been run, its run failed or no longer holds; for a fault in
        ``report.yml``; where the file is open elsewhere.
    """
    if format not in FORMATS:
        raise UserError(_("Unknown format {format}; choose one of: {known}.", format=format,
                          known=", ".join(FORMATS)))  # fmt: skip
    found = executed(study, district, lang=lang, outputs=outputs)
    with language(lang):
        code = "" if district is None else str(study.district(district)["district_id"])
        report = compose(study, code, found)
        called = found.path.parent.name if code else safe_name(study.id)
        stem = _("tables") if format == "xlsx" else _("report")
        target = found.path.with_name(f"{stem}_{called}.{format}")
        if format == "xlsx":
            return _write(target, workbook_bytes(report, _results(found.path, code)))
        makers: dict[str, Callable[[Report, str], bytes]] = {
            "docx": word_bytes, "pdf": partial(pdf_bytes, tell=tell), "html": web_bytes,
        }  # fmt: skip
        return _write(target, makers[format](report, target.name))


def _results(notebook: Path, district_id: str) -> pd.DataFrame:
    """Return the result rows that the run left beside the notebook."""
    columns = list(RESULT_COLUMNS)
    if district_id:
        path = notebook.with_name("result.json")
        if not path.exists():
            return pd.DataFrame(columns=columns)
        rows = json.loads(path.read_text(encoding="utf-8"))["results"]
        return pd.DataFrame(rows, columns=columns)
    path = notebook.with_name("results.csv")
    if not path.exists():
        return pd.DataFrame(columns=columns)
    text = {"district_id": "str", "district": "str"}
    table = pd.read_csv(path, dtype=text, keep_default_na=False,
                        na_values={c: [""] for c in ("value", "low", "high", "numerator",
                                                     "denominator")})  # fmt: skip
    return table[columns]


def _write(target: Path, data: bytes) -> Path:
    """Write a file whole, or leave the one that is there."""
    part = target.with_name(f".{target.stem}.{os.getpid()}.part{target.suffix}")
    try:
        part.write_bytes(data)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise UserError(_("{file} cannot be written; close it if it is open in Word or another "
                          "program.", file=target)) from None  # fmt: skip
    return target
