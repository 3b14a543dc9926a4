"""Shamir's secret sharing over GF(256) with the polynomial x^8+x^4+x^3+x+1.

A share is the secret's bytes evaluated at the share's coordinate, and that coordinate as the last byte, which is
the layout that Vault's tools know.  Source: A. Shamir, "How to share a secret", CACM 22(11), 1979.

No table is indexed by a secret, and nothing branches on one: bytes are multiplied by shifts and masks, all bytes of a
secret at once in one long integer.  So which cache lines are touched doesn't depend on the key.  What Python can't
promise: its integers leave out leading zero digits (of 30 bits), so that the time may tell whether a vector begins
with some; and copies of what was computed stay in memory until it is used again.  Coordinates are no secret.
"""

from __future__ import annotations

from collections.abc import Sequence

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random

MAX_SHARES = 255


def _ones(lanes: int) -> int:
    """A vector of so many bytes that are all 1."""
    return int.from_bytes(b"\x01" * lanes)


def _double(vector: int, ones: int) -> int:
    """Every byte of a vector times 2, in the field."""
    high = (vector >> 7) & ones
    return ((vector ^ (high << 7)) << 1) ^ (high * 0x1B)


def _times(vector: int, scalar: int, ones: int) -> int:
    """Every byte of a vector times a number of the field."""
    product = 0
    for bit in range(8):
        product ^= vector * (scalar >> bit & 1)
        vector = _double(vector, ones)
    return product


def _inverse(scalar: int) -> int:
    """What gives 1 with `scalar`: its 254th power; 0 for 0."""
    result, square = 1, scalar
    for _ in range(7):
        square = _times(square, square, 1)
        result = _times(result, square, 1)
    return result


def split(secret: bytes, shares: int, threshold: int, random: Random) -> list[bytes]:
    """Split `secret` so that any `threshold` of `shares` parts give it back, and fewer say nothing.

    Args:
        secret: at least one byte.
        shares: 2 to 255.
        threshold: 2 to `shares`.

    Returns: the parts, each one byte longer than the secret.
    """
    if not secret:
        raise InvalidRequest("cannot split an empty secret")
    if not 2 <= threshold <= shares <= MAX_SHARES:
        raise InvalidRequest("the threshold must be between 2 and the number of shares, which is at most 255")
    # Coordinates are a random selection of 1..255, so that a share doesn't tell how many there are.
    coordinates = list(range(1, 256))
    for index in range(254, 0, -1):
        other = _below(random, index + 1)
        coordinates[index], coordinates[other] = coordinates[other], coordinates[index]
    # For each power of x one vector: the coefficients of all the polynomials, one for each byte of the secret.
    rows = [random.bytes(threshold - 1) for _ in secret]
    ones = _ones(len(secret))
    vectors = []
    for column in zip(*rows, strict=True):
        doubled = [int.from_bytes(bytes(column))]
        for _ in range(7):
            doubled.append(_double(doubled[-1], ones))
        vectors.append(doubled)
    return [_evaluate(secret, vectors, x) + bytes([x]) for x in coordinates[:shares]]


def _evaluate(secret: bytes, vectors: Sequence[Sequence[int]], x: int) -> bytes:
    """The polynomials at `x`; `vectors` has each vector of coefficients times 1, 2, 4 … 128."""
    value, power = int.from_bytes(secret), 1
    for doubled in vectors:
        power = _times(power, x, 1)
        for bit, vector in enumerate(doubled):
            value ^= vector * (power >> bit & 1)
    return value.to_bytes(len(secret))


def _below(random: Random, bound: int) -> int:
    limit = 65536 - 65536 % bound
    while True:
        value = int.from_bytes(random.bytes(2), "big")
        if value < limit:
            return value % bound


def combine(parts: Sequence[bytes]) -> bytes:
    """The secret, if the parts are of one splitting and as many as its threshold; else bytes without meaning.

    Raises: `InvalidRequest` for fewer than two parts, parts of different length, or one coordinate twice.
    """
    if len(parts) < 2:
        raise InvalidRequest("at least two parts are required to reconstruct the secret")
    length = len(parts[0])
    if length < 2 or any(len(part) != length for part in parts):
        raise InvalidRequest("all parts must be the same length")
    xs = [part[-1] for part in parts]
    if len(set(xs)) != len(xs) or 0 in xs:
        raise InvalidRequest("duplicate part detected")
    ones = _ones(length - 1)
    secret = 0
    for part, x in zip(parts, xs, strict=True):
        above, below = 1, 1
        for other in xs:
            # Its own coordinate counts as 1 in both products.
            same = int(other == x)
            above = _times(above, other ^ (other ^ 1) * same, 1)
            below = _times(below, other ^ x ^ same, 1)
        secret ^= _times(int.from_bytes(part[:-1]), _times(above, _inverse(below), 1), ones)
    return secret.to_bytes(length - 1)
