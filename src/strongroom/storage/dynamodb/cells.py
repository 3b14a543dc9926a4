"""`Cells` on DynamoDB: a cell is an item, its version the number of the transaction that wrote it.

Only `TransactGetItems` tells whether a transaction is under way.  A single read may give the new head while another
item of the same transaction still has its old value, and a query likewise.  So the head's item names all others of its
transaction.  A head that this process doesn't know to be complete is given to nobody until `TransactGetItems` has read
these, which fails as long as one of them is under way.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError
from strongroom.lib.rand import Random
from strongroom.storage.conditional.cells import (
    LONGEST_NAME,
    Capacity,
    Cell,
    ClockOffset,
    Guard,
    MovingError,
    Names,
    UnclearError,
)
from strongroom.storage.conditional.layout import HEAD
from strongroom.storage.conditional.seeking import Page, keys_by_page, names_by_seek
from strongroom.storage.dynamodb.items import (
    FULL,
    ITEM_BYTES,
    PARTITION,
    SORT,
    VERSION,
    cell_of,
    is_cut,
    item_of,
    key_of,
    name_of,
    others_of,
    range_of,
)
from strongroom.storage.dynamodb.messages import Done, Got, GotAll, GotBatch, Item, Queried
from strongroom.storage.dynamodb.service import RefusedError, Service
from strongroom.storage.dynamodb.table import Reserved, made

_CELLS: Final = 100
_BYTES: Final = 400_000
"""Of one transaction.  A partition takes 1,000 write units in a second, and each kilobyte of a transaction is two."""
_OVERHEAD: Final = 64
_VALUE_BYTES: Final = ITEM_BYTES - 2 * LONGEST_NAME - 1024
_READS: Final = 25
"""Of `TransactGetItems`, which gives 4 MB at the most."""
_SETTLED_AT_ONCE: Final = 10
"""So many of the largest items are below 4 MB."""
_LISTINGS: Final = 2
"""Attempts of a listing: the first fails after a commit of another process."""
_FAILED: Final = "ConditionalCheckFailed"
_TOO_LARGE: Final = frozenset({"ValidationException", "TransactionCanceledException"})
"""Errors of `TransactGetItems` for more than 4 MB."""
_BETWEEN, _FROM = "BETWEEN :low AND :high", ">= :low"
_FIRST_PAUSE_S: Final = 0.02
_LONGEST_PAUSE_S: Final = 0.5

By = Callable[[Page, str, str, int | None], Awaitable[list[str]]]


class DynamodbCells:
    """The items of a table.

    Args:
        service: asks DynamoDB.
        table: the name.
        reserved: the capacity of a table that this makes; None for one that is paid by the request.
        clock: measures the patience.
        random: makes the tokens of transactions.
        patience_s: how long a read is repeated that DynamoDB can't give at once.
    """

    def __init__(
        self,
        service: Service,
        table: str,
        reserved: Reserved | None,
        clock: Clock,
        random: Random,
        *,
        patience_s: float,
    ) -> None:
        self.service = service
        self._table = table
        self._reserved = reserved
        self._clock = clock
        self._random = random
        self._patience_s = patience_s
        self._complete = 0
        """The version of a head of which all other items are known to be written."""
        self.capacity = Capacity(_CELLS, _BYTES, _OVERHEAD, _VALUE_BYTES, _READS, atomic=True, name_weight=2)

    async def start(self) -> None:
        """Look whether the table is suitable, and make a missing one.  Raises `StorageError`."""
        await made(self.service, self._table, self._reserved)

    async def close(self) -> None:
        """Close all connections."""
        await self.service.close()

    async def read(self, names: Sequence[str]) -> dict[str, Cell]:
        """The cells that exist.

        With the head they are of one moment.  What is read without it was written once, before the head that the caller
        has seen, and is only removed.
        """
        if not names:
            return {}
        if HEAD not in names:
            items = await self._batch(names)
        elif len(names) == 1:
            items = await self._head()
        else:
            items = await self._of_one_moment(names)
        return {name: cell_of(item) for name, item in items.items()}

    async def write(self, changes: Mapping[str, bytes | None], guard: Guard | None = None) -> int:
        """Write all cells in one transaction, or a single one without."""
        if guard is None and len(changes) == 1:
            ((name, value),) = changes.items()
            await self._write_alone(name, value)
            return 1
        version = self._new_version() if guard is None else guard.version + 1
        actions = [self._action(name, value, version) for name, value in changes.items() if name != HEAD]
        if guard is not None:
            actions.append(self._move(guard, changes, version))
        # AWS carries out a transaction once, however often it is sent with the same token.
        message = {"TransactItems": actions, "ClientRequestToken": self._random.bytes(16).hex()}
        try:
            await self._send("TransactWriteItems", message)
        except RefusedError as error:
            if guard is None or _FAILED not in error.reasons:
                raise
            return 0
        if guard is not None:
            self._complete = version
        return version

    async def names(self, prefix: str, after: str, limit: int | None, beside: str) -> Names:
        """The distinct next segments below `prefix`, with the head if nothing was written meanwhile."""
        return await self._listed(names_by_seek, prefix, after, limit)

    async def keys(self, prefix: str, after: str, limit: int | None, beside: str) -> Names:
        """Every name below `prefix`, with the head if nothing was written meanwhile."""
        return await self._listed(keys_by_page, prefix, after, limit)

    def clock_offset(self) -> ClockOffset | None:
        """By the service's `Date`."""
        return self.service.clock_offset

    def _action(self, name: str, value: bytes | None, version: int) -> dict[str, Any]:
        if value is None:
            return {"Delete": {"TableName": self._table, "Key": key_of(name)}}
        return {"Put": {"TableName": self._table, "Item": item_of(name, value, version)}}

    def _move(self, guard: Guard, changes: Mapping[str, bytes | None], version: int) -> dict[str, Any]:
        """What replaces the head, if it is as it was."""
        value = changes[guard.name]
        assert guard.name == HEAD and value is not None
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": item_of(HEAD, value, version, (name for name in changes if name != HEAD)),
            "ConditionExpression": f"attribute_not_exists({SORT})",
        }
        if guard.version:
            put["ConditionExpression"] = f"{VERSION} = :seen"
            put["ExpressionAttributeValues"] = {":seen": {"N": str(guard.version)}}
        return {"Put": put}

    async def _write_alone(self, name: str, value: bytes | None) -> None:
        action, message = self._action(name, value, self._new_version()).popitem()
        await self._send(f"{action}Item", message)

    async def _send(self, action: str, message: Mapping[str, Any]) -> None:
        """Send a write.  Raises `UnclearError` if an earlier attempt of a refused one may have been carried out."""
        try:
            await self.service.ask(action, message, Done, writes=True)
        except RefusedError as error:
            if error.unclear:
                raise UnclearError(error.text, detail=error.detail) from error
            raise

    def _new_version(self) -> int:
        """One that no cell ever had: such cells depend on nothing that could be counted."""
        return int.from_bytes(self._random.bytes(8), "big") + 1

    async def _head(self) -> dict[str, Item]:
        message = {"TableName": self._table, "Key": key_of(HEAD), "ConsistentRead": True}
        found = (await self.service.ask("GetItem", message, Got)).item
        if not found:
            return {}
        await self._settle(found)
        return {HEAD: found}

    async def _settle(self, head: Item) -> None:
        """Wait until all of the head's transaction is written."""
        version = cell_of(head).version
        if version == self._complete:
            return
        names = others_of(head)
        for start in range(0, len(names), _SETTLED_AT_ONCE):
            await self._at_once(names[start : start + _SETTLED_AT_ONCE], only=VERSION)
        self._complete = version

    async def _of_one_moment(self, names: Sequence[str]) -> dict[str, Item]:
        try:
            items = await self._at_once(names)
        except RefusedError as error:
            if error.code not in _TOO_LARGE:
                raise
            return await self._between_heads(names)
        if HEAD in items:
            await self._settle(items[HEAD])
        return items

    async def _between_heads(self, names: Sequence[str]) -> dict[str, Item]:
        """Cells that are too large to be read at once: read until the head didn't move meanwhile."""
        deadline = self._clock.monotonic() + self._patience_s
        rest = [name for name in names if name != HEAD]
        while self._clock.monotonic() < deadline:
            before = await self._head()
            found = await self._batch(rest)
            if _version(before) == _version(await self._at_once([HEAD])):
                return before | found
        raise MovingError("the store failed", detail="DynamoDB: what was read kept changing")

    async def _at_once(self, names: Sequence[str], only: str = "") -> dict[str, Item]:
        """Items of one moment, of which none is part of a transaction that is under way.

        Args:
            only: an attribute, if the others aren't needed.
        """
        extra = {"ProjectionExpression": only} if only else {}
        gets = [{"Get": {"TableName": self._table, "Key": key_of(name), **extra}} for name in names]
        answer = await self.service.ask("TransactGetItems", {"TransactItems": gets}, GotAll)
        if len(answer.responses) != len(names):
            raise StorageError("the store failed", detail="DynamoDB gave no usable answer: items are missing")
        return {name: got.item for name, got in zip(names, answer.responses, strict=True) if got.item}

    async def _batch(self, names: Sequence[str]) -> dict[str, Item]:
        """Items, each as it is when it is read."""
        found: dict[str, Item] = {}
        deadline = self._clock.monotonic() + self._patience_s
        pause_s = _FIRST_PAUSE_S
        wanted: dict[str, Any] = {self._table: {"Keys": [key_of(name) for name in names], "ConsistentRead": True}}
        while wanted:
            answer = await self.service.ask("BatchGetItem", {"RequestItems": wanted}, GotBatch)
            items = answer.responses.get(self._table, [])
            found |= {name_of(item): item for item in items}
            wanted = answer.unprocessed_keys
            if wanted and not items:
                self.service.throttled += 1
                if self._clock.monotonic() > deadline:
                    raise StorageError("the store failed", detail="DynamoDB: BatchGetItem: the capacity is used up")
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        return found

    async def _listed(self, by: By, prefix: str, after: str, limit: int | None) -> Names:
        listed: list[str] = []
        for _ in range(_LISTINGS):
            known = self._complete
            listed = await by(partial(self._page, prefix), prefix, after, limit)
            # What the query saw of a transaction under way, the head tells at the latest now.
            then = await self._at_once([HEAD])
            if _version(then) in {known, 0}:
                return Names(listed, cell_of(then[HEAD]) if then else None)
            await self._settle(then[HEAD])
        return Names(listed)

    async def _page(self, prefix: str, start: str, most: int) -> tuple[list[str], bool]:
        """The names from `start` on that are below `prefix`: about so many, and whether there are more."""
        kind, low, high = range_of(start, prefix)
        last = {":high": {"S": high}} if high else {}
        message: dict[str, Any] = {
            "TableName": self._table,
            "ConsistentRead": True,
            "KeyConditionExpression": f"{PARTITION} = :kind AND {SORT} " + (_BETWEEN if high else _FROM),
            "ExpressionAttributeValues": {":kind": {"S": kind}, ":low": {"S": low}} | last,
            "ProjectionExpression": f"{PARTITION}, {SORT}, {FULL}",
            "Limit": most,
        }
        names: list[str] = []
        while True:
            answer = await self.service.ask("Query", message, Queried)
            found = (name_of(item) for item in answer.items)
            names += [name for name in found if name >= start and name.startswith(prefix)]
            next_key = answer.last_evaluated_key
            # Names that were cut are sorted here, so all that stand together are needed.
            if next_key is None or (names and not is_cut(next_key)):
                return sorted(names), next_key is not None
            message["ExclusiveStartKey"] = next_key


def _version(head: Mapping[str, Item]) -> int:
    return cell_of(head[HEAD]).version if HEAD in head else 0
