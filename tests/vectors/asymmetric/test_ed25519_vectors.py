"""Ed25519, Ed25519ctx and Ed25519ph against published vectors: RFC 8032, its authors', and Project Wycheproof."""

from __future__ import annotations

from strongroom.crypto.asymmetric.ed25519 import PURE, Ed25519Key
from tests.vectors.asymmetric.files import own, packaged, wycheproof


def test_the_signatures_of_the_authors() -> None:
    """Those of the first 1,024 messages, byte by byte: they include those of RFC 8032, section 7.1."""
    lines = packaged("Ed25519/sign.input").splitlines()
    for line in lines:
        pair, public, message, signed = (bytes.fromhex(part) for part in line.split(":")[:4])
        key = Ed25519Key.of_seed(pair[:32])
        assert key.raw_public == public
        assert key.sign(message) == signed[:64]
        assert key.verify(message, signed[:64])
        assert not key.verify(message + b"\0", signed[:64])
    assert len(lines) == 1024


def test_contexts_and_prehashing() -> None:
    """Byte by byte, and no signature of one variant verifies in another."""
    vectors = own("rfc8032_variants.json")["vectors"]
    for vector in vectors:
        key = Ed25519Key.of_seed(bytes.fromhex(vector["seed"]))
        message, context = bytes.fromhex(vector["message"]), bytes.fromhex(vector["context"])
        signature = bytes.fromhex(vector["signature"])
        assert key.raw_public.hex() == vector["public"]
        assert key.sign(message, vector["variant"], context) == signature
        assert key.verify(message, signature, vector["variant"], context)
        assert not key.verify(message, signature, vector["variant"], context + b"x")
        assert not key.verify(message, signature, PURE)
    assert len(vectors) == 5


def test_wycheproof() -> None:
    """Valid signatures verify, and no other ones: malleable ones and points that are spelt otherwise are among them."""
    for group in wycheproof("ed25519_test.json")["testGroups"]:
        raw = bytes.fromhex(group["publicKey"]["pk"])
        for test in group["tests"]:
            valid = Ed25519Key(raw).verify(bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"]))
            assert valid == (test["result"] == "valid"), test["tcId"]
