"""Opens the listener for other regions, as soon as this region is one that others may follow."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Final

import structlog

from strongroom.barrier.transaction import transact
from strongroom.core.region.feeding import Feeding
from strongroom.crypto.region_certificates import Pair, new_server
from strongroom.http.listener import Listener
from strongroom.http.settings import ListenerConfig, ListenerError, ListenerLimits
from strongroom.http.tls import region_context
from strongroom.lib.clock import Clock
from strongroom.lib.errors import StrongroomError
from strongroom.server.region.application import RegionApplication
from strongroom.services.region.records import AUTHORITY, RegionAuthority
from strongroom.sysapi.services import Services

log = structlog.get_logger("region")

_LOOK_EVERY_S: Final = 1.0
_LIMITS: Final = ListenerLimits(
    max_connections=256, max_connections_per_address=64, max_inflight_memory=256 * 1024 * 1024
)


class RegionGate:
    """The listener of one process.

    Args:
        sock: listening; closed with the listener.
    """

    def __init__(self, services: Services, sock: socket.socket, clock: Clock) -> None:
        self._services = services
        self._sock = sock
        self._clock = clock

    async def run_forever(self) -> None:
        """Wait for the region's authority, then serve until cancelled."""
        listener: Listener | None = None
        try:
            while listener is None:
                listener = await self._opened()
                if listener is None:
                    await asyncio.sleep(_LOOK_EVERY_S)
            await listener.start()
            await asyncio.Event().wait()
        finally:
            if listener is not None:
                with contextlib.suppress(asyncio.CancelledError):
                    await listener.close()

    async def _opened(self) -> Listener | None:
        try:
            await self._services.barrier.sync()
            authority = await transact(self._services.barrier, lambda txn: txn.read(AUTHORITY, RegionAuthority))
            if authority is None:
                return None
            pair = new_server(Pair(authority.certificate, authority.key), self._clock.now())
            context = region_context(pair.certificate, pair.key, authority.certificate)
        except (StrongroomError, ListenerError) as error:
            log.warning("the listener for other regions is not open", reason=str(error))
            return None
        application = RegionApplication(Feeding(self._services))
        # The socket is this process's for longer than the listener's: another one follows after a sealing.
        return Listener(application, ListenerConfig(limits=_LIMITS), self._sock.dup(), self._clock, context)
