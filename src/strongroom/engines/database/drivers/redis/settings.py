"""What a connection's details mean to Redis (pure).

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases/redis#configure-connection
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from strongroom.engines.database.decoding import flag_of, number_of, text_of
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.outgoing import check_ca
from strongroom.sdk.coercion import FieldError, to_list

NONE, REWRITE, ACLFILE = "none", "rewrite", "aclfile"
MODES = (NONE, REWRITE, ACLFILE)
DETAILS = frozenset(
    {
        *("host", "port", "tls", "insecure_tls", "ca_cert", "persistence_mode", "nodes"),
        *("max_open_connections", "max_idle_connections", "max_connection_lifetime"),
    }
)
MOST_NODES = 64
_MOST_PORT = 65_535
_NODE = re.compile(r"(?:\[([0-9A-Fa-f:.%]+)\]|([^\s\[\]:/@?#]+))(?::(\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Settings:
    """How servers are reached, and what becomes of their users at a restart."""

    places: tuple[Place, ...]
    """At least one.  All have the same users."""
    tls: bool
    insecure_tls: bool
    """Whether a server's certificate isn't looked at."""
    ca_cert: str
    """The only authorities to trust; empty for the operating system's."""
    persistence: str
    """`NONE`, `REWRITE` or `ACLFILE`."""


def checked(details: Mapping[str, Any]) -> dict[str, Any]:
    """The details that are known.  Raises `InvalidRequest`."""
    found = settings_of(details)
    out = {name: value for name, value in details.items() if name in DETAILS}
    if "persistence_mode" in details:
        out["persistence_mode"] = found.persistence
    return out


def settings_of(details: Mapping[str, Any]) -> Settings:
    """What the details say.  Raises `InvalidRequest`."""
    if details.get("connection_url"):
        raise InvalidRequest("connection_url isn't possible for Redis: set host, port, username and password")
    host, port = text_of(details, "host"), number_of(details, "port")
    if not host:
        raise InvalidRequest("host cannot be empty")
    if not port:
        raise InvalidRequest("port cannot be empty")
    ca_cert = text_of(details, "ca_cert")
    check_ca(ca_cert, "ca_cert")
    mode = text_of(details, "persistence_mode").lower() or NONE
    if mode not in MODES:
        raise InvalidRequest(f"persistence_mode must be one of {', '.join(MODES)}")
    places = (_checked_place(host.strip("[]"), port, "host"), *_nodes(details, port))
    return Settings(
        places=tuple(dict.fromkeys(places)),
        tls=flag_of(details, "tls"),
        insecure_tls=flag_of(details, "insecure_tls"),
        ca_cert=ca_cert,
        persistence=mode,
    )


def _nodes(details: Mapping[str, Any], port: int) -> tuple[Place, ...]:
    try:
        given = [item for item in to_list(details.get("nodes")) if item]
    except FieldError as error:
        raise InvalidRequest("nodes must be a list of host:port") from error
    if len(given) > MOST_NODES:
        raise InvalidRequest(f"nodes has more than {MOST_NODES} servers")
    return tuple(_node(item, port) for item in given)


def _node(text: str, port: int) -> Place:
    found = _NODE.fullmatch(text)
    if found is None:
        raise InvalidRequest(f'nodes must be a list of host:port, which "{text[:100]}" is not')
    return _checked_place(found[1] or found[2], int(found[3] or port), "nodes")


def _checked_place(host: str, port: int, field: str) -> Place:
    if any(char.isspace() or char in "/@?#" or not char.isprintable() for char in host):
        raise InvalidRequest(f"{field} must be a host's name or address, without a scheme or a path")
    if not 0 < port <= _MOST_PORT:
        raise InvalidRequest(f"a port must be between 1 and {_MOST_PORT}")
    return Place(host, port)
