"""Entries of lists: one for each revoked certificate, in DER (p).

Source: RFC 5280, section 5.3
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from strongroom.crypto import der, der_values


def entry(serial: int, at: float, extensions: Sequence[bytes] = ()) -> bytes:
    """The entry of one certificate.

    Args:
        at: when it was revoked, in seconds since the epoch. extensions: encoded ones.
    """
    more = (der_values.sequence(extensions),) if extensions else ()
    return der_values.sequence((der_values.integer(serial), der_values.time(at), *more))


def split(entries: bytes) -> Iterator[bytes]:
    """Each of several entries that stand one after the other.  Raises `MalformedDer`."""
    for tag, content in der.elements(entries):
        yield der.encoded(tag, content)


def serial_of(entry_: bytes) -> int:
    """The serial number of an entry.  Raises `MalformedDer`."""
    tag, content = next(der.elements(der.element(entry_)[1]), (0, b""))
    if tag != der_values.INTEGER or not content:
        raise der.MalformedDer
    return int.from_bytes(content, "big", signed=True)


def without(entries: bytes, serials: Container[int]) -> bytes:
    """The entries but for those of some certificates.  Raises `MalformedDer`."""
    return b"".join(each for each in split(entries) if serial_of(each) not in serials)
