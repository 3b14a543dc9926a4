"""Queries the store's state every second, so that it is known at once when it is needed."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import structlog

from strongroom.lib.errors import StorageError
from strongroom.lib.fault import where
from strongroom.storage.base import Storage
from strongroom.storage.patience import PARTS

T = TypeVar("T")

log = structlog.get_logger("storage")

INTERVAL_S: Final = 1.0
SILENT_S: Final = 2.0
"""A store that hasn't responded for this time counts as unreachable.  A slow store responds sooner."""
_ANSWER_S: Final = 1.0
"""How long a request for the node's state waits for the store."""


class StoreState(enum.StrEnum):
    """The usable operations of a store."""

    READY = "ready"
    FULL = "full"
    """Reading and removing rows work; adding rows doesn't."""
    UNWRITABLE = "unwritable"
    """Reading works; no commit does."""
    UNREACHABLE = "unreachable"


_TOLD: Final = {
    StoreState.READY: "the store is ready again",
    StoreState.FULL: "the store is full: only what makes room is committed",
    StoreState.UNWRITABLE: "the store can be read, but not written",
    StoreState.UNREACHABLE: "the store is out of reach",
}


class StoreWatch:
    """The store's state, as this process last saw it.

    Args:
        silent_s: the time limit for a response.
    """

    def __init__(self, storage: Storage, *, silent_s: float = SILENT_S) -> None:
        self._storage = storage
        self._silent_s = silent_s
        self._unreachable = ""
        self._told = StoreState.READY

    @property
    def state(self) -> StoreState:
        """The state, from the last query and from the store's condition."""
        if self._unreachable:
            return StoreState.UNREACHABLE
        condition = self._storage.condition()
        if condition.trouble:
            return StoreState.UNWRITABLE
        return StoreState.FULL if condition.full else StoreState.READY

    async def run_forever(self) -> None:
        """Query the state periodically, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(INTERVAL_S)

    async def look(self) -> None:
        """Query once.

        A store that hangs is noticed while the query still waits.  The call returns when the store has responded.
        """
        question = asyncio.ensure_future(self._storage.synced())
        if await _stays_silent(question, self._silent_s):
            self._note(f"no answer within {self._silent_s:g} s")
            await asyncio.wait({question})
        try:
            question.result()
        except StorageError as error:
            self._note(error.detail or error.text)
        except Exception as error:  # a fault of ours must not end the watch, and nothing can be read all the same
            self._note(where(error))
        else:
            self._note("")

    async def ask(self, question: Coroutine[Any, Any, T]) -> T:
        """The result of a query about the node's own state, within about a second.

        Raises: `StorageError` at once while the store is unreachable, or if the response takes too long.
        """
        if self._unreachable:
            question.close()
            raise StorageError("the store failed", detail=self._unreachable)
        if self._storage.immediate:
            return await question
        asking = asyncio.ensure_future(question)
        if not await _stays_silent(asking, _ANSWER_S):
            return asking.result()
        asking.add_done_callback(_forget)  # the query ends by the store's own time limits
        raise StorageError("the store failed", detail=f"no answer within {_ANSWER_S:g} s")

    def _note(self, unreachable: str) -> None:
        self._unreachable = unreachable
        state = self.state
        if state is self._told:
            return
        self._told = state
        reason = unreachable or self._storage.condition().trouble
        if state is StoreState.READY:
            log.warning(_TOLD[state])
        elif reason:
            log.error(_TOLD[state], reason=reason)
        else:
            log.error(_TOLD[state])


async def _stays_silent(question: asyncio.Future[Any], limit_s: float) -> bool:
    """Whether a query isn't done after `limit_s` of this process' running time (see `PARTS`)."""
    for _ in range(PARTS):
        done, _ = await asyncio.wait({question}, timeout=limit_s / PARTS)
        if done:
            return False
    return True


def _forget(asked: asyncio.Future[Any]) -> None:
    if not asked.cancelled():
        asked.exception()
