"""Users whose passwords are kept, and a server that dies at a chosen commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from psycopg import sql

from strongroom.engines.database import Database
from strongroom.lib.errors import StorageError
from strongroom.storage.base import Storage
from strongroom.testing import PluginServer
from tests.conformance.engines.database.serving import asked, connected, log_in
from tests.conformance.postgres import PostgresqlServer
from tests.sim.faulty_storage import Fail, FaultyStorage, Plan, Unknown

OWN = "the-first-password"
SQL = "ALTER ROLE \"{{name}}\" WITH PASSWORD '{{password}}'"


async def made(postgresql: PostgresqlServer, *names: str, attributes: str = "LOGIN") -> None:
    """Make users with the first password."""
    for name in names:
        role = sql.Identifier(name)
        await asked(postgresql, sql.SQL("DROP ROLE IF EXISTS {}").format(role))
        await asked(
            postgresql,
            sql.SQL("CREATE ROLE {} PASSWORD {} ").format(role, sql.Literal(OWN)) + sql.SQL(attributes),
        )


async def logs_in(postgresql: PostgresqlServer, user: str, password: str) -> bool:
    """Whether a user can log in."""
    try:
        connection = await log_in(postgresql, user, password)
    except psycopg.OperationalError as error:
        assert "authentication failed" in str(error) or "not permitted" in str(error)
        return False
    await connection.close()
    return True


async def managed(postgresql: PostgresqlServer, server: PluginServer, name: str = "pg", **fields: Any) -> None:
    """A connection by a superuser of the test's own, `adm`."""
    await made(postgresql, "adm", attributes="SUPERUSER LOGIN")
    await connected(server, postgresql, name, **{"username": "adm", "password": OWN, **fields})


async def taken_over(server: PluginServer, user: str, **fields: Any) -> str:
    """Make a static role named as its user; returns the password."""
    body = {"db_name": "pg", "username": user, "rotation_period": 3600, **fields}
    await server.ok("POST", f"database/static-roles/{user}", body)
    return await current(server, user)


async def current(server: PluginServer, role: str) -> str:
    """The password that clients get."""
    return str((await server.ok("GET", f"database/static-creds/{role}")).data["password"])


async def dying(server: PluginServer, commit: int, *, took_place: bool, work: Callable[[], Awaitable[Any]]) -> int:
    """Do some work with a store that takes no more after a commit, then restart over what was stored.

    Args:
        commit: its number in the work, from 0. took_place: whether that commit itself is stored.

    Returns: the number of commits that were tried.
    """
    storage: Storage = server._storage  # the process dies, and nobody else may
    gone = [Fail(StorageError("the process is dead"))] * 1000
    first = [Unknown(took_place=True)] if took_place else []
    plan = Plan(commit=[*[None] * commit, *first, *gone])
    server._storage = FaultyStorage(storage, plan)
    await restarted(server)
    await work()
    server._storage = storage
    await restarted(server)
    return plan.calls["commit"]


async def restarted(server: PluginServer) -> None:
    """Restart, and let go of the connections to databases."""
    engine = server.engines["database"]
    assert isinstance(engine, Database)
    await engine.sessions.close()
    await server.restart()
