"""What of a certificate or a key is compared with what a client of ACME has proved."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key

from strongroom.crypto.public_keys import key_of_spki
from strongroom.crypto.unreadable import UNREADABLE


def certified_names(der: bytes) -> tuple[tuple[str, str], ...]:
    """The host names and addresses of a certificate, in lower case, each with its kind: `dns` or `ip`.

    Empty for a certificate with alternative names of other kinds, or with none.
    """
    try:
        found = x509.load_der_x509_certificate(der).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, *UNREADABLE):
        return ()
    names = list(found.value)
    if any(not isinstance(each, x509.DNSName | x509.IPAddress) for each in names):
        return ()
    return tuple(("dns" if isinstance(each, x509.DNSName) else "ip", str(each.value).lower()) for each in names)


def thumbprint_of(spki: bytes) -> str:
    """The thumbprint of a key; empty for a kind that no account may have.

    Args:
        spki: SubjectPublicKeyInfo in DER, of a certificate request that was read.
    """
    key = key_of_spki(load_der_public_key(spki))
    return key.thumbprint() if key is not None else ""
