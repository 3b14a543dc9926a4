"""LDIF: changes of a directory as text (pure).

Taken are records that add, delete, modify or rename an entry.  Refused is what would read a file or a URL (`attr:<`),
what asks for controls, and what is ambiguous: a space at the end of a line is part of the value to some programs and
nothing to others.

Source: RFC 2849
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

import msgspec

from strongroom.lib.errors import InvalidRequest

MOST_BYTES = 64 * 1024
MOST_RECORDS = 64
MOST_LINES = 2000

OPERATIONS = ("add", "delete", "replace")
"""What a modification may do with an attribute."""
_ATTRIBUTE = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]{0,127}|[0-9]+(?:\.[0-9]+){1,30})(?:;[A-Za-z0-9-]{1,64}){0,8}")
"""Source: RFC 4512, section 2.5"""


class Add(msgspec.Struct, frozen=True):
    """A new entry."""

    dn: str
    attributes: tuple[tuple[str, tuple[bytes, ...]], ...]
    """In the order of the text; each name once."""

    def __repr__(self) -> str:
        return f"Add({self.dn})"


class Delete(msgspec.Struct, frozen=True):
    """An entry that goes."""

    dn: str


class Modification(msgspec.Struct, frozen=True):
    """A change of one attribute."""

    operation: str
    """One of `OPERATIONS`."""
    attribute: str
    values: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"Modification({self.operation} {self.attribute})"


class Modify(msgspec.Struct, frozen=True):
    """Changes of an entry."""

    dn: str
    modifications: tuple[Modification, ...]


class Rename(msgspec.Struct, frozen=True):
    """A new name for an entry, and perhaps another place."""

    dn: str
    new_rdn: str
    delete_old_rdn: bool
    new_superior: str = ""
    """Empty if the entry stays where it is."""


Change = Add | Delete | Modify | Rename


class _Line(msgspec.Struct, frozen=True):
    """One line with its continuations: a name and a value, or the dash that ends a modification."""

    number: int
    name: str
    value: bytes

    @property
    def text(self) -> str:
        try:
            return self.value.decode()
        except UnicodeDecodeError:
            raise _wrong(self.number, "the value is not UTF-8") from None


def parse_ldif(text: str) -> tuple[Change, ...]:
    """The changes of a text, in its order.

    Raises: `InvalidRequest` that names the line.
    """
    try:
        size_bytes = len(text.encode())
    except UnicodeEncodeError:
        raise InvalidRequest("the LDIF is not UTF-8") from None
    if size_bytes > MOST_BYTES:
        raise InvalidRequest(f"the LDIF is longer than {MOST_BYTES} bytes")
    if "\0" in text:
        raise InvalidRequest("the LDIF has a NUL")
    changes: list[Change] = []
    for block in _blocks(text):
        if len(changes) == MOST_RECORDS:
            raise InvalidRequest(f"the LDIF has more than {MOST_RECORDS} records")
        changes.append(_change(block))
    return tuple(changes)


def _wrong(number: int, reason: str) -> InvalidRequest:
    return InvalidRequest(f"line {number} of the LDIF: {reason}")


def _blocks(text: str) -> Iterator[list[_Line]]:
    """The records: lines between empty ones.  Comments and the version are left out."""
    block: list[_Line] = []
    begun = False
    for number, line in _whole_lines(text):
        if line.startswith("#"):
            continue
        if not line:
            if block:
                yield block
            block = []
            continue
        found = _line(number, line)
        if not begun and found.name.lower() == "version":
            if found.value != b"1":
                raise _wrong(number, "the version of LDIF is 1")
            begun = True
            continue
        begun = True
        block.append(found)
    if block:
        yield block


def _whole_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their continuations, which begin with a space, and the number of their first line."""
    lines = text.rstrip().replace("\r\n", "\n").split("\n")
    if len(lines) > MOST_LINES:
        raise InvalidRequest(f"the LDIF has more than {MOST_LINES} lines")
    whole: list[str] = []
    first = 1
    for number, line in enumerate(lines, 1):
        if line.startswith(" "):
            if not whole or not whole[0]:
                raise _wrong(number, "it begins with a space, and there is no line that it continues")
            whole.append(line[1:])
            continue
        if whole:
            yield first, _checked(first, "".join(whole))
        whole, first = [line], number
    yield first, _checked(first, "".join(whole))


def _checked(number: int, line: str) -> str:
    if line.endswith((" ", "\t", "\r")):
        raise _wrong(number, "it ends with a space, which some programs take for a part of the value")
    return line


def _line(number: int, line: str) -> _Line:
    if line == "-":
        return _Line(number, "-", b"")
    name, colon, rest = line.partition(":")
    if not colon:
        raise _wrong(number, "there is no colon after the attribute")
    if not _ATTRIBUTE.fullmatch(name):
        raise _wrong(number, "what stands before the colon is no attribute")
    if rest.startswith("<"):
        raise _wrong(number, "values are not read from files or URLs")
    if rest.startswith(":"):
        try:
            return _Line(number, name, base64.b64decode(rest[1:].strip(" "), validate=True))
        except (binascii.Error, ValueError):
            raise _wrong(number, "what stands after the two colons is not base64") from None
    return _Line(number, name, rest.lstrip(" ").encode())


def _change(block: list[_Line]) -> Change:
    first, *rest = block
    if first.name.lower() != "dn":
        raise _wrong(first.number, "a record begins with dn")
    dn = _dn(first)
    if rest and rest[0].name.lower() == "control":
        raise _wrong(rest[0].number, "controls are not supported")
    if not rest or rest[0].name.lower() != "changetype":
        return _add(dn, first.number, rest)
    kind, number, lines = rest[0].text.lower(), rest[0].number, rest[1:]
    match kind:
        case "add":
            return _add(dn, number, lines)
        case "delete":
            if lines:
                raise _wrong(lines[0].number, "nothing follows changetype: delete")
            return Delete(dn)
        case "modify":
            return Modify(dn, tuple(_modifications(lines, number)))
        case "modrdn" | "moddn":
            return _rename(dn, number, lines)
    raise _wrong(number, "changetype is add, delete, modify, modrdn or moddn")


def _dn(line: _Line) -> str:
    if not line.value:
        raise _wrong(line.number, "the DN is empty")
    return line.text


def _add(dn: str, number: int, lines: list[_Line]) -> Add:
    found: dict[str, tuple[str, list[bytes]]] = {}
    for line in lines:
        if line.name == "-":
            raise _wrong(line.number, "a dash belongs to changetype: modify")
        if line.name.lower() in {"dn", "changetype"}:
            raise _wrong(line.number, f"{line.name} again: an empty line stands between records")
        found.setdefault(line.name.lower(), (line.name, []))[1].append(line.value)
    if not found:
        raise _wrong(number, "an entry has attributes")
    return Add(dn, tuple((name, tuple(values)) for name, values in found.values()))


def _modifications(lines: list[_Line], number: int) -> Iterator[Modification]:
    if not lines:
        raise _wrong(number, "changetype: modify is followed by add, delete or replace")
    at = 0
    while at < len(lines):
        head = lines[at]
        operation, attribute = head.name.lower(), head.text
        if operation not in OPERATIONS:
            raise _wrong(head.number, "a modification begins with add, delete or replace, and ends with a dash")
        if not _ATTRIBUTE.fullmatch(attribute):
            raise _wrong(head.number, f"what stands after {operation}: is no attribute")
        values: list[bytes] = []
        at += 1
        while at < len(lines) and lines[at].name != "-":
            if lines[at].name.lower() != attribute.lower():
                text = f"a value of {attribute} or a dash is missing: each modification ends with a line that is a dash"
                raise _wrong(lines[at].number, text)
            values.append(lines[at].value)
            at += 1
        if at == len(lines):
            raise _wrong(head.number, "the modification does not end: after it stands a line that is a dash")
        if operation == "add" and not values:
            raise _wrong(head.number, "nothing is added")
        at += 1
        yield Modification(operation, attribute, tuple(values))


def _rename(dn: str, number: int, lines: list[_Line]) -> Rename:
    names = [line.name.lower() for line in lines]
    if names not in (["newrdn", "deleteoldrdn"], ["newrdn", "deleteoldrdn", "newsuperior"]):
        raise _wrong(number, "it is followed by newrdn, deleteoldrdn, and newsuperior if the entry moves")
    if not lines[0].value or lines[1].value not in {b"0", b"1"}:
        raise _wrong(lines[0].number, "newrdn is a name, deleteoldrdn 0 or 1")
    return Rename(dn, lines[0].text, lines[1].value == b"1", lines[2].text if len(lines) > 2 else "")
