"""Answers that show a time or depend on one: at each moment the one that a node without any would give."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import pytest

from tests.flow.core.kept_answers.beside import compare, count
from tests.flow.core.kept_answers.rows.world import World

FORWARDS = (0.0, 0.3, 0.9, 1.0, 1.1, 29.4, 59.0, 59.4, 59.5, 60.0, 60.1, 61.0, 1800.2, 3599.5, 3601.0, 80_000.1)
AND_BACK = (*FORWARDS, 60.1, 59.5, 0.4, 3600.5, 30.0, 59.9, 61.5, 0.1)
"""Seconds since the beginning, in the order in which they come."""


class Case(NamedTuple):
    """What is prepared, what is asked, and when."""

    prepare: Callable[[World], Awaitable[str]]
    """Returns the token that asks; empty for none."""
    asked: tuple[str, str, Any]
    times: Sequence[float] = AND_BACK
    fewest: int = 2
    """Different answers that there have to be, or the case says nothing."""


async def _lookup(world: World) -> str:
    made = await world.ok("POST", "auth/token/create", {"ttl": "60s", "policies": ["row"]})
    return str(made.body["auth"]["client_token"])


async def _child(world: World) -> str:
    parent = await _lookup(world)
    made = await world.by.ok("POST", "auth/token/create", {"ttl": "1h"}, parent)
    return str(made.body["auth"]["client_token"])


async def _batch(world: World) -> str:
    made = await world.ok("POST", "auth/token/create", {"ttl": "60s", "policies": ["row"], "type": "batch"})
    return str(made.body["auth"]["client_token"])


async def _other(world: World) -> str:
    made = await world.ok("POST", "auth/token/create", {"ttl": "60s"})
    world.names["other"] = made.body["auth"]["client_token"]
    return world.node.root


async def _deletes_itself(world: World) -> str:
    await world.ok("POST", "sys/mounts/v2", {"type": "kv", "options": {"version": "2"}})
    await world.ok("POST", "v2/config", {"delete_version_after": "60s"})
    await world.ok("POST", "v2/data/a", {"data": {"value": "one"}})
    return world.node.root


async def _rule(world: World) -> str:
    until = int(world.node.clock.now() + 60)
    rules = (
        f'path "kv/a" {{ capabilities = ["read"]\n expiration = {until} }}\npath "kv/*" {{ capabilities = ["list"] }}'
    )
    await world.ok("PUT", "sys/policies/acl/ends", {"policy": rules})
    made = await world.ok("POST", "auth/token/create", {"policies": ["ends"]})
    world.names["other"] = made.body["auth"]["client_token"]
    return world.node.root


async def _policy(world: World) -> str:
    rules = 'path "kv/a" { capabilities = ["read"] }'
    await world.ok("PUT", "sys/policies/acl/ends", {"policy": rules, "ttl": "60s"})
    made = await world.ok("POST", "auth/token/create", {"policies": ["ends"]})
    world.names["other"] = made.body["auth"]["client_token"]
    return world.node.root


async def _member(world: World) -> str:
    accessor = (await world.ok("GET", "sys/mounts/probe")).data["accessor"]
    wanted = {"name": "devs", "type": "external", "policies": ["devs"], "membership_ttl": "60s"}
    group = (await world.ok("POST", "identity/group", wanted)).data["id"]
    wanted = {"name": "devs", "mount_accessor": accessor, "canonical_id": group}
    await world.ok("POST", "identity/group-alias", wanted)
    world.by.probe.granted = {"alias": "ann", "group_aliases": ("devs",)}
    auth = (await world.by.ok("POST", "probe/open/ann", {}, "")).body["auth"]
    rules = 'path "auth/token/create" { capabilities = ["update"] }'
    await world.ok("PUT", "sys/policies/acl/devs", {"policy": rules})
    world.node.clock.advance(0.5)  # what is left of the token changes at other times than the membership
    child = await world.by.ok("POST", "auth/token/create", {"policies": ["default"]}, auth["client_token"])
    world.names |= {"other": child.body["auth"]["client_token"], "entity": auth["entity_id"]}
    return world.node.root


async def _list(world: World) -> str:
    await world.ok("POST", "sys/mounts/pki", {"type": "pki"})
    await world.ok("POST", "pki/root/generate/internal", {"common_name": "a", "key_type": "ec", "ttl": "9000h"})
    await world.ok("POST", "pki/config/crl", {"expiry": "1h"})
    await world.ok("GET", "pki/crl")
    return ""


async def _keys(world: World) -> str:
    key = {"algorithm": "EdDSA", "allowed_client_ids": "*", "rotation_period": "1h", "verification_ttl": "1h"}
    await world.ok("POST", "identity/oidc/key/k", key)
    await world.ok("POST", "identity/oidc/role/r", {"key": "k", "ttl": "1m"})
    await world.ok("POST", "identity/oidc/key/k/rotate", {"verification_ttl": "60s"})
    return ""


SELF = ("GET", "auth/token/lookup-self", None)
OTHER = ("POST", "auth/token/lookup", {"token": "{other}"})
MAY = ("POST", "sys/capabilities", {"token": "{other}", "paths": "kv/a"})
CASES = {
    "the own token": Case(_lookup, SELF, fewest=5),
    "a child of a token that ends": Case(_child, SELF, fewest=5),
    "a batch token": Case(_batch, SELF, fewest=5),
    "another token": Case(_other, OTHER, fewest=5),
    "a version that deletes itself": Case(_deletes_itself, ("GET", "v2/data/a", None)),
    "its names": Case(_deletes_itself, ("GET", "v2/subkeys/a", None)),
    "its history": Case(_deletes_itself, ("GET", "v2/metadata/a", None), fewest=1),
    "what a rule grants that ends": Case(_rule, MAY, FORWARDS),
    "what a policy grants that ends": Case(_policy, MAY, FORWARDS),
    "an entity in a group for a time": Case(_member, ("GET", "identity/entity/id/{entity}", None)),
    "its token": Case(_member, OTHER),
    "a list of revoked certificates": Case(_list, ("GET", "pki/crl", None)),
    "an issuer's": Case(_list, ("GET", "pki/issuer/default/crl", None)),
    "published keys": Case(_keys, ("GET", "identity/oidc/.well-known/keys", None), fewest=3),
}


@pytest.mark.parametrize("what", CASES)
async def test_at_each_time(what: str) -> None:
    """Step by step, also when the clock is set back."""
    case = CASES[what]
    world = await World.start(_nothing)
    token = await case.prepare(world)
    method, path, body = case.asked
    path, body = path.format_map(world.names), world.filled(body)
    begin, seen = world.node.clock.now(), set()
    for time in case.times:
        world.node.clock.advance(begin + time - world.node.clock.now())
        answer = await compare(world.node, await world.node.peer(), method, path, body, token)
        seen.add(repr((answer.status, answer.body and {**answer.body, "request_id": ""}) if token else answer))
    assert len(seen) >= case.fewest
    assert count(world.node)


async def _nothing(world: World) -> None:
    """Nothing besides."""
