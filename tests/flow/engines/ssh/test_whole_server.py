"""The engine with everything around it: identity, leases, rights, the audit log."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    SSHCertificate,
    load_ssh_public_identity,
)

from tests.flow.engines.ssh.mounts import USER_KEY
from tests.flow.node import TestNode


async def started() -> TestNode:
    """A node with an authority at `ssh/`."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/ssh", {"type": "ssh"})
    await node.ok("POST", "ssh/config/ca", {"key_type": "ed25519"})
    return node


async def logged_in(node: TestNode, name: str, **metadata: str) -> str:
    """A token of a user, whose entity has this metadata."""
    rules = 'path "ssh/*" { capabilities = ["create", "read", "update", "list"] }'
    await node.ok("PUT", "sys/policies/acl/ssh", {"policy": rules})
    await node.ask("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", f"auth/userpass/users/{name}", {"password": "x", "token_policies": "ssh"})
    auth = (await node.ok("POST", f"auth/userpass/login/{name}", {"password": "x"}, token="")).body["auth"]
    await node.ok("POST", f"identity/entity/id/{auth['entity_id']}", {"name": f"entity-{name}", "metadata": metadata})
    return str(auth["client_token"])


async def test_templates_are_of_the_client_who_asks() -> None:
    """Each client gets certificates for its own values, of entity, alias and group, and for nobody else's."""
    node = await started()
    ann, bob = await logged_in(node, "ann", team="web"), await logged_in(node, "bob", team="db")
    accessor = (await node.ok("GET", "sys/auth")).body["data"]["userpass/"]["accessor"]
    entity = (await node.ok("GET", "auth/token/lookup-self", token=ann)).body["data"]["entity_id"]
    await node.ok(
        "POST", "identity/group", {"name": "ops", "member_entity_ids": [entity], "metadata": {"user": "oper"}}
    )
    allowed = [
        "{{identity.entity.name}}",
        "{{identity.entity.metadata.team}}",
        f"{{{{identity.entity.aliases.{accessor}.name}}}}",
    ]
    role = {"key_type": "ca", "allow_user_certificates": True, "allowed_users_template": True}
    await node.ok("POST", "ssh/roles/r", {**role, "allowed_users": ",".join(allowed), "default_user": "*"})
    group = "{{identity.groups.names.ops.metadata.user}}"
    await node.ok("POST", "ssh/roles/ops", {**role, "allowed_users": group, "default_user": "*"})

    async def principals(token: str, role: str) -> list[str]:
        signed = await node.ok("POST", f"ssh/sign/{role}", {"public_key": USER_KEY}, token=token)
        certificate = load_ssh_public_identity(signed.body["data"]["signed_key"].encode())
        assert isinstance(certificate, SSHCertificate)
        assert certificate.key_id.startswith(b"vault-userpass-")
        return [name.decode() for name in certificate.valid_principals]

    assert await principals(ann, "r") == ["ann", "entity-ann", "web"]
    assert await principals(bob, "r") == ["bob", "db", "entity-bob"]
    assert await principals(ann, "ops") == ["oper"]
    for token in (bob, node.root):
        assert (await node.ask("POST", "ssh/sign/ops", {"public_key": USER_KEY}, token=token)).status == 400
    await node.ok("POST", f"identity/entity/id/{entity}", {"metadata": {"team": "other"}})
    assert await principals(ann, "r") == ["ann", "entity-ann", "other"]


async def test_a_password_is_leased() -> None:
    """A password has a lease that isn't renewable; revoking it, or the token it was asked with, ends the password."""
    node = await started()
    await node.ok("POST", "ssh/roles/otp", {"key_type": "otp", "default_user": "u", "cidr_list": "0.0.0.0/0"})
    token = await node.token('path "ssh/creds/otp" { capabilities = ["update"] }')
    made = (await node.ok("POST", "ssh/creds/otp", {"ip": "192.0.2.1"}, token=token)).body
    assert made["renewable"] is False and made["lease_duration"] > 0
    other = (await node.ok("POST", "ssh/creds/otp", {"ip": "192.0.2.1"}, token=token)).body
    await node.ok("POST", "sys/leases/revoke", {"lease_id": made["lease_id"], "sync": True})
    await node.ok("POST", "auth/token/revoke", {"token": token})
    await node.ok("POST", "sys/leases/revoke-prefix/ssh/creds", {"sync": True})
    for otp in (made["data"]["key"], other["data"]["key"]):
        refused = await node.ask("POST", "ssh/verify", {"otp": otp}, token="")
        assert (refused.status, refused.body) == (400, {"errors": ["OTP not found"]})


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("public_key", 200),
        ("issuer/default/public_key", 200),
        ("krl", 200),
        ("config/ca", 403),
        ("issuer/default", 403),
        ("roles/r", 403),
        ("certs", 403),
        ("cert/1", 403),
        ("config/zeroaddress", 403),
    ],
)
async def test_what_anybody_may_read(path: str, status: int) -> None:
    """Keys of authorities and the list of what was revoked are for hosts, which have no token; nothing else is."""
    node = await started()
    assert (await node.ask("GET", f"ssh/{path}", token="")).status == status


async def test_content_types_of_what_hosts_read() -> None:
    """A host reads keys and lists without an envelope, each in its own content type."""
    node = await started()
    keys, revoked = await node.ok("GET", "ssh/public_key", token=""), await node.ok("GET", "ssh/krl", token="")
    assert keys.headers["Content-Type"] == "text/plain"
    assert revoked.headers["Content-Type"] == "application/octet-stream" and revoked.body.startswith(b"SSHKRL\n\0")
    again = await node.ask("GET", "ssh/krl", token="", headers={"if-none-match": revoked.headers["ETag"]})
    assert (again.status, again.body) == (304, None)


async def test_the_audit_log_has_no_secrets() -> None:
    """Neither private keys nor passwords are in the audit log, whichever way they go."""
    node = await (await started()).audited()
    await node.ok("POST", "ssh/roles/otp", {"key_type": "otp", "default_user": "u", "cidr_list": "0.0.0.0/0"})
    role = {"key_type": "ca", "allow_user_certificates": True, "allowed_users": "*", "default_user": "u"}
    await node.ok("POST", "ssh/roles/ca", role)
    otp = (await node.ok("POST", "ssh/creds/otp", {"ip": "192.0.2.1"})).body["data"]["key"]
    await node.ok("POST", "ssh/verify", {"otp": otp}, token="")
    issued = (await node.ok("POST", "ssh/issue/ca", {"key_type": "ed25519"})).body["data"]
    pair = {"private_key": issued["private_key"], "public_key": _public(issued["signed_key"])}
    await node.ok("POST", "ssh/config/ca", pair)
    text = json.dumps(node.recorder.entries)
    assert otp not in text
    for line in issued["private_key"].splitlines()[1:-1]:
        assert line not in text


def _public(certificate: str) -> str:
    """The key that a certificate is for."""
    loaded = load_ssh_public_identity(certificate.encode())
    assert isinstance(loaded, SSHCertificate)
    return loaded.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
