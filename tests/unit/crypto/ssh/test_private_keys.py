"""Keys of authorities that come from elsewhere."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x25519

from strongroom.crypto.ssh import private_keys
from strongroom.lib.errors import InvalidRequest


def pem(key: object) -> str:
    """A key in PKCS #8."""
    return key.private_bytes(  # type: ignore[attr-defined, no-any-return]
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.mark.parametrize(
    ("key", "type_"),
    [
        (rsa.generate_private_key(65537, 2048), "ssh-rsa"),
        (ec.generate_private_key(ec.SECP256R1()), "ecdsa-sha2-nistp256"),
        (ec.generate_private_key(ec.SECP384R1()), "ecdsa-sha2-nistp384"),
        (ec.generate_private_key(ec.SECP521R1()), "ecdsa-sha2-nistp521"),
        (ed25519.Ed25519PrivateKey.generate(), "ssh-ed25519"),
    ],
)
def test_keys_that_sign(key: object, type_: str) -> None:
    """As OpenSSH has them, and the same when they are written and read again."""
    pair = private_keys.imported(pem(key))
    assert pair.public.type == type_
    assert private_keys.imported(private_keys.written(pair)).public == pair.public


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256K1()),
        ec.generate_private_key(ec.BrainpoolP256R1()),
        ec.generate_private_key(ec.SECP224R1()),
        ed448.Ed448PrivateKey.generate(),
        x25519.X25519PrivateKey.generate(),
        dsa.generate_private_key(1024),
    ],
)
def test_keys_that_sign_no_certificates(key: object) -> None:
    """Other curves and algorithms are refused by name."""
    with pytest.raises(InvalidRequest, match="no type that signs SSH certificates"):
        private_keys.imported(pem(key))
