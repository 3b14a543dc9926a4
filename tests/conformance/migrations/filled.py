"""A reference server with something of everything, on any of its storages, stopped again."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conformance.program import PEER, wait_until
from tests.conformance.servers import start_peer

SHARES, THRESHOLD = 3, 2
LISTENER = 'listener "tcp" {\n address = "{address}"\n tls_disable = true\n}\napi_addr = "http://{address}"\n'
POLICY = 'path "secret/data/*" { capabilities = ["read"] }'
PASSWORD = "the-password-of-alice"
CANARY = "canary-of-the-secret"


@dataclass(frozen=True, slots=True)
class Api:
    """A server's API, asked by one token in one namespace."""

    url: str
    token: str = ""
    namespace: str = ""

    def call(self, method: str, path: str, body: object = None, namespace: str = "") -> dict[str, Any]:
        """The answer, which has to be a success."""
        status, found = self.ask(method, path, body, namespace)
        assert status in (200, 204), (method, path, status, found)
        return found

    def soon(self, method: str, path: str, body: object = None, namespace: str = "") -> None:
        """A request that has to succeed in the end: a mount of kv 2 serves a moment after it was made."""
        answers: list[tuple[int, object]] = []

        def succeeds() -> bool:
            answers.append(self.ask(method, path, body, namespace))
            return answers[-1][0] in (200, 204)

        wait_until(succeeds, lambda: f"{method} {path}: {answers[-1]}", 60)

    def ask(self, method: str, path: str, body: object = None, namespace: str = "") -> tuple[int, dict[str, Any]]:
        """Status and answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/v1/{urllib.parse.quote(path)}", data, method=method)
        request.add_header("X-Vault-Token", self.token)
        if where := f"{self.namespace}{namespace}":
            request.add_header("X-Vault-Namespace", where)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                content = answer.read()
                return answer.status, json.loads(content) if content else {}
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")


@dataclass(slots=True)
class Filled:
    """What a stopped server had.

    Attributes:
        shares: as many key shares as its threshold, in hexadecimal.
        answers: what it answered to the reads that are asked of the destination too, by path.
    """

    shares: list[str]
    ciphertext: str
    answers: dict[str, Any] = field(default_factory=dict)


COMPARED = (
    *("secret/metadata/app/db", "secret/data/app/db?version=1", "secret/data/odd name/ü%2f.", "secret/config"),
    *("kv1/a", "kv1/a/b", "kv1/after", "sys/policies/acl/p1", "sys/policies/password/pp"),
    *("auth/userpass/users/alice", "auth/approle/role/app", "auth/approle/role/app/role-id", "pki/roles/web"),
    *("transit/keys/k-aes256-gcm96", "transit/keys/k-rsa-2048", "totp/keys/t1", "pki/cert/ca"),
)
"""Paths whose answers are the same before and after."""


def filled(directory: Path, storage: str, program: Path = PEER) -> Filled:
    """Start a server on a storage, fill it, and stop it."""
    with start_peer(directory, f"{storage}\n{LISTENER}", program=program) as server:
        api = Api(server.url)
        made = api.call("PUT", "sys/init", {"secret_shares": SHARES, "secret_threshold": THRESHOLD})
        shares = made["keys"][-THRESHOLD:]
        for share in shares:
            api.call("PUT", "sys/unseal", {"key": share})
        api = Api(server.url, made["root_token"])
        # A node of raft is elected in its own time.
        api.soon("GET", "sys/health")
        api.soon("POST", "sys/mounts/kv1", {"type": "kv", "options": {"version": "1"}})
        _mounts(api)
        _secrets(api)
        _people(api)
        cipher = api.call("POST", "transit/encrypt/k-aes256-gcm96", {"plaintext": "aGk="})["data"]["ciphertext"]
        api.call("PUT", "sys/rotate", {})
        api.call("POST", "kv1/after", {"rotated": True})
        answers = {path: read(api, path) for path in COMPARED}
        return Filled(shares, cipher, answers)


def read(api: Api, path: str) -> Any:
    plain, _, query = path.partition("?")
    request = urllib.request.Request(f"{api.url}/v1/{urllib.parse.quote(plain)}{'?' if query else ''}{query}")
    request.add_header("X-Vault-Token", api.token)
    if api.namespace:
        request.add_header("X-Vault-Namespace", api.namespace)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["data"]


def _mounts(api: Api) -> None:
    config = {"max_lease_ttl": "100h", "default_lease_ttl": "1h"}
    versioned = {"type": "kv", "options": {"version": "2"}}
    api.call("POST", "sys/mounts/secret", {**versioned, "description": "main", "config": config})
    for type_ in ("transit", "totp", "ssh"):
        api.call("POST", f"sys/mounts/{type_}", {"type": type_})
    api.call("POST", "sys/mounts/pki", {"type": "pki", "config": {"max_lease_ttl": "87600h"}})
    for type_ in ("userpass", "approle", "jwt"):
        api.call("POST", f"sys/auth/{type_}", {"type": type_, "description": f"by {type_}"})
    for outer, inner in (("", "team"), ("team/", "web")):
        api.call("POST", f"sys/namespaces/{inner}", {}, outer)
        where = f"{outer}{inner}/"
        api.call("POST", "sys/mounts/inner", versioned, where)
        api.soon("POST", "inner/data/x", {"data": {"in": where}}, where)


def _secrets(api: Api) -> None:
    api.soon("POST", "secret/config", {"max_versions": 5})
    for number in range(4):
        api.call("POST", "secret/data/app/db", {"data": {"v": number, "ü": CANARY}})
    api.call("POST", "secret/delete/app/db", {"versions": [2]})
    api.call("POST", "secret/destroy/app/db", {"versions": [3]})
    settings = {"custom_metadata": {"of": "me"}, "max_versions": 7, "cas_required": True, "delete_version_after": "9h"}
    api.call("POST", "secret/metadata/app/db", settings)
    api.call("POST", "secret/data/odd name/ü%2f.", {"data": {"k": "v"}})
    for number in range(20):
        api.call("POST", f"secret/data/many/{number}", {"data": {"n": number}})
    api.call("POST", "kv1/a/b", {"x": 12345678901234567890, "y": [1, 2.50]})
    api.call("POST", "kv1/a", {"x": "1" * 200_000})
    for type_ in ("aes256-gcm96", "ed25519", "ecdsa-p256", "rsa-2048"):
        api.call("POST", f"transit/keys/k-{type_}", {"type": type_})
        api.call("POST", f"transit/keys/k-{type_}/rotate", {})
    root = {"common_name": "root", "ttl": "80000h", "key_type": "ec", "issuer_name": "r1"}
    api.call("POST", "pki/root/generate/internal", root)
    api.call("POST", "pki/roles/web", {"allowed_domains": "example.com", "allow_subdomains": True, "ttl": "2h"})
    api.call("POST", "ssh/config/ca", {"generate_signing_key": True})
    api.call("POST", "totp/keys/t1", {"generate": True, "issuer": "i", "account_name": "a"})


def _people(api: Api) -> None:
    api.call("POST", "sys/policies/acl/p1", {"policy": POLICY})
    api.call("POST", "sys/policies/password/pp", {"policy": 'length=20\nrule "charset" { charset="abc" }'})
    api.call("POST", "auth/userpass/users/alice", {"password": PASSWORD, "token_policies": ["p1"], "token_ttl": "1h"})
    role = {"token_policies": ["p1"], "secret_id_ttl": "10h", "token_bound_cidrs": ["10.0.0.0/8"]}
    api.call("POST", "auth/approle/role/app", role)
    api.call("POST", "auth/approle/role/app/secret-id", {})
    api.call("POST", "identity/entity", {"name": "one", "metadata": {"a": "b"}, "policies": ["p1"]})
    entity = api.call("GET", "identity/entity/name/one")["data"]["id"]
    accessor = api.call("GET", "sys/auth")["data"]["userpass/"]["accessor"]
    alias = {"name": "alice", "canonical_id": entity, "mount_accessor": accessor, "custom_metadata": {"q": "w"}}
    api.call("POST", "identity/entity-alias", alias)
    inner = api.call("POST", "identity/group", {"name": "inner", "member_entity_ids": [entity], "policies": ["p1"]})
    api.call("POST", "identity/group", {"name": "outer", "member_group_ids": [inner["data"]["id"]]})
    external = api.call("POST", "identity/group", {"name": "external", "type": "external"})["data"]["id"]
    alias = {"name": "staff", "canonical_id": external, "mount_accessor": accessor}
    api.call("POST", "identity/group-alias", alias)
