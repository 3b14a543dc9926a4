"""A node whose root token is known beforehand, with nothing in it but what every node has."""

from __future__ import annotations

from typing import Any, Self

from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sealing.initialize import InitRequest, initialize, seal_of
from strongroom.seals import shamir
from strongroom.server import builtin, wiring
from strongroom.storage.inmem import InmemStorage
from tests.flow.node import TestNode
from tests.sim.clock import SetClock

ROOT = "root"


class Server(TestNode):
    """One unsealed node, of one share."""

    @classmethod
    async def start(cls, settings: wiring.Settings | None = None) -> Self:
        """Initialise a store and unseal it."""
        clock = SetClock()
        storage = InmemStorage(clock, SystemRandom())
        await storage.start()
        server = cls(storage, clock, settings=settings)
        made = await initialize(storage, server.node.random, InitRequest(shares=1, threshold=1, root_token=ROOT))
        seal = await seal_of(storage)
        assert seal is not None
        server.root = ROOT
        await server.opened(shamir.open_(seal, [made.shares.keys[0].reveal()]))
        return server

    async def opened(self, key: Secret) -> None:
        """Unseal the node as a server does, without the probe and the recorder."""
        await wiring.unseal(self.node, key, builtin.engines(()), self.settings)

    async def token(self, rules: str, **fields: Any) -> str:
        """A token with these rules, and those that every token has by default."""
        return await super().token(rules, **{"no_default_policy": False, **fields})
