"""A node whose clients ask so often that responses are kept."""

from __future__ import annotations

from typing import Any

from tests.flow.node import Answer, TestNode
from tests.flow.turns import sent

OFTEN = 2
"""Requests after which a response is kept: the first one is noted, the decision on the second is remembered together
with the response."""


async def ask(
    node: TestNode, method: str, path: str, body: Any = None, token: str | None = None, **options: Any
) -> Answer:
    """Ask as a client of a listener that keeps responses."""
    (client,) = sent(node, [node.request(method, path, body, token, **options)], keeps=True)
    return await client.answer()


async def is_repeated(
    node: TestNode, method: str, path: str, body: Any = None, token: str | None = None, **options: Any
) -> bool:
    """Ask once more.  Returns whether the response was kept."""
    (client,) = sent(node, [node.request(method, path, body, token, **options)], keeps=True)
    await client.answer()
    return client.repeated


async def kept(
    node: TestNode, method: str, path: str, body: Any = None, token: str | None = None, **options: Any
) -> Answer:
    """Ask until the response is kept, and once more.  Returns the kept response."""
    for _ in range(OFTEN):
        first = await ask(node, method, path, body, token, **options)
        assert first.status == 200, first
    (client,) = sent(node, [node.request(method, path, body, token, **options)], keeps=True)
    again = await client.answer()
    assert client.repeated, "the response was not kept"
    return again
