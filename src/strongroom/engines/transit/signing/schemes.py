"""How a signature is made: what the parameters of `sign` and `verify` say together (p).

Source: https://openbao.org/api-docs/secret/transit/#sign-data; for Ed25519ph and Ed25519ctx
https://developer.hashicorp.com/vault/api-docs/secret/transit#sign-data
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from strongroom.crypto.asymmetric.ed25519 import CTX, PH, PURE
from strongroom.crypto.hashes import HASHES
from strongroom.lib import go_base64
from strongroom.lib.errors import InvalidRequest

DEFAULT_HASH = "sha2-256"
NO_HASH = "none"
MU = "mldsa-mu"
MOST_CONTEXT_BYTES = 255
"""Source: RFC 8032, section 5.1; FIPS 204, section 5.2; FIPS 205, section 10.2."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,6}")
_MOST_KEPT_CHARACTERS = 512
"""Of the texts of `Asked` together.  A context of 255 bytes has 340 in base64."""


class Scheme(msgspec.Struct, frozen=True):
    """How signatures of one request are made or checked."""

    hash: str
    """A name of `HASHES`, `NO_HASH` or `MU`."""
    jws: bool = False
    """Whether signatures are in the form of RFC 7515, instead of that of X.509."""
    pkcs1: bool = False
    """Whether RSA signs by PKCS #1 v1.5, instead of PSS."""
    salt_bytes: int | None = None
    """The length of PSS's salt; None for the largest, and when it is checked for any."""
    prehashed: bool = False
    """Whether the input is a digest."""
    variant: str = PURE
    """The instance of Ed25519."""
    context: bytes = b""
    """The context of Ed25519ctx, Ed25519ph, ML-DSA and SLH-DSA.  It has nothing to do with derived keys."""


class Asked(msgspec.Struct, frozen=True):
    """The parameters as they were given."""

    hash_algorithm: str = DEFAULT_HASH
    marshaling_algorithm: str = "asn1"
    signature_algorithm: str = ""
    salt_length: str = "auto"
    prehashed: bool = False
    signature_context: str = ""


def scheme_of(type_: str, asked: Asked) -> Scheme:
    """The scheme for keys of a type.

    Args:
        type_: the name of a type that signs.

    Raises: `InvalidRequest` for a parameter that has no such value, and for values that don't go together.
    """
    texts = (asked.signature_algorithm, asked.salt_length, asked.signature_context)  # others have few values
    # Line ends in base64, and parameters that a type ignores, make texts of megabytes: clients must not fill the cache.
    return (_kept_scheme if sum(map(len, texts)) <= _MOST_KEPT_CHARACTERS else _scheme)(type_, asked)


def _scheme(type_: str, asked: Asked) -> Scheme:
    if asked.marshaling_algorithm not in {"asn1", "jws"}:
        raise InvalidRequest(f'invalid marshaling type "{asked.marshaling_algorithm}"; it is asn1 or jws')
    hash_ = asked.hash_algorithm or DEFAULT_HASH
    if hash_ not in HASHES and hash_ not in {NO_HASH, MU}:
        raise InvalidRequest(f'invalid hash algorithm "{hash_}"; it is one of {", ".join(HASHES)}')
    salt = _salt(asked.salt_length, hash_)
    context = _context(asked.signature_context)
    if hash_ == MU and not (asked.prehashed and type_ == "ml-dsa"):
        raise InvalidRequest("hash_algorithm=mldsa-mu requires prehashed=true and a ML-DSA compatible key")
    variant = PURE
    if type_ == "ed25519":
        variant = _variant(asked, hash_, context)
    elif type_.startswith(("rsa-", "ecdsa-")):
        _check_classic(type_, asked, hash_, context)
    else:
        _check_post_quantum(type_, asked, hash_, context)
    return Scheme(
        hash=hash_,
        jws=asked.marshaling_algorithm == "jws",
        pkcs1=asked.signature_algorithm == "pkcs1v15",
        salt_bytes=salt,
        prehashed=asked.prehashed,
        variant=variant,
        context=context,
    )


_kept_scheme = lru_cache(maxsize=256)(_scheme)


def _salt(text: str, hash_: str) -> int | None:
    digest_bytes = HASHES[hash_].digest_bytes if hash_ in HASHES else 0
    if text == "auto":
        return None
    if text == "hash":
        return digest_bytes
    if _NUMBER.fullmatch(text) is None:
        raise InvalidRequest(f"salt length neither 'auto', 'hash', nor an int: {text}")
    number = int(text)
    if number < -1:
        raise InvalidRequest(f"salt length is invalid: {number}")
    # Both numbers have a meaning of their own in Go: 0 says "auto", and -1 says "hash".
    return digest_bytes if number == -1 else number or None


def _context(text: str) -> bytes:
    try:
        context = go_base64.decoded(text)
    except ValueError as error:
        raise InvalidRequest(f"unable to decode signature_context as base64: {error}") from error
    if len(context) > MOST_CONTEXT_BYTES:
        raise InvalidRequest(f"signature_context may have {MOST_CONTEXT_BYTES} bytes, and has {len(context)}")
    return context


def _variant(asked: Asked, hash_: str, context: bytes) -> str:
    """The instance of Ed25519 that the parameters name.

    A digest that is signed as if it were the message verifies nowhere else.  So it has to be asked for by name.
    """
    named = asked.signature_algorithm
    if named == CTX:
        if asked.prehashed:
            raise InvalidRequest("ed25519ctx signs no digest; use signature_algorithm=ed25519ph with prehashed=true")
        if not context:
            raise InvalidRequest("signature_algorithm=ed25519ctx requires a signature_context")
        return CTX
    if named == PH or (asked.prehashed and hash_ == "sha2-512"):
        return PH
    if asked.prehashed:
        raise InvalidRequest(
            "an ed25519 key signs a digest only as Ed25519ph: use signature_algorithm=ed25519ph with the SHA-512 "
            "digest as the input, or leave prehashed out to sign the input as it is"
        )
    return CTX if context else PURE


def _check_classic(type_: str, asked: Asked, hash_: str, context: bytes) -> None:
    if context:
        raise InvalidRequest(f"keys of type {type_} take no signature_context")
    if hash_ == NO_HASH and not (asked.prehashed and asked.signature_algorithm == "pkcs1v15"):
        raise InvalidRequest("hash_algorithm=none requires both prehashed=true and signature_algorithm=pkcs1v15")
    if type_.startswith("rsa-") and asked.signature_algorithm not in {"", "pss", "pkcs1v15"}:
        raise InvalidRequest(f"unsupported rsa signature algorithm {asked.signature_algorithm}; it is pss or pkcs1v15")


def _check_post_quantum(type_: str, asked: Asked, hash_: str, context: bytes) -> None:
    if type_ == "hybrid" and context:
        raise InvalidRequest("keys of type hybrid take no signature_context")
    if hash_ == MU and context:
        raise InvalidRequest("hash_algorithm=mldsa-mu takes no signature_context: mu already contains it")
    if asked.prehashed and hash_ not in {MU, NO_HASH}:
        raise InvalidRequest(f"keys of type {type_} sign no digest: leave prehashed out, and send the message")
