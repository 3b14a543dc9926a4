"""Connections: found, and asked (what of a connection is decided without I/O is in `settings.py`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from strongroom.engines.database.driver import Session, Target
from strongroom.engines.database.records import CONFIG, DRAINING, Connection
from strongroom.engines.database.sessions import Key, Sessions
from strongroom.engines.database.settings import pool_of
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.sdk import Request, View

T = TypeVar("T")


def target_of(name: str, connection: Connection) -> Target:
    """How a driver reaches the database.  (p)"""
    sizes = pool_of(connection.details)
    return Target(
        name=name,
        plugin=connection.plugin,
        details=connection.details,
        username=connection.username,
        password=connection.password,
        terminate_sessions=connection.terminate_sessions,
        max_open=sizes.max_open,
        max_idle=sizes.max_idle,
        lifetime_s=sizes.lifetime_s,
    )


class Reached(msgspec.Struct, frozen=True):
    """A connection that a request asks."""

    name: str
    connection: Connection

    def key(self, request: Request) -> Key:
        """What its sessions are found by."""
        return Key(request.mount.id, self.connection.id, self.connection.revision)

    def ask(
        self,
        request: Request,
        sessions: Sessions,
        what: str,
        work: Callable[[Session], Awaitable[T]],
        *,
        repeats: bool = True,
    ) -> T:
        """The result of some work, done while no transaction is open.

        Args:
            what: names the work among that of the request. repeats: whether it is done once more if the connection is
                changed meanwhile.
        """
        connection, key = self.connection, self.key(request)
        target = target_of(self.name, connection)
        revision = connection.revision if repeats else ""
        return request.once.outside(f"{what} {connection.id} {revision}", lambda: sessions.use(key, target, work))


async def connection_named(view: View, name: str) -> Reached:
    """The connection of that name.  Raises `InvalidRequest` if there is none."""
    connection = await view.read(CONFIG + name, Connection)
    if connection is None:
        raise InvalidRequest(f'failed to find entry for connection with name: "{name}"')
    return Reached(name, connection)


async def connection_of_lease(view: View, name: str, id_: str) -> Reached:
    """The connection that a user was made by, also if it was deleted since.

    Raises: `UpstreamFailed` if it has gone, so that somebody looks after the user.
    """
    connection = await view.read(CONFIG + name, Connection)
    if connection is not None and connection.id == id_:
        return Reached(name, connection)
    drained = await view.read(DRAINING + id_, Connection)
    if drained is not None:
        return Reached(name, drained)
    raise UpstreamFailed(
        f'the connection "{name}" has gone: drop the user by hand, and forget its lease by revoke-force'
    )
