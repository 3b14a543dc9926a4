"""Shamir's secret sharing over GF(256) with the polynomial x^8+x^4+x^3+x+1.

A share is the secret's bytes evaluated at the share's coordinate, and that coordinate as the last byte, which is
the layout that Vault's tools know.  Source: A. Shamir, "How to share a secret", CACM 22(11), 1979.
"""

from __future__ import annotations

from collections.abc import Sequence

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random

MAX_SHARES = 255


def _tables() -> tuple[bytes, bytes]:
    exp, log = bytearray(510), bytearray(256)
    value = 1
    for power in range(255):
        exp[power] = exp[power + 255] = value
        log[value] = power
        # Multiply by the generator x+1.
        doubled = value << 1
        value ^= doubled ^ (0x11B if doubled & 0x100 else 0)
    return bytes(exp), bytes(log)


_EXP, _LOG = _tables()


def _multiply(a: int, b: int) -> int:
    return _EXP[_LOG[a] + _LOG[b]] if a and b else 0


def _divide(a: int, b: int) -> int:
    return _EXP[_LOG[a] + 255 - _LOG[b]] if a else 0


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
    parts = [bytearray() for _ in range(shares)]
    for byte in secret:
        coefficients = random.bytes(threshold - 1)
        for part, x in zip(parts, coordinates, strict=False):
            value = 0
            for coefficient in reversed(coefficients):
                value = _multiply(value ^ coefficient, x)
            part.append(value ^ byte)
    return [bytes(part) + bytes([x]) for part, x in zip(parts, coordinates, strict=False)]


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
    weights = []
    for i, x in enumerate(xs):
        weight = 1
        for j, other in enumerate(xs):
            if i != j:
                weight = _multiply(weight, _divide(other, other ^ x))
        weights.append(weight)
    secret = bytearray()
    for position in range(length - 1):
        value = 0
        for part, weight in zip(parts, weights, strict=True):
            value ^= _multiply(part[position], weight)
        secret.append(value)
    return bytes(secret)
