"""What a connection's details mean to PostgreSQL (pure).

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases/postgresql#configure-connection
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from strongroom.engines.database.decoding import flag_of, list_of, text_of
from strongroom.engines.database.driver import Target
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.postgresql.connection_url import UrlError, parse_connection_url

CONNECT_S = 5
STATEMENT_S = 30
PLAIN, SCRAM = "password", "scram-sha-256"
_VERIFIED = ("verify-ca", "verify-full")
SERIALIZE = ("", "database")
_USERNAME, _PASSWORD = "strongroom0username", "strongroom0password"
_PLACEHOLDER = re.compile(r"\{\{\s*(username|password)\s*\}\}")
_REFUSED = {
    "passfile": "the password is given as `password`",
    "service": "the parameters are given one by one",
    "servicefile": "the parameters are given one by one",
    "sslkeylogfile": "it would write the keys of connections into a file",
    "sslpassword": "the key is given as `private_key`",
}
_TEXTS = ("connection_url", "tls_ca", "tls_certificate", "private_key", "auth_type", "password_authentication")
KNOWN = frozenset(
    {
        *_TEXTS,
        *("max_open_connections", "max_idle_connections", "max_connection_lifetime", "disable_escaping"),
        *("serialize", "databases", "reassign_to"),
    }
)
"""All that is kept."""
_LEAST_CONNECT_S = 2
"""libpq's own bound."""


@dataclass(frozen=True, slots=True)
class Place:
    """How a server is reached, by libpq's names of parameters."""

    parameters: Mapping[str, str] = field(repr=False)
    session: Mapping[str, str]
    """Settings of each session."""
    connect_s: float
    """How long all hosts together may take."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How users are made."""

    scram: bool
    """Whether the server gets what SCRAM keeps of a password, instead of the password."""
    serialize: bool
    """Whether one user is made at a time."""
    databases: tuple[str, ...]
    """Where what a user owns is given away; empty for wherever there is something."""
    reassign_to: str
    """Whom it is given to; empty for a role without rights."""


def checked(details: Mapping[str, Any]) -> dict[str, Any]:
    """The details.  Raises `InvalidRequest`."""
    out = {name: value for name, value in details.items() if name in KNOWN}
    for name in _TEXTS:
        if name in details:
            out[name] = text_of(details, name)
    if out.get("auth_type"):
        raise InvalidRequest(
            f'auth_type "{out["auth_type"][:64]}" is not supported: users of clouds can\'t be made yet; leave it out, '
            "and configure username and password"
        )
    if not out.get("connection_url"):
        raise InvalidRequest("connection_url cannot be empty")
    place_of(Target(name="", plugin="", details=out, username="u", password="p"))  # noqa: S106 - to read the URL
    ways_of(out)
    return out


def ways_of(details: Mapping[str, Any]) -> Ways:
    """How users are made.  Raises `InvalidRequest`."""
    way = text_of(details, "password_authentication") or PLAIN
    if way not in {PLAIN, SCRAM}:
        raise InvalidRequest(f"'{way[:64]}' is not a valid password authentication type")
    serialize = text_of(details, "serialize")
    if serialize not in SERIALIZE:
        raise InvalidRequest("serialize may be empty, or `database`")
    flag_of(details, "disable_escaping")
    return Ways(
        way == SCRAM, serialize == "database", tuple(list_of(details, "databases")), text_of(details, "reassign_to")
    )


def place_of(target: Target) -> Place:
    """How the server is reached.  The password never stands in a text.  Raises `InvalidRequest`."""
    text = text_of(target.details, "connection_url")
    text = _PLACEHOLDER.sub(lambda found: _USERNAME if found[1] == "username" else _PASSWORD, text)
    try:
        url = parse_connection_url(text)
    except UrlError as error:
        raise InvalidRequest(f"connection_url is malformed: {error}") from error
    parameters = dict(url.parameters)
    for name, why in _REFUSED.items():
        if name in parameters:
            raise InvalidRequest(f"connection_url has {name}, which isn't possible here: {why}")
    parameters.setdefault("user", _USERNAME)
    parameters.setdefault("password", _PASSWORD)
    for name, value in parameters.items():
        parameters[name] = value.replace(_USERNAME, target.username).replace(_PASSWORD, target.password)
    hosts = parameters.get("host", "").count(",") + 1
    given = parameters.get("connect_timeout", "")
    each_s = int(given) if given.isdecimal() and 0 < int(given[:9]) <= STATEMENT_S else 0
    each_s = each_s or max(_LEAST_CONNECT_S, -(-CONNECT_S // hosts))
    if target.details.get("tls_ca"):
        parameters.setdefault("sslmode", "verify-full")
    if parameters.get("sslmode") not in _VERIFIED:
        # Whoever answers in the server's place would ask for the password itself, and get it.
        parameters.setdefault("require_auth", "!password")
    if hosts > 1:
        parameters.setdefault("target_session_attrs", "read-write")
    usual = {
        "keepalives_idle": "5",
        "keepalives_interval": "2",
        "keepalives_count": "3",
        "tcp_user_timeout": str(STATEMENT_S * 1000),
        "application_name": "strongroom",
        "passfile": "/dev/null",
        "client_encoding": "UTF8",  # in which statements are sent, whatever the database's owner has set
        "gssencmode": "disable",
    }
    parameters = {
        **usual,
        **{name: value for name, value in parameters.items() if value},
        "connect_timeout": str(each_s),
    }
    return Place(parameters, url.session, float(max(CONNECT_S, each_s * hosts)))
