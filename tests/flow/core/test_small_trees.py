"""What is left of a token that had a few others below it, without anybody sweeping up."""

from __future__ import annotations

from typing import Any

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from tests.flow.node import TestNode


async def child(node: TestNode, parent: str, **fields: Any) -> str:
    """A token below another one."""
    made = await node.ok("POST", "auth/token/create", {"policies": ["root"], **fields}, parent)
    return str(made.body["auth"]["client_token"])


async def test_a_small_tree_goes_at_once() -> None:
    """Tokens, accessors, times and places below their parents, down to the grandchildren, whatever ends the tree."""
    node = await TestNode.start()
    before = set(node.rows())
    for fields in ({"ttl": "1h"}, {"ttl": "2h", "period": "1h"}, {"ttl": "1h", "num_uses": 5}):
        top = await child(node, node.root, ttl="1h")
        middle = await child(node, top, ttl="1h")
        for parent in (top, middle):
            await child(node, parent, **fields)
        assert len(set(node.rows()) - before) > 10
        await node.ok("POST", "auth/token/revoke", {"token": top})
        assert set(node.rows()) == before


async def test_a_place_without_a_token_is_cleared_with_the_tree() -> None:
    """Whatever has left it there."""
    node = await TestNode.start()
    top = await child(node, node.root, ttl="1h")
    services = node.node.unsealed
    assert services is not None
    under = keys.children(services.tokens.key_of(top))
    lost, other = await child(node, top, ttl="1h"), await child(node, top, ttl="1h")
    key = services.tokens.key_of(lost)
    assert {under + key, under + services.tokens.key_of(other)} <= set(node.rows())

    async def lose(txn: Transaction) -> None:
        txn.delete(keys.token(key))

    await transact(services.barrier, lose)
    await node.ok("POST", "auth/token/revoke", {"token": top})
    assert not [name for name in node.rows() if name.startswith(under)]
