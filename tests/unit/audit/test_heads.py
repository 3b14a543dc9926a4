"""How far this process's writers are, as the store keeps it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest
import structlog

from strongroom.audit import chain, heads, records
from strongroom.audit.heads import Checking, Heads, checking
from strongroom.audit.records import Manifest, WriterHead
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import StorageError
from tests.sim.clock import SetClock
from tests.unit.audit.auditing import Auditing, begun


class Keeping:
    """The heads of one broker."""

    def __init__(self, auditing: Auditing) -> None:
        self.auditing = auditing
        self.clock = SetClock()
        self.heads = Heads(auditing.barrier, auditing.broker, self.clock)

    async def do(self, body: Callable[[Transaction], Coroutine[Any, Any, Any]]) -> Any:
        """Run a body in a transaction."""
        return await transact(self.auditing.barrier, body)

    async def checking(self, path: str = "a/") -> list[Checking]:
        """What a path's logs are checked by."""
        found: list[Checking] = await self.do(lambda txn: checking(txn, path))
        return found

    async def sequences(self, path: str = "a/") -> list[int]:
        """How far the writers of a path are."""
        return sorted(head.sequence for found in await self.checking(path) for head in found.heads)

    async def counted(self) -> dict[str, int]:
        """How many heads there have to be, by device."""
        listed: Manifest | None = await self.do(lambda txn: txn.read(records.MANIFEST, Manifest))
        assert listed is not None
        return listed.heads


async def test_a_head_is_the_last_line_that_was_taken() -> None:
    """With its digest and the time; what went on is stored again, what did not is left alone."""
    auditing = await begun()
    keeping = Keeping(auditing)
    await auditing.enable("a/", prefix="")
    (record,) = await auditing.records()
    await auditing.say()
    await auditing.say()
    (sink,) = await auditing.sinks()
    trail = sink.channel.trail
    await keeping.heads.store()
    (found,) = await keeping.checking()
    now = WriterHead(writer=trail.writer, sequence=2, mac=trail.link.mac, at=keeping.clock.now())
    tried = [head for head in found.heads if head.writer != trail.writer]
    assert [head.sequence for head in tried] == [1]
    assert now in found.heads
    assert (found.id, found.prefix, found.chain_key, found.lost) == (record.id, "", chain.key_of(record.salt), 0)
    assert await keeping.counted() == {record.id: 2}
    keeping.clock.advance(5)
    await keeping.heads.store()
    assert now in (await keeping.checking())[0].heads
    await auditing.say()
    await keeping.heads.store()
    later = WriterHead(writer=trail.writer, sequence=3, mac=trail.link.mac, at=keeping.clock.now())
    assert later in (await keeping.checking())[0].heads
    assert await keeping.counted() == {record.id: 2}


async def test_new_writers_alone() -> None:
    """Between two rounds one that has no head gets one, one that goes on waits, one that has ended is stored."""
    auditing = await begun()
    keeping = Keeping(auditing)
    await auditing.enable("a/")
    await auditing.say()
    await keeping.heads.store(only_new=True)
    assert await keeping.sequences() == [1, 1]
    await auditing.say()
    await keeping.heads.store(only_new=True)
    assert await keeping.sequences() == [1, 1]
    before = await auditing.sinks()
    await auditing.disable("a/")
    auditing.broker.close()
    del before
    await keeping.heads.store(only_new=True)
    assert await keeping.sequences() == [1, 2]
    assert auditing.broker.trails == {}


async def test_a_writer_that_has_ended_is_forgotten_once_it_is_stored() -> None:
    """Whether it went on since or not."""
    auditing = await begun()
    keeping = Keeping(auditing)
    await auditing.enable("a/")
    await auditing.say()
    await keeping.heads.store()
    assert len(auditing.broker.trails) == 1  # that of the device which was tried has ended
    auditing.broker.close()
    await keeping.heads.store()
    assert auditing.broker.trails == {}
    assert await keeping.sequences() == [1, 1]


async def test_of_a_path_all_devices_are_checked() -> None:
    """The one that is there and those that were, and none of another path."""
    auditing = await begun(prefixes=True)
    keeping = Keeping(auditing)
    for prefix in ("> ", ""):
        await auditing.enable("a/", prefix=prefix)
        await auditing.enable("b/")
        await auditing.say()
        await auditing.disable("b/")
        if prefix:
            await auditing.disable("a/")
    await keeping.heads.store()
    found = await keeping.checking()
    assert [(one.prefix, len(one.heads)) for one in found] == [("", 2), ("> ", 2)]
    assert len(await keeping.checking("b/")) == 2
    assert await keeping.checking("c/") == []


async def test_heads_that_the_store_has_lost_are_counted() -> None:
    """By the number on the list, which no more heads than there were can hide."""
    auditing = await begun()
    keeping = Keeping(auditing)
    await auditing.enable("a/")
    await auditing.say()
    await keeping.heads.store()
    (record,) = await auditing.records()

    async def lose(txn: Transaction) -> None:
        for name in await txn.list(f"{records.HEADS}{record.id}/"):
            txn.delete(records.head_key(record.id, name))

    async def add(txn: Transaction) -> None:
        for number in range(3):
            head = WriterHead(writer=f"w{number}", sequence=1, mac=b"", at=1.0)
            txn.write(records.head_key(record.id, head.writer), head)

    await keeping.do(lose)
    assert (await keeping.checking())[0].lost == 2
    await keeping.do(add)
    assert (await keeping.checking())[0].lost == 0


async def test_the_oldest_heads_make_room() -> None:
    """A device has a bound; what was removed for it is no loss."""
    auditing = await begun()
    keeping = Keeping(auditing)
    await auditing.enable("a/")
    (record,) = await auditing.records()
    auditing.broker.trails.clear()

    async def some(txn: Transaction, first: int) -> None:
        for number in range(first, first + heads._ROOM):
            head = WriterHead(writer=f"w{number}", sequence=1, mac=b"", at=float(number))
            txn.write(records.head_key(record.id, head.writer), head)

    async def count(txn: Transaction) -> None:
        listed = await txn.read(records.MANIFEST, Manifest)
        assert listed is not None
        txn.write(records.MANIFEST, Manifest(devices=listed.devices, heads={record.id: heads._MOST}))

    for first in range(0, heads._MOST, heads._ROOM):
        await keeping.do(partial(some, first=first))
    await keeping.do(count)
    await auditing.say()
    await keeping.heads.store()
    left = heads._MOST - heads._ROOM + 1
    (found,) = await keeping.checking()
    assert (len(found.heads), found.lost) == (left, 0)
    assert await keeping.counted() == {record.id: left}
    assert min(head.at for head in found.heads) == heads._ROOM


async def test_without_a_list_nothing_is_stored() -> None:
    """One that began anew here would hide what is missing."""
    auditing = await begun()
    keeping = Keeping(auditing)
    await auditing.enable("a/")
    await auditing.say()

    async def remove(txn: Transaction) -> None:
        txn.delete(records.MANIFEST)

    await keeping.do(remove)
    await keeping.heads.store()

    async def left(txn: Transaction) -> Any:
        return await txn.read(records.MANIFEST, Manifest), await txn.list(records.HEADS)

    assert await keeping.do(left) == (None, [])


class Rounds(Heads):
    """Heads whose storing is counted, and fails as a test says."""

    asked: list[bool]
    errors: dict[int, Exception]

    async def store(self, *, only_new: bool = False) -> None:
        """Count, and fail."""
        self.asked.append(only_new)
        if len(self.asked) == 25:
            raise asyncio.CancelledError
        error = self.errors.get(len(self.asked))
        if error is not None:
            raise error


async def test_every_tenth_round_stores_all_and_no_failure_ends_the_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing store, and a fault of ours, are told and tried again."""
    auditing = await begun()
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", pause)
    rounds = Rounds(auditing.barrier, auditing.broker, SetClock())
    rounds.asked = []
    gone = StorageError("the store failed", detail="no disk")
    rounds.errors = {3: gone, 4: ZeroDivisionError(), 5: gone}
    with structlog.testing.capture_logs() as said, pytest.raises(asyncio.CancelledError):
        await rounds.run_forever()
    assert pauses == [1.0] * 25
    assert [number for number, only_new in enumerate(rounds.asked, 1) if not only_new] == [10, 20]
    told = [(line["log_level"], line.get("reason"), line.get("fault")) for line in said]
    assert told == [("warning", "no disk", None), ("error", None, "<class 'ZeroDivisionError'>")]
