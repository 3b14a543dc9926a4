"""Whatever bytes a store has: they are read, or refused by name."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from strongroom.importing.stopped.encoding.compression import unpacked
from strongroom.importing.stopped.encoding.protobuf import Malformed, Message
from strongroom.importing.stopped.encoding.snappy import unpack
from strongroom.importing.stopped.rows import UnreadableStore
from strongroom.importing.stopped.rows.boltdb import Database
from tests.sim.boltdb import database

_WHOLE = database(b"data", {b"key/%03d" % number: b"value" * number for number in range(60)}, on_a_leaf=4)


@given(st.lists(st.tuples(st.integers(0, len(_WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_damaged_files(changes: list[tuple[int, int]]) -> None:
    """A file with other bytes here and there gives rows in order, or an error with a reason."""
    content = bytearray(_WHOLE)
    for at, byte in changes:
        content[at] = byte
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "vault.db"
        path.write_bytes(content)
        try:
            opened = Database(path)
        except UnreadableStore:
            return
        try:
            keys = [key for key, _ in opened.items(b"data")]
        except UnreadableStore:
            return
        finally:
            opened.close()
        assert keys == sorted(set(keys))


@given(st.binary(max_size=300))
def test_messages(data: bytes) -> None:
    """Any bytes are a message, or malformed; so are all that is in it."""
    try:
        message = Message(data)
    except Malformed:
        return
    for field in range(1, 16):
        for look in (message.number, message.signed, message.text, message.texts, message.strings, message.time):
            try:
                look(field)
            except Malformed:
                continue


@given(st.binary(max_size=300), st.integers(0, 5000))
def test_blocks(data: bytes, most: int) -> None:
    """What unpacks isn't larger than is allowed."""
    try:
        assert len(unpack(data, most)) <= most
    except Malformed:
        return


@given(st.sampled_from([b"G", b"S\xff\x06\x00\x00sNaPpY", b"4", b"L", b""]), st.binary(max_size=300))
def test_packed_values(head: bytes, data: bytes) -> None:
    """Nothing but `Malformed` comes out."""
    try:
        unpacked(head + data)
    except Malformed:
        return
