"""What is read of ASN.1."""

from __future__ import annotations

import contextlib
import time

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from strongroom.crypto import der
from strongroom.crypto.der import MalformedDer
from tests.sim.pki import Authority


@given(st.lists(st.tuples(st.integers(0, 30), st.binary(max_size=300)), max_size=5))
def test_elements(given_: list[tuple[int, bytes]]) -> None:
    """Short and long lengths, one after the other, are read and written."""
    encoded = b"".join(bytes([tag]) + _length(len(content)) + content for tag, content in given_)
    assert list(der.elements(encoded)) == given_
    assert b"".join(der.encoded(*one) for one in given_) == encoded


def _length(size: int) -> bytes:
    if size < 128:
        return bytes([size])
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(digits)]) + digits


@given(st.binary(max_size=60))
def test_anything_is_read_or_refused(data: bytes) -> None:
    """Nothing else is raised, whatever the bytes are."""
    for read in (lambda: list(der.elements(data)), lambda: der.extensions(data), lambda: der.object_identifier(data)):
        with contextlib.suppress(MalformedDer):
            read()
    assert der.text(data) is None or isinstance(der.text(data), str)


@pytest.mark.parametrize(
    ("encoded", "text"),
    [
        (b"\x0c\x02\xc3\xa9", "é"),
        (b"\x13\x01a", "a"),
        (b"\x12\x011", "1"),
        (b"\x14\x01\xe9", "é"),
        (b"\x16\x01a", "a"),
        (b"\x1b\x01a", "a"),
        (b"\x1e\x02\x00a", "a"),
        (b"\x0c\x00", ""),
        (b"\x0c\x01\xff", None),
        (b"\x1e\x01a", None),
        (b"\x13\x01\xe9", None),
        (b"\x02\x01a", None),
        (b"\x0c\x01aa", None),
        (b"\x0c\x01a\x0c\x01b", None),
        (b"\x0c\x02a", None),
        (b"\x0c\x80a", None),
        (b"\x0c\x85\x00\x00\x00\x00\x01a", None),
        (b"\x1f\x0c\x01a", None),
        (b"\x0c", None),
        (b"", None),
    ],
)
def test_texts(encoded: bytes, text: str | None) -> None:
    """Strings of all types that certificates have; what is cut off or goes on is none."""
    assert der.text(encoded) == text


@pytest.mark.parametrize("oid", ["0.0", "1.2.840.113549", "2.5.29.17", "2.999.3", "1.39.1", "0.39"])
def test_object_identifiers(oid: str) -> None:
    """As another library writes them."""
    value = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"")
    assert value.value == b""
    leaf = Authority.root(time.time()).issue(extensions=((oid, b"\x05\x00"),)) if oid != "2.5.29.17" else None
    if leaf is not None:
        assert der.extensions(leaf.certificate.tbs_certificate_bytes)[oid] == b"\x05\x00"
    for malformed in (b"", b"\x81"):
        with pytest.raises(MalformedDer):
            der.object_identifier(malformed)


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (b"", 0),
        (b"\x05\x00" * 3, 3),
        (der.encoded(0x30, b"\x05\x00" * 3), 4),
        (der.encoded(0x04, der.encoded(0x30, b"\x05\x00" * 3)), 5),
        (der.encoded(0x04, b"\x05\x00" * 3), 1),  # only what begins as extensions do is looked into
        (der.encoded(0x30, b"\x05\x00\x1f") + b"\x05\x00", 3),
        (der.encoded(0x04, b"\x30\x05") + b"\x05\x00", 2),
    ],
)
def test_elements_are_counted_within_others(data: bytes, count: int) -> None:
    """Up to a limit, also beside what is no DER."""
    assert not der.has_more_than(count, data)
    assert der.has_more_than(count - 1, data) == bool(count)


def test_nothing_is_counted_below_any_depth() -> None:
    """Each level is copied, so a thousand would take by their square."""
    data = b""
    for _ in range(1000):
        data = der.encoded(0x30, data)
    assert not der.has_more_than(33, data)
    assert der.has_more_than(32, data)
