"""Tokens of others: what proves them, and what only looks as if it did."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import get_default_algorithms

from strongroom.crypto.public_keys import ALGORITHMS, MAX_BYTES, MOST_KEYS, key_of_pem, keys_of_set, parse
from strongroom.lib.errors import InvalidRequest, Tampered

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEYS: dict[str, Any] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), RSA_KEY),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "ES512": ec.generate_private_key(ec.SECP521R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
CLAIMS = {"sub": "eva", "n": 1}


def pem(key: Any) -> str:
    """The public half."""
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def jwk(algorithm: str, **more: Any) -> dict[str, Any]:
    """The public half of the key for an algorithm."""
    described = get_default_algorithms()[algorithm].to_jwk(KEYS[algorithm].public_key(), as_dict=True)
    return {**described, "key_ops": ["verify"], **more}


def signed(algorithm: str, headers: dict[str, Any] | None = None) -> str:
    """The claims, signed."""
    return jwt.encode(CLAIMS, KEYS[algorithm], algorithm=algorithm, headers=headers)


def encoded(value: Any) -> str:
    """A part of a token."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_each_algorithm_by_both_forms_of_keys(algorithm: str) -> None:
    """From PEM and from a key set; by no key of another kind, and not where the algorithm isn't accepted."""
    token = parse(signed(algorithm))
    mine, others = key_of_pem(pem(KEYS[algorithm])), [key_of_pem(pem(key)) for key in KEYS.values()]
    assert token.claims([mine]) == CLAIMS
    assert token.claims(keys_of_set({"keys": [jwk(algorithm)]})) == CLAIMS
    with pytest.raises(Tampered):
        token.claims([mine], ALGORITHMS - {algorithm})
    with pytest.raises(Tampered):
        token.claims([other for other in others if algorithm not in other.algorithms])


def test_nothing_but_a_signature_proves() -> None:
    """No algorithm, one that uses the public key as a shared one, another's signature, none, changed claims."""
    key = key_of_pem(pem(RSA_KEY))
    head, payload, signature = signed("RS256").split(".")
    shared = jwt.PyJWS().encode(
        json.dumps(CLAIMS).encode(), b"shared key of thirty-two letters", algorithm="HS256", headers={"kid": ""}
    )
    other = jwt.encode(CLAIMS, rsa.generate_private_key(public_exponent=65537, key_size=2048), algorithm="RS256")
    for text in (
        f"{encoded({'alg': 'none'})}.{payload}.",
        f"{encoded({'alg': 'none'})}.{payload}.{signature}",
        f"{encoded({'alg': 'RS384'})}.{payload}.{signature}",
        f"{head}.{payload}.",
        f"{head}.{encoded({**CLAIMS, 'sub': 'mallory'})}.{signature}",
        shared,
        other,
    ):
        with pytest.raises(Tampered):
            parse(text).claims([key])


def test_a_named_key_is_the_only_one_tried() -> None:
    """A key without a name may fit any token; a token that names none may fit any key."""
    a, b = (keys_of_set({"keys": [jwk("ES256", kid=kid)]})[0] for kid in ("a", "b"))
    [nameless] = keys_of_set({"keys": [jwk("ES256")]})
    assert parse(signed("ES256", {"kid": "a"})).claims([b, a]) == CLAIMS
    assert parse(signed("ES256", {"kid": "a"})).claims([nameless]) == CLAIMS
    assert parse(signed("ES256")).claims([a]) == CLAIMS
    with pytest.raises(Tampered):
        parse(signed("ES256", {"kid": "a"})).claims([b])


def test_what_is_passed_over_in_a_key_set() -> None:
    """Keys that encrypt, private ones, weak ones, of unknown kinds, and those for another algorithm."""
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    private = get_default_algorithms()["ES256"].to_jwk(KEYS["ES256"], as_dict=True)
    unusable: list[Any] = [
        jwk("ES256", use="enc"),
        jwk("ES256", key_ops=["sign"]),
        jwk("ES256", kid=7),
        jwk("ES256", alg="RS256"),
        jwk("ES256", crv="P-384"),
        jwk("RS256", alg="RSA-OAEP"),
        private,
        get_default_algorithms()["RS256"].to_jwk(weak.public_key(), as_dict=True),
        {"kty": "oct", "k": encoded(b"secret")},
        {"kty": "EC"},
        {"kty": ["RSA"]},
        {**jwk("RS256"), "alg": "none"},
        "key",
    ]
    assert keys_of_set({"keys": unusable}) == ()
    assert [key.kid for key in keys_of_set({"keys": [*unusable, jwk("ES384", kid="good")]})] == ["good"]
    [narrow] = keys_of_set({"keys": [jwk("RS256", alg="RS256")]})
    assert narrow.algorithms == {"RS256"}
    with pytest.raises(Tampered):
        parse(signed("PS256")).claims([narrow])


@pytest.mark.parametrize("document", [None, [], {}, {"keys": {}}, {"keys": [{}] * (MOST_KEYS + 1)}])
def test_what_is_no_key_set(document: Any) -> None:
    """It is told, so that nobody takes an error page for an empty set."""
    with pytest.raises(InvalidRequest):
        keys_of_set(document)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----",
        pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)),
        pem(ec.generate_private_key(ec.SECP256K1())),
        pem(ed448.Ed448PrivateKey.generate()),
    ],
)
def test_what_is_no_usable_key(text: str) -> None:
    """No PEM, too short a key, another curve."""
    with pytest.raises(InvalidRequest):
        key_of_pem(text)


def test_what_is_no_token() -> None:
    """Other forms, padding, characters, too much of it, extensions that it demands, members of other types."""
    head, payload, signature = signed("RS256").split(".")
    for text in (
        "",
        "..",
        f"{head}.{payload}",
        f"{head}.{payload}.{signature}.x",
        f"{head}=.{payload}.{signature}",
        f"{head}.{payload}.{signature}\n",
        f"{head}.{payload}.é",
        f"{encoded([])}.{payload}.{signature}",
        f"{encoded(b'{')}.{payload}.{signature}",
        f"{encoded({'alg': 'RS256', 'crit': ['b64'], 'b64': False})}.{payload}.{signature}",
        f"{encoded({'alg': ['RS256']})}.{payload}.{signature}",
        f"{encoded({'alg': 'RS256', 'kid': 1})}.{payload}.{signature}",
        f"{encoded(b'[' * 9000)}.{payload}.{signature}",
        "a" * (MAX_BYTES + 1),
    ):
        with pytest.raises(Tampered):
            parse(text)


@given(
    st.text(alphabet=st.characters(max_codepoint=0x2FF))
    | st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*")
)
def test_any_text_is_a_token_or_refused(text: str) -> None:
    """Nothing else is raised."""
    try:
        parse(text).claims([key_of_pem(pem(RSA_KEY))])
    except Tampered:
        return
    pytest.fail("it was signed by nobody")


@pytest.mark.parametrize("doubled", ["header", "payload", "within"])
def test_a_name_that_stands_there_twice_is_refused(doubled: str) -> None:
    """Of two claims of one name, two readers may believe different ones."""
    header = b'{"alg":"RS256","alg":"RS256"}' if doubled == "header" else b'{"alg":"RS256"}'
    payload = {"payload": b'{"sub":"a","sub":"b"}', "within": b'{"a":[{"b":1,"b":2}]}'}.get(doubled, b"{}")
    message = f"{encoded(header)}.{encoded(payload)}"
    signature = get_default_algorithms()["RS256"].sign(message.encode(), RSA_KEY)
    with pytest.raises(Tampered, match="can't be read"):
        parse(f"{message}.{encoded(signature)}").claims([key_of_pem(pem(RSA_KEY))])


def test_what_a_token_says_unproved() -> None:
    """It is read without a key, and proves nothing."""
    token = parse(f"{encoded({'alg': 'RS256'})}.{encoded({'iss': 'x'})}.{encoded(b'none')}")
    assert (token.unproved_claims().get("iss"), token.unproved_claims().get("sub")) == ("x", None)
    with pytest.raises(Tampered, match="can't be read"):
        parse(f"{encoded({'alg': 'RS256'})}.{encoded(b'no')}.{encoded(b'none')}").unproved_claims()


def test_a_private_key_is_told_to_be_one() -> None:
    """Whoever configures a private key learns that it has left its place."""
    text = RSA_KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    with pytest.raises(InvalidRequest, match="it is a private key"):
        key_of_pem(text)
