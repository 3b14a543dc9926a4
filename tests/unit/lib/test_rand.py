"""Texts of random characters."""

from __future__ import annotations

import collections

import pytest

from strongroom.lib.rand import base62

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Scripted:
    """Draws that a test has prepared.

    Args:
        draws: what each call gives; cut to what it asks for.
    """

    def __init__(self, *draws: bytes) -> None:
        self._draws = list(draws)

    def bytes(self, count: int) -> bytes:
        """The next draw."""
        return self._draws.pop(0)[:count]


def test_each_character_stands_for_the_same_number_of_bytes() -> None:
    """All values of a byte give each of the 62 characters four times; the eight that are left over give none."""
    text = base62(Scripted(bytes(range(256)), bytes(256)), 256)
    assert collections.Counter(text[:248]) == dict.fromkeys(CHARACTERS, 4)
    assert text[:62] == CHARACTERS
    assert text[248:] == "0" * 8


@pytest.mark.parametrize("length", [1, 24, 48])
def test_rejected_bytes_are_drawn_again(length: int) -> None:
    """A draw without a usable byte adds nothing, and the text has its length all the same."""
    assert base62(Scripted(b"\xff" * 64, b"\xf8" * 63 + b"\x01", b"\x3d" * 64), length) == "z" * length
