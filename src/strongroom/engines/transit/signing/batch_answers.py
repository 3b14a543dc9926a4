"""The answers to batches that sign or check.

A batch is answered with 200 even if items fail: each item says for itself what became of it.

Source: https://openbao.org/api-docs/secret/transit/#sign-data
"""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from strongroom.engines.transit import batches
from strongroom.sdk import Response, replace


def answered(items: list[Any], done: list[batches.Item], known: Set[str], failed: dict[str, Any]) -> Response:
    """The answer, in the order of the items.

    Args:
        known: the fields of an item. failed: what an item has beside its error.
    """
    response = batches.answered(items, done, None, known)
    results = [
        shown if item.error is None else {**failed, **shown}
        for item, shown in zip(done, (response.data or {})["batch_results"], strict=True)
    ]
    return replace(response, data={"batch_results": results}, status=0)
