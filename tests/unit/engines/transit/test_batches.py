"""What a batch does between its items, and what it answers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from strongroom.engines.transit.batches import Item, answered, each
from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib.errors import Internal, InvalidRequest


@pytest.mark.parametrize(("at_once", "least"), [(1, 300), (100, 3)])
async def test_others_are_served_between_items(at_once: int, least: int) -> None:
    """Another task runs as often as the batch pauses; more often where items take long."""
    turns, over = 0, False

    async def other() -> None:
        nonlocal turns
        while not over:
            await asyncio.sleep(0)
            turns += 1

    async def work(item: dict[str, Any]) -> dict[str, Any]:
        return item

    beside = asyncio.create_task(other())
    await asyncio.sleep(0)
    before = turns
    done = await each([{"at": at} for at in range(300)], work, at_once=at_once)
    within = turns - before
    over = True
    await beside
    assert [item.answer["at"] for item in done] == list(range(300))
    assert within >= least


async def test_only_refusals_are_an_items_own() -> None:
    """A fault of the server ends the batch; a refusal is its item's."""

    async def refuse(item: dict[str, Any]) -> dict[str, Any]:
        raise item["error"]

    done = await each([{"error": InvalidRequest("no")}, {"error": Refused(Code.TOO_LONG, "long")}], refuse)
    answer = answered([{}, {"reference": "r"}], done, 207)
    assert answer.status == 400
    assert answer.data == {
        "batch_results": [
            {"error": "no", "error_code": "invalid_request", "reference": ""},
            {"error": "long", "error_code": "too_long", "reference": "r"},
        ]
    }
    with pytest.raises(Internal):
        await each([{"error": Internal("broken")}], refuse)


def test_an_answer_keeps_nothing_of_a_failed_item() -> None:
    """Beside its error a failed item has no result, which somebody could take for one."""
    answer = answered([{}, {}], [Item({"plaintext": "eA=="}), Item({}, InvalidRequest("no"))], None)
    assert answer.data is not None
    assert [sorted(each) for each in answer.data["batch_results"]] == [
        ["plaintext", "reference"],
        ["error", "error_code", "reference"],
    ]
