"""The API's description, as it is seen in a namespace."""

from __future__ import annotations

from tests.flow.sysapi.system_server import Server


async def test_a_token_sees_the_mounts_that_its_policies_reach_in_the_namespace() -> None:
    """Rules for the same path in root don't show a namespace's mount, and the namespace's own rules do."""
    server = await Server.start()
    await server.ok("POST", "sys/namespaces/team")
    await server.ok("POST", "team/sys/mounts/plans", {"type": "kv"})
    spec = "sys/internal/specs/openapi"
    rules = 'path "team/sys/internal/*" { capabilities = ["read"] } path "plans/*" { capabilities = ["read"] }'
    await server.ok("PUT", "sys/policies/acl/outer", {"policy": rules})
    outer = await server.ok("POST", "auth/token/create", {"policies": ["outer"]})
    rules = 'path "sys/internal/*" { capabilities = ["read"] } path "plans/*" { capabilities = ["read"] }'
    await server.ok("PUT", "team/sys/policies/acl/inner", {"policy": rules})
    inner = await server.ok("POST", "team/auth/token/create", {"policies": ["inner"], "no_parent": True})
    for made, seen in ((outer, False), (inner, True)):
        document = (await server.ok("GET", f"team/{spec}", token=made.body["auth"]["client_token"])).body
        assert any(path.startswith("/plans/") for path in document["paths"]) is seen
    refused = await server.ask("GET", spec, token=inner.body["auth"]["client_token"])
    assert refused.status == 403  # the root namespace isn't below its own
