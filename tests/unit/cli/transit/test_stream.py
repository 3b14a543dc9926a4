"""The stream of an encrypted file."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.cli.transit.envelope.stream import CHUNK_BYTES, BrokenStream, open_, seal

KEY = bytes(range(32))
SEALED_BYTES = CHUNK_BYTES + 16
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 5]


def _sealed(plaintext: bytes, key: bytes = KEY) -> bytes:
    out = BytesIO()
    seal(key, BytesIO(plaintext), out.write)
    return out.getvalue()


def _opened(text: bytes, key: bytes = KEY) -> bytes:
    out = BytesIO()
    open_(key, BytesIO(text), out.write)
    return out.getvalue()


@pytest.mark.parametrize("size", SIZES)
def test_a_stream_of_any_size_comes_back(size: int) -> None:
    """What was sealed opens to itself, at the edges of chunks too, and is longer by a tag for each chunk."""
    plaintext = bytes(at % 251 for at in range(size))
    text = _sealed(plaintext)
    assert _opened(text) == plaintext
    assert len(text) == size + 16 * max(1, -(-size // CHUNK_BYTES))


@pytest.mark.parametrize("size", SIZES)
def test_a_cut_stream_is_refused(size: int) -> None:
    """A stream that lacks bytes at its end is refused: one byte, a tag, whole chunks, everything."""
    text = _sealed(bytes(size))
    cuts = {
        0,
        1,
        15,
        16,
        len(text) - 1,
        len(text) - 16,
        len(text) - 17,
        SEALED_BYTES,
        2 * SEALED_BYTES,
        3 * SEALED_BYTES,
    }
    for cut in sorted(cut for cut in cuts if 0 <= cut < len(text)):
        with pytest.raises(BrokenStream):
            _opened(text[:cut])


def test_chunks_cannot_be_moved_left_out_or_added() -> None:
    """Every chunk has its place."""
    text = _sealed(b"a" * CHUNK_BYTES + b"b" * CHUNK_BYTES + b"c")
    first, second, last = text[:SEALED_BYTES], text[SEALED_BYTES : 2 * SEALED_BYTES], text[2 * SEALED_BYTES :]
    assert _opened(first + second + last) == _opened(text)
    for other in (second + first + last, first + last, second + last, first + first + second + last, text + last):
        with pytest.raises(BrokenStream):
            _opened(other)


def test_another_key_opens_nothing() -> None:
    """A stream opens with its own key."""
    with pytest.raises(BrokenStream):
        _opened(_sealed(b"hello"), bytes(32))


@given(plaintext=st.binary(max_size=200), at=st.integers(0, 215), bit=st.integers(0, 7))
def test_any_altered_bit_is_noticed(plaintext: bytes, at: int, bit: int) -> None:
    """No bit of a stream can be turned."""
    text = bytearray(_sealed(plaintext))
    text[at % len(text)] ^= 1 << bit
    with pytest.raises(BrokenStream):
        _opened(bytes(text))
