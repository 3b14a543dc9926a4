"""How many parts a secret may have, and what is no set of parts."""

from __future__ import annotations

import hashlib

import pytest

from strongroom.crypto.shamir import combine, split
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import SystemRandom

RANDOM = SystemRandom()
SECRET = b"secret"
OUT_OF_BOUNDS = "the threshold must be between 2 and the number of shares, which is at most 255"


@pytest.mark.parametrize(("shares", "threshold"), [(2, 2), (255, 2), (255, 255)])
def test_the_bounds_themselves_are_inside(shares: int, threshold: int) -> None:
    """From two of two to all of 255; any so many parts are the secret again, and each has a coordinate of its own."""
    parts = split(SECRET, shares, threshold, RANDOM)
    assert len(parts) == len({part[-1] for part in parts}) == shares
    assert all(len(part) == len(SECRET) + 1 and part[-1] != 0 for part in parts)
    assert combine(parts[-threshold:]) == SECRET


@pytest.mark.parametrize(("shares", "threshold"), [(256, 2), (3, 1), (2, 3), (1, 1), (0, 0), (256, 256)])
def test_what_is_out_of_bounds_is_refused(shares: int, threshold: int) -> None:
    """In these words."""
    with pytest.raises(InvalidRequest) as refused:
        split(SECRET, shares, threshold, RANDOM)
    assert refused.value.text == OUT_OF_BOUNDS
    with pytest.raises(InvalidRequest) as refused:
        split(b"", 3, 2, RANDOM)
    assert refused.value.text == "cannot split an empty secret"


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([], "at least two parts are required to reconstruct the secret"),
        ([b"a\x01"], "at least two parts are required to reconstruct the secret"),
        ([b"a\x01", b"ab\x02"], "all parts must be the same length"),
        ([b"\x01", b"\x02"], "all parts must be the same length"),
        ([b"a\x01", b"b\x01"], "duplicate part detected"),
        ([b"a\x00", b"b\x01"], "duplicate part detected"),
    ],
)
def test_what_is_no_set_of_parts(parts: list[bytes], text: str) -> None:
    """Too few, of different length, or one coordinate twice; 0 is where the secret itself lies."""
    with pytest.raises(InvalidRequest) as refused:
        combine(parts)
    assert refused.value.text == text


def test_the_shortest_secret_has_one_byte() -> None:
    """Its parts have two."""
    parts = split(b"x", 3, 2, RANDOM)
    assert {len(part) for part in parts} == {2}
    assert combine(parts[:2]) == combine(parts[1:]) == b"x"


class Stream:
    """Randomness that is the same every time."""

    def __init__(self) -> None:
        self._left = b""
        self._blocks = 0

    def bytes(self, count: int) -> bytes:
        """The next bytes."""
        while len(self._left) < count:
            self._left += hashlib.sha256(str(self._blocks).encode()).digest()
            self._blocks += 1
        taken, self._left = self._left[:count], self._left[count:]
        return taken


@pytest.mark.parametrize(
    ("shares", "threshold", "parts"),
    [
        (3, 2, "d1d1150985275d 8df7f2e826e905 8b5de4c6d639da"),
        (5, 4, "a07a14f023ac5d 2325db3ba2fc05 a6835e0c95f7da a07b2f81829332 0d520715bdec85"),
    ],
)
def test_the_same_randomness_makes_the_same_parts(shares: int, threshold: int, parts: str) -> None:
    """Every byte of it goes where it went: coordinates drawn without bias from two bytes each, then coefficients."""
    made = split(SECRET, shares, threshold, Stream())
    assert " ".join(part.hex() for part in made) == parts
