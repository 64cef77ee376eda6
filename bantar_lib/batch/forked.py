"""A kernel that is there at once: forked from a process in which all it needs is imported.

It is ipykernel's own kernel and shell. The process that is forked from makes them once, without a
socket or a thread; each child connects its copy to a pipe, as a fresh kernel connects to its
sockets, and runs one notebook. So a notebook has a process and a namespace to itself as ever, but
does not wait for half a minute's worth of imports to be done again.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import os
import random
import signal
import socket
import sys
import threading
import traceback
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import Context, copy_context
from functools import cache
from types import SimpleNamespace
from typing import Any

import zmq
from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any as AnyTrait

from bantar_lib.batch.pipe import IOPUB, SHELL, PipeSocket, Unpacker

ARGUMENTS = ("--log-level=CRITICAL", "--HistoryManager.hist_file=:memory:")
"""As papermill starts a kernel; a history on disk would have a thread."""


class ForkedKernel(IPythonKernel):
    """ipykernel's kernel, made before it is connected."""

    shell_stream = AnyTrait()
    _supports_kernel_subshells = False

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """Do nothing: requests come one by one, none waits."""


class Stream(OutStream):
    """ipykernel's standard output, which wakes its thread only where something was written."""

    def flush(self) -> None:
        """Send what was written; every display asks for it, most often for nothing."""
        if self._buffers:
            super().flush()


class ForkedApp(IPKernelApp):
    """ipykernel's application, which reads the user's profile and makes the shell.

    Everything that needs a socket, a thread or a place to write waits for the child.
    """

    outstream_class = f"{__name__}.Stream"

    def _nothing(self, *_args: Any, **_options: Any) -> None:
        """Wait for the child."""

    init_poller = init_connection_file = init_sockets = init_heartbeat = _nothing
    write_connection_file = log_connection_info = init_crash_handler = _nothing
    init_io = init_signal = _nothing

    def init_kernel(self) -> None:
        """Make the kernel and its shell, connected to nothing."""
        with _without("debugpy"):  # a debugger that no notebook of a batch asks for
            self.kernel = ForkedKernel.instance(
                parent=self, session=self.session, log=self.log, profile_dir=self.profile_dir,
                user_ns=self.user_ns,
                # An awaiting cell asks which thread a kernel's interrupts come to.
                shell_channel_thread=SimpleNamespace(parent_thread=threading.main_thread()),
            )  # fmt: skip

    def connect(self, pipe: socket.socket) -> None:
        """Connect kernel and shell to a pipe, and all output with them."""
        lock, context = threading.Lock(), zmq.Context()
        self.session.pid, self.session.key = os.getpid(), b""  # nobody else reads or writes it
        iopub = PipeSocket(pipe, IOPUB, lock, context)
        self.iopub_thread = IOPubThread(iopub, pipe=True, session=self.session)
        self.iopub_thread.start()
        self.iopub_socket = self.iopub_thread.background_socket
        IPKernelApp.init_io(self)
        IPKernelApp.init_signal(self)
        self.parent_handle = os.getppid()
        IPKernelApp.init_poller(self)
        self.poller.start()
        kernel: Any = self.kernel
        shell: Any = self.shell
        kernel.iopub_thread, kernel.iopub_socket = self.iopub_thread, self.iopub_socket
        kernel._stdout, kernel._stderr = sys.stdout, sys.stderr
        shell.displayhook.session = shell.display_pub.session = self.session
        shell.displayhook.pub_socket = shell.display_pub.pub_socket = self.iopub_socket
        self.displayhook.get_execution_count = lambda: kernel.execution_count
        kernel.start()
        # Only now: it would read requests from what is none.
        kernel.shell_stream = PipeSocket(pipe, SHELL, lock, context)


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Let an import of `module` fail meanwhile, where it was not imported before."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


@cache
def make_kernel() -> ForkedApp:
    """Make the kernel and shell that children will take over; once in a process.

    It comes before pandas and matplotlib are imported: both look for a shell then, and show
    tables and figures accordingly.
    """
    hook = sys.excepthook
    app = ForkedApp.instance()
    try:
        app.initialize(list(ARGUMENTS))
    finally:
        sys.excepthook = hook
    if "pandas" in sys.modules:  # it took this process for a terminal
        import pandas as pd

        pd.set_option("display.max_columns", 20)
    return app


def foreign_shell() -> bool:
    """Say whether this process is somebody's interactive session."""
    return InteractiveShell.initialized() and not isinstance(
        getattr(InteractiveShell.instance(), "kernel", None), ForkedKernel
    )


def fork_kernel() -> tuple[int, socket.socket]:
    """Fork a kernel; return its process and this end of the pipe."""
    app = make_kernel()
    here, there = socket.socketpair()
    with suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    parent = os.getpid()
    with warnings.catch_warnings():  # forgets which warnings were shown once already
        process = os.fork()  # type: ignore[attr-defined, unused-ignore]
    if process:
        there.close()
        return process, here
    gc.freeze()  # a collection would else copy all that is shared with the process forked from
    code, complaints = 1, os.dup(2)  # the kernel takes 2 for the notebook's
    try:
        here.close()
        _leave_parent()
        Context().run(_serve, app, there)  # nothing that is set here is set there
        code = 0
    except (BrokenPipeError, ConnectionResetError):  # nobody waits any more for what it would say
        pass
    except BaseException:  # of the kernel; a notebook's own are shown in it
        if os.getppid() == parent:
            os.write(complaints, traceback.format_exc().encode())
    finally:
        with suppress(BaseException):
            atexit._run_exitfuncs()
        os._exit(code)


def _leave_parent() -> None:
    """Let go of what belongs to the process that this one was forked from."""
    # As Jupyter starts kernels: what ends the notebook ends all it started.
    os.setsid()  # type: ignore[attr-defined, unused-ignore]
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # What the parent wants done at its end is not this child's to do, nor are its open files.
    atexit._clear()
    for finalizer in list(weakref.finalize._registry):  # type: ignore[attr-defined]
        finalizer.detach()
    atexit.register(weakref.finalize._exitfunc)  # type: ignore[attr-defined]
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdout = sys.__stdout__ = open(1, "w", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(2, "w", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()  # else every notebook would draw the same numbers


def _serve(app: ForkedApp, pipe: socket.socket) -> None:
    """Answer requests from the pipe until it closes or the notebook leaves."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    app.connect(pipe)
    kernel, unpacker = app.kernel, Unpacker()
    context = copy_context()  # one for all cells: what one sets in it, the next finds
    tasks: set[asyncio.Task[None]] = set()

    def read() -> None:
        data = pipe.recv(1 << 16)
        if not data:
            kernel.io_loop.stop()
        for _channel, parts in unpacker.feed(data):
            request = kernel.shell_main(None, [zmq.Message(part) for part in parts])
            task = loop.create_task(request, context=context)
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    loop.add_reader(pipe, read)
    kernel.io_loop.start()
