"""Fills a server with objects of each kind, and with what is odd about them."""

from __future__ import annotations

from tests.conformance.importing.asking import Side

ODD_NAMES = (
    "with space",
    "über/straße",
    "per%cent",
    "per%41cent",
    "question?mark",
    "hash#mark",
    "trailing.",
    "trailing...",
    "plus+and&amp",
    "a=b;c,d:e@f",
    "~tilde'quote\"",
    "emoji-\U0001f600",
    "/".join(f"s{n}" for n in range(60)),
)
CANARY = "canary-7c1f"
"""In every value that is a secret."""


def secrets(side: Side, number: int = 4) -> None:
    """Secrets of both versions, with histories."""
    side.write("sys/mounts/one", {"type": "kv", "description": "old", "options": {"version": "1"}})
    side.write("sys/mounts/two", {"type": "kv", "options": {"version": "2"}})
    side.write("two/config", {"max_versions": 7, "delete_version_after": "100h"})
    for n in range(number):
        side.write(f"one/f{n % 3}/s{n}", {"v": CANARY, "n": n, "none": None, "list": [1, 2.50, "x"], "empty": ""})
        for version in range(1 + n % 3):
            side.write(f"two/data/f{n % 3}/s{n}", {"data": {"v": f"{CANARY}-{n}-{version}"}})
    for name in ODD_NAMES:
        side.write(f"one/{name}", {"v": CANARY})
        side.write(f"two/data/{name}", {"data": {"v": CANARY}})
    for n in range(12):
        side.write("two/data/history", {"data": {"n": n, "big": 10**30}})
    side.write("two/delete/history", {"versions": [9]})
    side.write("two/destroy/history", {"versions": [7, 11]})
    side.write("two/metadata/history", {"custom_metadata": {"owner": "eva"}, "max_versions": 20, "cas_required": True})
    side.write("two/metadata/only-settings", {"max_versions": 3})
    side.write("two/data/empty", {"data": {}})
    side.write("two/data/null", {"data": None})
    side.write("two/data/large", {"data": {"v": "x" * (1024 * 1024 - 100)}})


def access(side: Side) -> None:
    """Policies, auth methods with roles, entities, aliases, groups."""
    side.write("sys/policies/acl/reader", {"policy": '# a comment\npath "one/*" { capabilities = ["read"] }\n'})
    side.write("sys/policies/password/short", {"policy": 'length = 20\nrule "charset" {\n  charset = "abcdef"\n}\n'})
    config = {"max_lease_ttl": "10h", "listing_visibility": "unauth"}
    side.write("sys/auth/apps", {"type": "approle", "description": "apps", "config": config})
    for n in range(3):
        role = {"token_policies": "reader", "token_ttl": "1h", "secret_id_num_uses": n, "bind_secret_id": n > 0}
        side.write(f"auth/apps/role/r{n}", {**role, "token_bound_cidrs": ["10.0.0.0/8"]})
    side.write("auth/apps/role/r1/secret-id")
    side.write("sys/auth/people", {"type": "userpass"})
    side.write("auth/people/users/eva", {"password": CANARY, "token_policies": "reader"})
    side.write("sys/auth/tokens", {"type": "jwt"})
    side.write("auth/tokens/config", {"jwks_url": "http://127.0.0.1:1/keys", "skip_jwks_validation": True})
    claims = {"user_claim": "sub", "bound_claims": {"team": ["a", "b"]}, "claim_mappings": {"x": "y"}}
    role = {"role_type": "jwt", "bound_audiences": ["app"], "token_policies": ["reader"], **claims}
    side.write("auth/tokens/role/job", role)
    side.write("auth/token/roles/nightly", {"allowed_policies": ["reader"], "orphan": True, "token_period": "1h"})
    accessors = {path: mount["accessor"] for path, mount in side.read("sys/auth").items()}
    ids = [
        side.write("identity/entity", {"name": f"e{n}", "metadata": {"n": str(n)}, "policies": ["reader"]})["id"]
        for n in range(3)
    ]
    for n, id_ in enumerate(ids):
        alias = {"name": f"user{n}", "canonical_id": id_, "mount_accessor": accessors["people/"]}
        side.write("identity/entity-alias", {**alias, "custom_metadata": {"k": "v"}})
    inner = side.write("identity/group", {"name": "inner", "policies": ["reader"], "member_entity_ids": ids[:2]})
    side.write("identity/group", {"name": "outer", "member_group_ids": [inner["id"]]})
    external = side.write("identity/group", {"name": "external", "type": "external", "metadata": {"a": "b"}})
    group_alias = {"name": "admins", "canonical_id": external["id"], "mount_accessor": accessors["tokens/"]}
    side.write("identity/group-alias", group_alias)


def engines(side: Side) -> None:
    """Keys, authorities, roles of engines, configurations with secrets."""
    side.write("sys/mounts/transit", {"type": "transit"})
    for type_ in ("aes256-gcm96", "chacha20-poly1305", "ed25519", "ecdsa-p256"):
        side.write(f"transit/keys/{type_}", {"type": type_, "exportable": True, "allow_plaintext_backup": True})
    side.write("transit/keys/aes256-gcm96/rotate")
    side.write("transit/keys/aes256-gcm96/config", {"min_decryption_version": 2})
    side.write("transit/keys/stays")
    side.write("sys/mounts/pki", {"type": "pki", "config": {"max_lease_ttl": "87600h"}})
    side.write("pki/root/generate/internal", {"common_name": "root", "issuer_name": "first", "key_type": "ec"})
    side.write("pki/config/urls", {"issuing_certificates": ["http://pki.example/ca"]})
    side.write("pki/roles/web", {"allowed_domains": ["a.example"], "allow_subdomains": True, "max_ttl": "10h"})
    side.write("sys/mounts/ssh", {"type": "ssh"})
    role = {"key_type": "ca", "allow_user_certificates": True, "allowed_users": "*", "ttl": "1h"}
    side.write("ssh/roles/hosts", {**role, "default_extensions": {"permit-pty": ""}})
    side.write("sys/mounts/database", {"type": "database"})
    url = "postgresql://{{username}}:{{password}}@127.0.0.1:1/x"
    connection = {"plugin_name": "postgresql-database-plugin", "connection_url": url, "username": "u"}
    secret = {"password": CANARY, "verify_connection": False, "allowed_roles": ["short"]}
    side.write("database/config/main", {**connection, **secret})
    side.write("database/roles/short", {"db_name": "main", "creation_statements": ["CREATE ROLE x"]})
    side.write("sys/mounts/totp", {"type": "totp"})
    side.write("totp/keys/eva", {"generate": True, "issuer": "i", "account_name": "a"})
