"""Keys on their way between systems: each step's failure is named."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives.asymmetric import padding

from strongroom.crypto.asymmetric.rsa import RsaKey
from strongroom.crypto.asymmetric.wrapping import HASHES, unwrap, wrap
from strongroom.lib.errors import InvalidRequest, Tampered
from tests.unit.crypto.asymmetric.keys import rsa_key

_MATERIAL = b"key material of some length"


def _made(kek: bytes, wrapped: bytes, label: bytes | None = None) -> bytes:
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), label)
    return rsa_key().signer().public_key().encrypt(kek, oaep) + wrapped


@pytest.mark.parametrize("name", HASHES)
@pytest.mark.parametrize("size", [1, 7, 8, 9, 32, 2400])
def test_what_is_wrapped_is_unwrapped(name: str, size: int) -> None:
    """With every hash, by the public half alone; the hash's name has either case."""
    material = os.urandom(size)
    assert unwrap(rsa_key(), wrap(RsaKey.of_public(rsa_key().public), material, name.lower()), name) == material


def test_another_programs_ciphertext_is_unwrapped() -> None:
    """Its parts stand one after the other."""
    kek = os.urandom(32)
    assert unwrap(rsa_key(), _made(kek, keywrap.aes_key_wrap_with_padding(kek, _MATERIAL))) == _MATERIAL


@pytest.mark.parametrize("other", [name for name in HASHES if name != "SHA256"])
def test_a_wrong_hash_is_named(other: str) -> None:
    """The one that failed."""
    with pytest.raises(Tampered, match=f"OAEP failed with {other}"):
        unwrap(rsa_key(), wrap(rsa_key(), _MATERIAL, "SHA256"), other.lower())


def test_another_key_and_a_label_fail_in_the_first_step() -> None:
    """As a wrong hash does."""
    kek = os.urandom(32)
    with pytest.raises(Tampered, match="OAEP failed with SHA256"):
        unwrap(rsa_key(3072), b"\0" * 128 + wrap(rsa_key(), _MATERIAL))
    with pytest.raises(Tampered, match="OAEP failed with SHA256"):
        unwrap(rsa_key(), _made(kek, keywrap.aes_key_wrap_with_padding(kek, _MATERIAL), b"label"))


def test_a_damaged_wrap_fails_in_the_second_step() -> None:
    """A flipped bit in each of its bytes, another ephemeral key, and wrapping without padding."""
    good = wrap(rsa_key(), _MATERIAL)
    for at in range(256, len(good)):
        with pytest.raises(Tampered, match="AES key wrap: integrity check failed"):
            unwrap(rsa_key(), good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :])
    for wrapped in (
        keywrap.aes_key_wrap_with_padding(bytes(32), _MATERIAL),
        keywrap.aes_key_wrap(b"k" * 32, bytes(32)),
    ):
        with pytest.raises(Tampered, match="AES key wrap: integrity check failed"):
            unwrap(rsa_key(), _made(b"k" * 32, wrapped))


@pytest.mark.parametrize("size", [0, 16, 24, 31, 33])
def test_an_ephemeral_key_of_another_size_is_named(size: int) -> None:
    """It is AES-256 or nothing."""
    with pytest.raises(InvalidRequest, match=f"has {size} bytes, and needs 32"):
        unwrap(rsa_key(), _made(b"k" * size, bytes(16)))


@pytest.mark.parametrize(
    ("size", "named"),
    [
        (0, "needs 256 of RSA-OAEP"),
        (255, "has 255 bytes"),
        (271, "at least 16 of AES key wrap"),
        (273, "no multiple of 8"),
        (256 + 16 * 1024 + 24, "more than any key needs"),
    ],
)
def test_impossible_lengths_are_named(size: int, named: str) -> None:
    """Before anything is decrypted."""
    with pytest.raises(InvalidRequest, match=named):
        unwrap(rsa_key(), bytes(size))


@pytest.mark.parametrize("name", ["", "SHA-256", "sha2-256", "SHA3-256", "MD5"])
def test_other_hashes_are_refused(name: str) -> None:
    """With the list of those that there are."""
    for act in (lambda: wrap(rsa_key(), _MATERIAL, name), lambda: unwrap(rsa_key(), bytes(300), name)):
        with pytest.raises(InvalidRequest, match=r"unknown hash function: .*SHA512"):
            act()


@pytest.mark.parametrize("material", [b"", bytes(16 * 1024 + 1)])
def test_material_of_no_key_is_not_wrapped(material: bytes) -> None:
    """Nothing, and far too much."""
    with pytest.raises(InvalidRequest, match="1 to 16384 bytes"):
        wrap(rsa_key(), material)
