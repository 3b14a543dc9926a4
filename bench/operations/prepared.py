"""Prepares a server through its API: every server gets the same calls."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.load.flood import send_all
from bench.load.requests import Wanted
from bench.servers.server import Server

SECRETS = 2000
"""Secrets that reads and writes choose from."""
LISTED = 100
"""Names in the folder that is listed."""
VALUE = {"username": "app", "password": "correct horse battery staple", "host": "db.example.com", "port": 5432}
PLAINTEXT = "dGhlIHF1aWNrIGJyb3duIGZveA=="
PASSWORD = "correct horse battery staple"  # noqa: S105 - of a user of the benchmark
POLICY = "\n".join(
    f'path "{path}" {{ capabilities = ["create", "read", "update", "list"] }}'
    for path in ("kv1/*", "kv2/*", "transit/*", "pki/*")
)


@dataclass(slots=True)
class Prepared:
    """A server with data, and what requests need to know.

    Attributes:
        token: of the policy `app`.
        names: what was made on the way, by the names that operations know.
    """

    server: Server
    token: str = field(repr=False)
    names: dict[str, str] = field(default_factory=dict, repr=False)


def mount_kv(server: Server) -> None:
    """Mount both versions of the key/value engine."""
    server.api("POST", "sys/mounts/kv1", {"type": "kv"})
    server.api("POST", "sys/mounts/kv2", {"type": "kv", "options": {"version": "2"}})
    # The reference server refuses writes for a moment, until it has made the mount ready.
    server.api.when_ready("POST", "kv2/data/first", {"data": VALUE})


def app_token(server: Server, policies: tuple[str, ...] = ("app",)) -> str:
    """A token with policies."""
    made = server.api("POST", "auth/token/create", {"policies": list(policies), "ttl": "24h"})
    return str(made["auth"]["client_token"])


def secrets(server: Server, count: int = SECRETS) -> None:
    """Write secrets `app/0`, `app/1`, … to both mounts."""
    token = server.token
    send_all(server, (Wanted("POST", f"kv2/data/app/{n}", {"data": VALUE}, token) for n in range(count)))
    send_all(server, (Wanted("POST", f"kv1/app/{n}", VALUE, token) for n in range(count)))


def prepare(server: Server) -> Prepared:
    """Mounts, secrets, a policy and a token: what most operations need."""
    mount_kv(server)
    secrets(server)
    send_all(server, (Wanted("POST", f"kv2/data/listed/{n}", {"data": VALUE}, server.token) for n in range(LISTED)))
    server.api("PUT", "sys/policies/acl/app", {"policy": POLICY})
    return Prepared(server, app_token(server))


def approle(prepared: Prepared) -> None:
    """A role with an id and a secret id that may be used without end."""
    api = prepared.server.api
    api("POST", "sys/auth/approle", {"type": "approle"})
    api("POST", "auth/approle/role/app", {"token_policies": "app", "token_ttl": "1h"})
    prepared.names["role_id"] = api("GET", "auth/approle/role/app/role-id")["data"]["role_id"]
    prepared.names["secret_id"] = api("POST", "auth/approle/role/app/secret-id", {})["data"]["secret_id"]


def userpass(prepared: Prepared) -> None:
    """A user with a password."""
    api = prepared.server.api
    api("POST", "sys/auth/userpass", {"type": "userpass"})
    api("POST", "auth/userpass/users/app", {"password": PASSWORD, "token_policies": "app", "token_ttl": "1h"})


def transit(prepared: Prepared) -> None:
    """A key that encrypts and one that signs, and a ciphertext."""
    api = prepared.server.api
    api("POST", "sys/mounts/transit", {"type": "transit"})
    api("POST", "transit/keys/aes", {"type": "aes256-gcm96"})
    api("POST", "transit/keys/ed", {"type": "ed25519"})
    made = api("POST", "transit/encrypt/aes", {"plaintext": PLAINTEXT})
    prepared.names["ciphertext"] = made["data"]["ciphertext"]


def pki(prepared: Prepared) -> None:
    """A root and a role, with keys on P-256."""
    api = prepared.server.api
    api("POST", "sys/mounts/pki", {"type": "pki", "config": {"max_lease_ttl": "87600h"}})
    key = {"key_type": "ec", "key_bits": 256}
    api("POST", "pki/root/generate/internal", {"common_name": "bench root", "ttl": "8760h", **key})
    api("POST", "pki/roles/web", {"allow_any_name": True, "ttl": "1h", "generate_lease": False, **key})
