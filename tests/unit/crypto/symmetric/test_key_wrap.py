"""AES-KWP against published vectors, and its limits."""

from __future__ import annotations

import contextlib

import pytest

from strongroom.crypto.symmetric.key_wrap import unwrap, wrap
from strongroom.lib.errors import Tampered
from tests.published.responses import value, vectors
from tests.published.tally import Tally
from tests.published.wycheproof import case_name, cases


def opened(kek: bytes, wrapped: bytes) -> bytes | None:
    """The key, or None if it doesn't unwrap."""
    with contextlib.suppress(Tampered):
        return unwrap(kek, wrapped)
    return None


@pytest.mark.parametrize("bits", [128, 192, 256])
def test_it_wraps_as_nist_does(bits: int) -> None:
    """NIST's KWP-AE: keys of 1 to 512 bytes."""
    tally = Tally(f"KWP_AE_{bits}.txt")
    for vector in vectors(f"keywrap/kwtestvectors/{tally.source}"):
        tally.note(vector, right=wrap(value(vector["k"]), value(vector["p"])) == value(vector["c"]))
    tally.settle(500)


@pytest.mark.parametrize("bits", [128, 192, 256])
def test_it_unwraps_as_nist_does(bits: int) -> None:
    """NIST's KWP-AD, in which one in five has to fail."""
    tally = Tally(f"KWP_AD_{bits}.txt")
    for vector in vectors(f"keywrap/kwtestvectors/{tally.source}"):
        expected = None if "fail" in vector else value(vector["p"])
        tally.note(vector, right=opened(value(vector["k"]), value(vector["c"])) == expected)
    tally.settle(500)


def test_it_is_that_of_the_rfc_and_of_openssl() -> None:
    """The two of RFC 5649, section 6, and OpenSSL's for every length up to 127 bytes."""
    tally = Tally("kwp_botan.txt")
    for vector in vectors("keywrap/kwp_botan.txt"):
        kek, key, wrapped = (value(vector[name]) for name in ("key", "input", "output"))
        tally.note(vector, right=wrap(kek, key) == wrapped and opened(kek, wrapped) == key)
    tally.settle(129)


def test_wycheproof() -> None:
    """What is valid is wrapped and unwrapped alike; altered sizes, paddings and integrity values are refused."""
    tally = Tally("aes_kwp")
    for case in cases("aes_kwp"):
        kek, key, wrapped = (bytes.fromhex(case[name]) for name in ("key", "msg", "ct"))
        found = opened(kek, wrapped)
        right = found == key and wrap(kek, key) == wrapped if case["result"] == "valid" else found is None
        tally.note(case_name(case), right=right)
    tally.settle(254)


@pytest.mark.parametrize("size", [0, 8, 15, 17, 33, 64])
def test_other_sizes_of_kek_are_refused(size: int) -> None:
    """As the caller's mistake, not as tampering."""
    with pytest.raises(ValueError, match="16, 24 or 32 bytes"):
        wrap(bytes(size), b"key")
    with pytest.raises(ValueError, match="16, 24 or 32 bytes"):
        unwrap(bytes(size), bytes(24))


def test_nothing_is_no_key() -> None:
    """The RFC has no form for an empty key."""
    with pytest.raises(ValueError, match="no key to wrap"):
        wrap(bytes(32), b"")


@pytest.mark.parametrize("size", [0, 1, 8, 15, 16, 17, 23, 24, 25, 4096])
def test_foreign_sizes_are_tampering(size: int) -> None:
    """With one text, whether the size or the content is wrong."""
    with pytest.raises(Tampered, match="the wrapped key does not authenticate"):
        unwrap(bytes(32), bytes(size))
