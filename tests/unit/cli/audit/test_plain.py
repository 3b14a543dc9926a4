"""Logs whose lines came in parts or as XML, read by the commands."""

from __future__ import annotations

from strongroom.audit.jsonx import to_xml
from strongroom.audit.outgoing.parts import split
from strongroom.cli.audit.plain import PlainLines

ENTRY = b'{"time":"t","keys":["' + b"x" * 500 + b'"]}'


def test_parts_and_xml_become_entries() -> None:
    """In several files, and among lines that are neither; what is no part stays."""
    parts = split(ENTRY, 200)
    plain = PlainLines()
    assert list(plain.of([b"{}", *parts[:2]])) == [b"{}"]
    assert list(plain.of([*parts[2:], to_xml(ENTRY), b"{}", b""])) == [ENTRY, ENTRY, b"{}", b""]
    assert list(PlainLines().of([b"", b"{}"])) == [b"", b"{}"]


def test_xml_in_parts() -> None:
    """A device with both."""
    assert list(PlainLines().of(split(to_xml(ENTRY), 200))) == [ENTRY]
