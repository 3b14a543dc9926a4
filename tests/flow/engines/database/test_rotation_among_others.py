"""What other requests do while a password is changed: no password is lost, and none goes to the clients of others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from strongroom.engines.database import Database
from strongroom.engines.database.driver import Credential
from strongroom.testing import PluginServer
from tests.flow.engines.database.standing_in import NAME, Place, engine_over

CONFIG: dict[str, Any] = {"plugin_name": NAME, "allowed_roles": "*", "username": "root", "password": "first"}
ROLE = {"db_name": "db", "username": "a", "rotation_period": 3600}
KNOWN = Credential(password="known-before")


@asynccontextmanager
async def _serving(place: Place) -> AsyncIterator[PluginServer]:
    server = await PluginServer.start(lambda: engine_over(place))
    place.clock = server.clock.monotonic
    try:
        await server.ok("POST", "database/config/db", CONFIG)
        place.users |= dict.fromkeys(("a", "b"), KNOWN)
        yield server
    finally:
        engine = server.engines["database"]
        assert isinstance(engine, Database)
        await engine.sessions.close()


@pytest.mark.parametrize("silent", [False, True])
async def test_a_role_that_is_made_anew_for_another_user(silent: bool) -> None:
    """What had begun for the user before is no business of the new role: its clients get its own user."""
    place = Place()
    async with _serving(place) as server:
        await server.ok("POST", "database/static-roles/app", ROLE)

        async def anew() -> None:
            await server.ok("DELETE", "database/static-roles/app")
            fields = {"username": "b", "skip_import_rotation": True, "password": KNOWN.password}
            await server.ok("POST", "database/static-roles/app", {**ROLE, **fields})
            place.down = silent

        place.meanwhile["change"] = anew
        await server.ask("POST", "database/rotate-role/app", {})
        place.down = False
        creds = (await server.ok("GET", "database/static-creds/app")).data
        assert (creds["username"], creds["password"]) == ("b", KNOWN.password)
        assert "rotation_state" not in (await server.ok("GET", "database/static-roles/app")).data


async def test_a_role_that_is_made_anew_for_the_same_user() -> None:
    """The change that had begun counts for it, because the user has that password."""
    place = Place()
    async with _serving(place) as server:
        await server.ok("POST", "database/static-roles/app", ROLE)

        async def anew() -> None:
            await server.ok("DELETE", "database/static-roles/app")
            await server.ok("POST", "database/static-roles/app", {**ROLE, "skip_import_rotation": True})

        place.meanwhile["change"] = anew
        await server.ask("POST", "database/rotate-role/app", {})
        creds = (await server.ok("GET", "database/static-creds/app")).data
        assert creds["password"] == place.users["a"].password


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "sys/mounts/database", None),
        ("DELETE", "database/config/db", None),
        ("POST", "database/config/db", {"allowed_roles": "other"}),
        ("POST", "database/roles/app", {"db_name": "db"}),
        ("POST", "database/static-roles/other", ROLE),
        ("POST", "database/static-roles/app", {**ROLE, "skip_import_rotation": True}),
    ],
)
async def test_a_role_that_may_not_be_made_any_more(method: str, path: str, body: Any) -> None:
    """It is found out before the password is changed, which otherwise nobody would keep, or two roles."""
    place = Place()
    async with _serving(place) as server:
        after: list[Credential] = []

        async def others() -> None:
            await server.ok(method, path, body)
            await server.work()
            after.append(place.users["a"])

        place.meanwhile["ping"] = others
        made = await server.ask("POST", "database/static-roles/app", ROLE)
        assert made.status in {400, 404}, made
        assert after == [place.users["a"]]


async def test_a_database_that_lets_in_whoever_comes() -> None:
    """It trusts this machine, and not those of the clients: they get no password that it hasn't taken."""
    place = Place()
    place.trusts = True
    async with _serving(place) as server:
        await server.ok("POST", "database/static-roles/app", ROLE)
        place.down = True
        assert (await server.ask("POST", "database/rotate-role/app", {})).status == 502
        place.down = False
        for _ in range(2):
            creds = (await server.ok("GET", "database/static-creds/app")).data
            assert creds["password"] == place.users["a"].password
            server.clock.advance(60)
            await server.work()
        assert "rotation_state" not in (await server.ok("GET", "database/static-roles/app")).data


async def _user(server: PluginServer) -> str:
    await server.ok("POST", "database/roles/r", {"db_name": "db"})
    return (await server.ok("GET", "database/creds/r")).lease_id


async def test_a_connection_that_is_deleted_while_its_password_changes() -> None:
    """It drains by the new password, and goes on with it when it is configured again."""
    place = Place()
    async with _serving(place) as server:
        first, second = await _user(server), await _user(server)

        async def delete() -> None:
            await server.ok("DELETE", "database/config/db")

        place.meanwhile["change"] = delete
        await server.ask("POST", "database/rotate-root/db", {})
        assert place.root != "first"
        await server.ok("POST", "sys/leases/revoke", {"lease_id": first, "sync": True})
        assert len([name for name in place.users if name.startswith("u-")]) == 1
        again = await server.ok("POST", "database/config/db", CONFIG)
        assert "the rotated one still logs in" in str(again.body)
        await server.ok("POST", "sys/leases/revoke", {"lease_id": second, "sync": True})
        assert not [name for name in place.users if name.startswith("u-")]


async def test_a_connection_that_is_deleted_before_it_is_known_which_password_counts() -> None:
    """Somebody looks, also when the connection is deleted, and its users are dropped."""
    place = Place()
    async with _serving(place) as server:
        lease = await _user(server)

        async def silence() -> None:
            place.down = True

        place.meanwhile["change"] = silence
        assert (await server.ask("POST", "database/rotate-root/db", {})).status == 502
        await server.ok("DELETE", "database/config/db")
        place.down = False
        server.clock.advance(60)
        await server.work()
        await server.ok("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})
        assert not [name for name in place.users if name.startswith("u-")]
        server.clock.advance(24 * 3600)
        await server.work()
        assert (await server.ask("LIST", "database/draining")).status == 404
        assert await server.scheduled("database/") == {}


async def test_a_connection_that_is_configured_again_before_it_is_known_which_password_counts() -> None:
    """The passwords that may count are kept, so that a rotation finds the one that does."""
    place = Place()
    async with _serving(place) as server:
        await _user(server)

        async def silence() -> None:
            place.down = True

        place.meanwhile["change"] = silence
        assert (await server.ask("POST", "database/rotate-root/db", {})).status == 502
        await server.ok("DELETE", "database/config/db")
        await server.ok("POST", "database/config/db", {**CONFIG, "verify_connection": False})
        place.down = False
        server.clock.advance(60)
        await server.work()
        await _user(server)
