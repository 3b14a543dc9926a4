"""Data keys: made at random, or derived from a key of the mount, and encrypted by it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import msgspec

from strongroom.crypto.kdf import hkdf_sha256
from strongroom.engines.transit.encryption import ciphertexts
from strongroom.engines.transit.encryption.ciphers import Cipher, sealed
from strongroom.engines.transit.encryption.items import encrypted
from strongroom.engines.transit.encryption.key_use import KeyUse
from strongroom.engines.transit.fields import bytes_in, number_of, text_of
from strongroom.lib.errors import InvalidRequest

PLAINTEXT = "plaintext"
FORMS = (PLAINTEXT, "wrapped")
MOST = 10_000
"""How many data keys one request gets."""
_SIZES = {128: 16, 256: 32, 512: 64}
_LARGEST_INDEX = 2**63
_PURPOSE = b"strongroom transit derived data key v1"


class Origin(msgspec.Struct, frozen=True):
    """What a set of derived data keys comes from."""

    secret: bytes
    info: bytes
    size_bytes: int
    cipher: Cipher
    """Encrypts them."""

    def __repr__(self) -> str:
        return "Origin(…)"


def size_of(bits: int) -> int:
    """The length in bytes.  Raises `InvalidRequest`."""
    size = _SIZES.get(bits)
    if size is None:
        raise InvalidRequest("invalid bit length; it is 128, 256 or 512")
    return size


def range_of(first: int, end: int, name: str) -> range:
    """The numbers of the data keys of a request.

    Args:
        end: not one of them. name: of the parameter that says it.

    Raises: `InvalidRequest` for none, and for too many.
    """
    if not 0 <= first < _LARGEST_INDEX or not 0 <= end <= _LARGEST_INDEX:
        raise InvalidRequest("the number of a data key is not negative, and has at most 63 bits")
    if end <= first:
        raise InvalidRequest(f"{name} is missing, or leaves no data key")
    if end - first > MOST:
        raise InvalidRequest(f"one request gets {MOST} data keys at the most")
    return range(first, end)


async def made(use: KeyUse, given: Mapping[str, Any], size_bytes: int, *, shown: bool) -> dict[str, Any]:
    """A new data key as an answer has it.

    Args:
        given: the fields of the request, by which the data key is encrypted. shown: whether the key itself is told.

    Raises: `Refused`.
    """
    plaintext = b64encode(use.random.bytes(size_bytes)).decode("ascii")
    choices = {name: value for name, value in given.items() if name not in {"iv", "key_versions"}}
    pair = await encrypted(use, choices | {"plaintext": plaintext})
    if shown:
        pair["plaintext"] = plaintext
    return pair


async def origin_of(use: KeyUse, given: Mapping[str, Any], size_bytes: int) -> Origin:
    """What the data keys of a request to derive some come from.  Raises `Refused`."""
    context = bytes_in(given, "context")
    cipher = await use.encrypting(number_of(given, "key_version"), context)
    # Each part has its length in front of it, so that no two lists of parts give one text.
    # A text from JSON may have half of a surrogate pair, which is no character, but a salt as good as others.
    salt, about = (text_of(given, name).encode("utf-8", "surrogatepass") for name in ("salt", "info"))
    parts = (_PURPOSE, salt, about, context)
    info = b"".join(len(part).to_bytes(8, "big") + part for part in parts) + size_bytes.to_bytes(8, "big")
    return Origin((await use.version(cipher.number)).hmac_key, info, size_bytes, cipher)


def derived(use: KeyUse, origin: Origin, index: int, *, shown: bool) -> dict[str, Any]:
    """The data key of a number, as an answer has it."""
    info = origin.info + index.to_bytes(8, "big")
    key = hkdf_sha256(origin.secret, salt=b"", info=info, length=origin.size_bytes)
    pair = {"ciphertext": ciphertexts.written(origin.cipher.number, sealed(origin.cipher, key, b"", use.random))}
    if shown:
        pair["plaintext"] = b64encode(key).decode("ascii")
    return pair
