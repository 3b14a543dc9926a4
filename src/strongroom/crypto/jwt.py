"""JSON Web Tokens signed with ES512, by PyJWT.

Source: RFC 7519, RFC 7518 section 3.4.
"""

from __future__ import annotations

from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from strongroom.lib.errors import Tampered

ES512 = "ES512"
_PREFIX = "eyJ"
_PARTS = 3
MAX_BYTES = 8192


def looks_like_one(text: str) -> bool:
    """Whether a text has the form of a signed token: three parts, the first a JSON object in base64."""
    return text.startswith(_PREFIX) and len(text) <= MAX_BYTES and text.count(".") == _PARTS - 1


def new_es512_key() -> bytes:
    """A new private key on the curve P-521, as PEM."""
    key = ec.generate_private_key(ec.SECP521R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def sign(claims: dict[str, Any], key: bytes) -> str:
    """The claims, signed.

    Args:
        key: as `new_es512_key` gives it.
    """
    return jwt.encode(claims, key, algorithm=ES512)


def claims_of(text: str, key: bytes) -> dict[str, Any]:
    """What a token says, once its signature is proved; whether it is still valid is the caller's to judge.

    Raises: `Tampered` for another key's signature, another algorithm or what is no token.
    """
    unjudged = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
    try:
        return jwt.decode(text, key, algorithms=[ES512], options=unjudged)  # type: ignore[arg-type]
    except jwt.PyJWTError as error:
        raise Tampered(str(error)) from error
