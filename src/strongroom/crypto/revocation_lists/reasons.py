"""Why a certificate was revoked (p).

Source: RFC 5280, section 5.3.1
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.crypto import der, der_values
from strongroom.lib.errors import InvalidRequest

UNSPECIFIED: Final = 0
NAMES: Final[Mapping[int, str]] = {
    UNSPECIFIED: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}
"""Codes and names.  A revocation is for good, so `certificateHold` and `removeFromCRL` are none."""
_CODES: Final = {name.lower(): code for code, name in NAMES.items()}
_REASON_CODE: Final = "2.5.29.21"


def named(text: str) -> int:
    """The code of a name, in any case; of an empty one, that of no reason.  Raises `InvalidRequest`."""
    code = _CODES.get((text or NAMES[UNSPECIFIED]).lower())
    if code is None:
        raise InvalidRequest(f"the reason {text[:64]!r} is none of {', '.join(NAMES.values())}")
    return code


def value(code: int) -> bytes:
    """A code in DER."""
    return der.encoded(der_values.ENUMERATED, bytes((code,)))


def extensions(code: int) -> tuple[bytes, ...]:
    """What the entry of a list says of it: nothing if it isn't specified, as the RFC wants it."""
    return (der_values.extension(_REASON_CODE, value(code)),) if code else ()
