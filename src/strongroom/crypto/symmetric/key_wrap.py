"""Keys encrypted under another key: AES-KWP."""

from __future__ import annotations

from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap_with_padding,
    aes_key_wrap_with_padding,
)

from strongroom.lib.errors import Tampered

KEK_BYTES = (16, 24, 32)


def wrap(kek: bytes, key: bytes) -> bytes:
    """`key`, encrypted and authenticated; 8 to 15 bytes longer, and the same every time.

    Args:
        kek: the key that encrypts, 16, 24 or 32 bytes. key: 1 byte or more.

    Raises:
        ValueError: `kek` has another size, or `key` is empty.

    Source: RFC 5649, section 4.1.
    """
    _check(kek)
    if not key:
        raise ValueError("there is no key to wrap")
    return aes_key_wrap_with_padding(kek, key)


def unwrap(kek: bytes, wrapped: bytes) -> bytes:
    """The key that was wrapped.

    Raises:
        Tampered: `wrapped` wasn't made with this `kek`, or was altered or cut.
        ValueError: `kek` has another size than 16, 24 or 32 bytes.

    Source: RFC 5649, section 4.2.
    """
    _check(kek)
    try:
        return aes_key_unwrap_with_padding(kek, wrapped)
    except InvalidUnwrap as error:
        raise Tampered("the wrapped key does not authenticate") from error


def _check(kek: bytes) -> None:
    if len(kek) not in KEK_BYTES:
        raise ValueError("AES-KWP takes a key-encrypting key of 16, 24 or 32 bytes")
