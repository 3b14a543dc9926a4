"""Rows that tests of the engine put into the store, or look at."""

from __future__ import annotations

from strongroom.barrier.transaction import transact
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.engines.pki.roles.rows import ROLES
from strongroom.sdk import Operation, View
from tests.flow.engines.pki.mounts import Authority


async def keep_role(authority: Authority, name: str, role: RoleRecord) -> None:
    """Store a role as it is."""
    mount = authority.mount

    async def write(txn):  # type: ignore[no-untyped-def]
        View(txn, mount.prefix).write(ROLES + name, role)

    await transact(mount.barrier, write)


async def keys_below(authority: Authority, prefix: str) -> list[str]:
    """The keys of rows below a folder of the mount."""
    mount = authority.mount
    return await transact(mount.barrier, lambda txn: View(txn, mount.prefix).scan(prefix))


async def mounted(authority: Authority) -> None:
    """Do what the engine does when it is mounted."""
    mount = authority.mount
    await transact(mount.barrier, lambda txn: mount.engine.mounted(mount.request(txn, Operation.UPDATE, "", {}, "")))
