"""What a client may choose besides the key: the padding of RSA, the IV of AES-CBC (p).

Source: https://developer.hashicorp.com/vault/api-docs/secret/transit#encrypt-data
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from strongroom.crypto.asymmetric.hash_algorithms import OAEP_HASHES
from strongroom.crypto.asymmetric.rsa import Oaep, Padding, Pkcs1v15, RsaKey
from strongroom.crypto.symmetric.cbc import AesCbc
from strongroom.engines.transit.fields import bytes_in, text_of
from strongroom.engines.transit.refusals import Code, Refused

OF_RSA = ("padding_scheme", "hash_algorithm", "oaep_hash", "mgf_hash")
IV = "iv"
_SCHEMES = ("oaep", "pkcs1v15")
_NAMES = {prefix: frozenset((IV, *(prefix + name for name in OF_RSA))) for prefix in ("", "decrypt_", "encrypt_")}


class Options(msgspec.Struct, frozen=True):
    """The choices for one item."""

    padding: Padding = Oaep()
    iv: bytes = b""
    """Empty for one that the server chooses."""


USUAL = Options()


def options_of(primitive: object, type_: str, given: Mapping[str, Any], prefix: str = "") -> Options:
    """The choices of an item for a key.

    Args:
        primitive: a class of `strongroom.crypto`. type_: the type of the key, for errors.
        prefix: of the names of the RSA options: `decrypt_` or `encrypt_` where both are done.

    Raises: `Refused` for an option that the key doesn't have, and for a value that it doesn't take.
    """
    if given.keys().isdisjoint(_NAMES[prefix]):
        return USUAL
    match primitive:
        case RsaKey():
            options = Options(padding=_padding(given, prefix))
        case AesCbc():
            options = Options(iv=_iv(given)) if given.get(IV) else USUAL
        case _:
            options = USUAL
    if not isinstance(primitive, RsaKey):
        for name in OF_RSA:
            if given.get(prefix + name):
                raise Refused(Code.UNSUPPORTED, f"{prefix}{name} is for RSA keys, and this one is of type {type_}")
    if given.get(IV) and not isinstance(primitive, AesCbc):
        raise Refused(Code.UNSUPPORTED, f"iv is for keys of AES-CBC, and this one is of type {type_}")
    return options


def _padding(given: Mapping[str, Any], prefix: str) -> Padding:
    scheme, hash_algorithm, oaep_hash, mgf_hash = (text_of(given, prefix + name) for name in OF_RSA)
    for name, value in (("hash_algorithm", hash_algorithm), ("oaep_hash", oaep_hash), ("mgf_hash", mgf_hash)):
        if value and value not in OAEP_HASHES:
            raise Refused(Code.INVALID_FIELD, f'{prefix}{name} has no "{value}"; it is one of {", ".join(OAEP_HASHES)}')
    if hash_algorithm and oaep_hash and hash_algorithm != oaep_hash:
        raise Refused(Code.INVALID_FIELD, "hash_algorithm and oaep_hash are two names of one value, and differ")
    hashed = oaep_hash or hash_algorithm
    if scheme not in ("", *_SCHEMES):
        raise Refused(
            Code.INVALID_FIELD, f'{prefix}padding_scheme has no "{scheme}"; it is one of {", ".join(_SCHEMES)}'
        )
    if scheme == "pkcs1v15":
        if hashed or mgf_hash:
            raise Refused(Code.INVALID_FIELD, "the padding pkcs1v15 has no hash: oaep_hash and mgf_hash are for oaep")
        return Pkcs1v15()
    return Oaep(hashed or "sha2-256", mgf_hash or None)


def _iv(given: Mapping[str, Any]) -> bytes:
    iv = bytes_in(given, IV)
    if len(iv) != AesCbc.nonce_bytes:
        raise Refused(Code.INVALID_FIELD, f"iv must have {AesCbc.nonce_bytes} bytes, and has {len(iv)}")
    return iv
