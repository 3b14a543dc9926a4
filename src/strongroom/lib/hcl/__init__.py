"""HCL version 1, and JSON with the same model, as configuration and policies are written in (pure).

    document = parse('path "secret/*" { capabilities = ["read"] }')
    for block in document.blocks("path", labels=1):
        block.labels[0], block.body, block.pos

Nothing is merged: what is written twice is there twice, in order, each with its line and column.

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
