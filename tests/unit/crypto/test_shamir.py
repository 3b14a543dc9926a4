"""Shamir's scheme: the field of FIPS 197, interpolation against a naive one, and any threshold of the shares."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.crypto import shamir
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import SystemRandom


def times(a: int, b: int) -> int:
    """Multiplication in GF(2^8), bit by bit.  Source: FIPS 197, section 4.2."""
    product = 0
    for bit in range(8):
        if b >> bit & 1:
            product ^= a << bit
    for bit in range(15, 7, -1):
        if product >> bit & 1:
            product ^= 0x11B << (bit - 8)
    return product


@cache
def inverse(a: int) -> int:
    """The element that gives 1, by trying all."""
    return next(b for b in range(1, 256) if times(a, b) == 1)


def test_the_field_is_that_of_fips_197() -> None:
    """The naive multiplication has the standard's examples: {57}·{83} = {c1}, {57}·{13} = {fe}."""
    assert times(0x57, 0x83) == 0xC1
    assert times(0x57, 0x13) == 0xFE
    assert inverse(0x53) == 0xCA


class Scripted:
    """Randomness that a test has written down; afterwards zeros."""

    def __init__(self, script: bytes) -> None:
        self._script = script

    def bytes(self, count: int) -> bytes:
        """The next bytes of the script."""
        taken, self._script = self._script[:count], self._script[count:]
        return taken + bytes(count - len(taken))


@settings(max_examples=20)
@given(st.binary(min_size=1, max_size=3), st.integers(2, 6), st.binary(min_size=550, max_size=550))
def test_shares_lie_on_the_polynomial(secret: bytes, threshold: int, script: bytes) -> None:
    """A share is the value of a polynomial per byte of the secret, then its coordinate, which no other share has."""
    shares = shamir.split(secret, 6, threshold, Scripted(script))
    for share in shares:
        assert len(share) == len(secret) + 1
        assert 1 <= share[-1] <= 255
    assert len({share[-1] for share in shares}) == 6
    for position in range(len(secret)):
        points = [(share[-1], share[position]) for share in shares]
        for chosen in combinations(points, threshold):
            assert naive(list(chosen)) == secret[position]


def naive(points: list[tuple[int, int]]) -> int:
    """Lagrange's interpolation at 0."""
    value = 0
    for x, y in points:
        term = y
        for other, _ in points:
            if other != x:
                term = times(term, times(other, inverse(other ^ x)))
        value ^= term
    return value


@settings(max_examples=60)
@given(st.binary(min_size=1, max_size=40), st.data())
def test_any_threshold_of_the_shares_is_enough(secret: bytes, data: st.DataObject) -> None:
    """Whatever the numbers, whichever shares, in whichever order: a threshold of them gives the secret back."""
    shares = data.draw(st.integers(2, 255))
    threshold = data.draw(st.integers(2, min(shares, 12)))
    parts = shamir.split(secret, shares, threshold, SystemRandom())
    chosen = data.draw(st.permutations(range(shares)))[: data.draw(st.integers(threshold, min(shares, threshold + 3)))]
    assert shamir.combine([parts[index] for index in chosen]) == secret


def test_fewer_shares_say_nothing() -> None:
    """With one share less than the threshold every secret is equally possible: some last share leads to each."""
    parts = shamir.split(b"s", 3, 3, SystemRandom())
    known = [(part[-1], part[0]) for part in parts[:2]]
    assert {naive([*known, (parts[2][-1], y)]) for y in range(256)} == set(range(256))


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [b"ab"],
        [b"a\x01", b"bc\x02"],
        [b"\x01", b"\x02"],
        [b"a\x01", b"b\x01"],
        [b"a\x00", b"b\x01"],
    ],
)
def test_parts_that_cannot_combine_are_refused(parts: list[bytes]) -> None:
    """Too few, of unequal length, empty, one coordinate twice, or the coordinate at which the secret lies."""
    with pytest.raises(InvalidRequest):
        shamir.combine(parts)


@pytest.mark.parametrize(("shares", "threshold"), [(1, 1), (2, 1), (3, 4), (256, 2), (0, 0), (2, 0)])
def test_numbers_that_make_no_splitting_are_refused(shares: int, threshold: int) -> None:
    """A threshold of 1 would hand out the secret itself; more than 255 coordinates don't exist."""
    with pytest.raises(InvalidRequest):
        shamir.split(b"secret", shares, threshold, SystemRandom())


def test_an_empty_secret_is_refused() -> None:
    """Its shares would be nothing but coordinates."""
    with pytest.raises(InvalidRequest):
        shamir.split(b"", 3, 2, SystemRandom())


def test_products_and_inverses_are_those_of_the_field() -> None:
    """Every product of a vector's bytes, and every inverse, is that of the naive multiplication; lanes don't mix."""
    vector = bytes(range(256))
    ones = shamir._ones(len(vector))
    for scalar in range(256):
        product = shamir._times(int.from_bytes(vector), scalar, ones).to_bytes(len(vector))
        assert product == bytes(times(byte, scalar) for byte in vector)
    assert [shamir._inverse(a) for a in range(1, 256)] == [inverse(a) for a in range(1, 256)]


def test_no_table_is_kept() -> None:
    """Nothing in the module could be indexed by a secret byte: which cache lines are touched tells nothing of a key."""
    held = [name for name, value in vars(shamir).items() if isinstance(value, bytes | bytearray | list | tuple | dict)]
    assert [name for name in held if not name.startswith("__")] == []


def test_the_most_shares_with_the_highest_threshold() -> None:
    """255 of 255 give the secret back, whatever bytes it begins with."""
    for secret in (bytes(32), b"\0\0" + bytes(range(30)), b"\xff" * 32):
        shares = shamir.split(secret, 255, 255, SystemRandom())
        assert shamir.combine(shares) == secret
