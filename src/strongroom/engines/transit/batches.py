"""`batch_input`: many items in one request, each with a result or an error of its own.

Source: https://openbao.org/api-docs/secret/transit/#encrypt-data
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Set
from typing import Any

import msgspec

from strongroom.engines.transit.fields import text_of
from strongroom.engines.transit.pauses import Pauses
from strongroom.engines.transit.refusals import code_of
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.fault import without_frames
from strongroom.sdk import Response

AT_ONCE = 128
"""Items between two pauses, in which other requests are served."""
_STATUSES = frozenset(range(200, 600)) - {204, 205, 304}
"""Without those that have no body, where the results would be lost; between a proxy and its clients a body of a 205
would be the beginning of the next answer.  Source: RFC 9110, sections 6.4.1 and 15.3.6
"""


class Item(msgspec.Struct, frozen=True):
    """The result of one item: what it answers, or its error."""

    answer: dict[str, Any]
    error: InvalidRequest | None = None


def items_of(batch_input: Any) -> list[Any] | None:
    """The items of a request; None if it isn't a batch.

    Raises: `InvalidRequest` for what isn't a list of objects, and for a list without items.
    """
    if batch_input is None:
        return None
    if not isinstance(batch_input, list):
        raise InvalidRequest("failed to parse batch input: batch_input must be a list of objects")
    if not batch_input:
        raise InvalidRequest("missing batch input to process")
    for at, item in enumerate(batch_input):
        if type(item) is not dict:
            raise InvalidRequest(f"failed to parse batch input: the item [{at}] is no object")
    return batch_input


async def each(
    items: list[Any], work: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]], *, at_once: int = AT_ONCE
) -> list[Item]:
    """Do `work` for every item, in order.  An `InvalidRequest` is the item's own error.

    Args:
        at_once: how many items are done between two pauses at the most.  1 for work that takes milliseconds.
    """
    done: list[Item] = []
    pauses = Pauses()
    for at, item in enumerate(items, 1):
        try:
            if type(item.get("reference", "")) is not str:
                text_of(item, "reference")
            done.append(Item(await work(item)))
        except InvalidRequest as error:
            done.append(Item({}, without_frames(error)))
        if at % at_once == 0:
            await asyncio.sleep(0)
        if pauses.due:
            await pauses.take()
    return done


def answered(
    items: list[Any],
    done: list[Item],
    partial_failure_code: int | None,
    known: Set[str] = frozenset(),
    *,
    total_failure_code: int = 400,
) -> Response:
    """The answer to a batch: order is kept, and `reference` returned.

    Args:
        partial_failure_code: the status if some items failed but not all; None for 400.
        known: the fields of an item. A warning names others.
        total_failure_code: the status if all items failed.
    """
    results = [_shown(item, result) for item, result in zip(items, done, strict=True)]
    failed = sum(result.error is not None for result in done)
    warnings = _ignored(items, known) if known else []
    status = 0
    if failed:
        status = total_failure_code if failed == len(done) else 400
        if partial_failure_code is not None and partial_failure_code not in _STATUSES:
            warnings.append("invalid HTTP response code override from partial_failure_response_code, reverting to 400")
        elif partial_failure_code is not None and failed < len(done):
            status = partial_failure_code
    return Response(data={"batch_results": results}, status=status, warnings=warnings)


def _shown(item: Any, result: Item) -> dict[str, Any]:
    error = result.error
    shown = result.answer if error is None else {"error": error.text, "error_code": code_of(error)}
    shown["reference"] = _reference(item)
    return shown


def _reference(item: Any) -> str:
    if "reference" not in item:
        return ""
    try:
        return text_of(item, "reference")
    except InvalidRequest:  # no text, which is the error of this item
        return ""


def _ignored(items: list[Any], known: Set[str]) -> list[str]:
    names: set[str] = set()
    for item in items:
        if not item.keys() <= known:
            names.update(item.keys() - known)
    if not names:
        return []
    return [f"Endpoint ignored these unrecognized parameters in batch_input: [{' '.join(sorted(names))}]"]
