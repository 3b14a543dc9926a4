"""Static roles and root rotation, over a stand-in for a database, and a clock that is set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest

from strongroom.engines.database import Database
from strongroom.engines.database.driver import Credential
from strongroom.testing import PluginServer
from tests.flow.engines.database.standing_in import NAME, Place, engine_over

CONFIG: dict[str, Any] = {"plugin_name": NAME, "allowed_roles": "*", "username": "root", "password": "first"}
DAY = 86_400


@asynccontextmanager
async def _serving(place: Place, **fields: Any) -> AsyncIterator[PluginServer]:
    server = await PluginServer.start(lambda: engine_over(place))
    server.clock.advance(-server.clock.now() % DAY)  # midnight
    place.clock = server.clock.monotonic
    try:
        await server.ok("POST", "database/config/db", {**CONFIG, **fields})
        place.users |= {name: Credential(password="known-before") for name in ("a", "b", "c")}
        yield server
    finally:
        engine = server.engines["database"]
        assert isinstance(engine, Database)
        await engine.sessions.close()


async def _make(server: PluginServer, name: str, **fields: Any) -> Any:
    return await server.ask("POST", f"database/static-roles/{name}", {"db_name": "db", "username": name, **fields})


async def _creds(server: PluginServer, name: str) -> Any:
    return (await server.ok("GET", f"database/static-creds/{name}")).data


async def _role(server: PluginServer, name: str) -> Any:
    return (await server.ok("GET", f"database/static-roles/{name}")).data


def _at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"username": ""}, "username is a required field"),
        ({"username": "x" * 1025}, "between 1 and 1024 bytes"),
        ({"username": "a\0b"}, "between 1 and 1024 bytes"),
        ({"username": None, "usernames": ["a"]}, "two different names"),
        ({"username": None, "usernames": ["a", "a"]}, "two different names"),
        ({"username": None, "usernames": "a,b,c"}, "two different names"),
        ({"usernames": "a,b"}, "only one of them can be provided"),
        ({"grace_period": 5}, "needs usernames"),
        ({"username": None, "usernames": "a,b", "grace_period": 61}, "can't be longer than rotation_period"),
        ({"rotation_statements": ["x"] * 65}, "more than 64 statements"),
        ({"credential_type": "x"}, 'invalid credential_type "x"'),
        ({"credential_type": "rsa_private_key"}, 'unsupported credential_type: "rsa_private_key"'),
        ({"credential_config": {"password_policy": "none"}}, 'the password policy "none" does not exist'),
        ({"rotation_schedule": "* * * * *"}, "only one of them can be provided"),
        ({"rotation_window": 3600}, "rotation_window is invalid with use of rotation_period"),
        ({"db_name": "none"}, 'failed to find entry for connection with name: "none"'),
    ],
)
async def test_what_cannot_be_a_static_role(fields: dict[str, Any], text: str) -> None:
    """It is refused before the database is asked, and nothing is stored."""
    place = Place()
    async with _serving(place) as server:
        asked = place.asked
        reply = await _make(server, "a", **{"rotation_period": 60, **fields})
        assert (reply.status, text in reply.error) == (400, True), reply
        assert place.asked == asked
        assert (await server.ask("LIST", "database/static-roles")).status == 404


async def test_by_hand_only() -> None:
    """A period of 0, said on purpose: no time to live, and nothing happens by itself."""
    place = Place()
    async with _serving(place) as server:
        assert (await _make(server, "a", rotation_period=0)).status == 204
        assert {"ttl", "rotation_period"} & (await _creds(server, "a")).keys() == set()
        assert await server.scheduled("database/") == {}
        before = place.users["a"]
        await server.ok("POST", "database/rotate-role/a", {})
        assert place.users["a"] != before
        await server.ok("POST", "database/static-roles/a", {"rotation_period": 60})
        assert (await _creds(server, "a"))["ttl"] == 60


async def test_a_window_that_is_missed() -> None:
    """Down for all of it: nothing until the next time.  Down for a part: done within it."""
    place = Place()
    async with _serving(place) as server:
        await _make(server, "a", rotation_schedule="0 3 * * *", rotation_window="1h", rotation_timezone="Europe/Vienna")
        first = await _creds(server, "a")
        assert (first["rotation_window"], first["rotation_timezone"]) == (3600, "Europe/Vienna")
        assert (
            _at((await _role(server, "a"))["next_vault_rotation"]) == server.clock.now() + 2 * 3600
        )  # winter: 2:00 UTC
        place.down = True
        server.clock.advance(2 * 3600)
        for _ in range(14):
            await server.work()
            server.clock.advance(600)
        place.down = False
        for _ in range(9):
            await server.work()
            server.clock.advance(600)
        assert place.users["a"].password == first["password"] == (await _creds(server, "a"))["password"]
        role = await _role(server, "a")
        assert not role["overdue"] and _at(role["next_vault_rotation"]) > server.clock.now()

        place.down = True
        server.clock.advance(_at(role["next_vault_rotation"]) - server.clock.now())
        await server.work()
        assert (await _role(server, "a"))["overdue"]
        assert (await _creds(server, "a"))["ttl"] == 0
        place.down = False
        server.clock.advance(1200)
        await server.work()
        second = await _creds(server, "a")
        assert second["password"] == place.users["a"].password != first["password"]
        assert 22 * 3600 < second["ttl"] <= DAY


async def test_switched_off_and_on() -> None:
    """The settings stay; nothing is done meanwhile."""
    place = Place()
    async with _serving(place) as server:
        await _make(server, "a", rotation_period=60)
        await server.ok("POST", "database/static-roles/a", {"disable_automated_rotation": True})
        before = place.users["a"]
        server.clock.advance(600)
        await server.work()
        assert place.users["a"] == before
        role = await _role(server, "a")
        assert (role["rotation_period"], role["disable_automated_rotation"]) == (60, True)
        await server.ok("POST", "database/static-roles/a", {"disable_automated_rotation": False})
        await server.work()
        assert place.users["a"] != before


async def test_what_a_connection_says_of_imports() -> None:
    """Counts for roles that don't say; a role may say otherwise."""
    place = Place()
    async with _serving(place, skip_static_role_import_rotation=True) as server:
        await _make(server, "a", rotation_period=60)
        await _make(server, "b", rotation_period=60, skip_import_rotation=False)
        assert place.users["a"].password == "known-before"
        assert place.users["b"].password != "known-before"
        assert (await _role(server, "a"))["skip_import_rotation"]
        data = (await server.ok("GET", "database/config/db")).data
        assert data["skip_static_role_import_rotation"]


async def test_a_change_of_times_counts_from_the_last_rotation() -> None:
    """A shorter period may be due at once."""
    place = Place()
    async with _serving(place) as server:
        await _make(server, "a", rotation_period=3600)
        server.clock.advance(100)
        before = place.users["a"]
        await server.ok("POST", "database/static-roles/a", {"rotation_statements": "x"})
        await server.work()
        assert place.users["a"] == before
        await server.ok("POST", "database/static-roles/a", {"rotation_period": 50})
        await server.work()
        assert place.users["a"] != before and place.statements[-1] == ("x",)


async def test_names_are_of_one_kind() -> None:
    """A role and a static role don't go by one name, and a list of them is paged."""
    place = Place()
    async with _serving(place) as server:
        unique = "Role and Static Role names must be unique"
        await server.ok("POST", "database/roles/b", {"db_name": "db", "creation_statements": "x"})
        assert (await _make(server, "b", rotation_period=60)).error == unique
        for name in ("a", "c"):
            await _make(server, name, rotation_period=60)
        reply = await server.ask("POST", "database/roles/a", {"db_name": "db"})
        assert (reply.status, reply.error) == (400, unique)
        assert (await server.ok("LIST", "database/static-roles?after=a&limit=1")).data["keys"] == ["c"]


async def test_no_password_leaves_by_another_way() -> None:
    """Only `static-creds` shows one: no role, no configuration, no error, and not what is stored in clear."""
    place = Place()
    async with _serving(place) as server:
        await _make(server, "a", rotation_period=60, password="known-before")
        secret = (await _creds(server, "a"))["password"]
        place.refuses = True
        reply = await server.ask("POST", "database/rotate-role/a", {})
        assert reply.status == 502
        await server.ok("POST", "database/static-roles/a", {"rotate_on_read": True, "rotate_on_read_cooldown": 0})
        read = await server.ok("GET", "database/static-creds/a")
        assert "could not be rotated" in read.body["warnings"][0] and read.data["password"] == secret
        shown = f"{await _role(server, 'a')} {(await server.ok('GET', 'database/config/db')).data} {reply}"
        assert secret not in shown and "known-before" not in shown and "first" not in shown
        help_ = await server.ok("GET", "database/static-roles/a?help=1")
        assert "usernames" in str(help_.body)


async def test_what_keeps_a_rotation_from_beginning_is_shown() -> None:
    """A policy that was deleted, and a role that isn't allowed any more; when that is mended, it goes on."""
    place = Place()
    async with _serving(place) as server:
        policy = {"policy": 'length = 20\nrule "charset" { charset = "abcdefghij" }'}
        await server.ok("POST", "sys/policies/password/own", policy)
        await _make(server, "a", rotation_period=60, credential_config={"password_policy": "own"})
        before = place.users["a"]
        await server.ok("DELETE", "sys/policies/password/own")
        server.clock.advance(60)
        await server.work()
        role = await _role(server, "a")
        assert role["overdue"] and "does not exist" in role["rotation_state"]["last_error"]
        await server.ok("POST", "sys/policies/password/own", policy)
        await server.ok("POST", "database/config/db", {"allowed_roles": "b", "rotation_period": 60})
        server.clock.advance(60)
        await server.work()
        assert "not an allowed role" in (await _role(server, "a"))["rotation_state"]["last_error"]
        await server.ok("POST", "database/config/db", {"allowed_roles": "*", "password_policy": "none"})
        server.clock.advance(60)
        await server.work()
        assert place.users["a"] != before and "rotation_state" not in await _role(server, "a")
        data = (await server.ok("GET", "database/config/db")).data
        assert '"none" does not exist' in data["rotation_state"]["last_error"]


async def test_a_deleted_connection_and_its_static_roles() -> None:
    """Nothing is rotated without it, and all goes on when it is there again."""
    place = Place()
    async with _serving(place) as server:
        await _make(server, "a", rotation_period=60)
        before = place.users["a"]
        await server.ok("DELETE", "database/config/db")
        server.clock.advance(60)
        await server.work()
        assert "failed to find entry" in (await server.ask("GET", "database/static-creds/a")).error
        await server.ok("POST", "database/config/db", CONFIG)
        server.clock.advance(3600)
        await server.work()
        assert place.users["a"] != before
        assert (await _creds(server, "a"))["password"] == place.users["a"].password


async def test_another_user_of_a_connection_is_another_account() -> None:
    """What was known of the one before isn't tried for it; its password counts as it was given."""
    place = Place()
    async with _serving(place) as server:
        await server.ok("POST", "database/rotate-root/db", {})
        body = {"username": "c", "password": "x", "verify_connection": False}
        await server.ok("POST", "database/config/db", body)
        data = (await server.ok("GET", "database/config/db")).data
        assert "last_vault_rotation" not in data
