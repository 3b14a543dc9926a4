"""What a frozen store leaves alone in other systems: users of a real PostgreSQL, passwords there, posts of webhooks."""

from __future__ import annotations

import ast
import contextlib
import inspect
import textwrap
from collections.abc import AsyncIterator
from typing import Any

import psycopg

from strongroom.barrier.transaction import transact
from strongroom.core.expiry import LOCK_S, ROLE, Expiry
from strongroom.core.webhooks.role import ROLE as WEBHOOKS
from strongroom.core.webhooks.role import Webhooks
from strongroom.engines.database.engine import Database
from strongroom.server.runtime import Runtime
from strongroom.services import restoration
from strongroom.services.mounts import SECRET
from strongroom.sysapi.services import Services
from strongroom.sysapi.system.gauges import ROLES
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.flow.events.test_subscribing import versioned
from tests.flow.events.test_webhooks import HOOK, Target, delivering
from tests.flow.node import TestNode

__all__ = ["postgresql_server"]

FROZEN, HARMLESS = "frozen", "harmless"
BACKGROUND = {
    "Expiry": (FROZEN, "ends leases, rotates accounts"),
    "Webhooks": (FROZEN, "posts events"),
    "ScheduledSnapshots": (FROZEN, "writes to directories and buckets, where another cluster's files may be"),
    "ClientUpkeep": (HARMLESS, "counts clients in rows of the store"),
    "DenialKeeping": (HARMLESS, "keeps refused requests in rows of the store"),
    "Following": (HARMLESS, "reads another region, whose terms decide what is taken over"),
    "gate": (HARMLESS, "answers regions that ask, and changes none"),
    "Presence": (HARMLESS, "writes a row of the node itself"),
    "services.events": (HARMLESS, "tells subscribers of this node"),
    "KeyWatch": (HARMLESS, "seals this node"),
    "self._heads": (HARMLESS, "writes rows of the node's audit devices"),
    "Duties": (HARMLESS, "starts and ends those above"),
}
"""Whatever a process does without being asked: whether it rests while the store is frozen, and why."""
REFUSED = (
    ("GET", "database/creds/r"),
    ("POST", "database/rotate-role/s"),
    ("POST", "database/rotate-root/pg"),
    ("PUT", "sys/leases/revoke-force/database"),
)
"""What a client can ask for that would change the database."""
OF_ROLES = {"expiry": "Expiry", "webhooks": "Webhooks", "snapshots": "ScheduledSnapshots", "region": "Following"}


def test_each_background_work_is_decided() -> None:
    """What an unsealed process runs for good is in the table above, with each role that one process holds."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(Runtime.unseal)))
    found = [each.value for each in ast.walk(tree) if isinstance(each, ast.Attribute) and each.attr == "run_forever"]
    names = {ast.unparse(each.func if isinstance(each, ast.Call) else each) for each in found}
    assert names == {*BACKGROUND}
    assert set(OF_ROLES) == set(ROLES)
    assert set(OF_ROLES.values()) <= {*BACKGROUND}


def behind(node: TestNode) -> Services:
    """What is behind the open barrier."""
    assert node.node.unsealed is not None
    return node.node.unsealed


async def freeze(node: TestNode) -> None:
    """Freeze the store, as a restore does."""
    now = node.clock.now()

    async def body(txn: Any) -> None:
        restoration.freeze(txn, now, now - 3600)

    await transact(behind(node).barrier, body)


async def expire(node: TestNode) -> None:
    """Let the role do all that it finds to do, as often as it would do something."""
    storage, expiry = behind(node).barrier.storage, Expiry(behind(node))
    if await restoration.freezes(behind(node).barrier):
        # The process that takes the role gives it back; otherwise it would work for good.
        fence = await storage.lock(ROLE, "a test", LOCK_S)
        assert fence is not None
        await expiry._begin(fence)
        return
    fence = await storage.lock(ROLE, "a test", LOCK_S)
    assert fence is not None
    while await expiry.run_once(fence):
        pass
    await storage.unlock(fence)


def accounts(server: PostgresqlServer) -> set[str]:
    """The users of the database that the engine has made."""
    with psycopg.connect(server.url) as connection:
        return {name for (name,) in connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%'")}


def lets_in(server: PostgresqlServer, user: str, password: str) -> bool:
    """Whether somebody can log in."""
    try:
        psycopg.connect(host="127.0.0.1", port=server.port, dbname="postgres", user=user, password=password).close()
    except psycopg.OperationalError as error:
        assert "password authentication failed" in str(error)
        return False
    return True


@contextlib.asynccontextmanager
async def with_database(server: PostgresqlServer) -> AsyncIterator[TestNode]:
    """A node with a connection to the database, and a role there of each kind."""
    node = await versioned()
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS frozen")
        connection.execute("CREATE ROLE frozen LOGIN PASSWORD 'first'")
    url = server.url.replace(f"root_of_tests:{server.password}", "{{username}}:{{password}}")
    await node.ok("POST", "sys/mounts/database", {"type": "database"})
    connection_ = {
        "plugin_name": "postgresql-database-plugin",
        "connection_url": url,
        "username": "root_of_tests",
        "password": server.password,
        "allowed_roles": "*",
    }
    await node.ok("POST", "database/config/pg", connection_)
    create = "CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"
    await node.ok("POST", "database/roles/r", {"db_name": "pg", "creation_statements": create, "default_ttl": "1h"})
    static = {"db_name": "pg", "username": "frozen", "rotation_period": "1h"}
    await node.ok("POST", "database/static-roles/s", static)
    yield node
    engine = node.node.engines[SECRET, "database"]
    assert isinstance(engine, Database)
    await engine.sessions.close()


async def test_a_database_is_left_alone_until_a_go(postgresql_server: PostgresqlServer) -> None:
    """A user whose lease is over stays, and a password that is due; with the go the one ends and the other changes."""
    async with with_database(postgresql_server) as node:
        made = (await node.ok("GET", "database/creds/r")).data["username"]
        password = (await node.ok("GET", "database/static-creds/s")).data["password"]
        await freeze(node)
        node.clock.advance(2 * 3600)
        await expire(node)
        for method, path in REFUSED:
            refused = await node.ask(method, path)
            assert (path, refused.status, "frozen" in refused.error) == (path, 400, True)
        # Revoking by a prefix isn't refused: it waits for the role, as it does without a restore.
        await node.ok("PUT", "sys/leases/revoke-prefix/database")
        await expire(node)
        assert accounts(postgresql_server) == {made}
        assert lets_in(postgresql_server, "frozen", password)
        await node.ok("PUT", "sys/restore/thaw")
        await expire(node)
        assert accounts(postgresql_server) == set()
        assert not lets_in(postgresql_server, "frozen", password)


async def test_no_webhook_is_posted_until_a_go() -> None:
    """What happens while the store is frozen is told after the go, and nothing before it."""
    node, target = await versioned(), Target()
    await node.ok("POST", "sys/events/webhooks/ops", {**HOOK, "event_types": "kv-v2/*"})
    await freeze(node)
    await node.ok("PUT", "secret/data/a", {"data": {"x": "1"}})
    await Webhooks(behind(node), target)._try()
    assert (target.posts, {*behind(node).roles}) == ([], set())
    free = await behind(node).barrier.storage.lock(WEBHOOKS, "a test", LOCK_S)
    assert free is not None
    await behind(node).barrier.storage.unlock(free)
    await node.ok("PUT", "sys/restore/thaw")
    async with delivering(node, target) as until:
        await until(lambda: len(target.posts) == 1)
    assert target.paths == ["secret/data/a"]
