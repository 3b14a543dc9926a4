"""`connection_url`: a data source name of Go's MySQL driver, `user:password@tcp(host:port)/database?parameter=value`.

It is read before names and passwords are put into it.  So a password is taken as it is, whatever its characters are.

Source: https://github.com/go-sql-driver/mysql#dsn-data-source-name
"""

from __future__ import annotations

import re
from urllib.parse import unquote, unquote_plus

import msgspec

from strongroom.sdk import InvalidRequest

USERNAME = "{{username}}"
PASSWORD = "{{password}}"  # noqa: S105 - what stands for it
PORT = 3306
MOST_HOSTS = 16
MOST_BYTES = 4096

_OF_THE_CLIENT = frozenset(
    {
        "allowAllFiles",
        "allowCleartextPasswords",
        "allowFallbackToPlaintext",
        "allowNativePasswords",
        "allowOldPasswords",
        "allowPublicKeyRetrieval",  # the name in JDBC
        "checkConnLiveness",
        "clientFoundRows",
        "columnsWithAlias",
        "compress",
        "connectionAttributes",
        "interpolateParams",
        "loc",
        "maxAllowedPacket",
        "multiStatements",
        "parseTime",
        "readTimeout",
        "rejectReadOnly",
        "serverPubKey",
        "timeTruncate",
        "timeout",
        "tls",
        "writeTimeout",
    }
)
"""Parameters that steer Go's client.  Those that mean something here are read by name, the others are ignored."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}(\.[A-Za-z_][A-Za-z0-9_]{0,63})?")


class Dsn(msgspec.Struct, frozen=True):
    """What a data source name says.  User and password may hold placeholders."""

    user: str = ""
    password: str = ""
    sockets: tuple[str, ...] = ()
    """Paths of Unix sockets; without them, `hosts` are asked by TCP."""
    hosts: tuple[tuple[str, int], ...] = ()
    database: str = ""
    parameters: dict[str, str] = {}

    @property
    def variables(self) -> dict[str, str]:
        """System variables that are set for each connection.  Their values are SQL."""
        return {
            name: value
            for name, value in self.parameters.items()
            if name not in _OF_THE_CLIENT and name not in {"charset", "collation"}
        }

    def __repr__(self) -> str:
        return f"Dsn({self.hosts or self.sockets})"


def parse(text: str) -> Dsn:
    """Read a data source name.

    Raises: `InvalidRequest`; its text contains nothing of the name, which may hold a password.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise InvalidRequest(f"connection_url is longer than {MOST_BYTES} bytes")
    before, slash, after = text.rpartition("/")
    if not slash:
        raise InvalidRequest("connection_url has no slash before the database's name: user:password@tcp(host:port)/")
    user, password, where = _who(before)
    database, _, query = after.partition("?")
    sockets, hosts = _where(where)
    return Dsn(user, password, sockets, hosts, unquote(database), _parameters(query))


def without_password(text: str, instead: str) -> str:
    """The same name with something else in the place of its password; as it is if it has none.  (p)"""
    before, slash, after = text.rpartition("/")
    credentials, at, where = before.rpartition("@")
    user, colon, _ = credentials.partition(":")
    return f"{user}:{instead}{at}{where}{slash}{after}" if colon else text


def _who(before: str) -> tuple[str, str, str]:
    credentials, at, where = before.rpartition("@")
    if not at:
        return "", "", before
    user, _, password = credentials.partition(":")
    return user, password, where


def _where(text: str) -> tuple[tuple[str, ...], tuple[tuple[str, int], ...]]:
    kind, bracket, rest = text.partition("(")
    if bracket and not rest.endswith(")"):
        raise InvalidRequest("connection_url has no closing bracket after the server's address")
    places = [place.strip() for place in rest[:-1].split(",") if place.strip()] if bracket else []
    if len(places) > MOST_HOSTS:
        raise InvalidRequest(f"connection_url has more than {MOST_HOSTS} addresses")
    match kind or "tcp":
        case "unix":
            if not places or not all(place.startswith("/") for place in places):
                raise InvalidRequest("connection_url has no absolute path of a socket: unix(/path/of/socket)")
            return tuple(places), ()
        case "tcp" | "tcp4" | "tcp6":
            return (), tuple(map(_host, places or ["127.0.0.1"]))
    raise InvalidRequest("connection_url has another protocol than tcp and unix")


def _host(place: str) -> tuple[str, int]:
    literal = re.fullmatch(r"\[([0-9A-Fa-f:.%\w]{2,64})\](?::([0-9]{1,5}))?", place)
    plain = re.fullmatch(r"([^\s:\[\]/@()]{1,255})(?::([0-9]{1,5}))?", place)
    found = literal or plain
    port = int(found[2] or PORT) if found else 0
    if found is None or not 0 < port < 65536:
        raise InvalidRequest("connection_url has no valid address: tcp(host:port)")
    return found[1], port


def _parameters(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in filter(None, query.split("&")):
        name, sign, value = pair.partition("=")
        if not sign:
            continue  # as Go does
        if name not in _OF_THE_CLIENT and not _VARIABLE.fullmatch(name):
            raise InvalidRequest("connection_url has a parameter whose name is none")
        found[name] = unquote_plus(value)
    return found
