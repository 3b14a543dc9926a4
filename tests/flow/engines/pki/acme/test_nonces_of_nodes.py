"""Nonces among several processes, and after a restart."""

from __future__ import annotations

import asyncio
from typing import Any

from strongroom.engines.pki import Pki
from strongroom.engines.pki.acme import nonces
from strongroom.sdk import Operation
from tests.flow.engines.pki.acme.clients import Acme, Client
from tests.flow.engines.pki.mounts import Authority
from tests.flow.harness import Mounted, open_barrier


async def another(server: Acme) -> Acme:
    """Another process over the same store: it shares no memory with the first."""
    storage: Any = server.mount.barrier.storage
    barrier = await open_barrier(storage, server.mount.clock)
    return Acme(Authority(Mounted(Pki(), barrier, server.mount.clock)))


async def test_each_process_takes_the_nonces_of_others_once() -> None:
    """A nonce of one process counts at another one, also at one that starts later, and at none a second time."""
    first = await Acme.new()
    client = Client(first)
    await client.register()
    second = await another(first)
    nonce = await first.nonce()
    body = await client.signed("orders", None, header={"nonce": nonce})
    assert (await second.send("acme/orders", body)).status == 200
    for process in (first, second, await another(first)):
        assert (await process.send("acme/orders", body)).problem == "badNonce"


async def test_of_several_processes_at_once_one_takes_it() -> None:
    """One request that is sent to four processes at the same time is served once."""
    first = await Acme.new()
    client = Client(first)
    await client.register()
    processes = [first, *[await another(first) for _ in range(3)]]
    for _ in range(5):
        body = await client.signed("orders", None)
        answers = await asyncio.gather(*(process.send("acme/orders", body) for process in processes))
        assert sorted(answer.status for answer in answers) == [200, 400, 400, 400]


async def test_strangers_fill_no_store() -> None:
    """A thousand nonces that nobody uses leave no row."""
    server = await Acme.new()
    before = await server.mount.rows()
    for _ in range(1000):
        await server.nonce()
    assert await server.mount.rows() == before


async def test_used_nonces_are_forgotten() -> None:
    """The work that is scheduled for a minute removes the nonces of that minute, and is scheduled once."""
    from strongroom.barrier.transaction import Transaction, transact

    server = await Acme.new()
    client = Client(server)
    await client.register()
    for _ in range(7):
        await client.post("orders")
    mount = server.mount

    async def rows(prefix: str) -> list[str]:
        return [row for row in await mount.rows() if row.startswith(prefix)]

    assert (len(await rows("acme/used/")), len(await rows("acme/sweep/"))) == (8, 1)
    minute = (await rows("acme/sweep/"))[0].rpartition("/")[2]

    async def sweep(txn: Transaction) -> None:
        request = mount.request(txn, Operation.UPDATE, "", {}, "")
        await mount.engine.due(request, nonces.SWEEP + minute, {})

    await transact(mount.barrier, sweep)
    assert (await rows("acme/used/"), await rows("acme/sweep/")) == ([], [])
