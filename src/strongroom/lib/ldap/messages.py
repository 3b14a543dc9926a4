"""Cuts what a directory sends into messages, and refuses those that would stop the process (pure).

The LDAP library turns an entry into objects without letting other threads run, in a time that grows with the square of
the number of its attributes: one of 100 KB stops the whole process for ten seconds.  An empty value takes two bytes on
the way and a hundred in memory.  So attributes and values are counted before the library sees them.

Source: RFC 4511, sections 4.1.1, 4.5.2 and 5.1; X.690, section 8.1.3
"""

from __future__ import annotations

MOST_ATTRIBUTES = 256
"""Of one entry.  Active Directory's users have a hundred, and nobody asks for all of them."""
MOST_VALUES = 20_000
"""Of one entry; twice the groups of a login."""
MOST_ENTRY_BYTES = 16 * 1024 * 1024
MOST_OTHER_BYTES = 64 * 1024
"""Of a message that isn't an entry: a result, a reference."""
_SEQUENCE, _SET, _INTEGER, _OCTETS, _ENTRY = 0x30, 0x31, 0x02, 0x04, 0x64
_MOST_LENGTH_BYTES = 4
_MOST_HEAD_BYTES = 2 + _MOST_LENGTH_BYTES


class BadMessage(ConnectionError):
    """A directory sends what is no message, or is more than is taken."""


class Messages:
    """What has come on one connection, and isn't whole yet."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def take(self, data: bytes) -> bytes:
        """Take what has come.  Returns the messages that are whole by now.  Raises `BadMessage`."""
        self._rest += data
        at = 0
        while (end := _end(self._rest, at)) is not None and end <= len(self._rest):
            _check(self._rest, at, end)
            at = end
        whole = bytes(self._rest[:at])
        del self._rest[:at]
        return whole


def _end(data: bytearray, at: int) -> int | None:
    """Where the message at `at` ends; None if its head isn't whole."""
    head = data[at : at + _MOST_HEAD_BYTES]
    if head and head[0] != _SEQUENCE:
        raise BadMessage("no LDAP message")
    if len(head) < 2 or (head[1] & 0x80 and len(head) < 2 + (head[1] & 0x7F) <= _MOST_HEAD_BYTES):
        return None
    begin, end = _within(data, at, _SEQUENCE, at + MOST_ENTRY_BYTES)
    # The rest is waited for as long as it may be an entry.
    if len(data) < min(end, begin + 8):
        return end
    _, after_id = _within(data, begin, _INTEGER, end)
    if after_id < len(data) and data[after_id] != _ENTRY and end - at > MOST_OTHER_BYTES:
        raise BadMessage("a result that is larger than is taken")
    return end


def _within(data: bytearray, at: int, tag: int, limit: int) -> tuple[int, int]:
    """Where the content of the element at `at` begins and ends.

    Raises: `BadMessage` if it has another tag, or doesn't end before `limit`.
    """
    try:
        found, length = data[at], data[at + 1]
        begin = at + 2
        if length & 0x80:
            digits = length & 0x7F
            begin += digits
            if not 1 <= digits <= _MOST_LENGTH_BYTES:
                raise BadMessage("no LDAP message")
            length = int.from_bytes(data[at + 2 : begin], "big")
    except IndexError as error:
        raise BadMessage("no LDAP message") from error
    if found != tag or begin + length > limit:
        raise BadMessage("no LDAP message, or one that is larger than is taken")
    return begin, begin + length


def _check(data: bytearray, at: int, end: int) -> None:
    """Raise `BadMessage` for an entry of too many parts.  Parts of others are few, because they are small."""
    begin, _ = _within(data, at, _SEQUENCE, end)
    _, begin = _within(data, begin, _INTEGER, end)
    if begin >= end:
        raise BadMessage("a message without an operation")
    if data[begin] != _ENTRY:
        return
    begin, end = _within(data, begin, _ENTRY, end)
    _, begin = _within(data, begin, _OCTETS, end)
    begin, whole = _within(data, begin, _SEQUENCE, end)
    if whole != end:
        raise BadMessage("an entry with more than its attributes")
    attributes = values = 0
    while begin < end:
        attributes += 1
        inner, begin = _within(data, begin, _SEQUENCE, end)
        _, inner = _within(data, inner, _OCTETS, begin)
        inner, whole = _within(data, inner, _SET, begin)
        if whole != begin:
            raise BadMessage("an attribute with more than its values")
        while inner < begin:
            values += 1
            if values > MOST_VALUES:
                raise BadMessage("an entry of more values than are taken")
            _, inner = _within(data, inner, _OCTETS, begin)
        if attributes > MOST_ATTRIBUTES:
            raise BadMessage("an entry of more attributes than are taken")
