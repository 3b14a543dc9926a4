"""Random sequences: a node that keeps answers and one that is asked without answer alike at every step."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.flow.core import repeats
from tests.flow.core.kept_answers.beside import count, entries, plain
from tests.flow.node import TestNode

RULES = (
    'path "kv/*" { capabilities = ["read", "list"] }\npath "v2/*" { capabilities = ["read", "list"] }\n'
    'path "auth/token/*" { capabilities = ["read", "update"] }\npath "sys/capabilities*" { capabilities = ["update"] }'
)
POLICIES = (RULES, 'path "kv/a" { capabilities = ["read"] }', RULES + '\npath "kv/b" { policy = "deny" }')
ASKED: tuple[tuple[str, str, Any], ...] = (
    ("GET", "kv/a", None),
    ("GET", "kv/b", None),
    ("LIST", "kv", None),
    ("GET", "v2/data/a", None),
    ("GET", "v2/metadata/a", None),
    ("GET", "auth/token/lookup-self", None),
    ("POST", "auth/token/lookup", {"token": 1}),
    ("POST", "sys/capabilities-self", {"paths": "kv/a,kv/b"}),
)
CHANGES: tuple[tuple[str, str, Any], ...] = (
    ("POST", "kv/a", {"value": "x"}),
    ("POST", "kv/b", {"value": "y"}),
    ("DELETE", "kv/b", None),
    ("POST", "v2/data/a", {"data": {"value": "x"}}),
    ("DELETE", "v2/data/a", None),
    ("POST", "v2/config", {"delete_version_after": "40s"}),
    *(("PUT", "sys/policies/acl/p", {"policy": rules}) for rules in POLICIES),
    ("POST", "auth/token/revoke", {"token": 0}),
    ("POST", "auth/token/revoke", {"token": 1}),
    ("POST", "auth/token/renew", {"token": 0, "increment": "90s"}),
    ("POST", "identity/group/id/{group}", {"policies": ["p"]}),
    ("POST", "identity/group/id/{group}", {"policies": ["default"]}),
    ("POST", "identity/entity/id/{entity}", {"disabled": True}),
    ("POST", "identity/entity/id/{entity}", {"disabled": False}),
    ("POST", "sys/mounts/kv/tune", {"default_lease_ttl": "50s"}),
    ("POST", "sys/config/auditing/request-headers/user-agent", {"hmac": False}),
)
_HEADERS = {"user-agent": "me"}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(ASKED), st.integers(0, 2)),
        st.tuples(st.just("ask"), st.sampled_from(ASKED), st.integers(0, 2)),
        st.tuples(st.just("change"), st.sampled_from(CHANGES), st.just(0)),
        st.tuples(st.just("step"), st.sampled_from((0.3, 1.0, 17.5, 41.0, -0.3, -17.5, -41.0, 300.0)), st.just(0)),
    ),
    max_size=60,
)


class Pair:
    """Two nodes over one store, and three clients: two tokens, and one of an entity that is in a group."""

    def __init__(self, node: TestNode, other: TestNode) -> None:
        self.node = node
        self.other = other
        self.tokens: list[str] = []
        self.names: dict[str, str] = {}

    @classmethod
    async def start(cls) -> Pair:
        """A new store."""
        node = await TestNode.start()
        await node.audited()
        pair = cls(node, await node.peer())
        await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        await node.ok("POST", "sys/mounts/v2", {"type": "kv", "options": {"version": "2"}})
        for name in "ab":
            await node.ok("POST", f"kv/{name}", {"value": "first"})
        await node.ok("POST", "v2/data/a", {"data": {"value": "first"}})
        await node.ok("PUT", "sys/policies/acl/p", {"policy": RULES})
        for _ in range(2):
            made = await node.ok("POST", "auth/token/create", {"policies": ["p"], "ttl": "60s"})
            pair.tokens.append(made.body["auth"]["client_token"])
        node.probe.granted = {"alias": "ann"}
        auth = (await node.ok("POST", "probe/open/ann", {}, "")).body["auth"]
        group = await node.ok("POST", "identity/group", {"name": "g", "member_entity_ids": auth["entity_id"]})
        pair.tokens.append(auth["client_token"])
        pair.names |= {"group": group.data["id"], "entity": auth["entity_id"]}
        node.clock.advance(0.21)
        return pair

    def filled(self, call: tuple[str, str, Any]) -> tuple[str, str, Any]:
        """A call with the tokens that it names by their number."""
        method, path, body = call
        if isinstance(body, dict) and isinstance(body.get("token"), int):
            body = {**body, "token": self.tokens[body["token"]]}
        return method, path.format_map(self.names), body

    async def ask(self, call: tuple[str, str, Any], client: int) -> None:
        """Ask both nodes."""
        asked = (*self.filled(call), self.tokens[client])
        for _ in range(2):
            answer = await repeats.ask(self.node, *asked, headers=_HEADERS)
            written = entries(self.node)
            expected = await self.other.ask(*asked, headers=_HEADERS)
            assert plain(answer) == plain(expected), asked
            ordinary = await self.node.ask(*asked, headers=_HEADERS)
            assert plain(answer) == plain(ordinary), asked
            assert written == entries(self.node), asked


async def _play(steps: list[tuple[str, Any, int]]) -> int:
    pair = await Pair.start()
    most = 0
    for kind, what, client in steps:
        if kind == "ask":
            await pair.ask(what, client)
        elif kind == "change":
            await pair.other.ask(*pair.filled(what))
        else:
            pair.node.clock.advance(what)
        most = max(most, count(pair.node))
    return most


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
@example([("ask", asked, client) for client in range(2) for asked in ASKED] * 2)
def test_random_sequences(steps: list[tuple[str, Any, int]]) -> None:
    """Reads, writes, deletions, revocations, policies, memberships and times, in any order."""
    asyncio.run(_play(steps))


def test_the_sequences_meet_kept_answers() -> None:
    """Otherwise they would say nothing."""
    assert asyncio.run(_play([("ask", asked, 0) for asked in ASKED] * 3)) == len(ASKED)
