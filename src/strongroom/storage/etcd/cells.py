"""`Cells` on etcd: a cell is a key, its version is the revision of etcd's at which it was last written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from strongroom.lib.errors import StorageError, StorageFull
from strongroom.storage.conditional.cells import Capacity, Cell, ClockOffset, Guard, Names, UnclearError
from strongroom.storage.conditional.layout import HEAD
from strongroom.storage.conditional.seeking import Page, keys_by_page, names_by_seek
from strongroom.storage.etcd.gateway import CompactedError, Gateway
from strongroom.storage.etcd.messages import KeyValue, Range, Status, Transaction, delete, put, range_of, unchanged
from strongroom.storage.keys import below

_OPERATIONS: Final = 128
"""etcd's `--max-txn-ops`."""
_REQUEST_BYTES: Final = 1_500_000
"""A little less than etcd's `--max-request-bytes`."""
_OVERHEAD: Final = 64
_LEAST_VERSION: Final = (3, 4)
_TXN: Final = "/v3/kv/txn"

By = Callable[[Page, str, str, int | None], Awaitable[list[str]]]


class EtcdCells:
    """The keys below a path.

    Args:
        gateway: asks the servers.
        path: what all keys begin with; ends in `/`.
    """

    def __init__(self, gateway: Gateway, path: str) -> None:
        self._gateway = gateway
        self._path = path.encode()
        overhead = _OVERHEAD + len(self._path)
        self.capacity = Capacity(_OPERATIONS, _REQUEST_BYTES, overhead, _REQUEST_BYTES, _OPERATIONS, atomic=True)

    async def start(self) -> None:
        """Look whether etcd is suitable, and whether the path is this store's.  Raises `StorageError`."""
        version = await self._gateway.version()
        numbers = [int(part) for part in version.split(".")[:2] if part.isdecimal()]
        if tuple(numbers) < _LEAST_VERSION:
            raise StorageError(f"this etcd is {version or 'of an unknown version'}; the storage needs 3.4 or newer")
        anything = range_of(self._path, range_end=_end_of(self._path), limit=1, keys_only=True)
        head, found = await self._ranges([range_of(self._key(HEAD), keys_only=True), anything])
        if found.kvs and not head.kvs:
            place = self._path.decode()
            raise StorageError(f"etcd has something else below {place!r}; choose another path for the storage")

    async def close(self) -> None:
        """Close all connections."""
        await self._gateway.endpoints.close()

    async def read(self, names: Sequence[str]) -> dict[str, Cell]:
        """The cells that exist, in one transaction."""
        if not names:
            return {}
        ranges = await self._ranges([range_of(self._key(name)) for name in names])
        return {name: _cell(range_.kvs[0]) for name, range_ in zip(names, ranges, strict=True) if range_.kvs}

    async def write(self, changes: Mapping[str, bytes | None], guard: Guard | None = None) -> int:
        """Write all cells in one transaction."""
        operations = [
            delete(self._key(name)) if value is None else put(self._key(name), value) for name, value in changes.items()
        ]
        compare = [unchanged(self._key(guard.name), guard.version)] if guard is not None else []
        message = {"compare": compare, "success": operations}
        try:
            answer = await self._gateway.ask(_TXN, message, Transaction, repeatable=False)
        except StorageFull as full:
            if guard is None:
                raise
            return await self._despite(full, guard, changes[guard.name])
        if not answer.header.revision:
            raise UnclearError("the store failed", detail="etcd gave no usable answer: it has no revision")
        return answer.header.revision if answer.succeeded else 0

    async def names(self, prefix: str, after: str, limit: int | None, beside: str) -> Names:
        """The distinct next segments below `prefix`, of one moment."""
        return await self._listed(names_by_seek, prefix, after, limit, beside)

    async def keys(self, prefix: str, after: str, limit: int | None, beside: str) -> Names:
        """Every name below `prefix`, of one moment."""
        return await self._listed(keys_by_page, prefix, after, limit, beside)

    async def status(self) -> Status:
        """The state of the server that is asked.  Raises `StorageError`."""
        return await self._gateway.ask("/v3/maintenance/status", {}, Status, repeatable=True)

    def clock_offset(self) -> ClockOffset | None:
        """By the server's `Date`."""
        return self._gateway.endpoints.clock_offset

    async def _despite(self, full: StorageFull, guard: Guard, value: bytes | None) -> int:
        """What `write` returns if the transaction happened all the same.

        etcd carries out the transaction with which it goes over its quota, when that was accepted just before another
        one took the room, and answers it as those that are refused.
        """
        try:
            cell = (await self.read([guard.name])).get(guard.name)
        except StorageError as error:
            raise UnclearError(error.text, detail=error.detail) from full
        if (cell.version if cell is not None else 0) == guard.version:
            raise full
        if cell is not None and cell.value == value:
            return cell.version
        raise UnclearError(full.text, detail=full.detail) from full

    async def _listed(self, by: By, prefix: str, after: str, limit: int | None, beside: str) -> Names:
        try:
            return await self._listed_once(by, prefix, after, limit, beside)
        except CompactedError:  # between two pages; it won't happen again soon
            return await self._listed_once(by, prefix, after, limit, beside)

    async def _listed_once(self, by: By, prefix: str, after: str, limit: int | None, beside: str) -> Names:
        end = self._key(below(prefix))
        moment = 0
        head: Cell | None = None

        async def page(start: str, most: int) -> tuple[list[str], bool]:
            nonlocal moment, head
            fields: dict[str, Any] = {"range_end": end, "limit": most, "keys_only": True}
            if moment:
                (found,) = await self._ranges([range_of(self._key(start), revision=moment, **fields)])
            else:
                answer = await self._read([range_of(self._key(beside)), range_of(self._key(start), **fields)])
                moment = answer.header.revision
                first, found = _ranges_of(answer, 2)
                head = _cell(first.kvs[0]) if first.kvs else None
            return [each.key[len(self._path) :].decode() for each in found.kvs], found.more

        listed = await by(page, prefix, after, limit)
        return Names(listed, head)

    async def _ranges(self, operations: list[dict[str, Any]]) -> list[Range]:
        return _ranges_of(await self._read(operations), len(operations))

    async def _read(self, operations: list[dict[str, Any]]) -> Transaction:
        return await self._gateway.ask(_TXN, {"success": operations}, Transaction, repeatable=True)

    def _key(self, name: str) -> bytes:
        return self._path + name.encode()


def _ranges_of(answer: Transaction, count: int) -> list[Range]:
    ranges = [response.response_range for response in answer.responses]
    if len(ranges) != count or None in ranges:
        raise StorageError("the store failed", detail="etcd gave no usable answer: ranges are missing")
    return [range_ for range_ in ranges if range_ is not None]


def _cell(found: KeyValue) -> Cell:
    return Cell(found.value, found.mod_revision)


def _end_of(path: bytes) -> bytes:
    """The first text after all that begin with `path`, which ends in `/`."""
    return path[:-1] + b"0"
