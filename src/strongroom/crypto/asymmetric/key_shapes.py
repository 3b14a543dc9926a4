"""What the bytes of a key look like, so that errors can name it (p).

Source: RFC 5958, RFC 5208, RFC 8017 appendix A.1, RFC 5915, RFC 5280
"""

from __future__ import annotations

import re
from typing import Final

from strongroom.crypto import der

PRIVATE: Final = "PKCS#8"
PUBLIC: Final = "a public key"
_SEQUENCE, _INTEGER, _OCTETS, _BITS, _OID = 0x30, 0x02, 0x04, 0x03, 0x06
_SHAPES: Final[tuple[tuple[tuple[int, ...], str], ...]] = (
    # The longer ones stand first, because the others are their beginnings.
    ((_INTEGER, _SEQUENCE, _OCTETS), PRIVATE),
    ((_INTEGER, _INTEGER, _INTEGER), "a PKCS#1 RSA private key"),
    ((_INTEGER, _OCTETS), "a SEC 1 EC private key"),
    ((_INTEGER, _INTEGER), "a PKCS#1 RSA public key"),
    ((_SEQUENCE, _SEQUENCE, _BITS), "a certificate or a certificate request"),
    ((_SEQUENCE, _OCTETS), "an encrypted key"),
    ((_SEQUENCE, _BITS), PUBLIC),
)
_ALGORITHMS: Final = {
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.113549.1.1.10": "RSASSA-PSS",
    "1.2.840.113549.1.1.7": "RSAES-OAEP",
    "1.2.840.113549.1.3.1": "Diffie-Hellman",
    "1.2.840.10040.4.1": "DSA",
    "1.2.840.10045.2.1": "EC",
    "1.3.101.110": "X25519",
    "1.3.101.111": "X448",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
    "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
    "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
    "2.16.840.1.101.3.4.4.1": "ML-KEM-512",
    "2.16.840.1.101.3.4.4.2": "ML-KEM-768",
    "2.16.840.1.101.3.4.4.3": "ML-KEM-1024",
}
_CURVES: Final = {
    "1.2.840.10045.3.1.1": "P-192",
    "1.3.132.0.33": "P-224",
    "1.2.840.10045.3.1.7": "P-256",
    "1.3.132.0.34": "P-384",
    "1.3.132.0.35": "P-521",
    "1.3.132.0.10": "secp256k1",
    "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
    "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
    "1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
    "1.2.156.10197.1.301": "SM2",
}
_RAW_BYTES: Final = (32, 64)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\s-]+={0,2}\s*\Z")
_PEM = re.compile(rb"\s*-----BEGIN ([A-Z0-9 ]{1,40})-----")


def shape(data: bytes) -> str:
    """What the bytes are: `PRIVATE`, `PUBLIC`, or another thing, as what follows "it is"."""
    if not data:
        return "empty"
    if block := _PEM.match(data):
        return f"PEM ({block[1].decode()})"
    try:
        found = list(der.elements(data))
        inner = tuple(tag for tag, _ in der.elements(found[0][1])) if found[0][0] == _SEQUENCE else ()
    except der.MalformedDer:
        return _without_structure(data)
    if len(found) > 1 and inner:
        return "DER with something behind it"
    return next((name for begin, name in _SHAPES if inner[: len(begin)] == begin), _without_structure(data))


def algorithm_of_private(data: bytes) -> str:
    """The algorithm, or the curve, of what has the shape `PRIVATE`, as what stands before "key"."""
    return _algorithm(list(der.elements(der.element(data)[1]))[1][1])


def algorithm_of_public(data: bytes) -> str:
    """The algorithm, or the curve, of what has the shape `PUBLIC`, as what stands before "key"."""
    return _algorithm(next(der.elements(der.element(data)[1]))[1])


def _algorithm(identifier: bytes) -> str:
    try:
        parts = list(der.elements(identifier))
        if not parts or parts[0][0] != _OID:
            return "unknown"
        oid = der.object_identifier(parts[0][1])
        name = _ALGORITHMS.get(oid, oid)
        if name != "EC":
            return name
        if len(parts) != 2 or parts[1][0] != _OID:
            return "EC (with explicit parameters)"
        curve = der.object_identifier(parts[1][1])
        return _CURVES.get(curve, f"EC ({curve})")
    except der.MalformedDer:
        return "unknown"


def _without_structure(data: bytes) -> str:
    if len(data) in _RAW_BYTES:
        return f"{len(data)} bytes without structure, as of a raw key"
    return "base64 text" if _BASE64.match(data) else "no DER that is known here"
