"""Ed25519 and its variants: options, strictness, and the same answers as two other libraries."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings

from strongroom.crypto.asymmetric.ed25519 import CTX, PH, PURE, Ed25519Key
from strongroom.lib.errors import InvalidRequest
from tests.unit.crypto.asymmetric.keys import rsa_key

_KEY = Ed25519Key.of_seed(bytes(range(32)))
_ORDER = 2**252 + 27742317777372353535851937790883648493
_SMALL = [
    bytes.fromhex(digits)
    for digits in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
]
_VARIANTS = [(PURE, b""), (CTX, b"c"), (PH, b""), (PH, b"c")]


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200))
@settings(max_examples=50)
def test_pure_signatures_are_those_of_openssl(seed: bytes, message: bytes) -> None:
    """Byte by byte, and each verifies the other's."""
    other = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    key = Ed25519Key.of_seed(seed)
    signature = key.sign(message)
    assert signature == other.sign(message)
    assert key.verify(message, signature)
    other.public_key().verify(signature, message)


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200))
@settings(max_examples=50)
def test_prehashed_signatures_are_those_of_libsodium(seed: bytes, message: bytes) -> None:
    """It has Ed25519ph without a context."""
    public, private = bindings.crypto_sign_seed_keypair(seed)
    state = bindings.crypto_sign_ed25519ph_state()
    bindings.crypto_sign_ed25519ph_update(state, message)
    signature = Ed25519Key.of_seed(seed).sign(message, PH)
    assert signature == bindings.crypto_sign_ed25519ph_final_create(state, private)
    assert Ed25519Key(public).verify(message, signature, PH)


@given(message=st.binary(max_size=100), context=st.binary(min_size=1, max_size=255))
@settings(max_examples=50)
def test_contexts_of_every_length_sign_and_verify(message: bytes, context: bytes) -> None:
    """In both variants that have one; another context or message doesn't verify."""
    for variant in (CTX, PH):
        signature = _KEY.sign(message, variant, context)
        assert _KEY.verify(message, signature, variant, context)
        assert not _KEY.verify(message, signature, variant, context[:-1] + bytes((context[-1] ^ 1,)))
        assert not _KEY.verify(message + b".", signature, variant, context)


def test_no_variant_verifies_anothers_signature() -> None:
    """All pairs."""
    for variant, context in _VARIANTS:
        signature = _KEY.sign(b"m", variant, context)
        for other in _VARIANTS:
            assert _KEY.verify(b"m", signature, *other) is (other == (variant, context))


def test_a_digest_is_signed_as_its_message() -> None:
    """With `prehashed`, and in Ed25519ph alone."""
    digest = hashlib.sha512(b"m").digest()
    signature = _KEY.sign(digest, PH, b"c", prehashed=True)
    assert signature == _KEY.sign(b"m", PH, b"c")
    assert _KEY.verify(digest, signature, PH, b"c", prehashed=True)


@pytest.mark.parametrize(
    ("variant", "context", "options", "named"),
    [
        (PURE, b"c", {}, "without a context"),
        (PURE, b"", {"prehashed": True}, "ed25519ph"),
        (CTX, b"", {}, "at least 1 byte"),
        (CTX, b"c", {"prehashed": True}, "ed25519ph"),
        (CTX, b"c" * 256, {}, "256 bytes"),
        (PH, b"c" * 256, {}, "256 bytes"),
        (PH, b"", {"prehashed": True}, "sha2-512"),
        ("ed448", b"", {}, "ed448"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    variant: str, context: bytes, options: dict[str, Any], named: str
) -> None:
    """By both sides, with a text that names what is wrong."""
    with pytest.raises(InvalidRequest, match=named):
        _KEY.sign(b"m", variant, context, **options)
    with pytest.raises(InvalidRequest, match=named):
        _KEY.verify(b"m", b"s" * 64, variant, context, **options)


@pytest.mark.parametrize(("variant", "context"), _VARIANTS)
def test_signatures_are_strict(variant: str, context: bytes) -> None:
    """No flipped bit verifies, no other length, and no scalar that isn't reduced, which would make two of one."""
    signature = _KEY.sign(b"m", variant, context)
    for bit in range(512):
        flipped = bytearray(signature)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not _KEY.verify(b"m", bytes(flipped), variant, context), bit
    for wrong in (b"", signature[:-1], signature + b"\0", b"\0" * 64, b"\xff" * 64):
        assert not _KEY.verify(b"m", wrong, variant, context)
    malleable = signature[:32] + (int.from_bytes(signature[32:], "little") + _ORDER).to_bytes(32, "little")
    assert not _KEY.verify(b"m", malleable, variant, context)


@pytest.mark.parametrize(("variant", "context"), _VARIANTS)
def test_keys_of_small_order_verify_nothing(variant: str, context: bytes) -> None:
    """One signature would fit many messages under them."""
    for key in _SMALL:
        with pytest.raises(InvalidRequest, match="no valid Ed25519 public key"):
            Ed25519Key.of_raw_public(key)
        for commitment in _SMALL:
            for number in range(8):
                assert not Ed25519Key(key).verify(b"%d" % number, commitment + bytes(32), variant, context)


def test_openssl_would_accept_some_of_them() -> None:
    """Else the reason for checking them here is gone."""
    accepted = 0
    for key in _SMALL:
        for number in range(8):
            try:
                ed25519.Ed25519PublicKey.from_public_bytes(key).verify(_SMALL[0] + bytes(32), b"%d" % number)
            except InvalidSignature:
                continue
            accepted += 1
    assert accepted


def test_both_halves_are_read_again() -> None:
    """In every form that there is."""
    assert _KEY.private is not None
    assert _KEY.raw_private == bytes(range(32)) + _KEY.raw_public
    for again in (Ed25519Key.of_private(_KEY.private), Ed25519Key.of_seed(_KEY.seed or b"")):
        assert (again.private, again.public) == (_KEY.private, _KEY.public)
    for public in (Ed25519Key.of_public(_KEY.public), Ed25519Key.of_raw_public(_KEY.raw_public)):
        assert (public.public, public.private, public.seed, public.raw_private) == (_KEY.public, None, None, None)
        assert repr(public) == "Ed25519Key(public)"
        for act in (lambda public=public: public.sign(b"m"), public.signer):
            with pytest.raises(InvalidRequest, match="no private half"):
                act()
    assert repr(_KEY) == "Ed25519Key(pair)"
    assert Ed25519Key.generate().public != Ed25519Key.generate().public


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_seeds_of_other_lengths_are_refused(size: int) -> None:
    """With both numbers."""
    with pytest.raises(InvalidRequest, match=f"32 bytes, and not {size}"):
        Ed25519Key.of_seed(b"s" * size)


def test_keys_of_other_kinds_are_refused() -> None:
    """An RSA key is no Ed25519 key."""
    with pytest.raises(InvalidRequest, match="no Ed25519 key"):
        Ed25519Key.of_private(rsa_key().private or b"")
    with pytest.raises(InvalidRequest, match="no Ed25519 key"):
        Ed25519Key.of_public(rsa_key().public)
