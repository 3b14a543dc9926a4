"""Signing drafts with an issuer's key."""

from __future__ import annotations

from typing import Final

from strongroom.crypto.issuing import certificates
from strongroom.crypto.issuing.certificates import Authority
from strongroom.crypto.issuing.contents import Draft
from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.crypto.issuing.signing import SIGNATURE_BITS, scheme
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.generation import Generation
from strongroom.sdk import Request

_SLOW_BITS: Final = 4096
"""An RSA key of this length takes some 5 ms for a signature, and one of 8192 bits seven times as long."""
_THREADS = Generation(what="signatures")


def signed(draft: Draft, authority: Authority, signature_bits: int = 0, *, pss: bool = False) -> bytes:
    """A certificate by an issuer: DER.

    Args:
        signature_bits, pss: of RSA keys; 0 for the usual hash function.

    Raises: `InvalidRequest` for contents or a hash function that there can't be.
    """
    _check(signature_bits)
    return certificates.signed(draft, authority, scheme(authority.key, signature_bits, pss=pss))


def signed_for(
    request: Request, draft: Draft, authority: Authority, signature_bits: int = 0, *, pss: bool = False
) -> bytes:
    """The same, the same in all attempts of a request; with a long RSA key it is made beside the event loop.

    Raises: `InvalidRequest` as `signed` does; `RateLimited` if too many are being made.
    """

    def work() -> bytes:
        return signed(draft, authority, signature_bits, pss=pss)

    # A later attempt may have read another issuer or role.
    name = f"pki signature {hash((draft, authority.certificate, signature_bits, pss))}"
    if authority.key.type == "rsa" and authority.key.bits >= _SLOW_BITS:
        return request.once.outside(name, lambda: _THREADS.make(work))
    return request.once(name, work)


def self_signed(draft: Draft, key: PrivateKey, signature_bits: int = 0, *, pss: bool = False) -> bytes:
    """A certificate that its own key has signed: DER.  Arguments and errors as in `signed`."""
    _check(signature_bits)
    return certificates.self_signed(draft, key, scheme(key, signature_bits, pss=pss))


def _check(signature_bits: int) -> None:
    if signature_bits and signature_bits not in SIGNATURE_BITS:
        raise InvalidRequest(f"unsupported signature_bits: {signature_bits}, where 256, 384 and 512 are known")
