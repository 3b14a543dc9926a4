"""Asks whether this node is to leave the roles to other nodes."""

from __future__ import annotations

from strongroom.barrier.transaction import transact
from strongroom.lib.errors import StorageError
from strongroom.services import nodes
from strongroom.sysapi.services import Services


async def rests(services: Services) -> bool:
    """Whether a process of this node is to take no role, and to give up those that it has.

    While the store doesn't say, a role is kept: its lock decides who has it.
    """
    try:
        now = await services.barrier.storage.now()
        return await transact(services.barrier, lambda txn: nodes.rests(txn, services.node_name, now))
    except StorageError:
        return False
