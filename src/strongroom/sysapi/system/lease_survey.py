"""Which leases can't be revoked."""

from __future__ import annotations

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.sdk.request import Request
from strongroom.services.leases import LeaseRecord
from strongroom.services.leases.service import IRREVOCABLE_AFTER
from strongroom.sysapi.context import SystemView, system

_PAGE = 200


class Irrevocable(msgspec.Struct, frozen=True):
    """A lease whose revocation keeps failing."""

    id: str
    mount_path: str
    error: str
    """Why it failed the last time."""


async def irrevocable(request: Request) -> list[Irrevocable]:
    """The leases whose revocation keeps failing.  Each is still tried, at growing intervals.

    This reads every lease.  Failures are few, and an index of them would add a row to each failure's commit.
    """
    view = system(request)
    found: list[Irrevocable] = await request.once.wait("irrevocable leases", lambda: _read(view))
    return found


async def _read(view: SystemView) -> list[Irrevocable]:
    barrier, found, after = view.services.barrier, list[Irrevocable](), ""
    while names := (await barrier.storage.scan(keys.leases(view.namespace.id), after, _PAGE)).names:
        after = names[-1]

        async def read(txn: Transaction, names: list[str] = names) -> list[LeaseRecord]:
            leases = [await view.services.leases.read(txn, name) for name in names]
            return [lease for lease in leases if lease is not None and lease.attempts >= IRREVOCABLE_AFTER]

        for lease in await transact(barrier, read):
            entry = view.router.by_id.get(lease.mount)
            found.append(
                Irrevocable(
                    id=lease.id,
                    mount_path=entry.record.full_path if entry is not None else "",
                    error=lease.last_error,
                )
            )
    return found
