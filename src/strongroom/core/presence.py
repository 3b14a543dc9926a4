"""Tells the other nodes that this one serves, for as long as it is unsealed."""

from __future__ import annotations

import asyncio
import socket

import structlog

from strongroom.__about__ import VERSION
from strongroom.barrier.transaction import transact
from strongroom.core.outage import Outage
from strongroom.lib.errors import StrongroomError
from strongroom.services import nodes
from strongroom.sysapi.services import Services

log = structlog.get_logger("presence")


class Presence:
    """Writes the node's row periodically.  Each process of the node tries, and one succeeds.

    Args:
        every_s: how often, in seconds.
    """

    def __init__(self, services: Services, *, every_s: float = nodes.EVERY_S) -> None:
        self._services = services
        self._every_s = every_s
        self._hostname = socket.gethostname()
        self._outage = Outage(log, "other nodes don't see this one")

    async def run_forever(self) -> None:
        """Write the row until cancelled.  After a failure of the store, try again the next time."""
        while True:
            try:
                await self.run_once()
                self._outage.is_over()
            except StrongroomError as error:
                self._outage.goes_on(error)
            await asyncio.sleep(self._every_s)

    async def run_once(self) -> None:
        """Write the row, unless another process of the node has just done so.  Raises `StrongroomError`."""
        services = self._services
        record = nodes.NodeRecord(
            hostname=self._hostname,
            version=VERSION,
            seen_at=await services.barrier.storage.now(),
            api_address=services.api_address,
            cluster_address=services.cluster_address,
        )
        await transact(services.barrier, lambda txn: nodes.note(txn, services.node_name, record))
