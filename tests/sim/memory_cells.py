"""`Cells` in memory, with small limits, and faults at chosen transactions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from strongroom.lib.errors import StorageError
from strongroom.storage.conditional.cells import Capacity, Cell, ClockOffset, Guard, Names, UnclearError
from strongroom.storage.keys import below, list_start, name_below

SMALL = Capacity(cells=8, bytes=20_000, overhead=32, value_bytes=6_000, reads=6, atomic=True)
TORN = Capacity(cells=8, bytes=20_000, overhead=32, value_bytes=6_000, reads=6, atomic=False)
"""Of a store whose reads are of one cell at a time."""


class Crashed(BaseException):
    """The process ended here: nothing that follows happens."""


class Memory:
    """What all processes of a test share."""

    def __init__(self) -> None:
        self.cells: dict[str, Cell] = {}
        self.version = 0


class MemoryCells:
    """One process's access.

    Args:
        memory: what is stored.
        capacity: the limits, which it checks.
        before: is called before each transaction with its number, from 1 on; what it raises ends it.
        after: likewise, after it has happened.
    """

    def __init__(self, memory: Memory, capacity: Capacity = SMALL) -> None:
        self.capacity = capacity
        self._memory = memory
        self.before: Callable[[int], None] = _nothing
        self.after: Callable[[int], None] = _nothing
        self.offset: ClockOffset | None = None
        self.transactions = 0
        self.delay_s = 0.0
        """How long each transaction takes."""

    async def start(self) -> None:
        """Nothing."""

    async def close(self) -> None:
        """Nothing."""

    async def read(self, names: Sequence[str]) -> dict[str, Cell]:
        """The cells, at one moment if the capacity says so."""
        assert len(names) <= self.capacity.reads
        found: dict[str, Cell] = {}
        await asyncio.sleep(0)
        for name in names:
            if not self.capacity.atomic:
                await asyncio.sleep(0)
            if name in self._memory.cells:
                found[name] = self._memory.cells[name]
        return found

    async def write(self, changes: Mapping[str, bytes | None], guard: Guard | None = None) -> int:
        """One transaction.  What exceeds the capacity is an error of the layer's."""
        weight = sum(len(name.encode()) + len(value or b"") + self.capacity.overhead for name, value in changes.items())
        assert len(changes) <= self.capacity.cells, f"{len(changes)} cells"
        assert weight <= self.capacity.bytes, f"{weight} bytes"
        assert all(len(value or b"") <= self.capacity.value_bytes for value in changes.values())
        self.transactions += 1
        number = self.transactions
        await asyncio.sleep(self.delay_s)
        self.before(number)
        memory = self._memory
        if guard is not None:
            assert changes[guard.name] is not None
            there = memory.cells.get(guard.name)
            if (there.version if there is not None else 0) != guard.version:
                return 0
        memory.version += 1
        for name, value in changes.items():
            if value is None:
                memory.cells.pop(name, None)
            else:
                memory.cells[name] = Cell(value, memory.version)
        self.after(number)
        return memory.version

    async def names(self, prefix: str, after: str, limit: int | None, beside: str) -> Names:
        """The distinct next segments, without `beside` if reads are torn."""
        await asyncio.sleep(0)
        start = list_start(prefix, after)
        keys = sorted(key for key in self._memory.cells if start <= key < below(prefix))
        names = list(dict.fromkeys(name_below(prefix, key) for key in keys))
        return Names(names[:limit], self._memory.cells.get(beside) if self.capacity.atomic else None)

    async def keys(self, prefix: str, after: str, limit: int | None, beside: str) -> Names:
        """Every name below."""
        await asyncio.sleep(0)
        rests = sorted(key[len(prefix) :] for key in self._memory.cells if key.startswith(prefix))
        found = [rest for rest in rests if rest > after][:limit]
        return Names(found, self._memory.cells.get(beside) if self.capacity.atomic else None)

    def clock_offset(self) -> ClockOffset | None:
        """As the test says."""
        return self.offset


def _nothing(_: int) -> None:
    return


def crash_at(wanted: int) -> Callable[[int], None]:
    """End the process at this transaction, and never let it do anything again."""

    def fault(number: int) -> None:
        if number >= wanted:
            raise Crashed

    return fault


def unanswered_at(wanted: int) -> Callable[[int], None]:
    """Lose the answer to this transaction, or the transaction."""

    def fault(number: int) -> None:
        if number == wanted:
            raise UnclearError("the store failed", detail="no answer")

    return fault


def gone_from(wanted: int) -> Callable[[int], None]:
    """Don't answer from this transaction on."""

    def fault(number: int) -> None:
        if number == wanted:
            raise UnclearError("the store failed", detail="no answer")
        if number > wanted:
            raise StorageError("the store failed", detail="out of reach")

    return fault
