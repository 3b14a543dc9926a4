"""How a user is dropped where the role has no statements for it.

The user can't log in any more from the first step on, whatever fails later.  Then its sessions are ended.  What it owns
is given to the server's own user in every database where there is something, and what it was granted is revoked.

Source: https://www.postgresql.org/docs/current/role-removal.html
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from psycopg import errors, sql

from strongroom.engines.database.drivers.postgresql.pool import Connection, Pool

_EXISTS = "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = %s"
_END = """
SELECT count(pg_catalog.pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity
 WHERE usename = %s AND pid <> pg_catalog.pg_backend_pid()
"""
_PLACES = """
SELECT DISTINCT d.datname FROM pg_catalog.pg_shdepend s
  JOIN pg_catalog.pg_roles r ON r.oid = s.refobjid AND s.refclassid = 'pg_catalog.pg_authid'::regclass
  JOIN pg_catalog.pg_database d ON d.oid = s.dbid
 WHERE r.rolname = %s AND d.datallowconn
"""


async def exists(connection: Connection, username: str) -> bool:
    """Whether there is a user of that name."""
    return await (await connection.execute(_EXISTS, (username,))).fetchone() is not None


async def end_sessions(connection: Connection, username: str) -> None:
    """End a user's sessions."""
    await connection.execute(_END, (username,))


async def drop(pool: Pool, username: str, databases: Sequence[str]) -> None:
    """Drop a user.

    Args:
        databases: where to look for what it owns; empty for wherever there is something.

    Raises: `UpstreamFailed`, which tells what is in the way.
    """
    name = sql.Identifier(username)
    async with pool.connection() as connection:
        if not await exists(connection, username):
            return
        await connection.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(name))
        await _join(connection, username)
        with contextlib.suppress(errors.InsufficientPrivilege):  # if a session stays, the drop may still work
            await end_sessions(connection, username)
        places = [str(row[0]) for row in await (await connection.execute(_PLACES, (username,))).fetchall()]
        here = connection.info.dbname
        await _give_up(connection, name)
    for place in places:
        if place != here and (not databases or place in databases):
            async with pool.connected(dbname=place) as connection:
                await _give_up(connection, name)
    async with pool.connection() as connection:
        await connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(name))


async def _join(connection: Connection, username: str) -> None:
    """Become a member of the user: without that, only a superuser may give away what it owns."""
    with contextlib.suppress(errors.InsufficientPrivilege, errors.InvalidGrantOperation):
        await connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(username)))


async def _give_up(connection: Connection, name: sql.Identifier) -> None:
    async with connection.transaction():
        await connection.execute(sql.SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(name))
        await connection.execute(sql.SQL("DROP OWNED BY {}").format(name))
