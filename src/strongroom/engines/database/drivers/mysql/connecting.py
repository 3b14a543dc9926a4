"""Connections to a server.  Everything here blocks, within limits of time."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from strongroom.engines.database.drivers.mysql import dsn
from strongroom.engines.database.drivers.mysql.dsn import Dsn
from strongroom.engines.database.drivers.mysql.refusals import meaning
from strongroom.engines.database.drivers.mysql.statements import Quoting
from strongroom.lib.errors import StrongroomError, Unreachable, UpstreamFailed
from strongroom.lib.mysql.careful import careful, refusing_in_the_clear
from strongroom.lib.mysql.tls import TlsSettings, context_of

_CHARSET = "utf8mb4"
_MOST_BYTES = 16 * 1024 * 1024
"""Of the answer to one command.  Nothing that is asked here has more than some names."""
_IN_THE_CLEAR = (
    "the database asks for the password in the clear, which is sent only with allowCleartextPasswords=true, "
    "over TLS with a certificate that is verified"
)


class Limits(msgspec.Struct, frozen=True):
    """How long a server is waited for."""

    connect_s: float = 5.0
    """For the way to it, and for each step of a login."""
    statement_s: float = 30.0
    """For each answer to a statement."""
    call_s: float = 40.0
    """For all that a request asks at once, with the waiting for a connection."""


class Login(msgspec.Struct, frozen=True):
    """Who logs in, and where."""

    dsn: Dsn
    tls: TlsSettings | None
    user: str
    password: str
    database: str = ""
    limits: Limits = Limits()

    def __repr__(self) -> str:
        return f"Login({self.dsn})"


class Held:
    """The socket that the work of one thread waits for, so that another can end its waiting."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._ended = False

    def hold(self, waits: socket.socket | None) -> None:
        """Remember by which socket an answer is waited for, from the first one on."""
        if waits is None:
            return
        # Another name for the same: TLS takes the socket away from who had it.
        named = socket.socket(fileno=os.dup(waits.fileno()))
        with self._lock:
            self._forget()
            self._socket = named
            if self._ended:
                self._shut()

    def release(self) -> None:
        """Forget it: others may use the connection now."""
        with self._lock:
            self._forget()

    def end(self) -> None:
        """End the waiting, which fails then."""
        with self._lock:
            self._ended = True
            self._shut()

    def _forget(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def connect(login: Login, held: Held) -> Any:
    """A connection to the first address that answers.

    Raises: `Unreachable` if none does, `UpstreamFailed` if one refuses.
    """
    failure: StrongroomError = Unreachable("the database has no address")
    for path in login.dsn.sockets:
        try:
            return _connected(login, held, path)
        except Unreachable as error:
            failure = error
    for host, port in login.dsn.hosts:
        try:
            return _connected(login, held, (host, port))
        except Unreachable as error:
            failure = error
    raise failure


def quoting(connection: Any) -> Quoting:
    """What the server's `sql_mode` says about quotes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@SESSION.sql_mode")
        row = cursor.fetchone()
    modes = str(row[0] if row else "").split(",")
    return Quoting("ANSI_QUOTES" in modes, "NO_BACKSLASH_ESCAPES" in modes)


def check_quoting(connection: Any, before: Quoting, rest: Sequence[str], done: str) -> None:
    """Raise `UpstreamFailed` if a statement has changed what quotes mean: the rest is filled in already."""
    if rest and "sql_mode" in done.lower() and quoting(connection) != before:
        raise UpstreamFailed(
            "a statement has changed sql_mode, so quotes of the next ones would mean something else: set it in "
            "connection_url"
        )


def _connected(login: Login, held: Held, address: str | tuple[str, int]) -> Any:
    """A connection to an address: the path of a socket, or host and port."""
    limits = login.limits
    local = isinstance(address, str)
    made = connection = None
    try:
        made = _dialled(address, limits.connect_s)
        held.hold(made)
        connection = careful()(
            trusted=_is_trusted(login, local=local),
            otherwise="allowPublicKeyRetrieval=true in connection_url",
            most_bytes=_MOST_BYTES,
            host="localhost" if isinstance(address, str) else address[0],
            port=dsn.PORT if isinstance(address, str) else address[1],
            unix_socket=address if isinstance(address, str) else None,
            user=login.user,
            # As text it would be written in Latin-1.
            password=login.password.encode("utf-8", "surrogatepass"),
            database=login.database or None,
            charset=_CHARSET,
            connect_timeout=limits.connect_s,
            read_timeout=limits.connect_s,
            write_timeout=limits.connect_s,
            autocommit=True,
            local_infile=False,
            ssl_disabled=login.tls is None,
            ssl=context_of(login.tls) if login.tls else None,
            auth_plugin_map=_plugins(login),
            program_name="strongroom",
            defer_connect=True,
        )
        if login.tls and not login.tls.required:
            connection._ssl_required = False
        # Nobody listens to a socket of the system's own, so that passwords may be sent by it.
        connection._secure = local
        connection.connect(made)
        connection._read_timeout = connection._write_timeout = limits.statement_s
        set_variables(connection, login.dsn)
    except Exception as error:  # the library has all kinds for what a server says that isn't the protocol
        _close(connection)
        _close(made)
        raise meaning(error, _place(address)) from error
    return connection


def _dialled(address: str | tuple[str, int], within_s: float) -> socket.socket:
    if not isinstance(address, str):
        made = socket.create_connection(address, within_s)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return made
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.settimeout(within_s)
        made.connect(address)
    except BaseException:
        made.close()
        raise
    return made


def _is_trusted(login: Login, *, local: bool) -> bool:
    """Whether whoever answers may learn the password."""
    return local or _is_verified(login) or _says_yes(login, "allowPublicKeyRetrieval")


def _is_verified(login: Login) -> bool:
    return login.tls is not None and login.tls.verify and login.tls.required


def _says_yes(login: Login, parameter: str) -> bool:
    return login.dsn.parameters.get(parameter, "").lower() in {"1", "true"}


def set_variables(connection: Any, source: Dsn) -> None:
    """Set what the name of the server says for each session."""
    with connection.cursor() as cursor:
        for name, value in source.variables.items():
            cursor.execute(f"SET {name}={value}")
        if re.fullmatch(r"[A-Za-z0-9_]{1,64}", collation := source.parameters.get("collation", "")):
            cursor.execute(f"SET NAMES {_CHARSET} COLLATE {collation}")


def _close(connection: Any) -> None:
    if connection is not None:
        with contextlib.suppress(Exception):
            connection.close()


def _place(address: str | tuple[str, int]) -> str:
    if isinstance(address, str):
        return "localhost"
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _plugins(login: Login) -> Mapping[str, Any]:
    """What stands in the place of the library's ways to log in."""
    if _is_verified(login) and _says_yes(login, "allowCleartextPasswords"):
        return {}
    return refusing_in_the_clear(_IN_THE_CLEAR)
