"""Reads and writes ASN.1's distinguished encoding, as far as keys and certificates' extensions need it (p).

Source: ITU-T X.690, sections 8 and 10
"""

from __future__ import annotations

from collections.abc import Iterator

_LONG_LENGTH = 0x80
_MOST_LENGTH_BYTES = 4
_MULTIBYTE_TAG = 0x1F
_CONSTRUCTED = 0x20
_OCTET_STRING = 0x04
_OBJECT_IDENTIFIER = 0x06
_SEQUENCE = b"\x30"
_DEPTH = 32
"""Nothing that anybody reads here is nested so deeply."""
_CONTINUES = 0x80
_MOST_IDENTIFIER_BYTES = 128
"""Reading one takes time by the square of its length, and strangers send them."""
_ENCODINGS = {
    0x0C: "utf-8",  # UTF8String
    0x12: "ascii",  # NumericString
    0x13: "ascii",  # PrintableString
    0x14: "latin-1",  # T61String, as everybody reads it
    0x16: "ascii",  # IA5String
    0x1B: "ascii",  # GeneralString
    0x1E: "utf-16-be",  # BMPString
}


class MalformedDer(ValueError):
    """The bytes aren't DER."""


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element, one after the other.  Raises `MalformedDer`."""
    at = 0
    while at < len(data):
        tag = data[at]
        if tag & _MULTIBYTE_TAG == _MULTIBYTE_TAG or at + 2 > len(data):
            raise MalformedDer
        length, at = data[at + 1], at + 2
        if length & _LONG_LENGTH:
            count = length & ~_LONG_LENGTH
            if not 0 < count <= _MOST_LENGTH_BYTES or at + count > len(data):
                raise MalformedDer
            length, at = int.from_bytes(data[at : at + count], "big"), at + count
        if at + length > len(data):
            raise MalformedDer
        yield tag, data[at : at + length]
        at += length


def element(data: bytes) -> tuple[int, bytes]:
    """Tag and content of the only element.  Raises `MalformedDer` for none, and for several."""
    found = list(elements(data))
    if len(found) != 1:
        raise MalformedDer
    return found[0]


def has_more_than(most: int, data: bytes) -> bool:
    """Whether there are more elements than `most`, within others and within OCTET STRINGs too.

    What isn't DER isn't looked into.  It takes no longer than `most` elements take.
    """
    waiting, found = [(data, 0)], 0
    while waiting:
        content, depth = waiting.pop()
        try:
            for tag, inner in elements(content):
                found += 1
                if found > most:
                    return True
                nested = tag & _CONSTRUCTED or (tag == _OCTET_STRING and inner[:1] == _SEQUENCE)
                if nested and depth < _DEPTH:
                    waiting.append((inner, depth + 1))
        except MalformedDer:
            continue
    return False


def encoded(tag: int, content: bytes) -> bytes:
    """An element with a tag of one byte."""
    size = len(content)
    if size < _LONG_LENGTH:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG_LENGTH | len(length))) + length + content


def text(data: bytes) -> str | None:
    """The text of an encoded string; None for an element of another type, and for a string that can't be read."""
    try:
        tag, content = element(data)
        return content.decode(_ENCODINGS[tag]) if tag in _ENCODINGS else None
    except ValueError:
        return None


def object_identifier(content: bytes) -> str:
    """The dotted form of an object identifier's content.  Raises `MalformedDer`, also for one longer than any is."""
    if len(content) > _MOST_IDENTIFIER_BYTES:
        raise MalformedDer
    numbers, value = list[int](), 0
    for byte in content:
        if byte == _CONTINUES and value == 0:
            raise MalformedDer  # a zero before a number: one identifier would have any number of encodings
        value = value << 7 | byte & ~_CONTINUES
        if not byte & _CONTINUES:
            numbers.append(value)
            value = 0
    if not numbers or content[-1] & _CONTINUES:
        raise MalformedDer
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def extensions(tbs_certificate: bytes) -> dict[str, bytes]:
    """The value of each extension of a certificate, by its object identifier, exactly as it stands there.

    Args:
        tbs_certificate: the signed part.

    Raises: `MalformedDer`.  Source: RFC 5280, section 4.1
    """
    found: dict[str, bytes] = {}
    for tag, content in elements(element(tbs_certificate)[1]):
        if tag != 0xA3:
            continue
        for _, extension in elements(element(content)[1]):
            parts = list(elements(extension))
            if len(parts) < 2 or parts[0][0] != _OBJECT_IDENTIFIER:
                raise MalformedDer
            name = object_identifier(parts[0][1])
            if name in found:
                raise MalformedDer
            found[name] = parts[-1][1]
    return found
