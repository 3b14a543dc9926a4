"""Names of key usages, as Go and OpenSSL call them (p).

Source: RFC 5280, sections 4.2.1.3 and 4.2.1.12; https://pkg.go.dev/crypto/x509#KeyUsage
"""

from __future__ import annotations

from typing import Final

from strongroom.crypto.issuing import algorithm_ids as ids

KEY_USAGES: Final = {
    "digitalsignature": "digital_signature",
    "contentcommitment": "content_commitment",
    "keyencipherment": "key_encipherment",
    "dataencipherment": "data_encipherment",
    "keyagreement": "key_agreement",
    "certsign": "key_cert_sign",
    "crlsign": "crl_sign",
    "encipheronly": "encipher_only",
    "decipheronly": "decipher_only",
}
"""Bits of the key usage by their name in lower case."""

EXT_KEY_USAGES: Final = {
    "any": "2.5.29.37.0",
    "serverauth": "1.3.6.1.5.5.7.3.1",
    "clientauth": "1.3.6.1.5.5.7.3.2",
    "codesigning": "1.3.6.1.5.5.7.3.3",
    "emailprotection": "1.3.6.1.5.5.7.3.4",
    "ipsecendsystem": "1.3.6.1.5.5.7.3.5",
    "ipsectunnel": "1.3.6.1.5.5.7.3.6",
    "ipsecuser": "1.3.6.1.5.5.7.3.7",
    "timestamping": "1.3.6.1.5.5.7.3.8",
    "ocspsigning": "1.3.6.1.5.5.7.3.9",
    "microsoftservergatedcrypto": "1.3.6.1.4.1.311.10.3.3",
    "netscapeservergatedcrypto": "2.16.840.1.113730.4.1",
    "microsoftcommercialcodesigning": "1.3.6.1.4.1.311.2.1.22",
    "microsoftkernelcodesigning": "1.3.6.1.4.1.311.61.1.1",
}
"""Object identifiers of extended key usages by their name in lower case."""


_ALGORITHM_END: Final = 24
"""Bytes of a SubjectPublicKeyInfo in which the object identifier of its algorithm stands."""
_NOT_OF: Final = {
    ids.RSA: frozenset({"key_agreement", "encipher_only", "decipher_only"}),
    ids.EC: frozenset({"key_encipherment", "data_encipherment"}),
    ids.ED25519: frozenset(
        {"key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"}
    ),
}
"""Bits that say of a key what its algorithm can't do.

Source: RFC 3279, section 2.3.1; RFC 8813, section 3; RFC 9295, section 3
"""


def fitting(spki: bytes, usages: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the bits that a key may have: relying parties refuse certificates with others.

    Args:
        spki: SubjectPublicKeyInfo in DER. usages: values of `KEY_USAGES`.
    """
    excluded = next((bits for oid, bits in _NOT_OF.items() if spki.find(oid, 0, _ALGORITHM_END) >= 0), frozenset())
    return tuple(bit for bit in usages if bit not in excluded)


def key_usage(name: str) -> str | None:
    """The bit for a name, in any case and with or without Go's prefix; None for an unknown name."""
    return KEY_USAGES.get(name.strip().lower().removeprefix("keyusage"))


def ext_key_usage(name: str) -> str | None:
    """The object identifier for a name, in any case and with or without Go's prefix; None for an unknown name."""
    return EXT_KEY_USAGES.get(name.strip().lower().removeprefix("extkeyusage"))
