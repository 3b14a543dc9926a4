"""The ciphers with authentication, against published vectors, and their limits."""

from __future__ import annotations

import contextlib
from typing import Any, Protocol

import pytest

from strongroom.crypto.symmetric.chacha import ChaCha20Poly1305, XChaCha20Poly1305, hchacha20
from strongroom.crypto.symmetric.gcm import AesGcm
from strongroom.lib.errors import Tampered
from tests.published.responses import value, vectors
from tests.published.tally import Tally
from tests.published.wycheproof import case_name, cases


class Aead(Protocol):
    nonce_bytes: int

    def __init__(self, key: bytes) -> None: ...
    def seal(self, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes: ...
    def open(self, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes: ...


CIPHERS = [AesGcm, ChaCha20Poly1305, XChaCha20Poly1305]


def opened(cipher: Aead, nonce: bytes, sealed: bytes, associated: bytes) -> bytes | None:
    """The plaintext, or None if the cipher refuses."""
    with contextlib.suppress(Tampered):
        return cipher.open(nonce, sealed, associated)
    return None


def made(cipher: Aead, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes | None:
    """The ciphertext, or None if the cipher refuses."""
    with contextlib.suppress(ValueError):
        return cipher.seal(nonce, plaintext, associated)
    return None


@pytest.mark.parametrize("key_bits", [128, 192, 256])
def test_gcm_encrypts_as_nist_does(key_bits: int) -> None:
    """With nonces of 12 bytes; published tags that are shorter are the beginning of ours.  Other nonces are refused."""
    tally = Tally(f"gcmEncryptExtIV{key_bits}.rsp")
    for vector in vectors(f"ciphers/AES/GCM/{tally.source}"):
        found = made(AesGcm(value(vector["key"])), value(vector["iv"]), value(vector["pt"]), value(vector["aad"]))
        if vector["ivlen"] == "96":
            published = value(vector["ct"] + vector["tag"])
            tally.note(vector, right=found is not None and found[: len(published)] == published)
        else:
            tally.note(vector, right=found is None)
    tally.settle(7875)


@pytest.mark.parametrize("key_bits", [128, 192, 256])
def test_gcm_decrypts_as_nist_does(key_bits: int) -> None:
    """Nonces of 12 and tags of 16 bytes; what has others is refused, as is what NIST says has to fail."""
    tally = Tally(f"gcmDecrypt{key_bits}.rsp")
    for vector in vectors(f"ciphers/AES/GCM/{tally.source}"):
        sealed = value(vector["ct"] + vector["tag"])
        found = opened(AesGcm(value(vector["key"])), value(vector["iv"]), sealed, value(vector["aad"]))
        ours = vector["ivlen"] == "96" and vector["taglen"] == "128" and "fail" not in vector
        tally.note(vector, right=found == (value(vector["pt"]) if ours else None))
    tally.settle(7875)


@pytest.mark.parametrize(
    ("file", "names", "at_least"),
    [
        ("boringssl.txt", ("nonce", "in", "ct", "ad"), 66),
        ("openssl.txt", ("iv", "plaintext", "ciphertext", "aad"), 5),
    ],
)
def test_chacha_is_that_of_other_libraries(file: str, names: tuple[str, str, str, str], at_least: int) -> None:
    """BoringSSL's and OpenSSL's vectors are sealed and opened alike; the one that OpenSSL refuses is refused."""
    tally = Tally(file)
    for vector in vectors(f"ciphers/ChaCha20Poly1305/{file}"):
        nonce, plain, sealed, associated = (value(vector.get(name, "")) for name in names)
        cipher, sealed = ChaCha20Poly1305(value(vector["key"])), sealed + value(vector["tag"])
        found, forged = opened(cipher, nonce, sealed, associated), "result" in vector
        right = (made(cipher, nonce, plain, associated) == sealed) is not forged and found == (
            None if forged else plain
        )
        tally.note(vector, right=right)
    tally.settle(at_least)


@pytest.mark.parametrize(
    ("file", "cipher"),
    [
        ("aes_gcm", AesGcm),
        ("chacha20_poly1305", ChaCha20Poly1305),
        ("xchacha20_poly1305", XChaCha20Poly1305),
    ],
)
def test_wycheproof(file: str, cipher: type[Aead]) -> None:
    """What is valid is sealed and opened alike; what is forged is refused, and what has another size of nonce."""
    tally = Tally(file)
    for case in cases(file):
        tally.note(case_name(case), right=_as_it_should(cipher(bytes.fromhex(case["key"])), case))
    tally.settle(300)


def _as_it_should(cipher: Aead, case: dict[str, Any]) -> bool:
    nonce, plain, associated = (bytes.fromhex(case[name]) for name in ("iv", "msg", "aad"))
    sealed = bytes.fromhex(case["ct"] + case["tag"])
    found, sealed_here = opened(cipher, nonce, sealed, associated), made(cipher, nonce, plain, associated)
    if len(nonce) != cipher.nonce_bytes:
        return found is None and sealed_here is None
    if case["result"] == "valid":
        return found == plain and sealed_here == sealed
    return found is None and sealed_here != sealed


def test_hchacha_is_that_of_the_draft() -> None:
    """draft-irtf-cfrg-xchacha-03, section 2.2.1."""
    key, nonce = bytes(range(32)), bytes.fromhex("000000090000004a0000000031415927")
    assert hchacha20(key, nonce).hex() == "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize("size", [0, 8, 11, 13, 16, 23, 25, 32, 128])
def test_nonces_of_another_size_are_refused(cipher: type[Aead], size: int) -> None:
    """To seal with one is the caller's mistake; to open with one is `Tampered`, whatever the library could do."""
    keyed = cipher(bytes(32))
    with pytest.raises(ValueError, match="takes a nonce of"):
        keyed.seal(bytes(size), b"plain", b"")
    with pytest.raises(Tampered, match="does not authenticate"):
        keyed.open(bytes(size), bytes(40), b"")


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 60])
def test_foreign_and_cut_ciphertexts_are_tampering(cipher: type[Aead], size: int) -> None:
    """Those shorter than a tag, too."""
    with pytest.raises(Tampered, match="does not authenticate"):
        cipher(bytes(32)).open(bytes(cipher.nonce_bytes), bytes(size), b"")


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize("size", [0, 1, 15, 17, 31, 33, 64])
def test_keys_of_another_size_are_refused(cipher: type[Aead], size: int) -> None:
    """No cipher falls back to another one, and none shows its key."""
    with pytest.raises(ValueError, match="takes a key of"):
        cipher(b"k" * size)


@pytest.mark.parametrize("cipher", [ChaCha20Poly1305, XChaCha20Poly1305])
@pytest.mark.parametrize("size", [16, 24])
def test_only_aes_has_shorter_keys(cipher: type[Aead], size: int) -> None:
    """16 and 24 bytes are keys of AES alone."""
    with pytest.raises(ValueError, match="takes a key of 32 bytes"):
        cipher(bytes(size))


@pytest.mark.parametrize("cipher", CIPHERS)
def test_no_key_is_shown(cipher: type[Aead]) -> None:
    """What is printed of a cipher by mistake has nothing of its key."""
    keyed = cipher(b"canary-key-canary-key-canary-key")
    assert "canary" not in f"{keyed!r} {keyed}"
