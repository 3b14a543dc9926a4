"""Making keys."""

from __future__ import annotations

from strongroom.crypto.issuing import private_keys
from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.lib.generation import GENERATION
from strongroom.sdk import Request


def new_key(request: Request, type_: str, bits: int) -> PrivateKey:
    """A new key, the same in all attempts of the request.

    One of RSA is made beside the event loop, without a transaction.

    Args:
        bits: 0 for the type's default.

    Raises: `InvalidRequest` as `private_keys.check_size` does; `RateLimited` if too many are being made.
    """
    size = private_keys.check_size(type_, bits)
    name = f"pki key {type_} {size}"
    if type_ != "rsa":
        return request.once(name, lambda: private_keys.generate(type_, size))
    made: PrivateKey = request.once.outside(name, lambda: GENERATION.make(lambda: private_keys.generate(type_, size)))
    return made
