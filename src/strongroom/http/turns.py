"""Serves together what became ready in one iteration of the event loop.

The turn runs after every socket was read, and asks the store then: so its requests see everything that was committed
before any of them arrived.  Their answers go out when the turn has ended, which writes their audit entries.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final, Protocol

import structlog

from strongroom.http.faults import describe
from strongroom.http.first_step import Finished, FirstStep, start
from strongroom.http.message import Application, HttpResponse, Repeated, Repeats

_log = structlog.get_logger(__name__)

MOST: Final = 128
"""The most requests of one turn.  More would keep the first of them, and every new client, waiting for the last."""

LONGEST_S: Final = 0.02
"""The time after which no more requests begin in a turn; the others have the next one.

The answers of a turn are in memory until it ends, and nothing counts them.  128 listings of large folders would fill
it.  A large answer takes long to make, so only few of them are in one turn.
"""

_PATIENCE_S: Final = 1.0
"""How long requests wait until the store was asked for all of them.  If it takes longer, each asks for itself.

A store that doesn't answer must not keep those waiting that need none, or that say so after a while.
"""

Outcome = Finished[HttpResponse] | Repeated | asyncio.Task[HttpResponse] | BaseException
"""What became of a request in its turn: an answer, one that was kept, a Task that goes on with it, or a fault."""

_Begun = Outcome | FirstStep[HttpResponse]


class Asking(Protocol):
    """A connection whose request is complete."""

    @property
    def known(self) -> bytes | None:
        """The name of its response, if it was kept, so that nobody has looked at the request yet; else None."""
        ...

    @property
    def port(self) -> int:
        """The client's port; 0 if it has none."""
        ...

    def begin(self) -> Coroutine[Any, Any, HttpResponse]:
        """Have the application begin with the request."""
        ...

    def served(self, outcome: Outcome) -> None:
        """Go on with what became of it."""
        ...

    def abort(self) -> None:
        """Close at once."""
        ...


class Turns:
    """Collects the requests of each iteration.

    Args:
        loop: runs the turns. application: the present one, which says what the turns of its process are. monotonic:
            seconds of a clock that moves during a turn; the loop's may not.
    """

    __slots__ = ("_application", "_loop", "_monotonic", "_waiting")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        application: Callable[[], Application],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._loop = loop
        self._application = application
        self._monotonic = monotonic
        self._waiting: deque[Asking] = deque()

    def add(self, connection: Asking) -> None:
        """Serve a connection's request when all sockets were read."""
        if not self._waiting:
            self._loop.call_soon(self._run)
        self._waiting.append(connection)

    def _run(self) -> None:
        """Serve what waits.

        The store is asked for all requests whose responses were kept.  If its answer has to be waited for, they get a
        turn of their own then, so that no other request waits for it.
        """
        repeats = self._application().repeats
        known = [connection for connection in self._waiting if connection.known is not None] if repeats else []
        if repeats is None or not known:
            self._turn(self._waiting, None)
            return
        try:
            asked = start(self._loop, repeats.ask())
        except Exception:  # whatever it was, each request asks for itself, and is told
            self._turn(self._waiting, None)
            return
        if isinstance(asked, Finished):
            self._turn(self._waiting, repeats)
            return
        self._waiting = deque(connection for connection in self._waiting if connection.known is None)
        self._wait(asked, deque(known), repeats)
        if self._waiting:
            self._turn(self._waiting, None)

    def _wait(self, asked: asyncio.Task[None], waiting: deque[Asking], repeats: Repeats) -> None:
        """Have requests served when the store was asked, or when that takes too long."""
        late = self._loop.call_later(_PATIENCE_S, self._turn, waiting, None)

        def over(task: asyncio.Task[None]) -> None:
            late.cancel()
            failed = _failed(task)
            if waiting:
                self._turn(waiting, None if failed else repeats)

        asked.add_done_callback(over)

    def _turn(self, waiting: deque[Asking], repeats: Repeats | None) -> None:
        """Run one turn.

        Args:
            repeats: None if the store wasn't asked after the last request had arrived.
        """
        turn = self._application().turn
        begun: list[tuple[Asking, _Begun]] = []
        until = self._monotonic() + LONGEST_S
        turn.begin()
        try:
            if repeats is not None:
                repeats.asked()
            while waiting and len(begun) < MOST and (not begun or self._monotonic() < until):
                connection = waiting.popleft()
                begun.append((connection, self._begin(connection, repeats)))
        finally:
            turn.end()
            if waiting:
                again = self._run if waiting is self._waiting else partial(self._turn, waiting, repeats)
                self._loop.call_soon(again)
        for connection, begun_with in begun:
            outcome = _step(begun_with) if isinstance(begun_with, FirstStep) else begun_with
            assert not isinstance(outcome, FirstStep), "the turn has ended"
            try:
                connection.served(outcome)
            except Exception as error:  # a bug of this server must not keep the other connections' answers back
                _log.error("an answer could not be sent", fault=describe(error))
                connection.abort()  # while a request is in progress it has no time limit, so nothing else would end it

    def _begin(self, connection: Asking, repeats: Repeats | None) -> _Begun:
        try:
            if repeats is not None and connection.known is not None and repeats.is_current:
                repeated = repeats.answer(connection.known, connection.port)
                if repeated is not None:
                    return repeated
            coroutine = connection.begin()
        except Exception as error:
            return error
        return _step(FirstStep(self._loop, coroutine))


def _failed(task: asyncio.Task[None]) -> bool:
    return task.cancelled() or task.exception() is not None


def _step(step: FirstStep[HttpResponse]) -> Outcome | FirstStep[HttpResponse]:
    try:
        return step.go_on()
    except (Exception, asyncio.CancelledError) as error:
        return error
