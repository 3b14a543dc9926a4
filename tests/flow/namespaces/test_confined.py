"""A listener that is confined to a namespace, and the paths that concern a request's own token."""

from __future__ import annotations

from strongroom.http.options import ListenerOptions
from tests.flow.node import TestNode

_WRAP = {"x-vault-wrap-ttl": "60"}


async def _node() -> TestNode:
    node = await TestNode.start()
    for path in ("sys/namespaces/team", "team/sys/namespaces/web", "sys/namespaces/other"):
        await node.ok("POST", path)
    return node


async def _token(node: TestNode, place: str) -> str:
    made = await node.ok("POST", f"{place}auth/token/create", {"policies": ["default"], "ttl": "1h"})
    return str(made.body["auth"]["client_token"])


async def test_tokens_from_outside_are_nothing_there() -> None:
    """A token of a namespace above or beside isn't looked up, renewed or ended; those of inside are, wherever asked."""
    node = await _node()
    tokens = {place: await _token(node, place) for place in ("", "other/", "team/", "team/web/")}
    node.options = ListenerOptions(namespace="team")
    for place, token in tokens.items():
        inside = place.startswith("team/")
        for method, path in (("GET", "lookup-self"), ("POST", "renew-self"), ("POST", "revoke-self")):
            answer = await node.ask(method, f"auth/token/{path}", token=token)
            assert (answer.status < 300) is inside, (place, path, answer.status)
    node.options = ListenerOptions()
    for place in ("", "other/"):
        await node.ok("GET", f"{place}auth/token/lookup-self", token=tokens[place])


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
