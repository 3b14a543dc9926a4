"""Leases of certificates."""

from __future__ import annotations

import asyncio

from bench.filling.opened import in_batches, opened, record_of
from bench.servers.server import Server
from strongroom.barrier import keys
from strongroom.barrier.stable import StableValues
from strongroom.barrier.transaction import Transaction
from strongroom.services.leases import LeaseRecord

_LEASE_S = 30 * 86400


def fill_leases(server: Server, mount: str, first: int, end: int) -> None:
    """Write leases of certificates of a pki mount, which last for a month.

    The certificates themselves aren't there: a revocation finds nothing to revoke, and ends the lease.
    """

    async def fill() -> None:
        async with opened(server) as services:
            id_, now = (await record_of(services, mount)).id, services.clock.now()

            owner = services.tokens.key_of(server.token)

            async def write(txn: Transaction, number: int) -> None:
                serial = ":".join(f"{byte:02x}" for byte in number.to_bytes(20, "big"))
                lease = LeaseRecord(
                    id="",
                    mount=id_,
                    path=f"{mount}/issue/leased",
                    token_key=owner,
                    issued_at=now,
                    expires_at=0.0,
                    ttl_s=_LEASE_S,
                    max_ttl_s=_LEASE_S,
                    renewable=False,
                    internal={"serial_number": serial},
                )
                txn.once = StableValues()  # each lease has an id of its own
                await services.leases.create(txn, keys.ROOT_NAMESPACE, lease)

            await in_batches(services, first, end, write)

    asyncio.run(fill())
