"""Fills the store of a stopped server in this process, with the very rows that its API would write.

A million secrets through the API take many minutes; several hundred rows in one transaction take a second for tens of
thousands of them.  Encryption, keys and indexes are the server's own code.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable

from bench.operations.prepared import VALUE
from bench.servers.server import Server
from strongroom.audit.devices import DeviceRequest
from strongroom.barrier import keys
from strongroom.barrier.stable import StableValues
from strongroom.barrier.transaction import Transaction, transact
from strongroom.engines.kv import logic
from strongroom.engines.kv.names import sealed_path
from strongroom.engines.kv.records import KvConfig, NamesKey
from strongroom.engines.kv.secrets import META, NAMES, keep_data
from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sdk import View
from strongroom.sealing.initialize import seal_of
from strongroom.sealing.port import LocalPort
from strongroom.seals import shamir
from strongroom.server.builtin import engines
from strongroom.server.node_settings import NodeSettings
from strongroom.server.stores import open_store
from strongroom.server.wiring import build_node, unseal
from strongroom.services.leases import LeaseRecord
from strongroom.sysapi.services import Services

_BATCH = 500
_LEASE_S = 30 * 86400


@contextlib.asynccontextmanager
async def _opened(server: Server) -> AsyncIterator[Services]:
    """What stands behind the barrier of the server's store, which the server doesn't use meanwhile."""
    clock, random = SystemClock(), SystemRandom()
    device = DeviceRequest("bench/", "file", "", {"file_path": str(server.audit_log)}, local=False)  # as configured
    settings = NodeSettings(storage_type="sqlite", audit_stanzas=(device,))
    storage = open_store("sqlite", {"path": str(server.home / "store")}, clock, random)
    await storage.start()

    async def opened(key: Secret) -> None:
        await unseal(node, key, engines(()), settings)

    async def closed() -> None:
        node.unsealed = None

    try:
        node = build_node(storage, LocalPort(random, opened, closed), clock, random, settings)
        seal = await seal_of(storage)
        assert seal is not None, "the store isn't initialised"
        await opened(shamir.open_(seal, [bytes.fromhex(server.keys[0])]))
        assert node.unsealed is not None
        yield node.unsealed
    finally:
        await storage.close()


async def _in_batches(
    services: Services, first: int, end: int, write: Callable[[Transaction, int], Awaitable[None]]
) -> None:
    """Write one thing for each number, some hundred in one transaction."""
    for begin in range(first, end, _BATCH):

        async def body(txn: Transaction, begin: int = begin) -> None:
            for number in range(begin, min(begin + _BATCH, end)):
                await write(txn, number)

        await transact(services.barrier, body)


async def _id_of(services: Services, mount: str) -> str:
    async def read(txn: Transaction) -> str:
        return str((await services.mounts.router(txn)).by_path[f"{mount}/"].record.id)

    return await transact(services.barrier, read)


def secrets(server: Server, first: int, end: int) -> None:
    """Write secrets `app/<number>` to the mount `kv2`, in which something was written before."""

    async def fill() -> None:
        async with _opened(server) as services:
            prefix = keys.area(keys.ROOT_NAMESPACE, await _id_of(services, "kv2"))
            data, now = json.dumps(VALUE).encode(), services.clock.now()
            metadata, _ = logic.with_new_version(KvConfig(), None, now)

            async def write(txn: Transaction, number: int) -> None:
                view = View(txn, prefix)
                names = await view.read(NAMES, NamesKey)
                assert names is not None, "the mount holds no secret yet"
                sealed = sealed_path(names.key, f"app/{number}")
                view.write(META + sealed, metadata)
                keep_data(view, sealed, 1, data)

            await _in_batches(services, first, end, write)

    asyncio.run(fill())


def leases(server: Server, mount: str, first: int, end: int) -> None:
    """Write leases of certificates of a pki mount, which last for a month.

    The certificates themselves aren't there: a revocation finds nothing to revoke, and ends the lease.
    """

    async def fill() -> None:
        async with _opened(server) as services:
            id_, now = await _id_of(services, mount), services.clock.now()

            async def write(txn: Transaction, number: int) -> None:
                serial = ":".join(f"{byte:02x}" for byte in number.to_bytes(20, "big"))
                lease = LeaseRecord(
                    id="",
                    mount=id_,
                    path=f"{mount}/issue/leased",
                    token_key="",
                    issued_at=now,
                    expires_at=0.0,
                    ttl_s=_LEASE_S,
                    max_ttl_s=_LEASE_S,
                    renewable=False,
                    internal={"serial_number": serial},
                )
                txn.once = StableValues()  # each lease has an id of its own
                services.leases.create(txn, keys.ROOT_NAMESPACE, lease)

            await _in_batches(services, first, end, write)

    asyncio.run(fill())
