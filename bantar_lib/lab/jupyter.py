"""Opening JupyterLab on the notebooks: with this Python, and without a call to the outside."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bantar_lib.errors import UserError
from bantar_lib.places import shared_folder
from bantar_lib.words import room_words

_ = room_words("lab")

QUIET = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)
"""No news, and no look for updates or extensions."""
NEWS = "@jupyterlab/apputils-extension:announcements"


def open_lab(options: Sequence[str] = ()) -> int:
    """Open JupyterLab on the notebooks and wait until it is closed.

    Parameters
    ----------
    options : sequence of str
        Passed on to JupyterLab; they win over ours.

    Returns
    -------
    int
        JupyterLab's exit code.

    Raises
    ------
    UserError
        Where JupyterLab is not installed, or the notebooks cannot be copied.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise UserError(_("JupyterLab is not installed: pip install 'bantar_lib[lab]'"))
    folder = notebooks_folder()
    with TemporaryDirectory(prefix="bantar_lab_", ignore_cleanup_errors=True) as own:
        command = [sys.executable, "-m", "jupyterlab", str(folder), *QUIET, *options]
        return _call(command, lab_environment(Path(own)))


def _call(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a command to its end; where this process is told to end, so is that one."""
    with subprocess.Popen(command, env=environment) as process:
        before = signal.signal(signal.SIGTERM, lambda *_signal: process.terminate())
        try:
            while True:
                try:
                    return process.wait()
                except KeyboardInterrupt:  # a terminal tells both, and JupyterLab asks first
                    continue
        finally:
            signal.signal(signal.SIGTERM, before)


def notebooks_folder() -> Path:
    """Return the folder of notebooks to work in.

    In a checkout it is the checkout's own. After ``pip install`` the notebooks are copied to
    ``notebooks/`` in the current folder; one that is there already is left as it is.
    """
    origin = shared_folder("notebooks")
    if (origin.parent / "pyproject.toml").exists():
        return origin
    folder = Path("notebooks").resolve()
    try:
        folder.mkdir(exist_ok=True)
        for path in sorted(origin.glob("*.ipynb")):
            if not (folder / path.name).exists():
                # Contents only: what is installed read-only must be writable in its copy.
                shutil.copyfile(path, folder / path.name)
    except OSError as fault:
        raise UserError(_("The notebooks cannot be copied to {folder}: {why}. Run the command in "
                          "a folder of your own.", folder=folder,
                          why=fault.strerror or fault)) from None  # fmt: skip
    return folder


def lab_environment(own: Path) -> dict[str, str]:
    """Return the environment for JupyterLab: its first kernel is this Python.

    Whatever kernels the user has installed, the notebooks' ``python3`` is then the Python that
    has bantar_lib. The question whether news are wanted is not put; the user's own settings stay
    as they are. Studies in ``data/`` of the current folder are found from the notebooks.

    Parameters
    ----------
    own : Path
        A folder for what is said to JupyterLab in files: its kernel and what it leaves out.
    """
    page = own / "labconfig" / "page_config.json"
    page.parent.mkdir(parents=True)
    page.write_text(json.dumps({"disabledExtensions": {NEWS: True}}), encoding="utf-8")
    spec = own / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    described = {"argv": argv, "display_name": "Python 3 (BANTAR Lab)", "language": "python",
                 "metadata": {"debugger": True}}  # fmt: skip
    (spec / "kernel.json").write_text(json.dumps(described), encoding="utf-8")
    environment = dict(os.environ)
    given = {"JUPYTER_PATH": own, "JUPYTER_CONFIG_PATH": own, "BANTAR_DATA": Path("data").resolve()}
    for name, first in given.items():
        environment[name] = os.pathsep.join(filter(None, [str(first), os.environ.get(name)]))
    return environment
