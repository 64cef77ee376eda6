"""The two ends of a kernel that is reached through one pipe: its client, and what it writes to.

A Jupyter kernel speaks over five network sockets. A kernel forked from this process needs none of
them: the same messages go through a pair of connected sockets, and what sends and reads them
(ipykernel here, nbclient there) is the same as ever.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from queue import Empty
from typing import Any

from jupyter_client.client import KernelClient
from jupyter_client.session import Session

SHELL, IOPUB = b"s", b"i"
_HEAD = struct.Struct("!cH")  # the channel, the number of parts
_SIZE = struct.Struct("!Q")
_PIECE = 1 << 18
_LOOK = 0.1
"""Seconds between two looks at a running kernel's memory and time."""


def pack(channel: bytes, parts: Sequence[Any]) -> bytes:
    r"""Return a message of several parts as it travels.

    Examples
    --------
    >>> pack(SHELL, [b"ab"])
    b's\x00\x01\x00\x00\x00\x00\x00\x00\x00\x02ab'
    """
    whole = [bytes(memoryview(part)) for part in parts]
    sizes = b"".join(_SIZE.pack(len(part)) for part in whole)
    return b"".join([_HEAD.pack(channel, len(whole)), sizes, *whole])


class Unpacker:
    """Messages from the bytes of a pipe, in whatever pieces these come."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, list[bytes]]]:
        """Take bytes; yield each message that is whole by now, as channel and parts."""
        self._held += data
        while (message := self._next()) is not None:
            yield message

    def _next(self) -> tuple[bytes, list[bytes]] | None:
        if len(self._held) < _HEAD.size:
            return None
        channel, many = _HEAD.unpack_from(self._held)
        start = _HEAD.size + many * _SIZE.size
        if len(self._held) < start:
            return None
        sizes = [_SIZE.unpack_from(self._held, _HEAD.size + n * _SIZE.size)[0] for n in range(many)]
        if len(self._held) < start + sum(sizes):
            return None
        parts = []
        for size in sizes:
            parts.append(bytes(self._held[start : start + size]))
            start += size
        del self._held[:start]
        return channel, parts


class PipeSocket:
    """What the kernel takes for a ZeroMQ socket: it writes one channel into the pipe."""

    def __init__(self, pipe: socket.socket, channel: bytes, lock: threading.Lock, context: Any):
        self.context = context  # ipykernel's thread for output makes its own sockets from it
        self._pipe, self._channel, self._lock = pipe, channel, lock

    def send_multipart(self, parts: Sequence[Any], *_args: Any, **_options: Any) -> None:
        """Write a message; another thread's waits until it is whole.

        What comes after the last cell nobody reads.
        """
        data = pack(self._channel, parts)
        with self._lock, suppress(BrokenPipeError):
            self._pipe.sendall(data)

    def flush(self, *_args: Any) -> None:
        """Do nothing: what was sent is in the pipe."""

    def close(self, *_args: Any) -> None:
        """Do nothing: the pipe closes when the process ends."""


class PipeClient(KernelClient):
    """The client of a forked kernel, as nbclient uses one.

    Parameters
    ----------
    pipe : socket
        This end of the pair.
    look : callable
        Called again and again while a cell runs; it may end the kernel.
    """

    def __init__(self, pipe: socket.socket, look: Callable[[], object]) -> None:
        super().__init__(session=Session(key=b""))
        self.allow_stdin = False
        pipe.setblocking(True)
        self._pipe, self._look, self._unpacker = pipe, look, Unpacker()
        self._messages: dict[bytes, deque[dict[str, Any]]] = {SHELL: deque(), IOPUB: deque()}
        self._reading: asyncio.Task[None] | None = None
        self.ended = False

    @property
    def shell_channel(self) -> PipeChannel:
        """Requests and replies."""
        return PipeChannel(self, SHELL)

    @property
    def iopub_channel(self) -> PipeChannel:
        """What the kernel publishes: its state and the outputs."""
        return PipeChannel(self, IOPUB)

    async def is_alive(self) -> bool:
        """Say whether more may come."""
        return not self.ended

    def send(self, message: dict[str, Any]) -> None:
        """Send a request; one to a kernel that has ended goes nowhere."""
        try:
            self._pipe.sendall(pack(SHELL, self.session.serialize(message)))
        except OSError:
            self.ended = True

    async def receive(self, channel: bytes, timeout: float | None) -> dict[str, Any]:
        """Return the next message of a channel; raise :class:`queue.Empty` after `timeout`."""
        loop = asyncio.get_running_loop()
        until = None if timeout is None else loop.time() + timeout
        while not self._messages[channel]:
            if until is not None and loop.time() >= until:
                raise Empty
            # One reader at a time; the other channel's waits for what it brings.
            if self._reading is None or self._reading.done():
                self._reading = loop.create_task(self._read())
            await asyncio.wait([self._reading])
            if self.ended and not self._messages[channel] and timeout is not None:
                raise Empty
        return self._messages[channel].popleft()

    def forget(self) -> None:
        """Wait for nothing more."""
        if self._reading is not None:
            self._reading.cancel()
            with suppress(RuntimeError):  # the loop lets go of what is cancelled
                self._reading.get_loop().run_until_complete(asyncio.wait([self._reading]))

    async def _read(self) -> None:
        """Read what there is, or wait a moment for it."""
        if self.ended:
            await asyncio.sleep(_LOOK)  # until nbclient asks whether the kernel is alive
            return
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(self._pipe, ready.set)
        try:
            await asyncio.wait_for(ready.wait(), _LOOK)
        except TimeoutError:
            return
        finally:
            loop.remove_reader(self._pipe)
            self._look()
        self.take()

    def take(self) -> None:
        """Read one piece from the pipe."""
        try:
            data = self._pipe.recv(_PIECE)
        except OSError:
            data = b""
        self.ended = not data
        for channel, parts in self._unpacker.feed(data):
            _identities, rest = self.session.feed_identities(parts)
            self._messages[channel].append(self.session.deserialize(rest))


class PipeChannel:
    """One channel of a :class:`PipeClient`."""

    def __init__(self, client: PipeClient, channel: bytes) -> None:
        self._client, self._channel = client, channel

    def send(self, message: dict[str, Any]) -> None:
        """Send a request."""
        self._client.send(message)

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """Return the next message, waiting at most `timeout` seconds."""
        return await self._client.receive(self._channel, timeout)
