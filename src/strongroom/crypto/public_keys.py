"""Verifies JSON Web Tokens by the public keys of others: from a key set, from PEM.

The algorithm that a token's header names has to fit the key's type and curve, and be one that the caller accepts.
There are no shared keys among them, so no public key can be taken for one.

Source: RFC 7515, RFC 7517, RFC 7518, RFC 8037, RFC 8725.
"""

from __future__ import annotations

import base64
import binascii
import json as plain_json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from strongroom.crypto.mac import sha256
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, Tampered

MAX_BYTES = 64 * 1024
"""The longest token that is looked at."""
MOST_KEYS = 256
MIN_RSA_BITS = 2048
"""Source: RFC 7518, section 3.3."""
_MAX_RSA_BITS = 16384
_LIMITS = json.Limits()

_CODECS = get_default_algorithms()
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
ALGORITHMS = frozenset({*_RSA, *_CURVES.values(), "EdDSA"})

_MEMBERS = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}

_Public = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key, with the algorithms that it may verify."""

    kid: str
    algorithms: frozenset[str]
    _key: _Public = field(repr=False)

    def fits(self, message: bytes, signature: bytes, algorithm: str) -> bool:
        """Whether it made the signature."""
        return algorithm in self.algorithms and bool(_CODECS[algorithm].verify(message, self._key, signature))

    def jwk(self) -> dict[str, str]:
        """The key as a JWK with the members that it needs, and no others."""
        described = _CODECS[min(self.algorithms)].to_jwk(self._key, as_dict=True)
        return {name: str(described[name]) for name in _MEMBERS[str(described["kty"])]}

    def thumbprint(self) -> str:
        """What the key is recognized by, however it was written.  Source: RFC 7638, section 3."""
        text = plain_json.dumps(self.jwk(), sort_keys=True, separators=(",", ":"))
        return base64.urlsafe_b64encode(sha256(text.encode())).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Token:
    """A signed token in its parts.  Nothing of it is proved."""

    algorithm: str
    kid: str
    header: Mapping[str, Any]
    _message: bytes = field(repr=False)
    _signature: bytes = field(repr=False)
    _payload: bytes = field(repr=False)

    def claims(self, keys: Iterable[PublicKey], algorithms: Collection[str] = ALGORITHMS) -> dict[str, Any]:
        """What the token says, once one of the keys has proved its signature.

        Whether it is still valid, and for whom it is, is the caller's to judge.  If the token names a key, only keys of
        that name, and those without a name, are tried.

        Raises: `Tampered` if no key fits.
        """
        if self.algorithm not in ALGORITHMS or self.algorithm not in algorithms:
            raise Tampered(f"the token is signed with {_shown(self.algorithm)}, which isn't accepted here")
        tried = [key for key in keys if not (self.kid and key.kid) or key.kid == self.kid]
        if not any(key.fits(self._message, self._signature, self.algorithm) for key in tried):
            raise Tampered("the signature of the token is not valid")
        return _object(self._payload, "payload")

    def unproved_claims(self) -> dict[str, Any]:
        """What the token says of itself, where another system proves it, or nothing rests on it.  Raises `Tampered`."""
        return _object(self._payload, "payload")


def parse(text: str) -> Token:
    """Take a token apart.  Raises `Tampered` for what is none."""
    if len(text) > MAX_BYTES:
        raise Tampered(f"the token is longer than {MAX_BYTES} bytes")
    parts = text.split(".")
    if len(parts) != 3 or not all(parts[:2]):
        raise Tampered("the token doesn't have the three parts of a JWS")
    header = _object(_decoded(parts[0]), "header")
    if "crit" in header:
        raise Tampered("the token demands extensions that aren't known here")  # RFC 7515, section 4.1.11
    algorithm, kid = header.get("alg"), header.get("kid", "")
    if not isinstance(algorithm, str) or not isinstance(kid, str):
        raise Tampered("the header of the token can't be read")
    return Token(
        algorithm=algorithm,
        kid=kid,
        header=header,
        _message=f"{parts[0]}.{parts[1]}".encode(),
        _signature=_decoded(parts[2]),
        _payload=_decoded(parts[1]),
    )


def keys_of_set(document: Any) -> tuple[PublicKey, ...]:
    """The keys of a JWK Set that can verify signatures.  Keys of other kinds are passed over, as RFC 7517 has it.

    Raises: `InvalidRequest` for what is no key set, or one with too many keys.
    """
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise InvalidRequest("it is no JSON Web Key Set")
    if len(listed) > MOST_KEYS:
        raise InvalidRequest(f"it has more than {MOST_KEYS} keys")
    return tuple(key for key in map(key_of_jwk, listed) if key is not None)


def key_of_pem(text: str) -> PublicKey:
    """The key in a PEM block: a public key, or a certificate.  Raises `InvalidRequest` naming what is wrong."""
    data = text.strip().encode()
    try:
        if b"BEGIN CERTIFICATE" in data:
            key: Any = x509.load_pem_x509_certificate(data).public_key()
        else:
            key = serialization.load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        if b"PRIVATE KEY" in data:
            # Whoever sends one has shown it to a server that must not have it.
            raise InvalidRequest("it is a private key, and this server needs only the public one") from error
        raise InvalidRequest("it is no public key or certificate in PEM") from error
    algorithms = _algorithms_of(key)
    if not algorithms:
        raise InvalidRequest(f"it is neither RSA of {MIN_RSA_BITS} bits or more, nor on P-256, P-384, P-521 or Ed25519")
    return PublicKey("", algorithms, key)


def key_of_certificate(der: bytes) -> PublicKey | None:
    """The key of a certificate; None if it can't be read, or the key isn't of an accepted kind."""
    try:
        key: Any = x509.load_der_x509_certificate(der).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key_of_spki(key)


def key_of_spki(key: Any) -> PublicKey | None:
    """A public key of `cryptography`, as one that verifies; None if it isn't of an accepted kind."""
    algorithms = _algorithms_of(key)
    return PublicKey("", algorithms, key) if algorithms else None


def key_of_jwk(described: Any) -> PublicKey | None:
    """The key of a JWK that can verify signatures; None for any other."""
    if not isinstance(described, dict) or described.get("use", "sig") != "sig":
        return None
    operations, kid, named = described.get("key_ops"), described.get("kid", ""), described.get("alg")
    if (isinstance(operations, list) and "verify" not in operations) or not isinstance(kid, str):
        return None
    if described.get("kty") not in ("RSA", "EC", "OKP") or "d" in described:
        return None  # nor is a private key, which whoever reads it may use, proof of anything
    try:
        key = jwt.PyJWK(described, algorithm=named if isinstance(named, str) else None).key
    except (jwt.PyJWTError, UnsupportedAlgorithm, NotImplementedError, ValueError, TypeError, KeyError):
        return None
    algorithms = _algorithms_of(key)
    if named is not None:
        algorithms &= {named} if isinstance(named, str) else set()
    return PublicKey(kid, frozenset(algorithms), key) if algorithms else None


def _algorithms_of(key: Any) -> frozenset[str]:
    match key:
        case rsa.RSAPublicKey() if MIN_RSA_BITS <= key.key_size <= _MAX_RSA_BITS:
            return frozenset(_RSA)
        case ec.EllipticCurvePublicKey():
            return frozenset({_CURVES[key.curve.name]}) if key.curve.name in _CURVES else frozenset()
        case ed25519.Ed25519PublicKey():
            return frozenset({"EdDSA"})
    return frozenset()


def _decoded(part: str) -> bytes:
    """The bytes of a part.  Raises `Tampered` for other characters, padding or bits that say nothing."""
    try:
        raw = base64.b64decode(part.encode("ascii") + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Tampered("the token isn't encoded as a JWS is") from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise Tampered("the token isn't encoded as a JWS is")
    return raw


def _object(data: bytes, what: str) -> dict[str, Any]:
    try:
        value = json.loads_within(data, _LIMITS)
        # Of a name that stands there twice, readers take different ones: a proxy may have judged the other.
        plain_json.loads(data, object_pairs_hook=_check_unique)
    except (InvalidRequest, ValueError, RecursionError) as error:
        raise Tampered(f"the {what} of the token can't be read") from error
    if not isinstance(value, dict):
        raise Tampered(f"the {what} of the token is no object")
    return value


def _check_unique(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands there twice")  # RFC 7519, section 4: rejecting them is one of two choices


def _shown(algorithm: str) -> str:
    return algorithm if len(algorithm) <= 16 and algorithm.isalnum() else "an unknown algorithm"
