"""Who has which user: a user whose password two rotate, or the server's own, soon is nobody's.

Source: https://developer.hashicorp.com/vault/docs/secrets/databases#static-roles
"""

from __future__ import annotations

from strongroom.engines.database.records import CONFIG, Connection
from strongroom.engines.database.static_records import (
    STATIC_ROLES,
    STATIC_USERS,
    StaticRole,
    StaticUser,
    static_user_key,
)
from strongroom.engines.database.static_roles import same_place
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View

_MOST_LOOKED_AT = 1000
_MOST_NAMED = 5


async def check(view: View, name: str, role: StaticRole, connection: Connection) -> None:
    """Raise `InvalidRequest` if a user of a role belongs to a connection or to another role, naming it."""
    for other_name in await view.list(CONFIG):
        other = await view.read(CONFIG + other_name, Connection)
        if other is not None and other.username in role.usernames and same_place(other, connection):
            raise InvalidRequest(
                f'"{other.username}" is the user by whom the connection "{other_name}" manages others; '
                "its password is rotated by rotate-root"
            )
    for username in role.usernames:
        holder = await _holder(view, username, connection, except_for=name)
        if holder:
            raise InvalidRequest(f'"{username}" is the user of the static role "{holder}" already')


async def check_moved(view: View, name: str, connection: Connection) -> None:
    """Raise `InvalidRequest` if a role of a connection has another's user where the connection is about to lead."""
    for row in await view.scan(STATIC_USERS):
        role_name = row.rpartition("/")[2]
        found = await view.read(STATIC_USERS + row, StaticUser)
        role = await view.read(STATIC_ROLES + role_name, StaticRole)
        if found is None or role is None or found.db_name != name:
            continue
        if connection.username in role.usernames:
            raise _own_user(connection, role_name)
        await check(view, role_name, role, connection)


async def check_root(view: View, connection: Connection) -> None:
    """Raise `InvalidRequest` if a connection's own user is that of a static role, naming it."""
    holder = await _holder(view, connection.username, connection) if connection.username else ""
    if holder:
        raise _own_user(connection, holder)


def _own_user(connection: Connection, role: str) -> InvalidRequest:
    return InvalidRequest(
        f'"{connection.username}" is the user of the static role "{role}", whose rotation would break this connection'
    )


async def check_alone(view: View, name: str, connection: Connection) -> None:
    """Raise `InvalidRequest` if another connection has the same user, which its rotation would lock out for good."""
    for other_name in await view.list(CONFIG):
        other = await view.read(CONFIG + other_name, Connection)
        if other is None or other_name == name or other.username != connection.username:
            continue
        if same_place(other, connection):
            raise InvalidRequest(
                f'the connection "{other_name}" has the same user, and its password would be unknown then: '
                "give each connection a user of its own"
            )


async def roles_of(view: View, name: str) -> str:
    """The names of static roles that have a connection, for a text; a few of them, if there are many."""
    found = []
    for role_name in await view.list(STATIC_ROLES, limit=_MOST_LOOKED_AT):
        role = await view.read(STATIC_ROLES + role_name, StaticRole)
        if role is not None and role.db_name == name:
            found.append(f'"{role_name}"')
    return ", ".join(found[:_MOST_NAMED]) + (", …" if len(found) > _MOST_NAMED else "")


async def _holder(view: View, username: str, connection: Connection, except_for: str = "") -> str:
    folder = static_user_key(username)
    for role in await view.list(folder):
        found = await view.read(folder + role, StaticUser)
        if found is None or role == except_for:
            continue
        other = await view.read(CONFIG + found.db_name, Connection)
        if other is not None and same_place(other, connection):
            return role
    return ""
