"""Keys and tokens of tests."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

NOW = 1_700_000_000


@cache
def rsa_key(name: str = "a") -> rsa.RSAPrivateKey:
    """An RSA key; another one for each name."""
    return rsa.generate_private_key(65537, 2048)


@cache
def ec_key(name: str = "a") -> ec.EllipticCurvePrivateKey:
    """A key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def public_pem(key: Any) -> str:
    """The public half, in PEM."""
    public = key.public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def jwk(key: Any, kid: str, algorithm: str = "RS256") -> dict[str, Any]:
    """The public half, as a JWK."""
    described = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
    return {**described, "kid": kid, "alg": algorithm, "use": "sig"}


def signed(claims: dict[str, Any], key: Any = None, algorithm: str = "RS256", **header: Any) -> str:
    """A token."""
    return jwt.encode(claims, key or rsa_key(), algorithm=algorithm, headers=header or None)


def raw(header: bytes, payload: bytes, signature: bytes = b"x") -> str:
    """A token of any bytes."""
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (header, payload, signature))


def as_json(value: Any) -> bytes:
    """JSON in bytes."""
    return json.dumps(value).encode()
