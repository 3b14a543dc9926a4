"""Object identifiers of keys' algorithms and curves, in DER (p).

Source: RFC 3279, section 2.3.1; RFC 5480, section 2.1.1; RFC 8410, section 3
"""

from __future__ import annotations

from typing import Final

from strongroom.crypto.der_values import identifier

RSA: Final = identifier("1.2.840.113549.1.1.1")
EC: Final = identifier("1.2.840.10045.2.1")
ED25519: Final = identifier("1.3.101.112")
CURVES: Final = {
    224: identifier("1.3.132.0.33"),
    256: identifier("1.2.840.10045.3.1.7"),
    384: identifier("1.3.132.0.34"),
    521: identifier("1.3.132.0.35"),
}
"""By the bits of the curve."""
