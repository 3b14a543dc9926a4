"""A bound on the wrapping time in a policy makes wrapping compulsory."""

from __future__ import annotations

import pytest

from tests.flow.node import TestNode


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ('max_wrapping_ttl = "60s"', {"": False, "0": False, "1s": True, "60s": True, "61s": False}),
        ('min_wrapping_ttl = "60s"', {"": False, "0": False, "59s": False, "60s": True, "61s": True}),
        ("", {"": True, "0": True, "60s": True}),
    ],
)
async def test_whoever_must_wrap_gets_nothing_unwrapped(rules: str, allowed: dict[str, bool]) -> None:
    """Without a time, or with one of zero, an answer would not be wrapped at all: refused, whichever bound there is."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await node.ok("POST", "kv/a", {"x": "secret"})
    token = await node.token(f'path "kv/a" {{ capabilities = ["read"]\n{rules} }}')
    for wrapping, expected in allowed.items():
        headers = {"x-vault-wrap-ttl": wrapping} if wrapping else {}
        answer = await node.ask("GET", "kv/a", token=token, headers=headers)
        assert (answer.status == 200) is expected, wrapping
        assert (answer.status == 403) is not expected, wrapping
