"""JSON Web Signatures by a shared key, in the compact form, by PyJWT.

Source: RFC 7515, RFC 7518 section 3.2
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import jwt

from strongroom.lib.errors import Tampered

HS256 = "HS256"


def sign(payload: bytes, key: bytes, headers: Mapping[str, Any]) -> bytes:
    """The payload, signed with HS256.

    Args:
        headers: the members of the header beside `alg`.
    """
    with _any_key_length():
        return jwt.PyJWS().encode(payload, key, HS256, dict(headers)).encode()


def opened(text: bytes, key: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Header and payload of a signed text.  Raises `Tampered` for another key, another algorithm, or no signed text."""
    try:
        with _any_key_length():
            document = jwt.PyJWS().decode_complete(text, key, algorithms=[HS256])
    except jwt.PyJWTError as error:
        raise Tampered(type(error).__name__) from error
    return document["header"], document["payload"]


class _any_key_length(warnings.catch_warnings):  # noqa: N801 - used like a function
    """Without PyJWT's warning of a short key: another system chose the key."""

    def __enter__(self) -> None:
        super().__enter__()
        warnings.simplefilter("ignore")
