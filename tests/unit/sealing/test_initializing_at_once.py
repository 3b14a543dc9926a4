"""Two initializations of one store at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import SystemRandom
from strongroom.sealing.initialize import InitRequest, initialize, initialized
from strongroom.storage.base import Storage
from strongroom.storage.inmem import InmemStorage

WANTED = InitRequest(shares=2, threshold=2)


class Overtaken:
    """A store that is initialized by somebody else right before the call of a number."""

    def __init__(self, storage: Storage, number: int) -> None:
        self._storage = storage
        self._left = number

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*given: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                await initialize(self._storage, SystemRandom(), WANTED)
            return await getattr(self._storage, name)(*given, **named)

        return call


@pytest.mark.parametrize("number", range(1, 7))
async def test_the_later_one_is_told_that_it_is_done(number: int) -> None:
    """Wherever it is overtaken, up to its commit."""
    storage = InmemStorage(SystemClock(), SystemRandom())
    await storage.start()
    with pytest.raises(InvalidRequest, match="already initialized"):
        await initialize(cast(Storage, Overtaken(storage, number)), SystemRandom(), WANTED)
    assert await initialized(storage)
    await storage.close()
