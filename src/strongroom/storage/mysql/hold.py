"""The exclusive hold of the store: a mark in the head's row that all commits respect.

No lock of the database's does it.  A row's lock ends with the transaction that has it, `GET_LOCK` is the server's and
not the store's, and neither is known on the other nodes of a Galera cluster.  The mark ends by itself when its process
stops to prolong it.  A commit inside a hold that has ended is refused, under the head's lock.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from strongroom.lib.errors import StorageError
from strongroom.lib.rand import Random
from strongroom.storage.mysql.connections import Connections, Line
from strongroom.storage.mysql.failures import ROLLED_BACK, ConnectionLost, StatementFailed, storage_error
from strongroom.storage.mysql.transaction import Attempts, Held

log = structlog.get_logger(__name__)

LASTS = 0.6
"""For how much of an answer's time limit a hold lasts unless it is prolonged: waiting commits outlast it."""
_PROLONGED = 0.15
_PAUSE_S, _LONGEST_PAUSE_S = 0.005, 0.05


class Pauses:
    """The pauses between attempts, within a limit."""

    def __init__(self, limit_s: float) -> None:
        self._ends_at = asyncio.get_running_loop().time() + limit_s
        self._pause_s = _PAUSE_S

    async def pause(self) -> None:
        """Wait a little.  Raises `StorageError` when the limit is over."""
        left_s = self._ends_at - asyncio.get_running_loop().time()
        if left_s <= 0:
            raise StorageError("another transaction holds the store")
        await asyncio.sleep(min(self._pause_s, left_s))
        self._pause_s = min(self._pause_s * 1.5, _LONGEST_PAUSE_S)


class Hold:
    """A hold of the store, on a connection of its own.

    Attributes:
        id: 16 random bytes.
        line: the connection that commits inside it.
    """

    def __init__(self, line: Line, hold: bytes) -> None:
        self.line = line
        self.id = hold


@asynccontextmanager
async def held(connections: Connections, attempts: Attempts, random: Random, timeout_s: float) -> AsyncIterator[Hold]:
    """Hold the store.  Raises `StorageError` on time-out."""
    line, _ = await connections.open(writes=True)
    hold = Hold(line, random.bytes(16))
    lasts_s = connections.answer_s * LASTS
    prolonging: asyncio.Task[None] | None = None
    try:
        await _taken(hold, attempts, lasts_s, timeout_s)
        prolonging = asyncio.create_task(_prolong(connections, attempts, hold, lasts_s), name="strongroom-hold")
        yield hold
    finally:
        if prolonging is not None:
            prolonging.cancel()
            await asyncio.wait({prolonging})
        if line.usable:
            # Otherwise it ends by itself.
            with contextlib.suppress(StatementFailed, ConnectionLost):
                await line.run(lambda session: attempts.end_hold(session, hold.id))
        line.leave()


async def _taken(hold: Hold, attempts: Attempts, lasts_s: float, timeout_s: float) -> None:
    pauses = Pauses(timeout_s)
    while True:
        try:
            await hold.line.run(lambda session: attempts.take_hold(session, hold.id, lasts_s))
        except Held:
            await pauses.pause()
        except StatementFailed as error:
            if error.number not in ROLLED_BACK:
                raise storage_error(error, "locking") from error
            await pauses.pause()
        except ConnectionLost as error:
            raise storage_error(error, "locking") from error
        else:
            return


async def _prolong(connections: Connections, attempts: Attempts, hold: Hold, lasts_s: float) -> None:
    """Prolong the hold until cancelled.  When that fails, the hold ends and its next commit is refused."""
    line: Line | None = None
    try:
        while True:
            await asyncio.sleep(connections.answer_s * _PROLONGED)
            try:
                if line is None or not line.usable:
                    line, _ = await connections.open(writes=True)
                await line.run(lambda session: attempts.take_hold(session, hold.id, lasts_s))
            except (StorageError, StatementFailed, ConnectionLost, Held) as error:
                log.warning("the exclusive hold of the store was not prolonged", detail=str(error))
    finally:
        if line is not None:
            line.leave()
