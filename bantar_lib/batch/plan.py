"""What a batch will run: which notebook, for which district, with which parameters."""

from __future__ import annotations

import ast
import difflib
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bantar_lib.errors import UserError
from bantar_lib.places import shared_folder
from bantar_lib.study import Study, find_study
from bantar_lib.study.coding_logs import log_files
from bantar_lib.words import LANGUAGES, room_words

if TYPE_CHECKING:
    import pandas as pd
    from nbformat import NotebookNode

_ = room_words("batch")
_FIXED = ("study", "district", "lang")
_MOST_FOLDERS = 300
_MOST_ON_A_SHELF = 500


@dataclass(frozen=True)
class Job:
    """One notebook to run once.

    Parameters
    ----------
    notebook : Path
        The source notebook.
    parameters : mapping
        What is put into its ``parameters`` cell.
    output : Path
        The executed notebook; its page and result lie beside it.
    root : Path
        The folder of the study and language: it holds all outputs and the manifest.
    district_id, district : str
        Blank for a study-wide notebook.
    lacking : tuple of str
        What the study holds nothing of: cells about that are left out.
    """

    notebook: Path
    parameters: Mapping[str, Any]
    output: Path
    root: Path
    district_id: str = ""
    district: str = ""
    lacking: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The output as the manifest names it."""
        return self.output.relative_to(self.root).as_posix()

    @property
    def page(self) -> Path:
        """The page made of the executed notebook."""
        return self.output.with_suffix(".html")

    @property
    def result(self) -> Path:
        """The results that the notebook shows, where it shows any."""
        return self.output.with_name("result.json")


def read_notebook(path: Path) -> NotebookNode:
    """Return the source notebook; do not change what is returned."""
    seen = path.stat()
    return _notebook_of(path, seen.st_mtime_ns, seen.st_size)


@lru_cache(maxsize=32)
def _notebook_of(path: Path, _modified: int, _size: int) -> NotebookNode:
    import nbformat

    return nbformat.read(path, as_version=4)


def has_tag(cell: NotebookNode, tag: str) -> bool:
    """Say whether a cell carries `tag`."""
    return tag in cell.metadata.get("tags", [])


def one_language(notebook: NotebookNode, lang: str, lacking: Collection[str] = ()) -> NotebookNode:
    """Return a copy with only the cells of `lang` and those of no language.

    A cell that needs only what is `lacking` (see :func:`_lacking`) is left out as well.
    """
    import copy

    kept = copy.deepcopy(notebook)
    others = [other for other in LANGUAGES if other != lang]
    kept.cells = [
        c for c in kept.cells
        if not any(has_tag(c, o) for o in others) and _has_matter(c, lacking)
    ]  # fmt: skip
    return kept


def _needs(part: NotebookNode) -> list[str]:
    """Return what a notebook or a cell is about, as its metadata say: ``needs``.

    A table, ``codings`` for the coding logs, or a column as ``table.column``.
    """
    return list(part.metadata.get("bantar", {}).get("needs", []))


def _has_matter(part: NotebookNode, lacking: Collection[str]) -> bool:
    needs = _needs(part)
    return not needs or any(name not in lacking for name in needs)


def _lacking(study: Study, notebooks: Sequence[Path]) -> tuple[str, ...]:
    """Return what notebooks or their cells need, and the study holds nothing of."""
    parts = [part for n in map(read_notebook, notebooks) for part in (n, *n.cells)]
    names = {name for part in parts for name in _needs(part)}
    return tuple(sorted(name for name in names if not _holds(study, name)))


def _holds(study: Study, name: str) -> bool:
    if name == "codings":
        return any(path.stat().st_size for path in log_files(study.path))
    table, _dot, column = name.partition(".")
    rows = study.table(table)
    if not column:
        return not rows.empty
    return bool((rows[column].notna() & (rows[column].astype(str) != "")).any())


def declared_parameters(path: Path) -> dict[str, str]:
    """Return the parameters of a notebook, name → type as annotated in its parameters cell."""
    for cell in read_notebook(path).cells:
        if has_tag(cell, "parameters"):
            return {
                node.target.id: ast.unparse(node.annotation)
                for node in ast.parse(cell.source).body
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
            }
    return {}


def batch_notebooks() -> list[Path]:
    """Return the notebooks a batch runs: those whose name begins with a number."""
    return sorted(shared_folder("notebooks").glob("[0-9][0-9]_*.ipynb"))


def typed_parameters(given: Mapping[str, str], notebooks: Sequence[Path]) -> dict[str, Any]:
    """Return extra parameters with the types that the notebooks declare.

    Raises
    ------
    UserError
        For a name that no notebook declares (the nearest is named) or a value of another type.
    """
    known: dict[str, str] = {}
    for path in notebooks:
        known.update(declared_parameters(path))
    typed: dict[str, Any] = {}
    for name, text in given.items():
        if name not in known or name in _FIXED:
            near = difflib.get_close_matches(name, [k for k in known if k not in _FIXED], n=1)
            hint = _(" Did you mean {name}?", name=near[0]) if near else ""
            free = ", ".join(sorted(k for k in known if k not in _FIXED)) or "–"
            raise UserError(
                _("Unknown parameter {name}; the notebooks have: {known}.", name=name, known=free)
                + hint
            )
        typed[name] = _as_type(name, text, known[name])
    return typed


def _as_type(name: str, text: str, kind: str) -> Any:
    if kind == "str":
        return text
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = None
    accepted: Any = {"int": int, "float": (int, float), "bool": bool}.get(kind, object)
    boolean = isinstance(value, bool) and kind in ("int", "float")  # Python takes True for 1
    if value is None or boolean or not isinstance(value, accepted):
        raise UserError(
            _("Parameter {name}: {text} is not of type {kind}.", name=name, text=text, kind=kind)
        )
    return float(value) if kind == "float" else value


def safe_name(text: str, *, most: int = 60) -> str:
    """Return `text` as a file name that every system takes.

    What is lost (accents, spaces and other signs, length) is made up for by a short hash, so
    that two texts never meet in one file.

    Examples
    --------
    >>> safe_name("kampung_bantar")
    'kampung_bantar'
    >>> safe_name("a/b") != safe_name("a-b")
    True
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    kept = re.sub(r"[^A-Za-z0-9._]+", "_", plain).strip("._")[:most].rstrip("._")
    reserved = re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", kept)
    if kept == text and kept and not reserved:
        return kept
    if reserved or not kept:  # Windows takes con.txt for the device con
        kept = f"x_{kept}".rstrip("_")
    return f"{kept}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def district_folders(districts: pd.DataFrame) -> dict[str, str]:
    """Return ``district_id`` → folder of each district's outputs, seen from ``districts``.

    Beyond 300 districts a folder for each beginning of a code holds those whose code begins so.

    Examples
    --------
    >>> import pandas as pd
    >>> district_folders(pd.DataFrame({"district_id": ["15.71.07"], "name": ["Kota Baru"]}))
    {'15.71.07': '15.71.07_Kota_Baru'}
    """
    pairs = zip(districts["district_id"], districts["name"], strict=True)
    names = {i: safe_name(f"{i}_{name}".replace(" ", "_")) for i, name in pairs}
    # To Windows and macOS a1_Melati and A1_melati are one folder.
    often = Counter(name.casefold() for name in names.values())
    own = {
        i: name if often[name.casefold()] == 1 else safe_name(f"{name}/{i}")
        for i, name in names.items()
    }
    if len(own) <= _MOST_FOLDERS:
        return own
    size = _shelf_length(list(own))
    return {i: f"{safe_name(i[:size].strip('._- '))}/{name}" for i, name in own.items()}


def _shelf_length(codes: Sequence[str]) -> int:
    """Return how much of a code names its shelf, so that no shelf holds too many."""
    longest = max(map(len, codes))
    for size in range(1, longest):
        shelves = Counter(code[:size] for code in codes)
        if len(shelves) > 1 and max(shelves.values()) <= _MOST_ON_A_SHELF:
            return size
    return longest


def reference(study: Study) -> str:
    """Return how a notebook names the study: by its name where that finds it, else by its path."""
    try:
        found = find_study(study.path.name)
    except UserError:
        return str(study.path)
    return study.path.name if found.resolve() == study.path else str(study.path)


def plan(
    study: Study,
    districts: Sequence[str] | None,
    *,
    lang: str,
    outputs: Path,
    parameters: Mapping[str, str] | None = None,
) -> list[Job]:
    """Lay out the jobs of a batch; nothing has run when this refuses.

    Parameters
    ----------
    study : Study
        The study to evaluate.
    districts : sequence of str or None
        Codes, names or aliases; None is all of them and the study-wide notebooks.
    lang : str
        ``id`` or ``en``.
    outputs : Path
        The folder ``outputs``; jobs write below ``<study>/<lang>``.
    parameters : mapping, optional
        Extra parameters as text.

    Returns
    -------
    list of Job
        Study-wide notebooks first, without those of whose matter the study holds nothing.

    Raises
    ------
    UserError
        For an unknown district or parameter; the nearest name is given.
    """
    if lang not in LANGUAGES:
        raise UserError(_("Unknown language {lang}; choose id or en.", lang=lang))
    notebooks = batch_notebooks()
    extra = typed_parameters(parameters or {}, notebooks)
    table = study.districts
    folders, lacking = district_folders(table), _lacking(study, notebooks)
    if districts is not None:
        wanted = [study.district(d)["district_id"] for d in districts]
        table = table[table["district_id"].isin(wanted)]
    root = outputs / safe_name(study.id) / lang
    wide: list[Job] = []
    own: list[Job] = []
    for path in notebooks:
        declared = declared_parameters(path)
        base = {"study": reference(study), "lang": lang}
        base |= {k: v for k, v in extra.items() if k in declared}
        if "district" not in declared:
            if districts is None and _has_matter(read_notebook(path), lacking):
                wide.append(Job(path, base, root / path.name, root, lacking=lacking))
            continue
        for row in table[["district_id", "name"]].itertuples(index=False):
            folder = root / "districts" / folders[row.district_id]
            filled = {**base, "district": row.district_id}
            output, code = folder / path.name, row.district_id
            own.append(Job(path, filled, output, root, code, row.name, lacking))
    return [*wide, *own]
