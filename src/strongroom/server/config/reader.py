"""From the tree of a configuration file to typed values, with the place of everything that is wrong (pure).

A stanza is a frozen dataclass whose fields are declared by `key`: the reader knows from it which keys there are.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from typing import Any, TypeAlias, TypeVar

from strongroom.audit.outgoing.addresses import problem_of_rule
from strongroom.http.custom_headers import is_status
from strongroom.lib.addresses import plain_interface
from strongroom.lib.durations import parse_duration_s, parse_size_bytes
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.hcl import HclError, Item, ListNode, Literal, Node, ObjectNode, Position, plain
from strongroom.lib.header_fields import is_name, is_reserved, is_value
from strongroom.lib.sockaddr import TemplateError, check, is_template

_LIKENESS = 0.75
"""From which a key counts as another one that was mistyped, of 1."""
_VARIABLE = re.compile(r"\$\{\w+\}")
"""What shells and generators replace, and a server that is started without them doesn't."""
_LONGEST_S = 100 * 366 * 24 * 3600
"""A century, in seconds: more is a mistake, and beyond what clocks and rows hold."""


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a configuration file."""

    file: str
    line: int
    """0 for what is no file, such as a flag."""
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Notice:
    """A setting without effect, for the log at the start."""

    where: Where
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def meant(name: str, known: Iterable[str]) -> str:
    """A question for the end of an error's text, with the key that was mistyped; empty if none is like it."""
    found = get_close_matches(name.lower(), sorted(known), 1, _LIKENESS)
    return f": did you mean `{found[0]}`?" if found else ""


class ConfigError(InvalidRequest):
    """A configuration can't be used; the text tells the file, the line, what was expected and what was found."""

    def __init__(self, where: Where, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


class Reader:
    """Reads the stanzas of one file, and collects notices."""

    def __init__(self, file: str, homes: Mapping[str, str] | None = None) -> None:
        """Begin a file.

        Args:
            homes: where each key of the file's other stanzas belongs, for keys that stand in a wrong one.
        """
        self.file = file
        self.notices: list[Notice] = []
        self._homes = homes or {}

    def where(self, pos: Position) -> Where:
        """The place in this file."""
        return Where(self.file, pos.line, pos.column)

    def notice(self, pos: Position, text: str) -> None:
        """Note something that has no effect."""
        self.notices.append(Notice(self.where(pos), text))

    def unknown(self, pos: Position, name: str, known: Iterable[str], within: str = "") -> None:
        """Note a key that nothing reads, with the key that may have been meant, or the stanza that it belongs to."""
        told = meant(name, known) or (f": it belongs {self._homes[name]}" if name in self._homes else "")
        self.notice(pos, f"unknown or unsupported field {name}{_within(within)}{told}")

    def stanza(
        self, kind: type[_T], body: ObjectNode, *, within: str = "", ignored: Iterable[str] = (), **given: object
    ) -> _T:
        """Read an object into a dataclass.

        Args:
            kind: the dataclass, its fields declared by `key`.
            body: what to read.
            within: the stanza's name for error texts, such as `listener "tcp"`; empty for the whole file.
            ignored: keys that somebody else reads.
            given: values of the fields that no key declares.

        Raises:
            ConfigError: a value has the wrong type.
        """
        declared = _declared(kind)
        values: dict[str, Any] = dict(given)
        skipped = set(ignored)
        seen: set[str] = set()
        for item in body.items:
            name = item.name
            if name in skipped:
                continue
            if name not in declared:
                self.unknown(item.pos, name, (*declared, *skipped), within)
                continue
            if isinstance(item.value, Literal) and item.value.value is None:
                continue
            if name in seen:
                self.notice(item.pos, f"{name} is given again{_within(within)}; the last one counts")
            seen.add(name)
            self.taken_as_written(item, within)
            attribute, convert, served = declared[name]
            if not served:
                self.notice(item.pos, f"{name} has no effect in this server{_within(within)}")
            values[attribute] = self._converted(item, convert, within)
        return kind(**values)

    def taken_as_written(self, item: Item, within: str = "") -> None:
        """Note a text in which somebody expects a variable; without its name, which may be a part of a password."""
        if isinstance(item.value, Literal) and isinstance(item.value.value, str) and _VARIABLE.search(item.value.value):
            told = "${…}, which is taken as it is written: no variables are put in"
            self.notice(item.value.pos, f"{item.name}{_within(within)} holds {told}")

    def options(self, body: ObjectNode, within: str) -> Options:
        """A plugin's stanza (see `split_options`), with notices of keys given again and of variables."""
        seen: set[str] = set()
        for item in body.items:
            if isinstance(item.value, ObjectNode | ListNode) or _is_null(item.value):
                continue
            if item.name in seen:
                self.notice(item.pos, f"{item.name} is given again{_within(within)}; the last one counts")
            seen.add(item.name)
            self.taken_as_written(item, within)
        return split_options(self, body)

    def _converted(self, item: Item, convert: Convert, within: str) -> object:
        """The entry's value, or an error that names the key."""
        try:
            return convert(self, item.value)
        except HclError as error:
            raise ConfigError(self.where(error.pos), f"{item.name}{_within(within)}: {error.problem}") from None


_T = TypeVar("_T")
Convert: TypeAlias = Callable[[Reader, Node], object]
Options: TypeAlias = tuple[Mapping[str, str], Mapping[str, tuple[Mapping[str, str], ...]]]
_Declared: TypeAlias = dict[str, tuple[str, Convert, bool]]


def key(
    convert: Convert, default: object = MISSING, *, name: str = "", served: bool = True, secret: bool = False
) -> Any:
    """Declare a field that a key of the stanza fills.

    Args:
        convert: reads the value.
        default: what the field is without the key; a class stands for a new object of it.
        name: the key, if it isn't the field's name (a field's name carries its unit).
        served: False for what Vault or OpenBao document and this server has no use for: it is read, checked, noticed.
        secret: keep the value out of `repr`.
    """
    metadata = reads(convert, name=name, served=served)
    if isinstance(default, type):
        return field(default_factory=default, metadata=metadata, repr=not secret)
    return field(default=default, metadata=metadata, repr=not secret)


def reads(convert: Convert, *, name: str = "", served: bool = True) -> dict[str, object]:
    """What `key` notes in a field's metadata, for fields that are declared by `dataclasses.field`."""
    return {"convert": convert, "key": name, "served": served}


def _declared(kind: type[Any]) -> _Declared:
    """The keys that a dataclass declares."""
    return {
        found.metadata["key"] or found.name: (found.name, found.metadata["convert"], found.metadata["served"])
        for found in fields(kind)
        if "convert" in found.metadata
    }


def keys_of(kind: type[Any]) -> frozenset[str]:
    """The names of the keys that a stanza's dataclass declares."""
    return frozenset(_declared(kind))


def _within(stanza: str) -> str:
    return f" in {stanza}" if stanza else ""


def _found(node: Node) -> str:
    """A value as an error may show it.  Only for settings that are no secrets."""
    if isinstance(node, Literal) and isinstance(node.value, str):
        return f'"{node.value[:64]}"'
    return (node.text or str(node.value).lower()) if isinstance(node, Literal) else node.kind


def text(_: Reader, node: Node) -> str:
    """A text.  Numbers and booleans count as they are written, as in Vault."""
    match node:
        case Literal(value=str() as value):
            return value
        case Literal(value=bool() as value):
            return "true" if value else "false"
        case Literal(value=int() | float()):
            return node.text
    raise HclError(node.pos, f"expected a text, found {node.kind}")


def network_address(reader: Reader, node: Node) -> str:
    """An address or URL, which may be a template of go-sockaddr; evaluated later, on the machine that serves."""
    found = text(reader, node)
    if is_template(found):
        try:
            check(found)
        except TemplateError as error:
            raise HclError(node.pos, str(error)) from None
    return found


def boolean(_: Reader, node: Node) -> bool:
    """True or false, also as 1 or 0, and any of these in quotes."""
    if isinstance(node, Literal):
        shown = node.value if isinstance(node.value, str) else _found(node)
        if shown in {"1", "t", "T", "true", "TRUE", "True"}:
            return True
        if shown in {"0", "f", "F", "false", "FALSE", "False", ""}:
            return False
    raise HclError(node.pos, f"expected a boolean, found {_found(node)}")


def integer(_: Reader, node: Node) -> int:
    """A whole number, also in quotes."""
    if isinstance(node, Literal) and not isinstance(node.value, bool):
        if isinstance(node.value, int):
            return node.value
        digits = str(node.value).removeprefix("-")
        if isinstance(node.value, str) and digits.isascii() and digits.isdigit() and len(digits) < 19:
            return int(node.value)
    raise HclError(node.pos, f"expected a whole number, found {_found(node)}")


def ranged(least: int, most: int = 2**53) -> Convert:
    """A whole number of a range, its ends included."""

    def convert(reader: Reader, node: Node) -> int:
        found = integer(reader, node)
        if not least <= found <= most:
            span = f"from {least} to {most}" if most < 2**53 else f"of at least {least}"
            raise HclError(node.pos, f"expected a whole number {span}, found {found}")
        return found

    return convert


def seconds(_: Reader, node: Node) -> int:
    """A duration (see `lib.durations`), in whole seconds; not negative."""
    value = node.value if isinstance(node, Literal) else node
    try:
        found = parse_duration_s(value)
    except InvalidRequest:
        found = -1
    if found < 0:
        raise HclError(node.pos, f'expected a duration such as "1h30m" or a number of seconds, found {_found(node)}')
    if found > _LONGEST_S:
        raise HclError(node.pos, f"expected a duration of a century at the most, found {_found(node)}")
    return found


def size(_: Reader, node: Node) -> int:
    """A number of bytes, also as `"32MiB"`; -1 for any negative one, which some write for no limit."""
    value = node.value if isinstance(node, Literal) else node
    if isinstance(value, int) and not isinstance(value, bool) and value < 0:
        return -1
    if isinstance(value, str) and value.startswith("-") and value[1:].isdecimal():
        return -1
    try:
        return parse_size_bytes(value)
    except InvalidRequest:
        problem = f'expected a size such as "32MiB" or a number of bytes, found {_found(node)}'
        raise HclError(node.pos, problem) from None


def texts(reader: Reader, node: Node) -> tuple[str, ...]:
    """A list of texts, or one text with commas."""
    if isinstance(node, ListNode):
        return tuple(text(reader, element) for element in node.items)
    return tuple(part for part in (part.strip() for part in text(reader, node).split(",")) if part)


def directories(reader: Reader, node: Node) -> tuple[str, ...]:
    """Directories, as a list or a text with commas; each from the root, as `.` is where a server was started."""
    found = texts(reader, node)
    for path in found:
        if not path.startswith("/"):
            raise HclError(node.pos, f'expected directories such as "/var/log/strongroom", found "{path[:64]}"')
    return found


def destinations(reader: Reader, node: Node) -> tuple[str, ...]:
    """Networks, hosts and paths of sockets, as a list or a text with commas."""
    found = texts(reader, node)
    for each in found:
        if problem := problem_of_rule(each):
            raise HclError(node.pos, f'expected a network, host or path of a socket, found "{each[:64]}": {problem}')
    return found


def one_of(*choices: str) -> Convert:
    """One of these words, in any case; empty is no choice."""

    def convert(reader: Reader, node: Node) -> str:
        found = text(reader, node).lower()
        if found and found not in choices:
            raise HclError(node.pos, f"expected one of {', '.join(choices)}, found {_found(node)}")
        return found

    return convert


def networks(reader: Reader, node: Node) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Addresses and networks (CIDR), as a list or a text with commas."""
    found = []
    for entry in texts(reader, node):
        try:
            found.append(plain_interface(entry).network)
        except ValueError:
            raise HclError(node.pos, f'expected addresses such as "10.0.0.0/8", found "{entry[:64]}"') from None
    return tuple(found)


def mode(reader: Reader, node: Node) -> int | None:
    """A file's permission bits in octal, with quotes or without; empty for none."""
    found = text(reader, node)
    if not found:
        return None
    if len(found.lstrip("0")) > 4 or any(digit not in "01234567" for digit in found):
        raise HclError(node.pos, f'expected permissions such as "0600", found {_found(node)}')
    return int(found, 8)


def options(reader: Reader, node: Node) -> dict[str, str]:
    """An object of texts, such as a plugin reads itself."""
    if not isinstance(node, ObjectNode):
        raise HclError(node.pos, f"expected an object, found {node.kind}")
    given = [item for item in node.items if not _is_null(item.value)]
    for item in given:
        reader.taken_as_written(item)
    return {item.name: text(reader, item.value) for item in given}


def headers(reader: Reader, node: Node) -> dict[str, dict[str, tuple[str, ...]]]:
    """Response headers by status (`default`, `2xx`, `404`), each with its values."""
    if not isinstance(node, ObjectNode):
        raise HclError(node.pos, f"expected an object, found {node.kind}")
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for status in node.items:
        if not is_status(status.name):
            raise HclError(status.pos, f'expected "default" or a status such as "2xx", found "{status.name[:64]}"')
        if not isinstance(status.value, ObjectNode):
            raise HclError(status.value.pos, f"expected an object, found {status.value.kind}")
        by_name = found.setdefault(status.name, {})
        for item in status.value.items:
            if is_reserved(item.name):
                reader.notice(item.pos, f"the header {item.name} is the server's own: it can't be set and isn't")
            else:
                by_name[item.name] = _header(reader, item)
    return found


def _header(reader: Reader, item: Item) -> tuple[str, ...]:
    """One header's values."""
    if not is_name(item.name):
        raise HclError(item.pos, f'expected a header\'s name, found "{item.name[:64]}"')
    # A header's value may hold commas, so one text is one value.
    elements = item.value.items if isinstance(item.value, ListNode) else (item.value,)
    values = tuple(text(reader, element) for element in elements)
    if not all(is_value(value) for value in values):
        raise HclError(item.value.pos, f"expected one line of Latin-1 for {item.name}, found something else")
    return values


def nested(kind: type[Any], within: str) -> Convert:
    """An object of its own keys; of a list of them the last one counts, as for Vault."""

    def convert(reader: Reader, node: Node) -> object:
        if isinstance(node, ListNode) and node.items:
            node = node.items[-1]
        if not isinstance(node, ObjectNode):
            raise HclError(node.pos, f"expected an object, found {node.kind}")
        return reader.stanza(kind, node, within=within)

    return convert


def anything(_: Reader, node: Node) -> object:
    """A value that this server has no use for."""
    return plain(node)


def split_options(reader: Reader, body: ObjectNode) -> Options:
    """A plugin's stanza: its texts, and its inner blocks (such as raft's `retry_join`) by name, repeated ones in order.

    Raises:
        HclError: a list of anything but texts or objects.
    """
    plain_options: dict[str, str] = {}
    blocks: dict[str, tuple[Mapping[str, str], ...]] = {}
    for item in body.items:
        match item.value:
            case ObjectNode() as node:
                blocks[item.name] = (*blocks.get(item.name, ()), options(reader, node))
            case ListNode(items=elements) if any(isinstance(element, ObjectNode) for element in elements):
                blocks[item.name] = blocks.get(item.name, ()) + tuple(options(reader, element) for element in elements)
            case ListNode() as node:
                plain_options[item.name] = ",".join(texts(reader, node))
            case Literal(value=None):
                continue
            case Literal() as node:
                plain_options[item.name] = text(reader, node)
    return plain_options, blocks


def _is_null(node: Node) -> bool:
    return isinstance(node, Literal) and node.value is None
