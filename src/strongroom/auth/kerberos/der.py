"""Distinguished encoding of ASN.1, as far as Kerberos messages need it; strict, so that every text has one reading (p).

Source: ITU-T X.690, section 10
"""

from __future__ import annotations

from typing import NamedTuple

MOST_BYTES = 96 * 1024


class DerError(ValueError):
    """The bytes aren't what was expected, or have another encoding than the only right one."""


class Element(NamedTuple):
    """One element."""

    tag: int
    """The identifier octet."""
    content: bytes
    whole: bytes
    """With identifier and length."""


def elements(data: bytes) -> list[Element]:
    """All elements of some bytes, one after the other, without a rest.  Raises `DerError`."""
    found, at = list[Element](), 0
    while at < len(data):
        element = _at(data, at)
        found.append(element)
        at += len(element.whole)
    return found


def one(data: bytes, tag: int) -> bytes:
    """The content of bytes that are one element with this tag.  Raises `DerError`."""
    found = elements(data)
    if len(found) != 1 or found[0].tag != tag:
        raise DerError(f"expected one element {tag:#04x}")
    return found[0].content


def fields(data: bytes) -> dict[int, bytes]:
    """The contents of a sequence's tagged fields, by their numbers, which must rise.  Raises `DerError`."""
    found, last = dict[int, bytes](), -1
    for element in elements(one(data, 0x30)):
        number = element.tag - 0xA0
        if not last < number < 0x1F:
            raise DerError("the fields of a sequence are not in order")
        found[number], last = element.content, number
    return found


def encoded(tag: int, *contents: bytes) -> bytes:
    """An element."""
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _at(data: bytes, at: int) -> Element:
    if len(data) - at < 2 or data[at] & 0x1F == 0x1F:
        raise DerError("an element is cut off, or has a tag of more than one octet")
    size, begin = data[at + 1], at + 2
    if size >= 0x80:
        octets = data[begin : begin + (size & 0x7F)]
        if not 0 < len(octets) <= 4 or len(octets) != size & 0x7F:
            raise DerError("an element has no length, or an endless one")
        size, begin = int.from_bytes(octets, "big"), begin + len(octets)
        if size < 0x80 or octets[0] == 0:
            raise DerError("a length is not as short as it can be")
    if begin + size > len(data):
        raise DerError("an element is longer than what holds it")
    return Element(data[at], data[begin : begin + size], data[at : begin + size])
