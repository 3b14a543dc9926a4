"""Keys on P-256, P-384 and P-521: signatures, both marshalings, and secrets that two keys have in common."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from strongroom.crypto.asymmetric.ecdh import agree
from strongroom.crypto.asymmetric.ecdsa import CURVES, JWS, P256, P384, P521, Curve, EcdsaKey, der_of_raw, raw_of_der
from strongroom.crypto.asymmetric.hash_algorithms import SIGNED_HASHES
from strongroom.crypto.asymmetric.key_files import pkcs8, spki
from strongroom.lib.errors import InvalidRequest
from tests.unit.crypto.asymmetric.keys import rsa_key

_MESSAGE = b"a message"
_KEYS = {curve.name: EcdsaKey.generate(curve) for curve in CURVES.values()}


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("hash_name", SIGNED_HASHES)
def test_every_hash_signs_on_every_curve(curve: str, hash_name: str) -> None:
    """The message, and its digest as the same, whatever the digest's length is; in both marshalings."""
    key = _KEYS[curve]
    public = EcdsaKey.of_public(key.public)
    digest = hashlib.new(hash_name.replace("sha2-", "sha").replace("-", "_"), _MESSAGE).digest()
    signature = key.sign(_MESSAGE, hash_name)
    assert public.verify(_MESSAGE, signature, hash_name)
    assert public.verify(digest, signature, "sha2-256", prehashed=True)
    assert public.verify(_MESSAGE, key.sign(digest, prehashed=True), hash_name)
    assert not public.verify(_MESSAGE + b".", signature, hash_name)
    raw = key.sign(_MESSAGE, hash_name, marshaling=JWS)
    assert len(raw) == 2 * key.curve.scalar_bytes
    assert public.verify(_MESSAGE, raw, hash_name, marshaling=JWS)
    assert not public.verify(_MESSAGE, raw, hash_name)
    assert not public.verify(_MESSAGE, signature, hash_name, marshaling=JWS)


@pytest.mark.parametrize("curve", [P256, P384])
def test_a_long_digest_is_cut_to_the_order(curve: Curve) -> None:
    """As FIPS 186-5 has it: what stands behind makes no difference."""
    key = _KEYS[curve.name]
    signature = key.sign(b"d" * 100, prehashed=True)
    assert key.verify(b"d" * curve.scalar_bytes + b"other", signature, prehashed=True)
    assert not key.verify(b"d" * (curve.scalar_bytes - 1), signature, prehashed=True)


def test_digests_that_cannot_be_signed_are_refused() -> None:
    """An empty one, and on P-521 one that is longer than any hash has."""
    with pytest.raises(InvalidRequest, match="empty"):
        _KEYS["P-256"].sign(b"", prehashed=True)
    with pytest.raises(InvalidRequest, match="65 bytes"):
        _KEYS["P-521"].sign(b"d" * 65, prehashed=True)


@pytest.mark.parametrize(
    "signature", [b"", b"0", b"\x30\x00", b"\x30\x06\x02\x01\x00\x02\x01\x00", b"\0" * 64, b"\xff" * 64, b"a" * 63]
)
@pytest.mark.parametrize("marshaling", ["asn1", "jws"])
def test_no_signature_raises(signature: bytes, marshaling: str) -> None:
    """Whatever stands in it: zeros among others, which some libraries have accepted for every message."""
    assert _KEYS["P-256"].verify(_MESSAGE, signature, marshaling=marshaling) is False


def test_unknown_options_are_refused() -> None:
    """By both sides, by name."""
    key = _KEYS["P-256"]
    for options in ({"marshaling": "der"}, {"hash_name": "md5"}, {"hash_name": None}, {"hash_name": "none"}):
        with pytest.raises(InvalidRequest, match="invalid"):
            key.sign(_MESSAGE, **options)  # type: ignore[arg-type]
        with pytest.raises(InvalidRequest, match="invalid"):
            key.verify(_MESSAGE, b"", **options)  # type: ignore[arg-type]


def test_marshaling_goes_both_ways() -> None:
    """For each curve; and what doesn't belong to the curve is an error."""
    for key in _KEYS.values():
        signature = key.sign(_MESSAGE)
        assert der_of_raw(raw_of_der(signature, key.curve), key.curve) == signature
    with pytest.raises(ValueError, match="isn't of this curve"):
        raw_of_der(_KEYS["P-521"].sign(_MESSAGE), P256)
    with pytest.raises(ValueError, match="132 bytes"):
        der_of_raw(b"a" * 64, P521)


def test_both_sides_agree_on_a_secret() -> None:
    """As long as the order, for each curve; and not across curves, nor without a private half."""
    for name, own in _KEYS.items():
        peer = EcdsaKey.generate(CURVES[name])
        secret = agree(own, EcdsaKey.of_public(peer.public))
        assert secret == agree(peer, EcdsaKey.of_public(own.public))
        assert len(secret) == own.curve.scalar_bytes
    with pytest.raises(InvalidRequest, match=r"P-384.*P-256"):
        agree(_KEYS["P-256"], _KEYS["P-384"])
    with pytest.raises(InvalidRequest, match="no private half"):
        agree(EcdsaKey.of_public(_KEYS["P-256"].public), _KEYS["P-256"])


def test_both_halves_are_read_again() -> None:
    """And a public key has no private half."""
    for key in _KEYS.values():
        assert key.private is not None
        again, public = EcdsaKey.of_private(key.private), EcdsaKey.of_public(key.public)
        assert (again.private, again.public, again.curve) == (key.private, key.public, key.curve)
        assert public.private is None
        assert repr(public) == f"EcdsaKey({key.curve.name}, public)"
        assert repr(key) == f"EcdsaKey({key.curve.name}, pair)"


@pytest.mark.parametrize("curve", [ec.SECP224R1(), ec.SECP256K1(), ec.BrainpoolP256R1()])
def test_other_curves_are_refused(curve: ec.EllipticCurve) -> None:
    """By name, in both halves."""
    other = ec.generate_private_key(curve)
    with pytest.raises(InvalidRequest, match=curve.name):
        EcdsaKey.of_private(pkcs8(other))
    with pytest.raises(InvalidRequest, match=curve.name):
        EcdsaKey.of_public(spki(other.public_key()))


def test_keys_of_other_kinds_are_refused() -> None:
    """An RSA key is no EC key."""
    assert rsa_key().private is not None
    with pytest.raises(InvalidRequest, match="no EC key"):
        EcdsaKey.of_private(rsa_key().private or b"")
    with pytest.raises(InvalidRequest, match="no EC key"):
        EcdsaKey.of_public(rsa_key().public)
