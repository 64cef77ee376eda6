"""Workers of a Dask cluster: they must see the study and the outputs, and have the same library."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from bantar_lib.batch.due import Basis, library_sha256, versions
from bantar_lib.errors import UserError
from bantar_lib.study import Study
from bantar_lib.words import room_words

_ = room_words("batch")
_PATIENCE = "10s"


@contextmanager
def cluster(
    address: str, study: Study, reference: str, rest: Basis, scratch: Path
) -> Iterator[tuple[Executor, int]]:
    """Give an executor over a Dask cluster, and the number of its threads, in a ``with`` block.

    Parameters
    ----------
    address : str
        Of the scheduler, as ``tcp://host:8786``.
    study : Study
        The study, which every worker must see.
    reference : str
        How notebooks name it.
    rest : Basis
        What the outputs rest on; the workers must have the same library and packages.
    scratch : Path
        A folder among the outputs, which every worker must see.

    Raises
    ------
    UserError
        Where Dask is not installed, nothing answers, there is no worker, or one cannot do the
        work: it is named with the reason.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise UserError(
            _("Dask is not installed: {command}", command="pip install 'bantar_lib[batch]'")
        ) from None
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as fault:
        said = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
        raise UserError(
            _("No scheduler answers at {address}: {fault}", address=address, fault=said)
        ) from None
    with client:
        check_workers(client, address, study, reference, rest, scratch)
        threads = sum(client.nthreads().values())
        yield client.get_executor(pure=False), threads


def check_workers(
    client: Any, address: str, study: Study, reference: str, rest: Basis, scratch: Path
) -> None:
    """Stop where a worker could not do the work."""
    probe = scratch / f"{uuid.uuid4().hex}.probe"
    probe.touch()
    try:
        found = client.run(sees, reference, str(study.path), str(probe), on_error="return")
    finally:
        probe.unlink(missing_ok=True)
    if not found:
        raise UserError(_("The scheduler at {address} has no workers.", address=address))
    for worker, seen in found.items():
        if why := _why_not(seen, study, rest, scratch):
            raise UserError(_("Worker {worker}: {why}", worker=worker, why=why))


def sees(reference: str, study: str, probe: str) -> dict[str, Any]:
    """Return what a worker sees; runs there."""
    from bantar_lib.study import find_study

    found = ""
    with suppress(UserError):
        found = str(find_study(reference))
    return {
        "study": found == study,
        "outputs": Path(probe).exists() and os.access(Path(probe).parent, os.W_OK),
        "library": library_sha256(),
        "versions": versions(),
    }


def _why_not(seen: Any, study: Study, rest: Basis, scratch: Path) -> str:
    if not isinstance(seen, Mapping):
        return str(seen) or type(seen).__name__
    if not seen["study"]:
        return _("it does not see the study at {folder}; the folder must be shared.",
                 folder=study.path)  # fmt: skip
    if not seen["outputs"]:
        return _("it cannot write to {folder}; the folder must be shared.",
                 folder=scratch.parents[1])  # fmt: skip
    theirs, ours = seen["versions"], rest.versions
    if other := next((n for n in ours if theirs.get(n) != ours[n]), ""):
        return _("it has {package} {theirs}, this computer {ours}; they must be the same.",
                 package=other, theirs=theirs.get(other), ours=ours[other])  # fmt: skip
    if seen["library"] != rest.library_sha256:
        return _("it has another bantar_lib than this computer; they must be the same.")
    return ""
