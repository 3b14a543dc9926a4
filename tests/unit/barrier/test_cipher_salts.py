"""What a process encrypts rows with: a nonce never twice under one key, and a key of its own for every salt."""

from __future__ import annotations

import pytest

from strongroom.barrier.cipher import ROWS_PER_SALT, RowCipher
from strongroom.barrier.keyring import new_keyring
from strongroom.barrier.record import HEADER_BYTES
from strongroom.crypto.aead import NONCE_BYTES
from strongroom.lib.errors import Tampered
from strongroom.lib.rand import SystemRandom

SALTED = HEADER_BYTES - NONCE_BYTES


def test_a_salt_is_renewed_before_its_nonces_are_many() -> None:
    """The row after the last one of a salt has another header, and begins to count; all rows open, and all count."""
    keyring = new_keyring(SystemRandom(), 1.0)
    cipher = RowCipher(keyring, SystemRandom())
    first = cipher.seal("a", b"1")
    cipher._written = ROWS_PER_SALT - 1  # as after so many rows
    last, next_, after = (cipher.seal(key, text) for key, text in (("b", b"2"), ("c", b"3"), ("d", b"4")))
    assert first[:SALTED] == last[:SALTED] != next_[:SALTED] == after[:SALTED]
    numbers = [int.from_bytes(row[SALTED:HEADER_BYTES], "big") for row in (first, last, next_, after)]
    assert numbers == [1, ROWS_PER_SALT, 1, 2]
    assert cipher.written == ROWS_PER_SALT + 2
    for reader in (cipher, RowCipher(keyring, SystemRandom())):
        rows = (("a", first), ("b", last), ("c", next_), ("d", after))
        assert [reader.open(key, row) for key, row in rows] == [b"1", b"2", b"3", b"4"]
        with pytest.raises(Tampered):
            reader.open("a", last)
    assert ROWS_PER_SALT < 2**32


def test_a_new_keyring() -> None:
    """The first of a store: number 0, with one term, 1, which is active; each with keys of its own."""
    one, other = new_keyring(SystemRandom(), 5.0), new_keyring(SystemRandom(), 5.0)
    assert (one.id, one.active, list(one.terms)) == (0, 1, [1])
    assert one.row_key(1, b"s" * 16) != other.row_key(1, b"s" * 16)
    assert one.row_key(1, b"s" * 16) != one.row_key(1, b"t" * 16)
    assert one.purpose_key("a") != one.purpose_key("b")
    assert one.purpose_key("a") != other.purpose_key("a")
