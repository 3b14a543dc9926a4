"""A server as a team has it, for browser tests: what is mounted, who may do what, and what is stored."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final, Literal

from tests.conformance.servers import ROOT_TOKEN, Server, start_ours

Role = Literal["root", "admin", "reader"]
ROLES: Final[tuple[Role, ...]] = ("root", "admin", "reader")
PASSWORD: Final = "canary-of-a-password"

_ADMIN: Final = """
# Who looks after a team: all of its mounts, its policies, its people; nothing of the server.
path "team/*"               { capabilities = ["create", "read", "update", "patch", "delete", "list"] }
path "team-v1/*"            { capabilities = ["create", "read", "update", "delete", "list"] }
path "database/*"           { capabilities = ["create", "read", "update", "delete", "list"] }
path "ssh/*"                { capabilities = ["create", "read", "update", "delete", "list"] }
path "totp/*"               { capabilities = ["create", "read", "update", "delete", "list"] }
path "transit/*"            { capabilities = ["create", "read", "update", "delete", "list"] }
path "pki/*"                { capabilities = ["create", "read", "update", "delete", "list"] }
path "sys/mounts/team/tune" { capabilities = ["read", "update"] }
path "sys/policies/acl"     { capabilities = ["list"] }
path "sys/policies/acl/team-*" { capabilities = ["create", "read", "update", "delete"] }
path "auth/userpass/users"  { capabilities = ["list"] }
path "auth/userpass/users/*" { capabilities = ["create", "read", "update", "delete", "list"] }
path "sys/leases/lookup/database/*" { capabilities = ["list", "sudo"] }
path "sys/leases/lookup"    { capabilities = ["update"] }
path "sys/search"           { capabilities = ["update"] }
path "brokers/*"            { capabilities = ["create", "read", "update", "delete", "list"] }
path "sys/leases/lookup/brokers/*" { capabilities = ["list", "sudo"] }
path "sys/leases/revoke-prefix/brokers/*" { capabilities = ["read", "update", "sudo"] }
path "sys/leases/revoke"    { capabilities = ["update"] }
path "auth/token/roles"     { capabilities = ["list"] }
path "auth/token/roles/team-*" { capabilities = ["create", "read", "update", "delete"] }
path "auth/token/create/team-*" { capabilities = ["update"] }
path "auth/token/lookup-accessor" { capabilities = ["update"] }
path "auth/token/revoke-accessor" { capabilities = ["update"] }
path "sys/policies/lint"    { capabilities = ["update"] }
path "sys/policies/explain" { capabilities = ["update"] }
path "sys/policies/denials/*" { capabilities = ["read"] }
path "sys/policies/acl/default" { capabilities = ["read"] }
path "auth/token/lookup-accessor" { capabilities = ["update"] }
path "identity/entity/*"    { capabilities = ["read", "list"] }
path "identity/group/*"     { capabilities = ["read", "list"] }
path "identity/lookup/*"    { capabilities = ["update"] }
path "sys/namespaces"       { capabilities = ["list"] }
path "sys/namespaces/team-space" { capabilities = ["read"] }
path "team-space/*"         { capabilities = ["create", "read", "update", "patch", "delete", "list", "scan"] }
path "sys/leases/revoke/database/*" { capabilities = ["update"] }
"""
_READER: Final = """
# Who uses what a team has: reads its secrets, and asks for credentials and certificates.
path "team/data/*"          { capabilities = ["read"] }
path "team/metadata/*"      { capabilities = ["read", "list"] }
path "team-v1/*"            { capabilities = ["read", "list"] }
path "database/creds/*"     { capabilities = ["read"] }
path "ssh/sign/team"        { capabilities = ["update"] }
path "totp/code/team"       { capabilities = ["read"] }
path "transit/encrypt/team" { capabilities = ["update"] }
path "transit/keys"         { capabilities = ["list"] }
path "sys/search"           { capabilities = ["update"] }
path "pki/issue/web"        { capabilities = ["update"] }
path "pki/roles"            { capabilities = ["list"] }
"""


@dataclass(frozen=True, slots=True)
class World:
    """A server, and a token of each role.

    Attributes:
        server: a dev server; its root token is `root`.
        tokens: by role.
    """

    server: Server
    tokens: dict[Role, str]

    @property
    def url(self) -> str:
        """Where the interface is."""
        return f"{self.server.url}/ui"

    def ask(self, method: str, path: str, body: Any = None, token: str = ROOT_TOKEN, namespace: str = "") -> Any:
        """The document that the API answers with; None for an answer without one.  Fails for any error."""
        status, document = self.answer(method, path, body, token, namespace)
        assert status < 300, (method, path, status, document)
        return document

    def answer(
        self, method: str, path: str, body: Any = None, token: str = ROOT_TOKEN, namespace: str = ""
    ) -> tuple[int, Any]:
        """The status and the document, of an error too."""
        connection = HTTPConnection(self.server.address, timeout=60)
        headers = {"X-Vault-Token": token, **({"X-Vault-Namespace": namespace} if namespace else {})}
        connection.request(method, f"/v1/{path}", json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, json.loads(content) if content else None

    def may(self, role: Role, paths: list[str], namespace: str = "") -> dict[str, list[str]]:
        """What a role may do, by path: the truth that pages are compared with."""
        found = self.ask("POST", "sys/capabilities-self", {"paths": paths}, self.tokens[role], namespace)
        return {path: found[path] for path in paths}

    def covers(self, role: Role, controls: Collection[tuple[str, ...]]) -> dict[tuple[str, ...], bool]:
        """Whether a role covers all needs of each control."""
        asked = {needs: [(need.partition(" ")[0], _judged(need, needs)) for need in needs] for needs in controls}
        found = self.may(role, sorted({path for all_needs in asked.values() for _, path in all_needs})) if asked else {}
        return {
            needs: all({capability, "root"} & set(found[path]) for capability, path in each)
            for needs, each in asked.items()
        }


def _judged(need: str, needs: Collection[str]) -> str:
    """The path by which a need is judged: that of a listing, and of what it needs beside, ends in a slash."""
    capability, _, path = need.partition(" ")
    is_listing = capability in {"list", "scan", "sudo"} and {f"list {path}", f"scan {path}"} & set(needs)
    return path.rstrip("/") + "/" if is_listing else path


@contextmanager
def world(directory: Path) -> Iterator[World]:
    """A server with a team's mounts, people and secrets."""
    with start_ours(directory) as server:
        made = World(server, {"root": ROOT_TOKEN})
        log = {"type": "file", "options": {"file_path": str(directory / "audit.log")}}
        made.ask("PUT", "sys/audit/file", log)
        _fill(made)
        yield made


def _fill(made: World) -> None:
    made.ask(
        "POST", "sys/mounts/team", {"type": "kv", "options": {"version": "2"}, "description": "the team's secrets"}
    )
    made.ask("POST", "sys/mounts/team-v1", {"type": "kv", "options": {"version": "1"}})
    made.ask("POST", "sys/mounts/transit", {"type": "transit"})
    made.ask("POST", "transit/keys/team", {})
    _fill_engines(made)
    made.ask("POST", "sys/mounts/pki", {"type": "pki", "config": {"max_lease_ttl": "87600h"}})
    root = {"common_name": "Team Root", "issuer_name": "root", "key_type": "ec", "ttl": "80000h"}
    made.ask("POST", "pki/root/generate/internal", root)
    made.ask("POST", "pki/roles/web", {"allowed_domains": "team.example", "allow_subdomains": True, "key_type": "ec"})
    made.ask("POST", "sys/auth/userpass", {"type": "userpass"})
    for role, policy in (("admin", _ADMIN), ("reader", _READER)):
        made.ask("POST", f"sys/policies/acl/team-{role}", {"policy": policy})
        made.ask("POST", f"auth/userpass/users/{role}", {"password": PASSWORD, "token_policies": [f"team-{role}"]})
        answered = made.ask("POST", f"auth/userpass/login/{role}", {"password": PASSWORD}, token="")
        made.tokens[role] = answered["auth"]["client_token"]  # type: ignore[index]
    made.ask("POST", "team/data/web/db", {"data": {"username": "web", "password": "canary-of-the-database"}})
    made.ask("POST", "team/data/web/mail", {"data": {"host": "mail.test", "key": "canary-of-the-mail"}})
    made.ask("POST", "team-v1/old", {"value": "canary-of-the-old"})
    made.ask("POST", "sys/namespaces/team-space", {"custom_metadata": {"owner": "the team"}})
    made.ask("POST", "identity/config/clearing", {"unseen_for": "90d", "dry_run": True})
    eva = made.ask("POST", "identity/entity", {"name": "eva", "policies": ["team-reader"]})["data"]["id"]
    made.ask("POST", "identity/group", {"name": "payments", "policies": ["team-payments"], "member_entity_ids": [eva]})


def _fill_engines(made: World) -> None:
    """Something to look at in each engine that has pages of its own.  The database is none: nothing logs in there."""
    for engine in ("database", "ssh", "totp"):
        made.ask("POST", f"sys/mounts/{engine}", {"type": engine})
    url = "postgresql://{{username}}:{{password}}@127.0.0.1:1/shop"
    user = {"username": "strongroom", "password": "canary-of-the-connection", "verify_connection": False}
    plugin = {"plugin_name": "postgresql-database-plugin", "connection_url": url, "allowed_roles": "*"}
    made.ask("POST", "database/config/shop", {**plugin, **user})
    made.ask("POST", "database/roles/reports", {"db_name": "shop", "creation_statements": "CREATE ROLE;"})
    rotated = {"db_name": "shop", "username": "app", "rotation_period": "24h", "skip_import_rotation": True}
    made.ask("POST", "database/static-roles/app", rotated)
    made.ask("POST", "ssh/config/ca", {"key_type": "ed25519"})
    allowed = {"allow_user_certificates": True, "allowed_users": "deploy", "default_user": "deploy", "ttl": "30m"}
    made.ask("POST", "ssh/roles/team", {"key_type": "ca", **allowed})
    made.ask("POST", "ssh/roles/legacy", {"key_type": "otp", "default_user": "deploy", "cidr_list": "10.0.0.0/8"})
    made.ask("POST", "totp/keys/team", {"key": "JBSWY3DPEHPK3PXP", "issuer": "Bank", "account_name": "team"})
