"""Hears what the first region commits, ahead of the rows: so a follower knows what it lacks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.region import RegionState
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.region.replica import require_following
from strongroom.services.region import wire
from strongroom.services.region.link import Asking
from strongroom.services.region.records import HEAD_DIGITS, HEADS, HEARD, PROGRESS, Commit, Head, Heard, Progress
from strongroom.services.region.wire import Point
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

_MOST_HEADS: Final = 1000
"""Rows with what was heard of and isn't here.  Beyond that, keys are only counted."""


class Hearing:
    """Asks for heads, and stores them."""

    def __init__(self, services: Services, fence: Fence, asking: Asking, term: int) -> None:
        self._barrier = services.barrier
        self._fence = fence
        self._asking = asking
        self._term = term

    async def step(self) -> None:
        """Wait for the next head, and store it.  Raises `RegionRefused`, `UpstreamFailed`, `StorageError`."""
        heard, progress = await transact(self._barrier, _known)
        since = heard.commit if heard.commit.number >= progress.commit.number else progress.commit
        asked = wire.Ask(self._term, Point(since.number, since.id), wait=True)
        said = await self._asking.ask(wire.HEAD, asked, wire.HeadSaid)
        now = await self._barrier.storage.now()

        async def body(txn: Transaction) -> None:
            present = await txn.read(PROGRESS, Progress) or Progress()
            if said.count and said.head.number > present.commit.number:
                full = len(await txn.list(HEADS, limit=_MOST_HEADS)) >= _MOST_HEADS
                row = f"{HEADS}{said.head.number:0{HEAD_DIGITS}d}"
                txn.write(row, Head(keys=() if full else said.keys, count=said.count))
            commit = Commit(number=said.head.number, id=said.head.id)
            txn.write(HEARD, Heard(commit=commit, at=said.at, heard_at=now))
            state = await txn.read(keys.REGION, RegionState)
            if state is not None and said.api_address and state.writer != said.api_address:
                txn.write(keys.REGION, msgspec.structs.replace(state, writer=said.api_address))

        await self._commit(body)

    async def trouble(self, text: str) -> None:
        """Note why nothing comes."""

        async def body(txn: Transaction) -> None:
            heard = await txn.read(HEARD, Heard) or Heard()
            if heard.trouble != text:
                txn.write(HEARD, msgspec.structs.replace(heard, trouble=text))

        await self._commit(body)

    async def _commit(self, body: Callable[[Transaction], Awaitable[None]]) -> None:
        async def guarded(txn: Transaction) -> None:
            await require_following(txn, self._fence, self._term)
            await body(txn)

        await transact(self._barrier, guarded)


async def _known(txn: Transaction) -> tuple[Heard, Progress]:
    return await txn.read(HEARD, Heard) or Heard(), await txn.read(PROGRESS, Progress) or Progress()
