"""Signs and verifies JSON Web Tokens with keys of several algorithms, and describes public keys as JWK.

Source: RFC 7515, RFC 7517, RFC 7518, RFC 7519, RFC 8037.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from strongroom.lib.errors import Tampered

MAX_BYTES = 64 * 1024
"""The longest token that is looked at."""
_Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def _rsa() -> _Private:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


_MAKERS: dict[str, Callable[[], _Private]] = {
    "RS256": _rsa,
    "RS384": _rsa,
    "RS512": _rsa,
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ES512": lambda: ec.generate_private_key(ec.SECP521R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}
ALGORITHMS = tuple(_MAKERS)
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512, "DSA": hashlib.sha512}
_CODECS = get_default_algorithms()
_MEMBERS = frozenset({"kty", "crv", "n", "e", "x", "y"})
_UNJUDGED: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}


def generate(algorithm: str) -> bytes:
    """A new private key for one of `ALGORITHMS`, as PEM.  An RSA key takes some 100 ms: call it in a thread."""
    return _MAKERS[algorithm]().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_jwk(pem: bytes, algorithm: str, kid: str) -> dict[str, str]:
    """The public half of a private key, as a JWK for signatures."""
    described = _CODECS[algorithm].to_jwk(_load(pem).public_key(), as_dict=True)
    kept: dict[str, str] = {name: str(value) for name, value in described.items() if name in _MEMBERS}
    return {"use": "sig", "kid": kid, "alg": algorithm, **kept}


def sign(claims: dict[str, Any], pem: bytes, algorithm: str, kid: str) -> str:
    """The claims as a signed token whose header names the key."""
    return jwt.encode(claims, _load(pem), algorithm=algorithm, headers={"kid": kid})


def kid_of(text: str) -> str:
    """The key that a token's header names; nothing of the token is proved by it.

    Raises: `Tampered` for what is no token.
    """
    if len(text) > MAX_BYTES or text.count(".") != 2:
        raise Tampered("it does not have the three parts of a JWS")
    try:
        return str(jwt.get_unverified_header(text).get("kid", ""))
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise Tampered("the header of the token cannot be read") from error


def claims_of(text: str, jwk: dict[str, str]) -> dict[str, Any]:
    """What a token says, once its signature is proved.  Whether it is still valid is the caller's to judge.

    The algorithm is the key's, whatever the token's header says.

    Raises: `Tampered` for another key's signature, another algorithm or what is no token.
    """
    algorithm = jwk["alg"]
    try:
        key = _CODECS[algorithm].from_jwk(json.dumps(jwk))
        return jwt.decode(text, key, algorithms=[algorithm], options=_UNJUDGED)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise Tampered("the signature of the token is not valid") from error


def half_hash(text: str, algorithm: str) -> str:
    """The left half of a text's digest, which binds a code or an access token to an ID token.

    Source: https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken
    """
    digest = _HASHES[algorithm[-3:]](text.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _load(pem: bytes) -> Any:
    # The key comes from an authenticated row of the store, and checking its primes takes longer than signing.
    return serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
