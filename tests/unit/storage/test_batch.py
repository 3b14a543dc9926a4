"""Group commit: what a batch leaves behind."""

from __future__ import annotations

import asyncio
import gc
import weakref

from strongroom.lib.errors import Conflict
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Revision
from strongroom.storage.batch import Pending, settle_batch
from strongroom.storage.operations import Changes, Commit


class Watched(Commit):
    """A commit of which one can tell whether it is still there."""


class Empty:
    """A store that holds nothing and is given nothing."""

    head = Revision(0, b"")

    def revision(self, key: str) -> int:
        """No row has any."""
        return 0

    def value(self, key: str) -> bytes | None:
        """None."""
        return None

    def changed_below(self, prefix: str, since: int) -> bool:
        """Nothing has."""
        return False

    def expiry(self, role: str) -> float | None:
        """Nobody holds it."""
        return None

    def set_expiry(self, role: str, expires_at: float | None) -> None:
        """Nobody takes it."""

    def now(self) -> float:
        """The beginning of time."""
        return 0.0

    def write(self, changes: Changes, revision: Revision) -> None:
        """Nothing is written."""


def test_a_refused_operation_is_freed_without_the_collector() -> None:
    """Its values may be megabytes, many are refused when requests meet, and the collector comes seldom."""

    async def settle() -> weakref.ref[Watched]:
        operation = Watched({"a": 1}, {"a": b"value"}, {})
        answer: asyncio.Future[Revision] = asyncio.get_running_loop().create_future()
        pending: Pending[Revision] = Pending(operation, answer)
        outcomes = settle_batch([pending], Empty(), SystemRandom())
        for each, outcome in outcomes:
            each.deliver(outcome)
        assert isinstance(answer.exception(), Conflict)
        return weakref.ref(operation)

    gc.disable()
    try:
        assert asyncio.run(settle())() is None
    finally:
        gc.enable()
