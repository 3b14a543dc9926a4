"""Each kind of change has its type, and what is told of it holds no secret."""

from __future__ import annotations

from typing import Any

from strongroom.server import builtin
from tests.flow.events.listening import ALL, listen
from tests.flow.events.test_subscribing import versioned

Steps = list[tuple[str, str, Any]]

REQUESTS: list[tuple[Steps, list[tuple[str, str]]]] = [
    (
        [("PUT", "sys/mounts/plain", {"type": "kv"}), ("PUT", "plain/a", {"x": 1}), ("DELETE", "plain/a", None)],
        [("mount/enable", "sys/mounts/plain"), ("kv-v1/write", "plain/a"), ("kv-v1/delete", "plain/a")],
    ),
    (
        [
            ("PUT", "sys/mounts/plain/tune", {"description": "x"}),
            ("POST", "sys/remount", {"from": "plain", "to": "other"}),
            ("DELETE", "sys/mounts/other", None),
        ],
        [("mount/tune", "sys/mounts/plain/tune"), ("mount/move", "sys/remount"), ("mount/disable", "sys/mounts/other")],
    ),
    (
        [
            ("PUT", "sys/policies/acl/mine", {"policy": 'path "a" { capabilities = ["read"] }'}),
            ("DELETE", "sys/policies/acl/mine", None),
        ],
        [("policy/write", "sys/policies/acl/mine"), ("policy/delete", "sys/policies/acl/mine")],
    ),
    (
        [
            ("PUT", "sys/auth/people", {"type": "userpass"}),
            ("PUT", "auth/people/users/ann", {"password": "canary-password"}),
            ("PUT", "auth/people/login/ann", {"password": "canary-password"}),
        ],
        [("mount/enable", "sys/auth/people"), ("auth/login", "auth/people/login/ann")],
    ),
    (
        [
            ("PUT", "identity/entity/name/ann", {}),
            ("PUT", "identity/group/name/staff", {}),
            ("DELETE", "identity/group/name/staff", None),
        ],
        [
            ("identity/entity-write", "identity/entity/name/ann"),
            ("identity/group-write", "identity/group/name/staff"),
            ("identity/group-delete", "identity/group/name/staff"),
        ],
    ),
    (
        [("PUT", "sys/namespaces/team", {}), ("PATCH", "sys/namespaces/team", {"custom_metadata": {"a": "b"}})],
        [("namespace/create", "sys/namespaces/team"), ("namespace/update", "sys/namespaces/team")],
    ),
    (
        [("PUT", "sys/quotas/rate-limit/all", {"rate": 1000}), ("DELETE", "sys/quotas/rate-limit/all", None)],
        [("quota/write", "sys/quotas/rate-limit/all"), ("quota/delete", "sys/quotas/rate-limit/all")],
    ),
    ([("PUT", "sys/revoke-issued", {"mount": "auth/people"})], [("token/withdraw", "sys/revoke-issued")]),
    ([("PUT", "sys/rotate", None)], [("seal/rotate", "sys/rotate")]),
    ([("PUT", "sys/audit/recorder", {"type": "recorder"})], [("audit/enable", "sys/audit/recorder")]),
    ([("DELETE", "sys/audit/recorder", None)], [("audit/disable", "sys/audit/recorder")]),
]


async def test_changes_have_their_types() -> None:
    """What an operator does is told with its type and its path, in order, and without what it wrote."""
    node = await versioned()
    listener = await listen(node)
    for steps, wanted in REQUESTS:
        for method, path, body in steps:
            await node.ok(method, path, body)
        told = await listener.take(len(wanted))
        assert [each.short for each in told] == wanted
        assert "canary" not in str(told)
    await listener.close()


async def test_tokens_and_leases_are_told_by_their_accessors_and_ids() -> None:
    """A token is told by its accessor, a lease by its id; wrapping tokens aren't told of."""
    node = await versioned()
    listener = await listen(node)
    made = (await node.ok("POST", "auth/token/create", {"policies": ["default"]})).body["auth"]
    await node.ok("POST", "sys/wrapping/wrap", {"a": "b"}, headers={"x-vault-wrap-ttl": "60"})
    leased = (await node.ok("POST", "probe/secret")).body
    await node.ok("POST", "sys/leases/renew", {"lease_id": leased["lease_id"]})
    await node.ok("POST", "sys/leases/revoke", {"lease_id": leased["lease_id"], "sync": True})
    await node.ok("POST", "auth/token/revoke", {"token": made["client_token"]})
    told = await listener.take(5)
    token, lease = f"auth/token/accessors/{made['accessor']}", f"sys/leases/lookup/{leased['lease_id']}"
    assert [each.short for each in told] == [
        ("token/create", token),
        ("lease/create", lease),
        ("lease/renew", lease),
        ("lease/revoke", lease),
        ("token/revoke", token),
    ]
    assert made["client_token"] not in str(told)
    await listener.close()


async def test_a_failed_request_tells_nothing() -> None:
    """What isn't committed isn't told: the next event is that of the next change."""
    node = await versioned()
    listener = await listen(node)
    assert (await node.ask("PUT", "sys/policies/acl/mine", {"policy": "path {"})).status == 400
    assert (await node.ask("PUT", "secret/data/a", {"data": {}, "options": {"cas": 7}})).status == 400
    await node.ok("PUT", "secret/data/b", {"data": {}})
    assert [told.metadata["path"] for told in await listener.take(1)] == ["secret/data/b"]
    await listener.close()


async def test_a_namespace_tells_its_own_and_those_that_are_asked_for() -> None:
    """A subscription is of its namespace; with patterns, of others below.  A token of one learns nothing of another."""
    node = await versioned()
    for name in ("one", "two"):
        await node.ok("PUT", f"sys/namespaces/{name}", {})
        await node.ok("POST", f"{name}/sys/mounts/kv", {"type": "kv"})
    await node.ok("PUT", "one/sys/policies/acl/all", {"policy": ALL})
    made = await node.ok("POST", "one/auth/token/create", {"policies": ["all"]})
    own = await listen(node, token=made.body["auth"]["client_token"], x_vault_namespace="one")
    every = await listen(node, "kv-v1/*?namespaces=*")
    only_root = await listen(node, "kv-v*")
    for path in ("two/kv/a", "one/kv/a"):
        await node.ok("PUT", path, {"x": 1})
    await node.ok("PUT", "secret/data/a", {"data": {}})
    (told,) = await own.take(1)
    assert (told.short, told.body["data"]["namespace"]) == (("kv-v1/write", "kv/a"), "one/")
    assert [each.body["data"]["namespace"] for each in await every.take(2)] == ["two/", "one/"]
    assert [each.short for each in await only_root.take(1)] == [("kv-v2/data-write", "secret/data/a")]
    for listener in (own, every, only_root):
        await listener.close()


def test_no_path_with_a_secret_is_told() -> None:
    """A path that ends in a secret has no event, because the path of the request is told."""
    told = [
        (type(engine).__name__, route.pattern)
        for engine in builtin.engines(()).values()
        for route in engine.routes.routes
        if any(declaration.event for declaration in route.by_operation.values())
        and engine.routes.secret_part(route.pattern) is not None
    ]
    assert told == []
