"""Requests that are decided each time, because more than the path decides, or because of what they are."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.http.options import ListenerOptions
from strongroom.sysapi.system.paths.root_token import GENERATE_ROOT
from tests.flow.core.kept import HASHES, READING, READS, Kept

CONDITIONS = {
    "denied parameters": ('denied_parameters = { "format" = ["hex"] }', {"format": "hex"}),
    "allowed parameters": ('allowed_parameters = { "input" = [], "algorithm" = [] }', {"format": "hex"}),
    "required parameters": ('required_parameters = ["input"]', {"input": None}),
}


@pytest.mark.parametrize("what", CONDITIONS)
async def test_conditions_on_parameters(what: str) -> None:
    """Each request's parameters are looked at, however often others were allowed."""
    condition, wrong = CONDITIONS[what]
    kept = await Kept.start()
    rules = f'path "sys/tools/hash" {{ capabilities = ["update"]\n {condition} }}'
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": rules})
    token = await kept.token()
    for _ in range(4):
        assert (await kept.ask(token, HASHES)).status == 200
    assert kept.names() == []
    body = {name: value for name, value in {**HASHES[2], **wrong}.items() if value is not None}
    assert (await kept.ask(token, ("POST", "sys/tools/hash", body))).status == 403


RULES = {
    "wrapping": ('path "kv/a" { capabilities = ["read"]\n max_wrapping_ttl = "1h" }', {"x-vault-wrap-ttl": "60"}),
    "a control group": (
        READS.replace(
            '["read"]', '["read"]\n control_group = { factor "f" { identity { group_names = ["g"]\n approvals = 1 } } }'
        ),
        {},
    ),
}


@pytest.mark.parametrize("what", RULES)
async def test_rules_that_want_more(what: str) -> None:
    """A read that has to be wrapped or approved is never remembered."""
    rules, headers = RULES[what]
    kept = await Kept.start()
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": rules})
    token = await kept.token()
    for _ in range(4):
        await kept.ask(token, headers=headers)
    assert kept.names() == []


async def test_an_answer_that_is_wrapped() -> None:
    """The header asks for another answer, also of what is remembered without it."""
    kept = await Kept.start()
    token = await kept.token()
    await kept.remembered(token)
    answer = await kept.ask(token, headers={"x-vault-wrap-ttl": "60"})
    assert answer.body["wrap_info"]["token"]
    assert (await kept.ask(token)).data == {"value": "one"}


async def test_uses_are_counted() -> None:
    """A token with a limited number of uses has as many, and no decision."""
    kept = await Kept.start()
    token = await kept.token(num_uses=4)
    assert [(await kept.ask(token)).status for _ in range(6)] == [200] * 4 + [403] * 2
    assert kept.names() == []


async def test_refusals_are_decided_each_time() -> None:
    """Whoever is given the right has it at once, and unknown tokens leave nothing behind."""
    kept = await Kept.start()
    token = await kept.token()
    for _ in range(4):
        assert (await kept.ask(token, ("GET", "kv/b", None))).status == 403
        assert (await kept.ask("hvs.unknown")).status == 403
        assert (await kept.ask("")).status == 403
    assert kept.names() == []


async def test_a_token_that_is_bound_to_addresses() -> None:
    """What is remembered of one address says nothing of another."""
    kept = await Kept.start()
    made = await kept.node.ok("POST", "auth/token/roles/bound", {"token_bound_cidrs": "192.0.2.0/24"})
    del made
    wanted = {"policies": ["reads"], "no_default_policy": True}
    answer = await kept.node.ok("POST", "auth/token/create/bound", wanted)
    token = str(answer.body["auth"]["client_token"])
    await kept.remembered(token, address="192.0.2.7")
    assert (await kept.ask(token, address="198.51.100.1")).status == 403
    assert (await kept.ask(token, address="")).status == 403
    assert (await kept.ask(token, address="192.0.2.7")).status == 200


async def test_one_decision_says_nothing_of_others() -> None:
    """Another token, operation, path or namespace is decided by itself."""
    kept = await Kept.start()
    token, other = await kept.token(), await kept.token(policies=["default"])
    await kept.node.ok("POST", "sys/namespaces/team")
    await kept.remembered(token)
    asked: list[tuple[str, tuple[str, str, Any], dict[str, str]]] = [
        (other, READING, {}),
        (token, ("DELETE", "kv/a", None), {}),
        (token, ("POST", "kv/a", {"value": "two"}), {}),
        (token, ("LIST", "kv/a", None), {}),
        (token, ("GET", "kv/a/", None), {}),
        (token, ("GET", "kv/A", None), {}),
        (token, READING, {"x-vault-namespace": "team"}),
    ]
    for who, request, headers in asked:
        assert (await kept.ask(who, request, headers=headers)).status in {403, 404}, request
    assert (await kept.ask(token)).data == {"value": "one"}


async def test_a_listener_that_opens_a_path() -> None:
    """What another listener serves without a token isn't decided by what is remembered of one with a token."""
    kept = await Kept.start()
    asked = ("GET", "sys/generate-root/attempt", None)
    await kept.remembered(kept.node.root, asked)
    await kept.node.audited()
    await kept.ask(kept.node.root, asked)
    assert kept.node.recorder.entries[-1]["auth"]["display_name"] == "root"
    kept.node.options = ListenerOptions(opened=frozenset({GENERATE_ROOT}))
    assert (await kept.ask(kept.node.root, asked)).status == 200
    assert kept.node.recorder.entries[-1]["auth"] == {"token_type": "default"}


async def test_writes_look_each_time_whether_they_create() -> None:
    """A write may create or update, so that the secret's row decides, whatever is remembered of the write before."""
    kept = await Kept.start()
    rules = 'path "kv/*" { capabilities = ["create", "delete"] }'
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": rules})
    token = await kept.token()
    for _ in range(3):
        assert (await kept.ask(token, ("POST", "kv/new", {"value": "x"}))).status == 204
        assert (await kept.ask(token, ("POST", "kv/new", {"value": "x"}))).status == 403
        assert (await kept.ask(token, ("DELETE", "kv/new", None))).status == 204
    assert kept.names() == [("delete", "kv/new"), ("update", "kv/new")]


async def test_a_write_that_may_only_update() -> None:
    """The same the other way round: what may be updated may not be made anew when it is gone."""
    kept = await Kept.start()
    rules = 'path "kv/*" { capabilities = ["update", "delete"] }'
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": rules})
    token = await kept.token()
    for _ in range(3):
        await kept.node.ok("POST", "kv/new", {"value": "x"})
        for _ in range(3):
            assert (await kept.ask(token, ("POST", "kv/new", {"value": "y"}))).status == 204
        assert (await kept.ask(token, ("DELETE", "kv/new", None))).status == 204
        assert (await kept.ask(token, ("POST", "kv/new", {"value": "x"}))).status == 403
    assert ("update", "kv/new") in kept.names()


async def test_a_write_on_another_node_is_seen_by_what_is_remembered() -> None:
    """A secret that another node removes is created by the next write, which the policies have to allow."""
    kept = await Kept.start()
    rules = 'path "kv/*" { capabilities = ["update"] }'
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": rules})
    token, peer = await kept.token(), await kept.node.peer()
    for _ in range(3):
        assert (await kept.ask(token, ("POST", "kv/a", {"value": "y"}))).status == 204
    await peer.ok("DELETE", "kv/a")
    assert (await kept.ask(token, ("POST", "kv/a", {"value": "y"}))).status == 403


async def test_plugins_are_decided_each_time() -> None:
    """What their paths do isn't known, unless they say that they compute."""
    kept = await Kept.start()
    for _ in range(4):
        await kept.node.ask("GET", "probe/rows/a")
    assert kept.names() == []


async def test_no_token_in_a_path_is_kept() -> None:
    """The name of a decision has the path, so paths that hold a secret have none."""
    kept = await Kept.start()
    token = await kept.token()
    for _ in range(4):
        await kept.node.ask("GET", f"auth/token/lookup/{token}")
        await kept.node.ask("POST", f"sys/wrapping/lookup/{token}", {})
    services = kept.node.node.unsealed
    assert services is not None
    assert not any(token in str(name) for name in services.barrier.cache._derived)
