"""A printer of trees as HCL, for the round trip."""

from __future__ import annotations

from strongroom.lib.hcl import Item, ListNode, Literal, Node, ObjectNode

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "$": "\\u0024"}


def quote(text: str) -> str:
    """A quoted text; `$` is escaped so that nothing looks like an interpolation."""
    return '"' + "".join(_ESCAPES.get(character, character) for character in text) + '"'


def print_node(node: Node) -> str:
    """The node as HCL."""
    match node:
        case Literal(value=bool()):
            return "true" if node.value else "false"
        case Literal(value=str()):
            return quote(node.value)
        case Literal():
            return repr(node.value)
        case ListNode():
            return "[" + ", ".join(print_node(element) for element in node.items) + "]"
        case ObjectNode():
            return "{\n" + "\n".join(print_item(item) for item in node.items) + "\n}"


def print_item(item: Item) -> str:
    """An entry as HCL."""
    keys = " ".join(quote(key.text) for key in item.keys)
    assignment = "" if len(item.keys) > 1 else " ="
    return f"{keys}{assignment} {print_node(item.value)}"


def print_document(document: ObjectNode) -> str:
    """A whole document as HCL."""
    return "\n".join(print_item(item) for item in document.items)
