"""The rows of `state.bin` (pure): each a length and a message with key and value, in the order of the keys.

Programs that look into snapshots of raft's storage read them in this form.

Source: https://protobuf.dev/programming-guides/encoding/ ; the message has the key as field 1 and the value as field 2
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from strongroom.snapshot.stored import Damaged
from strongroom.storage.keys import KEY_BYTES, is_key
from strongroom.storage.operations import ROLE_PREFIX

_KEY_FIELD: Final = b"\x0a"
_VALUE_FIELD: Final = b"\x12"
MOST_VALUE_BYTES: Final = 64 << 20
"""More than any store takes as a value."""
_MOST_ROW_BYTES: Final = MOST_VALUE_BYTES + KEY_BYTES + 16
_VARINT_BYTES: Final = 5

Row = tuple[str, bytes]


def encoded(key: str, value: bytes) -> bytes:
    """A row."""
    name = key.encode()
    message = _KEY_FIELD + _varint(len(name)) + name + _VALUE_FIELD + _varint(len(value)) + value
    return _varint(len(message)) + message


def encoded_bytes(key_bytes: int, value_bytes: int) -> int:
    """The length of a row with a key and a value of these lengths."""
    message = 2 + len(_varint(key_bytes)) + key_bytes + len(_varint(value_bytes)) + value_bytes
    return len(_varint(message)) + message


def decoded(read: Callable[[int], bytes], size: int) -> Iterator[Row]:
    """The rows.

    Args:
        read: returns exactly so many bytes.
        size: the length of all rows in bytes.

    Raises: `Damaged` for rows that `encoded` doesn't give, and for keys that are in no order or no store has.
    """
    before = ""
    while size:
        length, used = _read_number(read)
        if not 0 < length <= min(_MOST_ROW_BYTES, size - used):
            raise Damaged("the snapshot is damaged: a row is longer than what is left, or than any store takes")
        size -= used + length
        key, value = _row(read(length))
        if key <= before or not is_key(key) or key.startswith(ROLE_PREFIX):
            raise Damaged("the snapshot is damaged: it has a row that no snapshot has, or rows in another order")
        before = key
        yield key, value


def _row(message: bytes) -> Row:
    name, at = _field(message, 0, _KEY_FIELD)
    value, at = _field(message, at, _VALUE_FIELD)
    if at != len(message):
        raise _unreadable()
    try:
        return name.decode(), value
    except UnicodeDecodeError as error:
        raise _unreadable() from error


def _field(message: bytes, at: int, tag: bytes) -> tuple[bytes, int]:
    """A field's content, and where the next one begins."""
    if message[at : at + 1] != tag:
        raise _unreadable()
    length, used = _number(message[at + 1 : at + 1 + _VARINT_BYTES])
    begin = at + 1 + used
    if begin + length > len(message):
        raise _unreadable()
    return message[begin : begin + length], begin + length


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _read_number(read: Callable[[int], bytes]) -> tuple[int, int]:
    """A number and how many bytes it takes."""
    found = read(1)
    while found[-1] > 0x7F and len(found) < _VARINT_BYTES:
        found += read(1)
    return _number(found)


def _number(content: bytes) -> tuple[int, int]:
    """The number at the beginning of a content, and how many bytes it takes: no more than needed."""
    number = 0
    for place, byte in enumerate(content):
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            if place and not byte:
                break
            return number, place + 1
    raise _unreadable()


def _unreadable() -> Damaged:
    return Damaged("the snapshot is damaged: a row can't be read")
