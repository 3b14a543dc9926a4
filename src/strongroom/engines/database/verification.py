"""Whether a connection works, before it is stored."""

from __future__ import annotations

from strongroom.engines.database.connections import target_of
from strongroom.engines.database.driver import Session
from strongroom.engines.database.records import ROTATED, Connection
from strongroom.engines.database.sessions import Sessions
from strongroom.lib.errors import Unreachable, UpstreamFailed
from strongroom.sdk import Request, replace

PASSWORD_IGNORED = "password ignored: the rotated one still logs in, and the given one doesn't"  # noqa: S105 - a text


async def _ping(session: Session) -> None:
    await session.ping()


def verified(
    request: Request, sessions: Sessions, name: str, before: Connection | None, after: Connection
) -> tuple[Connection, bool]:
    """The connection to store, and whether its password is the rotated one, against what the request says.

    A tool that writes its configuration again would replace a password that nobody else has by one that is dead.  So
    another password than a rotated one has to log in first, also if nothing else is to be verified.

    Raises: `UpstreamFailed` if the connection doesn't work.
    """
    doubtful = replaces_rotated(before, after)
    if not doubtful and not after.verify_connection:
        return after, False
    seen = before.revision if before else ""
    try:
        target = target_of(name, after)
        request.once.outside(f"verify {seen}", lambda: sessions.once(target, _ping))
    except UpstreamFailed as error:
        if not doubtful or before is None or isinstance(error, Unreachable):
            raise
        kept = replace(after, password=before.password, password_origin=ROTATED)
        old = target_of(name, kept)
        request.once.outside(f"verify the rotated one {seen}", lambda: sessions.once(old, _ping))
        return kept, True
    return after, False


def replaces_rotated(before: Connection | None, after: Connection) -> bool:
    """Whether a password that only this server has would be replaced.  (p)"""
    if before is None or before.password_origin != ROTATED:
        return False
    return before.username == after.username and before.password != after.password
