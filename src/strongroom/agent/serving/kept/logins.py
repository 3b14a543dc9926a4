"""The agent's token, kept for the next process: it goes on with what was issued under it."""

from __future__ import annotations

from typing import Final

import msgspec
import structlog

from strongroom.agent.serving.kept.store import Kept, NotKept
from strongroom.agent.session.kept import KeptToken
from strongroom.agent.session.login import Session
from strongroom.lib.clock import Clock

log = structlog.get_logger("agent.persist")

_NAME: Final = "login"


class _LoginRecord(msgspec.Struct, frozen=True):
    token: str
    written_at: float


def kept_token(kept: Kept) -> KeptToken | None:
    """The token of an earlier process; None without one.

    Leases may have been issued under it, so it is tried before anybody logs in.
    """
    content = kept.load().get(_NAME)
    if content is None:
        return None
    try:
        record = msgspec.msgpack.decode(content, type=_LoginRecord)
    except msgspec.MsgspecError as error:
        log.warning("the token of an earlier process can't be read", reason=str(error))
        return None
    return KeptToken(record.token, record.written_at, owns_leases=True)


async def keep_logins(session: Session, kept: Kept, clock: Clock) -> None:
    """Keep the token of each login, until cancelled."""
    number = 0
    while True:
        login = await session.after(number)
        number = login.number
        if not login.token:
            continue  # only who unwraps it has it
        try:
            await kept.save(_NAME, msgspec.msgpack.encode(_LoginRecord(login.token, clock.now())))
        except NotKept as error:
            log.error("the token is not kept for the next process", reason=str(error))
