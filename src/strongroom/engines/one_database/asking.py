"""The database of a mount, as requests ask it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from strongroom.engines.database.driver import Session, Target
from strongroom.engines.database.sessions import Key, Sessions
from strongroom.engines.one_database.earlier import connection_of
from strongroom.engines.one_database.kinds import Kind
from strongroom.engines.one_database.records import OneConnection
from strongroom.sdk import Request

T = TypeVar("T")

_ONE = "connection"


def target_of(kind: Kind, connection: OneConnection) -> Target:
    """How the driver reaches the database.  (p)"""
    return Target(
        name=_ONE,
        plugin=kind.plugin,
        details=connection.details,
        username="",
        password="",
        terminate_sessions=True,
        max_open=connection.max_open_connections,
        max_idle=connection.max_idle_connections,
    )


async def ask(
    request: Request, kind: Kind, sessions: Sessions, work: Callable[[Session], Awaitable[T]], *, id_: str, what: str
) -> T:
    """The result of some work, done while no transaction is open.

    Args:
        id_: of the connection. what: names the work among that of the request.
    """
    connection = await connection_of(request.view, id_)
    key = Key(request.mount.id, id_, connection.revision)
    target = target_of(kind, connection)
    return request.once.outside(f"{what} {connection.revision}", lambda: sessions.use(key, target, work))
