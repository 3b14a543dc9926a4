"""How a user is dropped where the role has no statements for it.

The user can't log in any more from the first step on, whatever fails later.  Then its sessions are ended.  What it owns
is given to another role in every database where there is something, and what it was granted is revoked.

A user may have been a member of the database's owner, who chooses its `search_path`.  So all that is asked here names
the schema of each function and operator: one that a user has made would be carried out by the server's own user.

That role has no rights, unless another one is configured.  With the server's own user in its place, a view or a
function that somebody has made would see everything from then on.

Source: https://www.postgresql.org/docs/current/role-removal.html
"""

from __future__ import annotations

import contextlib

from psycopg import errors, sql

from strongroom.engines.database.drivers.postgresql.connecting import Connection
from strongroom.engines.database.drivers.postgresql.pool import Pool
from strongroom.engines.database.drivers.postgresql.settings import Ways

_EXISTS = "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) %s"
_END = """
SELECT pg_catalog.count(pg_catalog.pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity
 WHERE usename OPERATOR(pg_catalog.=) %s AND pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
"""
_PLACES = """
SELECT d.datname, coalesce(pg_catalog.bool_or(s.deptype OPERATOR(pg_catalog.=) 'o'), false)
  FROM pg_catalog.pg_shdepend s
  JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) s.refobjid
   AND s.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_authid'::pg_catalog.regclass
  LEFT JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) s.dbid
 WHERE r.rolname OPERATOR(pg_catalog.=) %s AND coalesce(d.datallowconn, true) GROUP BY d.datname
"""
"""The databases where the user has something, and whether it owns some of it; NULL for what all databases share."""
OWNER = "strongroom_owned"
"""The role that gets what dropped users own, where none is configured."""


async def exists(connection: Connection, username: str) -> bool:
    """Whether there is a user of that name."""
    return await (await connection.execute(_EXISTS, (username,))).fetchone() is not None


async def end_sessions(connection: Connection, username: str) -> None:
    """End a user's sessions."""
    await connection.execute(_END, (username,))


async def drop(pool: Pool, username: str, ways: Ways) -> None:
    """Drop a user.  Raises `UpstreamFailed`, which tells what is in the way."""
    name = sql.Identifier(username)
    async with pool.connection() as connection:
        if not await exists(connection, username):
            return
        await connection.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(name))
        with contextlib.suppress(errors.InsufficientPrivilege):  # if a session stays, the drop may still work
            await end_sessions(connection, username)
        rows = await (await connection.execute(_PLACES, (username,))).fetchall()
        here, owner = connection.info.dbname, None
        if rows:
            await _join(connection, username)
            owner = await _owner(connection, ways) if any(owns for _, owns in rows) else None
            await _give_up(connection, name, owner)
    for place, owns in rows:
        if place not in {None, here} and (not ways.databases or place in ways.databases):
            async with pool.connected(dbname=str(place)) as connection:
                await _give_up(connection, name, owner if owns else None)
    async with pool.connection() as connection:
        await connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(name))


async def _owner(connection: Connection, ways: Ways) -> sql.Identifier:
    """The role that gets what a user owns.  The usual one is made if it isn't there."""
    name = ways.reassign_to or OWNER
    if not ways.reassign_to and not await exists(connection, name):
        with contextlib.suppress(errors.DuplicateObject):
            await connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))
    await _join(connection, name)
    return sql.Identifier(name)


async def _join(connection: Connection, role: str) -> None:
    """Become a member of a role: without that, only a superuser may give away what it owns, or give it something."""
    with contextlib.suppress(errors.InsufficientPrivilege, errors.InvalidGrantOperation):
        await connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))


async def _give_up(connection: Connection, name: sql.Identifier, owner: sql.Identifier | None) -> None:
    async with connection.transaction():
        if owner is not None:
            await connection.execute(sql.SQL("REASSIGN OWNED BY {} TO {}").format(name, owner))
        await connection.execute(sql.SQL("DROP OWNED BY {}").format(name))
