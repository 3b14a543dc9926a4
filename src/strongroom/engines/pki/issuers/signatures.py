"""Signatures by keys of a mount: the same in all attempts of a request, and slow ones beside the event loop."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final, TypeVar

from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.lib.generation import GENERATION
from strongroom.sdk import Request

T = TypeVar("T")

_SLOW_BITS: Final = 4096
"""An RSA key of this length takes some 5 ms for a signature, and one of 8192 bits seven times as long."""


def made_with(request: Request, key: PrivateKey, what: Hashable, work: Callable[[], T]) -> T:
    """What `work` makes with a key.

    Args:
        what: all that the result depends on.

    Raises: what `work` raises; `RateLimited` if too many are being made.
    """
    # A later attempt may have read another key or other settings.
    name = f"pki signature {hash((what, key.public))}"
    if key.type == "rsa" and key.bits >= _SLOW_BITS:

        async def beside() -> T:
            return await GENERATION.make(work)

        return request.once.outside(name, beside)
    return request.once(name, work)
