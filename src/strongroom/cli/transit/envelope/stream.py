"""A stream of bytes, sealed in chunks of which none can be altered, moved, left out or added (STREAM).

Every chunk is sealed by AES-256-GCM with a nonce of its number and a mark of the last one: so the end is protected as
well, and memory holds two chunks of a file of any size.  The key is for one stream alone.

Source: "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", https://eprint.iacr.org/2015/189
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from strongroom.crypto.symmetric.gcm import AesGcm
from strongroom.lib.errors import Tampered

CHUNK_BYTES = 64 * 1024
_TAG_BYTES = 16
_NUMBER_BYTES = 11


class BrokenStream(Exception):
    """The stream isn't what was sealed with this key: it was cut, lengthened or altered, or the key is another one."""


def seal(key: bytes, source: BinaryIO, write: Callable[[bytes], object]) -> None:
    """Read all of `source`, and write its chunks.

    Args:
        key: 32 bytes, which no other stream has.
    """
    cipher = AesGcm(key)
    chunk = source.read(CHUNK_BYTES)
    number, last = 0, False
    while not last:
        following = source.read(CHUNK_BYTES)
        last = not following
        write(cipher.seal(_nonce(number, last), chunk, b""))
        chunk, number = following, number + 1


def open_(key: bytes, source: BinaryIO, write: Callable[[bytes], object]) -> None:
    """Read chunks to the end of `source`, and write what they hold.

    What is written is authentic, but is all of it only when this returns.

    Raises: `BrokenStream`.
    """
    cipher = AesGcm(key)
    chunk = source.read(CHUNK_BYTES + _TAG_BYTES)
    number, last = 0, False
    while not last:
        following = source.read(CHUNK_BYTES + _TAG_BYTES)
        last = not following
        try:
            plaintext = cipher.open(_nonce(number, last), chunk, b"")
        except Tampered as error:
            raise BrokenStream from error
        write(plaintext)
        chunk, number = following, number + 1


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(_NUMBER_BYTES, "big") + bytes([last])
