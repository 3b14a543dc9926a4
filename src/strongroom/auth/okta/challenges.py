"""The number that somebody has to choose on their phone: shown by another request while the login waits.

The login may be held by another process or node than the one that is asked, so the number is in the store.

Source: https://developer.hashicorp.com/vault/api-docs/auth/okta#verify
"""

from __future__ import annotations

from strongroom.auth.okta.records import Challenge
from strongroom.crypto.mac import sha256
from strongroom.sdk import View

FOLDER = "challenge/"
LIFE_S = 120.0
NONCE_BYTES = 256
_CLEARED = 16


async def put(view: View, nonce: str, answer: int, now: float) -> None:
    """Show the number to who knows the nonce.  Clears some whose logins have died with their process."""

    async def work(apart: View) -> None:
        for name in await apart.list(FOLDER, limit=_CLEARED):
            old = await apart.read(FOLDER + name, Challenge)
            if old is not None and old.expires_at <= now:
                apart.delete(FOLDER + name)
        apart.write(_key(nonce), Challenge(answer=answer, expires_at=now + LIFE_S))

    await view.apart(work)


async def drop(view: View, nonce: str) -> None:
    """Show it no more."""

    async def work(apart: View) -> None:
        apart.delete(_key(nonce))

    await view.apart(work)


async def answer_of(view: View, nonce: str, now: float) -> int | None:
    """The number that belongs to a nonce, if its login waits for it."""
    challenge = await view.read(_key(nonce), Challenge)
    return None if challenge is None or challenge.expires_at <= now else challenge.answer


def _key(nonce: str) -> str:
    return FOLDER + sha256(nonce.encode("utf-8", "surrogatepass")).hex()
