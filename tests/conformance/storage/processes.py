"""Processes that work on one store and share nothing else: forks of one that has loaded the stores, and opened none."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from strongroom.storage.base import Storage

Opener = Callable[[], Storage]
Work = Callable[[Storage, "Link"], Awaitable[None]]

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.conformance.storage.backends"])


class Link:
    """A process's line to the test: pickled objects both ways, awaited without blocking the loop."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def send(self, message: Any) -> None:
        """Send to the other end."""
        self._connection.send(message)

    async def receive(self, timeout_s: float = 30.0) -> Any:
        """What the other end sends next."""
        if not await asyncio.to_thread(self._connection.poll, timeout_s):
            raise TimeoutError("the other process says nothing")
        return self._connection.recv()


class Worker:
    """One running process."""

    def __init__(self, process: BaseProcess, link: Link) -> None:
        self._process = process
        self.link = link

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    def kill(self) -> None:
        """End it as `kill -9` does."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.join()

    def join(self) -> None:
        """Wait until it has ended well."""
        self._process.join(30)
        assert self._process.exitcode == 0, f"the process ended with {self._process.exitcode}"


@contextmanager
def worker(opener: Opener, work: Work) -> Iterator[Worker]:
    """Run `work` in another process, on a store of its own; both must be importable by name."""
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=_main, args=(opener, work, theirs))
    process.start()
    theirs.close()
    try:
        yield Worker(process, Link(ours))
    finally:
        if process.is_alive():
            process.kill()
        process.join()
        process.close()
        ours.close()


def _main(opener: Opener, work: Work, connection: Connection) -> None:
    async def main() -> None:
        storage = opener()
        await storage.start()
        await work(storage, Link(connection))
        await storage.close()

    asyncio.run(main())
