"""Envelopes are opened here by another implementation: what the documentation says, done step by step."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from strongroom.agent.sinks.envelope import NoPublicKey, public_key_of, sealed

OWNER = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = OWNER.public_key().public_bytes_raw()


def opened(document: str, owner: X25519PrivateKey, *, derive: bool, aad: bytes) -> str:
    """What is in an envelope."""
    envelope = {name: base64.b64decode(text) for name, text in json.loads(document).items()}
    assert list(envelope) == ["curve25519_public_key", "nonce", "encrypted_payload"]
    theirs, own = envelope["curve25519_public_key"], owner.public_key().public_bytes_raw()
    key = owner.exchange(X25519PublicKey.from_public_bytes(theirs))
    if derive:
        first, second = (theirs, own) if theirs < own else (own, theirs)
        pseudorandom = hmac.digest(first, key, hashlib.sha256)
        key = hmac.digest(pseudorandom, second + b"\x01", hashlib.sha256)
    return AESGCM(key).decrypt(envelope["nonce"], envelope["encrypted_payload"], aad).decode()


@pytest.mark.parametrize("derive", [False, True])
@pytest.mark.parametrize("aad", [b"", b"told in another way"])
@pytest.mark.parametrize("private", [bytes([number]) * 32 for number in range(1, 9)])
def test_the_owner_reads_it(derive: bool, aad: bytes, private: bytes) -> None:
    """The owner of the key reads the token, whichever of the two public keys is the greater one."""
    document = sealed("hvs.planted", PUBLIC, derive=derive, aad=aad, private=private, nonce=bytes(12))
    assert opened(document, OWNER, derive=derive, aad=aad) == "hvs.planted"
    assert document.endswith("}\n")
    assert "\\n" not in document
    assert " " not in document
    assert "planted" not in document


def test_nobody_else_reads_it() -> None:
    """Without the data that was told in another way, or with another key, it stays closed."""
    document = sealed("hvs.planted", PUBLIC, derive=True, aad=b"told", private=bytes(range(1, 33)), nonce=bytes(12))
    for owner, derive, aad in (
        (OWNER, True, b""),
        (OWNER, False, b"told"),
        (X25519PrivateKey.generate(), True, b"told"),
    ):
        with pytest.raises(Exception, match=r"^$"):
            opened(document, owner, derive=derive, aad=aad)


def test_a_public_key() -> None:
    """The key is read from what its owner left."""
    assert public_key_of(json.dumps({"curve25519_public_key": base64.b64encode(PUBLIC).decode()})) == PUBLIC


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", "expected JSON"),
        ("[]", "expected JSON"),
        ("{}", "expected JSON"),
        ('{"curve25519_public_key": 7}', "expected JSON"),
        ('{"curve25519_public_key": "###"}', "expected JSON"),
        ('{"curve25519_public_key": ""}', "has 0 bytes"),
        ('{"curve25519_public_key": "AAAA"}', "has 3 bytes"),
        ("[" * 100_000, "expected JSON"),
    ],
)
def test_no_public_key(document: str, reason: str) -> None:
    """What holds no key says what was expected."""
    with pytest.raises(NoPublicKey, match=reason):
        public_key_of(document)


def test_a_key_that_gives_no_secret() -> None:
    """With a point of low order the token would be readable for everybody."""
    with pytest.raises(NoPublicKey, match="low order"):
        sealed("hvs.planted", bytes(32), derive=False, aad=b"", private=bytes(range(1, 33)), nonce=bytes(12))
