"""Key derivation and digests against their RFCs' vectors."""

from __future__ import annotations

import pytest

from strongroom.crypto.kdf import hkdf_sha256, scrypt
from strongroom.crypto.mac import HmacSha256, hmac_sha256, hmac_sha256_hex, same, sha256

# RFC 5869, appendices A.1 to A.3.
HKDF = [
    (
        "0b" * 22,
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    (
        bytes(range(0x50)).hex(),
        bytes(range(0x60, 0xB0)).hex(),
        bytes(range(0xB0, 0x100)).hex(),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b836"
        "7793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ),
    ("0b" * 22, "", "", "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"),
]


@pytest.mark.parametrize(("key", "salt", "info", "made"), HKDF)
def test_hkdf_vectors(key: str, salt: str, info: str, made: str) -> None:
    """HKDF-SHA256 derives the published keys."""
    derived = hkdf_sha256(bytes.fromhex(key), salt=bytes.fromhex(salt), info=bytes.fromhex(info), length=len(made) // 2)
    assert derived.hex() == made


# RFC 7914, section 12; the function gives 32 bytes, which are the first of the RFC's 64.
SCRYPT = [
    (b"", b"", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"),
    (b"password", b"NaCl", 1024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"),
    (
        b"pleaseletmein",
        b"SodiumChloride",
        16384,
        8,
        1,
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2",
    ),
]


@pytest.mark.parametrize(("password", "salt", "cost", "block", "parallel", "made"), SCRYPT)
def test_scrypt_vectors(password: bytes, salt: bytes, cost: int, block: int, parallel: int, made: str) -> None:
    """scrypt gives the published digests."""
    assert scrypt(password, salt=salt, cost=cost, block=block, parallel=parallel).hex() == made


# RFC 4231, test cases 1, 2 and 6.
HMAC = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
]


@pytest.mark.parametrize(("key", "message", "made"), HMAC)
def test_hmac_vectors(key: bytes, message: bytes, made: str) -> None:
    """HMAC-SHA256 gives the published digests, in all forms; a key that was taken up gives each message its own."""
    assert hmac_sha256(key, message).hex() == hmac_sha256_hex(key, message) == made
    keyed = HmacSha256(key)
    assert [keyed(each).hex() for each in (message, b"", message)] == [made, hmac_sha256_hex(key, b""), made]
    assert key.hex() not in repr(keyed)


def test_sha256_and_comparison() -> None:
    """SHA-256 of `abc` (FIPS 180-4); `same` tells equal from different, of any lengths."""
    assert sha256(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert same(b"secret", b"secret")
    assert not same(b"secret", b"secreT")
    assert not same(b"secret", b"secret and more")
