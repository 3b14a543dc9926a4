"""Signed tokens of several algorithms."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import jwt
import pytest

from strongroom.crypto import jose
from strongroom.lib.errors import Tampered

KEYS = {algorithm: jose.generate(algorithm) for algorithm in jose.ALGORITHMS}


def _encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", jose.ALGORITHMS)
def test_a_signed_token_is_read_by_its_public_key(algorithm: str) -> None:
    """By this server, and by a library that has only the JWK; the header names key and algorithm."""
    jwk = jose.public_jwk(KEYS[algorithm], algorithm, "k-1")
    token = jose.sign({"sub": "x", "exp": 1}, KEYS[algorithm], algorithm, "k-1")
    assert jose.kid_of(token) == "k-1"
    assert jose.claims_of(token, jwk) == {"sub": "x", "exp": 1}
    assert jwt.get_unverified_header(token)["alg"] == algorithm
    found = jwt.decode(token, jwt.PyJWK(jwk).key, algorithms=[algorithm], options={"verify_exp": False})
    assert found["sub"] == "x"


@pytest.mark.parametrize("algorithm", jose.ALGORITHMS)
def test_a_jwk_has_nothing_private(algorithm: str) -> None:
    """Only what a verifier needs."""
    jwk = jose.public_jwk(KEYS[algorithm], algorithm, "k")
    assert jwk.keys() <= {"use", "kid", "alg", "kty", "crv", "n", "e", "x", "y"}
    assert (jwk["use"], jwk["kid"], jwk["alg"]) == ("sig", "k", algorithm)


def test_what_was_not_signed_so_is_refused() -> None:
    """Another key's token, another algorithm, none at all, and changed claims."""
    pem = KEYS["RS256"]
    jwk = jose.public_jwk(pem, "RS256", "k")
    token = jose.sign({"sub": "x"}, pem, "RS256", "k")
    head, body, mac = token.split(".")
    for bad in (
        jose.sign({"sub": "x"}, jose.generate("RS256"), "RS256", "k"),
        jose.sign({"sub": "x"}, pem, "RS512", "k"),
        jwt.encode({"sub": "x"}, "secret-that-is-long-enough-for-hmac-256", algorithm="HS256"),
        f"{_encoded({'alg': 'none', 'kid': 'k'})}.{body}.",
        f"{head}.{_encoded({'sub': 'y'})}.{mac}",
        f"{head}.{body}.{mac[:-4]}AAAA",
        f"{head}.{body}.",
        "a.b.c",
    ):
        with pytest.raises(Tampered):
            jose.claims_of(bad, jwk)


@pytest.mark.parametrize("text", ["", "abc", "a.b", "a.b.c.d", "a.b.c", "é.b.c", "." * 2, "a." * 40_000])
def test_what_is_no_token_names_no_key(text: str) -> None:
    """Without an exception of another kind, whatever its bytes and its size."""
    with pytest.raises(Tampered):
        jose.kid_of(text)


def test_half_hashes_fit_the_algorithm() -> None:
    """The left half of the digest that the signature uses; of EdDSA, SHA-512."""
    for algorithm, digest in (("RS256", hashlib.sha256), ("ES384", hashlib.sha384), ("EdDSA", hashlib.sha512)):
        whole = digest(b"code").digest()
        expected = base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()
        assert jose.half_hash("code", algorithm) == expected
