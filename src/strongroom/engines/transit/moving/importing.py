"""Key material from elsewhere becomes a version of a key (p).

Source: https://openbao.org/api-docs/secret/transit/#import-key
"""

from __future__ import annotations

import binascii
from base64 import b64decode

from strongroom.crypto.asymmetric import wrapping
from strongroom.crypto.asymmetric.rsa import RsaKey
from strongroom.engines.transit.key_types import Material, key_type
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.lib.errors import InvalidRequest, Tampered

_MOST_CHARACTERS = 24 * 1024
"""An RSA key of 4096 bits takes 4 kB.  Opening megabytes would keep all other requests waiting."""


def unwrapped(pair: RsaKey, wrapped: str, hash_name: str) -> bytes:
    """What a client has wrapped for the wrapping key.  Raises `InvalidRequest` that names the step that failed."""
    if len(wrapped) > _MOST_CHARACTERS:
        raise InvalidRequest(f"a wrapped key has at most {_MOST_CHARACTERS} characters")
    try:
        sealed = b64decode(wrapped, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("the ciphertext is not in standard base64") from error
    try:
        return wrapping.unwrap(pair, sealed, hash_name)
    except Tampered as error:
        raise InvalidRequest(error.text) from error


def public(key: KeyRecord, pem: str) -> Material:
    """The material of a public key in PEM.  Raises `InvalidRequest`."""
    read = key_type(key.type).public
    if read is None:
        raise InvalidRequest("provided type does not support public_key import")
    return read(key, pem)
