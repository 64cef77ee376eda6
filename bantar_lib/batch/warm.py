"""What a process does before notebooks are forked from it: all that each would do for itself."""

from __future__ import annotations

import ast
import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from bantar_lib.errors import UserError
from bantar_lib.words import language

if TYPE_CHECKING:
    from bantar_lib.study import Study

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_MAX_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
"""Settings by which numerical libraries start no threads: a process with threads cannot be
copied, and several workers with a thread each for every processor get in each other's way."""


def stay_single() -> None:
    """Let numerical libraries start no threads, here and in processes started from here.

    It holds for libraries that are not imported yet; what the user has set stays.
    """
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)


def warm_up(study: Study | str | Path, lang: str, *, draw: bool = True) -> None:
    """Import what notebooks use, and open and draw once what every page will.

    Everything a notebook could see is put back: settings of figures, warnings, the language.
    What fails here will fail in the notebook, which can say so.

    Parameters
    ----------
    study : Study, str or Path
        The study whose notebooks will run, or its name or folder.
    lang : str
        Language of the pages.
    draw : bool
        Also draw the figures of a district's page, so that fonts and the like are ready.

    Examples
    --------
    >>> from bantar_lib.batch.engine import can_fork
    >>> if not can_fork():
    ...     warm_up("kampung_bantar", "id", draw=False)
    """
    stay_single()
    from bantar_lib.batch.forked import make_kernel

    shell: Any = make_kernel().shell
    with shell.builtin_trap:
        with _grammar_later():
            import_module("jsonschema")
        from bantar_lib.batch.plan import batch_notebooks
        from bantar_lib.present.page import make_exporter

        import_all(batch_notebooks())
        import_module("bantar_lib.batch.kernels")
        make_exporter()
        with language(lang), _put_back(), suppress(UserError):
            _compute(study, draw)


@contextmanager
def _grammar_later() -> Iterator[None]:
    """Let jsonschema find its grammar of web addresses without reading it.

    The grammar takes longer to read than all of scipy, and no notebook is checked by it. Who does
    ask for it, gets it.
    """
    name = "rfc3987_syntax"
    if name in sys.modules or find_spec(name) is None:
        yield
        return

    def is_valid_syntax(rule: str, text: str) -> bool:
        return bool(import_module(name).is_valid_syntax(rule, text))

    stand_in = ModuleType(name)
    stand_in.__dict__["is_valid_syntax"] = is_valid_syntax
    sys.modules[name] = stand_in
    try:
        yield
    finally:
        del sys.modules[name]


def _compute(study: Study | str | Path, draw: bool) -> None:
    from bantar_lib.audit import audit_tables
    from bantar_lib.measures.shared import warm
    from bantar_lib.study import Study, load_study

    opened = study if isinstance(study, Study) else load_study(study)
    warm(opened, audit_tables)
    if not draw or opened.districts.empty:
        return
    from bantar_lib import measures
    from bantar_lib.present import figures, sections
    from bantar_lib.present.display import Figure, png

    place = sections.focus(opened)
    rates, reached = measures.execution(opened), measures.reach(opened)
    for make in (
        lambda: figures.entries(opened, place),
        lambda: figures.rates(opened, rates, mark=place),
        lambda: figures.reach_bounds(opened, reached, mark=place),
        lambda: figures.reach_scenarios(opened, reached, place),
        lambda: figures.funnel(opened, rates, mark=place),
        lambda: sections.evidence_section(opened, place),
    ):
        with suppress(Exception):  # a page of this study will not show it either
            made = make()
            for item in made if isinstance(made, list) else [made]:
                if isinstance(item, Figure):
                    png(item.drawing)


@contextmanager
def _put_back() -> Iterator[None]:
    """Put back what a notebook would find otherwise than in a fresh process."""
    import matplotlib.pyplot as plt

    # The first figure brings the backend, which sets what must stay set, or no figure is shown.
    plt.close(plt.figure())
    with plt.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            plt.close("all")


def import_all(notebooks: Iterable[Path]) -> None:
    """Import the modules that the code of notebooks imports; one that is missing is left out."""
    from bantar_lib.batch.plan import read_notebook

    for path in notebooks:
        for cell in read_notebook(path).cells:
            for name in _imported(cell.source) if cell.cell_type == "code" else ():
                with suppress(Exception):
                    import_module(name)


def _imported(source: str) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic; its cell imports nothing that can be seen
        return
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
