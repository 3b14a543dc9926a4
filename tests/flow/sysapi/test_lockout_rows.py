"""The rows of failed logins: whoever makes them, they go by themselves."""

from __future__ import annotations

import asyncio
import threading

import pytest

from strongroom.auth.userpass import Userpass
from strongroom.auth.userpass.hashing import Hashing
from strongroom.barrier import keys
from strongroom.barrier.due import LOCKOUT
from strongroom.barrier.transaction import transact
from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from strongroom.services.mounts.lockout import count_failure
from tests.flow.sysapi.system_server import Server

FORGOTTEN_S = 900


async def started() -> Server:
    """A server of its own, with the user ann."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await server.ok("POST", "auth/userpass/users/ann", {"password": "right"})
    return server


async def fail(server: Server, name: str) -> int:
    """The status of a login with a wrong password."""
    return (await server.ask("POST", f"auth/userpass/login/{name}", {"password": "wrong"}, token="")).status


async def rows(server: Server) -> list[str]:
    """Every row that failed logins have left, in the index by time too."""
    storage = server.node.storage
    return (await storage.scan(keys.LOCKOUT)).names + (await storage.scan(f"{keys.QUEUE}{LOCKOUT}/")).names


async def settle(server: Server) -> None:
    """Let the expiry role do what is due."""
    services = server.node.unsealed
    assert services is not None
    fence = await services.barrier.storage.lock(ROLE, "test", LOCK_S)
    assert fence is not None
    while await Expiry(services).run_once(fence):
        pass
    await services.barrier.storage.unlock(fence)


async def test_the_rows_of_invented_names_are_cleared() -> None:
    """Two for each name, however often it fails; not a moment before they count for nothing, and all of them then."""
    server = await started()
    for _ in range(2):
        server.clock.advance(1)
        for number in range(5):
            assert await fail(server, f"nobody-{number}") == 400
    assert len(await rows(server)) == 10
    server.clock.advance(FORGOTTEN_S - 1)
    await settle(server)
    assert len(await rows(server)) == 10
    server.clock.advance(1)
    await settle(server)
    assert await rows(server) == []


async def test_a_later_failure_prolongs_the_row() -> None:
    """The row goes when the last failure counts no more, and leaves nothing in the index."""
    server = await started()
    await fail(server, "ann")
    server.clock.advance(FORGOTTEN_S - 1)
    await fail(server, "ann")
    server.clock.advance(FORGOTTEN_S - 1)
    await settle(server)
    assert len(await rows(server)) == 2
    server.clock.advance(1)
    await settle(server)
    assert await rows(server) == []


async def test_a_login_clears_its_own() -> None:
    """Who logs in leaves no row of the failures before."""
    server = await started()
    await fail(server, "ann")
    assert len(await rows(server)) == 2
    await server.ok("POST", "auth/userpass/login/ann", {"password": "right"}, token="")
    assert await rows(server) == []


@pytest.mark.parametrize("change", ["disabled mount", "no more lockouts"])
async def test_they_go_without_their_mount_or_rule(change: str) -> None:
    """What they would have locked out may be gone by then."""
    server = await started()
    await fail(server, "ann")
    if change == "disabled mount":
        await server.ok("DELETE", "sys/auth/userpass")
    else:
        tuned = {"user_lockout_config": {"lockout_disable": True}}
        await server.ok("POST", "sys/auth/userpass/tune", tuned)
    server.clock.advance(FORGOTTEN_S)
    await settle(server)
    assert await rows(server) == []


async def test_only_what_failed_as_a_login_leaves_a_row() -> None:
    """Neither a name that can't be one, nor a login without a password, nor one with too long a password."""
    server = await started()
    for name, sent in (("a@b", {"password": "x"}), ("n" * 513, {"password": "x"}), ("ann", {})):
        assert (await server.ask("POST", f"auth/userpass/login/{name}", sent, token="")).status >= 400
    await server.ask("POST", "auth/userpass/login/ann", {"password": "x" * 5000}, token="")
    assert await rows(server) == []


async def test_a_login_under_way_is_locked_out_too() -> None:
    """The right password is refused like a wrong one when the name was locked while it waited to be hashed."""
    server = await started()
    services = server.node.unsealed
    assert services is not None
    entry = (await transact(services.barrier, services.mounts.router)).by_path["auth/userpass/"]
    assert isinstance(entry.engine, Userpass)
    entry.engine.hashing, blocked = Hashing(at_once=1), threading.Event()
    holding = asyncio.ensure_future(entry.engine.hashing.for_login(blocked.wait))
    try:
        sent = [{"password": "right"}, {"password": "wrong"}]
        waiting = [
            asyncio.ensure_future(server.ask("POST", "auth/userpass/login/ann", body, token="")) for body in sent
        ]
        while entry.engine.hashing.waiting.now < 3:
            await asyncio.sleep(0)
        now = server.clock.now()
        rule = entry.lockout
        assert rule is not None
        for _ in range(5):
            await transact(services.barrier, lambda txn: count_failure(txn, entry.record, rule, "ann", now))
    finally:
        blocked.set()
    await holding
    answers = await asyncio.gather(*waiting)
    assert [(answer.status, answer.error) for answer in answers] == [(403, "permission denied")] * 2
