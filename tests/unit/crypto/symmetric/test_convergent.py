"""Derived and convergent encryption, against ciphertexts of a reference server and the keys that it exported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from strongroom.crypto.symmetric.chacha import ChaCha20Poly1305, XChaCha20Poly1305
from strongroom.crypto.symmetric.convergent import derived_keys, nonce
from strongroom.crypto.symmetric.derivation import derive
from strongroom.crypto.symmetric.gcm import AesGcm

# OpenBao 2.7.2 made these: what a ciphertext contains in base64, under keys that were exported and then thrown away.
SEALED: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[3] / "vectors/symmetric/derived_keys.json").read_bytes()
)
CIPHERS: dict[str, tuple[type[AesGcm | ChaCha20Poly1305 | XChaCha20Poly1305], int]] = {
    "aes128-gcm96": (AesGcm, 16),
    "aes256-gcm96": (AesGcm, 32),
    "chacha20-poly1305": (ChaCha20Poly1305, 32),
    "xchacha20-poly1305": (XChaCha20Poly1305, 32),
}


def _name(row: dict[str, Any]) -> str:
    words = ("convergent" * row["convergent"], "empty" * (not row["plaintext"]), "associated" * bool(row["associated"]))
    return "-".join([row["type"], *filter(None, words)])


@pytest.mark.parametrize("row", SEALED, ids=_name)
def test_a_derived_key_opens_what_the_reference_sealed(row: dict[str, Any]) -> None:
    """The nonce stands first, convergent or not; then ciphertext and tag."""
    key, context, plaintext, associated, sealed = _bytes(row)
    cipher, length = CIPHERS[row["type"]]
    first = cipher.nonce_bytes
    assert cipher(derive(key, context, length)).open(sealed[:first], sealed[first:], associated) == plaintext


@pytest.mark.parametrize("row", [row for row in SEALED if row["convergent"]], ids=_name)
def test_convergent_ciphertexts_are_those_of_the_reference(row: dict[str, Any]) -> None:
    """Byte for byte: so a value that was encrypted there is found by what is encrypted here."""
    key, context, plaintext, associated, sealed = _bytes(row)
    cipher, length = CIPHERS[row["type"]]
    cipher_key, nonce_key = derived_keys(key, context, length)
    made = nonce(nonce_key, plaintext, cipher.nonce_bytes)
    assert made + cipher(cipher_key).seal(made, plaintext, associated) == sealed
    assert cipher_key == derive(key, context, length)


def test_the_table_is_whole() -> None:
    """Every cipher, derived and convergent, with and without associated data, with a plaintext and an empty one."""
    rows = {(row["type"], row["convergent"], bool(row["plaintext"]), bool(row["associated"])) for row in SEALED}
    assert len(rows) == len(SEALED) == 32
    assert {row["type"] for row in SEALED} == set(CIPHERS)


def _bytes(row: dict[str, Any]) -> list[bytes]:
    return [bytes.fromhex(row[name]) for name in ("key", "context", "plaintext", "associated", "sealed")]


@pytest.mark.parametrize("length", [-1, 0, 33])
def test_nonces_have_bounds(length: int) -> None:
    """HMAC-SHA256 has no more than 32 bytes, and no cipher a nonce of none."""
    with pytest.raises(ValueError, match="1 to 32 bytes"):
        nonce(bytes(32), b"plaintext", length)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_nonces_need_their_own_key(size: int) -> None:
    """One of 32 bytes: neither the cipher's shorter key nor both keys at once are taken by mistake."""
    with pytest.raises(ValueError, match="key of 32 bytes"):
        nonce(bytes(size), b"plaintext", 12)


def test_a_context_is_needed() -> None:
    """As for every derived key."""
    with pytest.raises(ValueError, match="needs a context"):
        derived_keys(bytes(32), b"", 32)
