"""Lists of others, taken apart to be signed again."""

from __future__ import annotations

import warnings

from cryptography import x509

from strongroom.crypto import der, der_values
from strongroom.crypto.certificates import Certificate
from strongroom.crypto.revocation_lists.entries import serial_of, split
from strongroom.crypto.unreadable import UNREADABLE
from strongroom.lib.errors import InvalidRequest

MOST_BYTES = 16 * 1024 * 1024
"""Of all lists of a request."""
_BLOCK = "-----BEGIN"
_TIMES = frozenset({0x17, 0x18})


def entries_of(pem: str, issuer: Certificate, what: str) -> dict[int, bytes]:
    """The entries of a list, by serial number, exactly as they stand there.

    Args:
        issuer: whose key must have signed it. what: the list, for errors.

    Raises: `InvalidRequest` for anything else than one list in PEM that the issuer has signed.
    """
    if pem.count(_BLOCK) != 1:
        raise InvalidRequest(f"failed decoding {what}: invalid crl; should be one PEM block only")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = x509.load_pem_x509_crl(pem.encode("utf-8", "surrogatepass"))
            is_signed = loaded.is_signature_valid(issuer.x509.public_key())  # type: ignore[arg-type]
            tbs = loaded.tbs_certlist_bytes
    except UNREADABLE as error:
        raise InvalidRequest(f"failed decoding {what}: it is no list of revoked certificates in PEM") from error
    if not is_signed or loaded.issuer.public_bytes() != issuer.subject:
        raise InvalidRequest(f"failed verifying {what}: the requested issuer hasn't signed it")
    try:
        return {serial_of(each): each for each in split(_entries(tbs))}
    except der.MalformedDer as error:
        raise InvalidRequest(f"failed decoding {what}: its entries can't be read") from error


def _entries(tbs: bytes) -> bytes:
    """The content of `revokedCertificates`: the SEQUENCE that follows the times; empty if there is none."""
    has_time = False
    for tag, content in der.elements(der.element(tbs)[1]):
        if tag in _TIMES:
            has_time = True
        elif has_time and tag == der_values.SEQUENCE:
            return content
    return b""
