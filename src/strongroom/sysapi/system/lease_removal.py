"""Ending many leases and tokens, in commits that every store can take."""

from __future__ import annotations

import asyncio
import re

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, apart
from strongroom.lib.errors import StrongroomError
from strongroom.sdk.request import Request
from strongroom.services import restoration
from strongroom.services.leases import revocation
from strongroom.services.leases.service import PLANNED_S
from strongroom.services.tokens import TokenRecord, telling
from strongroom.services.tokens.search import by_lease_prefix
from strongroom.sysapi.context import SystemView, presented, system
from strongroom.sysapi.system.visible_leases import holds, visible

_PAGE = 20
"""Leases that one commit marks.  Each needs five keys; the smallest store takes 128 in a commit."""
_AT_ONCE = 32
"""Tokens that are ended side by side; the store puts what waits together into one commit."""


async def revoke_below(request: Request, prefix: str, *, sync: bool = False, force: bool = False) -> list[str]:
    """End the lease with this id, or every lease and token below this path.

    Args:
        sync: revoke the secrets before this returns.  The first failure ends it with an error. force: delete leases
            whose revocation fails.

    Returns: warnings, also if there was nothing to end.

    All of it is committed on the way, apart from this request's transaction, but for the end of the very token that
    asks, and of those that it hangs on.
    """
    view, now = system(request), request.now
    folder = prefix.rstrip("/") + "/"
    # What one attempt has ended, the next doesn't find any more.
    found: set[str] = request.once("found below", set)
    if await visible(view, prefix) is not None:
        found.add("lease")
        await _end_leases(view, [prefix], now, sync=sync, force=force)
        return []
    token = await view.services.tokens.by_lease(view.txn, prefix, view.services.mounts, now, view.namespace)
    if token is not None:
        found.add("token")
        await view.services.tokens.revoke(view.txn, token)
        telling.ended(view.txn, token, now)
        return []
    after = ""
    storage = view.services.barrier.storage
    while names := (await storage.scan(keys.leases(view.namespace.id) + folder, after, _PAGE)).names:
        after = names[-1]
        found.add("lease")
        await _end_leases(view, [folder + name for name in names], now, sync=sync, force=force)
    if await _end_tokens(request, folder):
        found.add("token")
    return [] if found else [nothing_below(folder)]


async def revoke_of_entity(request: Request, entity_id: str, *, sync: bool) -> list[str]:
    """End the leases of an entity that this request's namespace holds.  All of it is committed on the way.

    Returns: a warning if there was none, or if some are in a sealed namespace.
    """
    view, after = system(request), ""
    found: set[str] = request.once("found of the entity", set)
    place, storage = keys.leases_of_entity(entity_id), view.services.barrier.storage
    while names := (await storage.scan(place, after, _PAGE)).names:
        after = names[-1]
        seen = [name for name in names if await holds(view, view.txn, name)]
        ids = [name for name in seen if await view.services.barrier.namespaces.is_open(keys.namespace_of(name))]
        found.update("lease" if name in ids else "sealed" for name in seen)
        if ids:
            await _end_leases(view, ids, request.now, sync=sync, force=False)
    if "sealed" in found:
        return ["Leases in a namespace that is sealed were not revoked: repeat this when it is unsealed"]
    return [] if found else ["Nothing was revoked: the entity has no lease in this namespace"]


_LOGIN = re.compile(r"(auth/.+/)users/([^/]+)/")


def nothing_below(folder: str) -> str:
    """The warning if a prefix has no lease and no token.

    Args:
        folder: the prefix, ending in a slash.
    """
    text = f"Nothing was revoked: no lease and no token was made below {folder}"
    user = _LOGIN.fullmatch(folder)
    return f"{text}. Tokens of that user's logins are below {user[1]}login/{user[2]}" if user else text


async def _end_leases(view: SystemView, ids: list[str], now: float, *, sync: bool, force: bool) -> None:
    if not sync and not force:
        await apart(view.txn, f"expire {ids[0]}", lambda txn: _expire(view, txn, ids, now))
        return
    for id_ in ids:
        await undo(view, id_, now, force=force)


async def _expire(view: SystemView, txn: Transaction, ids: list[str], now: float) -> None:
    for id_ in ids:
        lease = await view.services.leases.read(txn, id_)
        if lease is not None:
            view.services.leases.expire(txn, lease, now)


async def undo(view: SystemView, id_: str, now: float, *, force: bool = False) -> bool:
    """Revoke a lease before this returns, if it exists.  All of it is committed on the way.

    The end of the lease is stored first.  If this process dies while the other system is asked, the lease isn't in
    force any more, and the expiry role goes on.

    Args:
        id_: of a lease that this request's transaction hasn't read. force: delete the lease if its revocation fails.

    Returns: whether it existed.

    Raises: `StrongroomError` if the revocation fails.  It is tried again later.
    """
    leases, mounts = view.services.leases, view.services.mounts
    # Before the lease is ended, and before a forced end would forget it.
    await restoration.require_thawed(view.txn, "revoking at once")

    async def end(txn: Transaction) -> bool:
        lease = await leases.read(txn, id_)
        if lease is not None:
            leases.expire(txn, lease, now, wait_s=PLANNED_S)
        return lease is not None

    async def revoke(txn: Transaction) -> None:
        lease = await leases.read(txn, id_)
        if lease is not None:
            await revocation.revoke(leases, mounts, txn, lease, now)

    async def give_up(txn: Transaction) -> None:
        lease = await leases.read(txn, id_)
        if lease is not None and force:
            await leases.remove(txn, lease)
        elif lease is not None:
            leases.failed(txn, lease, reason, now)

    if not await apart(view.txn, f"end {id_}", end):
        return False
    try:
        await apart(view.txn, f"undo {id_}", revoke)
    except StrongroomError as error:
        reason = error.text
        await apart(view.txn, f"give up {id_}", give_up)
        if not force:
            raise
    return True


async def _end_tokens(request: Request, folder: str) -> int:
    """Returns: how many there were."""
    view = system(request)
    services, own = view.services, presented(request).record
    lineage = await services.tokens.lineage(view.txn, own)
    waiting: list[TokenRecord] = []
    last: list[TokenRecord] = []
    count = 0
    async for record in by_lease_prefix(
        services.barrier, services.tokens, services.mounts, view.namespace.id, prefix=folder, now=request.now
    ):
        count += 1
        (last if record.key in lineage else waiting).append(record)
        if len(waiting) == _AT_ONCE:
            await _end_each(view, waiting, request.now)
            waiting = []
    await _end_each(view, waiting, request.now)
    for record in last:
        await services.tokens.revoke(view.txn, record)
        telling.ended(view.txn, record, request.now)
    return count


async def _end_each(view: SystemView, records: list[TokenRecord], now: float) -> None:
    async def end(record: TokenRecord) -> None:
        async def body(txn: Transaction) -> None:
            await view.services.tokens.revoke(txn, record)
            telling.ended(txn, record, now)

        await apart(view.txn, f"end {record.key}", body)

    for outcome in await asyncio.gather(*map(end, records), return_exceptions=True):
        if outcome is not None:
            raise outcome
