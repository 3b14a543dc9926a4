"""The tree that a text parses to; HCL and JSON give the same kinds of node.

Comparisons ignore positions, so a tree equals the same tree with another layout.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from strongroom.lib.hcl.errors import HclError
from strongroom.lib.hcl.position import Position


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number or boolean; None is JSON's `null`."""

    value: str | int | float | bool | None
    pos: Position = field(compare=False)
    text: str = field(default="", compare=False, repr=False)
    """A number as it was written (`0x1F`, `0600`, `1e3`); empty for the other kinds."""

    @property
    def kind(self) -> str:
        """Its kind, as error texts name it."""
        match self.value:
            case None:
                return "null"
            case bool():
                return "a boolean"
            case str():
                return "a text"
            case _:
                return "a number"


@dataclass(frozen=True, slots=True)
class ListNode:
    """`[ … ]`."""

    items: tuple[Node, ...]
    pos: Position = field(compare=False)

    @property
    def kind(self) -> str:
        """Its kind, as error texts name it."""
        return "a list"


@dataclass(frozen=True, slots=True)
class Key:
    """A key or a label."""

    text: str
    pos: Position = field(compare=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of an object: `key = value`, `key { … }` or `key "label" { … }`."""

    keys: tuple[Key, ...]
    """At least one; more only before a `{`."""
    value: Node

    @property
    def name(self) -> str:
        """The first key."""
        return self.keys[0].text

    @property
    def pos(self) -> Position:
        """Where its first key begins."""
        return self.keys[0].pos


@dataclass(frozen=True, slots=True)
class Block:
    """An object that was found by its name and labels, in any spelling."""

    labels: tuple[str, ...]
    body: ObjectNode
    pos: Position
    """Of the last label, or of the name."""


@dataclass(frozen=True, slots=True)
class ObjectNode:
    """`{ … }`, or a whole document.  Entries keep their order, repeated ones too."""

    items: tuple[Item, ...]
    pos: Position = field(compare=False)

    @property
    def kind(self) -> str:
        """Its kind, as error texts name it."""
        return "an object"

    def named(self, name: str) -> tuple[Item, ...]:
        """The entries whose first key is `name`, in order."""
        return tuple(item for item in self.items if item.name == name)

    def blocks(self, name: str, labels: int) -> Iterator[Block]:
        """Every block `name` with this many labels, in any equivalent spelling.

        With one label these are: `name "label" { … }`, `name { label { … } }`, `name = { "label" = { … } }`, the same
        as JSON objects, and each of those in a list, also a list per label.

        Raises:
            HclError: there is no object where a label or a body is needed, or there are more labels than `labels`.
        """
        for item in self.named(name):
            yield from item_blocks(item, labels)


Node: TypeAlias = Literal | ListNode | ObjectNode


def item_blocks(item: Item, labels: int) -> Iterator[Block]:
    """The blocks of one entry; see `ObjectNode.blocks`."""
    given = tuple(key.text for key in item.keys[1:])
    if len(given) > labels:
        found = f"{len(given)} after {item.name!r}"
        raise HclError(item.keys[labels + 1].pos, f"expected {_labels(labels)}, found {found}")
    yield from _unfold(item.name, item.value, given, item.keys[-1].pos, labels)


def _unfold(name: str, node: Node, labels: tuple[str, ...], pos: Position, wanted: int) -> Iterator[Block]:
    """Descend through lists and through objects whose keys are labels."""
    match node:
        case ListNode():
            for element in node.items:
                yield from _unfold(name, element, labels, element.pos if len(labels) < wanted else pos, wanted)
        case ObjectNode() if len(labels) == wanted:
            yield Block(labels, node, pos)
        case ObjectNode():
            for item in node.items:
                given = labels + tuple(key.text for key in item.keys)
                if len(given) > wanted:
                    raise HclError(item.pos, f"expected {_labels(wanted)} after {name!r}, found {len(given)}")
                yield from _unfold(name, item.value, given, item.keys[-1].pos, wanted)
        case Literal(value=None):
            return
        case _:
            raise HclError(node.pos, f"expected an object for {name!r}, found {node.kind}")


def _labels(count: int) -> str:
    return {0: "no label", 1: "one label"}.get(count, f"{count} labels")


def plain(node: Node) -> object:
    """The node as text, numbers, lists and dictionaries.

    The values of a repeated key become a list.  Labels become nested dictionaries.
    """
    match node:
        case Literal():
            return node.value
        case ListNode():
            return [plain(element) for element in node.items]
        case ObjectNode():
            gathered: dict[str, list[object]] = {}
            for item in node.items:
                value = plain(item.value)
                for key in reversed(item.keys[1:]):
                    value = {key.text: value}
                gathered.setdefault(item.name, []).append(value)
            return {name: values[0] if len(values) == 1 else values for name, values in gathered.items()}
