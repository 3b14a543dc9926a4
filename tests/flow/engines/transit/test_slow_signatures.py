"""SLH-DSA signs in another process."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from strongroom.engines.transit.signing.slow import MOST_ITEMS
from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.transit.mounts import Keys, base64
from tests.flow.engines.transit.test_signatures import with_key

ONE, TWO = base64("one"), base64("two")


async def verified(keys: Keys, text: str, signature: str, **options: Any) -> bool:
    """What `verify` says."""
    return bool((await keys.write("verify/k", input=text, signature=signature, **options))["valid"])


async def test_a_batch() -> None:
    """Every item has its signature or its error, in order."""
    keys = await with_key("slh-dsa")
    items = [{"input": ONE, "reference": "a"}, {"input": "!!!"}, {"input": TWO}, {}]
    options = {"signature_context": base64("here"), "marshaling_algorithm": "jws"}
    results = (await keys.write("sign/k", batch_input=items, **options))["batch_results"]
    assert [result.get("error_code") for result in results] == [None, "invalid_base64", None, "missing_input"]
    assert results[0]["reference"] == "a"
    assert await verified(keys, ONE, results[0]["signature"], **options)
    assert await verified(keys, TWO, results[2]["signature"], **options)
    assert not await verified(keys, ONE, results[2]["signature"], **options)
    assert not await verified(keys, ONE, results[0]["signature"], marshaling_algorithm="jws")


async def test_others_are_served_meanwhile() -> None:
    """A signature that takes long doesn't keep requests of other keys waiting."""
    keys = await with_key("slh-dsa")
    await keys.make("fast", type="ed25519")
    ended: list[str] = []

    async def ask(name: str) -> None:
        await keys.write(f"sign/{name}", input=ONE)
        ended.append(name)

    await asyncio.gather(ask("k"), ask("fast"))
    assert ended == ["fast", "k"]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"input": "!!!"}, "unable to decode input as base64"),
        ({"input": ONE, "prehashed": True}, "keys of type slh-dsa sign no digest"),
        ({"batch_input": [{"input": ONE}] * (MOST_ITEMS + 1)}, "one request signs at most 32 items with a key of type"),
    ],
)
async def test_mistakes(fields: dict[str, Any], text: str) -> None:
    """What can't be signed is refused before a process is started."""
    keys = await with_key("slh-dsa")
    with pytest.raises(InvalidRequest) as refusal:
        await keys.write("sign/k", **fields)
    assert refusal.value.text.startswith(text)
