"""Make the reference notebooks of the bundled study anew: ``python tests/expected/make.py``.

They are executed, in one language each, and without pictures. ``pytest --nbval tests/expected``
holds every text and table in them to a fresh run; read the difference before you commit it.
"""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat

from bantar_lib import load_study
from bantar_lib.batch.plan import batch_notebooks, declared_parameters, one_language, read_notebook

HERE = Path(__file__).parent
STUDY = "kampung_bantar"
# Language → which of the notebooks, by the beginning of their names.
WANTED = {"id": ("00", "01", "02", "03", "04"), "en": ("02",)}


def executed(path: Path, lang: str, target: Path) -> None:
    """Execute a notebook in one language, as `bantar run` does, and write its reference copy."""
    import papermill

    given = {"study": STUDY, "lang": lang, "district": load_study(STUDY).config["focus_district"]}
    parameters = {k: v for k, v in given.items() if k in declared_parameters(path)}
    target.parent.mkdir(parents=True, exist_ok=True)
    notebook = papermill.execute_notebook(
        one_language(read_notebook(path), lang), None, parameters=parameters, progress_bar=False,
        log_output=False, kernel_name="python3", cwd=str(target.parent),
        extra_arguments=["--log-level=CRITICAL"],
    )  # fmt: skip
    nbformat.write(stripped(notebook), target)


def stripped(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook without what no reader compares: pictures, times, machine."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = nbformat.from_dict({"kernelspec": kernel})
    for n, cell in enumerate(notebook.cells):
        cell.id = f"cell-{n:02d}"
        cell.metadata = nbformat.from_dict({"tags": cell.metadata.get("tags", [])})
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("image/png", None)
            output.get("metadata", {}).pop("image/png", None)
        if names_its_inputs(cell):
            # What these say of input hash and version changes with every edit of the data.
            cell.metadata.tags.append("nbval-ignore-output")
    return notebook


def names_its_inputs(cell: nbformat.NotebookNode) -> bool:
    """Say whether a cell shows the provenance or the record of results."""
    return cell.cell_type == "code" and any(
        call in cell.source for call in ("provenance(", "district_result(")
    )


def targets() -> list[tuple[Path, str, Path]]:
    """Return notebook, language and reference copy of each."""
    return [
        (path, lang, HERE / lang / path.name)
        for lang, wanted in WANTED.items()
        for path in batch_notebooks()
        if path.name.startswith(wanted)
    ]


def main() -> int:
    """Make them all, two at a time."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        for done in [pool.submit(executed, *target) for target in targets()]:
            done.result()
    wanted = {target for _path, _lang, target in targets()}
    for stale in set(HERE.glob("*/*.ipynb")) - wanted:
        stale.unlink()
    print(*sorted(t.relative_to(HERE) for t in wanted), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
