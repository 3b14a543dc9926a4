"""Connections that were deleted while users of them live.

Such a connection is kept under its id until the last of them is dropped.  Nobody gets a new user by it.
"""

from __future__ import annotations

from typing import Any

from strongroom.engines.database.records import CONFIG, DRAINING, USERS, Connection
from strongroom.engines.database.rotating import DRAINED, work_of
from strongroom.sdk import Request, View, replace
from strongroom.sdk.rotation import RotationSettings, wake

DRAIN = "drain"
"""The kind of scheduled work that forgets a connection without users."""
LOOK_AGAIN_S = 3600.0
_SOON_S = 300.0
"""A user whose making broke off is dropped twice, two minutes apart."""
MOST_COUNTED = 1000


async def live(view: View, id_: str) -> int:
    """How many users of a connection live, up to `MOST_COUNTED`."""
    return len(await view.list(f"{USERS}{id_}/", limit=MOST_COUNTED))


async def delete(request: Request, name: str, connection: Connection) -> int:
    """Delete a connection, or keep it until its users have gone.  Returns how many there are."""
    request.view.delete(CONFIG + name)
    count = await live(request.view, connection.id)
    if count:
        # Nobody waits for its rotations any more; one that has begun is finished, because its users have to be dropped.
        root = replace(connection.root, next_rotation_at=0.0)
        kept = replace(connection, deleted_name=name, rotation=RotationSettings(), root=root)
        request.view.write(DRAINING + connection.id, kept)
        await wake(request, request.view, work_of(DRAINED, connection.id), kept.root, kept.rotation)
        await request.schedule(request.now + LOOK_AGAIN_S, f"{DRAIN}/{connection.id}")
    return count


async def adopted(view: View, name: str, connection: Connection) -> Connection | None:
    """The connection that was deleted under this name, if the new one leads to the same database by the same user.

    It goes on under its id, so that its users are dropped by whatever password the connection has by then.
    """
    for id_ in await view.list(DRAINING):
        old = await view.read(DRAINING + id_, Connection)
        if old is not None and old.deleted_name == name and _place(old) == _place(connection):
            return old
    return None


def _place(connection: Connection) -> tuple[Any, ...]:
    return connection.plugin, connection.details, connection.username


async def soon(request: Request, id_: str) -> None:
    """Forget a connection soon, if it was deleted: its last user has been dropped."""
    if await request.view.read(DRAINING + id_, Connection) is not None and not await live(request.view, id_):
        await request.schedule(request.now + _SOON_S, f"{DRAIN}/{id_}")


async def look(request: Request, id_: str) -> None:
    """Forget a connection that was deleted, unless users of it live."""
    if await live(request.view, id_):
        await request.schedule(request.now + LOOK_AGAIN_S, f"{DRAIN}/{id_}")
    else:
        request.view.delete(DRAINING + id_)
