"""`batch_input`: many items in one request, each with a result or an error of its own.

Source: https://openbao.org/api-docs/secret/transit/#encrypt-data
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Response

AT_ONCE = 128
"""Items between two pauses, in which other requests are served."""


class Item(msgspec.Struct, frozen=True):
    """The result of one item: what it answers, or its error."""

    answer: dict[str, Any]
    error: InvalidRequest | None = None


async def each(items: list[dict[str, Any]], work: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]) -> list[Item]:
    """Do `work` for every item, in order.  An `InvalidRequest` is the item's own error."""
    done: list[Item] = []
    for at, item in enumerate(items):
        if at % AT_ONCE == AT_ONCE - 1:
            await asyncio.sleep(0)
        try:
            done.append(Item(await work(item)))
        except InvalidRequest as error:
            done.append(Item({}, error))
    return done


def answered(items: list[dict[str, Any]], done: list[Item], partial_failure_code: int | None) -> Response:
    """The answer to a batch: order is kept, and `reference` returned.

    Args:
        partial_failure_code: the status if some items failed but not all; None for 400.
    """
    results = []
    for item, result in zip(items, done, strict=True):
        shown = dict(result.answer) if result.error is None else {"error": result.error.text}
        if item.get("reference"):
            shown["reference"] = item["reference"]
        results.append(shown)
    failed = sum(result.error is not None for result in done)
    status = 0
    if failed:
        status = 400 if failed == len(done) or partial_failure_code is None else partial_failure_code
    return Response(data={"batch_results": results}, status=status)
