"""Mounts with a secret each.  Through the API each one takes longer than the one before it."""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid

import msgspec

from bench.filling.opened import in_batches, opened, record_of
from bench.operations.prepared import VALUE
from bench.servers.server import Server
from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.engines.kv.records import PlainSecret
from strongroom.engines.kv.secrets import PLAIN


def fill_mounts(server: Server, first: int, end: int) -> None:
    """Mount `m<number>` with a secret `x`, each like `m0`, which the API has made."""

    async def fill() -> None:
        async with opened(server) as services:
            model, now, data = await record_of(services, "m0"), services.clock.now(), json.dumps(VALUE).encode()

            async def write(txn: Transaction, number: int) -> None:
                accessor = f"{model.accessor.rpartition('_')[0]}_{secrets.token_hex(4)}"
                record = msgspec.structs.replace(model, id=str(uuid.uuid4()), path=f"m{number}/", accessor=accessor)
                services.mounts.put(txn, record)
                place = keys.area(keys.ROOT_NAMESPACE, record.id)
                txn.write(f"{place}{PLAIN}x", PlainSecret(data=data, written_at=now))

            await in_batches(services, first, end, write)

    asyncio.run(fill())
