"""Row and name encryption against published vectors, and against an independent reading of RFC 5297."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st

from strongroom.crypto.aead import Aes256Gcm, Aes256Siv
from strongroom.lib.errors import Tampered

# D. McGrew, J. Viega: "The Galois/Counter Mode of Operation", appendix B, test cases 13, 14, 16 (AES-256).
_K16 = "feffe9928665731c6d6a8f9467308308" * 2
_P16 = (
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
)
_C16 = (
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
)
GCM = [
    ("00" * 32, "00" * 12, "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
    ("00" * 32, "00" * 12, "00" * 16, "", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"),
    (
        _K16,
        "cafebabefacedbaddecaf888",
        _P16,
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        _C16,
        "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
]


@pytest.mark.parametrize(("key", "nonce", "plain", "associated", "sealed", "tag"), GCM)
def test_gcm_vectors(key: str, nonce: str, plain: str, associated: str, sealed: str, tag: str) -> None:
    """AES-256-GCM gives the published ciphertext and tag, and takes them back."""
    cipher = Aes256Gcm(bytes.fromhex(key))
    made = cipher.seal(bytes.fromhex(nonce), bytes.fromhex(plain), bytes.fromhex(associated))
    assert made == bytes.fromhex(sealed + tag)
    assert cipher.open(bytes.fromhex(nonce), made, bytes.fromhex(associated)) == bytes.fromhex(plain)


@given(st.binary(max_size=40), st.binary(max_size=40), st.data())
def test_whatever_is_altered_is_noticed(plain: bytes, associated: bytes, data: st.DataObject) -> None:
    """One flipped bit in nonce, ciphertext, tag or associated data, or any cut, is `Tampered`."""
    cipher, nonce = Aes256Gcm(bytes(range(32))), bytes(12)
    sealed = cipher.seal(nonce, plain, associated)
    whole = nonce + sealed + associated
    at = data.draw(st.integers(0, len(whole) * 8 - 1))
    flipped = bytearray(whole)
    flipped[at // 8] ^= 1 << at % 8
    cut = 12 + len(sealed)
    with pytest.raises(Tampered):
        cipher.open(bytes(flipped[:12]), bytes(flipped[12:cut]), bytes(flipped[cut:]))
    with pytest.raises(Tampered):
        cipher.open(nonce, sealed[: data.draw(st.integers(0, len(sealed) - 1))], associated)


@pytest.mark.parametrize("nonce_bytes", [0, 1, 7, 8, 11])
def test_a_short_nonce_is_tampering(nonce_bytes: int) -> None:
    """A row that was cut inside its nonce raises `Tampered`, not an error of the library."""
    with pytest.raises(Tampered):
        Aes256Gcm(bytes(32)).open(bytes(nonce_bytes), bytes(16), b"")


def _cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


def _double(block: bytes) -> bytes:
    number = int.from_bytes(block, "big") << 1
    return ((number & (1 << 128) - 1) ^ (0x87 if number >> 128 else 0)).to_bytes(16, "big")


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def siv(key: bytes, associated: bytes, plain: bytes) -> bytes:
    """SIV encryption, written from RFC 5297, sections 2.4 and 2.6, for one string of associated data."""
    mac_key, counter_key = key[: len(key) // 2], key[len(key) // 2 :]
    chain = _xor(_double(_cmac(mac_key, bytes(16))), _cmac(mac_key, associated))
    if len(plain) >= 16:
        last = plain[:-16] + _xor(plain[-16:], chain)
    else:
        last = _xor(_double(chain), plain + b"\x80" + bytes(15 - len(plain)))
    iv = _cmac(mac_key, last)
    start = int.from_bytes(iv, "big") & ~(1 << 63) & ~(1 << 31)
    counter = Cipher(algorithms.AES(counter_key), modes.CTR(start.to_bytes(16, "big"))).encryptor()
    return iv + counter.update(plain) + counter.finalize()


def test_the_reference_gives_the_rfc_vector() -> None:
    """RFC 5297, appendix A.1, proves the reference above (it is of AES-128; the RFC has none of AES-256)."""
    key = bytes.fromhex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    associated = bytes.fromhex("101112131415161718191a1b1c1d1e1f2021222324252627")
    made = siv(key, associated, bytes.fromhex("112233445566778899aabbccddee"))
    assert made.hex() == "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c"


@given(st.binary(min_size=64, max_size=64), st.binary(max_size=40), st.binary(min_size=1, max_size=60))
def test_siv_is_rfc_5297(key: bytes, associated: bytes, plain: bytes) -> None:
    """Names are sealed as RFC 5297 says, equal ones equally, and open again."""
    cipher = Aes256Siv(key)
    assert cipher.seal(plain, associated) == siv(key, associated, plain)
    assert cipher.open(cipher.seal(plain, associated), associated) == plain


@pytest.mark.parametrize("sealed", [b"", bytes(15), bytes(16), bytes(40)])
def test_siv_refuses_what_it_did_not_seal(sealed: bytes) -> None:
    """Too short or foreign ciphertexts raise `Tampered`."""
    with pytest.raises(Tampered):
        Aes256Siv(bytes(range(64))).open(sealed, b"")


@pytest.mark.parametrize("size", [0, 16, 24, 31, 33, 64])
def test_keys_of_another_size_are_refused(size: int) -> None:
    """Neither cipher falls back to a weaker key size."""
    with pytest.raises(ValueError, match="key of 32 bytes"):
        Aes256Gcm(bytes(size))
    if size != 64:
        with pytest.raises(ValueError, match="key of 64 bytes"):
            Aes256Siv(bytes(size))
