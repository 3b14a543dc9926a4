"""Hears what the first region commits, ahead of the rows: so a follower knows what it lacks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.region import RegionState
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.region.replica import require_following
from strongroom.services.region import checking, wire
from strongroom.services.region.link import Asking
from strongroom.services.region.records import HEAD_DIGITS, HEADS, HEARD, PROGRESS, Commit, Head, Heard, Progress
from strongroom.services.region.wire import Point
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

_MOST_HEADS: Final = 1000
"""Rows with what was heard of and isn't here.  Beyond that, the last one counts for all later commits: one commit must
be able to remove them all."""
_MOST_CHARACTERS: Final = 128 * 1024
"""Of the keys that one such row names.  All of them are read by a promotion."""
MOST_TROUBLE: Final = 1000
"""Characters of a text that may be the other region's."""


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
        checking.check_head(asked.since, said)
        now = await self._barrier.storage.now()

        async def body(txn: Transaction) -> None:
            present = await txn.read(PROGRESS, Progress) or Progress()
            if said.count and said.head.number > present.commit.number:
                await _note(txn, said)
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
            if heard.trouble != text[:MOST_TROUBLE]:
                txn.write(HEARD, msgspec.structs.replace(heard, trouble=text[:MOST_TROUBLE]))

        await self._commit(body)

    async def _commit(self, body: Callable[[Transaction], Awaitable[None]]) -> None:
        async def guarded(txn: Transaction) -> None:
            await require_following(txn, self._fence, self._term)
            await body(txn)

        await transact(self._barrier, guarded)


async def _known(txn: Transaction) -> tuple[Heard, Progress]:
    return await txn.read(HEARD, Heard) or Heard(), await txn.read(PROGRESS, Progress) or Progress()


async def _note(txn: Transaction, said: wire.HeadSaid) -> None:
    """Keep the keys that were changed; as a number only, if there are too many rows of them."""
    row = f"{HEADS}{said.head.number:0{HEAD_DIGITS}d}"
    names = await txn.list(HEADS)
    if len(names) < _MOST_HEADS:
        txn.write(row, Head(keys=_named(said.keys), count=said.count))
        return
    last = await txn.read(HEADS + names[-1], Head)
    txn.delete(HEADS + names[-1])
    if last is not None:
        txn.write(row, Head(keys=last.keys, count=last.count + said.count))


def _named(found: tuple[str, ...]) -> tuple[str, ...]:
    """The first of the keys, as many as a row names."""
    left = _MOST_CHARACTERS
    for number, key in enumerate(found):
        left -= len(key)
        if left < 0:
            return found[:number]
    return found
