"""Executed notebooks put together by hand, for tests of reports: no kernel runs here."""

from __future__ import annotations

import base64
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
from nbformat import v4

from bantar_lib.batch.plan import plan
from bantar_lib.present.display import Table, _html_table, escape_markdown, png
from bantar_lib.study import Study

HOSTILE = '<script>alert(1)</script> [x](javascript:y) $a$ {{x}} #panic("no") =1+1'
ALT = 'Naik dari 1 ke 3; "perbedaan" tidak terbukti \\ {x} #x.'
TABLE = Table(
    pd.DataFrame({
        "Skenario": ["batas bawah", "a | b", HOSTILE],
        "bagian dari seluruh RT": ["11", "54", "–"],
        "Keterangan": ["kalimat yang panjang " * 8, "=1+1", "`x`"],
    }),
    "Cakupan [di] *Melati*",
    ("bagian dari seluruh RT",),
)  # fmt: skip


def shown(data: dict[str, str], role: str) -> nbformat.NotebookNode:
    return v4.new_output("display_data", data, metadata={"bantar": role})


def picture() -> str:
    drawing, axes = plt.subplots(figsize=(2, 1))
    axes.plot([1, 3])
    data = base64.b64encode(png(drawing)).decode("ascii")
    plt.close(drawing)
    return data


def cell(part: str, *outputs: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return v4.new_code_cell("rahasia = 1", outputs=list(outputs),
                            metadata={"tags": [f"report:{part}"]})  # fmt: skip


def prose(part: str, text: str) -> nbformat.NotebookNode:
    return v4.new_markdown_cell(text, metadata={"tags": ["id", f"report:{part}"]})


def notebook(study: Study) -> nbformat.NotebookNode:
    """Return a notebook as a run in Indonesian leaves it."""
    caption = f"*{escape_markdown('Entri [di] A_b.')}* Catatan."
    table = {"text/html": _html_table(TABLE.frame, TABLE), "text/markdown": "-"}
    cells = [
        v4.new_markdown_cell("# Seberapa jauh program dilaksanakan?"),
        cell("summary",
             shown({"text/markdown": "**Yang diketahui.** Melati mempunyai 40 RT."}, "lead"),
             shown({"text/markdown": f"Program: {escape_markdown(HOSTILE)}."}, "text")),
        prose("reach", "## Seberapa luas?\n\nCakupan diberikan sebagai batas."),
        cell("reach", shown({"image/png": picture(), "text/plain": ALT}, "figure"),
             shown({"text/markdown": caption}, "caption")),
        cell("overview", shown({"image/png": picture(), "text/plain": "Tanpa keterangan."},
                               "figure")),
        prose("execution", "## Berapa?\n\nTingkat keterlaksanaan."),
        cell("factors", shown({"text/markdown": "Belum ada bukti."}, "text")),
        cell("evidence", shown({"text/markdown": "#### Pelaksana\n\n*Siapa.*"}, "text")),
        cell("figures", shown(table, "table")),
        prose("limits", "## Batas halaman ini\n\n- Satu.\n- Dua."),
        v4.new_markdown_cell("## Latihan\n\n1. Hitung.", metadata={"tags": ["exercise"]}),
        cell("figures", shown({"application/vnd.bantar.result+json": {"results": []},
                               "text/plain": "3 baris hasil"}, "result")),
        cell("provenance",
             shown({"text/markdown": f"Sidik: `{study.content_hash[:12]}`."}, "text")),
    ]  # fmt: skip
    book = v4.new_notebook(cells=cells)
    book.metadata["papermill"] = {"start_time": "2026-03-01T08:00:00.123456+00:00"}
    return book


def put(study: Study, outputs: Path, district: str | None = "Melati", lang: str = "id") -> Path:
    """Put the notebook where a run would have left it, with its page."""
    jobs = plan(study, None if district is None else [district], lang=lang, outputs=outputs)
    stem = "01_city" if district is None else "02_district"
    path = next(job.output for job in jobs if job.notebook.stem == stem)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook(study), path)
    path.with_suffix(".html").write_text("<html></html>", "utf-8")
    return path
