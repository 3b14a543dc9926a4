"""Subscribers learn of each change once, in order, and only of what they may know."""

from __future__ import annotations

import contextlib
from urllib.parse import quote

import pytest

from strongroom.services.events.reader import MOST_OF_ONE, MOST_READERS
from tests.flow.events.listening import ALL, SSE, listen
from tests.flow.node import TestNode


async def versioned() -> TestNode:
    """A node with a versioned mount."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
    return node


async def test_a_change_is_told_with_its_path_and_version() -> None:
    """An event is a CloudEvent with the metadata of the documentation, and holds no value of the secret."""
    node = await versioned()
    listener = await listen(node, "kv-v2/*")
    await node.ok("PUT", "secret/data/a", {"data": {"password": "canary"}})
    (told,) = await listener.take(1)
    body = told.body
    assert "canary" not in str(body)
    assert body["specversion"] == "1.0"
    assert body["type"] == "*"
    assert body["id"] == body["data"]["event"]["id"]
    assert told.type == "kv-v2/data-write"
    assert told.metadata == {
        "current_version": "1",
        "data_path": "secret/data/a",
        "modified": "true",
        "oldest_version": "0",
        "operation": "data-write",
        "path": "secret/data/a",
    }
    plugin = body["data"]["plugin_info"]
    assert plugin.pop("mount_accessor").startswith("kv_")
    assert plugin == {"mount_class": "secret", "mount_path": "secret/", "plugin": "kv", "version": "2"}
    await listener.close()


async def test_every_operation_of_versioned_secrets_is_told_in_order() -> None:
    """Each kind of change has its own type, and they come in the order of their commits."""
    node = await versioned()
    listener = await listen(node, "kv-v2/*")
    await node.ok("PUT", "secret/data/a", {"data": {"x": 1}})
    await node.ok("PATCH", "secret/data/a", {"data": {"y": 2}})
    await node.ok("DELETE", "secret/data/a")
    await node.ok("PUT", "secret/undelete/a", {"versions": [2]})
    await node.ok("PUT", "secret/delete/a", {"versions": [1, 2]})
    await node.ok("PUT", "secret/destroy/a", {"versions": [1]})
    await node.ok("PUT", "secret/metadata/a", {"max_versions": 5})
    await node.ok("PATCH", "secret/metadata/a", {"max_versions": 6})
    await node.ok("DELETE", "secret/metadata/a")
    await node.ok("PUT", "secret/config", {"max_versions": 7})
    assert [told.short for told in await listener.take(10)] == [
        ("kv-v2/data-write", "secret/data/a"),
        ("kv-v2/data-patch", "secret/data/a"),
        ("kv-v2/data-delete", "secret/data/a"),
        ("kv-v2/undelete", "secret/undelete/a"),
        ("kv-v2/delete", "secret/delete/a"),
        ("kv-v2/destroy", "secret/destroy/a"),
        ("kv-v2/metadata-write", "secret/metadata/a"),
        ("kv-v2/metadata-patch", "secret/metadata/a"),
        ("kv-v2/metadata-delete", "secret/metadata/a"),
        ("kv-v2/config-write", "secret/config"),
    ]
    await listener.close()


async def test_a_cursor_resumes_on_any_node() -> None:
    """Who comes back with a cursor gets what happened meanwhile, once, on another node of the store too."""
    node = await versioned()
    listener = await listen(node)
    for name in "abc":
        await node.ok("PUT", f"secret/data/{name}", {"data": {}})
    (first,) = await listener.take(1)
    await listener.close()
    await node.ok("PUT", "secret/data/d", {"data": {}})
    peer = await node.peer()
    again = await listen(peer, last_event_id=first.cursor)
    assert [told.metadata["path"] for told in await again.take(3)] == [f"secret/data/{name}" for name in "bcd"]
    await peer.ok("PUT", "secret/data/e", {"data": {}})
    assert [told.metadata["path"] for told in await again.take(1)] == ["secret/data/e"]
    await again.close()


async def test_everything_that_is_kept_can_be_asked_for() -> None:
    """With `oldest` a subscriber begins with what is kept, and goes on with what happens."""
    node = await versioned()
    await node.ok("PUT", "sys/config/events", {})
    await node.ok("PUT", "secret/data/a", {"data": {}})
    listener = await listen(node, "kv-v2/*?cursor=oldest")
    await node.ok("PUT", "secret/data/b", {"data": {}})
    assert [told.metadata["path"] for told in await listener.take(2)] == ["secret/data/a", "secret/data/b"]
    await listener.close()


async def test_nothing_is_written_while_nobody_wants_events() -> None:
    """Without a subscriber there is no row of the outbox; a subscription makes them, for an hour after its end."""
    node = await versioned()
    await node.ok("PUT", "secret/data/a", {"data": {}})
    assert not [key for key in node.rows() if "/events/row/" in key]
    await (await listen(node)).close()
    await node.ok("PUT", "secret/data/a", {"data": {}})
    assert len([key for key in node.rows() if "/events/row/" in key]) == 1
    node.clock.advance(3700)
    await node.ok("PUT", "secret/data/a", {"data": {}})
    assert len([key for key in node.rows() if "/events/row/" in key]) == 1


async def test_only_what_the_policies_grant_is_told() -> None:
    """An event needs `subscribe` for its type and `read` or `list`, on its path; a denied path is never told."""
    node = await versioned()
    token = await node.token("""
        path "sys/events/subscribe/*" { capabilities = ["read"] }
        path "secret/data/+" { capabilities = ["read", "subscribe"] subscribe_event_types = ["kv-v2/data-w*"] }
        path "secret/data/silent" { capabilities = ["subscribe"] subscribe_event_types = ["*"] }
        path "secret/data/typeless" { capabilities = ["read", "subscribe"] }
        path "secret/data/denied" { capabilities = ["deny"] }
    """)
    listener = await listen(node, token=token)
    for name in ("silent", "typeless", "denied", "open"):
        await node.ok("PUT", f"secret/data/{name}", {"data": {}})
    await node.ok("DELETE", "secret/data/open")
    await node.ok("PUT", "secret/data/last", {"data": {}})
    assert [told.metadata["path"] for told in await listener.take(2)] == ["secret/data/open", "secret/data/last"]
    await listener.close()


async def test_rules_are_judged_when_an_event_is_delivered() -> None:
    """A policy that is taken away ends the telling at once, of what happened before too."""
    node = await versioned()
    token = await node.token(ALL)
    listener = await listen(node, token=token)
    await node.ok("PUT", "secret/data/a", {"data": {}})
    assert len(await listener.take(1)) == 1
    await node.ok("PUT", "secret/data/b", {"data": {}})
    rules = ALL + 'path "secret/data/b" { capabilities = ["deny"] }'
    await node.ok("PUT", "sys/policies/acl/only", {"policy": rules})
    await node.ok("PUT", "secret/data/c", {"data": {}})
    assert "secret/data/b" not in [told.metadata["path"] for told in await listener.take(1)]
    await listener.close()


@pytest.mark.parametrize("how", ["revoke", "withdraw", "expire"])
async def test_a_subscription_ends_with_its_token(how: str) -> None:
    """When the token is revoked, is taken back or has expired, nothing more is told, and the stream ends."""
    node = await versioned()
    token = await node.token(ALL, ttl="10m")
    accessor = (await node.ok("GET", "auth/token/lookup-self", token=token)).data["accessor"]
    listener = await listen(node, token=token)
    if how == "revoke":
        await node.ok("POST", "auth/token/revoke", {"token": token})
    elif how == "withdraw":
        await node.ok("POST", "sys/revoke-issued", {"accessor": accessor})
    else:
        node.clock.advance(601)
    await node.ok("PUT", "secret/data/a", {"data": {}})
    assert await listener.take(1) == []
    assert listener.ended
    await listener.close()


async def test_a_cursor_that_is_too_old_is_told_so() -> None:
    """After an hour without subscribers events were left out, so an old cursor is refused; so is what is none."""
    node = await versioned()
    listener = await listen(node)
    cursor = listener.cursor
    await listener.close()
    node.clock.advance(3700)
    first = await node.ask("GET", f"sys/events/subscribe/*?cursor={cursor}", headers=SSE)
    assert (first.status, "are gone" in first.error) == (400, True)
    await (await listen(node, "*?cursor=oldest")).close()
    old = await node.ask("GET", f"sys/events/subscribe/*?cursor={cursor}", headers=SSE)
    assert (old.status, "are gone" in old.error) == (400, True)
    none = await node.ask("GET", "sys/events/subscribe/*?cursor=yesterday", headers=SSE)
    assert (none.status, "no cursor" in none.error) == (400, True)


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ('data_path == "secret/data/a"', ["secret/data/a"]),
        ('operation != "data-write"', ["secret/data/b"]),
        ('event_type matches "patch$"', ["secret/data/b"]),
        ('source_plugin_mount == "secret/" and namespace == ""', ["secret/data/a", "secret/data/b", "secret/data/b"]),
    ],
)
async def test_a_filter_chooses_among_the_events(expression: str, wanted: list[str]) -> None:
    """The selectors are those of the documentation; what the filter doesn't take isn't told."""
    node = await versioned()
    listener = await listen(node, f"kv-v2/*?filter={quote(expression)}")
    await node.ok("PUT", "secret/data/a", {"data": {}})
    await node.ok("PUT", "secret/data/b", {"data": {}})
    await node.ok("PATCH", "secret/data/b", {"data": {}})
    assert [told.metadata["path"] for told in await listener.take(len(wanted))] == wanted
    await listener.close()


@pytest.mark.parametrize(
    "bad", ["path ==", "a == b", "operation", "(" * 40, "operation == x or", "namespace matches ("]
)
async def test_a_bad_filter_is_refused(bad: str) -> None:
    """What can't be read, or asks for what events don't have, is a 400 before anything is sent."""
    node = await versioned()
    answer = await node.ask("GET", f"sys/events/subscribe/*?filter={quote(bad)}", headers=SSE)
    assert answer.status == 400


async def test_subscriptions_end_with_their_process() -> None:
    """A process that ends or is sealed ends its streams at once, so that clients go on elsewhere."""
    node = await versioned()
    listener = await listen(node)
    services = node.node.unsealed
    assert services is not None
    services.events.end()
    assert await listener.take(1) == []
    assert listener.ended
    await listener.close()


async def test_a_process_has_a_bound_on_subscribers() -> None:
    """One more than may is told to come again later, and the next gets the place of one that has left."""
    node = await versioned()
    services = node.node.unsealed
    assert services is not None
    with contextlib.ExitStack() as others:
        for number in range(MOST_READERS):
            others.enter_context(services.events.following(str(number)))
        assert (await node.ask("GET", "sys/events/subscribe/*", headers=SSE)).status == 429
    await (await listen(node)).close()


async def test_a_token_has_a_bound_on_subscriptions() -> None:
    """One that subscribes without end leaves places to others, and gets its own back."""
    node = await versioned()
    services = node.node.unsealed
    assert services is not None
    other = await node.token(ALL)
    with contextlib.ExitStack() as own:
        for _ in range(MOST_OF_ONE):
            own.enter_context(services.events.following(services.tokens.key_of(node.root)))
        refused = await node.ask("GET", "sys/events/subscribe/*", headers=SSE)
        assert (refused.status, "64 times" in refused.error) == (429, True)
        await (await listen(node, token=other)).close()
    assert services.events.readers == 0
    await (await listen(node)).close()


async def test_who_may_not_subscribe_is_refused() -> None:
    """The path itself needs `read`, and says how it is to be asked."""
    node = await versioned()
    token = await node.token('path "sys/events/subscribe/kv-v1/*" { capabilities = ["read"] }')
    assert (await node.ask("GET", "sys/events/subscribe/kv-v2/x", token=token, headers=SSE)).status == 403
    plain = await node.ask("GET", "sys/events/subscribe/*")
    assert (plain.status, "WebSocket" in plain.error) == (400, True)
