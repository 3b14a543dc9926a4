"""What has to hold when a question to a server is lost, or its answer: at each of the questions of each step."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from strongroom.testing import PluginServer, Reply
from tests.conformance.engines.lost.sides import OWNER_PASSWORD, STATIC, STATIC_PASSWORD, Side
from tests.sim.cutting_proxy import CuttingProxy

_MOST = 60
_UNDONE_S = 400
"""What broke off is undone twice, two minutes apart; what failed is tried again."""


class Round:
    """A server of ours, and another one that it reaches by a proxy."""

    def __init__(self, side: Side, server: PluginServer, proxy: CuttingProxy) -> None:
        self.side, self.server = side, server
        self._proxy = proxy

    async def each(
        self,
        step: Callable[[], Awaitable[Reply]],
        check: Callable[[Reply], Awaitable[None]],
        before: Callable[[], Awaitable[None]] | None = None,
    ) -> int:
        """Do a step with its first question lost, then its first answer, then the second question, until none is left.

        Returns: how many there were.
        """
        for number in range(_MOST):
            for passes_on in (False, True):
                if before is not None:
                    await before()
                await self.side.restart(self.server)
                cuts = self._proxy.cuts
                self._proxy.cut_after(number, passes_on=passes_on)
                reply = await step()
                self._proxy.pass_all()
                await check(reply)
                if self._proxy.cuts == cuts:
                    assert reply.status < 300, reply
                    return number
        raise AssertionError("the step has no end")

    async def undone(self) -> None:
        """Let come due what is to be undone."""
        for _ in range(2):
            self.server.clock.advance(_UNDONE_S)
            await self.server.work()

    async def nothing_is_left(self) -> None:
        """Neither a user nor a lease."""
        assert self.side.made() == set()
        found = await self.server.ask("LIST", f"sys/leases/lookup/{self.side.creds}")
        assert found.status == 404, found

    async def issued_and_revoked(self) -> None:
        """A user can be made, and be dropped."""
        made = await self.server.ok("GET", self.side.creds)
        assert self.side.lets_in(made.data["username"], made.data["password"])
        await self.server.ok("POST", "sys/leases/revoke", {"lease_id": made.lease_id, "sync": True})
        assert not self.side.lets_in(made.data["username"], made.data["password"])


Step = Callable[[Round], Awaitable[int]]


@asynccontextmanager
async def round_of(side: Side) -> AsyncIterator[Round]:
    """A round with one server."""
    async with CuttingProxy(side.port, side.address) as proxy, side.serving(proxy.port) as server:
        yield Round(side, server, proxy)


async def issue(one: Round) -> int:
    """Who gets a user can log in; who gets none leaves none."""

    async def check(reply: Reply) -> None:
        if reply.status == 200:
            assert one.side.lets_in(reply.data["username"], reply.data["password"])
            await one.server.ok("POST", "sys/leases/revoke", {"lease_id": reply.lease_id, "sync": True})
        else:
            assert reply.status == 502, reply
            await one.undone()
        await one.nothing_is_left()

    return await one.each(lambda: one.server.ask("GET", one.side.creds), check)


async def renew(one: Round) -> int:
    """The user goes on, and is renewed when the way is open again."""
    made = await one.server.ok("GET", one.side.creds)
    body = {"lease_id": made.lease_id, "increment": 3600}

    async def check(reply: Reply) -> None:
        assert reply.status in {200, 502}, reply
        await one.server.ok("POST", "sys/leases/renew", body)
        assert one.side.lets_in(made.data["username"], made.data["password"])

    count = await one.each(lambda: one.server.ask("POST", "sys/leases/renew", body), check)
    await one.server.ok("POST", "sys/leases/revoke", {"lease_id": made.lease_id, "sync": True})
    await one.nothing_is_left()
    return count


async def revoke(one: Round) -> int:
    """The user is gone in the end, and its lease."""
    made = {"lease_id": "", "username": "", "password": ""}

    async def before() -> None:
        reply = await one.server.ok("GET", one.side.creds)
        made.update(reply.data, lease_id=reply.lease_id)

    async def step() -> Reply:
        return await one.server.ask("POST", "sys/leases/revoke", {"lease_id": made["lease_id"], "sync": True})

    async def check(reply: Reply) -> None:
        assert reply.status in {204, 502}, reply
        if reply.status == 502:
            await one.undone()
        assert not one.side.lets_in(made["username"], made["password"])
        await one.nothing_is_left()

    return await one.each(step, check, before)


async def rotate_root(one: Round) -> int:
    """Users are made and dropped as soon as what has begun was looked at, and it can be rotated again."""

    async def check(reply: Reply) -> None:
        assert reply.status < 300 or reply.status == 502, reply
        await one.undone()
        await one.issued_and_revoked()

    async def step() -> Reply:
        return await one.server.ask("POST", one.side.rotate_root, {})

    count = await one.each(step, check)
    await one.server.ok("POST", one.side.rotate_root, {})
    await one.issued_and_revoked()
    assert not one.side.lets_in(one.side.owner, OWNER_PASSWORD)
    return count


async def take_over(one: Round) -> int:
    """The static user has its first password, and there is no role; or the one that is shown, sooner or later."""

    async def before() -> None:
        one.side.prepare()

    async def step() -> Reply:
        return await one.server.ask("POST", one.side.role, one.side.role_body)

    async def check(reply: Reply) -> None:
        if (await one.server.ask("GET", one.side.role)).status == 404:
            assert reply.status == 502
            assert one.side.lets_in(STATIC, STATIC_PASSWORD)
            return
        if reply.status == 502:
            await one.undone()
        shown = await one.server.ok("GET", one.side.read)
        assert one.side.lets_in(STATIC, shown.data["password"])
        assert one.side.forgets_late or not one.side.lets_in(STATIC, STATIC_PASSWORD)
        await one.server.ok("DELETE", one.side.role)

    return await one.each(step, check, before)


async def rotate(one: Round) -> int:
    """At its time: the password that is shown logs in, at once and later, and the one before doesn't in the end."""
    await one.server.ok("POST", one.side.role, one.side.role_body)
    seen = {"before": ""}

    async def current() -> str:
        reply = await one.server.ok("GET", one.side.read)
        assert one.side.lets_in(STATIC, reply.data["password"]), reply.body["warnings"]
        return str(reply.data["password"])

    async def before() -> None:
        seen["before"] = await current()

    async def step() -> Reply:
        one.server.clock.advance(3700)
        await one.server.work()
        return Reply(200, None)

    async def check(reply: Reply) -> None:
        await current()
        await one.undone()
        assert await current() != seen["before"]
        assert one.side.forgets_late or not one.side.lets_in(STATIC, seen["before"])

    return await one.each(step, check, before)
