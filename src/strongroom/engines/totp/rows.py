"""Reading and writing the rows of keys."""

from __future__ import annotations

import re

from strongroom.engines.totp.records import TotpKey, UsedCodes
from strongroom.engines.totp.used import forgettable_at
from strongroom.sdk import InvalidRequest, Request, UnsupportedPath, View
from strongroom.sdk.routing import UNSUPPORTED_PATH

KEYS = "key/"
USED = "used/"
FORGET = "forget/"
"""What scheduled work is called, before the name of the key that was deleted."""

_NAME = re.compile(r"\w(?:[\w.@-]{0,254}\w)?", re.ASCII)
"""Other than the names of other engines, those of keys may be addresses of mail."""


def check_name(name: str) -> None:
    """Raise `UnsupportedPath` unless a text is a key's name.

    It has at most 256 letters and digits, with `-`, `.` and `@` between them.
    """
    if _NAME.fullmatch(name) is None:
        raise UnsupportedPath(UNSUPPORTED_PATH)


async def key_of(view: View, name: str) -> TotpKey | None:
    """A key, or None."""
    return await view.read(KEYS + name, TotpKey)


async def usable(view: View, name: str) -> TotpKey:
    """The key that a request wants to use.  Raises `InvalidRequest` if there is none."""
    check_name(name)
    key = await key_of(view, name)
    if key is None:
        raise InvalidRequest(f"unknown key: {name}")
    return key


async def delete(request: Request, name: str) -> None:
    """Delete a key.  What was used of it is remembered until no code of it would count, should it be written again."""
    key = await key_of(request.view, name)
    if key is None:
        return
    request.view.delete(KEYS + name)
    if await request.view.read(USED + name, UsedCodes) is not None:
        await request.schedule(forgettable_at(key, request.now), FORGET + name)
