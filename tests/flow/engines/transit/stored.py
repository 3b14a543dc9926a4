"""What the store has of a mount's keys, and keys as requests would take long to make them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from strongroom.barrier import keys as places
from strongroom.barrier.transaction import Transaction, transact
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.sdk import View, replace
from strongroom.testing.server import PluginServer

T = TypeVar("T")


async def mount_of(server: PluginServer) -> str:
    """The id of the mount."""
    uuid: str = (await server.ok("GET", "sys/mounts/transit")).data["uuid"]
    return uuid


async def within(server: PluginServer, work: Callable[[View], Awaitable[T]]) -> T:
    """Do something with the mount's rows."""
    prefix = places.area(places.ROOT_NAMESPACE, await mount_of(server))

    async def body(txn: Transaction) -> T:
        return await work(View(txn, prefix))

    return await transact(server.services.barrier, body)


async def record(view: View) -> KeyRecord:
    """The row of the key `k`."""
    key = await rows.key_of(view, "k")
    assert key is not None
    return key


async def versions_left(server: PluginServer) -> int:
    """How many rows of versions the store has."""
    prefix = places.area(places.ROOT_NAMESPACE, await mount_of(server))
    return len((await server.services.barrier.storage.scan(prefix + rows.VERSIONS)).names)


async def scheduled(server: PluginServer) -> list[str]:
    """The names of what the mount has scheduled."""
    return list((await server.services.barrier.storage.scan(f"{places.SCHEDULE}{await mount_of(server)}/")).names)


async def grow(server: PluginServer, count: int) -> None:
    """Give the key `k` so many versions, which a client's rotations would make one by one."""

    async def write(view: View) -> None:
        key = await record(view)
        for number in range(1, count + 1):
            rows.keep_version(view, key, number, KeyVersion(created_at=0.0, private=bytes(32), hmac_key=bytes(32)))
        rows.keep_key(view, "k", replace(key, latest_version=count))

    await within(server, write)


async def change(server: PluginServer, **fields: object) -> None:
    """Change fields of the key `k`, as an import would have set them."""

    async def write(view: View) -> None:
        rows.keep_key(view, "k", replace(await record(view), **fields))

    await within(server, write)


async def versions(server: PluginServer) -> list[KeyVersion]:
    """The versions of the key `k`."""

    async def read(view: View) -> list[KeyVersion]:
        key = await record(view)
        return [await rows.version_of(view, key, number) for number in rows.available(key)]

    return await within(server, read)
