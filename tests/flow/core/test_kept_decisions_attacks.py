"""Ways to have a decision count for more than it was made of."""

from __future__ import annotations

import pytest

from strongroom.http.options import ListenerOptions
from tests.flow.core.kept import READING, READS, Kept

ENCRYPTS = ("POST", "transit/encrypt/k", {"plaintext": "YQ=="})


@pytest.mark.parametrize("where", ["here", "on another node"])
async def test_who_may_only_update_creates_no_key(where: str) -> None:
    """A key that was encrypted with and is deleted isn't made again by a client without `create`."""
    kept = await Kept.start()
    by = kept.node if where == "here" else await kept.node.peer()
    await kept.node.ok("POST", "sys/mounts/transit", {"type": "transit"})
    token = await kept.node.token('path "transit/encrypt/k" { capabilities = ["update"] }')
    for _ in range(2):
        await by.ok("POST", "transit/keys/k", {})
        await by.ok("POST", "transit/keys/k/config", {"deletion_allowed": True})
        await kept.remembered(token, ENCRYPTS)
        await by.ok("DELETE", "transit/keys/k")
        assert (await kept.ask(token, ENCRYPTS)).status == 403
    assert (await by.ask("GET", "transit/keys/k")).status == 404


@pytest.mark.parametrize("where", ["here", "on another node"])
async def test_who_may_only_create_updates_nothing(where: str) -> None:
    """Asked for twice in vain, and then made by somebody else: the key isn't used by a client without `update`."""
    kept = await Kept.start()
    by = kept.node if where == "here" else await kept.node.peer()
    await kept.node.ok("POST", "sys/mounts/transit", {"type": "transit"})
    token = await kept.node.token('path "transit/encrypt/k" { capabilities = ["create"] }')
    for _ in range(3):
        assert (await kept.ask(token, ("POST", "transit/encrypt/k", {"plaintext": "!"}))).status == 400
    assert kept.names() == [("update", "transit/encrypt/k")]
    await by.ok("POST", "transit/keys/k", {})
    assert (await kept.ask(token, ENCRYPTS)).status == 403


@pytest.mark.parametrize("what", ["locked", "deleted"])
async def test_a_namespace_that_is_only_named(what: str) -> None:
    """A path of the own token is served at home, and only while the namespace that the request names is open."""
    kept = await Kept.start()
    await kept.node.ok("POST", "sys/namespaces/team")
    token = await kept.token(no_default_policy=False)
    asked = ("GET", "auth/token/lookup-self", None)
    headers = {"x-vault-namespace": "team"}
    expected = (await kept.ask(token, ("GET", "kv/a", None), headers=headers)).status
    await kept.remembered(token, asked, headers=headers)
    if what == "locked":
        await kept.node.ok("POST", "sys/namespaces/api-lock/lock/team")
        expected = 503
    else:
        await kept.node.ok("DELETE", "sys/namespaces/team")
        expected = 404
    first = await kept.ask(token, asked, headers=headers)
    other = await kept.ask(await kept.token(no_default_policy=False), asked, headers=headers)
    assert first.status == other.status == expected


async def test_a_listener_that_is_confined() -> None:
    """What was decided of a listener says nothing of another one, which works in a namespace."""
    kept = await Kept.start()
    await kept.node.ok("POST", "sys/namespaces/team")
    token = await kept.token()
    await kept.remembered(token)
    kept.node.options = ListenerOptions(namespace="team")
    assert (await kept.ask(token)).status in {403, 404}
    assert (await kept.ask(token, headers={"x-vault-namespace": "/"})).status in {403, 404}
    kept.node.options = ListenerOptions()
    assert (await kept.ask(token)).status == 200


async def test_a_rule_that_ends_of_a_policy_of_an_entity() -> None:
    """The rule's time, and not that of the policy; entity, groups and templates in between."""
    kept = await Kept.start()
    node = kept.node
    until = int(node.clock.now() + 60)
    rules = f'path "kv/{{{{identity.entity.metadata.own}}}}" {{ capabilities = ["read"]\n expiration = {until} }}'
    await node.ok("PUT", "sys/policies/acl/reads", {"policy": rules})
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "right"})
    auth = (await node.ok("POST", "auth/userpass/login/ann", {"password": "right"}, "")).body["auth"]
    place = f"identity/entity/id/{auth['entity_id']}"
    await node.ok("POST", place, {"metadata": {"own": "a"}})
    wanted = {"name": "readers", "policies": ["reads"], "member_entity_ids": [auth["entity_id"]]}
    await node.ok("POST", "identity/group", wanted)
    token = auth["client_token"]
    await kept.remembered(token)
    await node.ok("POST", place, {"metadata": {"own": "b"}})
    assert (await kept.ask(token)).status == 403
    await node.ok("POST", place, {"metadata": {"own": "a"}})
    await kept.remembered(token)
    node.clock.advance(59)
    assert (await kept.ask(token)).status == 200
    node.clock.advance(1.5)
    assert (await kept.ask(token)).status == 403


async def test_headers_that_ask_for_something_else() -> None:
    """Help, a wrapped answer, a login that comes along, another token: none is what was decided of the plain one."""
    kept = await Kept.start()
    token = await kept.token()
    await kept.remembered(token)
    assert "explanation" not in str((await kept.ask(token)).body)
    assert "value" not in str((await kept.ask(token, ("GET", "kv/a?help=1", None))).body.get("data"))
    inline = {"x-vault-inline-auth-path": "auth/userpass/login/ann"}
    assert (await kept.ask(token, headers=inline)).status == 400
    assert (await kept.node.ask("GET", "kv/a", None, "", headers={"authorization": f"Bearer {token}"})).status == 200
    other = await kept.token(policies=["default"])
    both = {"authorization": f"Bearer {token}"}
    assert (await kept.node.ask("GET", "kv/a", None, other, headers=both)).status == 403


async def test_spellings_of_a_path() -> None:
    """Each is decided by itself, and a rule that denies one denies all."""
    kept = await Kept.start()
    node = kept.node
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "right"})
    rules = 'path "auth/userpass/users/*" { capabilities = ["read"] }'
    token = await node.token(rules)
    spellings = ["ann", "ANN", "%61nn", "Ann"]
    for spelling in spellings:
        for _ in range(3):
            assert (await kept.ask(token, ("GET", f"auth/userpass/users/{spelling}", None))).status == 200
    rules += '\npath "auth/userpass/users/ann" { capabilities = ["deny"] }'
    await node.ok("PUT", "sys/policies/acl/only", {"policy": rules})
    for spelling in spellings:
        assert (await kept.ask(token, ("GET", f"auth/userpass/users/{spelling}", None))).status == 403


async def test_a_feed_that_does_not_reach_back() -> None:
    """Everything is dropped when a process can't learn what has changed, decisions too."""
    kept = await Kept.start()
    token = await kept.token()
    peer = await kept.node.peer()
    await kept.remembered(token)
    await peer.ok("POST", "auth/token/revoke", {"token": token})
    await peer.ok("POST", "kv/other", {"value": "one commit more"})
    feed = kept.node.store._rows.feed
    while len(feed) > 1:
        feed.popleft()
    assert (await kept.ask(token, READING)).status == 403
    assert kept.names() == []


async def test_sudo_paths() -> None:
    """A root path that a policy grants with `sudo` isn't granted by what is left without it."""
    kept = await Kept.start()
    with_sudo = 'path "sys/audit" { capabilities = ["read", "sudo"] }'
    token = await kept.node.token(with_sudo)
    await kept.remembered(token, ("GET", "sys/audit", None))
    await kept.node.ok("PUT", "sys/policies/acl/only", {"policy": with_sudo.replace(', "sudo"', "")})
    assert (await kept.ask(token, ("GET", "sys/audit", None))).status == 403


async def test_an_ended_rule_ends_no_remembering() -> None:
    """When one rule has ended, what others grant is remembered as before, and rules aren't merged for each request."""
    kept = await Kept.start()
    until = int(kept.node.clock.now() + 60)
    rules = f'{READS}\npath "kv/b" {{ capabilities = ["read"]\n expiration = {until} }}'
    await kept.node.ok("PUT", "sys/policies/acl/reads", {"policy": rules})
    token = await kept.token()
    await kept.remembered(token)
    kept.node.clock.advance(61)
    await kept.remembered(token)
