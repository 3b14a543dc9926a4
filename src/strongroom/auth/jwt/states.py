"""Logins that have begun and not ended.  They are in the store, so that every process can end them.

A state is known to the browser.  What is stored of it is its digest, so that whoever sees the names of rows can't end
another's login.  Each is used once.  Rows that nobody asks for any more are deleted by scheduled work; the ceiling of
that work bounds how many there are.
"""

from __future__ import annotations

import hashlib

from strongroom.auth.jwt.records import PendingLogin
from strongroom.sdk import Request

LOGINS = "login/"
LIFE_S = 600.0
STATE_CHARACTERS = 43
"""Of 62: more than 250 bits, for states, nonces and verifiers."""


def row_of(state: str) -> str:
    """The key of a login.  A state may carry the namespace, which the way back needs."""
    plain = state.partition(",ns=")[0]
    return LOGINS + hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


async def begin(request: Request, state: str, login: PendingLogin) -> None:
    """Store a login.  Raises `RateLimited` by the commit when too many are going on."""
    row = row_of(state)
    await request.schedule(login.expires_at, row)
    request.view.write(row, login)


async def find(request: Request, state: str) -> PendingLogin | None:
    """The login of a state, unless it has ended."""
    login = await request.view.read(row_of(state), PendingLogin) if state else None
    return login if login is not None and request.now < login.expires_at else None


async def end(request: Request, state: str) -> None:
    """Delete a login: its state is worth nothing from now on."""
    row = row_of(state)
    request.view.delete(row)
    await request.unschedule(row)
