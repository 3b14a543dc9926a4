"""Whatever decides about a request or goes into its answer: after each change the answer is as if none were kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from strongroom.lib import json
from tests.flow.core import repeats
from tests.flow.core.kept_answers.beside import compare, count, entries, plain
from tests.flow.core.kept_answers.rows.world import World
from tests.flow.core.test_inline_logins import headers
from tests.flow.core.test_kept_decisions_bounds import STANZA

TEMPLATE = (
    'path "kv/{{identity.entity.metadata.own}}" { capabilities = ["read"] }\npath "kv/*" { capabilities = ["list"] }'
)
READING = ("GET", "kv/a", None)
LISTING = ("LIST", "kv/f", None)
FILTERED = 'path "kv/f" { capabilities = ["list"]\n list_scan_response_keys_filter_path = "kv/f/{{ .key }}" }'
Change = Callable[[World], Awaitable[Any]]


async def _prepare(world: World) -> None:
    """Ann is an entity in a group, whose policy and whose metadata let her read `kv/a`."""
    await world.ok("POST", "sys/mounts/kv", {"type": "kv"})
    for name in ("a", "f/b", "f/c", "f/d"):
        await world.ok("POST", f"kv/{name}", {"value": "one"})
    await world.ok("PUT", "sys/policies/acl/template", {"policy": TEMPLATE})
    await world.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await world.ok("POST", "auth/userpass/users/ann", {"password": "right"})
    auth = (await world.by.ok("POST", "auth/userpass/login/ann", {"password": "right"}, "")).body["auth"]
    world.names |= {"ann": auth["client_token"], "entity": auth["entity_id"], "accessor": auth["accessor"]}
    await world.ok("POST", "identity/entity/id/{entity}", {"metadata": {"own": "a"}})
    group = {"name": "readers", "policies": ["template"], "member_entity_ids": "{entity}"}
    world.names["group"] = (await world.ok("POST", "identity/group", group)).data["id"]


def _call(method: str, path: str, body: Any = None) -> Change:
    return lambda world: world.ok(method, path, body)


def _policy(rules: str) -> Change:
    return _call("PUT", "sys/policies/acl/template", {"policy": rules})


async def _denied(world: World, policies: list[str]) -> None:
    await world.ok("PUT", "sys/policies/acl/denies", {"policy": 'path "kv/*" { policy = "deny" }'})
    await world.ok("POST", "identity/entity/id/{entity}", {"policies": policies})


async def _locked(world: World) -> None:
    if "unlock" not in world.names:
        await world.ok("POST", "sys/namespaces/other")
    world.names["unlock"] = (await world.ok("POST", "sys/namespaces/api-lock/lock/other")).data["unlock_key"]


async def _withdrawn(world: World) -> None:
    answer = await world.ok("POST", "sys/revoke-issued", {"entity_id": "{entity}"})
    world.names["withdrawal"] = answer.data["id"]


CHANGES: dict[str, tuple[Change, Change]] = {
    "the entity has another value": (
        _call("POST", "identity/entity/id/{entity}", {"metadata": {"own": "b"}}),
        _call("POST", "identity/entity/id/{entity}", {"metadata": {"own": "a"}}),
    ),
    "the entity is disabled": (
        _call("POST", "identity/entity/id/{entity}", {"disabled": True}),
        _call("POST", "identity/entity/id/{entity}", {"disabled": False}),
    ),
    "the group has no members": (
        _call("POST", "identity/group/id/{group}", {"member_entity_ids": []}),
        _call("POST", "identity/group/id/{group}", {"member_entity_ids": "{entity}"}),
    ),
    "the group has other policies": (
        _call("POST", "identity/group/id/{group}", {"policies": ["default"]}),
        _call("POST", "identity/group/id/{group}", {"policies": ["template"]}),
    ),
    "the entity has a policy that denies": (
        lambda world: _denied(world, ["denies"]),
        lambda world: _denied(world, []),
    ),
    "the policy denies": (_policy(f'{TEMPLATE}\npath "kv/a" {{ policy = "deny" }}'), _policy(TEMPLATE)),
    "the policy wants wrapping": (_policy(TEMPLATE.replace("]", ']\n min_wrapping_ttl = "1h"', 1)), _policy(TEMPLATE)),
    "the policy is gone": (_call("DELETE", "sys/policies/acl/template"), _policy(TEMPLATE)),
    "the mount has another lease time": (
        _call("POST", "sys/mounts/kv/tune", {"default_lease_ttl": "77s"}),
        _call("POST", "sys/mounts/kv/tune", {"default_lease_ttl": "0"}),
    ),
    "the mount shows a key in the log": (
        _call("POST", "sys/mounts/kv/tune", {"audit_non_hmac_response_keys": "value"}),
        _call("POST", "sys/mounts/kv/tune", {"audit_non_hmac_response_keys": ""}),
    ),
    "the mount passes headers on": (
        _call("POST", "sys/mounts/kv/tune", {"passthrough_request_headers": "X-Custom"}),
        _call("POST", "sys/mounts/kv/tune", {"passthrough_request_headers": ""}),
    ),
    "the mount is listed to strangers": (
        _call("POST", "sys/mounts/kv/tune", {"listing_visibility": "unauth"}),
        _call("POST", "sys/mounts/kv/tune", {"listing_visibility": "hidden"}),
    ),
    "the mount is moved": (
        _call("POST", "sys/remount", {"from": "kv", "to": "moved"}),
        _call("POST", "sys/remount", {"from": "moved", "to": "kv"}),
    ),
    "all that the entity has got is withdrawn": (
        _withdrawn,
        _call("POST", "sys/revoke-issued/{withdrawal}/cancel"),
    ),
    "the mount is locked": (_call("POST", "sys/mount-lock/kv"), _call("DELETE", "sys/mount-lock/kv")),
    "the mount's listings are scoped": (
        _call("POST", "sys/mounts/kv/tune", {"list_scoped": True}),
        _call("POST", "sys/mounts/kv/tune", {"list_scoped": False}),
    ),
    "entries have a header": (
        _call("POST", "sys/config/auditing/request-headers/user-agent", {"hmac": False}),
        _call("DELETE", "sys/config/auditing/request-headers/user-agent"),
    ),
    "the namespace is locked": (
        _locked,
        lambda world: world.ok("POST", "sys/namespaces/api-lock/unlock/other", {"unlock_key": world.names["unlock"]}),
    ),
    "origins are allowed": (
        _call("POST", "sys/config/cors", {"allowed_origins": "https://a.example"}),
        _call("DELETE", "sys/config/cors"),
    ),
}


async def test_changes_one_after_the_other() -> None:
    """Each is made on another node and taken back; answers and entries are those of a node that keeps none."""
    world = await World.start(_prepare)
    for what, (change, back) in CHANGES.items():
        for step in (change, back):
            try:
                await _same(world, *READING)
                await step(world)
                await _same(world, *READING)
                await _same(world, *LISTING)
            except Exception as error:
                error.add_note(what)
                raise
    assert count(world.node)


async def _same(world: World, method: str, path: str, body: Any = None) -> None:
    answer = await repeats.ask(world.node, method, path, body, world.names["ann"], headers={"user-agent": "me"})
    written = entries(world.node)
    expected = await world.node.ask(method, path, body, world.names["ann"], headers={"user-agent": "me"})
    assert plain(answer) == plain(expected)
    assert written == entries(world.node)
    await compare(world.node, world.by, method, path, body, world.names["ann"], headers={"user-agent": "me"})


ENDS: dict[str, Change] = {
    "the entity is deleted": _call("DELETE", "identity/entity/id/{entity}"),
    "the user's method is disabled": _call("DELETE", "sys/auth/userpass"),
    "the mount is disabled": _call("DELETE", "sys/mounts/kv"),
    "the token is revoked by its accessor": _call("POST", "auth/token/revoke-accessor", {"accessor": "{accessor}"}),
    "all tokens of the method are revoked": _call("PUT", "sys/leases/revoke-prefix/auth/userpass"),
    "the group is deleted": _call("DELETE", "identity/group/id/{group}"),
}


@pytest.mark.parametrize("what", ENDS)
async def test_ends(what: str) -> None:
    """What can't be taken back: nothing that was kept is answered."""
    world = await World.start(_prepare)
    for call in (READING, LISTING):
        await repeats.kept(world.node, *call, world.names["ann"])
    await ENDS[what](world)
    for call in (READING, LISTING):
        assert (await compare(world.node, world.by, *call, world.names["ann"])).status in {403, 404}


@pytest.mark.parametrize("kind", ["service", "batch"])
async def test_a_parent_that_is_revoked(kind: str) -> None:
    """With it its children's answers end, also those of batch tokens."""
    world = await World.start(_prepare)
    parent = world.names["client"]
    token = (await world.by.ok("POST", "auth/token/create", {"type": kind, "ttl": "1h"}, parent)).body["auth"]
    await repeats.kept(world.node, *READING, token["client_token"])
    await world.ok("POST", "auth/token/revoke", {"token": parent})
    assert (await compare(world.node, world.by, *READING, token["client_token"])).status == 403


async def test_a_periodic_token_that_is_renewed() -> None:
    """Its lookup says so at once, and it lasts as long as it was renewed for."""
    world = await World.start(_prepare)
    made = await world.ok("POST", "auth/token/create", {"period": "60s", "policies": ["row"]})
    token = made.body["auth"]["client_token"]
    for after in (0.4, 30.2, 59.0, 59.9, 60.1):
        await compare(world.node, world.by, "GET", "auth/token/lookup-self", None, token)
        world.node.clock.advance(after)
        await world.by.ask("POST", "auth/token/renew-self", {}, token)
        await compare(world.node, world.by, "GET", "auth/token/lookup-self", None, token)
    assert (await repeats.ask(world.node, *READING, token)).status == 403


async def test_a_token_of_limited_uses() -> None:
    """Each request counts, and what others see of it isn't kept: uses are no row."""
    world = await World.start(_prepare)
    made = await world.ok("POST", "auth/token/create", {"num_uses": 6, "policies": ["row"]})
    token = made.body["auth"]["client_token"]
    world.node.clock.advance(0.4)
    shown = []
    for _ in range(3):
        assert (await repeats.ask(world.node, *READING, token)).status == 200
        for _ in range(repeats.OFTEN + 1):
            lookup = await repeats.ask(world.node, "POST", "auth/token/lookup", {"token": token})
            shown.append(lookup.data["num_uses"])
    assert shown == [uses for uses in (5, 4, 3) for _ in range(repeats.OFTEN + 1)]
    statuses = [(await repeats.ask(world.node, *READING, token)).status for _ in range(5)]
    assert statuses == [200, 200, 200, 403, 403]


async def test_addresses_that_a_token_is_bound_to() -> None:
    """What is kept of one address isn't given to another."""
    world = await World.start(_prepare)
    await world.ok("POST", "auth/token/roles/bound", {"token_bound_cidrs": "192.0.2.0/24"})
    token = (await world.ok("POST", "auth/token/create/bound", {"policies": ["row"]})).body["auth"]["client_token"]
    await repeats.kept(world.node, *READING, token, address="192.0.2.7")
    assert (await repeats.ask(world.node, *READING, token, address="198.51.100.1")).status == 403
    assert await repeats.is_repeated(world.node, *READING, token, address="192.0.2.7")


HEADERS: dict[str, dict[str, str]] = {
    "a wrapped answer": {"x-vault-wrap-ttl": "60"},
    "a namespace": {"x-vault-namespace": "team"},
    "an origin": {"origin": "https://a.example"},
    "a login": {"x-vault-inline-auth-path": "auth/userpass/login/ann"},
}


@pytest.mark.parametrize("what", HEADERS)
async def test_headers_that_ask_for_more(what: str) -> None:
    """Other bytes are another request; what is made for one request, or decided apart from it, isn't kept."""
    world = await World.start(_prepare)
    await world.ok("POST", "sys/namespaces/team")
    await world.ok("POST", "sys/config/cors", {"allowed_origins": "https://b.example"})
    token = world.names["ann"]
    await repeats.kept(world.node, *READING, token)
    assert count(world.node) == 1
    for _ in range(repeats.OFTEN + 1):
        answer = await repeats.ask(world.node, *READING, token, headers=HEADERS[what])
        expected = await world.by.ask(*READING, token, headers=HEADERS[what])
        assert answer.status == expected.status
        assert (answer.body or {}).get("data") == (expected.body or {}).get("data")
    assert count(world.node) == 1


async def test_a_login_that_comes_along() -> None:
    """It is made and audited each time, also where the path needs no token and answers everybody alike."""
    world = await World.start(_prepare)
    await world.ok("POST", "sys/mounts/ssh", {"type": "ssh"})
    await world.ok("POST", "ssh/config/ca", {"generate_signing_key": True, "key_type": "ed25519"})
    for _ in range(repeats.OFTEN + 1):
        world.node.recorder.lines.clear()
        answer = await repeats.ask(world.node, "GET", "ssh/public_key", None, "", headers=headers())
        assert answer.status == 200
        assert len(world.node.recorder.lines) == 4
    await world.ok("POST", "auth/userpass/users/ann/password", {"password": "other"})
    assert (await repeats.ask(world.node, "GET", "ssh/public_key", None, "", headers=headers())).status == 400
    assert count(world.node) == 0


async def test_listings_that_are_cut() -> None:
    """Filters and pages of the policies go into the answer, and whatever they follow from."""
    world = await World.start(_prepare)
    page = 'path "kv/f" { capabilities = ["list"]\n pagination_limit = 2 }'
    for rules in (page, FILTERED, f'{FILTERED}\npath "kv/f/c" {{ capabilities = ["read"] }}'):
        await world.ok("PUT", "sys/policies/acl/cut", {"policy": rules})
        made = await world.ok("POST", "auth/token/create", {"policies": ["cut"], "no_default_policy": True})
        token = made.body["auth"]["client_token"]
        for path in ("kv/f", "kv/f?limit=1", "kv/f?after=b", "kv/f?limit=1&after=b"):
            await compare(world.node, world.by, "LIST", path, None, token)
        await world.ok("PUT", "sys/policies/acl/cut", {"policy": rules.replace('"list"', '"list", "read"')})
        await compare(world.node, world.by, *LISTING, token)
        await world.ok("POST", "kv/f/e", {"value": "x"})
        await compare(world.node, world.by, *LISTING, token)
        await world.ok("DELETE", "kv/f/e")
        await compare(world.node, world.by, *LISTING, token)


async def test_a_namespace_of_its_own_seal() -> None:
    """Sealed, it answers nothing that was kept of it, and nothing of it stays in memory; unsealed, it answers again."""
    world = await World.start(_prepare)
    made = await world.ok("POST", "sys/namespaces/t", {"seal": STANZA})
    share = {"key": made.data["key_shares"][0]}
    for node in (world.node, world.by):
        await node.ok("POST", "sys/namespaces/t/unseal", share)
    await world.ok("POST", "t/sys/mounts/kv", {"type": "kv"})
    await world.ok("POST", "t/kv/a", {"value": "one"})
    await repeats.kept(world.node, "GET", "t/kv/a", None)
    assert count(world.node) == 1
    await world.ok("POST", "sys/namespaces/t/seal")
    assert (await repeats.ask(world.node, "GET", "t/kv/a")).status >= 400
    assert count(world.node) == 0
    for node in (world.node, world.by):
        await node.ask("POST", "sys/namespaces/t/unseal", share)
    assert (await repeats.ask(world.node, "GET", "t/kv/a")).data == {"value": "one"}


async def test_audit_devices_that_come_and_go() -> None:
    """Entries go to the devices of the moment, in the form that their options say."""
    world = await World.start(_prepare)
    node, token = world.node, world.names["ann"]
    await repeats.kept(node, *READING, token)
    await world.ok("DELETE", "sys/audit/recorder")
    node.recorder.lines.clear()
    await repeats.kept(node, *READING, token)
    assert node.recorder.lines == []
    await world.ok("PUT", "sys/audit/other", {"type": "recorder"})
    node.recorder.lines.clear()
    await repeats.kept(node, *READING, token)
    assert len(node.recorder.lines) == 2 * (repeats.OFTEN + 1)
    await world.ok("DELETE", "sys/audit/other")
    await world.ok("PUT", "sys/audit/raw", {"type": "recorder", "options": {"log_raw": "true"}})
    for _ in range(repeats.OFTEN + 1):
        assert not await repeats.is_repeated(node, *READING, token), "secrets in clear would stay in memory"
    assert json.loads(node.recorder.lines[-1])["response"]["data"] == {"value": "one"}


async def test_sealed() -> None:
    """A sealed node answers nothing and keeps nothing; unsealed again, it answers what is true by then."""
    world = await World.start(_prepare)
    token = world.names["ann"]
    await repeats.kept(world.node, *READING, token)
    await world.node.ok("POST", "sys/seal")
    assert (await repeats.ask(world.node, *READING, token)).status == 503
    assert world.node.application._pipeline is None
    await world.ok("POST", "kv/a", {"value": "two"})
    await world.node.unseal()
    assert (await repeats.ask(world.node, *READING, token)).data == {"value": "two"}
