"""A listener that is confined to a namespace, and what its clients hold from outside."""

from __future__ import annotations

from strongroom.http.options import ListenerOptions
from tests.flow.node import TestNode

_WRAP = {"x-vault-wrap-ttl": "60"}


async def _node() -> TestNode:
    node = await TestNode.start()
    for path in ("sys/namespaces/team", "team/sys/namespaces/web", "sys/namespaces/other"):
        await node.ok("POST", path)
    return node


async def test_what_is_wrapped_outside_is_not_opened_there() -> None:
    """Neither looked up nor unwrapped nor exchanged; and it can still be opened where it belongs."""
    node = await _node()
    wrapped = {}
    for place in ("", "other/", "team/", "team/web/"):
        made = await node.ok("POST", f"{place}sys/wrapping/wrap", {"text": "canary"}, headers=_WRAP)
        wrapped[place] = made.body["wrap_info"]["token"]
    node.options = ListenerOptions(namespace="team")
    for place in ("", "other/"):
        for path in ("lookup", "unwrap", "rewrap"):
            refused = await node.ask("POST", f"sys/wrapping/{path}", token=wrapped[place])
            assert refused.status == 400, (place, path, refused.status)
            assert "canary" not in str(refused.body)
    for place in ("team/", "team/web/"):
        await node.ok("POST", "sys/wrapping/lookup", token=wrapped[place])
        assert (await node.ok("POST", "sys/wrapping/unwrap", token=wrapped[place])).data == {"text": "canary"}
    node.options = ListenerOptions()
    for place in ("", "other/"):
        assert (await node.ok("POST", "sys/wrapping/unwrap", token=wrapped[place])).data == {"text": "canary"}
