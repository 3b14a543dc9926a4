"""The operations, one row each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bench.load.requests import Wanted
from bench.operations.prepared import PASSWORD, PLAINTEXT, SECRETS, VALUE, Prepared, approle, pki, transit, userpass

Request = Callable[[Prepared], Wanted]


class Operation(NamedTuple):
    """One operation."""

    name: str
    request: Request
    setup: Callable[[Prepared], None] | None = None
    """What it needs besides what all have.  Operations that name the same share it."""
    connections: int = 0
    """For slow requests, most of which would be cut off at the end of a round; 0 for as many as for all."""


def _read(path: str, numbers: int = 0) -> Request:
    return lambda prepared: Wanted("GET", path, token=prepared.token, numbers=numbers)


def _write(path: str, body: object, numbers: int = 0) -> Request:
    return lambda prepared: Wanted("POST", path, body, prepared.token, numbers)


def _role_login(prepared: Prepared) -> Wanted:
    body = {name: prepared.names[name] for name in ("role_id", "secret_id")}
    return Wanted("POST", "auth/approle/login", body)


def _password_login(_prepared: Prepared) -> Wanted:
    return Wanted("POST", "auth/userpass/login/app", {"password": PASSWORD})


def _decrypt(prepared: Prepared) -> Wanted:
    return Wanted("POST", "transit/decrypt/aes", {"ciphertext": prepared.names["ciphertext"]}, prepared.token)


def _create(prepared: Prepared) -> Wanted:
    return Wanted("POST", "auth/token/create", {"ttl": "1h", "policies": ["default"]}, prepared.server.token)


OPERATIONS = (
    Operation("seal-status", lambda _: Wanted("GET", "sys/seal-status")),
    Operation("kv2-read", _read("kv2/data/app/{n}", SECRETS)),
    Operation("kv2-write", _write("kv2/data/app/{n}", {"data": VALUE}, SECRETS)),
    Operation("kv1-read", _read("kv1/app/{n}", SECRETS)),
    Operation("kv1-write", _write("kv1/app/{n}", VALUE, SECRETS)),
    Operation("list", _read("kv2/metadata/listed?list=true")),  # wrk doesn't know the method LIST
    Operation("token-lookup-self", _read("auth/token/lookup-self")),
    Operation("capabilities-self", _write("sys/capabilities-self", {"paths": ["kv2/data/app/1"]})),
    Operation("token-create", _create),
    Operation("approle-login", _role_login, approle),
    Operation("userpass-login", _password_login, userpass, connections=4),
    Operation("transit-encrypt", _write("transit/encrypt/aes", {"plaintext": PLAINTEXT}), transit),
    Operation("transit-decrypt", _decrypt, transit),
    Operation("transit-sign", _write("transit/sign/ed", {"input": PLAINTEXT}), transit),
    Operation("pki-read-ca", _read("pki/cert/ca"), pki),
    Operation("pki-issue", _write("pki/issue/web", {"common_name": "a.example.com"}), pki),
)


def named(names: str) -> tuple[Operation, ...]:
    """Those of a comma-separated list, or all.  Raises `ValueError` for a name that none has."""
    wanted = {name for name in names.split(",") if name}
    if unknown := wanted - {each.name for each in OPERATIONS}:
        known = ", ".join(each.name for each in OPERATIONS)
        raise ValueError(f"no operation is named {', '.join(sorted(unknown))}; there are: {known}")
    return tuple(each for each in OPERATIONS if not wanted or each.name in wanted)
