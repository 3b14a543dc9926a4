"""Compares a node that keeps answers with one that doesn't."""

from __future__ import annotations

from typing import Any

from tests.flow.core import repeats
from tests.flow.node import Answer, TestNode


def plain(answer: Answer) -> tuple[int, Any, Any]:
    """An answer without what differs from one to the next."""
    body = answer.body
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name != "request_id"}
    headers = {name: value for name, value in answer.headers.items() if name != "X-Strongroom-Request-Id"}
    return answer.status, body, headers


def entries(node: TestNode) -> list[dict[str, Any]]:
    """The last two audit entries without what differs from one request to the next."""
    found = node.recorder.entries[-2:]
    for entry in found:
        entry.pop("chain")
        entry.pop("time")
        entry["request"].pop("id")
    return found


async def compare(
    node: TestNode, other: TestNode, method: str, path: str, body: Any, token: str, **options: Any
) -> Answer:
    """Ask both, the one so often that it keeps the answer.  Returns the answer, which is the same.

    The one is asked first: what the other one's request changes would end what is kept.
    """
    answers = [await repeats.ask(node, method, path, body, token, **options)]
    expected = await other.ask(method, path, body, token, **options)
    answers += [await repeats.ask(node, method, path, body, token, **options) for _ in range(repeats.OFTEN)]
    for answer in answers:
        assert plain(answer) == plain(expected), (method, path)
    return expected


def count(node: TestNode) -> int:
    """How many answers the node keeps."""
    assert node.node.unsealed is not None
    return len(node.node.unsealed.barrier.cache.answers)
