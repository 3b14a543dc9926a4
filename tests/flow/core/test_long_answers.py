"""Answers with thousands of names: their audit entries are those of short ones, and others are served meanwhile."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from strongroom.audit.long_answers import MANY
from tests.flow.node import TestNode

NAMES = [f"{number:05}" for number in range(MANY + 10)]


async def node_with_names() -> TestNode:
    """A node with that many secrets in a folder."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    for name in NAMES:
        await node.ok("POST", f"kv/many/{name}", {"a": "b"})
    await node.ok("POST", "kv/few/00007", {"a": "b"})
    return await node.audited()


def shown(node: TestNode) -> Any:
    """The names in the last entry."""
    return json.loads(node.recorder.lines[-1])["response"]["data"]["keys"]


async def test_each_name_is_a_digest() -> None:
    """The same as in the entry of a short listing."""
    node = await node_with_names()
    assert (await node.ok("LIST", "kv/few")).body["data"]["keys"] == ["00007"]
    [digest] = shown(node)
    assert (await node.ok("LIST", "kv/many")).body["data"]["keys"] == NAMES
    found = shown(node)
    assert len(set(found)) == len(NAMES)
    assert found[7] == digest
    assert [json.loads(line)["type"] for line in node.recorder.lines] == ["request", "response"] * 2


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (("POST", "sys/mounts/kv/tune", {"audit_non_hmac_response_keys": ["keys"]}), NAMES),
        (("PUT", "sys/audit/recorder", {"type": "recorder", "options": {"log_raw": "true"}}), NAMES),
        (("PUT", "sys/audit/recorder", {"type": "recorder", "options": {"elide_list_responses": "true"}}), len(NAMES)),
    ],
)
async def test_settings_count(change: tuple[str, str, Any], wanted: object) -> None:
    """What a mount or a device shows in another way."""
    node = await node_with_names()
    if change[1].startswith("sys/audit"):
        await node.ok("DELETE", "sys/audit/recorder")
    await node.ok(*change)
    await node.ok("LIST", "kv/many")
    assert shown(node) == wanted


async def test_others_are_served_meanwhile() -> None:
    """A request that comes during a long one is answered before it."""
    node = await node_with_names()
    done: list[str] = []

    async def ask(name: str, method: str, path: str) -> None:
        await node.ok(method, path)
        done.append(name)

    await asyncio.gather(ask("long", "LIST", "kv/many"), ask("short", "GET", "kv/few/00007"))
    assert done == ["short", "long"]


async def test_a_request_that_is_cut_off_has_its_second_entry() -> None:
    """Although its answer was never given."""
    node = await node_with_names()
    asked = asyncio.create_task(node.ask("LIST", "kv/many"))
    while not node.recorder.lines and not asked.done():
        await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await asyncio.sleep(0)
    last = json.loads(node.recorder.lines[-1])
    assert (last["type"], last["request"]["path"]) == ("response", "kv/many/")
    assert "error" in last
