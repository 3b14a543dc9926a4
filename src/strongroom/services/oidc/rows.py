"""The keys of the OIDC service's rows (pure).  Each takes the id of the namespace first."""

from __future__ import annotations

from strongroom.barrier import keys

KEYS = "key/"
ROLES = "role/"
SCOPES = "scope/"
ASSIGNMENTS = "assignment/"
CLIENTS = "client/"
PROVIDERS = "provider/"


def folder(namespace: str, kind: str) -> str:
    """The prefix of all objects of a kind, such as `KEYS`."""
    return keys.area(namespace, "oidc") + kind


def config(namespace: str) -> str:
    """The key of the settings."""
    return folder(namespace, "config")


def named(namespace: str, kind: str, name: str) -> str:
    """The key of a named object."""
    return folder(namespace, kind) + name


def private(namespace: str, kid: str) -> str:
    """The key of a pair's private half."""
    return folder(namespace, "private/") + kid


def public(namespace: str, kid: str) -> str:
    """The key of a pair's public half."""
    return folder(namespace, "public/") + kid


def pairs(namespace: str, key: str) -> str:
    """The prefix of the rows that name the pairs of a key."""
    return folder(namespace, f"pair/{key}/")


def client_id(namespace: str, id_: str) -> str:
    """The key of the row that leads from a client's id to its name."""
    return folder(namespace, "client-id/") + id_


def code(namespace: str, digest: str) -> str:
    """The key of an authorization code."""
    return folder(namespace, "code/") + digest


def references(namespace: str, kind: str, name: str, by: str) -> str:
    """The prefix of the rows that name the objects of the kind `by` that refer to an object."""
    return folder(namespace, f"referred/{kind}{name}/by-{by}")
