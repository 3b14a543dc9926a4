"""Reads which clients were active, page by page.

A report over many months reads the keys of all their clients.  So it is no part of the request's transaction, which
would begin again with each client that comes, and other requests are served between two pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from functools import partial
from typing import Final

from strongroom.barrier.barrier import Barrier
from strongroom.barrier.transaction import Transaction, transact
from strongroom.services.usage.counts import Client, parse
from strongroom.services.usage.months import is_month
from strongroom.services.usage.records import ROWS, ClientSeen, rows_of

_PAGE: Final = 2000
_RECORDS: Final = 200
_DELETED_AT_ONCE: Final = 500


async def months_kept(barrier: Barrier) -> list[str]:
    """The months that have clients, the earliest first."""
    names = (await barrier.storage.list(ROWS)).names
    return [month for name in names if is_month(month := name.rstrip("/"))]


async def clients_of(barrier: Barrier, month: str, namespaces: Collection[str] | None) -> list[Client]:
    """The clients of a month.

    Args:
        namespaces: the ids of those that count; None for all.
    """
    return [client async for _, client in _keys(barrier, month, namespaces)]


async def records_of(
    barrier: Barrier, month: str, namespaces: Collection[str] | None
) -> AsyncIterator[list[tuple[Client, ClientSeen]]]:
    """The clients of a month with their rows, in pages."""
    page: dict[str, Client] = {}
    async for key, client in _keys(barrier, month, namespaces):
        page[key] = client
        if len(page) >= _RECORDS:
            yield await transact(barrier, partial(_read, page))
            page = {}
    if page:
        yield await transact(barrier, partial(_read, page))


async def _keys(barrier: Barrier, month: str, namespaces: Collection[str] | None) -> AsyncIterator[tuple[str, Client]]:
    prefix, after = rows_of(month), ""
    while True:
        await asyncio.sleep(0)
        names = (await barrier.storage.scan(prefix, after, _PAGE)).names
        for name in names:
            client = parse(name)
            if client is not None and (namespaces is None or client.namespace in namespaces):
                yield prefix + name, client
        if len(names) < _PAGE:
            return
        after = names[-1]


async def _read(page: dict[str, Client], txn: Transaction) -> list[tuple[Client, ClientSeen]]:
    found = [(client, await txn.read(key, ClientSeen)) for key, client in page.items()]
    return [(client, record) for client, record in found if record is not None]


async def forget(barrier: Barrier, month: str) -> int:
    """Delete all rows of a month.  Returns how many there were."""
    prefix, total = rows_of(month), 0
    while names := (await barrier.storage.scan(prefix, "", _DELETED_AT_ONCE)).names:
        await asyncio.sleep(0)
        await transact(barrier, partial(_delete, [prefix + name for name in names]))
        total += len(names)
    return total


async def _delete(rows: list[str], txn: Transaction) -> None:
    for row in rows:
        txn.delete(row)
