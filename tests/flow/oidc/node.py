"""A node whose header fields and audit entries can be seen, with a client, a provider and a role."""

from __future__ import annotations

from tests.flow.node import TestNode
from tests.flow.oidc.world import CALLBACK

ADDRESS = "https://strongroom.example"


async def started() -> tuple[TestNode, str]:
    """The node, and the token of somebody who has just logged in."""
    node = await TestNode.start()
    await node.ok("POST", "identity/oidc/config", {"issuer": ADDRESS})
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    rules = 'path "identity/oidc/*" { capabilities = ["read"] }'
    await node.ok("PUT", "sys/policies/acl/person", {"policy": rules})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "canary-1", "token_policies": "person"})
    made = await node.ok("POST", "auth/userpass/login/ann", {"password": "canary-1"}, token="")
    await node.ok("POST", "identity/oidc/key/k", {"algorithm": "ES256", "allowed_client_ids": "*"})
    await node.ok("POST", "identity/oidc/role/r", {"key": "k"})
    await node.ok(
        "POST", "identity/oidc/client/app", {"key": "k", "assignments": "allow_all", "redirect_uris": CALLBACK}
    )
    await node.ok("POST", "identity/oidc/provider/p", {"allowed_client_ids": "*", "issuer": ADDRESS})
    return node, made.body["auth"]["client_token"]
