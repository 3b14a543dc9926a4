"""Codes that the holder of a secret key makes, and can check: HMAC and CMAC (p).

Source: https://openbao.org/api-docs/secret/transit/#generate-hmac; for CMAC
https://developer.hashicorp.com/vault/api-docs/secret/transit
"""

from __future__ import annotations

from strongroom.crypto.hashes import HASHES
from strongroom.crypto.mac import same
from strongroom.crypto.symmetric.cmac import MAC_BYTES, cmac
from strongroom.crypto.symmetric.hmacs import hmac
from strongroom.engines.transit.key_types import key_type
from strongroom.engines.transit.keys.loaded import Loaded
from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib import go_base64
from strongroom.lib.errors import InvalidRequest

_WITHOUT_DIGEST = frozenset({"none", "mldsa-mu"})


def check_algorithm(name: str) -> None:
    """Raise `InvalidRequest` for what is no hash function of an HMAC."""
    if name in _WITHOUT_DIGEST:
        raise InvalidRequest("algorithm cannot be none")
    if name not in HASHES:
        raise InvalidRequest(f"unsupported algorithm {name}; it is one of {', '.join(HASHES)}")


def hmac_of(version: Loaded, algorithm: str, data: bytes) -> bytes:
    """The HMAC by the HMAC key of a version.  Raises `Refused` for an imported public key, which has none."""
    if not version.hmac_key:
        raise Refused(Code.UNSUPPORTED, f"version {version.number} is only a public key, and has no HMAC key")
    return hmac(version.hmac_key, algorithm, data)


def check_cmacs(type_: str) -> None:
    """Raise `InvalidRequest` for a type of keys that makes no CMACs."""
    if not key_type(type_).cmacs:
        raise InvalidRequest(f"key type {type_} does not support CMAC")


def cmac_length(asked: int) -> int:
    """The bytes of a CMAC: 0 asks for all.  Raises `Refused` for another number than there can be."""
    if not 0 <= asked <= MAC_BYTES:
        raise Refused(Code.INVALID_FIELD, f"mac_length must be 1 to {MAC_BYTES}, the block size, or 0 for all of it")
    return asked or MAC_BYTES


def cmac_of(version: Loaded, length: int, data: bytes) -> bytes:
    """The CMAC by a version of a key whose type makes CMACs."""
    return cmac(version.secret, data, length)


def is_code(made: bytes, text: str, what: str) -> bool:
    """Whether a client's code, in base64, is the one that was made.

    Args:
        what: `HMAC` or `CMAC`.

    Raises: `Refused` for what is no base64.
    """
    try:
        shown = go_base64.decoded(text)
    except ValueError as error:
        raise Refused(Code.INVALID_BASE64, f"unable to decode verification {what} as base64: {error}") from error
    return same(made, shown)
