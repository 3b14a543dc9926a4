"""The database engine, over a stand-in for a database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from strongroom.barrier.transaction import Transaction, transact
from strongroom.engines.database import Database
from strongroom.engines.database.records import ROTATED, Connection
from strongroom.engines.database.verification import PASSWORD_IGNORED
from strongroom.sdk import View, replace
from strongroom.testing import PluginServer
from tests.flow.engines.database.standing_in import NAME, Place, engine_over

CONFIG: dict[str, Any] = {"plugin_name": NAME, "allowed_roles": "*", "username": "root", "password": "first"}


@asynccontextmanager
async def _serving(place: Place) -> AsyncIterator[PluginServer]:
    server = await PluginServer.start(lambda: engine_over(place))
    try:
        await server.ok("POST", "database/config/db", CONFIG)
        await server.ok("POST", "database/roles/app", {"db_name": "db", "creation_statements": "make"})
        yield server
    finally:
        await _engine(server).sessions.close()
        assert place.open == 0


def _engine(server: PluginServer) -> Database:
    engine = server.engines["database"]
    assert isinstance(engine, Database)
    return engine


async def test_a_password_is_stored_until_its_user_is_made_only() -> None:
    """Then the lease keeps the name and what revoking needs."""
    place = Place()
    async with _serving(place) as server:
        reply = await server.ok("GET", "database/creds/app")
        assert place.users[reply.data["username"]].password == reply.data["password"]

        async def leases(txn: Transaction) -> Any:
            return await server.services.leases.read(txn, reply.lease_id)

        lease = await transact(server.services.barrier, leases)
        assert lease.internal["username"] == reply.data["username"]
        assert reply.data["password"] not in str(lease.internal)
        assert lease.account == reply.data["username"]
        assert lease.group == "role/app"


async def test_a_rotated_password_is_not_replaced_by_an_old_one() -> None:
    """A tool that writes its configuration again changes nothing but the rest, and is warned."""
    place = Place()
    async with _serving(place) as server:
        await _rotated(server, place, "second")
        for verify in (True, False):
            body = {**CONFIG, "verify_connection": verify, "allowed_roles": "app"}
            reply = await server.ok("POST", "database/config/db", body)
            assert reply.body["warnings"] == [PASSWORD_IGNORED]
        await server.ok("GET", "database/creds/app")
        place.root = "third"
        assert (await server.ask("POST", "database/config/db", {"password": "fourth"})).status == 400
        await server.ok("POST", "database/config/db", {"password": "third"})
        await server.ok("GET", "database/creds/app")


async def test_a_rotated_password_stays_when_it_cannot_be_told_which_one_counts() -> None:
    """Even if nothing is to be verified."""
    place = Place()
    async with _serving(place) as server:
        await _rotated(server, place, "second")
        place.down = True
        body = {"password": "first", "verify_connection": False}
        assert (await server.ask("POST", "database/config/db", body)).status == 400
        place.down = False
        await server.ok("POST", "database/reset/db")
        await server.ok("GET", "database/creds/app")


async def test_a_changed_configuration_is_used_by_all_processes() -> None:
    """And its old session is closed."""
    place = Place()
    async with _serving(place) as server:
        await server.ok("GET", "database/creds/app")
        other = await server.peer()
        await other.ok("GET", "database/creds/app")
        place.root = "second"
        await other.ok("POST", "database/config/db", {"password": "second"})
        await server.ok("GET", "database/creds/app")
        await other.ok("GET", "database/creds/app")
        await asyncio.sleep(0)  # sessions are closed in tasks
        assert place.open == 2  # one of each process
        await _engine(other).sessions.close()


async def test_a_database_that_is_down_is_asked_no_more_for_a_while() -> None:
    """Until its configuration is written, or reset."""
    place = Place()
    async with _serving(place) as server:
        place.down = True
        for _ in range(3):
            assert (await server.ask("GET", "database/creds/app")).status == 502
        asked = place.asked
        assert "is asked again in" in (await server.ask("GET", "database/creds/app")).error
        assert place.asked == asked
        place.down = False
        await server.ok("POST", "database/reset/db")
        await server.ok("GET", "database/creds/app")


async def test_who_asks_for_a_user_of_a_database_that_is_down_leaves_nothing_behind() -> None:
    """Once that is known: otherwise a program that asks every second would fill the role's ceiling, and the store."""
    place = Place()
    async with _serving(place) as server:
        await server.ok("POST", "database/roles/app", {"max_leases": 4})
        place.down = True
        for _ in range(3):
            assert (await server.ask("GET", "database/creds/app")).status == 502
        leases = (await server.ok("LIST", "sys/leases/lookup/database/creds/app")).data["keys"]
        assert len(leases) == 3
        assert [(await server.ask("GET", "database/creds/app")).status for _ in range(5)] == [502] * 5
        assert (await server.ok("LIST", "sys/leases/lookup/database/creds/app")).data["keys"] == leases


@pytest.mark.parametrize("field", ["default_ttl", "max_ttl"])
async def test_a_role_without_times_has_those_of_the_mount(field: str) -> None:
    """And no role has more than the mount."""
    place = Place()
    async with _serving(place) as server:
        assert (await server.ok("GET", "database/creds/app")).body["lease_duration"] == 2_764_800
        await server.ok("POST", "database/roles/app", {field: "1h"})
        reply = await server.ok("GET", "database/creds/app")
        assert reply.body["lease_duration"] == 3600
        assert place.made[-1].expires_at == server.clock.now() + 3605


async def test_a_role_has_so_many_users_at_a_time() -> None:
    """One more is refused, until one is revoked."""
    place = Place()
    async with _serving(place) as server:
        await server.ok("POST", "database/roles/app", {"max_leases": 2})
        leases = [(await server.ok("GET", "database/creds/app")).lease_id for _ in range(2)]
        assert (await server.ask("GET", "database/creds/app")).status == 429
        assert len(place.users) == 2
        await server.ok("POST", "sys/leases/revoke", {"lease_id": leases[0], "sync": True})
        await server.ok("GET", "database/creds/app")
        assert (await server.ok("GET", "database/roles/app")).data["max_leases"] == 2


async def test_statements_of_the_role_as_it_is_now_revoke() -> None:
    """Those of the time of issue do if the role has gone, or is one of another database."""
    place = Place()
    async with _serving(place) as server:
        for change, expected in (
            (("POST", {"revocation_statements": "mended"}), ("mended",)),
            (("DELETE", None), ("old",)),
            (("POST", {"db_name": "other", "revocation_statements": "of another"}), ("old",)),
        ):
            body = {"db_name": "db", "creation_statements": "make", "revocation_statements": "old"}
            await server.ok("POST", "database/roles/app", body)
            lease = (await server.ok("GET", "database/creds/app")).lease_id
            await server.ok(change[0], "database/roles/app", change[1])
            await server.ok("POST", "sys/leases/revoke", {"lease_id": lease, "sync": True})
            assert place.statements[-1] == expected
            assert place.users == {}


async def test_keys_and_certificates_are_issued() -> None:
    """The database gets the public key or the subject; the private key is shown once."""
    place = Place()
    async with _serving(place) as server:
        await server.ok("POST", "database/roles/app", {"credential_type": "rsa_private_key"})
        data = (await server.ok("GET", "database/creds/app")).data
        assert data["rsa_private_key"].startswith("-----BEGIN PRIVATE KEY-----")
        assert place.users[data["username"]].public_key.startswith("-----BEGIN PUBLIC KEY-----")
        assert "password" not in data


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        ("config/x", {}, "empty plugin name"),
        ("config/x", {"plugin_name": "nope"}, "plugin not found in the catalog: nope"),
        (
            "config/x",
            {"plugin_name": NAME, "place": "nowhere"},
            "error creating database object: there is no such place",
        ),
        ("config/x", {"plugin_name": NAME, "plugin_version": "v9"}, "only the built-in version"),
        ("config/x", {"plugin_name": NAME, "password": "wrong"}, "error verifying connection: refused"),
        ("config/x", {"plugin_name": NAME, "name": "y"}, 'the field "name" names something else'),
        ("config/x", {"plugin_name": NAME, "username_template": "{{.RoleName}}"}, "10 needed"),
        ("roles/x", {}, "database name is required"),
        ("roles/x", {"db_name": "a/b"}, "db_name is no name"),
        ("roles/x", {"db_name": "db", "credential_type": "zz"}, 'invalid credential_type "zz"'),
        ("roles/x", {"db_name": "db", "max_leases": -1}, "max_leases"),
        ("roles/x", {"db_name": "db", "lease_owner": "x"}, "lease_owner"),
        ("roles/x", {"db_name": "db", "creation_statements": ["x"] * 65}, "more than 64 statements"),
        ("reset/x", {}, "failed to find entry for connection"),
        ("config/x/check", {}, "failed to find entry for connection"),
        ("config/db/check", {"role": "x"}, "no role"),
    ],
)
async def test_bad_input_is_told_and_stores_nothing(path: str, body: dict[str, Any], text: str) -> None:
    """With a clear text."""
    async with _serving(Place()) as server:
        reply = await server.ask("POST", f"database/{path}", body)
        assert reply.status == 400
        assert text in reply.error
        for listing, names in (("config", ["db"]), ("roles", ["app"])):
            assert (await server.ok("LIST", f"database/{listing}")).data["keys"] == names


async def test_what_nothing_reads_is_told() -> None:
    """By the driver's account of what it keeps."""
    async with _serving(Place()) as server:
        reply = await server.ok("POST", "database/config/db", {"place": "here", "plaec": "there"})
        assert reply.body["warnings"] == ["Endpoint ignored these unrecognized parameters: [plaec]"]
        reply = await server.ok("POST", "database/config/db", {"allowed_rolse": "x"})
        assert reply.body["warnings"][1] == 'Did you mean "allowed_roles" instead of "allowed_rolse"?'
        details = (await server.ok("GET", "database/config/db")).data["connection_details"]
        assert details == {"place": "here", "username": "root"}


async def test_secrets_of_a_connection_are_never_shown() -> None:
    """Neither the password nor a detail that the driver hides."""
    async with _serving(Place()) as server:
        await server.ok("POST", "database/config/db", {"private_key": "canary-key", "connection_url": "x://a:canary@b"})
        shown = str((await server.ok("GET", "database/config/db")).body)
        assert "canary" not in shown
        assert "first" not in shown


async def test_names_are_listed_in_pages() -> None:
    """Of roles and of connections."""
    async with _serving(Place()) as server:
        for name in ("b", "c"):
            await server.ok("POST", f"database/config/{name}", CONFIG)
            await server.ok("POST", f"database/roles/{name}", {"db_name": "db"})
        assert (await server.ok("LIST", "database/config?after=b&limit=1")).data["keys"] == ["c"]
        assert (await server.ok("LIST", "database/roles?limit=2")).data["keys"] == ["app", "b"]


async def _rotated(server: PluginServer, place: Place, password: str) -> None:
    """Have the root's password be one that only the server has."""
    place.root = password

    async def change(txn: Transaction) -> None:
        mount = (await server.services.mounts.router(txn)).by_path["database/"]
        view = View(txn, mount.prefix)
        connection = await view.read("config/db", Connection)
        assert connection is not None
        view.write("config/db", replace(connection, password=password, password_origin=ROTATED))

    await transact(server.services.barrier, change)


async def test_a_configuration_of_credentials_in_pairs() -> None:
    """As `credential_config=password_policy=…` on a command line, which is a text, and a list if there are several."""
    place = Place()
    async with _serving(place) as server:
        for given in ("key_bits=3072", ["key_bits=3072", "format=pkcs8"], {"key_bits": 3072}, {"key_bits": "3072"}):
            body = {"db_name": "db", "credential_type": "rsa_private_key", "credential_config": given}
            await server.ok("POST", "database/roles/keys", body)
            shown = (await server.ok("GET", "database/roles/keys")).data["credential_config"]
            assert shown == {"key_bits": 3072, "format": "pkcs8"}
        reply = await server.ask("POST", "database/roles/keys", {"credential_config": "key_bits"})
        assert reply.status == 400


@pytest.mark.parametrize("name", [["db"], {"a": 1}, 5, "other"])
async def test_a_name_that_is_not_the_path_s(name: Any) -> None:
    """Is refused, whatever its type."""
    place = Place()
    async with _serving(place) as server:
        reply = await server.ask("POST", "database/config/db", {**CONFIG, "name": name})
        assert (reply.status, reply.error) == (400, 'the field "name" names something else than the path does')
        await server.ok("POST", "database/config/db", {**CONFIG, "name": "db"})
