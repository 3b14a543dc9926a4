"""HCL version 1, and JSON with the same model, for configuration and policies (pure).

    document = parse('path "secret/*" { capabilities = ["read"] }')
    for block in document.blocks("path", labels=1):
        block.labels[0], block.body, block.pos

Nothing is merged: a repeated entry is kept twice, in order, each with its line and column.

Source: https://github.com/hashicorp/hcl/tree/hcl1#syntax
"""

from strongroom.lib.hcl.errors import HclError, Limits
from strongroom.lib.hcl.format import format_policy
from strongroom.lib.hcl.nodes import Block, Item, Key, ListNode, Literal, Node, ObjectNode, plain
from strongroom.lib.hcl.parser import is_json, parse
from strongroom.lib.hcl.position import Position

__all__ = [
    "Block",
    "HclError",
    "Item",
    "Key",
    "Limits",
    "ListNode",
    "Literal",
    "Node",
    "ObjectNode",
    "Position",
    "format_policy",
    "is_json",
    "parse",
    "plain",
]
