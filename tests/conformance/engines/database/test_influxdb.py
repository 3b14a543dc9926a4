"""Users of a real InfluxDB 1: made, used, renewed, dropped and rotated."""

from __future__ import annotations

import http.client
import json
import string
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strongroom.engines.database.driver import Account, Credential, Session, Target
from strongroom.engines.database.drivers.influxdb import InfluxDB as Driver
from strongroom.lib.errors import InvalidRequest, Unreachable, UpstreamFailed
from strongroom.testing import PluginServer
from tests.conformance.engines.database.serving import serving
from tests.sim import influxdb as sim
from tests.sim.influxdb import ADMIN, ADMIN_PASSWORD, InfluxDB

PLUGIN = "influxdb-database-plugin"
SPECIAL = "a@b:/?#[]%{}'\"\\!é >x\n'; DROP USER strongroom; --"
PRINTABLE = string.printable.replace("\r", "")
HALVES = (PRINTABLE[:60], PRINTABLE[60:])
"""The server compares the first 72 bytes of a password only, as bcrypt does."""
CREATE = "CREATE USER \"{{username}}\" WITH PASSWORD '{{password}}'"


@pytest.fixture(scope="module")
def influxdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InfluxDB]:
    """A server without TLS, with a database."""
    with sim.run(tmp_path_factory.mktemp("influxdb")) as server:
        server.query("CREATE DATABASE metrics")
        yield server


async def connected(server: PluginServer, influxdb: InfluxDB, **fields: Any) -> None:
    """Configure a connection by the administrator."""
    body = {"plugin_name": PLUGIN, "allowed_roles": "*", "username": ADMIN, "password": ADMIN_PASSWORD}
    place = {"host": "127.0.0.1", "port": influxdb.port}
    await server.ok("POST", "database/config/metrics", {**body, **place, **fields})


async def issued(server: PluginServer, *statements: str) -> tuple[str, str, str]:
    """Write a role and ask for a user: name, password, lease."""
    role = {"db_name": "metrics", "creation_statements": list(statements), "default_ttl": "1h"}
    await server.ok("POST", "database/roles/app", role)
    reply = await server.ok("GET", "database/creds/app")
    return reply.data["username"], reply.data["password"], reply.lease_id


def session(influxdb: InfluxDB, password: str = ADMIN_PASSWORD, username: str = ADMIN, **details: Any) -> Session:
    """A session of the driver."""
    driver = Driver()
    checked = driver.check(PLUGIN, {"host": "127.0.0.1", "port": influxdb.port, **details})
    return driver.open(Target("metrics", PLUGIN, checked, username, password))


def account(username: str, password: str = "its-password") -> Account:
    """A user to make."""
    return Account(username, Credential(password=password), 0)


async def test_a_user_lives_as_long_as_its_lease(influxdb: InfluxDB) -> None:
    """It logs in and has what it was granted; revoking ends its open connection, and nothing is left."""
    async with serving() as server:
        await connected(server, influxdb)
        user, password, lease = await issued(server, CREATE, 'GRANT READ ON "metrics" TO "{{name}}"')
        assert user == user.lower()
        assert user.startswith("v_")
        connection = http.client.HTTPConnection("127.0.0.1", influxdb.port)
        headers = {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}

        def status() -> int:
            connection.request("GET", "/query?q=SHOW+MEASUREMENTS&db=metrics", headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status

        assert status() == 200
        await server.ok("POST", "sys/leases/renew", {"lease_id": lease, "increment": 3600})
        assert status() == 200
        await server.ok("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})
        assert status() == 401
        connection.close()
        assert influxdb.users() == set()


async def test_without_statements_a_user_is_made_without_rights(influxdb: InfluxDB) -> None:
    """By the statement that Vault has."""
    async with serving() as server:
        await connected(server, influxdb)
        user, password, lease = await issued(server)
        assert influxdb.lets_in(user, password)
        _, grants = influxdb.query(f'SHOW GRANTS FOR "{user}"')
        assert "values" not in grants["results"][0]["series"][0]
        await server.ok("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})


@pytest.mark.parametrize(
    ("statements", "text"),
    [
        ((CREATE, 'GRANT READ ON "nosuch" TO "{{username}}"'), "database not found: nosuch"),
        ((f"{CREATE}; nonsense",), "error parsing query: found nonsense"),
        (("SHOW DATABASES",), "creation_statements made no user"),
        (("CREATE USER \"x{{username}}\" WITH PASSWORD '{{password}}'",), "creation_statements made no user"),
    ],
)
async def test_errors_inside_of_answers_are_errors(influxdb: InfluxDB, statements: tuple[str, ...], text: str) -> None:
    """The server answers 200 to them; the client learns the reason, and what was made is undone."""
    rollback = 'DROP USER "{{username}}"; DROP USER "x{{username}}"'
    async with serving() as server:
        await connected(server, influxdb)
        role = {"db_name": "metrics", "creation_statements": list(statements), "rollback_statements": rollback}
        await server.ok("POST", "database/roles/app", role)
        reply = await server.ask("GET", "database/creds/app")
        assert reply.status == 502
        assert text in reply.error
        assert influxdb.users() == set()


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"password": "wrong-canary"}, "authorization failed"),
        ({"username": "nobody"}, "authorization failed"),
        ({"port": 1}, "Connection refused"),
        ({"host": "no-such-host.invalid"}, "the name has no address"),
        ({"tls": True}, "TLS failed"),
    ],
)
async def test_a_connection_that_does_not_work_is_not_stored(
    influxdb: InfluxDB, fields: dict[str, Any], text: str
) -> None:
    """The reason is told, without the password."""
    async with serving() as server:
        body = {"plugin_name": PLUGIN, "username": ADMIN, "password": ADMIN_PASSWORD}
        place = {"host": "127.0.0.1", "port": influxdb.port}
        reply = await server.ask("POST", "database/config/metrics", {**body, **place, **fields})
        assert reply.status == 400
        assert reply.error.startswith("error creating database object: error verifying connection: ")
        assert text in reply.error
        assert "canary" not in reply.error
        assert (await server.ask("GET", "database/config/metrics")).status == 404


async def test_who_is_no_administrator_is_told_so(influxdb: InfluxDB) -> None:
    """Already when the connection is configured."""
    await session(influxdb).create(account("plain"), (), ())
    with pytest.raises(UpstreamFailed, match="not an admin"):
        await session(influxdb, "its-password", "plain").ping()
    await session(influxdb).drop("plain", ())


@pytest.mark.parametrize("password", [SPECIAL, *HALVES, "\\", "ü" * 30])
async def test_the_password_in_use_may_have_any_characters(influxdb: InfluxDB, password: str) -> None:
    """Made, rotated and proved; nothing in it becomes a statement."""
    asked = session(influxdb)
    for create in (CREATE, CREATE.replace('"{{username}}"', "{{username}}")):
        await asked.create(account("v_x", password), (create,), ())
        assert influxdb.lets_in("v_x", password)
        assert await asked.logs_in("v_x", Credential(password=password))
        assert not await asked.logs_in("v_x", Credential(password=password + "x"))
        await asked.change("v_x", Credential(password="another"), ())
        await asked.change("v_x", Credential(password=password), ())
        assert influxdb.lets_in("v_x", password)
        await asked.drop("v_x", ())
    assert influxdb.users() == set()
    assert influxdb.lets_in(ADMIN, ADMIN_PASSWORD)


async def test_a_name_stays_a_name(influxdb: InfluxDB) -> None:
    """A user whose name has quotes is made and dropped."""
    name = "v_a\"b'c\\d; DROP DATABASE metrics; --"
    await session(influxdb).create(account(name), (), ())
    assert influxdb.users() == {name}
    await session(influxdb).drop(name, ())
    assert influxdb.users() == set()


async def test_what_cannot_be_quoted_is_refused_unseen(influxdb: InfluxDB) -> None:
    """A value outside of quotes that would need some, and characters that the language has no way to write."""
    asked = session(influxdb)
    with pytest.raises(InvalidRequest, match="need quotes") as refused:
        await asked.create(account("v_x", "it's"), ("CREATE USER a WITH PASSWORD {{password}}",), ())
    assert "it's" not in refused.value.text
    with pytest.raises(InvalidRequest, match="doesn't take"):
        await asked.create(account("v_x", "a\0b"), (), ())
    assert influxdb.users() == set()


async def test_root_is_rotated_and_goes_on(influxdb: InfluxDB) -> None:
    """The old password is refused then, and that is told from silence."""
    await session(influxdb).change(ADMIN, Credential(password=SPECIAL), ())
    with pytest.raises(UpstreamFailed, match="authorization failed") as refused:
        await session(influxdb).ping()
    assert not isinstance(refused.value, Unreachable)
    await session(influxdb, SPECIAL).ping()
    await session(influxdb, SPECIAL).change(ADMIN, Credential(password=ADMIN_PASSWORD), ())


async def test_an_existing_user_is_left_alone(influxdb: InfluxDB) -> None:
    """It keeps its password, though undoing would drop a user of that name."""
    asked = session(influxdb)
    await asked.create(account("v_x", "first"), (), ())
    with pytest.raises(UpstreamFailed, match="is there already"):
        await asked.create(account("v_x", "second"), (), ())
    assert influxdb.lets_in("v_x", "first")
    await asked.drop("v_x", ())


async def test_dropping_goes_on_after_a_statement_that_fails(influxdb: InfluxDB) -> None:
    """All statements are tried; a user that isn't there counts as dropped, and one that is still there doesn't."""
    asked = session(influxdb)
    await asked.create(account("v_x"), (), ())
    await asked.drop("v_x", ('REVOKE READ ON "nosuch" FROM "{{username}}"; DROP USER "{{username}}"',))
    assert influxdb.users() == set()
    await asked.drop("v_x", ())
    await asked.create(account("v_x"), (), ())
    with pytest.raises(UpstreamFailed, match="database not found"):
        await asked.drop("v_x", ('REVOKE READ ON "nosuch" FROM "{{username}}"',))
    await asked.drop("v_x", ())


async def test_changing_who_is_not_there_fails(influxdb: InfluxDB) -> None:
    """With the server's words."""
    with pytest.raises(UpstreamFailed, match="user not found"):
        await session(influxdb).change("app", Credential(password="x"), ())


async def test_users_survive_a_restart(influxdb: InfluxDB) -> None:
    """As the server keeps them itself."""
    await session(influxdb).create(account("v_x"), (), ())
    influxdb.restart()
    assert influxdb.lets_in("v_x", "its-password")
    await session(influxdb).drop("v_x", ())


async def test_tls_proves_the_server(tmp_path: Path) -> None:
    """The named authority is the only one that counts, and the name has to be the certificate's."""
    with sim.run(tmp_path, tls=True) as server:
        await session(server, host="localhost", pem_bundle=server.ca_pem).ping()
        await session(server, host="localhost", pem_json=json.dumps({"issuing_ca": server.ca_pem})).ping()
        await session(server, insecure_tls=True).ping()
        own = (tmp_path / "localhost.key").read_text() + (tmp_path / "localhost.pem").read_text() + server.ca_pem
        await session(server, host="localhost", pem_bundle=own).ping()
        for details in ({"pem_bundle": server.ca_pem}, {"host": "localhost", "tls": True}):
            with pytest.raises(Unreachable, match="the certificate isn't accepted"):
                await session(server, **details).ping()
        server.kill()
        with pytest.raises(Unreachable, match="Connection refused"):
            await session(server, insecure_tls=True).ping()


async def test_static_roles_and_root_are_rotated(influxdb: InfluxDB) -> None:
    """Each has a new password that logs in, and the old ones are refused; users go on being made."""
    influxdb.query("CREATE USER app WITH PASSWORD 'before'; CREATE USER keeper WITH PASSWORD 'k' WITH ALL PRIVILEGES")
    influxdb.query("CREATE USER keeper WITH PASSWORD 'k' WITH ALL PRIVILEGES")
    async with serving() as server:
        await connected(server, influxdb)
        role = {"db_name": "metrics", "username": "app", "rotation_period": 3600}
        statements = "SET PASSWORD FOR \"{{name}}\" = '{{password}}'"
        await server.ok("POST", "database/static-roles/fixed", {**role, "rotation_statements": statements})
        first = (await server.ok("GET", "database/static-creds/fixed")).data["password"]
        assert influxdb.lets_in("app", first)
        assert not influxdb.lets_in("app", "before")
        await server.ok("POST", "database/rotate-role/fixed")
        second = (await server.ok("GET", "database/static-creds/fixed")).data["password"]
        assert influxdb.lets_in("app", second)
        assert not influxdb.lets_in("app", first)
        await server.ok("POST", "database/rotate-root/metrics")
        assert not influxdb.lets_in(ADMIN, ADMIN_PASSWORD)
        user, password, lease = await issued(server, CREATE)
        assert influxdb.lets_in(user, password)
        await server.ok("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})
        assert not influxdb.lets_in(user, password)
        await server.ok("DELETE", "database/static-roles/fixed")
    for statement in (f"SET PASSWORD FOR {ADMIN} = '{ADMIN_PASSWORD}'", "DROP USER app"):
        influxdb.query(statement, "keeper", "k")
    influxdb.query("DROP USER keeper")
    assert influxdb.users() == set()


async def test_a_check_makes_a_user_and_drops_it(influxdb: InfluxDB) -> None:
    """All its steps succeed, and nothing is left."""
    async with serving() as server:
        await connected(server, influxdb)
        found = (await server.ok("POST", "database/config/metrics/check")).data
        assert all(step["ok"] for step in found["steps"])
        assert influxdb.users() == set()
