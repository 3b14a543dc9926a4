"""Which leases can't be revoked."""

from __future__ import annotations

import asyncio
from functools import partial

import msgspec

from strongroom.barrier.transaction import Transaction, transact
from strongroom.sdk.request import Request
from strongroom.services.leases import revocation, rows
from strongroom.services.namespaces import survey
from strongroom.sysapi.context import SystemView, system

_PAGE = 200


class Irrevocable(msgspec.Struct, frozen=True):
    """A lease whose revocation keeps failing."""

    id: str
    mount_path: str
    error: str
    """Why it failed the last time."""


async def irrevocable(request: Request, *, deep: bool) -> list[Irrevocable]:
    """The leases whose revocation keeps failing.  Each is still tried, at growing intervals.

    Args:
        deep: include the namespaces below.
    """
    view = system(request)
    found: list[Irrevocable] = await request.once.wait("irrevocable leases", lambda: _read(view, deep=deep))
    return found


async def _read(view: SystemView, *, deep: bool) -> list[Irrevocable]:
    barrier, found = view.services.barrier, list[Irrevocable]()
    below = await survey.descendants(barrier, view.namespace) if deep else []
    for namespace in (view.namespace, *(each.namespace for each in below)):
        await asyncio.sleep(0)  # a tenant with many thousands must not hold up every other request
        after, place = "", rows.irrevocable(namespace.id)
        while names := (await barrier.storage.scan(place, after, _PAGE)).names:
            after = names[-1]
            found += await transact(barrier, partial(_failing, view, names, namespace.path[len(view.namespace.path) :]))
    return found


async def _failing(view: SystemView, names: list[str], prefix: str, txn: Transaction) -> list[Irrevocable]:
    """Those of some leases that can't be revoked.

    Args:
        prefix: the path of their namespace below the request's.
    """
    found = []
    for name in names:
        lease = await view.services.leases.read(txn, name)
        if lease is None:
            continue
        entry = await revocation.mount_of(view.services.mounts, txn, lease)
        mount_path = prefix + entry.record.full_path if entry is not None else ""
        found.append(Irrevocable(id=lease.id, mount_path=mount_path, error=lease.last_error))
    return found
