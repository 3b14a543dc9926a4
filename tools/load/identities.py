"""Loads entities with one alias each straight into a new SQLite store, and measures logins and reads there.

    python -m tools.load.identities --entities 100000

It prints the median and the 99th percentile, in microseconds, of requests without sockets: a login of somebody who is
known, a first login, a read with a token whose policies are its own, and the same with policies of an entity in three
nested groups.  Other work on the machine shows in the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.rand import SystemRandom
from strongroom.sdk import Auth, AuthMethod, Request, Response, TokenSettings, path
from strongroom.sealing.initialize import InitRequest, initialize, seal_of
from strongroom.seals import shamir
from strongroom.server.node_settings import NodeSettings
from strongroom.services.identity import AliasRecord, EntityRecord, aliases, entities
from strongroom.storage.sqlite import SqliteStorage
from strongroom.testing import PluginServer
from strongroom.testing.clock import SetClock
from strongroom.testing.server import ROOT

_BATCH = 400
_NAMES = ("one", "two", "three", "four")


class Open(AuthMethod):
    """Lets anybody in at once, so that a login is measured and no hash."""

    type = "open"

    @path.write("login/{username}", unauthenticated=True)
    async def log_in(self, request: Request, username: str) -> Response:
        """Logs in."""
        return Response(auth=Auth(alias=username, token=TokenSettings(ttl_s=3600)))


async def started(place: Path) -> PluginServer:
    """A server on a new store in a directory."""
    clock, random = SetClock(), SystemRandom()
    storage = SqliteStorage(place / "store", clock, random)
    await storage.start()
    made = await initialize(storage, random, InitRequest(shares=1, threshold=1, root_token=ROOT))
    seal = await seal_of(storage)
    assert seal is not None
    key = shamir.open_(seal, [made.shares.keys[0].reveal()])
    server = PluginServer(storage, clock, [Open], NodeSettings(), key)
    await server.restart()
    await server.mount("open", auth=True)
    return server


async def load(server: PluginServer, accessor: str, count: int) -> None:
    """Write entities `user0`, `user1`, … with an alias of the same name."""

    async def body(txn: Transaction, first: int, end: int) -> None:
        for number in range(first, end):
            id_, name = f"{number:08d}-0000-4000-8000-000000000000", f"user{number}"
            entity = EntityRecord(id=id_, name=name, created_at=0.0, updated_at=0.0)
            alias = AliasRecord(id=id_, entity_id=id_, name=name, mount_accessor=accessor)
            await entities.put(txn, "root", aliases.create(txn, "root", alias, entity), None)

    for first in range(0, count, _BATCH):
        end = min(first + _BATCH, count)
        await transact(server.services.barrier, lambda txn, first=first, end=end: body(txn, first, end))  # type: ignore[misc]


async def measure(what: str, rounds: int, request: Callable[[int], Awaitable[object]]) -> None:
    """Print what a request takes."""
    taken = []
    for number in range(rounds):
        begun = time.perf_counter()
        await request(number)
        taken.append(time.perf_counter() - begun)
    taken.sort()
    print(f"{what:34} median {taken[rounds // 2] * 1e6:8.0f}  p99 {taken[rounds * 99 // 100] * 1e6:8.0f}")


async def own_and_inherited(server: PluginServer) -> tuple[str, str]:
    """A token with four policies of its own, and one whose entity has them by itself and three nested groups."""
    for name in _NAMES:
        await server.ok(
            "PUT", f"sys/policies/acl/{name}", {"policy": f'path "kv/{name}" {{ capabilities = ["read"] }}'}
        )
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await server.ok("POST", "kv/four", {"x": "y"})
    made = await server.ok("POST", "auth/token/create", {"policies": list(_NAMES)})
    auth = (await server.ok("POST", "auth/open/login/nested", {}, token="")).body["auth"]
    await server.ok("POST", f"identity/entity/id/{auth['entity_id']}", {"policies": "one"})
    members: dict[str, list[str]] = {"member_entity_ids": [auth["entity_id"]]}
    for name in _NAMES[1:]:
        group = (await server.ok("POST", "identity/group", {"name": name, "policies": name, **members})).data["id"]
        members = {"member_group_ids": [group]}
    return made.body["auth"]["client_token"], auth["client_token"]


async def run(count: int, rounds: int) -> None:
    """Load a store, and measure."""
    with tempfile.TemporaryDirectory() as place:
        server = await started(Path(place))
        accessor = (await server.ok("GET", "sys/auth/open")).data["accessor"]
        begun = time.perf_counter()
        await load(server, accessor, count)
        print(f"{count} entities loaded in {time.perf_counter() - begun:.1f} s; microseconds:")
        for what in ("login of somebody known, cold", "the same again"):
            await measure(
                what,
                rounds,
                lambda number: server.ok("POST", f"auth/open/login/user{number * 7919 % count}", {}, token=""),
            )
        await measure(
            "first login", rounds, lambda number: server.ok("POST", f"auth/open/login/new{number}", {}, token="")
        )
        own, inherited = await own_and_inherited(server)
        for _ in range(2):  # in turn, because the machine's speed changes
            await measure("read, policies of the token", 10 * rounds, lambda _: server.ok("GET", "kv/four", token=own))
            await measure(
                "read, policies of nested groups", 10 * rounds, lambda _: server.ok("GET", "kv/four", token=inherited)
            )


def main() -> None:
    """Read the command line, and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entities", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=500)
    arguments = parser.parse_args()
    asyncio.run(run(arguments.entities, arguments.rounds))


if __name__ == "__main__":
    main()
