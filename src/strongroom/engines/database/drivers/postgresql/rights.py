"""Which rights the server's own user lacks.

Source: https://www.postgresql.org/docs/current/role-attributes.html,
https://www.postgresql.org/docs/current/predefined-roles.html
"""

from __future__ import annotations

from strongroom.engines.database.drivers.postgresql.connecting import Connection

_RIGHTS = """
SELECT rolsuper, rolcreaterole, pg_catalog.pg_has_role(current_user, 'pg_signal_backend', 'USAGE'),
       pg_catalog.pg_is_in_recovery()
  FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) current_user
"""


async def missing(connection: Connection) -> list[str]:
    """A sentence for each right that is missing."""
    row = await (await connection.execute(_RIGHTS)).fetchone()
    assert row is not None
    superuser, creates, signals, standby = row
    out = []
    if standby:
        out.append("the server is a standby, on which nothing can be changed")
    if not superuser and not creates:
        out.append("CREATEROLE: without it, users can be neither made nor dropped")
    if not superuser and not signals:
        out.append("membership in pg_signal_backend: without it, only sessions of users that it made itself are ended")
    return out
