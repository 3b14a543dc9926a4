"""Keys on their way between systems: under an ephemeral AES key, which is under an RSA key.

The message is RSA-OAEP of 32 bytes, as long as the RSA key, and AES-KWP of what is moved behind it.

Source: RFC 5649; RFC 8017, section 7.1; PKCS #11 v3.0, CKM_RSA_AES_KEY_WRAP
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap_with_padding,
    aes_key_wrap_with_padding,
)

from strongroom.crypto.asymmetric.rsa import Oaep, RsaKey
from strongroom.lib.errors import InvalidRequest, Tampered

HASHES: Final = {
    "SHA1": "sha1",
    "SHA224": "sha2-224",
    "SHA256": "sha2-256",
    "SHA384": "sha2-384",
    "SHA512": "sha2-512",
}
"""The names of the import API, with those of signatures."""
_KEK_BYTES: Final = 32
_BLOCK_BYTES: Final = 8
_LEAST_WRAPPED_BYTES: Final = 16
_MAX_MATERIAL_BYTES: Final = 16 * 1024


def wrap(
    target: RsaKey, material: bytes, hash_name: str = "SHA256", random: Callable[[int], bytes] = os.urandom
) -> bytes:
    """What `unwrap` with the target's private half opens.

    Args:
        material: 1 byte to 16 kB. hash_name: a name of `HASHES`, in whatever case; OAEP and its mask use it.

    Raises:
        InvalidRequest: the hash isn't known, or the material is empty or too long.
    """
    oaep = _oaep(hash_name)
    if not 0 < len(material) <= _MAX_MATERIAL_BYTES:
        raise InvalidRequest(f"key material has 1 to {_MAX_MATERIAL_BYTES} bytes, and not {len(material)}")
    kek = random(_KEK_BYTES)
    return target.encrypt(kek, oaep) + _wrap_key(kek, material)


def unwrap(own: RsaKey, ciphertext: bytes, hash_name: str = "SHA256") -> bytes:
    """The material that was wrapped for this key.

    Args:
        hash_name: as in `wrap`.

    Raises:
        InvalidRequest: the hash isn't known, or a part has a length that is impossible.
        Tampered: one of the two steps failed; the text names it.
    """
    oaep = _oaep(hash_name)
    size = (own.bits + 7) // 8
    wrapped = ciphertext[size:]
    if len(wrapped) < _LEAST_WRAPPED_BYTES:
        raise InvalidRequest(
            f"the ciphertext has {len(ciphertext)} bytes: it needs {size} of RSA-OAEP, "
            f"and at least {_LEAST_WRAPPED_BYTES} of AES key wrap behind them"
        )
    if len(wrapped) % _BLOCK_BYTES:
        raise InvalidRequest(
            f"AES key wrap: the {len(wrapped)} bytes behind the {size} of RSA-OAEP are no multiple of {_BLOCK_BYTES}"
        )
    if len(wrapped) > _MAX_MATERIAL_BYTES + 2 * _BLOCK_BYTES:
        raise InvalidRequest(f"AES key wrap: {len(wrapped)} bytes are more than any key needs")
    try:
        kek = own.decrypt(ciphertext[:size], oaep)
    except Tampered:
        raise Tampered(
            f"OAEP failed with {hash_name.upper()}: the ephemeral key was encrypted to another key, "
            "or with another hash (the mask's has to be the same), or with a label"
        ) from None
    if len(kek) != _KEK_BYTES:
        raise InvalidRequest(f"the ephemeral AES key has {len(kek)} bytes, and needs {_KEK_BYTES}")
    try:
        return _unwrap_key(kek, wrapped)
    except Tampered:
        raise Tampered(
            "AES key wrap: integrity check failed: it was made with another key, or not by RFC 5649"
        ) from None


def _oaep(hash_name: str) -> Oaep:
    name = HASHES.get(hash_name.upper())
    if name is None:
        raise InvalidRequest(f"unknown hash function: {hash_name}: it can be {', '.join(HASHES)}")
    return Oaep(name)


def _wrap_key(kek: bytes, key: bytes) -> bytes:
    return aes_key_wrap_with_padding(kek, key)


def _unwrap_key(kek: bytes, wrapped: bytes) -> bytes:
    try:
        return aes_key_unwrap_with_padding(kek, wrapped)
    except InvalidUnwrap:
        raise Tampered("the wrapped key does not authenticate") from None
