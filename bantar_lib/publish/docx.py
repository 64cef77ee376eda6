"""A Word report from what a run left: no notebook is executed again."""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bantar_lib.batch.plan import has_tag, plan, safe_name
from bantar_lib.errors import UserError
from bantar_lib.present.display import Markdown, escape_markdown
from bantar_lib.publish.paper import write_reference
from bantar_lib.study import Study
from bantar_lib.words import language, room_words

if TYPE_CHECKING:
    from nbformat import NotebookNode

_ = room_words("publish")


def write_report(
    study: Study,
    district: str | None = None,
    *,
    lang: str = "id",
    outputs: Path = Path("outputs"),
) -> Path:
    """Write a Word report of one district, or of all together.

    Parameters
    ----------
    study : Study
        The study that was run.
    district : str, optional
        Code, name or alias; without it the study-wide report.
    lang : str
        ``id`` or ``en``.
    outputs : Path
        The folder that ``bantar run`` wrote to.

    Returns
    -------
    Path
        The ``.docx`` file, beside the notebook it was made from.

    Raises
    ------
    UserError
        Where the notebook has not been run.
    """
    with language(lang):
        notebook_path = _source(study, district, lang, outputs)
        import nbformat

        notebook = nbformat.read(notebook_path, as_version=4)
        called = notebook_path.parent.name if district is not None else safe_name(study.id)
        target = notebook_path.with_name(f"{_('report')}_{called}.docx")
        place = study.text("place", lang)
        if district is not None:
            place = f"{' '.join(study.district(district)['name'].split())}, {place}"
        notice = _("Made-up data, for practice and tests only.") if study.synthetic else ""
        with tempfile.TemporaryDirectory() as folder:
            text = notebook_markdown(notebook, Path(folder))
            # The first heading is the question that the document answers: it becomes the title.
            title, _newline, body = text.partition("\n")
            said = {
                "title": title.lstrip("# "),
                "subtitle": f"{place} · {study.text('title', lang)}",
                "lang": lang,
            }
            _pandoc(f"{notice}\n\n{body}", target, Path(folder), said, _date(notebook))
        return target


def _source(study: Study, district: str | None, lang: str, outputs: Path) -> Path:
    wanted = None if district is None else [district]
    jobs = plan(study, wanted, lang=lang, outputs=outputs.resolve())
    stem = "01_city" if district is None else "02_district"
    path = next(j.output for j in jobs if j.notebook.stem == stem)
    if not (path.exists() and path.with_suffix(".html").exists()):  # a failed run has no page
        where = "" if district is None else f' --district "{district}"'
        raise UserError(
            _("{file} is not there yet. Run first: bantar run {study}{where} --lang {lang}",
              file=path.name, study=study.id, where=where, lang=lang)
        )  # fmt: skip
    return path


def notebook_markdown(notebook: NotebookNode, folder: Path) -> str:
    """Return the notebook's text, tables and figures as pandoc Markdown; pictures in `folder`.

    Code is left out, and so are exercises: an office files findings.
    """
    parts: list[str] = []
    pictures = 0
    for cell in notebook.cells:
        if has_tag(cell, "exercise"):
            continue
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        outputs = cell.get("outputs", [])
        for output, following in zip(outputs, [*outputs[1:], None], strict=False):
            if "image/png" in output.get("data", {}):
                pictures += 1
                parts.append(_figure(output, following, folder / f"figure_{pictures:02d}.png"))
            elif _role(output) not in ("caption", "result"):
                parts.append(str(output.get("data", {}).get("text/markdown", "")))
    return "\n\n".join(p for p in parts if p)


def _role(output: NotebookNode) -> str:
    return str(output.get("metadata", {}).get("bantar", ""))


def _figure(output: NotebookNode, following: NotebookNode | None, picture: Path) -> str:
    """Return a figure with the caption that follows it, and its alternative text."""
    picture.write_bytes(base64.b64decode(output.data["image/png"]))
    alt = " ".join(output.data.get("text/plain", "").replace("\\", "/").split())
    alt = alt.replace('"', "”")
    caption = escape_markdown(alt)
    if following is not None and _role(following) == "caption":
        caption = Markdown(" ".join(following.data["text/markdown"].split()))
    return f'![{caption}]({picture.name}){{width=100% alt="{alt}"}}'


# Only what the notebooks write: a name from data must not become a citation or a formula.
_FORMAT = (
    "markdown_strict-raw_html+pipe_tables+table_captions+implicit_figures+link_attributes"
    "+all_symbols_escapable+intraword_underscores"
)


def _pandoc(text: str, target: Path, folder: Path, said: dict[str, str], date: int) -> None:
    """Have pandoc write the document; the same text and date give the same bytes."""
    import pypandoc

    pandoc = pypandoc.get_pandoc_path()
    reference, source = folder / "reference.docx", folder / "report.md"
    write_reference(pandoc, reference)
    source.write_text(text, encoding="utf-8", newline="\n")
    part = target.with_name(f".{target.stem}.part.docx")
    command = [
        pandoc, str(source), f"--from={_FORMAT}", "--to=docx", f"--output={part}",
        f"--reference-doc={reference}", f"--resource-path={folder}",
        "--shift-heading-level-by=-1", *(f"--metadata={k}={v}" for k, v in said.items()),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8",
                          env={**os.environ, "SOURCE_DATE_EPOCH": str(date)})  # fmt: skip
    if done.returncode:
        part.unlink(missing_ok=True)
        raise UserError(_("{file} could not be made: {why}", file=target.name,
                          why=done.stderr.strip().splitlines()[-1]))  # fmt: skip
    try:
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise UserError(_("{file} cannot be written; close it if it is open in Word.",
                          file=target)) from None  # fmt: skip


def _date(notebook: NotebookNode) -> int:
    """Return when the notebook was run, in seconds; the report is dated by it, not by today."""
    run = notebook.metadata.get("papermill", {}).get("start_time", "")
    try:
        return int(datetime.fromisoformat(run).timestamp())
    except ValueError:
        return 315_532_800  # 1980: the earliest that a zip archive can hold
