"""Users of a real Redis and a real Valkey: made, used, renewed, dropped, rotated, and kept over a restart."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strongroom.engines.database.driver import Account, Credential
from strongroom.lib.errors import InvalidRequest, Unreachable, UpstreamFailed
from tests.conformance.engines.database.redis_serving import connected, issued, session
from tests.conformance.engines.database.serving import serving
from tests.sim import redis as sim
from tests.sim.redis import ADMIN, ADMIN_PASSWORD, Redis

SPECIAL = "a@b:/?#[]%{}'\"\\!é >x\n+@all"
READS = ("~*", "+@read", "+ping")
KEPT: list[dict[str, Any]] = [{"aclfile": False, "mode": "rewrite"}, {"aclfile": True, "mode": "aclfile"}]


def account(username: str, password: str = "its-password") -> Account:
    """A user to make."""
    return Account(username, Credential(password=password), 0)


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A Redis with TLS beside its plain port."""
    with sim.run(tmp_path_factory.mktemp("redis"), tls=True) as server:
        yield server


@pytest.fixture(scope="module", params=["redis", "valkey"])
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A Redis, and a Valkey."""
    program = sim.redis_server() if request.param == "redis" else sim.valkey_server()
    if program is None:
        pytest.skip(f"needs {request.param}-server")
    with sim.run(tmp_path_factory.mktemp(request.param), program=program) as server:
        yield server


@pytest.mark.parametrize("plugin", ["redis-database-plugin", "valkey-database-plugin"])
async def test_a_user_lives_as_long_as_its_lease(either: Redis, plugin: str) -> None:
    """It logs in and does what its rules say; revoking ends its session, and nothing is left."""
    import redis as library

    async with serving() as server:
        await connected(server, either, plugin_name=plugin)
        user, password, lease = await issued(server, *READS)
        assert user == user.upper()
        assert user.startswith("V_")
        client = either.client(user, password)
        assert client.get("key") is None
        with pytest.raises(library.exceptions.NoPermissionError):
            client.set("key", "value")
        server.clock.advance(60)
        await server.ok("POST", "sys/leases/renew", {"lease_id": lease, "increment": 3600})
        assert client.ping()
        await server.ok("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})
        with pytest.raises(library.exceptions.ConnectionError):
            client.ping()
        assert not either.lets_in(user, password)
        assert either.users() == set()


async def test_without_statements_a_user_may_read_everything(redis: Redis) -> None:
    """The rules are those that Vault has."""
    async with serving() as server:
        await connected(server, redis)
        user, _, lease = await issued(server)
        assert redis.acl(user).endswith("~* resetchannels -@all +@read")
        await server.ok("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})


async def test_rules_that_the_server_refuses_leave_nothing(redis: Redis) -> None:
    """The client learns the server's reason, and there is no user."""
    async with serving() as server:
        await connected(server, redis)
        await server.ok("POST", "database/roles/app", {"db_name": "cache", "creation_statements": ["+@nosuch"]})
        reply = await server.ask("GET", "database/creds/app")
        assert reply.status == 502
        assert "Unknown command or category name in ACL" in reply.error
        assert redis.users() == set()


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"password": "wrong-canary"}, "invalid username-password pair"),
        ({"username": "nobody"}, "invalid username-password pair"),
        ({"port": 1}, "Connection refused"),
        ({"host": "no-such-host.invalid"}, "the name has no address"),
    ],
)
async def test_a_connection_that_does_not_work_is_not_stored(redis: Redis, fields: dict[str, Any], text: str) -> None:
    """The reason is told, without the password."""
    async with serving() as server:
        body = {
            "plugin_name": "redis-database-plugin",
            "username": ADMIN,
            "password": ADMIN_PASSWORD,
            "host": "127.0.0.1",
            "port": redis.port,
            **fields,
        }
        reply = await server.ask("POST", "database/config/cache", body)
        assert reply.status == 400
        assert reply.error.startswith("error creating database object: error verifying connection: ")
        assert text in reply.error
        assert "canary" not in reply.error
        assert (await server.ask("GET", "database/config/cache")).status == 404


async def test_the_password_in_use_may_have_any_characters(either: Redis) -> None:
    """Made, rotated and proved: every printable character, some that quote, and the end of a line."""
    asked = session(either)
    for password in (SPECIAL, string.printable.strip(), "ü" * 200):
        await asked.create(account("V_X", password), READS, ())
        assert either.lets_in("V_X", password)
        assert await asked.logs_in("V_X", Credential(password=password))
        assert not await asked.logs_in("V_X", Credential(password=password + "x"))
        await asked.drop("V_X", ())
    await asked.change(ADMIN, Credential(password=SPECIAL), ())
    with pytest.raises(UpstreamFailed, match="invalid username-password pair") as refused:
        await asked.ping()
    assert not isinstance(refused.value, Unreachable)
    await session(either, SPECIAL).ping()
    await session(either, SPECIAL).change(ADMIN, Credential(password=ADMIN_PASSWORD), ())
    await asked.ping()


async def test_an_existing_user_is_left_alone(redis: Redis) -> None:
    """One that is there already keeps its password and its rules."""
    asked = session(redis)
    await asked.create(account("V_X", "first"), ("+get", "~a"), ())
    before = redis.acl("V_X")
    with pytest.raises(UpstreamFailed, match="is there already"):
        await asked.create(account("V_X", "second"), ("+@all",), ())
    assert redis.acl("V_X") == before
    await asked.drop("V_X", ())


async def test_dropping_who_is_not_there_succeeds(redis: Redis) -> None:
    """So an undo may come twice."""
    asked = session(redis)
    await asked.create(account("V_X"), (), ())
    for _ in range(2):
        await asked.drop("V_X", ())
        assert redis.users() == set()


async def test_changing_who_is_not_there_fails_and_makes_nobody(redis: Redis) -> None:
    """A static role of a user that somebody removed doesn't bring it back."""
    with pytest.raises(UpstreamFailed, match="user app not found"):
        await session(redis).change("app", Credential(password="x"), ())
    assert redis.users() == set()


@pytest.mark.parametrize("program", ["redis", "valkey"])
@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: str(kept["mode"]))
async def test_users_survive_a_restart_if_they_shall(tmp_path: Path, kept: dict[str, Any], program: str) -> None:
    """A user and a rotated password are there after a restart of the server, and one that was dropped isn't."""
    found = sim.redis_server() if program == "redis" else sim.valkey_server()
    if found is None:
        pytest.skip(f"needs {program}-server")
    with sim.run(tmp_path, program=found, aclfile=kept["aclfile"]) as server:
        asked = session(server, persistence_mode=kept["mode"])
        await asked.create(account("V_A", SPECIAL), READS, ())
        await asked.create(account("V_B"), READS, ())
        await asked.drop("V_B", ())
        await asked.change(ADMIN, Credential(password="rotated"), ())
        server.restart()
        assert server.lets_in("V_A", SPECIAL)
        assert not server.lets_in("V_B", "its-password")
        assert server.lets_in(ADMIN, "rotated")
        assert not server.lets_in(ADMIN, ADMIN_PASSWORD)
        asked = session(server, "rotated", persistence_mode=kept["mode"])
        await asked.drop("V_A", ())
        server.restart()
        assert not server.lets_in("V_A", SPECIAL)


@pytest.mark.parametrize(("aclfile", "mode"), [(True, "rewrite"), (False, "aclfile")])
async def test_a_user_that_would_not_be_kept_is_not_made(tmp_path: Path, aclfile: bool, mode: str) -> None:
    """The wrong mode for a server is an error that says so, and the user is undone."""
    with sim.run(tmp_path, aclfile=aclfile) as server:
        with pytest.raises(UpstreamFailed, match=r"aclfile|ACL file"):
            await session(server, persistence_mode=mode).create(account("V_A"), READS, ())
        assert server.users() == set()


async def test_the_password_of_the_configuration_is_rotated(tmp_path: Path) -> None:
    """`requirepass`, which many servers have instead of users, counts no more after a restart."""
    with sim.run(tmp_path) as server:
        server.stop()
        config = tmp_path / "server.conf"
        config.write_text(config.read_text().partition("user default")[0] + "requirepass first\n")
        server.start()
        asked = session(server, "first", "default", persistence_mode="rewrite")
        await asked.change("default", Credential(password="second"), ())
        server.restart()
        assert server.lets_in("default", "second")
        assert not server.lets_in("default", "first")


async def test_all_servers_have_the_user_or_none(tmp_path: Path) -> None:
    """It is made on each; while one is down it is made on none; dropping goes on where one was missed."""
    with sim.run(tmp_path / "a") as first, sim.run(tmp_path / "b") as second:
        asked = session(first, nodes=[f"127.0.0.1:{second.port}"])
        await asked.ping()
        await asked.create(account("V_A"), READS, ())
        assert first.lets_in("V_A", "its-password")
        assert second.lets_in("V_A", "its-password")
        assert await asked.logs_in("V_A", Credential(password="its-password"))
        second.kill()
        with pytest.raises(Unreachable, match="Connection refused"):
            await asked.create(account("V_B"), READS, ())
        assert first.users() == {"V_A"}
        with pytest.raises(Unreachable):
            await asked.change("V_A", Credential(password="another"), ())
        assert first.lets_in("V_A", "its-password")
        assert not first.lets_in("V_A", "another")
        with pytest.raises(Unreachable):
            await asked.drop("V_A", ())
        assert first.users() == set()
        second.start()
        await session(second).create(account("V_A"), READS, ())
        assert not await asked.logs_in("V_A", Credential(password="its-password"))
        await asked.drop("V_A", ())
        assert second.users() == set()


async def test_a_user_that_exists_on_one_server_is_undone_on_the_others(tmp_path: Path) -> None:
    """Where it was before it stays as it was."""
    with sim.run(tmp_path / "a") as first, sim.run(tmp_path / "b") as second:
        await session(second).create(account("V_A", "older"), ("+get",), ())
        with pytest.raises(UpstreamFailed, match="is there already"):
            await session(first, nodes=f"127.0.0.1:{second.port}").create(account("V_A"), READS, ())
        assert first.users() == set()
        assert second.lets_in("V_A", "older")


async def test_tls_proves_the_server(redis: Redis) -> None:
    """The named authority is the only one that counts, and the name has to be the certificate's."""
    await session(redis, host="localhost", port=redis.tls_port, tls=True, ca_cert=redis.ca_pem).ping()
    await session(redis, port=redis.tls_port, tls=True, insecure_tls=True).ping()
    with pytest.raises(Unreachable, match="the certificate isn't accepted"):
        await session(redis, port=redis.tls_port, tls=True, ca_cert=redis.ca_pem).ping()
    with pytest.raises(Unreachable, match="the certificate isn't accepted"):
        await session(redis, host="localhost", port=redis.tls_port, tls=True).ping()


async def test_few_rights_are_enough(tmp_path: Path) -> None:
    """What the documentation says that the administrator needs."""
    rules = "resetkeys -@all +acl|whoami +acl|getuser +acl|setuser +acl|deluser +config|rewrite"
    with sim.run(tmp_path, rules=rules) as server:
        asked = session(server, persistence_mode="rewrite")
        await asked.ping()
        await asked.create(account("V_A"), READS, ())
        await asked.change("V_A", Credential(password="another"), ())
        assert server.lets_in("V_A", "another")
        await asked.drop("V_A", ())
        server.restart()
        assert not server.lets_in("V_A", "another")


async def test_a_user_without_rights_is_told_so(tmp_path: Path) -> None:
    """Already when the connection is configured."""
    with sim.run(tmp_path, rules="~* +@read") as server:
        with pytest.raises(UpstreamFailed, match=r"no permissions|NOPERM"):
            await session(server).ping()


@pytest.mark.parametrize("rule", ["nopass", ">another", "resetpass", "off", "#" + "0" * 64, "NoPass"])
async def test_rules_cannot_let_others_in(redis: Redis, rule: str) -> None:
    """Nor nobody: such a role makes no user."""
    with pytest.raises(InvalidRequest, match="creation_statements must not have"):
        await session(redis).create(account("V_X"), ("+@read", rule), ())
    assert redis.users() == set()


@pytest.mark.parametrize("rules", [("reset", "+@read"), ("on", "~*"), ("(+get ~a)",), ("(+get", "~a)"), ("+get ~a",)])
async def test_the_password_holds_whatever_the_rules_are(redis: Redis, rules: tuple[str, ...]) -> None:
    """Rules that set all back don't take the password with them."""
    await session(redis).create(account("V_X"), rules, ())
    assert redis.lets_in("V_X", "its-password")
    assert not redis.lets_in("V_X", "")
    await session(redis).drop("V_X", ())


@pytest.mark.parametrize(
    ("statements", "text"),
    [
        (['["nopass","+@all"]'], "must not have the rule nopass"),
        ([">canary"], "must not have rules with >"),
        (["[]"], "creation_statements are empty"),
        (["[1]"], "JSON array of rules"),
    ],
)
async def test_a_role_that_could_not_be_meant_is_refused(redis: Redis, statements: list[str], text: str) -> None:
    """When it is written, and when the connection came after it."""
    async with serving() as server:
        role = {"db_name": "cache", "creation_statements": statements}
        await server.ok("POST", "database/roles/early", role)
        await connected(server, redis)
        reply = await server.ask("POST", "database/roles/late", role)
        assert (reply.status, text in reply.error, "canary" in reply.error) == (400, True, False)
        assert (await server.ask("GET", "database/roles/late")).status == 404
        if statements != ["[]"]:
            assert (await server.ask("GET", "database/creds/early")).status == 400
            assert redis.users() == set()


@pytest.mark.parametrize("field", ["username", "password"])
async def test_a_connection_needs_a_user_and_a_password(redis: Redis, field: str) -> None:
    """Whether it is verified or not."""
    async with serving() as server:
        body = {"plugin_name": "redis-database-plugin", "username": ADMIN, "password": ADMIN_PASSWORD}
        place = {"host": "127.0.0.1", "port": redis.port, "verify_connection": False}
        reply = await server.ask("POST", "database/config/cache", {**body, **place, field: ""})
        assert reply.error == f"error creating database object: {field} cannot be empty"


async def test_static_roles_and_root_are_rotated(either: Redis) -> None:
    """Each has a new password that logs in, and the old ones are refused; users go on being made."""
    admin = either.client()
    admin.execute_command("ACL", "SETUSER", "app", "on", ">before", "~*", "+@read")
    async with serving() as server:
        await connected(server, either)
        await server.ok(
            "POST", "database/static-roles/fixed", {"db_name": "cache", "username": "app", "rotation_period": 3600}
        )
        first = (await server.ok("GET", "database/static-creds/fixed")).data["password"]
        assert either.lets_in("app", first)
        assert not either.lets_in("app", "before")
        await server.ok("POST", "database/rotate-role/fixed")
        second = (await server.ok("GET", "database/static-creds/fixed")).data["password"]
        assert either.lets_in("app", second)
        assert not either.lets_in("app", first)
        await server.ok("POST", "database/rotate-root/cache")
        assert not either.lets_in(ADMIN, ADMIN_PASSWORD)
        user, password, lease = await issued(server, *READS)
        assert either.lets_in(user, password)
        await server.ok("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})
        await server.ok("DELETE", "database/static-roles/fixed")
    # The connection of before goes on: a server asks for a password once.
    admin.execute_command("ACL", "SETUSER", ADMIN, "resetpass", f">{ADMIN_PASSWORD}")
    admin.execute_command("ACL", "DELUSER", "app")
    admin.close()
    assert either.users() == set()


async def test_a_static_role_of_a_user_that_is_not_there_is_refused(redis: Redis) -> None:
    """And makes nobody."""
    async with serving() as server:
        await connected(server, redis)
        body = {"db_name": "cache", "username": "nobody", "rotation_period": 3600}
        reply = await server.ask("POST", "database/static-roles/fixed", body)
        assert reply.status == 502
        assert "user nobody not found" in reply.error
        assert redis.users() == set()


async def test_a_check_makes_a_user_and_drops_it(redis: Redis) -> None:
    """All its steps succeed, and nothing is left."""
    async with serving() as server:
        await connected(server, redis)
        found = (await server.ok("POST", "database/config/cache/check")).data
        assert all(step["ok"] for step in found["steps"])
        assert redis.users() == set()
