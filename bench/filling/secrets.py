"""Secrets with versions."""

from __future__ import annotations

import asyncio
import json

from bench.filling.opened import in_batches, opened, record_of
from bench.operations.prepared import VALUE
from bench.servers.server import Server
from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.engines.kv import logic
from strongroom.engines.kv.names import sealed_path
from strongroom.engines.kv.records import KvConfig, NamesKey
from strongroom.engines.kv.secrets import META, NAMES, keep_data
from strongroom.sdk import View


def fill_secrets(server: Server, first: int, end: int) -> None:
    """Write secrets `app/<number>` to the mount `kv2`, in which something was written before."""

    async def fill() -> None:
        async with opened(server) as services:
            prefix = keys.area(keys.ROOT_NAMESPACE, (await record_of(services, "kv2")).id)
            data, now = json.dumps(VALUE).encode(), services.clock.now()
            metadata, _ = logic.with_new_version(KvConfig(), None, now)

            async def write(txn: Transaction, number: int) -> None:
                view = View(txn, prefix)
                names = await view.read(NAMES, NamesKey)
                assert names is not None, "the mount holds no secret yet"
                sealed = sealed_path(names.key, f"app/{number}")
                view.write(META + sealed, metadata)
                keep_data(view, sealed, 1, data)

            await in_batches(services, first, end, write)

    asyncio.run(fill())
