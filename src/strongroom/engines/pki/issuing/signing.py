"""Signing drafts with an issuer's key."""

from __future__ import annotations

from strongroom.crypto.issuing import certificates
from strongroom.crypto.issuing.certificates import Authority
from strongroom.crypto.issuing.contents import Draft
from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.crypto.issuing.signing import SIGNATURE_BITS, scheme
from strongroom.engines.pki.keys.signatures import made_with
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Request


def signed(
    request: Request, draft: Draft, authority: Authority, signature_bits: int = 0, *, pss: bool = False
) -> bytes:
    """A certificate by an issuer, the same in all attempts of a request: DER.

    Args:
        signature_bits, pss: of RSA keys; 0 for the usual hash function.

    Raises: `InvalidRequest` for contents or a hash function that there can't be; `RateLimited` if too many are being
        made with long RSA keys.
    """
    check_bits(signature_bits)
    return made_with(
        request,
        authority.key,
        (draft, authority.certificate, signature_bits, pss),
        lambda: certificates.signed(draft, authority, scheme(authority.key, signature_bits, pss=pss)),
    )


def self_signed(
    request: Request, draft: Draft, key: PrivateKey, signature_bits: int = 0, *, pss: bool = False
) -> bytes:
    """A certificate that its own key has signed: DER.  Arguments and errors as in `signed`."""
    check_bits(signature_bits)
    return made_with(
        request,
        key,
        (draft, signature_bits, pss),
        lambda: certificates.self_signed(draft, key, scheme(key, signature_bits, pss=pss)),
    )


def check_bits(signature_bits: int) -> None:
    """Raise `InvalidRequest` for a hash function that there isn't.  0 is the usual one."""
    if signature_bits and signature_bits not in SIGNATURE_BITS:
        raise InvalidRequest(f"unsupported signature_bits: {signature_bits}, where 256, 384 and 512 are known")
