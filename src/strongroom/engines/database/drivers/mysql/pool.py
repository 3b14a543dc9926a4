"""The connections of one session: a bounded number, each used by one thread at a time."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from strongroom.engines.database.drivers.mysql.connecting import Held, Login, connect, set_variables
from strongroom.engines.database.drivers.mysql.refusals import meaning
from strongroom.lib.errors import StrongroomError, Unreachable
from strongroom.lib.outgoing.threads import Threads

T = TypeVar("T")

MOST_OPEN = 64
WAITING = 240


class Pool:
    """Connections of one user of a server.  All methods but `close` and `run` are called by threads.

    Args:
        most: how many are open at once. idle: how many stay open unused. lifetime_s: how long one is used; 0 for ever.
    """

    def __init__(self, login: Login, *, most: int, idle: int, lifetime_s: float) -> None:
        self._login = login
        self._most_idle = idle
        self._lifetime_s = lifetime_s
        self._threads = Threads("the database", at_once=most, waiting=WAITING)
        self._lock = threading.Lock()
        self._idle: list[tuple[Any, float]] = []
        self._closed = False

    async def run(self, work: Callable[[Any], T]) -> T:
        """Do some work with a connection, in a thread.

        Raises: `Unreachable` if the database didn't answer in time, `UpstreamFailed` if it refused.
        """
        return await self.run_apart(lambda held: self._with_connection(work, held))

    async def run_apart(self, work: Callable[[Held], T]) -> T:
        """Do some work that makes its own connection, in a thread among those of the pool."""
        held = Held()
        try:
            return await self._threads.run("pool", lambda: _released(work, held), within_s=self._login.limits.call_s)
        except TimeoutError as error:
            held.end()
            raise Unreachable("the database did not answer in time") from error

    @property
    def threads(self) -> int:
        """How many threads work or wait now."""
        return self._threads.taken

    async def close(self) -> None:
        """Close the connections that nobody uses, and each of the others after its use."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection, _ in idle:
            _abandon(connection)

    def _with_connection(self, work: Callable[[Any], T], held: Held) -> T:
        connection, opened_at = self._taken(held)
        try:
            result = work(connection)
        except StrongroomError:
            _quit(connection)  # it may be within a transaction, or at a server that has become read only
            raise
        except Exception as error:  # the library has all kinds for what a server says that isn't the protocol
            _abandon(connection)
            raise meaning(error, "") from error
        held.release()
        self._give_back(connection, opened_at)
        return result

    def _taken(self, held: Held) -> tuple[Any, float]:
        while True:
            with self._lock:
                found = self._idle.pop() if self._idle else None
            if found is None:
                return connect(self._login, held), time.monotonic()
            connection, opened_at = found
            held.hold(connection._sock)
            if not self._too_old(opened_at):
                with contextlib.suppress(Exception):
                    connection.reset()  # what statements of another role have set
                    set_variables(connection, self._login.dsn)
                    return connection, opened_at
            _quit(connection)

    def _give_back(self, connection: Any, opened_at: float) -> None:
        with self._lock:
            keeps = not self._closed and len(self._idle) < self._most_idle and not self._too_old(opened_at)
            if keeps:
                self._idle.append((connection, opened_at))
        if not keeps:
            _quit(connection)

    def _too_old(self, opened_at: float) -> bool:
        return bool(self._lifetime_s) and time.monotonic() - opened_at > self._lifetime_s


def _released(work: Callable[[Held], T], held: Held) -> T:
    try:
        return work(held)
    finally:
        held.release()


def sizes(max_open: int, max_idle: int) -> tuple[int, int]:
    """How many connections are open at most, and how many stay open unused.  (p)"""
    most = MOST_OPEN if max_open < 0 else min(max_open or 4, MOST_OPEN)
    if max_idle < 0:
        return most, 0
    return most, min(max_idle or most, most)


def _quit(connection: Any) -> None:
    with contextlib.suppress(Exception):
        connection.close()


def _abandon(connection: Any) -> None:
    """Close the socket alone, which takes no time."""
    with contextlib.suppress(Exception):
        connection._force_close()
