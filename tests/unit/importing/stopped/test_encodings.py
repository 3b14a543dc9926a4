"""What Go programs have packed is unpacked as it was."""

from __future__ import annotations

import gzip

import pytest

from strongroom.importing.stopped.encoding.compression import unpacked
from strongroom.importing.stopped.encoding.protobuf import Malformed, Message
from strongroom.importing.stopped.encoding.snappy import unpack

HEAD = b"S\xff\x06\x00\x00sNaPpY"


def chunk(kind: int, content: bytes) -> bytes:
    """A chunk of a stream, with a checksum that nobody looks at."""
    body = bytes(4) + content
    return bytes([kind]) + len(body).to_bytes(3, "little") + body


def test_messages() -> None:
    """Numbers, texts, messages inside, maps, times and durations; of several numbers the last one."""
    message = Message(b"\x08\x01\x08\x96\x01\x12\x03abc\x12\x03def\x1a\x06\x0a\x01k\x12\x01v\x22\x04\x08\x01\x10\x05")
    assert message.number(1) == 150
    assert message.texts(2) == ["abc", "def"]
    assert message.strings(3) == {"k": "v"}
    assert message.time(4) == "1970-01-01T00:00:01.000000005Z"
    assert message.time(9) == ""
    assert (message.number(9), message.text(9), message.texts(9), message.duration_s(9)) == (0, "", [], 0)


def test_times_before_the_epoch_are_negative() -> None:
    """Go's empty time, of the year 1, is a number of 64 bits that is below zero."""
    seconds = (-62135596800) % 2**64
    number = b""
    while seconds > 127:
        number += bytes([seconds & 127 | 128])
        seconds >>= 7
    number += bytes([seconds])
    field = b"\x08" + number
    assert Message(b"\x0a" + bytes([len(field)]) + field).time(1) == "0001-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "data",
    [b"\x08", b"\x0a\x05abc", b"\x0b", b"\x00\x00", b"\x09\x01", b"\x08" + b"\xff" * 10],
    ids=["number", "bytes", "group", "zero", "fixed", "long"],
)
def test_what_is_no_message_is_malformed(data: bytes) -> None:
    """It ends too early, or has what no message has."""
    with pytest.raises(Malformed):
        Message(data)


def test_blocks() -> None:
    """Bytes as they are, copies by all three tags, and a copy of what is being copied."""
    assert unpack(b"\x05\x10hello", 99) == b"hello"
    assert unpack(b"\x09\x08abc\x09\x03", 99) == b"abcabcabc"
    assert unpack(b"\x06\x08abc\x0a\x03\x00", 99) == b"abcabc"
    assert unpack(b"\x06\x08abc\x0b\x03\x00\x00\x00", 99) == b"abcabc"
    long = bytes(100)
    assert unpack(b"\x64\xf0\x63" + long, 100) == long


@pytest.mark.parametrize("data", [b"\x06\x10hello", b"\x04\x10hello", b"\x05\x10hell", b"\x04\x09\x01", b"\x05\xf0"])
def test_broken_blocks(data: bytes) -> None:
    """Too short, too long, cut off, and a copy from before the beginning."""
    with pytest.raises(Malformed):
        unpack(data, 99)


def test_streams_and_what_else_marks_a_value() -> None:
    """Packed and plain chunks behind each other, some to pass over; gzip; and what isn't packed."""
    stream = HEAD + chunk(0, b"\x05\x10hello") + chunk(0xFE, b"padding") + chunk(1, b" you")
    assert unpacked(stream) == b"hello you"
    assert unpacked(b"G" + gzip.compress(b"text")) == b"text"
    assert unpacked(b'{"a":1}') == b'{"a":1}'
    for broken in (HEAD + chunk(2, b"x"), HEAD + chunk(1, b"x")[:-1], b"S", b"G\x1f\x8b", b"4", b"L"):
        with pytest.raises(Malformed):
            unpacked(broken)
