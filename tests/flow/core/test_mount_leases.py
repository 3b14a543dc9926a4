"""An engine sees the leases of its mount by their account, and ends them when it has undone their secrets itself."""

from __future__ import annotations

from typing import Any

from strongroom.sdk import Engine, InvalidRequest, Lease, Request, Response, path
from strongroom.testing import PluginServer


class Cloakroom(Engine):
    """Keeps coats: a number is an account."""

    type = "cloakroom"

    def __init__(self) -> None:
        self.revoked: list[str] = []

    @path.write("bring/{number}")
    async def bring(self, request: Request, number: str) -> Response:
        """Leases a place for a minute."""
        return Response(data={}, lease=Lease(ttl_s=60, account=number, internal={"number": number}))

    @path.read("coats/{number}")
    async def coat(self, request: Request, number: str) -> Response:
        """Whether there is one, and how long it stays."""
        lease = await request.lease_of(number)
        if lease is None:
            return Response(data={"id": "", "left": 0, "renewable": False})
        left_s = lease.ends_at - request.now if lease.ends_at else 0
        return Response(data={"id": lease.id, "left": left_s, "renewable": lease.renewable})

    @path.write("fetch/{number}")
    async def fetch(self, request: Request, number: str) -> None:
        """Ends the lease; of number 13 only until the error."""
        await request.end_lease(number)
        if number == "13":
            raise InvalidRequest("unlucky")

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Note that it was asked for."""
        self.revoked.append(lease["number"])


async def served() -> PluginServer:
    """A server with a second mount of the engine."""
    server = await PluginServer.start(Cloakroom)
    await server.mount("cloakroom", "other")
    return server


def revoked(server: PluginServer) -> list[str]:
    """What the engine was asked to undo."""
    engine = server.engines["cloakroom"]
    assert isinstance(engine, Cloakroom)
    return engine.revoked


async def test_an_engine_sees_the_lease_of_an_account() -> None:
    """With its end; of its own mount, as long as it is in force, and the latest of several."""
    server = await served()
    assert (await server.ok("GET", "cloakroom/coats/7")).data["id"] == ""
    await server.ok("POST", "other/bring/7")
    assert (await server.ok("GET", "cloakroom/coats/7")).data["id"] == ""
    await server.ok("POST", "cloakroom/bring/7")
    server.clock.advance(20)
    latest = (await server.ok("POST", "cloakroom/bring/7")).lease_id
    server.clock.advance(10)
    assert (await server.ok("GET", "cloakroom/coats/7")).data == {"id": latest, "left": 50, "renewable": True}
    server.clock.advance(60)  # nobody has undone it yet
    assert (await server.ok("GET", "cloakroom/coats/7")).data == {"id": latest, "left": 0, "renewable": True}
    await server.work()
    assert (await server.ok("GET", "cloakroom/coats/7")).data["id"] == ""


async def test_the_end_is_that_of_the_token_if_it_comes_first() -> None:
    """And a lease whose token was revoked has ended, also before the server has undone it."""
    server = await served()
    token = await server.token('path "cloakroom/*" { capabilities = ["update"] }', ttl="30s")
    await server.ok("POST", "cloakroom/bring/7", token=token)
    assert (await server.ok("GET", "cloakroom/coats/7")).data["left"] == 30
    await server.ok("POST", "auth/token/revoke", {"token": token})
    assert (await server.ok("GET", "cloakroom/coats/7")).data["left"] == 0


async def test_an_ended_lease_is_gone_without_a_revocation() -> None:
    """At once and for all, with its rows and counts; leases of other accounts and mounts stay."""
    server = await served()
    kept = [
        (await server.ok("POST", f"{place}/bring/{number}")).lease_id
        for place, number in (("cloakroom", "8"), ("other", "7"))
    ]
    before = await rows(server)
    gone = [(await server.ok("POST", "cloakroom/bring/7")).lease_id for _ in range(2)]
    await server.ok("POST", "cloakroom/fetch/7")
    for id_ in gone:
        assert (await server.ask("PUT", "sys/leases/renew", {"lease_id": id_})).error == "lease not found"
    for id_ in kept:
        await server.ok("PUT", "sys/leases/lookup", {"lease_id": id_})
    assert await rows(server) == before
    server.clock.advance(61)
    await server.work()
    assert sorted(revoked(server)) == ["7", "8"]
    await server.ok("POST", "cloakroom/fetch/7")  # which is nobody's any more


async def test_a_refused_request_ends_nothing() -> None:
    """The lease ends with the commit."""
    server = await served()
    await server.ok("POST", "cloakroom/bring/13")
    assert (await server.ask("POST", "cloakroom/fetch/13")).status == 400
    assert (await server.ok("GET", "cloakroom/coats/13")).data["left"] == 60


async def rows(server: PluginServer) -> dict[str, bytes | None]:
    """The keys of all rows that concern leases, with the values of counters."""
    storage = server.services.barrier.storage
    names = [name for name in (await storage.scan("")).names if "lease" in name or "due" in name]
    found = await storage.get_many(names)
    return {
        name: found.entries[name].value if found.entries[name].value.isdigit() else None
        for name in names
        if found.entries[name].value != b"0"
    }
