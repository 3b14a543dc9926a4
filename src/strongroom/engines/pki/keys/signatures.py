"""Signatures by keys of a mount: the same in all attempts of a request, and slow ones beside the event loop."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final, TypeVar

from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.lib.generation import Generation
from strongroom.sdk import Request

T = TypeVar("T")

_SLOW_BITS: Final = 4096
"""An RSA key of this length takes some 5 ms for a signature, and one of 8192 bits seven times as long."""
_THREADS: Final = Generation(what="signatures")
"""Apart from those that make keys, which take much longer."""


def made_with(request: Request, key: PrivateKey, what: Hashable, work: Callable[[], T]) -> T:
    """What `work` makes with a key.

    Args:
        what: all that the result depends on, the key among it: a later attempt may have read another one, or other
            settings.

    Raises: what `work` raises; `RateLimited` if too many are being made.
    """
    name = f"pki signature {hash(what)}"
    if key.type == "rsa" and key.bits >= _SLOW_BITS:

        async def beside() -> T:
            return await _THREADS.make(work)

        return request.once.outside(name, beside)
    return request.once(name, work)
