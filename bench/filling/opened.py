"""The store of a stopped server, opened in this process, and many rows in few transactions."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from bench.servers.server import Server
from strongroom.audit.devices import DeviceRequest
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sealing.initialize import seal_of
from strongroom.sealing.port import LocalPort
from strongroom.seals import shamir
from strongroom.server.builtin import engines
from strongroom.server.node_settings import NodeSettings
from strongroom.server.stores import open_store
from strongroom.server.wiring import build_node, unseal
from strongroom.services.mounts.records import MountRecord
from strongroom.sysapi.services import Services

_BATCH = 500


@contextlib.asynccontextmanager
async def opened(server: Server) -> AsyncIterator[Services]:
    """What stands behind the barrier of the server's store, which the server doesn't use meanwhile."""
    clock, random = SystemClock(), SystemRandom()
    device = DeviceRequest("bench/", "file", "", {"file_path": str(server.audit_log)}, local=False)  # as configured
    settings = NodeSettings(storage_type="sqlite", audit_stanzas=(device,))
    storage = open_store("sqlite", {"path": str(server.home / "store")}, clock, random)
    await storage.start()

    async def open_(key: Secret) -> None:
        await unseal(node, key, engines(()), settings)

    async def closed() -> None:
        node.unsealed = None

    try:
        node = build_node(storage, LocalPort(random, open_, closed), clock, random, settings)
        seal = await seal_of(storage)
        assert seal is not None, "the store isn't initialised"
        await open_(shamir.open_(seal, [bytes.fromhex(server.keys[0])]))
        assert node.unsealed is not None
        yield node.unsealed
    finally:
        await storage.close()


async def in_batches(
    services: Services, first: int, end: int, write: Callable[[Transaction, int], Awaitable[None]]
) -> None:
    """Write one thing for each number, some hundred in one transaction."""
    for begin in range(first, end, _BATCH):

        async def body(txn: Transaction, begin: int = begin) -> None:
            for number in range(begin, min(begin + _BATCH, end)):
                await write(txn, number)

        await transact(services.barrier, body)


async def record_of(services: Services, mount: str) -> MountRecord:
    """The record of a mount of the root namespace."""

    async def read(txn: Transaction) -> MountRecord:
        return (await services.mounts.router(txn)).by_path[f"{mount}/"].record

    return await transact(services.barrier, read)
