"""Walks over many namespaces, page by page.

An administrator of a namespace may make any number of namespaces below.  So a walk isn't part of the request's own
transaction, which would begin again with every change of one of them.  Between two pages other requests are served.
The values that others need in the cache stay there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import NamedTuple

from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.transaction import Transaction, transact
from strongroom.services.namespaces.namespace import Namespace
from strongroom.services.namespaces.records import NamespaceRecord

_PAGE = 64


class Found(NamedTuple):
    """A namespace with its row."""

    namespace: Namespace
    record: NamespaceRecord


async def below(
    barrier: Barrier, parent: Namespace, after: str = "", limit: int | None = None
) -> AsyncIterator[list[Found]]:
    """The namespaces directly below one, by name, in pages.

    Args:
        after: the name after which they begin.
        limit: the most names; None for all.
    """
    left = limit
    while left is None or left > 0:
        size = _PAGE if left is None else min(_PAGE, left)
        await asyncio.sleep(0)
        names, found = await transact(barrier, partial(_page, parent, after, size))
        yield found
        if len(names) < size:
            return
        after = names[-1]
        left = None if left is None else left - size


async def descendants(barrier: Barrier, top: Namespace, *, sealed: bool = False) -> list[Found]:
    """Every namespace below one, at every depth, by path.  This reads all of them.

    Args:
        sealed: whether those are among them that are sealed here.  What is below these can't be known.
    """
    waiting, found = [top], list[Found]()
    while waiting:
        async for page in below(barrier, waiting.pop()):
            for each in page:
                is_open = await barrier.namespaces.is_open(each.namespace.id)
                if is_open:
                    waiting.append(each.namespace)
                if is_open or sealed:
                    found.append(each)
    return sorted(found, key=lambda each: each.namespace.path)


async def _page(parent: Namespace, after: str, size: int, txn: Transaction) -> tuple[list[str], list[Found]]:
    """The names of a page, and the namespaces of these that exist."""
    names = await txn.list(keys.namespaces(parent.id), after, size)
    found = []
    for name in names:
        record = await txn.read(keys.namespace(parent.id, name), NamespaceRecord)
        if record is not None and not record.tainted:
            found.append(Found(_inside(parent, record), record))
    return names, found


def _inside(parent: Namespace, record: NamespaceRecord) -> Namespace:
    """A namespace as its parent and its row tell of it."""
    path = f"{parent.path}{record.name}/"
    locked_at = parent.locked_at or (path if record.unlock_key else "")
    return Namespace(id=record.id, path=path, lineage=(*parent.lineage, record.id), locked_at=locked_at)
