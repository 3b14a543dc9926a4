"""What becomes of a node's store when the node is gone: a server in the test's process, whose clock the test moves."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from strongroom.engines.database import Database
from strongroom.lib.rand import SystemRandom
from strongroom.sealing.initialize import seal_of
from strongroom.seals import shamir
from strongroom.server.node_settings import NodeSettings
from strongroom.storage.sqlite import SqliteStorage
from strongroom.testing import PluginServer, SetClock
from strongroom.testing.server import ROOT
from tests.conformance.processes.node import Node


@asynccontextmanager
async def afterlife(node: Node) -> AsyncIterator[PluginServer]:
    """A server over the store of a node that has ended, an hour later."""
    clock = SetClock(time.time() + 3600)
    storage = SqliteStorage(node.directory / "store", clock, SystemRandom())
    await storage.start()
    try:
        seal = await seal_of(storage)
        assert seal is not None
        key = shamir.open_(seal, [bytes.fromhex(share) for share in node.keys])
        server = PluginServer(storage, clock, [Database], NodeSettings(), key)
        await server.restart()
        made = await server.ok("POST", "auth/token/create-orphan", {"id": ROOT, "policies": ["root"]}, token=node.token)
        assert made.status == 200
        yield server
        engine = server.engines["database"]
        assert isinstance(engine, Database)
        await engine.sessions.close()
    finally:
        await storage.close()
