"""Tickets are shown once: what was accepted is remembered, on all nodes, as long as it could be shown again.

Source: RFC 4120, section 3.2.3
"""

from __future__ import annotations

from strongroom.auth.kerberos.records import UsedTicket, UsedWindow
from strongroom.lib.errors import Unauthenticated
from strongroom.sdk import Request

USED = "used/"
WINDOWS = "window/"
WINDOW_S = 900
"""More than twice the five minutes by which clocks may differ: a clock may be ahead first, and behind at the end."""
_AT_ONCE = 500
CLEAR = "clear "


async def use(request: Request, digest: str) -> None:
    """Note an authenticator.

    Raises: `Unauthenticated` if it was used before.  Of two requests at once, one commits and the other runs again.
    """
    window = int(request.now) // WINDOW_S
    for each in (window - 1, window, window + 1):  # another node's clock may be a little ahead
        if await request.view.read(_key(each, digest), UsedTicket) is not None:
            raise Unauthenticated("Kerberos authentication failed: the ticket was used before", challenge="Negotiate")
    request.view.write(_key(window, digest), UsedTicket())
    if await request.view.read(f"{WINDOWS}{window}", UsedWindow) is None:
        request.view.write(f"{WINDOWS}{window}", UsedWindow())
        await request.schedule((window + 2) * WINDOW_S, f"{CLEAR}{window}")


async def clear(request: Request, window: str) -> None:
    """Remove what was noted in a time that has passed; what is left after some of it, later."""
    rows = request.view.below(f"{USED}{window}/")
    found = await rows.list(limit=_AT_ONCE)
    for name in found:
        rows.delete(name)
    if len(found) < _AT_ONCE:
        request.view.delete(f"{WINDOWS}{window}")
    else:
        await request.schedule(request.now, f"{CLEAR}{window}")


def _key(window: int, digest: str) -> str:
    return f"{USED}{window}/{digest}"
