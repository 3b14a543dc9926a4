"""A key and its certificates in one file, as Java and Windows read them.

Source: RFC 7292
"""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from strongroom.crypto.issuing.private_keys import PrivateKey


def in_pkcs12(name: str, key: PrivateKey, certificate: bytes, chain: tuple[bytes, ...], password: str) -> bytes:
    """PKCS #12, encrypted by AES-256.  It takes some 10 ms.

    Args:
        name: by which keystores show the entry. certificate, chain: in DER. password: not empty.
    """
    return pkcs12.serialize_key_and_certificates(
        name.encode(),
        key.loaded,
        x509.load_der_x509_certificate(certificate),
        [x509.load_der_x509_certificate(each) for each in chain],
        serialization.BestAvailableEncryption(password.encode()),
    )
