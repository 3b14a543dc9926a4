"""`ZookeeperCells`: the store's cells in nodes below a path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from kazoo.exceptions import (
    BadArgumentsError,
    BadVersionError,
    InvalidACLError,
    KazooException,
    MarshallingError,
    NodeExistsError,
    NoNodeError,
    NotEmptyError,
    RolledBackError,
    RuntimeInconsistency,
    SessionMovedError,
    UnimplementedError,
)

from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError
from strongroom.storage.conditional.cells import Capacity, Cell, ClockOffset, Guard, MovingError, Names, UnclearError
from strongroom.storage.conditional.layout import HEAD
from strongroom.storage.shared_question import SharedQuestion
from strongroom.storage.zookeeper.client import Client, LostError
from strongroom.storage.zookeeper.nodes import LEAST_BYTES, Nodes, names_of
from strongroom.storage.zookeeper.plan import Plan, Planning

_CELLS: Final = 24
_BYTES: Final = 256 << 10
DEPTH: Final = 64
"""With these, a transaction whose folders are all new and whose names are all long is below a megabyte."""
_READS: Final = 32
"""So few are read in less time than passes between two commits, mostly."""
_LOOKS: Final = 40
_AT_ONCE: Final = 64
_TRIES: Final = 8
_MILLISECOND_S: Final = 0.001
_LAST_VERSION: Final = (1 << 31) - (1 << 20)
"""The version of a node is a number of 32 bits with a sign, and -1 means any."""
_MOVED = (NodeExistsError, NoNodeError, NotEmptyError, BadVersionError)
"""Somebody else has changed what the plan was made from."""
_REFUSED = (BadArgumentsError, InvalidACLError, MarshallingError, SessionMovedError, UnimplementedError)
"""Of a whole transaction: what is answered before anything happens.  `SessionMovedError`: by an earlier server."""
_FOLLOWING = (RolledBackError, RuntimeInconsistency)
"""Of the other operations of a transaction of which one failed."""


class ZookeeperCells:
    """The nodes below a path.

    A cell's version is the transaction that last wrote it.  The head's is its node's own, by which ZooKeeper compares.
    The head's node is never removed, but for being made anew.

    Args:
        client: not connected yet.
        path: of the store.
        clock: is compared with the servers'.
        last_version: after how many writes the head's node is made anew.
    """

    def __init__(self, client: Client, path: str, clock: Clock, last_version: int = _LAST_VERSION) -> None:
        self._client = client
        self._nodes = Nodes(path)
        self._clock = clock
        self._last_version = last_version
        self._offset: ClockOffset | None = None
        self._barrier = SharedQuestion(self._passed)
        self.capacity = Capacity(
            _CELLS, _BYTES, LEAST_BYTES + len(path), _BYTES - 8192, _READS, atomic=True, depth=DEPTH
        )

    async def start(self) -> None:
        """Connect, and create the path.  Raises `StorageError`."""
        await self._client.start()
        root = self._nodes.folder("")
        place, head = await self._client.all(
            lambda library: library.get_children_async(self._nodes.path),
            lambda library: library.exists_async(self._nodes.cell(HEAD)),
        )
        if isinstance(place, list) and place and head is None and place != [root.rpartition("/")[2]]:
            raise StorageError(f"ZooKeeper has something else in {self._nodes.path}; choose another path")
        # One after the other: what `makepath` does needs rights in every node above.
        for depth in range(1, root.count("/") + 1):
            node = "/".join(root.split("/")[: depth + 1])
            (made,) = await self._client.all(partial(_create, node))
            if isinstance(made, BaseException) and not isinstance(made, NodeExistsError):
                raise StorageError("the store failed", detail=f"ZooKeeper: {type(made).__name__} for {node}")

    async def close(self) -> None:
        """End the session."""
        await self._barrier.close()
        await self._client.close()

    async def read(self, names: Sequence[str]) -> dict[str, Cell]:
        """The cells that exist, of one moment: between two looks at the head, which every commit changes."""
        if len(names) == 1:
            (answer,) = await self._linear(partial(_get, self._nodes.cell(names[0])))
            return {names[0]: _cell(names[0], *found)} if (found := _known(answer)) is not None else {}
        head = self._nodes.cell(HEAD)
        nodes = [self._nodes.cell(name) for name in names]
        asked = [partial(_exists, head), *(partial(_get, node) for node in nodes), partial(_exists, head)]
        for _ in range(_LOOKS):
            before, *answers, behind = await self._linear(*asked)
            if _written(before) == _written(behind):
                break
        else:
            raise MovingError("the store failed", detail="ZooKeeper: what was read kept changing")
        found = zip(names, (_known(answer) for answer in answers), strict=True)
        return {name: _cell(name, *answer) for name, answer in found if answer is not None}

    async def write(self, changes: Mapping[str, bytes | None], guard: Guard | None = None) -> int:
        """Write all cells in one transaction; see `Cells.write`."""
        rest = {name: value for name, value in changes.items() if guard is None or name != guard.name}
        for _ in range(_TRIES):
            plan = await self._planned(rest)
            made = await self._commit(plan, guard, changes)
            if made is not None:
                return made
        raise StorageError("the store failed", detail="ZooKeeper: other processes change the same folders all the time")

    async def names(self, prefix: str, after: str, limit: int | None, beside: str) -> Names:
        """The distinct next segments below `prefix`."""
        names = [name for name in await self._children(prefix) if name > after]
        return Names(names[:limit])

    async def keys(self, prefix: str, after: str, limit: int | None, beside: str) -> Names:
        """Every name below `prefix`."""
        found: list[str] = []
        # What is still to be looked into, the next one at the end.
        rest = [name for name in reversed(await self._children(prefix)) if _may_follow(name, after)]
        while rest and (limit is None or len(found) < limit):
            if not rest[-1].endswith("/"):
                found.append(rest.pop())
                continue
            together = [name for name in rest[-_AT_ONCE:] if name.endswith("/")]
            below = dict(zip(together, await self._each(prefix, together), strict=True))
            ahead = rest[-_AT_ONCE:]
            rest = rest[:-_AT_ONCE]
            for name in ahead:
                inner = [name + child for child in below[name]] if name in below else [name]
                rest += [each for each in reversed(inner) if _may_follow(each, after)]
        return Names(found[:limit])

    def clock_offset(self) -> ClockOffset | None:
        """By the time of the last write to the head."""
        return self._offset

    async def _children(self, folder: str) -> list[str]:
        return (await self._each("", [folder]))[0]

    async def _each(self, prefix: str, folders: Sequence[str]) -> list[list[str]]:
        nodes = [self._nodes.folder(prefix + folder) for folder in folders]
        answers = await self._linear(*(lambda library, node=node: library.get_children_async(node) for node in nodes))
        return [names_of(_known(answer) or []) for answer in answers]

    async def _linear(self, *asked: Any) -> Sequence[Any]:
        """The answers, as of after a transaction that changes nothing.

        All that wait share it.  A session's reads come after its writes.  `sync` alone would let a leader answer that
        was cut off from the others and doesn't know it.
        """
        session = await self._barrier.answer()
        answers = await self._client.all(*asked)
        if self._client.session != session:
            # The server of another session may be behind.
            raise StorageError("the store failed", detail="ZooKeeper: the session ended during a read")
        return answers

    async def _passed(self) -> object:
        """Have a transaction that changes nothing committed.  Returns the session that saw it."""
        session = self._client.session
        (results,) = await self._client.all(partial(_check, self._nodes.path))
        if isinstance(results, BaseException) or any(isinstance(each, BaseException) for each in results):
            raise StorageError("the store failed", detail=f"ZooKeeper: {self._nodes.path} is gone")
        return session

    async def _planned(self, changes: Mapping[str, bytes | None]) -> Plan:
        nodes = [self._nodes.cell(name) for name in changes]
        stats = await self._stats(nodes)
        planning = Planning(self._nodes, changes, {node for node, stat in zip(nodes, stats, strict=True) if stat})
        while wanted := planning.wanted():
            found = await self._stats([self._nodes.folder(folder) for folder in wanted])
            counts = (stat.numChildren if stat is not None else None for stat in found)
            planning.settle(dict(zip(wanted, counts, strict=True)))
        return planning.plan

    async def _stats(self, nodes: Sequence[str]) -> Sequence[Any]:
        if not nodes:
            return []
        answers = await self._client.all(
            *(partial(_exists, node) for node in nodes),
        )
        return [_known(answer) for answer in answers]

    async def _commit(self, plan: Plan, guard: Guard | None, changes: Mapping[str, bytes | None]) -> int | None:
        """Carry out a plan.  Returns what `write` returns; None if the plan no longer fits."""

        def send(library: Any) -> Any:
            transaction = library.transaction()
            if guard is not None:
                self._move(transaction, guard, changes[guard.name] or b"")
            for node in plan.folders:
                transaction.create(node, b"")
            for node, value in plan.created:
                transaction.create(node, value)
            for node, value in plan.changed:
                transaction.set_data(node, value)
            for node in [*plan.removed, *plan.removed_folders]:
                transaction.delete(node)
            return transaction.commit_async()

        sent_at = self._clock.now()
        try:
            (results,) = await self._client.all(send)
        except LostError as error:
            raise UnclearError(error.text, detail=error.detail) from error
        if isinstance(results, BaseException):
            kind = StorageError if isinstance(results, _REFUSED) else UnclearError
            raise kind("the store failed", detail=f"ZooKeeper: {type(results).__name__}") from results
        failed = [each for each in results if isinstance(each, BaseException)]
        if not failed:
            if len(results) < len(plan) + (guard is not None):
                raise UnclearError("the store failed", detail="ZooKeeper gave no usable answer: results are missing")
            return self._moved(guard, results, sent_at)
        cause = next((each for each in failed if not isinstance(each, _FOLLOWING)), failed[0])
        if guard is not None and results[0] is cause:
            return 0
        if not isinstance(cause, _MOVED):
            raise StorageError("the store failed", detail=f"ZooKeeper: {type(cause).__name__}")
        return None

    def _move(self, transaction: Any, guard: Guard, value: bytes) -> None:
        node = self._nodes.cell(guard.name)
        if not guard.version:
            transaction.create(node, value)
        elif guard.version < self._last_version:
            transaction.set_data(node, value, guard.version - 1)
        else:
            transaction.delete(node, guard.version - 1)
            transaction.create(node, value)

    def _moved(self, guard: Guard | None, results: Sequence[Any], sent_at: float) -> int:
        # Of a node that is made, the answer is its name.
        if guard is None or not guard.version or guard.version >= self._last_version:
            return 1
        stat = results[0]
        written_at = stat.mtime * _MILLISECOND_S
        # The server's time has milliseconds, cut off.
        self._offset = ClockOffset(written_at - self._clock.now(), written_at + _MILLISECOND_S - sent_at)
        return int(stat.version) + 1


def _check(node: str, library: Any) -> Any:
    transaction = library.transaction()
    transaction.check(node, -1)
    return transaction.commit_async()


def _exists(node: str, library: Any) -> Any:
    return library.exists_async(node)


def _get(node: str, library: Any) -> Any:
    return library.get_async(node)


def _written(answer: Any) -> int:
    """The transaction that last wrote a node; 0 if it isn't there."""
    stat = _known(answer)
    return int(stat.mzxid) if stat is not None else 0


def _create(node: str, library: Any) -> Any:
    return library.create_async(node, b"")


def _known(answer: Any) -> Any:
    """An answer, None for a node that isn't there.  Raises `StorageError` for any other error."""
    if isinstance(answer, NoNodeError):
        return None
    if isinstance(answer, KazooException):
        raise StorageError("the store failed", detail=f"ZooKeeper: {type(answer).__name__}") from answer
    return answer


def _cell(name: str, value: bytes, stat: Any) -> Cell:
    return Cell(value, stat.version + 1 if name == HEAD else stat.mzxid)


def _may_follow(name: str, after: str) -> bool:
    """Whether a name, or one in a folder of that name, may come after another."""
    return name > after or (name.endswith("/") and after.startswith(name))
