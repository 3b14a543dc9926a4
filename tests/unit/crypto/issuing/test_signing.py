"""Sizes of keys, and how each of them signs."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448

from strongroom.crypto.issuing.private_keys import check_size, generate, load, of
from strongroom.crypto.issuing.signing import scheme
from strongroom.lib.errors import InvalidRequest


@pytest.mark.parametrize(
    ("type_", "bits", "signature_bits", "pss", "name"),
    [
        ("ec", 224, 0, False, "ECDSAWithSHA256"),
        ("ec", 256, 512, True, "ECDSAWithSHA256"),
        ("ec", 384, 0, False, "ECDSAWithSHA384"),
        ("ec", 521, 256, False, "ECDSAWithSHA512"),
        ("ed25519", 0, 512, True, "PureEd25519"),
        ("rsa", 2048, 0, False, "SHA256WithRSA"),
        ("rsa", 2048, 384, False, "SHA384WithRSA"),
        ("rsa", 2048, 512, True, "SHA512WithRSAPSS"),
    ],
)
def test_how_a_key_signs(type_: str, bits: int, signature_bits: int, pss: bool, name: str) -> None:
    """Only RSA has a choice.  A key that was stored is the same."""
    key = generate(type_, bits)
    stored = load(key.pkcs8)
    assert (stored.type, stored.bits, stored.public) == (type_, bits, key.public)
    assert scheme(stored, signature_bits, pss=pss).name == name


@pytest.mark.parametrize(
    ("type_", "bits", "size"),
    [
        *[("rsa", bits, bits) for bits in (2048, 3072, 4096, 8192)],
        *[("ec", bits, bits) for bits in (224, 256, 384, 521)],
        ("rsa", 0, 2048),
        ("ec", 0, 256),
        ("ed25519", 0, 0),
        ("ed25519", 2048, 0),
    ],
)
def test_sizes(type_: str, bits: int, size: int) -> None:
    """0 is the usual one."""
    assert check_size(type_, bits) == size


@pytest.mark.parametrize(
    ("type_", "bits", "said"),
    [
        ("rsa", 1024, "RSA keys < 2048 bits are unsafe"),
        ("rsa", 2047, "RSA keys < 2048 bits are unsafe"),
        ("rsa", 2049, "unsupported bit length for RSA key: 2049"),
        ("rsa", 16384, "unsupported bit length for RSA key: 16384"),
        ("ec", 255, "unsupported bit length for EC key: 255"),
        ("ec", -1, "unsupported bit length for EC key: -1"),
        ("dsa", 0, "unknown key type dsa"),
        ("", 0, "unknown key type "),
    ],
)
def test_no_sizes(type_: str, bits: int, said: str) -> None:
    """They are refused before a key is made."""
    with pytest.raises(InvalidRequest, match=said):
        check_size(type_, bits)


@pytest.mark.parametrize("curve", [ec.SECP256K1(), ec.BrainpoolP256R1(), ec.BrainpoolP384R1()])
def test_keys_on_other_curves_sign_nothing(curve: ec.EllipticCurve) -> None:
    """Those of the same length as one of NIST's too: few clients take them, and none as what they would be called."""
    with pytest.raises(InvalidRequest, match="on a NIST curve"):
        of(ec.generate_private_key(curve))
    with pytest.raises(InvalidRequest, match="on a NIST curve"):
        of(ed448.Ed448PrivateKey.generate())
