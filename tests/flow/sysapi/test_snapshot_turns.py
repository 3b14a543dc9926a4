"""While a large snapshot is on its way, other requests have their turn; and whoever gives up leaves nothing behind."""

from __future__ import annotations

import asyncio
import io

import pytest

from strongroom.services.snapshots import Snapshots
from strongroom.services.snapshots.pace import unhurried
from strongroom.services.snapshots.taking import Download
from strongroom.snapshot.reading import Reading
from tests.flow.node import TestNode


async def filled(rows: int, size: int) -> tuple[TestNode, Snapshots]:
    """A node with so many rows that it has nothing to do with."""
    node = await TestNode.start()
    await node.store.commit({}, {f"ballast/{number:04}": bytes(size) for number in range(rows)}, {})
    assert node.node.unsealed is not None
    return node, node.node.unsealed.snapshots


class Turns:
    """Counts how often another task had its turn.  Use it as a context."""

    def __init__(self) -> None:
        self.count = 0

    async def __aenter__(self) -> Turns:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _run(self) -> None:
        while True:
            self.count += 1
            await asyncio.sleep(0)


async def test_others_have_their_turn_at_each_piece() -> None:
    """Also if the client takes all as fast as it comes, which suspends nobody."""
    _, snapshots = await filled(2000, 1000)
    download = Download(await snapshots.take())
    seen, pieces = [], []
    async with Turns() as turns:
        async for piece in download:
            seen.append(turns.count)
            pieces.append(piece)
    assert len(seen) > 5
    assert seen == sorted({*seen})
    reading = Reading(io.BytesIO(b"".join(pieces)))
    passed = []
    async with Turns() as turns:
        async for _ in unhurried(reading.rows()):
            passed.append(turns.count)
    assert len({*passed}) > 2000 * 1000 // (128 * 1024)
    assert reading.whole().is_vouched_by(snapshots.key)


@pytest.mark.parametrize("pieces", [0, 1])
async def test_who_gives_up_leaves_nothing(pieces: int) -> None:
    """The client goes while a thread reads its next piece: the place is free, and the rows are gone."""
    _, snapshots = await filled(2000, 1000)
    for _ in range(4):  # there are places for two
        taken = await snapshots.take()
        for _ in range(pieces):
            assert await taken.piece()
        reading = asyncio.create_task(taken.piece())
        await asyncio.sleep(0)
        reading.cancel()
        await taken.close()
        await asyncio.wait({reading})
        assert await taken.piece() == b""
        await taken.close()
