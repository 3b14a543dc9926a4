"""Passwords of MariaDB's users that are changed by the engine: the own one, those of static roles."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from strongroom.testing import PluginServer
from tests.conformance.engines.database.test_mysql_users import configured, connected, issued, revoke
from tests.sim.mariadb import Mariadb

OWN = "first-password"
SIGNS = "'\"\\%{}`;a"


async def managed(mariadb: Mariadb, server: PluginServer, **fields: Any) -> None:
    """Configure the connection by a user of its own, whose passwords are of signs that mean something somewhere."""
    mariadb.ask("CREATE USER boss IDENTIFIED BY %s", OWN)
    mariadb.ask("GRANT ALL ON *.* TO boss WITH GRANT OPTION")
    policy = f'length = 24\nrule "charset" {{\n  charset = {SIGNS_IN_HCL}\n}}'
    packed = base64.b64encode(policy.encode()).decode()
    await server.ok("POST", "sys/policies/password/signs", {"policy": packed})
    body = {"username": "boss", "password": OWN, "password_policy": "signs", **fields}
    await connected(server, mariadb, **body)


SIGNS_IN_HCL = '"' + SIGNS.replace("\\", "\\\\").replace('"', '\\"') + '"'


async def current(server: PluginServer, name: str = "shop") -> str:
    """The password of a static role."""
    return str((await server.ok("GET", f"database/static-creds/{name}")).data["password"])


async def test_the_own_password_is_rotated_and_the_connection_goes_on(mariadb: Mariadb) -> None:
    """Users are made by it, in another process too, and after a restart."""
    async with configured(mariadb) as server:
        await managed(mariadb, server)
        _, _, before = await issued(server)
        for _ in range(3):
            await server.ok("POST", "database/rotate-root/my", {})
        assert not mariadb.logs_in("boss", OWN)
        await server.ok("POST", "database/reset/my")
        user, password, lease = await issued(server)
        assert mariadb.logs_in(user, password)
        reply = await server.ok("POST", "database/config/my", {"password": OWN})
        assert "password ignored" in reply.body["warnings"][0]
        await revoke(server, before)
        await revoke(server, lease)
        assert mariadb.users() == {"boss"}


async def test_a_password_within_the_url_cant_be_rotated(mariadb: Mariadb) -> None:
    """The name would say the old one."""
    async with configured(mariadb) as server:
        mariadb.ask("CREATE USER boss IDENTIFIED BY %s", OWN)
        url = f"boss:{OWN}@tcp(127.0.0.1:{mariadb.port})/"
        await connected(server, mariadb, connection_url=url, username="boss", password=OWN)
        reply = await server.ask("POST", "database/rotate-root/my", {})
        assert reply.status == 400
        assert "connection_url" in reply.error
        assert mariadb.logs_in("boss", OWN)


@pytest.mark.parametrize("statement", ["", "SET PASSWORD FOR '{{name}}'@'%' = PASSWORD('{{password}}')"])
async def test_a_static_user_is_taken_over_and_rotated(mariadb: Mariadb, statement: str) -> None:
    """At once, each period, and when that is asked for; deleting the role leaves user and password."""
    async with configured(mariadb) as server:
        await managed(mariadb, server)
        mariadb.ask("CREATE USER app IDENTIFIED BY %s", OWN)
        body = {"db_name": "my", "username": "app", "rotation_period": 60, "rotation_statements": statement}
        await server.ok("POST", "database/static-roles/shop", body)
        first = await current(server)
        assert mariadb.logs_in("app", first)
        assert not mariadb.logs_in("app", OWN)
        await server.ok("POST", "database/rotate-role/shop", {})
        second = await current(server)
        assert second != first
        assert mariadb.logs_in("app", second)
        server.clock.advance(61)
        await server.work()
        third = await current(server)
        assert third != second
        assert mariadb.logs_in("app", third)
        assert set(third) <= set(SIGNS)
        await server.ok("DELETE", "database/static-roles/shop")
        assert mariadb.logs_in("app", third)


async def test_a_rotation_that_a_dead_server_breaks_off_is_finished(mariadb: Mariadb) -> None:
    """What was asked for while it was away is done when it is back; the password shown is the one that logs in."""
    async with configured(mariadb) as server:
        await managed(mariadb, server)
        mariadb.ask("CREATE USER app IDENTIFIED BY %s", OWN)
        body = {"db_name": "my", "username": "app", "rotation_period": 60}
        await server.ok("POST", "database/static-roles/shop", body)
        first = await current(server)
        mariadb.kill()
        server.clock.advance(61)
        await server.work()
        mariadb.start()
        assert mariadb.logs_in("app", first)
        await server.ok("POST", "database/reset/my")
        server.clock.advance(3700)
        await server.work()
        second = await current(server)
        assert second != first
        assert mariadb.logs_in("app", second)
