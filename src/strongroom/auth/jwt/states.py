"""Logins that have begun and not ended.  They are in the store, so that every process can end them.

A state is known to the browser.  What is stored of it is its digest, so that whoever sees the names of rows can't end
another's login.  Each is used once.  Rows that nobody asks for any more are deleted by scheduled work; the ceiling of
that work bounds how many there are.

Whoever comes from one place can't take all of them: each address may begin a limited number in a while.
"""

from __future__ import annotations

import hashlib

from strongroom.auth.jwt.records import Begun, PendingLogin
from strongroom.lib.errors import RateLimited
from strongroom.sdk import Request, token_fields

LOGINS = "login/"
FROM = "from/"
MOST_OF_ONE = 2000
"""Logins that one address may begin in `LIFE_S`: a fifth of what a mount takes, and enough for a whole office."""
_IPV6_PREFIX = 64
"""A client of IPv6 has a network of this size, and can come from any address in it."""
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


async def admit(request: Request) -> None:
    """Count a login that begins.  Raises `RateLimited` when its address has begun too many."""
    row = FROM + hashlib.sha256(_place_of(request.address).encode()).hexdigest()
    begun = await request.view.read(row, Begun)
    if begun is None or request.now >= begun.until:
        begun = Begun(until=request.now + LIFE_S)
        await request.schedule(begun.until, row)
    if begun.count >= MOST_OF_ONE:
        raise RateLimited("too many logins were begun from this address", retry_after_s=begun.until - request.now)
    request.view.write(row, Begun(until=begun.until, count=begun.count + 1))


def _place_of(address: str) -> str:
    """What one client has: its address, or its network of IPv6.  A client of a Unix socket has none."""
    try:
        network = token_fields.network_of(address)
    except ValueError:
        return address
    return str(network.supernet(new_prefix=_IPV6_PREFIX)) if network.version == 6 else str(network)
