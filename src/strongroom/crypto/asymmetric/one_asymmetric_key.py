"""PKCS #8 with the public half in it, as Rust's libraries write Ed25519 keys, and `cryptography` doesn't read it (p).

Source: RFC 5958, section 2; RFC 8410, section 7
"""

from __future__ import annotations

from typing import Final

from strongroom.crypto import der

_SEQUENCE, _INTEGER, _BITS = 0x30, 0x02, 0x03
_FIRST, _SECOND = b"\x00", b"\x01"
_ATTRIBUTES: Final = 0xA0
_PUBLIC: Final = 0x81
_PUBLIC_IN_A_TAG: Final = 0xA1
"""What `ring` wrote before 0.17: the bit string stands in the element, instead of being it."""


def divided(pkcs8: bytes) -> tuple[bytes, bytes | None]:
    """The private half in PKCS #8 of the first version, and the public half as SubjectPublicKeyInfo, if there is one.

    Args:
        pkcs8: DER of either version. Attributes get lost if it is the second.

    Raises: `MalformedDer`.
    """
    _, content = der.element(pkcs8)
    (_, version), algorithm, private, *more = der.elements(content)
    if version != _SECOND:
        return pkcs8, None
    encoded_algorithm = der.encoded(*algorithm)
    first = der.encoded(_SEQUENCE, der.encoded(_INTEGER, _FIRST) + encoded_algorithm + der.encoded(*private))
    public = None
    for tag, part in more:
        if tag in (_PUBLIC, _PUBLIC_IN_A_TAG):
            bits = part if tag == _PUBLIC else der.element(part)[1]
            public = der.encoded(_SEQUENCE, encoded_algorithm + der.encoded(_BITS, bits))
        elif tag != _ATTRIBUTES:
            raise der.MalformedDer
    return first, public
