"""Nonces: made without storing anything, used once in the whole cluster.

A nonce holds its minute and random bytes, and is authenticated by a key of the mount.  So strangers, who may ask for
any number of them, fill no store, and every process knows those of the others, also after a restart.  There is nothing
to limit for each address: a nonce costs one HMAC, less than to look up who has had how many.

One that is used gets a row, written by the transaction of its request: of two requests with one nonce, one finds the
row or a conflict.  That takes a request of its own, with a signature that holds.  The rows of a minute are removed when
its nonces have expired anyway.

Source: RFC 8555, section 6.5
"""

from __future__ import annotations

import hmac
from typing import Final

from strongroom.engines.pki.acme.problems import Problem
from strongroom.engines.pki.acme.records import Mark, NonceKey
from strongroom.engines.pki.acme.requests import decoded, encoded
from strongroom.engines.pki.acme.rows import NONCE_KEY, ROOT
from strongroom.lib.errors import Internal
from strongroom.sdk import Random, Request, View

LIFE_MINUTES: Final = 60
"""Clients keep a nonce while they wait for a name server to publish a record."""
SWEEP: Final = "acme-nonces/"
"""What the scheduled clearing of a minute is called."""
_PIECE: Final = 500
_KEY_BYTES: Final = 32
_RANDOM: Final = 12
_TAG: Final = 16
_BYTES: Final = 4 + _RANDOM + _TAG
_EARLY_MINUTES: Final = 1
"""The clocks of nodes differ a little."""


class Use:
    """Whether a request has used its nonce already: in the transaction that begins a long proof."""

    __slots__ = ("done",)

    def __init__(self) -> None:
        self.done = False


def use_of(request: Request) -> Use:
    """The same in all attempts of a request."""
    return request.once("acme nonce use", Use)


async def make_key(request: Request, random: Random) -> None:
    """Make the key of the mount, if it has none."""
    if await request.view.read(NONCE_KEY, NonceKey) is None:
        request.view.write(NONCE_KEY, NonceKey(key=request.once("acme nonce key", lambda: random.bytes(_KEY_BYTES))))


async def fresh(request: Request, random: Random) -> str:
    """A new nonce."""
    key = await _key(request.view)
    drawn = request.once("acme nonce", lambda: random.bytes(_RANDOM))
    return made(key, int(request.now) // 60, drawn)


def made(key: bytes, minute: int, drawn: bytes) -> str:
    """The nonce of a minute.  (p)"""
    body = minute.to_bytes(4, "big") + drawn
    return encoded(body + _tag(key, body))


def minute_of(nonce: str, key: bytes, now: float) -> int:
    """The minute of a nonce that counts.  (p)

    Raises: `Problem` for one that isn't of this mount, or has expired.
    """
    try:
        raw = decoded(nonce)
    except ValueError:
        raw = b""
    body, tag = raw[:-_TAG], raw[-_TAG:]
    if len(raw) != _BYTES or not hmac.compare_digest(tag, _tag(key, body)):
        raise Problem("badNonce", "the nonce is not one of this server")
    minute, present = int.from_bytes(body[:4], "big"), int(now) // 60
    if not present - LIFE_MINUTES <= minute <= present + _EARLY_MINUTES:
        raise Problem("badNonce", "the nonce has expired")
    return minute


async def use(request: Request, view: View, nonce: str) -> None:
    """Use a nonce, in the transaction of `view`.  Raises `Problem` if it can't be used, or was used."""
    minute = minute_of(nonce, await _key(view), request.now)
    row = f"{ROOT}used/{minute:010d}/{nonce}"
    if await view.read(row, Mark) is not None:
        raise Problem("badNonce", "the nonce was used before")
    view.write(row, Mark())
    sweep = f"{ROOT}sweep/{minute:010d}"
    if await view.read(sweep, Mark) is None:
        view.write(sweep, Mark())
        at = (minute + LIFE_MINUTES + _EARLY_MINUTES + 1) * 60
        await view.schedule(request.mount.id).put(at, f"{SWEEP}{minute:010d}", {})


async def sweep(request: Request, minute: str) -> None:
    """Remove used nonces of a minute, in pieces.  Called as scheduled work."""
    view = request.view
    names = await view.list(f"{ROOT}used/{minute}/", limit=_PIECE)
    for name in names:
        view.delete(f"{ROOT}used/{minute}/{name}")
    if len(names) == _PIECE:
        await request.schedule(request.now, SWEEP + minute)
    else:
        view.delete(f"{ROOT}sweep/{minute}")


def _tag(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")[:_TAG]


async def _key(view: View) -> bytes:
    record = await view.read(NONCE_KEY, NonceKey)
    if record is None:
        raise Internal(detail="ACME is enabled, and the mount has no key for nonces")
    return record.key
