"""Encryption to a public key, against RFC 9180's own vector by way of an independent reading of the RFC."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.crypto import hpke
from strongroom.lib.errors import Tampered

KEM = b"KEM" + (0x0020).to_bytes(2, "big")


def _extract(suite: bytes, salt: bytes, label: bytes, key: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + key, hashlib.sha256)


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    message = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(key, message + b"\x01", hashlib.sha256)[:length]


def schedule(private: bytes, enc: bytes, info: bytes, aead: int, key_bytes: int) -> tuple[bytes, bytes]:
    """Key and nonce of the receiver in base mode.  Source: RFC 9180, sections 4.1 and 5.1."""
    own = X25519PrivateKey.from_private_bytes(private)
    shared = own.exchange(X25519PublicKey.from_public_bytes(enc))
    context = enc + own.public_key().public_bytes_raw()
    secret = _expand(KEM, _extract(KEM, b"", b"eae_prk", shared), b"shared_secret", context, 32)
    suite = b"HPKE" + (0x0020).to_bytes(2, "big") + (0x0001).to_bytes(2, "big") + aead.to_bytes(2, "big")
    context = b"\x00" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    key = _extract(suite, secret, b"secret", b"")
    return _expand(suite, key, b"key", context, key_bytes), _expand(suite, key, b"base_nonce", context, 12)


def test_the_reference_gives_the_rfc_vector() -> None:
    """RFC 9180, appendix A.1.1 (AES-128-GCM; the RFC prints none of AES-256-GCM), proves the reference above."""
    private = bytes.fromhex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8")
    enc = bytes.fromhex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431")
    key, nonce = schedule(private, enc, b"Ode on a Grecian Urn", 0x0001, 16)
    assert key.hex() == "4531685d41d65f03dc48f6b8302c05b0"
    assert nonce.hex() == "56d890e5accaaf011cff4b7d"
    sealed = bytes.fromhex("f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a")
    assert AESGCM(key).decrypt(nonce, sealed, b"Count-0") == b"Beauty is truth, truth beauty"


@settings(max_examples=20)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=60), st.binary(max_size=20))
def test_seal_is_rfc_9180(private: bytes, plain: bytes, info: bytes) -> None:
    """What `seal` makes, the RFC's receiver opens: encapsulated key first, then the ciphertext."""
    sealed = hpke.seal(hpke.public_key(private), plain, info)
    key, nonce = schedule(private, sealed[:32], info, 0x0002, 32)
    assert AESGCM(key).decrypt(nonce, sealed[32:], b"") == plain
    assert hpke.open_(private, sealed, info) == plain


@pytest.mark.parametrize("cut", [0, 1, 31, 32, 33, 47, 79])
def test_what_is_cut_does_not_open(cut: int) -> None:
    """Truncated bytes raise `Tampered`."""
    sealed = hpke.seal(hpke.public_key(bytes(range(32))), bytes(32), b"info")
    assert len(sealed) == 80
    with pytest.raises(Tampered):
        hpke.open_(bytes(range(32)), sealed[:cut], b"info")


def test_another_key_another_info_or_an_altered_byte_do_not_open() -> None:
    """Each raises `Tampered`, and so does a point of small order, whose shared secret everybody knows."""
    private = bytes(range(32))
    sealed = hpke.seal(hpke.public_key(private), b"root key", b"info")
    altered = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    for attempt in (
        (bytes(range(1, 33)), sealed, b"info"),
        (private, sealed, b"other"),
        (private, bytes(32) + sealed[32:], b"info"),
        *((private, one, b"info") for one in altered),
    ):
        with pytest.raises(Tampered):
            hpke.open_(*attempt)
