"""HMAC of every hash function against published vectors, and against its definition."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.crypto.hashes import HASHES, digest
from strongroom.crypto.symmetric.hmacs import hmac
from tests.published.responses import value, vectors
from tests.published.tally import Tally
from tests.published.wycheproof import case_name, cases

FILES = [
    ("sha1", "rfc-2202-sha1.txt", 7),
    ("sha2-224", "rfc-4231-sha224.txt", 6),
    ("sha2-256", "rfc-4231-sha256.txt", 6),
    ("sha2-384", "rfc-4231-sha384.txt", 6),
    ("sha2-512", "rfc-4231-sha512.txt", 6),
]


@pytest.mark.parametrize(("name", "file", "at_least"), FILES)
def test_it_is_that_of_the_rfcs(name: str, file: str, at_least: int) -> None:
    """RFC 2202 and RFC 4231."""
    tally = Tally(file)
    for vector in vectors(f"HMAC/{file}"):
        published = value(vector["md"])
        tally.note(vector, right=hmac(value(vector["key"]), name, value(vector["msg"]))[: len(published)] == published)
    tally.settle(at_least)


# NIST, "Examples with Intermediate Values", HMAC_SHA3-224.pdf to HMAC_SHA3-512.pdf, the first example of each: the
# key is 00 01 02 … and as long as a digest.
SHA3 = {
    "sha3-224": "332cfd59347fdb8e576e77260be4aba2d6dc53117b3bfb52c6d18c04",
    "sha3-256": "4fe8e202c4f058e8dddc23d8c34e467343e23555e24fc2f025d598f558f67205",
    "sha3-384": ("d588a3c51f3f2d906e8298c1199aa8ff6296218127f6b38a90b6afe2c5617725bc99987f79b22a557b6520db710b7f42"),
    "sha3-512": (
        "4efd629d6c71bf86162658f29943b1c308ce27cdfa6db0d9c3ce81763f9cbce5"
        "f7ebe9868031db1a8f8eb7b6b95e5c5e3f657a8996c86a2f6527e307f0213196"
    ),
}


@pytest.mark.parametrize("name", SHA3)
def test_it_is_that_of_nist_with_sha3(name: str) -> None:
    """One example of each."""
    made = hmac(bytes(range(HASHES[name].digest_bytes)), name, b"Sample message for keylen<blocklen")
    assert made.hex() == SHA3[name]


@pytest.mark.parametrize(("name", "file"), [("sha2-256", "hmac_sha256"), ("sha2-512", "hmac_sha512")])
def test_wycheproof(name: str, file: str) -> None:
    """Valid codes, whole or cut, are made; altered ones aren't."""
    tally = Tally(file)
    for case in cases(file):
        made = hmac(bytes.fromhex(case["key"]), name, bytes.fromhex(case["msg"]))[: case["tagSize"] // 8]
        tally.note(case_name(case), right=(made == bytes.fromhex(case["tag"])) is (case["result"] == "valid"))
    tally.settle(174)


@pytest.mark.parametrize("name", HASHES)
@given(key=st.binary(max_size=300), data=st.binary(max_size=100))
def test_it_is_what_the_rfc_defines(name: str, key: bytes, data: bytes) -> None:
    """RFC 2104, section 2, written out over the digests, for keys below and above every hash's block."""
    block = hashlib.new(HASHES[name].library_name).block_size
    fitting = (digest(name, key) if len(key) > block else key).ljust(block, b"\0")
    inner = digest(name, bytes(byte ^ 0x36 for byte in fitting) + data)
    assert hmac(key, name, data) == digest(name, bytes(byte ^ 0x5C for byte in fitting) + inner)


@pytest.mark.parametrize("name", ["", "sha256", "SHA2-256", "md5", "none", "sha2-512/256"])
def test_other_names_are_refused(name: str) -> None:
    """Names are those of the API alone, in small letters."""
    with pytest.raises(ValueError, match="no hash function has the name"):
        hmac(b"key", name, b"data")
