"""A mount that is locked serves nobody, and loses nothing."""

from __future__ import annotations

import pytest

from tests.flow.withdrawals.test_at_once import ANN, BOB, issued


async def test_a_locked_mount_serves_nobody() -> None:
    """Neither reads, which were repeated before, nor renewals; revocations go on, and unlocking brings all back."""
    crowd = await issued()
    server = crowd.world.server
    await server.mount("kv")
    await server.ok("POST", "kv/a", {"b": "c"})
    for _ in range(3):
        assert (await server.ask("GET", "kv/a")).status == 200
    for mount in ("kv", "db"):
        assert (await server.ask("POST", f"sys/mount-lock/{mount}")).status == 204
    assert (await server.ok("LIST", "sys/mount-lock")).data["keys"] == ["db/", "kv/"]
    for method, path in (("GET", "kv/a"), ("LIST", "kv/"), ("POST", "kv/a"), ("GET", "db/account/x"), ("HELP", "kv/a")):
        answer = await server.ask(method, path, {"b": "d"} if method == "POST" else None)
        assert (answer.status, "locked" in answer.error) == (503, True), (method, path)
    assert await crowd.alive() == (ANN | BOB) - {"ann-1", "bob-1", "orphan-1"}
    await server.ok("POST", "sys/leases/revoke", {"lease_id": crowd.leases["bob-1"]})
    await crowd.world.settle()
    assert "bob-1" not in crowd.world.outside.accounts
    for mount in ("kv", "db"):
        assert (await server.ask("DELETE", f"sys/mount-lock/{mount}")).status == 204
    assert (await server.ask("LIST", "sys/mount-lock")).status == 404
    assert (await server.ok("GET", "kv/a")).data == {"b": "c"}
    assert await crowd.alive() == (ANN | BOB) - {"bob-1"}


async def test_a_locked_auth_method() -> None:
    """Nobody logs in or renews, and tokens stay."""
    crowd = await issued()
    server = crowd.world.server
    await server.ok("POST", "sys/mount-lock/auth/approle")
    login = await server.ask("POST", "auth/approle/login", {"role_id": "x"}, token="")
    assert login.status == 503
    assert await crowd.alive() == ANN | BOB
    token = crowd.tokens["bob"]
    assert (await server.ask("POST", "auth/token/renew-self", token=token)).status == 503
    await server.ok("DELETE", "sys/mount-lock/auth/approle")
    assert (await server.ask("POST", "auth/token/renew-self", token=token)).status == 200


@pytest.mark.parametrize("mount", ["sys", "auth/token", "cubbyhole", "identity", "nowhere"])
async def test_what_cannot_be_locked(mount: str) -> None:
    """What every namespace needs, and what isn't there."""
    server = (await issued()).world.server
    assert (await server.ask("POST", f"sys/mount-lock/{mount}")).status == 400
    assert (await server.ask("LIST", "sys/mounts")).status != 503
