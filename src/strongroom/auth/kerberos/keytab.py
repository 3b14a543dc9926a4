"""Keytabs: the keys of services, in the file format of MIT Kerberos (p).

Source: https://web.mit.edu/kerberos/krb5-latest/doc/formats/keytab_file_format.html
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from strongroom.lib.errors import InvalidRequest

MOST_BYTES = 64 * 1024
MOST_ENTRIES = 256
_MAGIC = b"\x05\x02"
_SHOWN = 8


class KeytabError(ValueError):
    """The bytes aren't a keytab.  The text says why, and shows no key."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a principal."""

    components: tuple[str, ...]
    realm: str
    raw: bytes = field(repr=False)
    """The entry as it stands in the file, without its size."""

    @property
    def name(self) -> str:
        """The principal without its realm."""
        return "/".join(self.components)


class _Reader:
    """Reads big-endian numbers and counted texts, and never past the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._data):
            raise KeytabError("it ends in the middle of an entry")
        found, self._at = self._data[self._at : end], end
        return found

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def counted(self) -> bytes:
        return self.take(self.number(2))

    def text(self) -> str:
        try:
            return self.counted().decode("utf-8")
        except UnicodeDecodeError:
            raise KeytabError("a name in it is not UTF-8") from None

    @property
    def ended(self) -> bool:
        return self._at == len(self._data)


def of_base64(text: str) -> bytes:
    """The keytab's bytes.  Line breaks are ignored, as `base64` makes them.

    Raises: `InvalidRequest` for what can't be one.
    """
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest("invalid keytab: it is not base64") from None
    if len(data) > MOST_BYTES:
        raise InvalidRequest(f"invalid keytab: it has more than {MOST_BYTES} bytes")
    return data


def entries_of(data: bytes) -> list[Entry]:
    """The entries of a keytab.  Raises `KeytabError`."""
    if data[:2] != _MAGIC:
        raise KeytabError("it does not begin as a keytab of version 2 does")
    reader, found = _Reader(data[2:]), list[Entry]()
    while not reader.ended:
        (size,) = struct.unpack(">i", reader.take(4))
        if size > 0:
            found.append(_entry(reader.take(size)))
        elif size < 0:
            reader.take(-size)  # where an entry was removed
        else:
            break
        if len(found) > MOST_ENTRIES:
            raise KeytabError(f"it has more than {MOST_ENTRIES} entries")
    if not found:
        raise KeytabError("it has no entry")
    return found


def _entry(raw: bytes) -> Entry:
    reader = _Reader(raw)
    count = reader.number(2)
    realm = reader.text()
    components = tuple(reader.text() for _ in range(count))
    reader.take(4 + 4 + 1)  # type of the name, time, old form of the version
    reader.number(2)  # type of the key
    if not reader.counted() or not components:
        raise KeytabError("an entry in it has no key or no name")
    return Entry(components, realm, raw)


def of_service(data: bytes, service: str, *, remove_instance: bool) -> list[Entry]:
    """The entries for one service: no other key of the keytab lets anybody in.

    Args:
        service: `name`, `name/instance`, either with `@REALM`.
        remove_instance: whether an entry `name/instance` is one of `name` too.

    Raises: `KeytabError` if there are none, naming those that there are, or if they are of several realms: users of two
        realms can have one name.
    """
    name, _, realm = service.partition("@")
    entries = entries_of(data)
    found = [
        entry
        for entry in entries
        if (not realm or entry.realm == realm)
        and (entry.name == name or (remove_instance and entry.components[0] == name))
    ]
    if not found:
        there = sorted({f"{entry.name}@{entry.realm}" for entry in entries})
        more = ", …" if len(there) > _SHOWN else ""
        raise KeytabError(f'it has no entry of "{service}", but of {", ".join(there[:_SHOWN])}{more}')
    if len({entry.realm for entry in found}) > 1:
        raise KeytabError(f'it has entries of "{service}" in several realms: give the realm too, as {name}@REALM')
    return found


def written(entries: Iterable[Entry]) -> bytes:
    """A keytab of these entries."""
    return _MAGIC + b"".join(struct.pack(">i", len(entry.raw)) + entry.raw for entry in entries)
