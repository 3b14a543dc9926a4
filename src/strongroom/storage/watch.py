"""Asks the store every second how it is, so that whoever wants to know is told at once."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import structlog

from strongroom.lib.errors import StorageError
from strongroom.lib.fault import where
from strongroom.storage.base import Storage

T = TypeVar("T")

log = structlog.get_logger("storage")

INTERVAL_S: Final = 1.0
SILENT_S: Final = 2.0
"""A store that has not answered for so long is taken for one that doesn't; a slow one answers sooner."""
_ANSWER_S: Final = 1.0
"""How long whoever asks about the node's state waits for the store."""


class StoreState(enum.StrEnum):
    """What can be done with a store."""

    READY = "ready"
    FULL = "full"
    """It is read, and rows can be removed; nothing can be added."""
    UNWRITABLE = "unwritable"
    """It is read, and nothing can be committed."""
    UNREACHABLE = "unreachable"


_TOLD: Final = {
    StoreState.READY: "the store is ready again",
    StoreState.FULL: "the store is full: only what makes room is committed",
    StoreState.UNWRITABLE: "the store can be read, but not written",
    StoreState.UNREACHABLE: "the store is out of reach",
}


class StoreWatch:
    """What this process last knew of its store.

    Args:
        silent_s: how long an answer may take.
    """

    def __init__(self, storage: Storage, *, silent_s: float = SILENT_S) -> None:
        self._storage = storage
        self._silent_s = silent_s
        self._unreachable = ""
        self._told = StoreState.READY

    @property
    def state(self) -> StoreState:
        """The state, by the last answer and by what the store knows without asking."""
        if self._unreachable:
            return StoreState.UNREACHABLE
        condition = self._storage.condition()
        if condition.trouble:
            return StoreState.UNWRITABLE
        return StoreState.FULL if condition.full else StoreState.READY

    async def run_forever(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(INTERVAL_S)

    async def look(self) -> None:
        """Ask once.  A store that hangs is noticed before it has answered, and the call returns when it has."""
        question = asyncio.ensure_future(self._storage.synced())
        done, _ = await asyncio.wait({question}, timeout=self._silent_s)
        if not done:
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
        """The answer to a question about the node's own state, within about a second.

        Raises: `StorageError` at once while the store is out of reach, and when the answer takes too long.
        """
        if self._unreachable:
            question.close()
            raise StorageError("the store failed", detail=self._unreachable)
        asking = asyncio.ensure_future(question)
        done, _ = await asyncio.wait({asking}, timeout=_ANSWER_S)
        if done:
            return asking.result()
        asking.add_done_callback(_forget)  # it ends by the store's own bounds
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


def _forget(asked: asyncio.Future[Any]) -> None:
    if not asked.cancelled():
        asked.exception()
