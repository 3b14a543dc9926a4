"""Connections to databases that were configured before, until the users that were made there are dropped.

Another URL may lead to another database.  Its users would count as dropped there, because they aren't there.
"""

from __future__ import annotations

from strongroom.engines.one_database.records import CONNECTION, EARLIER, USERS, OneConnection
from strongroom.sdk import InvalidRequest, Request, UpstreamFailed, View

FORGET = "forget/"
"""The kind of scheduled work that forgets a connection without users."""
MOST = 16
LOOK_AGAIN_S = 3600.0
SOON_S = 300.0
"""A user whose making broke off is dropped twice, two minutes apart."""


async def connection_of(view: View, id_: str) -> OneConnection:
    """The connection that a user was made by.  Raises `UpstreamFailed` if it has gone."""
    now = await view.read(CONNECTION, OneConnection)
    if now is not None and now.id == id_:
        return now
    earlier = await view.read(EARLIER + id_, OneConnection)
    if earlier is None:
        raise UpstreamFailed("the connection to the database of this user has gone")
    return earlier


async def id_at(view: View, before: OneConnection | None, place: str) -> str:
    """The id of a connection that leads to a place, now or earlier; empty for none."""
    if before is not None and before.place == place:
        return before.id
    for id_ in await view.list(EARLIER):
        earlier = await view.read(EARLIER + id_, OneConnection)
        if earlier is not None and earlier.place == place:
            return id_
    return ""


async def replace_by(request: Request, before: OneConnection | None, after: OneConnection) -> None:
    """Store a connection.  The one before is kept if it is another, and users of it live.

    Raises: `InvalidRequest` if that would be too many.
    """
    view = request.view
    view.write(CONNECTION, after)
    view.delete(EARLIER + after.id)
    if before is None or before.id == after.id or not await _has_users(view, before.id):
        return
    if len(await view.list(EARLIER)) >= MOST:
        raise InvalidRequest(f"users of {MOST} earlier databases live: revoke them before another one is configured")
    view.write(EARLIER + before.id, before)
    await request.schedule(request.now + LOOK_AGAIN_S, FORGET + before.id)


async def left(request: Request, id_: str) -> None:
    """Forget a connection soon, if it is an earlier one: one of its users has been dropped."""
    view = request.view
    if await view.read(EARLIER + id_, OneConnection) is not None and not await _has_users(view, id_):
        await request.schedule(request.now + SOON_S, FORGET + id_)


async def look(request: Request, id_: str) -> None:
    """Forget an earlier connection, unless users of it live."""
    if await _has_users(request.view, id_):
        await request.schedule(request.now + LOOK_AGAIN_S, FORGET + id_)
    else:
        request.view.delete(EARLIER + id_)


async def _has_users(view: View, id_: str) -> bool:
    return bool(await view.list(f"{USERS}{id_}/", limit=1))
