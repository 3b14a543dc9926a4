"""The table: whether it is there and fit for a store, and how it is made.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
import structlog

from strongroom.lib.errors import StorageError
from strongroom.storage.dynamodb.items import PARTITION, SORT
from strongroom.storage.dynamodb.messages import Described, Done, Table
from strongroom.storage.dynamodb.service import RefusedError, Service

log = structlog.get_logger(__name__)

_ABSENT: Final = "ResourceNotFoundException"
_THERE: Final = "ResourceInUseException"
_USABLE: Final = frozenset({"ACTIVE", "UPDATING"})
_COMING: Final = frozenset({"CREATING", ""})
_POLL_S: Final = 1.0
_POLLS: Final = 60
"""A table is made in some ten seconds."""
_KEY: Final = [(PARTITION, "HASH", "S"), (SORT, "RANGE", "S")]


class Reserved(msgspec.Struct, frozen=True):
    """Capacity that is paid whether it is used or not: units in a second."""

    reads: int
    writes: int


async def described(service: Service, name: str) -> Table | None:
    """The table; None if there is none.  Raises `StorageError`."""
    try:
        return (await service.ask("DescribeTable", {"TableName": name}, Described)).table
    except RefusedError as error:
        if error.code == _ABSENT:
            return None
        raise


async def made(
    service: Service,
    name: str,
    reserved: Reserved | None,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Make sure that the table is there and fit for a store.

    Args:
        reserved: the capacity of a new one; None for one that is paid by the request.
        pause: waits some seconds.

    Raises: `StorageError`.
    """
    for _ in range(_POLLS):
        table = await described(service, name)
        if table is None:
            await _create(service, name, reserved)
        elif table.table_status not in _COMING:
            check(name, table)
            return
        await pause(_POLL_S if table is not None else 0.0)
    raise StorageError(f"the table {name} of DynamoDB doesn't become active")


def check(name: str, table: Table) -> None:
    """Raise `StorageError` if the table can't be a store's."""
    if table.table_status not in _USABLE:
        raise StorageError(f"the table {name} of DynamoDB is {table.table_status}")
    types = {each.attribute_name: each.attribute_type for each in table.attribute_definitions}
    found = [(part.attribute_name, part.key_type, types.get(part.attribute_name, "")) for part in table.key_schema]
    if sorted(found) != sorted(_KEY):
        raise StorageError(
            f"the table {name} of DynamoDB has another key than a store of this server; choose another table"
        )


async def _create(service: Service, name: str, reserved: Reserved | None) -> None:
    message: dict[str, Any] = {
        "TableName": name,
        "KeySchema": [{"AttributeName": attribute, "KeyType": kind} for attribute, kind, _ in _KEY],
        "AttributeDefinitions": [{"AttributeName": attribute, "AttributeType": of} for attribute, _, of in _KEY],
        "BillingMode": "PAY_PER_REQUEST",
    }
    if reserved is not None:
        message["BillingMode"] = "PROVISIONED"
        message["ProvisionedThroughput"] = {
            "ReadCapacityUnits": reserved.reads,
            "WriteCapacityUnits": reserved.writes,
        }
    try:
        await service.ask("CreateTable", message, Done, writes=True)
    except RefusedError as error:
        if error.code != _THERE:  # another node was first
            raise
    else:
        log.info("a table of DynamoDB is made for the storage", table=name)
