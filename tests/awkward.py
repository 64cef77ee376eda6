"""Notebooks whose outputs are easily got wrong, and how to compare two runs of one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

FINE = [
    "x: int = 1  # parameters",
    "print(x)\nimport sys\nprint('to stderr', file=sys.stderr)\nprint('again')\nx + 1",
    "import time\nprint('a')\ntime.sleep(0.5)\nprint('b', end='')\nsys.stdout.flush()\nprint('c')",
    "print('x' * 1_000_000)",
    "for n in range(2000):\n    print(n)",
    "print('50%\\r100%')\n'last' ;",
    "%%bash\necho from bash\necho to its stderr >&2",
    "!echo from the shell",
    "import os\nos.system('echo from fd 1; echo from fd 2 >&2')\ntime.sleep(0.4)",
    "import subprocess\ndone = subprocess.run(['echo', 'from a subprocess'])\ntime.sleep(0.4)\n"
    "done.returncode",
    "time.sleep(0.4)",
    "import asyncio\nawait asyncio.sleep(0.01)\n"
    "task = asyncio.create_task(asyncio.sleep(0, 'kept'))",
    "await task",
    "from contextvars import ContextVar\nvar = ContextVar('var', default='none')\nvar.set('set');",
    "var.get()",
    "import threading\nt = threading.Thread(target=print, args=('thread',))\nt.start()\nt.join()",
    "import multiprocessing\np = multiprocessing.get_context('fork').Process(target=print, "
    "args=('child',), kwargs={'flush': True})\np.start()\np.join()\ntime.sleep(0.4)\np.exitcode",
    "import warnings\nwarnings.warn('once')\nwarnings.warn('old', DeprecationWarning)\n"
    "def f():\n    warnings.warn('in f')\nf()\nf()",
    "import logging\nlogging.warning('logged')",
    "from IPython.display import *\ndisplay(HTML('<b>h</b>'), Markdown('*m*'), Latex('$x$'), "
    "JSON({'a': 1}), {'plain': [1]})",
    "class Rich:\n    def _repr_html_(self):\n        return '<i>rich</i>'\n"
    "    def _repr_png_(self):\n        return b'png'\nRich()",
    "handle = display('one', display_id='some id')\ndisplay('other', display_id=True);",
    "handle.update('two')\nhandle.update(HTML('<b>two</b>'))",
    "print('gone')\nclear_output()\nprint('stays')",
    "print('gone')\nclear_output(wait=True)\nprint('stays too')",
    "print('stays, as nothing follows')\nclear_output(wait=True)",
    "import pandas as pd\npd.DataFrame([range(30)] * 70)",
    "print(pd.DataFrame([range(30)] * 3), pd.get_option('display.max_columns'))",
    "import matplotlib.pyplot as plt\nplt.figure(figsize=(2, 1))\nplt.plot([1, 2]);",
    "%matplotlib inline\nfig, ax = plt.subplots(figsize=(2, 1))\n"
    "ax.plot([2, 1])\nplt.show()\n'end'",
    "fig",
    "plt.rcParams['figure.dpi'], plt.get_backend(), plt.isinteractive()",
    "type(get_ipython()).__name__, type(get_ipython().kernel).__mro__[-4].__name__",
    "__name__, In[1], Out[3], _, len(In)",
    "import pickle\nclass Here: pass\ntype(pickle.loads(pickle.dumps(Here())))",
    "%%capture kept\nprint('caught')",
    "kept.stdout",
    "%who_ls str",
    "?print",
    "get_ipython().set_next_input('next')",
    "from io import StringIO\nfrom contextlib import redirect_stdout\nwith redirect_stdout("
    "StringIO()) as s:\n    print('redirected')\ns.getvalue()",
    "sys.stdout.isatty(), sys.stdin.read(), os.getcwd() == os.path.abspath('.')",
    "import atexit, pathlib\natexit.register(pathlib.Path(left_by).write_text, 'left')\nNone",
    "import random, numpy as np\nrandom.random() != 0.5 and np.random.rand() < 1",
    "",
    "   ",
]
RAISING = [
    "def g():\n    return 1 / 0\ntry:\n    g()\nexcept ZeroDivisionError as e:\n"
    "    raise RuntimeError('from it') from e",
    "this is no Python",
    "input('asks')",
    "import sys\nsys.exit()",
    "sys.exit('with words')",
    "raise KeyboardInterrupt",
    "print('before')\nassert False, 'a\\nb'",
    "%no_such_magic",
    "raise ExceptionGroup('many', [ValueError(1), TypeError(2)])",
    "async def a():\n    raise ValueError('awaited')\nawait a()",
    "%%bash\nexit 3",
    "class Bad:\n    def _repr_html_(self):\n        raise ValueError('bad')\nBad()",
    "class Odd(Exception):\n    def __str__(self):\n        raise ValueError\nraise Odd",
]
FATAL = {
    "fails": ["print('fine')", "print('so far')\n{}['key']", "print('never')"],
    "exits": [
        "print('fine')",
        "import os, sys, time\nprint('so far')\nsys.stdout.flush()\ntime.sleep(0.4)\nos._exit(3)",
    ],
    "crashes": [
        "import os, time\nprint('so far', flush=True)\ntime.sleep(0.4)\nos.kill(os.getpid(), 11)"
    ],
    "loops": ["print('so far', flush=True)\nwhile True: pass", "print('never')"],
    "swells": [
        "import time\nprint('so far', flush=True)\ntime.sleep(0.5)",
        "time.sleep(0.4)\nkept = b'x' * (700 << 20)\ntime.sleep(9)",
    ],
    "leaves": ["print('so far')", "import sys\nsys.exit(0)", "print('never')"],
}

_RUN = """
import json, sys
from pathlib import Path
import nbformat
from bantar_lib.batch.engine import NotebookDied, can_fork, execute_notebook
from bantar_lib.batch.warm import warm_up
from papermill.exceptions import PapermillExecutionError
engine, folder, jobs = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
if engine == "auto":
    warm_up("kampung_bantar", "id")
    assert can_fork() == "", can_fork()
told = {}
for name, (source, parameters, limits) in jobs.items():
    notebook = nbformat.read(source, 4)
    try:
        usage = execute_notebook(notebook, folder / f"{name}.ipynb", parameters,
                                 engine=engine, **limits)
        how = "done"
    except PapermillExecutionError as fault:
        how, usage = f"{fault.ename}: {fault.evalue}", fault.usage
    except NotebookDied as died:
        how, usage = died.reason, died.usage
    told[name] = [how, usage.engine, usage.cpu_seconds, usage.peak_memory_mb]
print("\\n" + json.dumps(told))
"""


def notebook(sources: Sequence[str], *, raising: bool = False) -> nbformat.NotebookNode:
    """Return a notebook of these cells."""
    tags = {"tags": ["raises-exception"]} if raising else {}
    cells = [new_code_cell(s, metadata=tags) for s in sources]
    if sources[0].endswith("# parameters"):
        cells[0].metadata = {"tags": ["parameters"]}
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": spec})


def run(engine: str, folder: Path, jobs: Mapping[str, tuple[Path, dict[str, Any], dict[str, Any]]]):
    """Run notebooks in a process of their own; return how each ended."""
    environment = {k: v for k, v in os.environ.items()
                   if k not in ("PYTEST_CURRENT_TEST", "MPLBACKEND")}  # fmt: skip
    given = json.dumps({n: (str(source), p, limits) for n, (source, p, limits) in jobs.items()})
    command = [sys.executable, "-c", _RUN, engine, str(folder), given]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, check=True,
                          stdin=subprocess.DEVNULL, text=True)  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def plain(path: Path) -> dict[str, Any]:
    """Return an executed notebook without what differs from run to run."""
    whole = json.loads(path.read_text(encoding="utf-8"))
    whole["metadata"]["papermill"].pop("output_path")
    for cell in whole["cells"]:
        cell.pop("id")
    return _plain(whole)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: 0 if k == "duration" and v else _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, str):
        value = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", "TIME", value)
        value = re.sub(r"ipykernel_\d+", "ipykernel_N", value)
        return re.sub(r"0x[0-9a-f]{6,}", "0xN", value)
    return value
