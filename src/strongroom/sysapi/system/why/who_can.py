"""Finds who can make a request, a page at a time.

All rows of policies, roles, groups, entities and tokens are looked at, in this order.  One request looks at a bounded
number of them, in small transactions of their own, so that a million tokens hold nobody up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.engine import AuthMethod
from strongroom.services.identity import rows
from strongroom.services.mounts import Router
from strongroom.services.namespaces import Namespace
from strongroom.sysapi.context import SystemView
from strongroom.sysapi.system.why.holders import Holder, Holders

KINDS = ("policy", "role", "group", "entity", "token")
LOOKED_AT = 2000
"""Rows that one request looks at at the most.  What is left is another page's."""
_PAGE = 50
"""Rows of one transaction: nothing else is served meanwhile."""
_POLICIES = 5
"""The same for policies, each of which may have thousands of rules."""
_MARK = "|"

Check = Callable[[Transaction, str], Awaitable[Holder | None]]


class Source(msgspec.Struct, frozen=True):
    """Rows of one kind, in the order of their names."""

    place: str
    """What the cursor calls it.  Sources are in the order of these texts."""
    prefix: str
    """The prefix of the rows, or the key of the only one."""
    check: Check
    page: int = _PAGE

    async def names(self, view: SystemView, after: str, limit: int) -> list[str]:
        """The next names."""
        if not self.prefix.endswith("/"):
            return [] if after else ["-"]
        return (await view.services.barrier.storage.scan(self.prefix, after, limit)).names


class Found(msgspec.Struct, frozen=True):
    """A page of holders."""

    holders: list[dict[str, Any]]
    after: str
    """The cursor to go on after; empty at the end."""
    looked_at: int


async def search(
    view: SystemView, holders: Holders, place: Namespace, kinds: tuple[str, ...], *, after: str, limit: int
) -> Found:
    """The first holders after the cursor, of the namespaces from the client's down to that of the request.

    Args:
        place: the namespace of the request that is asked about.
    """
    at, mark, begin = after.partition(_MARK)
    if after and not mark:
        raise InvalidRequest("after is no cursor of an earlier answer")
    sources = await transact(view.services.barrier, lambda txn: _sources(view, holders, place, kinds, txn))
    found, looked_at = list[dict[str, Any]](), 0
    for source in sources:
        if source.place < at:
            continue
        name = begin if source.place == at else ""
        while names := await source.names(view, name, min(source.page, LOOKED_AT - looked_at)):
            await asyncio.sleep(0)  # others are served between two pages
            checked = await transact(view.services.barrier, partial(_checked, source, names))
            for name, holder in checked:
                looked_at += 1
                if holder is not None:
                    found.append({"kind": holder.kind, "name": holder.name, **holder.shown})
                if len(found) == limit or looked_at == LOOKED_AT:
                    return Found(found, f"{source.place}{_MARK}{name}", looked_at)
    return Found(found, "", looked_at)


async def _checked(source: Source, names: list[str], txn: Transaction) -> list[tuple[str, Holder | None]]:
    return [(name, await source.check(txn, name)) for name in names]


async def _sources(
    view: SystemView, holders: Holders, place: Namespace, kinds: tuple[str, ...], txn: Transaction
) -> list[Source]:
    """All sources, in the order of their places."""
    below = place.lineage[len(view.namespace.lineage) - 1 :]
    found: list[Source] = []
    for depth, id_ in enumerate(below):
        routers = await view.services.mounts.router_of(txn, id_)
        for number, kind in enumerate(KINDS):
            if kind in kinds:
                name = f"{number}:{depth:03}:"
                found += _of_kind(kind, name, id_, holders, routers)
    return sorted(found, key=lambda source: source.place)


def _of_kind(kind: str, place: str, namespace: str, holders: Holders, router: Router | None) -> Iterator[Source]:
    match kind:
        case "policy":
            policies = keys.policies(namespace)
            yield Source(place, policies, lambda txn, name: holders.policy(txn, namespace, name), _POLICIES)
        case "role":
            token_roles = keys.token_roles(namespace)
            yield Source(place, token_roles, lambda txn, name: holders.token_role(txn, namespace, name))
            yield from _roles(place, namespace, holders, router)
        case "group":
            yield Source(place, rows.groups(namespace), lambda txn, id_: holders.group(txn, namespace, id_))
        case "entity":
            yield Source(place, rows.entities(namespace), lambda txn, id_: holders.entity(txn, namespace, id_))
        case "token":
            accessors = keys.accessors(namespace)
            yield Source(place, accessors, lambda txn, accessor: holders.token(txn, namespace, accessor))


def _roles(place: str, namespace: str, holders: Holders, router: Router | None) -> Iterator[Source]:
    """The sources of the auth mounts of a namespace."""
    for id_, entry in router.by_id.items() if router is not None else ():
        if not isinstance(entry.engine, AuthMethod):
            continue
        for number, hands_out in enumerate(entry.engine.hands_out):
            check = partial(holders.role, entry, hands_out, namespace)
            yield Source(f"{place}{id_}:{number:03}", entry.prefix + hands_out.place, check)
