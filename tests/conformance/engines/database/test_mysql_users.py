"""Users of MariaDB by the engine: made, used, renewed, dropped."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pymysql
import pytest

from strongroom.testing import PluginServer
from tests.conformance.engines.database.serving import serving
from tests.conformance.engines.database.static_serving import dying
from tests.sim.mariadb import ROOT, ROOT_PASSWORD, Mariadb

PLUGIN = "mysql-database-plugin"
CREATE = "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'; GRANT SELECT ON shop.* TO '{{name}}'@'%';"
HARD = "a@b:/?#[]%{}'\"\\!é"


@asynccontextmanager
async def configured(mariadb: Mariadb, **fields: Any) -> AsyncIterator[PluginServer]:
    """A server with a connection `my` and a role `app`."""
    async with serving() as server:
        await connected(server, mariadb, **fields)
        await server.ok("POST", "database/roles/app", {"db_name": "my", "creation_statements": CREATE})
        yield server


async def connected(server: PluginServer, mariadb: Mariadb, **fields: Any) -> None:
    """Configure the connection."""
    body = {"plugin_name": PLUGIN, "allowed_roles": "*", "connection_url": mariadb.url, "username": ROOT}
    await server.ok("POST", "database/config/my", {**body, "password": ROOT_PASSWORD, **fields})


async def issued(server: PluginServer, role: str = "app") -> tuple[str, str, str]:
    """A user: name, password, lease."""
    reply = await server.ok("GET", f"database/creds/{role}")
    return reply.data["username"], reply.data["password"], reply.lease_id


async def revoke(server: PluginServer, lease: str) -> None:
    """End a lease."""
    await server.ok("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})


async def test_a_user_lives_as_long_as_its_lease(mariadb: Mariadb) -> None:
    """It logs in; revoking ends its session, and nothing is left."""
    async with configured(mariadb) as server:
        user, password, lease = await issued(server)
        assert user.startswith("v-token-app-")
        assert len(user) == 32
        with contextlib.closing(mariadb.connect(user, password)) as opened:
            opened.query("SELECT * FROM shop.orders")
            await server.ok("POST", "sys/leases/renew", {"lease_id": lease, "increment": 3600})
            await revoke(server, lease)
            with pytest.raises(pymysql.err.Error):
                opened.query("SELECT 1")
        assert not mariadb.logs_in(user, password)
        assert mariadb.users() == set()


@pytest.mark.parametrize("kind", ["aurora", "rds", "legacy"])
async def test_names_of_older_servers_have_sixteen_characters(mariadb: Mariadb, kind: str) -> None:
    """What Go prints of the template's third place is cut off."""
    async with configured(mariadb, plugin_name=f"mysql-{kind}-database-plugin") as server:
        user, password, lease = await issued(server)
        assert len(user) == 16
        assert user.startswith("v-app-")
        assert user[6:].isalnum()
        assert mariadb.logs_in(user, password)
        await revoke(server, lease)
        assert mariadb.users() == set()


async def test_a_password_with_all_signs_is_used_and_never_shown(mariadb: Mariadb) -> None:
    """In a field or in the URL, and in no answer: neither of success nor of failure."""
    mariadb.ask("CREATE USER hard IDENTIFIED BY %s", HARD)
    mariadb.ask("GRANT ALL ON *.* TO hard WITH GRANT OPTION")
    url = f"hard:{HARD}@tcp(127.0.0.1:{mariadb.port})/"
    async with configured(mariadb, username="hard", password=HARD) as server:
        _, _, lease = await issued(server)
        await revoke(server, lease)
        await connected(server, mariadb, connection_url=url, username="", password="")
        _, _, lease = await issued(server)
        await revoke(server, lease)
        shown = (await server.ok("GET", "database/config/my")).data
        assert "url_password" not in shown["connection_details"]
        assert HARD not in json.dumps(shown, ensure_ascii=False)
        mariadb.ask("ALTER USER hard IDENTIFIED BY 'changed'")
        await server.ok("POST", "database/reset/my")
        reply = await server.ask("GET", "database/creds/app")
        assert reply.status >= 400
        assert HARD not in json.dumps(reply.body, ensure_ascii=False)


async def test_a_server_that_dies_between_making_and_answering_leaves_no_user(mariadb: Mariadb) -> None:
    """The plan is undone by its recorded name when the server is back."""
    async with configured(mariadb) as server:
        halts = "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'; SELECT SLEEP(20)"
        await server.ok("POST", "database/roles/app", {"db_name": "my", "creation_statements": halts})
        asked = asyncio.create_task(server.ask("GET", "database/creds/app"))
        while not mariadb.users():
            await asyncio.sleep(0.01)
        mariadb.kill()
        assert (await asked).status >= 400
        mariadb.start()
        assert len(mariadb.users()) == 1
        for _ in range(6):
            server.clock.advance(300)
            await server.work()
        assert mariadb.users() == set()


@pytest.mark.parametrize("took_place", [False, True])
async def test_our_death_at_each_commit_leaves_no_user(mariadb: Mariadb, took_place: bool) -> None:
    """Before the user was made, after that, and before the lease was in force."""
    async with configured(mariadb) as server:

        async def ask() -> Any:
            return await server.ask("GET", "database/creds/app")

        for commit in range(8):
            tried = await dying(server, commit, took_place=took_place, work=ask)
            await server.ok("POST", "sys/leases/revoke-prefix/database", {"sync": True})
            for _ in range(4):
                server.clock.advance(300)
                await server.work()
            assert mariadb.users() == set(), commit
            if tried <= commit:
                break
        else:
            raise AssertionError("there is no end of commits")
