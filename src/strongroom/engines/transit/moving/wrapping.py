"""The mount's wrapping key: what keys from elsewhere are encrypted for, until they are imported."""

from __future__ import annotations

from strongroom.crypto.asymmetric.rsa import RsaKey
from strongroom.engines.transit.keys.records import WrappingKey
from strongroom.lib.generation import GENERATION
from strongroom.sdk import Request

WRAPPING = "wrapping"
BITS = 4096


async def wrapping_key(request: Request) -> RsaKey:
    """The key pair of the mount.  The first request that needs it makes it.

    Two first requests get the same: one of them commits, the other one begins again and finds it.

    Raises: `RateLimited` if it has to be made, and as many keys are being made as may.
    """
    row = await request.view.read(WRAPPING, WrappingKey)
    if row is not None:
        return RsaKey.of_stored(row.private)
    made = request.once.outside("wrapping key", lambda: GENERATION.make(lambda: RsaKey.generate(BITS)))
    request.view.write(WRAPPING, WrappingKey(private=made.private or b"", public=made.public))
    return made
