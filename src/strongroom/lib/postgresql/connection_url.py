"""Parses the `connection_url` of a PostgreSQL database: a URL, or keywords with values (pure).

Such texts are written for several drivers.  libpq gets its own parameters.  Settings of a session are sent to the
server after the connection is made, because poolers refuse them earlier.  Parameters of other drivers are ignored. No
error quotes a value, or a name that may be part of a password.

Source: https://www.postgresql.org/docs/current/libpq-connect.html, https://pkg.go.dev/github.com/lib/pq,
https://pkg.go.dev/github.com/jackc/pgx/v5/pgconn#ParseConfig
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final
from urllib.parse import unquote_to_bytes

_SCHEMES: Final = ("postgres://", "postgresql://")
_LIBPQ: Final = frozenset(
    {
        *("host", "hostaddr", "port", "dbname", "user", "password", "passfile", "service", "servicefile"),
        *("application_name", "fallback_application_name", "options", "connect_timeout", "tcp_user_timeout"),
        *("keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"),
        *("sslmode", "sslnegotiation", "sslcompression", "sslcert", "sslkey", "sslkeylogfile", "sslpassword"),
        *("sslcertmode", "sslrootcert", "sslcrl", "sslcrldir", "sslsni", "requirepeer", "requiressl"),
        *("ssl_min_protocol_version", "ssl_max_protocol_version", "min_protocol_version", "max_protocol_version"),
        *("channel_binding", "require_auth", "gssencmode", "krbsrvname", "gsslib", "gssdelegation"),
        *("target_session_attrs", "load_balance_hosts", "scram_client_key", "scram_server_key"),
    }
)
_SESSION: Final = frozenset(
    {
        *("search_path", "role", "timezone", "lc_messages", "client_min_messages", "jit", "plan_cache_mode"),
        *("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout"),
        *("transaction_timeout", "work_mem", "temp_buffers", "log_statement", "log_min_duration_statement"),
    }
)
_TIMEOUTS: Final = frozenset({"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"})
_WITHOUT_EFFECT: Final = frozenset(
    {
        # Of lib/pq and pgx.
        *("binary_parameters", "disable_prepared_binary_result", "default_query_exec_mode", "min_read_buffer_size"),
        *("statement_cache_capacity", "statement_cache_mode", "description_cache_capacity", "prefer_simple_protocol"),
        *("pool_max_conns", "pool_min_conns", "pool_min_idle_conns", "pool_max_conn_lifetime"),
        *("pool_max_conn_lifetime_jitter", "pool_max_conn_idle_time", "pool_health_check_period"),
        # Settings that the store sets itself: the durability of its commits, and the format of values.
        *("synchronous_commit", "default_transaction_isolation", "default_transaction_read_only", "client_encoding"),
        *("extra_float_digits", "datestyle", "intervalstyle", "bytea_output", "standard_conforming_strings"),
    }
)
_OTHER_NAMES: Final = {"database": "dbname", "username": "user"}
_SECRET: Final = frozenset({"password", "sslpassword", "scram_client_key", "scram_server_key"})
_SSL_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_NO_TIME = re.compile(r"0+\s*[a-z]*")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.%A-Za-z0-9]+\]|[^\[\]:@/?]*)(?::([^:@/?]*))?")
_WORD = re.compile(r"\s*([^\s=']+)\s*(=?)\s*")
_VALUE = re.compile(r"'((?:[^'\\]|\\.)*)'(?=\s|\Z)|((?:[^\s'\\]|\\.)*)(?=\s|\Z)", re.DOTALL)


class UrlError(Exception):
    """The text is invalid.  The error contains no value and no part of a password."""


@dataclass(frozen=True, slots=True)
class ConnectionUrl:
    """How to connect to a server, and the settings of each session."""

    parameters: Mapping[str, str] = field(repr=False)
    """Parameters of libpq, by its names."""
    session: Mapping[str, str]
    """Settings of the server for each session."""
    without_effect: tuple[str, ...] = ()
    """Parameters of other drivers."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must be kept secret."""
        return tuple(value for name, value in self.parameters.items() if name in _SECRET and value)


def parse_connection_url(text: str) -> ConnectionUrl:
    """Read a URL, or keywords such as `host=db.example.com user=strongroom`.

    Raises: `UrlError`.
    """
    text = text.strip()
    if "\0" in text:
        raise UrlError("it has a NUL byte")
    given = _of_url(text) if text.lower().startswith(_SCHEMES) else _of_keywords(text)
    parameters: dict[str, str] = {}
    session: dict[str, str] = {}
    without_effect: list[str] = []
    for name, value in given.items():
        if name in _LIBPQ:
            parameters[name] = value
        elif name in _SESSION:
            # A time limit of zero means no limit.  The store's own limits stay, so that a server that hangs is noticed.
            if not (name in _TIMEOUTS and _NO_TIME.fullmatch(value)):
                session[name] = value
        else:
            without_effect.append(name)
    if not parameters.get("password"):
        parameters.pop("password", None)  # so that PGPASSWORD or the password file counts
    mode = parameters.get("sslmode")
    if mode is not None and mode not in _SSL_MODES:
        raise UrlError(f"sslmode has to be one of {', '.join(_SSL_MODES)}")
    return ConnectionUrl(parameters, session, tuple(without_effect))


def _of_url(text: str) -> dict[str, str]:
    rest = text[text.index("://") + 3 :]
    end = next((at for at, char in enumerate(rest) if char in "/?"), len(rest))
    authority, path = rest[:end], rest[end:]
    # Split at the last @, because an @ in a password is rarely written as %40.
    user, at, hosts = authority.rpartition("@")
    path, _, query = path.partition("?")
    if "@" in path:
        raise UrlError("of a user name or password, / is written %2F and ? is %3F; an @ of a database's name is %40")
    given = _of_hosts(hosts)
    if at:
        name, _, password = user.partition(":")
        given |= {"user": _decoded(name), "password": _decoded(password)}
    if path[1:]:
        given["dbname"] = _decoded(path[1:])
    for name, value in _of_query(query, ambiguous="@" in query):
        given[name] = value
    return {name: value for name, value in given.items() if value or name not in {"host", "port", "user"}}


def _of_hosts(text: str) -> dict[str, str]:
    hosts, ports = [], []
    for part in text.split(","):
        found = _HOST.fullmatch(part)
        if found is None:
            raise UrlError("a host is not of the form name, name:port or [IPv6 address]:port")
        host, port = _decoded(found[1]).removeprefix("[").removesuffix("]"), found[2] or ""
        if port and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) <= 65535):
            # The port isn't shown: if a password contains a slash, the text would be the start of the password.
            raise UrlError("a port is no number from 1 to 65535; of a password, / is written %2F and ? is %3F")
        hosts.append(host)
        ports.append(port)
    return {"host": ",".join(hosts), "port": ",".join(ports) if any(ports) else ""}


def _of_query(query: str, *, ambiguous: bool) -> Iterator[tuple[str, str]]:
    before = ""
    for pair in filter(None, query.split("&")):
        name, equals, value = pair.partition("=")
        name = _decoded(name)
        if not equals:
            raise UrlError("a parameter has no value; of a password, ? is written %3F and & is %26")
        if name == "options":
            value = value.replace("+", " ")
        if name == "ssl":  # the name in JDBC
            yield "sslmode", "require" if _decoded(value) == "true" else "prefer"
            continue
        before = _known(name, before, ambiguous=ambiguous)
        yield before, _decoded(value)


def _of_keywords(text: str) -> dict[str, str]:
    given: dict[str, str] = {}
    at, before = 0, ""
    while at < len(text):
        word = _WORD.match(text, at)
        value = _VALUE.match(text, word.end()) if word is not None and word[2] else None
        if word is None or value is None:
            raise UrlError("it is neither a URL nor keywords with values; a value with blanks is written 'in quotes'")
        before = _known(word[1], before, ambiguous=False)
        given[before] = re.sub(r"\\(.)", r"\1", value[1] if value[1] is not None else value[2], flags=re.DOTALL)
        at = value.end()
        while at < len(text) and text[at].isspace():
            at += 1
    return given


def _known(name: str, before: str, *, ambiguous: bool) -> str:
    """The parameter's canonical name.

    Args:
        before: the parameter before it.
        ambiguous: whether it may be the rest of a password.
    """
    wanted = _OTHER_NAMES.get(name.lower(), name.lower())
    known = _LIBPQ | _SESSION | _WITHOUT_EFFECT
    if wanted in known:
        return wanted
    if ambiguous or before in _SECRET or not _NAME.fullmatch(name):
        raise UrlError(
            "it has an unknown parameter, which may be the rest of a password: there ? is written %3F, & is %26, and a "
            "value with blanks 'in quotes'"
        )
    likely = get_close_matches(wanted, sorted(known), 1, 0.75)
    raise UrlError(f"the parameter {name} is unknown{f': did you mean `{likely[0]}`?' if likely else ''}")


def _decoded(text: str) -> str:
    if _BROKEN_ESCAPE.search(text):
        raise UrlError("a % is followed by something else than two hexadecimal digits; % itself is written %25")
    try:
        decoded = unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise UrlError("what is percent-encoded in it is not UTF-8") from None
    if "\0" in decoded:
        raise UrlError("it has a NUL byte")
    return decoded
