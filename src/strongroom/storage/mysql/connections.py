"""Connections to MySQL: each with its thread, set up, shared and closed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from strongroom.lib.errors import StorageError
from strongroom.storage.mysql import server
from strongroom.storage.mysql.failures import (
    ConnectionLost,
    NoAnswerError,
    RolledBackError,
    StatementFailed,
    storage_error,
)
from strongroom.storage.mysql.login import Login, place
from strongroom.storage.mysql.session import Session, dial
from strongroom.storage.thread import BlockingCalls

T = TypeVar("T")

LISTING_TIMES = 4
"""The factor of a listing's time limit, because a listing may have a million names."""
_LEAST_CONNECT_S = 2.0
_ANSWERS_OF_A_COMMIT = 3
"""Round trips of one piece of work: after the limits of so many answers, its connection is cut from outside."""


class Line:
    """A connection and the thread that waits for its answers.

    An asyncio client would take half the processor time.  This one is the client that the engine of databases uses,
    with its care about who may learn a password.
    """

    def __init__(self, answer_s: float) -> None:
        self._answer_s = answer_s
        self._calls = BlockingCalls("mysql")
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._gone = False
        self.opened_at = 0.0
        """By the loop's clock."""

    @property
    def usable(self) -> bool:
        """Whether more may be asked."""
        return not self._gone

    async def connect(self, make: Callable[[], Session], within_s: float) -> None:
        """Connect, in the thread.  Raises `ConnectionLost`, `StatementFailed` or `StorageError`."""

        def work() -> None:
            session = make()
            with self._lock:
                if not self._gone:
                    self._session = session
                    return
            session.close()

        self.opened_at = asyncio.get_running_loop().time()
        await self._done(work, within_s)

    async def run(self, work: Callable[[Session], T], times: int = _ANSWERS_OF_A_COMMIT) -> T:
        """What `work` returns.

        Raises: what `work` raises.  The line can't be used after any error but `StatementFailed` and `RolledBackError`.
        """
        session = self._session
        if session is None or self._gone:
            raise ConnectionLost("the connection is closed")
        return await self._done(lambda: work(session), self._answer_s * times)

    async def _done(self, work: Callable[[], T], within_s: float) -> T:
        try:
            async with asyncio.timeout(within_s):
                return await self._calls.call(work)
        except TimeoutError as error:
            self.leave()
            raise NoAnswerError(f"no answer within {within_s:g} s") from error
        except (StatementFailed, RolledBackError):
            raise
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Cut the connection, whatever its thread waits for, and let both go."""
        with self._lock:
            if self._gone:
                return
            self._gone = True
            session = self._session
        if session is not None:
            session.cut()
            self._calls.call_and_forget(session.close)
        self._calls.leave()


class Connections:
    """Makes connections, and keeps a few for short reads.

    Args:
        login: who logs in, and where.
        size: the number of concurrent reads.
        answer_s: the time limit for an answer, and for connecting.
        idle: how many are kept that nobody uses.
        lifetime_s: how long one is used, in seconds; None for as long as it works.
    """

    def __init__(
        self, login: Login, size: int, answer_s: float, *, idle: int | None = None, lifetime_s: float | None = None
    ) -> None:
        self._login = login
        self.answer_s = answer_s
        self._connect_s = max(min(_LEAST_CONNECT_S, answer_s), answer_s / len(login.addresses))
        self._most_idle = size if idle is None else min(idle, size)
        self._lifetime_s = lifetime_s
        self._idle: list[Line] = []
        self._places = asyncio.Semaphore(size)
        self._closed = False

    async def open(self, *, writes: bool) -> tuple[Line, Mapping[str, str]]:
        """A new connection to the first server that takes writes, and that server's variables.

        Raises: `StorageError`.
        """
        if self._closed:
            raise StorageError("the store is closed")
        line = Line(self.answer_s)
        variables: dict[str, str] = {}

        def make() -> Session:
            session, found = self._first_fit(writes)
            variables.update(found)
            return session

        try:
            # Each step of a login has the limit of its own; all of them together get twice the time.
            await line.connect(make, self._connect_s * len(self._login.addresses) * 2 + self.answer_s)
        except (StatementFailed, ConnectionLost) as error:
            line.leave()
            raise storage_error(error, "connecting") from error
        except StorageError:
            line.leave()
            raise
        return line, variables

    def _first_fit(self, writes: bool) -> tuple[Session, dict[str, str]]:
        failure: Exception = StorageError("the MySQL storage has no address")
        for address in self._login.addresses:
            try:
                session = dial(self._login, address, self._connect_s, self.answer_s)
            except (StatementFailed, ConnectionLost) as error:
                failure = error.at(place(address))
                continue
            try:
                variables = dict(cast("list[tuple[str, str]]", session.ask([server.VARIABLES])[0]))
                server.check_server(variables)
                session.allow_packets(int(variables["max_allowed_packet"]))
                session.ask(server.settings(variables, self.answer_s, writes=writes))
            except (StatementFailed, ConnectionLost, StorageError) as error:
                session.close()
                failure = error
                continue
            return session, variables
        raise failure

    async def read(self, question: Callable[[Session], T], times: int = 1) -> T:
        """What a question gives, on a shared connection.  If a kept one is dead, it is asked again on a new one.

        Args:
            times: the factor of this question's time limit.

        Raises: `StorageError`.
        """
        await self._take_place()
        try:
            if self._closed:
                raise StorageError("the store is closed")
            if kept := self._take_idle():
                try:
                    return await self._asked(kept, question, times)
                except NoAnswerError as error:
                    raise storage_error(error, "reading") from error
                except ConnectionLost:
                    self._drop_idle()
            line, _ = await self.open(writes=False)
            return await self._asked(line, question, times)
        except (StatementFailed, ConnectionLost) as error:
            raise storage_error(error, "reading") from error
        finally:
            self._places.release()

    async def _asked(self, line: Line, question: Callable[[Session], T], times: int) -> T:
        try:
            answer = await line.run(question, times)
        except BaseException:
            # A question that failed may have left its snapshot open.
            line.leave()
            raise
        if self._closed or len(self._idle) >= self._most_idle:
            line.leave()
        else:
            self._idle.append(line)
        return answer

    def _take_idle(self) -> Line | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            line = self._idle.pop()
            if self._lifetime_s is None or now - line.opened_at < self._lifetime_s:
                return line
            line.leave()
        return None

    async def _take_place(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(self.answer_s):
                await self._places.acquire()
        except TimeoutError as error:
            detail = f"reading: every connection was taken for {self.answer_s:g} s"
            raise StorageError("the store failed", detail=detail) from error

    def renew(self) -> None:
        """Use new connections for the next questions, because the present ones lead to an unsuitable server."""
        self._drop_idle()

    def close(self) -> None:
        """Close the connections that nobody uses; the others when their reads end."""
        self._closed = True
        self._drop_idle()

    def _drop_idle(self) -> None:
        idle, self._idle = self._idle, []
        for line in idle:
            line.leave()
